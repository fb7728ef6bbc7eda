"""The semantic stage as one of the second looks: borderline texts only, off the event loop, bounded."""

from __future__ import annotations

import pytest

from brightline.config import load_settings
from brightline.model import Part, Side
from brightline.moderation.semantic import MOST_TEXTS, Semantic
from brightline.pipeline import Pipeline
from brightline.second_look import MOST_WAITING, SecondLook
from brightline.text import GoalBook, TextEngine

BORDERLINE = "上分下分找我，秒到账，信誉第一"


@pytest.fixture
def pipeline(small_book: GoalBook) -> Pipeline:
    made = Pipeline(load_settings())
    made.engine = TextEngine(small_book)
    return made


def posts(*texts: str) -> list[Part]:
    return [Part(f"messages[{n}]", Side.PROMPT, text) for n, text in enumerate(texts)]


async def test_only_borderline_texts_are_compared_and_only_so_many_of_a_call(
    pipeline: Pipeline, stage: Semantic, embedder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = SecondLook(None, load_settings(), stage)
    assert look.is_on
    answer = await look.look(posts("今天天气很好", *[f"{BORDERLINE}{n}" for n in range(MOST_TEXTS + 1)]), pipeline)
    assert embedder.asked == [f"{BORDERLINE}{n}" for n in range(MOST_TEXTS)]  # type: ignore[attr-defined]
    assert [gap.part for gap in answer.not_inspected] == [f"messages[{MOST_TEXTS + 1}]"]
    monkeypatch.setattr(look, "_waiting", MOST_WAITING)
    crowded = await look.look(posts(BORDERLINE), pipeline)
    assert [gap.detector for gap in crowded.not_inspected] == ["semantic"]
    await look.close()


async def test_an_embedder_that_fails_leaves_a_gap_and_no_error(
    pipeline: Pipeline, stage: Semantic, embedder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(texts: list[str]) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(embedder, "vectors", fails)
    look = SecondLook(None, load_settings(), stage)
    answer = await look.look(posts(BORDERLINE), pipeline)
    assert answer.findings == ()
    assert [gap.part for gap in answer.not_inspected] == ["messages[0]"]
    await look.close()


async def test_goals_read_anew_are_taken_over(pipeline: Pipeline, stage: Semantic, small_book: GoalBook) -> None:
    look = SecondLook(None, load_settings(), stage)
    fewer = GoalBook(small_book.goals[:1], "fewer")
    pipeline.engine = TextEngine(fewer)
    await look.look(posts(BORDERLINE), pipeline)
    assert look._semantic is not None
    assert look._semantic.book is fewer
    await look.close()


async def test_all_texts_are_compared_where_the_operator_wants_that(pipeline: Pipeline, stage: Semantic) -> None:
    look = SecondLook(None, load_settings(semantic="all"), stage)
    answer = await look.look(posts("甲甲甲甲甲", "甲乙甲乙甲乙"), pipeline)
    assert [(one.goal, one.part) for one in answer.findings] == [("likeness.undress", "messages[0]")]
    await look.close()


def test_off_means_off() -> None:
    settings = load_settings(semantic="off")
    assert not SecondLook.open(settings, Pipeline(settings)).is_on
