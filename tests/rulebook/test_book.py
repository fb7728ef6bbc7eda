"""The rulebook as an object: frozen, found by id and former id, searchable in both languages, with a digest."""

from __future__ import annotations

import dataclasses
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.rulebook import Rulebook, load_rulebook

BOOK = load_rulebook()


def test_a_rule_is_found_by_its_id_and_by_its_former_id() -> None:
    assert BOOK["CSL-23"] is BOOK["CSL-log"] is BOOK.get("CSL-log")
    assert "CSL-log" in BOOK
    assert "CSL-log" not in BOOK.rules


def test_a_former_number_leads_to_the_rule_and_is_known_to_be_stale() -> None:
    assert BOOK["CSL-49"] is BOOK["CSL-47"] is BOOK.get("CSL-47.1")
    stale = BOOK.stale("CSL-47(2)")
    assert stale is not None
    assert (stale.now, stale.last_day) == ("CSL-49", date(2025, 12, 31))
    assert "CSL-47" in BOOK.former_ids("CSL-49")
    assert BOOK.search("CSL-47") == [BOOK["CSL-49"]]


@pytest.mark.parametrize("rule_id", ["CSL-49", "CSL-log", "CSL-470", "CRI-287-1", "AUC-12", ""])
def test_an_id_that_stands_is_not_stale(rule_id: str) -> None:
    assert BOOK.stale(rule_id) is None


@pytest.mark.parametrize("rule_id", ["", "CSL-999", "csl-49", "CSL-49 "])
def test_an_unknown_id_is_an_error_with_a_hint(rule_id: str) -> None:
    assert BOOK.get(rule_id) is None
    assert rule_id not in BOOK
    with pytest.raises(DataError) as caught:
        BOOK[rule_id]
    assert caught.value.code == "BL-DATA-112"
    assert "search" in caught.value.hint


def test_nothing_in_the_rulebook_can_be_changed() -> None:
    with pytest.raises(TypeError):
        BOOK.rules["CSL-49"] = BOOK["CSL-50"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        BOOK.digest = ""  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        BOOK["CSL-49"].verified = False  # type: ignore[misc]


def test_the_digest_is_sha_256_and_does_not_depend_on_the_order_of_the_parts() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", BOOK.digest)
    again = Rulebook.of(
        reversed(list(BOOK.instruments.values())),
        reversed(list(BOOK.rules.values())),
        dict(reversed(list(BOOK.aliases.items()))),
        reversed(list(BOOK.bases.values())),
        reversed(list(BOOK.renumbered.values())),
    )
    assert again.digest == BOOK.digest


def test_the_digest_covers_rules_aliases_and_grounds() -> None:
    instruments, rules = list(BOOK.instruments.values()), list(BOOK.rules.values())
    changed = [dataclasses.replace(rules[0], note="another"), *rules[1:]]
    digests = {
        BOOK.digest,
        Rulebook.of(instruments, changed, BOOK.aliases, BOOK.bases.values()).digest,
        Rulebook.of(instruments, rules, BOOK.aliases, BOOK.bases.values()).digest,
        Rulebook.of(instruments, rules, {}, BOOK.bases.values()).digest,
        Rulebook.of(instruments, rules, BOOK.aliases).digest,
    }
    assert len(digests) == 5


@pytest.mark.parametrize(
    ("words", "rule_id"),
    [
        ("六个月", "CSL-23"),
        ("gambling", "PSA-82"),
        ("GAMBLING", "PSA-82"),
        ("网络安全法 违法信息", "CSL-49"),
        ("csl-47", "CSL-49"),
        ("civil code voice", "CIV-1023"),
        ("法释〔2013〕21号", "INT13-2"),
        ("一键脱衣", "QL25-1.1b"),
    ],
)
def test_words_of_either_language_find_a_rule(words: str, rule_id: str) -> None:
    assert rule_id in [rule.id for rule in BOOK.search(words)]


@pytest.mark.parametrize("words", ["", "   ", "no such words anywhere"])
def test_no_words_and_unknown_words_find_nothing(words: str) -> None:
    assert BOOK.search(words) == []


@given(st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_search_is_answered_in_the_order_of_ids(words: str) -> None:
    found = [rule.id for rule in BOOK.search(words)]
    assert found == sorted(found)


@given(st.text(max_size=20))
@settings(max_examples=100)
def test_any_id_is_a_rule_or_none(rule_id: str) -> None:
    rule = BOOK.get(rule_id)
    assert rule is None or rule.id == BOOK[rule_id].id
