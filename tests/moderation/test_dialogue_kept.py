"""What a conversation leaves behind: its saved state, answers judged stricter, turns that another call had not seen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from brightline.model import Context, Door, Strictness
from brightline.moderation import goal_book
from brightline.moderation.dialogue import Dialogue, DialogueReader, Turn, dialogue_item, load_dialogue, save_dialogue, turns_of
from brightline.moderation.dialogue.saved import KEPT_BYTES
from brightline.rulebook import load_rulebook
from brightline.text import TextEngine

THING, ASK = "我手上有个百家乐的场子", "帮我写一段朋友圈宣传文案吧"
CONTEXT = Context(on=date(2026, 11, 23), door=Door.GATEWAY)


@pytest.fixture(scope="module")
def reader() -> DialogueReader:
    return DialogueReader(TextEngine(goal_book(load_rulebook())))


def turns(*said: str, first: int = 0) -> list[Turn]:
    return turns_of(dialogue_item([("user", text) for text in said], first=first).parts)


def followed(reader: DialogueReader, *said: str) -> Dialogue:
    dialogue = Dialogue(reader)
    dialogue.observe_all(turns(*said))
    return dialogue


def test_an_open_request_tightens_the_answers_and_says_why(reader: DialogueReader) -> None:
    assert followed(reader, THING).tighten(CONTEXT) is CONTEXT
    tightened = followed(reader, THING, ASK).tighten(CONTEXT)
    assert "gambling.promotion_request" in tightened.tightened
    assert tightened.strictness is CONTEXT.strictness  # what the operator set stays on record


def test_an_excused_request_or_one_that_was_left_tightens_nothing(reader: DialogueReader) -> None:
    assert followed(reader, "我在写反诈宣传材料", THING, ASK).tighten(CONTEXT) is CONTEXT
    assert followed(reader, THING, ASK, "换个话题，今天天气怎么样").tighten(CONTEXT) is CONTEXT


def test_what_tightens_and_how_it_sounds_are_saved(reader: DialogueReader) -> None:
    dialogue = followed(reader, THING, ASK)
    again = load_dialogue(reader, json.loads(json.dumps(save_dialogue(dialogue))))
    assert again.tighten(CONTEXT) == dialogue.tighten(CONTEXT)
    assert again.harmful == dialogue.harmful


def test_a_state_from_before_there_was_a_sound_is_read(reader: DialogueReader) -> None:
    document = save_dialogue(followed(reader, THING, ASK))
    del document["raised"]
    for turn in document["turns"]:
        for _, text in turn["texts"]:
            del text["leaning"]
    assert load_dialogue(reader, document).tighten(CONTEXT) is CONTEXT


def test_of_a_state_that_is_too_large_the_oldest_turns_go(reader: DialogueReader) -> None:
    goals = [goal for goal in reader.goals.values() if len(goal.slots) > 1]
    crammed = "，".join(slot.entries[0].written for goal in goals for slot in goal.slots if slot.entries)
    dialogue = followed(reader, *(f"{number}：{crammed}" for number in range(15)), THING)
    document = save_dialogue(dialogue)
    assert len(json.dumps(document, separators=(",", ":"))) <= KEPT_BYTES
    assert 1 <= len(document["turns"]) < len(dialogue.turns)
    assert document["turns"][-1]["number"] == dialogue.turns[-1].number
    assert "gambling.promotion_request" in {finding.goal for finding in load_dialogue(reader, document).observe_all(turns(ASK, first=99))}


def test_names_leave_room_for_turns_and_the_oldest_names_go(reader: DialogueReader) -> None:
    named = [f'p{number}="{chr(0x4E00 + number) * 399}"' for number in range(32)]
    dialogue = followed(reader, *(" ".join(named[at : at + 2]) for at in range(0, 32, 2)), THING)
    assert len(dialogue.names) == 32
    document = save_dialogue(dialogue)
    assert len(json.dumps(document, separators=(",", ":"))) <= KEPT_BYTES
    assert 1 < len(document["names"]) < 32
    assert list(document["names"]) == list(dialogue.names)[-len(document["names"]) :]
    assert "gambling.promotion_request" in {finding.goal for finding in load_dialogue(reader, document).observe_all(turns(ASK, first=99))}


def test_of_a_turn_in_many_parts_that_is_too_large_the_last_parts_stay(reader: DialogueReader) -> None:
    goals = [goal for goal in reader.goals.values() if len(goal.slots) > 1]
    crammed = "，".join(slot.entries[0].written for goal in goals for slot in goal.slots if slot.entries)
    (turn,) = turns(THING)
    parts = tuple(replace(turn.parts[0], path=f"turns[0].user[{number}]", text=f"{number}：{crammed}") for number in range(15))
    dialogue = Dialogue(reader)
    dialogue.observe(replace(turn, parts=(*parts, replace(turn.parts[0], path="turns[0].user[15]"))))
    document = save_dialogue(dialogue)
    assert len(json.dumps(document, separators=(",", ":"))) <= KEPT_BYTES
    (kept,) = document["turns"]
    assert 1 < len(kept["texts"]) < 16
    assert kept["texts"][-1][0] == "turns[0].user[15]"


def test_turns_that_another_call_said_are_absorbed_and_found_with_the_next(reader: DialogueReader) -> None:
    faster, slower = Dialogue(reader), followed(reader, THING)
    faster.observe_all(turns("今天天气怎么样"))
    faster.absorb(turns(THING, first=1), slower)
    assert faster.count == 2
    assert "gambling.promotion_request" in {finding.goal for finding in faster.observe_all(turns(ASK, first=2))}


def test_what_meets_while_it_is_absorbed_is_still_to_be_told(reader: DialogueReader) -> None:
    faster, slower = followed(reader, THING), followed(reader, ASK)
    faster.absorb(turns(ASK, first=1), slower)
    assert faster.told == set()
    assert "gambling.promotion_request" in {finding.goal for finding in faster.observe_all(turns(ASK, first=2))}


def test_strictness_has_three_steps() -> None:
    assert [level.stricter for level in Strictness] == [Strictness.STANDARD, Strictness.STRICT, Strictness.STRICT]
