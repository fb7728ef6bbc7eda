"""The shipped goals as a set: they load, are grounded, explain themselves, and hold to what the law allows."""

from __future__ import annotations

import re

import pytest

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.moderation import goal_book, goal_paths
from brightline.rulebook import Rulebook
from brightline.text import Goal, GoalBook, load_goals

FAMILIES = {
    "gambling", "fraud", "black_market", "sexual", "minors", "likeness", "official", "health", "investment", "fortune",
    "ai_tools", "labels", "contraband", "self_harm", "rumour", "mills", "gore", "technique", "impersonation", "water_army",
}  # fmt: skip
# Latin words of two or three letters would hit inside nothing, but mean too much: only these are reviewed and let in.
SHORT_LATIN = re.compile(r"^[a-z]{1,2}$")


def _stops(goal: Goal, side: Side) -> bool:
    return side in goal.effects and goal.effects[side].stops


def test_every_family_is_there(book: GoalBook) -> None:
    assert {goal.id.split(".")[0] for goal in book} == FAMILIES


def test_the_book_is_read_once(rulebook: Rulebook) -> None:
    assert goal_book(rulebook) is goal_book(rulebook)


def test_every_goal_has_three_examples_and_three_benign_twins(book: GoalBook) -> None:
    assert [goal.id for goal in book if len(goal.examples) < 3 or len(goal.twins) < 3] == []


def test_every_goal_belongs_to_somebody_and_names_its_problem_type(book: GoalBook) -> None:
    assert all(goal.owner == "moderation" and goal.types for goal in book)


def test_a_goal_that_stops_asks_for_two_things_at_once(book: GoalBook) -> None:
    # A bare word never stops a text: it takes a second slot, or a pattern that joins the thing and the deed.
    stopping = [goal for goal in book if any(_stops(goal, side) for side in Side)]
    assert [goal.id for goal in stopping if len(goal.slots) < 2 and goal.slots[0].entries] == []


def test_a_goal_that_is_met_by_a_bare_word_leaves_the_answer_to_a_person_or_to_help(book: GoalBook) -> None:
    bare = [goal for goal in book if len(goal.slots) == 1 and goal.slots[0].entries]
    assert bare
    for goal in bare:
        assert set(goal.effects.values()) <= {Outcome.REVIEW, Outcome.LIMIT, Outcome.NOTICE, Outcome.ALLOW}, goal.id


def test_a_technique_alone_leads_to_nothing(book: GoalBook) -> None:
    # How a request is disguised is legal in itself: fiction, study, encoding. It weighs only beside what is asked for.
    techniques = [goal for goal in book if goal.id.startswith("technique.")]
    assert len(techniques) >= 7
    assert {outcome for goal in techniques for outcome in goal.effects.values()} == {Outcome.ALLOW}


def test_every_goal_that_stops_looks_for_news_education_and_help_first(book: GoalBook) -> None:
    assert [goal.id for goal in book if not goal.unless and any(_stops(goal, side) for side in Side)] == []


def test_sexual_content_about_minors_stops_on_every_side(book: GoalBook) -> None:
    goals = [goal for goal in book if goal.id.startswith("minors.sexual")]
    assert {side for goal in goals for side in goal.effects if _stops(goal, side)} == set(Side)


def test_a_person_in_distress_is_helped_and_never_refused(book: GoalBook) -> None:
    goal = book["self_harm.distress"]
    assert set(goal.effects.values()) == {Outcome.NOTICE}
    assert "12356" in goal.notice_zh
    assert "12356" in goal.notice_en


REWRITING = {"health.weight_dose", "investment.guaranteed_return"}  # docs/moderation.md says why


@pytest.mark.parametrize("family", ["health", "investment", "fortune"])
def test_key_areas_never_stop_an_answer(book: GoalBook, family: str) -> None:
    # legal-grounds.md, section 9, type 6: free, general information must be answered.
    answers = [goal for goal in book if goal.id.startswith(family + ".") and Side.ANSWER in goal.effects]
    assert answers
    expected = {goal.id: Outcome.REWRITE if goal.id in REWRITING else Outcome.NOTICE for goal in answers}
    assert {goal.id: goal.effects[Side.ANSWER] for goal in answers} == expected


def test_two_goals_take_their_clause_out_of_an_answer(book: GoalBook) -> None:
    assert {goal.id for goal in book for effect in goal.effects.values() if effect is Outcome.REWRITE} == REWRITING


def test_face_swap_and_label_removal_tools_as_such_are_not_blocked(book: GoalBook) -> None:
    # legal-grounds.md, section 9, type 2: no ground for blocking these tools.
    for goal_id in ("ai_tools.swap_goods", "ai_tools.label_removal_goods"):
        assert not any(_stops(book[goal_id], side) for side in Side)


def test_own_help_with_removing_a_label_is_refused(book: GoalBook) -> None:
    goal = book["labels.remove_request"]
    assert _stops(goal, Side.PROMPT)
    assert "DS-18" in goal.rules


def test_vulgar_text_without_obscenity_is_never_stopped(book: GoalBook) -> None:
    assert not any(_stops(book["sexual.vulgar"], side) for side in Side)


def test_every_notice_exists_in_both_languages(book: GoalBook) -> None:
    for goal in book:
        if Outcome.NOTICE in goal.effects.values():
            assert re.search("[一-鿿]", goal.notice_zh), goal.id
            assert re.match("[A-Za-z]", goal.notice_en), goal.id


def test_english_is_covered_where_prompts_are_judged(book: GoalBook) -> None:
    prompts = [goal for goal in book if _stops(goal, Side.PROMPT)]
    english = [goal.id for goal in prompts if any(example.text.isascii() for example in goal.examples)]
    families = {goal_id.split(".")[0] for goal_id in english}
    assert families >= {"gambling", "fraud", "black_market", "sexual", "minors", "likeness", "official", "ai_tools", "labels", "contraband"}


def test_a_goal_never_asks_for_more_than_its_rules_ground(rulebook: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> None:
    # The loader refuses the same goals once the blocking rules are taken away from one of them.
    source = next(path for path in goal_paths() if path.name == "gambling.yaml").read_text("utf-8")
    weakened = re.sub(r"rules: \[PSA-82[^\]]*\]", "rules: [QL25-2.6d]", source, count=1)
    assert weakened != source
    copy = tmp_path_factory.mktemp("goals") / "gambling.yaml"
    copy.write_text(weakened, "utf-8")
    exceptions = next(path for path in goal_paths() if path.name == "exceptions.yaml")
    with pytest.raises(DataError, match="BL-DATA-209") as caught:
        load_goals([exceptions, copy], rulebook)
    assert caught.value.line > 1
    assert "gambling.yaml" in caught.value.file


def test_no_word_is_a_bare_latin_letter_or_two(book: GoalBook) -> None:
    reviewed = {"qq", "vx", "wx", "ai", "vx号", "dm"}  # dm: a summons, only beside a thing
    words = {entry.base for goal in book for slot in goal.slots for entry in slot.entries}
    assert {word for word in words if SHORT_LATIN.match(word)} <= reviewed
