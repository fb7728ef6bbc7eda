"""A Decision survives its document, and the document's bytes are RFC 8785 as a second implementation writes them."""

from __future__ import annotations

from datetime import date

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.documents import canonical_json, decision_from_document, decision_to_document
from brightline.model import (
    AgeBand,
    Context,
    Decision,
    Door,
    Finding,
    Ground,
    ItemKind,
    NotInspected,
    Outcome,
    Side,
    Span,
    Strictness,
)

texts = st.text(st.characters(codec="utf-8"), max_size=12)
names = st.text("abcdefgh.-_/0123456789", max_size=12)
ascii_keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
numbers = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.integers(-(10**9), 10**9).map(lambda n: n / 10_000),
    st.floats(allow_nan=False, allow_infinity=False),
)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ascii_keys, inner, max_size=4),
    max_leaves=12,
)
# What label and request hold: a float beyond 2**53 would come back as an integer that JCS does not carry.
members = st.dictionaries(ascii_keys, st.none() | st.booleans() | texts | st.integers(-(2**40), 2**40).map(lambda n: n / 100), max_size=3)
few = settings(max_examples=40)


def several(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, max_size=3).map(tuple)


findings = st.builds(
    Finding,
    detector=names,
    detector_version=names,
    goal=names,
    rules=several(names),
    problem_types=several(st.integers(1, 13)),
    effect=st.sampled_from(Outcome),
    part=texts,
    side=st.sampled_from(Side),
    lane=names,
    spans=several(st.builds(Span, st.integers(0, 10**6), st.integers(0, 10**6))),
    evidence=several(texts),
    score=st.integers(0, 10_000).map(lambda n: n / 10_000),
    manifest=st.booleans(),
    exceptions=several(names),
    normalised=several(texts),
    term=st.none() | names.filter(bool),
    note_zh=texts,
    note_en=texts,
    excerpt=texts,
    excerpt_start=st.integers(0, 10**6),
)
contexts = st.builds(
    Context,
    on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    door=st.sampled_from(Door),
    strictness=st.sampled_from(Strictness),
    age_band=st.sampled_from(AgeBand),
    sector=texts,
    terms=several(names),
)
decisions = st.builds(
    Decision,
    id=names,
    token=names,
    tenant=texts,
    made_at=st.integers(0, 2**52),
    door=st.sampled_from(Door),
    item_kind=st.sampled_from(ItemKind),
    item_digest=names,
    outcome=st.sampled_from(Outcome),
    ground=st.sampled_from(Ground),
    rules=several(names),
    findings=several(findings),
    not_inspected=several(st.builds(NotInspected, texts, names, texts)),
    reason_zh=texts,
    reason_en=texts,
    context=contexts,
    versions=st.dictionaries(ascii_keys, texts, max_size=3),
    automated=st.sampled_from(["full", "part", "none"]),
    mode=st.sampled_from(["live", "shadow"]),
    account=texts,
    api_key=names,
    supersedes=st.none() | names.filter(bool),
    label=members,
    request=members,
    texts=st.dictionaries(ascii_keys, texts, max_size=2),
)


@few
@given(decisions)
def test_a_decision_survives_its_document(decision: Decision) -> None:
    stored = canonical_json(decision_to_document(decision))
    assert decision_from_document(orjson.loads(stored)) == decision


@few
@given(decisions)
def test_the_bytes_of_a_decision_are_those_of_the_second_implementation(decision: Decision) -> None:
    document = decision_to_document(decision)
    assert canonical_json(document) == rfc8785.dumps(document)


@few
@given(decisions)
def test_reading_and_writing_again_changes_no_byte(decision: Decision) -> None:
    stored = canonical_json(decision_to_document(decision))
    assert canonical_json(decision_to_document(decision_from_document(orjson.loads(stored)))) == stored


@given(json_values)
def test_canonical_bytes_of_any_value_are_those_of_the_second_implementation(value: object) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, b"1"),
        (-0.0, b"0"),
        ([0.5, 1.0], b"[0.5,1]"),
        ({"b": 1e16, "a": 0.0001}, b'{"a":0.0001,"b":10000000000000000}'),
        ({"version": "1.0", "at": "12:1.0,"}, b'{"at":"12:1.0,","version":"1.0"}'),
        (1e-7, b"1e-7"),
        (1e21, b"1e+21"),
    ],
)
def test_numbers_are_written_as_ecmascript_writes_them(value: object, expected: bytes) -> None:
    assert canonical_json(value) == expected == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, -(2**60), "\ud800", {"text": "a\udfff"}, {"when": b"bytes"}, {"of": {1, 2}}])
def test_what_jcs_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="canonical JSON"):
        canonical_json(value)


def test_a_document_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="not a brightline-decision/1 document"):
        decision_from_document({"format": "something-else/1"})
