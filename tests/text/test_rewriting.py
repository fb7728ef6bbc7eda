"""A clause that a rewriting goal finds is left out of what leaves, in any chunking, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Finding, Outcome, Side
from brightline.text import GoalBook, TextEngine, TextStream
from tests.text.test_stream import cuts, pieces_of, texts

GOALS = """
- id: sample.returns
  title: {zh: 承诺收益, en: Guaranteed returns}
  types: [6]
  rules: [A-1]
  sides: [answer]
  effect: rewrite
  within: 30
  slots:
    - {name: promise, words: [稳赚不赔, 保本, guaranteed]}
    - {name: gain, words: [收益, 利息, returns]}
  notice: {zh: 投资有风险。, en: Investing carries risk.}
  unless:
    - {exception: news, use: news, within: 20}
  examples: [这只基金稳赚不赔，收益高]
  twins: [基金收益有高有低]
  owner: tests
- id: sample.stop
  title: {zh: 停止, en: Stop}
  types: [9]
  rules: [A-1]
  sides: [answer]
  effect: stop
  slots: [{name: game, words: [百家乐]}]
  examples: [百家乐]
  twins: [百家]
  owner: tests
"""


@pytest.fixture(scope="module")
def rewriting(load: Callable[..., GoalBook]) -> TextEngine:
    return TextEngine(load(GOALS))


def rewrites(finding: Finding) -> bool:
    return finding.effect is Outcome.REWRITE


def stream_of(engine: TextEngine, *, json_escapes: bool = False) -> TextStream:
    return engine.stream(Side.ANSWER, "a", lambda finding: finding.effect.stops, rewrites=rewrites, json_escapes=json_escapes)


def released(engine: TextEngine, chunks: list[str], *, json_escapes: bool = False) -> tuple[str, TextStream]:
    stream = stream_of(engine, json_escapes=json_escapes)
    out = "".join(stream.feed(chunk) for chunk in chunks)
    return out + stream.finish(), stream


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("先说结论。这只基金稳赚不赔的收益高，不过要看期限。", "先说结论。这只基金〔…〕，不过要看期限。"),
        ("保本又有利息！还有别的。保本的利息。", "〔…〕！还有别的。〔…〕。"),
        ("guaranteed 12% returns, or so", "〔…〕, or so"),
        ("利息保本", "〔…〕"),
        ("据报道，所谓保本收益是骗局。", "据报道，所谓保本收益是骗局。"),
        ("普通的一句话。", "普通的一句话。"),
    ],
)
def test_the_clause_from_its_evidence_on_is_left_out(rewriting: TextEngine, text: str, leaves: str) -> None:
    for chunks in ([text], list(text)):
        out, stream = released(rewriting, chunks)
        assert out == leaves
        kept, done = [], 0
        for span in stream.left_out:
            kept += [text[done : span.start], "〔…〕"]
            done = span.end
        assert out == "".join(kept) + text[done : stream.released]


@settings(max_examples=100, deadline=None)
@given(
    text=st.lists(st.sampled_from(["保本", "收益", "稳赚不赔", "，", "。", "利息", "新闻", "百家乐", "好", " "]) | texts, max_size=12).map(
        "".join
    ),
    where=cuts,
)
def test_any_chunking_leaves_out_the_same(rewriting: TextEngine, text: str, where: list[int]) -> None:
    whole = stream_of(rewriting)
    expected = whole.feed_all(text)
    out, stream = released(rewriting, pieces_of(text, where))
    assert stream.findings == whole.findings
    if whole.stopped is None:  # a stop keeps back what was open with it, which depends on the chunks
        assert out == expected
        assert stream.left_out == whole.left_out


def test_escapes_are_cut_at_their_own_places(rewriting: TextEngine) -> None:
    raw = "a\\n\\u4fdd本的收益\\uff0c好"
    out, _ = released(rewriting, list(raw), json_escapes=True)
    assert out == "a\\n〔…〕\\uff0c好"


def test_a_clause_without_an_end_is_left_out_up_to_a_limit(rewriting: TextEngine) -> None:
    out, stream = released(rewriting, list("保本收益" + "呀" * 300))
    assert out.startswith("〔…〕呀")
    assert stream.left_out[0].end - stream.left_out[0].start < 100


def test_what_is_not_asked_to_be_rewritten_leaves_whole(rewriting: TextEngine) -> None:
    stream = rewriting.stream(Side.ANSWER, "a", lambda finding: finding.effect.stops)
    assert stream.feed("保本收益，好") + stream.finish() == "保本收益，好"
