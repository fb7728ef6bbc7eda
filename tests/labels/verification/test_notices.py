"""The words for the public: the attribute's own wording, per kind of content, and never a chance."""

from __future__ import annotations

import pytest

from brightline.labels.verification.notices import ATTRIBUTES, advice, articles, kind_of, notice_for
from brightline.labels.verification.verdict import GroundKind, State


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.CONFIRMED, "该视频属于人工智能生成合成内容"),
        (State.POSSIBLE, "该视频可能为人工智能生成合成内容"),
        (State.SUSPECTED, "该视频疑似人工智能生成合成内容"),
        (State.NONE, ""),
        (State.INCONCLUSIVE, ""),
    ],
)
def test_the_notice_follows_the_measures_article_6(state: State, words: str) -> None:
    zh, en = notice_for(state, "video")

    assert zh == words
    assert bool(en) == bool(zh)


def test_each_state_with_a_notice_has_the_attribute_that_a_platform_writes() -> None:
    assert {state: str(attribute) for state, attribute in ATTRIBUTES.items()} == {"confirmed": "1", "possible": "2", "suspected": "3"}


@pytest.mark.parametrize("state", list(State))
def test_each_state_is_explained_in_both_languages_without_a_chance(state: State) -> None:
    zh, en = advice(state)

    assert zh
    assert en
    assert not any(word in zh + en for word in ("%", "概率", "置信", "probab", "confidence"))


def test_what_only_our_own_record_knows_is_not_said_by_the_file() -> None:
    zh, en = advice(State.CONFIRMED, GroundKind.RECORD)

    assert zh.startswith("本服务的记录表明")
    assert en.startswith("This installation's records say")
    assert advice(State.CONFIRMED, GroundKind.LABEL) == advice(State.CONFIRMED)
    assert advice(State.SUSPECTED, GroundKind.RECORD) == advice(State.SUSPECTED)


@pytest.mark.parametrize(
    ("media_type", "kind"), [("image/png", "image"), ("audio/mpeg", "audio"), ("video/mp4", "video"), ("text/html", "text"), ("application/pdf", "text"), ("", "text")]
)  # fmt: skip
def test_the_kind_of_content_is_told_by_its_media_type(media_type: str, kind: str) -> None:
    assert kind_of(media_type) == kind


def test_a_rule_is_cited_once_and_in_order() -> None:
    assert [article.rule for article in articles(["LM-6.3", "LM-6.5", "LM-6.3"])] == ["LM-6.3", "LM-6.5"]
