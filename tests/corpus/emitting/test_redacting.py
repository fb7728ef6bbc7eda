"""Redaction: what is covered, where it stood, and where what took its place stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.emitting.redacting import Span, merged, redact

texts = st.text(max_size=60)
spans = st.lists(st.builds(Span, st.integers(0, 70), st.integers(0, 70), st.sampled_from(["a", "b"]), st.just("0" * 32)), max_size=8)


def _named(rule: str, value: str) -> str:
    return f"[{rule}{len(value)}]"


def test_spans_are_covered_and_everything_between_them_stays() -> None:
    redaction = redact("打 138 或 139 给我", [Span(8, 11, "phone", "h2"), Span(2, 5, "phone", "h1")], lambda _rule, _value: "[号码]")
    assert redaction.text == "打 [号码] 或 [号码] 给我"
    assert [(each.start, each.end, each.evidence_hash) for each in redaction.replaced] == [(2, 5, "h1"), (8, 11, "h2")]


def test_overlapping_spans_are_covered_once_under_the_longest() -> None:
    assert merged([Span(0, 4, "short", "1"), Span(3, 9, "long", "2"), Span(8, 10, "end", "3")]) == [Span(0, 10, "long", "2")]


def test_touching_spans_stay_two() -> None:
    assert len(merged([Span(0, 4, "a", "1"), Span(4, 8, "b", "2")])) == 2


@given(texts, spans)
def test_both_sides_of_the_account_agree(text: str, found: list[Span]) -> None:
    redaction = redact(text, found, _named)
    at = out_at = 0
    for each in redaction.replaced:
        assert redaction.text[out_at : each.out_start] == text[at : each.start]
        assert redaction.text[each.out_start : each.out_end] == each.placeholder == _named(each.rule, text[each.start : each.end])
        at, out_at = each.end, each.out_end
    assert redaction.text[out_at:] == text[at:]


@given(texts, spans)
def test_nothing_of_what_was_found_is_left_uncovered(text: str, found: list[Span]) -> None:
    covered = {place for each in redact(text, found, _named).replaced for place in range(each.start, each.end)}
    wanted = {place for span in found for place in range(span.start, min(span.end, len(text)))}
    assert covered == wanted


@given(texts, spans, st.integers(0, 80), st.integers(0, 80))
def test_a_place_in_the_output_leads_back_to_the_raw_text(text: str, found: list[Span], one: int, other: int) -> None:
    redaction = redact(text, found, _named)
    start, end = sorted((min(one, len(redaction.text)), min(other, len(redaction.text))))
    raw_start, raw_end = redaction.raw_span(start, end)
    assert 0 <= raw_start <= len(text)
    assert raw_end <= len(text)
    if start < end:
        assert raw_start <= raw_end
        for each in redaction.replaced:
            if each.out_start < end and each.out_end > start and each.out_end > each.out_start:
                assert raw_start <= each.start
                assert each.end <= raw_end
        if not any(each.out_start < end and start < each.out_end for each in redaction.replaced):
            assert redaction.text[start:end] in text[raw_start:raw_end]


@given(texts, spans)
def test_covering_once_more_covers_nothing_more(text: str, found: list[Span]) -> None:
    once = redact(text, found, _named)
    assert redact(once.text, [], _named).text == once.text
    assert redact(text, [Span(each.start, each.end, each.rule, "") for each in once.replaced], _named).text == once.text
