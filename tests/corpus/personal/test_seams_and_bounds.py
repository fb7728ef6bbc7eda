"""Neighbours in a batch change nothing, and neither time nor memory grows faster than a text does."""

from __future__ import annotations

import random
import re
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from brightline.corpus.personal import accounts, births, chinese_names, find
from brightline.corpus.personal.families import FAMILIES
from brightline.corpus.personal.finder import BETWEEN, find_in
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.views import view_of

PHRASINGS = [
    re.sub("[⟦⟧]", "", line).replace("\\n", "\n").replace("\\t", "\t")
    for path in sorted((Path(__file__).parent / "phrasings").glob("*.txt"))
    for line in path.read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("##")
]


def found_together(texts: Sequence[str]) -> list[list[Found]]:
    bounds = [0]
    for text in texts:
        bounds.append(bounds[-1] + len(text.encode()) + len(BETWEEN))
    bounds[-1] -= len(BETWEEN)
    together = dict(find_in(BETWEEN.join(text.encode() for text in texts), bounds))
    return [together.get(number, []) for number in range(len(texts))]


@pytest.mark.parametrize(
    "texts",
    [
        ["联系QQ", "生日1990年5月6日，谢谢"],  # the trace of a QQ number reaches over signs up to a digit
        ["if 12<b", "生日1990年5月6日 > 7"],  # that of digits over a tag
        ["第一篇", "QQ|备注\n1234567|好\n2345678|好"],  # a heading at the very beginning
    ],
)
def test_no_document_takes_from_the_next_what_leads_to_a_finding(texts: list[str]) -> None:
    assert find(texts[1])
    assert found_together(texts) == [find(text) for text in texts]


@pytest.mark.parametrize("seed", range(3))
def test_texts_have_the_same_findings_alone_and_in_a_batch_in_any_order(seed: int) -> None:
    texts = list(PHRASINGS)
    texts += [text[: hit.end] for text in PHRASINGS for hit in find(text)][seed::3]  # a finding at the very end
    texts += [text[hit.start :] for text in PHRASINGS for hit in find(text)][seed::3]  # and at the beginning
    random.Random(seed).shuffle(texts)
    assert found_together(texts) == [find(text) for text in texts]


def test_traces_lead_to_all_that_the_detectors_find_in_phrasings() -> None:
    """Columns have their heading far away, and the words of positions are wider than their traces."""
    families = [family for family in FAMILIES if family.name != "columns"]
    for text in PHRASINGS:
        view, found = view_of(text), find(text)
        for hit in (hit for family in families for hit in family.detect(view.text, 0) if hit.rule != "personal.coordinates"):
            start, end = view.raw_span(hit.start, hit.end)
            assert any(start < other.end and other.start < end for other in found), (text, hit)


def test_a_long_row_of_numbers_is_found_number_by_number() -> None:
    numbers = [f"138{number * 7919 % 10**8:08d}" for number in range(1, 101)]
    found = [hit for hit in find("客户电话：" + " ".join(numbers)) if hit.rule == "personal.mobile"]
    assert len(found) == len(numbers)


@pytest.mark.parametrize("detect", [births.births_in_columns, accounts.accounts_in_columns, chinese_names.chinese_names_in_columns])
def test_runs_of_spaces_under_a_heading_are_gone_through_once(detect: Callable[[str], Iterator[Found]]) -> None:
    # One try at each place: a tenth of a second. As many at each place as there are spaces left: an hour.
    assert list(detect("|QQ|\n" + " " * 1_000_000)) == []


@pytest.mark.parametrize("before", ["", "&#39;"])  # as it stands, and in the view of a document that hides something
def test_many_names_in_one_document_are_gone_through_once(before: str) -> None:
    row = '{"name":"王小明"}, '
    found = find(before + row * 10_000)  # a second; minutes if each was compared with all others
    assert [(hit.rule, hit.start) for hit in found] == [
        ("personal.name", len(before) + number * len(row) + row.index("王")) for number in range(10_000)
    ]


@pytest.mark.parametrize("sign", ["1 ", "12-", "1 1-"])
def test_a_long_run_of_numbers_is_read_without_keeping_its_groups(sign: str) -> None:
    text = sign * (400_000 // len(sign))
    find("1 1-1")  # expressions are compiled once
    tracemalloc.start()
    try:
        find(text)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(text)  # bytes: the text a few times over; a pair of places for each group takes 100


def test_a_long_document_with_one_escape_costs_no_place_for_each_character() -> None:
    raw = "&#64;" + "好" * 100_000
    tracemalloc.start()
    try:
        view = view_of(raw)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert view.raw_span(0, 100_001) == (0, len(raw))
    assert peak < 20 * len(raw)  # bytes: the text a few times over, at 2 each; a tuple for each character takes 120
