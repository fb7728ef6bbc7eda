"""``brightline check --dialogue``: conversations in JSONL and as spoken lines, explained turn by turn, refused line by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from brightline.cli.check_dialogue import dialogues_in
from brightline.errors import InputError
from tests.installation import in_process

THING, ASK = "我手上有个百家乐的场子", "帮我写一段朋友圈宣传文案吧"
SPOKEN = f"user: {THING}\nassistant: 好的。\n还有什么？\n用户：{ASK}\n"


def read(text: str) -> tuple[list[list[tuple[str, str]]], list[str]]:
    problems: list[InputError] = []
    items = [item for _, item in dialogues_in("talk", text, problems)]
    return [[(part.path, part.text) for part in item.parts] for item in items], [problem.code for problem in problems]


def test_spoken_lines_are_turns_and_lines_without_a_speaker_go_on(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(SPOKEN, "utf-8")
    found = in_process(tmp_path, "check", "--dialogue", "talk.txt", "--json", "--explain")
    assert found.returncode == 1
    decision = json.loads(found.stdout)
    assert (decision["source"], decision["outcome"], decision["item_kind"]) == ("talk.txt", "review", "dialogue")
    finding = next(finding for finding in decision["findings"] if finding["goal"] == "gambling.promotion_request")
    assert finding["parts"][0] == "turns[0].user"
    assert decision["context"]["tightened"]
    slots = [(turn["part"], slot["slot"]) for turn in decision["explanation"]["turns"] for slot in turn["slots"]]
    assert ("turns[0].user", "game") in slots
    assert {part for part, _ in slots} == {"turns[0].user", "turns[2].user"}


def test_people_see_the_turn_of_each_slot(tmp_path: Path) -> None:
    told = in_process(tmp_path, "check", "--dialogue", "-", "--explain", stdin=SPOKEN.encode()).stdout.decode()
    assert "turns[0].user" in told
    assert "sounds harmful so far" in told
    assert "goes on: " in told


def test_one_file_may_hold_one_conversation_or_one_a_line() -> None:
    turns = [{"role": "user", "text": THING}, {"role": "assistant", "content": "好的。"}]
    one = [("turns[0].user", THING), ("turns[1].assistant", "好的。")]
    assert read("\n".join(json.dumps(turn) for turn in turns)) == ([one], [])
    assert read("\n\n".join([json.dumps({"id": "x", "turns": turns}), json.dumps(turns)])) == ([one, one], [])
    assert read("User： a\nb\n\nTOOL: c") == ([[("turns[0].user", "a\nb"), ("turns[1].tool", "c")]], [])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("hello\nuser: a", ["BL-INPUT-853"]),
        ("", ["BL-INPUT-852"]),
        ("  \n\n", ["BL-INPUT-852"]),
        ("[]", ["BL-INPUT-852"]),
        ('{"role": "robot", "text": "a"}', ["BL-INPUT-851"]),
        ('{"role": "user"}', ["BL-INPUT-854"]),
        ('{"role": "user", "text": 1}', ["BL-INPUT-854"]),
        ('{"turns": [{"role": "user", "text": "a"}, 5]}', ["BL-INPUT-854"]),
        ('{"role": "user", "text": "a"}\nuser: b', ["BL-INPUT-854"]),
        ('{"role": "user", "text": "\\ud800"}', ["BL-INPUT-854"]),
    ],
)
def test_what_is_no_conversation_is_refused_with_its_code_and_nothing_of_it_is_inspected(text: str, codes: list[str]) -> None:
    assert read(text) == ([], codes)


def test_the_other_conversations_of_a_file_are_inspected(tmp_path: Path) -> None:
    good = json.dumps({"turns": [{"role": "user", "text": "你好"}]})
    (tmp_path / "talks.jsonl").write_text(f"{good}\n{{\n{good}\n", "utf-8")
    found = in_process(tmp_path, "check", "--dialogue", "talks.jsonl", "missing.jsonl", "--json")
    assert found.returncode == 2
    assert [json.loads(line)["source"] for line in found.stdout.splitlines()] == ["talks.jsonl:1", "talks.jsonl:3"]
    errors = found.stderr.decode()
    assert "BL-INPUT-854" in errors
    assert "talks.jsonl:2" in errors
    assert "BL-INPUT-020" in errors
