from __future__ import annotations

import dataclasses
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Context, Decision, Door, Finding, Ground, ItemKind, Outcome, Side, Span
from brightline.server.console.decision.passages import MOST_CHARS, passages_of, runs_of

TEXT = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("\u0301\u200b\u202e𠮷ع")), max_size=50)
SPANS = st.lists(st.tuples(st.integers(1, 5), st.builds(Span, st.integers(0, 60), st.integers(0, 60))), max_size=8)


def finding(part: str = "text", start: int = 0, end: int = 1, **details: object) -> Finding:
    made = Finding(
        detector="text",
        detector_version="1",
        goal="a.b",
        rules=(),
        problem_types=(2,),
        effect=Outcome.REVIEW,
        part=part,
        side=Side.POST,
        lane="base",
        spans=(Span(start, end),),
        evidence=("x" * (end - start),),
    )
    return dataclasses.replace(made, **details)  # type: ignore[arg-type]


def decision(*findings: Finding, texts: dict[str, str] | None = None) -> Decision:
    return Decision(
        id="0",
        token="t",
        tenant="default",
        made_at=0,
        door=Door.API,
        item_kind=ItemKind.TEXT,
        item_digest="",
        outcome=Outcome.REVIEW,
        ground=Ground.LEGAL,
        rules=(),
        findings=findings,
        not_inspected=(),
        reason_zh="",
        reason_en="",
        context=Context(on=date(2026, 11, 22), door=Door.API),
        versions={},
        texts=texts or {},
    )


@given(TEXT, SPANS, st.integers(0, 10))
@settings(max_examples=100)
def test_runs_joined_are_the_raw_text_whatever_the_spans(text: str, spans: list[tuple[int, Span]], start: int) -> None:
    assert "".join(run.text for run in runs_of(text, spans, start)) == text


@given(TEXT, SPANS, st.integers(0, 10))
@settings(max_examples=100)
def test_a_code_point_has_exactly_the_numbers_of_the_spans_over_it(text: str, spans: list[tuple[int, Span]], start: int) -> None:
    marked = [run.numbers for run in runs_of(text, spans, start) for _ in run.text]
    for place, numbers in enumerate(marked):
        assert numbers == tuple(sorted({number for number, span in spans if span.start <= place + start < span.end}))


def test_overlapping_evidence_is_cut_where_it_begins_and_ends() -> None:
    runs = runs_of("abcdefgh", [(1, Span(1, 5)), (2, Span(3, 7))])
    assert [(run.text, run.numbers) for run in runs] == [("a", ()), ("bc", (1,)), ("de", (1, 2)), ("fg", (2,)), ("h", ())]


def test_excerpts_that_overlap_become_one_passage() -> None:
    text = "0123456789abcdef"
    found = passages_of(
        decision(
            finding(start=2, end=4, excerpt=text[0:8], excerpt_start=0),
            finding(start=9, end=11, excerpt=text[5:14], excerpt_start=5),
        )
    )
    assert [(passage.start, passage.text, passage.numbers) for passage in found] == [(0, text[0:14], (1, 2))]
    assert not found[0].whole


def test_excerpts_apart_stay_apart_and_know_their_place() -> None:
    found = passages_of(
        decision(finding(start=2, end=4, excerpt="0123", excerpt_start=0), finding(start=100, end=101, excerpt="x", excerpt_start=100))
    )
    assert [(passage.start, passage.end) for passage in found] == [(0, 4), (100, 101)]


def test_excerpts_that_contradict_each_other_are_not_put_together() -> None:
    found = passages_of(decision(finding(excerpt="aaaa", excerpt_start=0), finding(excerpt="bbbb", excerpt_start=2)))
    assert [passage.text for passage in found] == ["aaaa", "bbbb"]


def test_without_an_excerpt_the_evidence_itself_is_the_passage() -> None:
    found = passages_of(decision(finding(start=7, end=9, evidence=("xy",))))
    assert [(passage.start, passage.text, passage.runs[0].numbers) for passage in found] == [(7, "xy", (1,))]


def test_a_whole_text_is_shown_whole_also_without_findings() -> None:
    (passage,) = passages_of(decision(texts={"text": "all of it"}))
    assert passage.whole
    assert passage.text == "all of it"
    assert passage.side is None


def test_of_a_text_too_long_for_a_page_the_evidence_and_what_is_around_it_is_shown() -> None:
    text = "中" * (MOST_CHARS * 3)
    found = passages_of(decision(finding(start=MOST_CHARS, end=MOST_CHARS + 2), texts={"text": text}))
    assert sum(len(passage.text) for passage in found) <= MOST_CHARS
    assert all(not passage.whole and passage.length == len(text) for passage in found)
    assert found[0].numbers == (1,)
    (beginning,) = passages_of(decision(texts={"text": text}))
    assert (beginning.start, len(beginning.text)) == (0, MOST_CHARS)


@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 400)), max_size=60))
@settings(max_examples=50)
def test_windows_never_grow_over_the_page(places: list[tuple[int, int]]) -> None:
    text = "a" * 150_000
    found = passages_of(decision(*(finding(start=start, end=start + length) for start, length in places), texts={"text": text}))
    assert 0 < sum(len(passage.text) for passage in found) <= MOST_CHARS
    ends = [(passage.start, passage.end) for passage in found]
    assert ends == sorted(ends)
    assert all(text[passage.start : passage.end] == passage.text for passage in found)


def test_after_an_erasure_there_is_nothing_to_show() -> None:
    assert passages_of(decision(finding(evidence=("",)))) == []


def test_a_passage_is_sensitive_where_one_of_its_findings_is() -> None:
    (mild, hard) = passages_of(
        decision(
            finding(excerpt="x", excerpt_start=0),
            finding(start=50, end=51, problem_types=(13,), excerpt="y", excerpt_start=50),
        )
    )
    assert not mild.sensitive
    assert hard.sensitive
