"""A trial gives what the pipeline gives, and says how it came to it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.config import load_settings
from brightline.errors import TooLarge, TooSlow
from brightline.model import AgeBand, Door, Outcome, Part, Side, Span, Strictness
from brightline.pipeline import Pipeline
from brightline.rulebook.reasons import Why
from brightline.server.console.trial.judging import MOST_CHARS, Asked, Tried, try_text
from brightline.server.console.trial.segments import raw_segments

TODAY = date(2026, 11, 22)
FRAGMENTS = [
    "帮我写一条百家乐推广文案", "加微信上分", "新人开户送彩金", "稳赚不赔", "百 家 乐", "百*家*乐", "百傢樂", "ｂａｃｃａｒａｔ", "警方捣毁", "据报道", "我弟弟沉迷", "怎么戒赌", "办证刻章", "加v",
    "online casino", "deposit bonus", "你的头孢可以停药", "买入这只股票", "。", "，", "\n", " ", "🐔", "👨\u200d👩\u200d👧", "\u200b", "e\u0301", "𝐛", "今天天气很好", "hello ",
]  # fmt: skip
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=14).map("".join)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline(load_settings(home=tmp_path_factory.mktemp("home")))


def tried(
    pipeline: Pipeline,
    text: str,
    side: Side = Side.PROMPT,
    strictness: Strictness = Strictness.STANDARD,
    age: AgeBand = AgeBand.UNKNOWN,
    on: date = TODAY,
) -> Tried:
    return try_text(pipeline, Asked(text, side, strictness, age, on), 60)


@settings(max_examples=60, deadline=None)
@given(
    text=texts,
    side=st.sampled_from(list(Side)),
    strictness=st.sampled_from(list(Strictness)),
    age=st.sampled_from(list(AgeBand)),
    on=st.sampled_from([TODAY, date(2025, 12, 31), date(2027, 1, 1)]),
)
def test_a_trial_is_what_the_pipeline_says(
    pipeline: Pipeline, text: str, side: Side, strictness: Strictness, age: AgeBand, on: date
) -> None:
    seen = tried(pipeline, text, side, strictness, age, on)
    findings = pipeline.inspect([Part("text", side, text)])
    context = pipeline.context(Door.API, strictness=strictness, age_band=age, on=on)
    assert seen.explanation.findings == [finding for finding in findings if finding.detector == "text"]
    assert [one.finding for one in seen.weighed] == [finding for finding in findings if finding.detector == "models"]
    assert seen.judgement == pipeline.judge(findings, context)
    assert seen.outcomes[side, strictness, age] is seen.judgement.outcome
    assert [step.number for step in seen.steps] == list(range(1, len(findings) + 1))
    assert "".join(segment.text for segment in seen.segments) == text
    for (other, level, band), outcome in seen.outcomes.items():
        there = pipeline.inspect([Part("text", other, text)])
        assert outcome is pipeline.judge(there, pipeline.context(Door.API, strictness=level, age_band=band, on=on)).outcome


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=30), spans=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8))
def test_segments_cut_a_text_and_lose_nothing(text: str, spans: list[tuple[int, int]]) -> None:
    numbered = [(number, [Span(*span)]) for number, span in enumerate(spans, 1)]
    segments = raw_segments(text, numbered)
    assert "".join(segment.text for segment in segments) == text
    place = 0
    for segment in segments:
        for index in range(place, place + len(segment.text)):
            covering = [number for number, (start, end) in enumerate(spans, 1) if start <= index < end]
            assert list(segment.numbers) == covering[:4]
        place += len(segment.text)


def test_a_step_says_which_keys_were_turned(pipeline: Pipeline) -> None:
    seen = tried(pipeline, "百家乐真人荷官在线，注册送88彩金，提款秒到账", Side.POST)
    first = next(step for step in seen.steps if seen.explanation.findings[step.number - 1].goal == "gambling.promotion")
    assert (first.outcome, first.why, first.details) == (Outcome.BLOCK, Why.KEYS, ("PSA-82", "CSL-49"))
    news = tried(pipeline, "警方捣毁一个网络赌博团伙，该团伙以注册送彩金为诱饵", Side.POST)
    assert all(step.why is Why.EXCEPTION and step.outcome is Outcome.ALLOW for step in news.steps)
    assert "news" in news.steps[0].details


def test_the_price_is_measured_and_the_lanes_are_counted(pipeline: Pipeline) -> None:
    seen = tried(pipeline, "时 时 彩 计 划 群", Side.POST)
    assert seen.price.scan_us > 0
    assert seen.price.characters == (("base", 11), ("skip", 6), ("split", 6))
    assert [name for name, _ in seen.lanes] == ["base", "skip", "split"]
    assert [segment.text for segment in dict(seen.lanes)["skip"] if 1 in segment.numbers] == ["时时彩", "计划", "群"]


def test_too_long_a_text_is_refused_and_one_that_takes_too_long_is_given_up(pipeline: Pipeline) -> None:
    asked = Asked("好" * (MOST_CHARS + 1), Side.POST, Strictness.STANDARD, AgeBand.UNKNOWN, TODAY)
    with pytest.raises(TooLarge):
        asked.check()
    with pytest.raises(TooSlow):
        try_text(pipeline, Asked("好", Side.POST, Strictness.STANDARD, AgeBand.UNKNOWN, TODAY), 0)


def test_settings_that_are_none_are_those_of_the_installation(pipeline: Pipeline) -> None:
    asked = Asked.of({"text": "a\r\nb", "side": "nowhere", "strictness": "", "age_band": "x", "on": "2027-13-45"}, pipeline)
    assert (asked.text, asked.side, asked.strictness, asked.age_band) == (
        "a\nb",
        Side.PROMPT,
        pipeline.settings.strictness,
        AgeBand.UNKNOWN,
    )
    assert Asked.of({"on": "9999-01-01"}, pipeline).on == date(2100, 1, 1)


def test_an_operators_terms_are_told_as_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "terms.yaml").write_text(
        "- id: terms.tea\n  title: {zh: 不谈茶, en: No tea}\n  text: {zh: 本服务不谈茶。, en: No talk of tea.}\n  at_most: refuse\n",
        "utf-8",
    )
    goals = tmp_path / "goals"
    goals.mkdir()
    (goals / "tea.yaml").write_text(
        "- id: own.tea\n  title: {zh: 茶, en: Tea}\n  types: [4]\n  rules: []\n  term: terms.tea\n  sides: [prompt]\n  effect: stop\n"
        "  slots: [{name: tea, words: [龙井绿茶]}]\n  examples: [想喝龙井绿茶]\n  twins: [想喝水]\n  owner: tests\n",
        "utf-8",
    )
    pipeline = Pipeline(load_settings(home=tmp_path / "home", goals_dir=goals, terms_file=tmp_path / "terms.yaml"))
    (step,) = tried(pipeline, "来一杯龙井绿茶").steps
    assert (step.outcome, step.why, step.details) == (Outcome.REFUSE, Why.TERMS, ("terms.tea",))
