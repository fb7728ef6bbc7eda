"""Named recognisers find what they are for and nothing near it, whole numbers only, and a stream sees what a scan sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.model import Finding, Side
from brightline.text import GoalBook, TextEngine
from brightline.text.detectors import DETECTORS, patterns_of
from brightline.text.explain import explain
from brightline.text.patterns import MAX_WIDTH
from tests.text.test_stream import cuts, pieces_of, run, up_to_first_stop

EVERY = "\n".join(
    f"""
- id: sample.{name}
  title: {{zh: {name}, en: {name}}}
  types: [9]
  rules: [A-1, B-1]
  sides: [prompt, answer, post]
  effect: {{prompt: review, answer: stop, post: review}}
  within: 120
  same: text
  slots: [{{name: what, detectors: [{name}]}}]
  examples: ['{detector.examples[0]}']
  twins: ['{detector.twins[0]}']
  owner: tests"""
    for name, detector in DETECTORS.items()
)
FRAGMENTS = [piece for detector in DETECTORS.values() for piece in (*detector.examples, *detector.twins)]
PIECES = st.sampled_from(
    [
        *FRAGMENTS,
        "1",
        "8",
        "62",
        "138",
        "0000",
        "-",
        " ",
        ".",
        "。",
        ",",
        "，",
        "x",
        "加",
        "微",
        "mg",
        "元",
        "成",
        "路",
        "号",
        "@",
        "com",
        "\u200b",
        "\ud800",
        "１３８",
        "三",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=2) | st.text("0123456789 -", max_size=12), max_size=10).map("".join)


@pytest.fixture(scope="module")
def every(load: Callable[..., GoalBook]) -> TextEngine:
    return TextEngine(load(EVERY))


def found_by(engine: TextEngine, name: str, text: str) -> list[str]:
    return [finding.evidence[0] for finding in engine.scan(text, Side.POST) if finding.goal == f"sample.{name}" and finding.lane == "base"]


def rows(what: str) -> list[tuple[str, str]]:
    return [(name, text) for name, detector in DETECTORS.items() for text in getattr(detector, what)]


@pytest.mark.parametrize(("name", "text"), rows("examples"))
def test_examples_are_found_whole_anywhere(every: TextEngine, name: str, text: str) -> None:
    for before, after in (("", ""), ("好，", "，好"), ("是", "吗"), ("\u200b", " ok"), ("a b ", "\n")):
        assert text in found_by(every, name, before + text + after)


@pytest.mark.parametrize(("name", "text"), rows("twins"))
def test_twins_are_not_found(every: TextEngine, name: str, text: str) -> None:
    assert found_by(every, name, f"是{text}") == []
    assert found_by(every, name, text) == []


@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_is_bounded_named_and_shown_in_two_languages(name: str) -> None:
    detector = DETECTORS[name]
    assert detector.name == name
    assert detector.title_zh
    assert detector.title_en
    assert len(detector.examples) > 1 < len(detector.twins)
    for pattern in patterns_of(name):
        assert pattern.width <= MAX_WIDTH
        assert pattern.source.split("/")[0] == name


def test_full_width_digits_are_digits(every: TextEngine) -> None:
    assert found_by(every, "phone", "１３８１２３４５６７８") == ["１３８１２３４５６７８"]


@pytest.mark.parametrize("digits", range(10, 60))
def test_a_number_is_found_only_as_a_whole(every: TextEngine, digits: int) -> None:
    run_of_digits = ("138123456782" * 5)[:digits]
    assert bool(found_by(every, "phone", run_of_digits)) is (digits == 11)
    assert bool(found_by(every, "contact", run_of_digits)) is (digits in (10, 11))


def test_wrong_check_digits_are_seen(every: TextEngine) -> None:
    card, resident = "4111111111111111", "11010519491231002X"
    assert [digit for digit in "0123456789" if found_by(every, "bank_card", card[:-1] + digit)] == ["1"]
    assert [digit for digit in "0123456789X" if found_by(every, "id_card", resident[:-1] + digit)] == ["X"]


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, where=cuts, each=st.booleans())
def test_a_stream_sees_what_a_scan_sees_and_lets_nothing_out(every: TextEngine, text: str, where: list[int], each: bool) -> None:
    for side in (Side.ANSWER, Side.PROMPT):
        expected = every.scan(text, side, "p")
        stream = every.stream(side, "p", lambda finding: finding.effect.stops)
        released = run(stream, list(text) if each else pieces_of(text, where))
        block = up_to_first_stop(expected)
        assert stream.findings == block
        assert text.startswith(released)
        if stream.stopped is None:
            assert released == text
        elif stream.stopped.lane in ("base", "skip"):
            assert len(released) <= min(span.start for span in stream.stopped.spans)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*FRAGMENTS, "8", " "]), min_size=20, max_size=60).map("".join))
def test_long_texts_are_read_by_one_piece_as_by_glances(every: TextEngine, text: str) -> None:
    def of(findings: list[Finding]) -> list[Any]:
        return [(finding.goal, finding.spans) for finding in findings]

    stream = every.stream(Side.POST, "p", lambda finding: False)
    for character in text:
        stream.feed(character)
    stream.finish()
    assert of(stream.findings) == of(every.scan(text, Side.POST, "p"))


def test_a_trial_shows_the_detector_by_its_name(every: TextEngine) -> None:
    shown = explain(every, "打13812345678", Side.POST)
    assert {(met.goal.id, hit.written, hit.is_pattern) for met in shown.met for hit in met.hits} >= {("sample.phone", "phone/1", True)}


@pytest.mark.parametrize(
    ("slot", "says"),
    [
        ("detectors: [telephone]", r"unknown detector 'telephone'"),
        ("detectors: [phone, phone]", r"detector 'phone' stands twice"),
        ("detectors: phone", r"list"),
        ("words: []", r"without words, patterns and detectors"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_cure(load: Callable[..., GoalBook], slot: str, says: str) -> None:
    goal = EVERY.split("\n- id:")[1].replace("detectors: [phone]", slot)
    with pytest.raises(DataError, match=says) as refused:
        load("- id:" + goal)
    assert refused.value.line == 9
    assert refused.value.file.endswith("goals.yaml")
    if "unknown" in says:
        assert "bank_card" in refused.value.hint


@pytest.mark.parametrize(
    "text",
    ["1" * 300_000, "138 " * 60_000, "a." * 150_000, "加微" * 100_000, "4111 " * 60_000, "a@" * 100_000, "百分之" * 60_000],
    ids=range(7),
)
def test_hostile_texts_are_read_like_any_other(every: TextEngine, text: str) -> None:
    every.scan(text, Side.PROMPT)
