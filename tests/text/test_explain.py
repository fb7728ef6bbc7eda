"""What is explained is what the engine sees: the same findings, offsets that lead back to the raw text, honest reasons for a miss."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Side, Span
from brightline.text import TextEngine
from brightline.text.explain import MOST_CHARS, Missed, Obstacle, explain, lanes_of
from brightline.text.lanes import BREAK, base_form, skip_form

FRAGMENTS = [
    "百家乐", "百家", "时时彩", "开户", "开户银行", "上分", "加我微信", "vx", "日入300元", "公安", "公安局", "警官证", "meth", "头孢", "停药", "吃3片", "你的", "50毫克",
    "据报道", "科普", "不要", "baccarat", "deposit now", "bonus now", "。", "，", " ", ". ", "\n", "*", "****", "🐔", "👨\u200d👩\u200d👧", "\u200b", "e\u0301", "\x00", "\ud800",
    "㎏", "百傢樂", "開戶", "Ｖx", "①", "𝐛onus", "如何", "换脸软件", "这是普通的一句话",
]  # fmt: skip

texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=20).map("".join)


def missed(engine: TextEngine, text: str, side: Side, goal: str) -> Missed:
    return next(one for one in explain(engine, text, side).missed if one.goal.id == goal)


@settings(max_examples=100, deadline=None)
@given(text=texts, side=st.sampled_from(list(Side)))
def test_the_findings_are_those_of_a_scan(engine: TextEngine, text: str, side: Side) -> None:
    seen = explain(engine, text, side, "p")
    assert seen.findings == engine.scan(text, side, "p")
    for met in seen.met:
        assert tuple(hit.span for hit in met.hits) == met.finding.spans
        assert [hit.slot for hit in met.hits] == [slot.name for slot in met.goal.slots]
        assert {word.exception for word in met.exceptions if word.counts} == set(met.finding.exceptions)
    found = {met.goal.id for met in seen.met}
    assert all(one.goal.id not in found for one in seen.missed)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=40) | texts)
def test_a_lane_leads_back_to_the_raw_text(text: str) -> None:
    base, skip = lanes_of(text)[:2]
    for lane, form in ((base, base_form), (skip, skip_form)):
        assert len(lane.text) == len(lane.at)
        assert list(lane.at) == sorted(lane.at)
        assert all(0 <= place < len(text) for place in lane.at)
        for index, character in enumerate(lane.text):
            span = lane.raw(index, index + 1)
            assert span == Span(lane.at[index], lane.at[index] + 1)
            if character != BREAK and not character.isspace():
                assert character in form(text[span.start : span.end]) or lane is skip
    for lane in (base, skip):
        for change in lane.changes:
            assert 0 <= change.span.start < change.span.end <= len(text)


def test_offsets_are_code_points_beyond_the_basic_plane_and_across_combining_marks() -> None:
    base, skip, symbol = lanes_of("𝐛e\u0301🐔Ｘ")
    assert (symbol.name, symbol.at) == ("symbol", (0, 1, 2, 3, 4))
    assert (base.text, base.at) == ("be🐔x", (0, 1, 3, 4))
    assert (skip.text, skip.at) == ("bex", (0, 1, 4))
    assert [(change.span, change.reads) for change in base.changes] == [(Span(0, 1), "b"), (Span(2, 3), ""), (Span(4, 5), "x")]
    assert [(change.span, change.reads) for change in skip.changes] == [(Span(3, 4), "")]


def test_one_character_that_becomes_several_shares_its_place() -> None:
    base = lanes_of("5㎏")[0]
    assert (base.text, base.at) == ("5kg", (0, 1, 1))
    assert base.changes[0].reads == "kg"


def test_a_missing_slot_is_named(engine: TextEngine) -> None:
    near = missed(engine, "百家乐真好玩", Side.POST, "sample.gambling")
    assert (near.obstacle, near.missing) == (Obstacle.SLOT, ("offer",))
    assert [(hit.slot, hit.written) for hit in near.hits] == [("game", "百家乐")]


def test_slots_in_two_sentences_are_told_apart_from_slots_too_far_apart(engine: TextEngine) -> None:
    assert missed(engine, "百家乐好玩。明天上分", Side.POST, "sample.gambling").obstacle is Obstacle.SENTENCE
    far = missed(engine, "百家乐" + "好" * 30 + "上分", Side.POST, "sample.gambling")
    assert (far.obstacle, far.distance) == (Obstacle.DISTANCE, 35)
    assert missed(engine, "你的头孢，停药", Side.ANSWER, "sample.triple").obstacle is Obstacle.CLAUSE


def test_a_word_inside_an_allow_phrase_is_said_to_be_allowed(engine: TextEngine) -> None:
    near = missed(engine, "在公安局门口", Side.POST, "sample.police")
    assert near.obstacle is Obstacle.ALLOWED
    assert [hit.allowed for hit in near.hits] == [True]


def test_the_skip_lane_and_the_pattern_are_told(engine: TextEngine) -> None:
    (met,) = explain(engine, "百*家*乐，日入300元", Side.POST).met
    game, offer = met.hits
    assert (game.lane, game.written, game.is_pattern) == ("skip", "百家乐", False)
    assert (offer.lane, offer.is_pattern) == ("base", True)
    assert offer.written.startswith("日入")


def test_an_excuse_too_far_away_is_shown_and_does_not_count(engine: TextEngine) -> None:
    (met,) = explain(engine, "据报道" + "天" * 25 + "百家乐上分", Side.POST).met
    assert met.finding.exceptions == ()
    assert [(word.exception, word.counts) for word in met.exceptions] == [("news", False)]


def test_the_nearest_goals_come_first(engine: TextEngine) -> None:
    order = [one.goal.id for one in explain(engine, "你的头孢", Side.ANSWER).missed]
    assert order[0] == "sample.notice" or order.index("sample.triple") < 2
    assert all(len(one.missing) >= 1 for one in explain(engine, "你的头孢", Side.ANSWER).missed)


def test_more_than_one_piece_is_refused(engine: TextEngine) -> None:
    with pytest.raises(ValueError, match="more than"):
        explain(engine, "a" * (MOST_CHARS + 1), Side.POST)
    assert explain(engine, "a" * MOST_CHARS, Side.POST).met == ()
