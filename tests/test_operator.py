"""What an operator brings: own terms, own goals, several processes. Wrong files stop the start with file and line."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from tests.installation import Installation, brightline, in_process, running

TERMS = """\
- id: no-spoilers
  title: {zh: 不得剧透, en: No spoilers}
  text: {zh: 请勿在评论区公布未上映影片的结局。, en: Do not post the endings of films that are not out yet.}
  at_most: block
"""
GOAL = """\
- id: house.spoilers
  title: {zh: 剧透, en: Spoilers}
  types: [8]
  rules: []
  term: no-spoilers
  sides: [post, answer]
  effect: stop
  manifest: true
  lanes: [base, skip]
  slots:
    - {name: ending, words: [大结局剧透, 凶手就是]}
  examples:
    - {text: 我告诉你凶手就是管家, side: post}
  twins:
    - {text: 请不要告诉我凶手是谁, side: post}
  owner: house
"""


def test_own_terms_are_a_ground_of_their_own_and_said_to_be_so(tmp_path: Path) -> None:
    goals = tmp_path / "goals"
    goals.mkdir()
    (goals / "house.yaml").write_text(GOAL, "utf-8")
    (tmp_path / "terms.yaml").write_text(TERMS, "utf-8")
    settings = {"goals_dir": str(goals), "terms_file": str(tmp_path / "terms.yaml")}
    found = in_process(tmp_path, "check", "-", "--json", stdin="听说了吗，凶手就是管家！".encode(), **settings)
    assert found.returncode == 1, found.stderr
    decision = json.loads(found.stdout)
    assert (decision["outcome"], decision["ground"]) == ("block", "terms")
    assert "rules" not in decision
    assert "不得剧透" in decision["reason_zh"]
    assert "《" not in decision["reason_zh"].replace("《不得剧透》", "")
    without = in_process(tmp_path, "check", "-", "--json", stdin="听说了吗，凶手就是管家！".encode())
    assert json.loads(without.stdout)["outcome"] == "allow"


def test_a_goal_file_with_a_bad_row_stops_the_start_with_file_and_line(tmp_path: Path) -> None:
    goals = tmp_path / "goals"
    goals.mkdir()
    (goals / "house.yaml").write_text(GOAL.replace("sides: [post, answer]", "sides: [post, letter]"), "utf-8")
    (tmp_path / "terms.yaml").write_text(TERMS, "utf-8")
    for command in ("serve", "doctor", "check"):
        arguments = ("check", "-") if command == "check" else (command,)
        run = brightline if command == "serve" else in_process
        found = run(tmp_path, *arguments, goals_dir=str(goals), terms_file=str(tmp_path / "terms.yaml"))
        said = (found.stdout + found.stderr).decode().replace("\n", "")
        assert found.returncode in (1, 2)
        assert "house.yaml:6" in said, said
        assert "letter" in said


def _ask(installation: Installation, key: str) -> str:
    request = urllib.request.Request(
        f"{installation.url}/v1/chat/completions",
        data=json.dumps({"model": "brightline-sandbox", "messages": [{"role": "user", "content": "你好"}]}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.headers["X-Brightline-Decision"])


def test_two_processes_share_one_postgresql_and_one_ledger(tmp_path: Path, postgres_url: str) -> None:
    with running(tmp_path, database_url=postgres_url) as first, running(tmp_path, database_url=postgres_url) as second:
        ids = [_ask(installation, first.key) for _ in range(10) for installation in (first, second)]
        first.stop()
        ids += [_ask(second, first.key)]
        second.stop()
    listed = brightline(tmp_path, "decisions", "--json", "--limit", "100", database_url=postgres_url)
    stored = {row["id"]: row["ledger"] for row in map(json.loads, listed.stdout.splitlines())}
    assert set(stored) == set(ids)
    # Entry 0 says that the console's first user was made, by one of the two and once.
    assert sorted(ledger["seq"] for ledger in stored.values()) == list(range(1, len(ids) + 1))
    assert brightline(tmp_path, "ledger", "verify", database_url=postgres_url).returncode == 0
