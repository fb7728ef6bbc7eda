"""The semantic stage: what it finds, what it never does, what it leaves out, and operators' own goals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from brightline.model import Outcome, Part, Side
from brightline.moderation.semantic import MOST_TEXTS, Semantic, admitted
from brightline.moderation.semantic.exemplars import MOST_CHARS
from brightline.text import GoalBook
from brightline.text.goals import Example


def part(text: str, side: Side = Side.PROMPT, path: str = "messages[0]") -> Part:
    return Part(path, side, text)


def test_a_text_nearer_to_harmful_exemplars_than_to_twins_goes_to_a_person(stage: Semantic) -> None:
    (finding,) = stage.look([part("甲甲甲甲甲")])
    assert (finding.goal, finding.effect, finding.lane, finding.manifest) == ("likeness.undress", Outcome.REVIEW, "semantic", False)
    assert finding.evidence == ("甲甲甲甲甲",)
    assert finding.normalised[0].startswith("甲甲")
    assert finding.rules


def test_a_twin_is_left_alone_though_it_is_just_as_near_to_a_harmful_exemplar(stage: Semantic) -> None:
    assert stage.look([part("甲乙甲乙甲乙")]) == []
    assert stage.margin("甲乙甲乙甲乙") < stage.threshold


def test_a_text_that_is_near_to_nothing_is_left_alone(stage: Semantic) -> None:
    assert stage.look([part("完全无关的一句话")]) == []


def test_a_milder_goal_keeps_its_milder_effect_and_its_notice(stage: Semantic, small_book: GoalBook) -> None:
    (finding,) = stage.look([part("丙丙丙丙")])
    assert (finding.goal, finding.effect) == ("fortune.request", Outcome.NOTICE)
    assert finding.note_zh == small_book["fortune.request"].notice_zh


def test_only_goals_that_look_at_the_side_are_named(stage: Semantic) -> None:
    assert [finding.goal for finding in stage.look([part("丙丙丙丙", Side.LISTING)])] == ["likeness.undress"]
    assert stage.look([part("丙丙丙丙", Side.ANSWER)]) == []


def test_a_finding_shows_the_beginning_of_a_long_text_and_reads_no_more_than_its_share(stage: Semantic, embedder: object) -> None:
    (finding,) = stage.look([part("甲" * 5000)])
    assert len(finding.evidence[0]) == 400
    assert max(map(len, embedder.asked)) == MOST_CHARS  # type: ignore[attr-defined]


def test_what_is_left_out_of_a_call_is_said() -> None:
    parts = [part("字" * (MOST_CHARS + 1), path="messages[0]"), part(" \n", path="messages[1]")]
    parts += [part("字", path=f"messages[{n}]") for n in range(2, 2 + MOST_TEXTS)]
    taken, gaps = admitted(parts)
    assert [one.path for one in taken] == ["messages[0]", "messages[2]", "messages[3]", "messages[4]"]
    assert [one.part for one in gaps] == ["messages[5]", "messages[0]"]


def test_a_start_embeds_nothing_that_ships(stage: Semantic, embedder: object) -> None:
    assert stage.settle(30)
    assert embedder.asked == []  # type: ignore[attr-defined]


@pytest.fixture
def own_book(small_book: GoalBook) -> GoalBook:
    """The same, and a goal of the operator's."""
    first = small_book.goals[0]
    own = replace(
        first,
        id="own.tickets",
        examples=tuple(Example("戊己" * n, Side.PROMPT, 1) for n in (1, 2, 3)),
        twins=tuple(Example("戊庚" * n, Side.PROMPT, 1) for n in (1, 2, 3)),
    )
    return GoalBook((*small_book.goals, own), "own")


def test_an_operators_goal_speaks_once_its_exemplars_are_embedded(
    stage: Semantic, stage_at: Callable[[GoalBook, Path | None], Semantic], own_book: GoalBook
) -> None:
    assert stage.look([part("戊己戊己戊己戊")]) == []
    found = stage_at(own_book, None).look([part("戊己戊己戊己戊")])
    assert [finding.goal for finding in found] == ["own.tickets"]
    assert stage_at(own_book, None).look([part("戊庚戊庚戊庚戊")]) == []


def test_an_operators_vectors_are_kept_in_the_home_and_not_computed_again(
    tmp_path: Path, stage_at: Callable[[GoalBook, Path | None], Semantic], own_book: GoalBook, embedder: object
) -> None:
    stage_at(own_book, tmp_path)
    embedder.asked.clear()  # type: ignore[attr-defined]
    again = stage_at(own_book, tmp_path)
    assert embedder.asked == []  # type: ignore[attr-defined]
    assert [finding.goal for finding in again.look([part("戊己戊己戊己戊")])] == ["own.tickets"]


def test_kept_vectors_that_cannot_be_read_are_computed_again(
    tmp_path: Path, stage_at: Callable[[GoalBook, Path | None], Semantic], own_book: GoalBook
) -> None:
    (tmp_path / "semantic").mkdir()
    (tmp_path / "semantic" / "own.npz").write_bytes(b"PK\x03\x04 not an archive")
    assert stage_at(own_book, tmp_path).look([part("戊己戊己戊己戊")])


def test_goals_that_changed_are_taken_over(stage: Semantic, own_book: GoalBook) -> None:
    changed = stage.over(own_book)
    assert changed.settle(30)
    assert changed.book is own_book
    assert changed.look([part("戊己戊己戊己戊")])
    changed.close()
