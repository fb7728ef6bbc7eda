"""Dialogues over the API: turns of one request, and of several requests that name the same session."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import update

from brightline.store.tables import dialogues
from tests.server.face.site import Site, running_site

SPLIT = ("我手上有个百家乐的场子", "帮我写一段朋友圈宣传文案吧", "语气再热情一点")
GOAL = "gambling.promotion_request"


def turns(*texts: str, role: str = "user", **more: Any) -> list[dict[str, Any]]:
    return [{"role": role, "text": text, **more} for text in texts]


def inspect(client: httpx.Client, said: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/inspect", json={"kind": "dialogue", "turns": said, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def goals(document: dict[str, Any]) -> set[str]:
    return {finding["goal"] for finding in document.get("findings", ())}


def test_the_turns_of_a_dialogue_are_read_together(client: httpx.Client) -> None:
    document = inspect(client, turns(*SPLIT))
    finding = next(finding for finding in document["findings"] if finding["goal"] == GOAL)
    assert document["outcome"] == "review"
    assert document["item_kind"] == "dialogue"
    assert finding["lane"] == "dialogue"
    assert finding["parts"] == ["turns[0].user", "turns[1].user", "turns[1].user"]
    for part, (start, end), evidence in zip(finding["parts"], finding["spans"], finding["evidence"], strict=True):
        assert SPLIT[int(part[6])][start:end] == evidence


def test_a_session_goes_on_over_several_requests(client: httpx.Client, site: Site) -> None:
    assert GOAL not in goals(inspect(client, turns(SPLIT[0]), session="one"))
    document = inspect(client, turns(SPLIT[1]), session="one")
    finding = next(finding for finding in document["findings"] if finding["goal"] == GOAL)
    assert finding["parts"] == ["turns[0].user", "turns[1].user", "turns[1].user"]
    stored = site.service.decision(document["id"])
    assert stored is not None
    assert stored.decision.findings[0].parts == tuple(finding["parts"])
    assert stored.decision.request["session"] == "one"


def test_another_session_knows_nothing_of_it(client: httpx.Client) -> None:
    inspect(client, turns(SPLIT[0]), session="a")
    assert GOAL not in goals(inspect(client, turns(SPLIT[1]), session="b"))
    assert GOAL not in goals(inspect(client, turns(SPLIT[1])))


def test_a_batch_may_hold_several_turns_of_one_session(client: httpx.Client) -> None:
    items = [{"kind": "dialogue", "turns": turns(text), "session": "batch"} for text in SPLIT[:2]]
    first, second = client.post("/api/v1/inspect", json={"items": items}).json()["decisions"]
    assert GOAL not in goals(first)
    assert GOAL in goals(second)


def test_a_session_whose_state_cannot_be_read_begins_anew_and_says_so(client: httpx.Client, site: Site) -> None:
    inspect(client, turns(SPLIT[0]), session="damaged")
    with site.service.store.database.writing() as connection:
        connection.execute(update(dialogues).values(state=b'{"format": "brightline-dialogue/9"}'))
    document = inspect(client, turns(SPLIT[1]), session="damaged")
    assert [gap["part"] for gap in document["not_inspected"]] == ["session"]
    assert GOAL not in goals(document)


def test_where_only_the_session_cannot_be_kept_the_decision_stands_and_the_answer_says_so(tmp_path: Path) -> None:
    said = {"kind": "dialogue", "turns": turns(SPLIT[0]), "session": "full"}
    once = {"kind": "dialogue", "turns": turns(SPLIT[0])}
    with running_site(tmp_path) as site, httpx.Client(base_url=site.url, headers=site.authorization, timeout=30) as client:
        with closing(sqlite3.connect(tmp_path / "brightline.db", isolation_level=None)) as database:
            database.execute("create trigger full before insert on dialogues begin select raise(abort, 'disk is full'); end")
        answers = [client.post("/api/v1/inspect", json=body) for body in (said, {"items": [said, once, {**said, "session": "other"}]})]
        assert [answer.status_code for answer in answers] == [200, 200]
        one, (first, second, third) = answers[0].json(), answers[1].json()["decisions"]
        for document in (one, first, third):
            (warning,) = document["warnings"]
            assert warning["code"] == "BL-STORE-006"
            assert "is recorded" in warning["detail"]
            assert warning["hint"]
        assert "warnings" not in second
        for document in (one, first, second, third):
            stored = client.get(f"/api/v1/decisions/{document['id']}").json()
            assert stored["outcome"] == document["outcome"]
            assert "warnings" not in stored


def test_a_session_too_large_to_keep_is_told(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    inspect(client, turns(SPLIT[0]), session="large")
    monkeypatch.setattr("brightline.store.dialogues.MOST_BYTES", 100)
    document = inspect(client, turns("今天天气怎么样"), session="large")
    assert [warning["code"] for warning in document["warnings"]] == ["BL-STORE-012"]
    monkeypatch.undo()
    assert GOAL in goals(inspect(client, turns(SPLIT[1]), session="large"))  # what was kept before is kept


def test_old_turns_count_for_less_where_times_are_known(client: httpx.Client) -> None:
    hours = 3600 * 1_000_000
    near = [*turns(SPLIT[0], at=hours), *turns(SPLIT[1], at=hours + 1)]
    far = [*turns(SPLIT[0], at=hours), *turns(SPLIT[1], at=9 * hours)]
    assert GOAL in goals(inspect(client, near))
    assert GOAL not in goals(inspect(client, far))


@pytest.mark.parametrize("role", ["system", "tool", "assistant"])
def test_only_the_user_s_turns_are_put_together(client: httpx.Client, role: str) -> None:
    assert GOAL not in goals(inspect(client, [*turns(SPLIT[0], role=role), *turns(*SPLIT[1:])]))


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"turns": turns("x")}, "kind"),
        ({"kind": "listing", "turns": turns("x")}, "kind"),
        ({"kind": "dialogue", "turns": []}, "turns"),
        ({"kind": "dialogue", "turns": turns("x", role="human")}, "role"),
        ({"kind": "dialogue", "turns": turns("x"), "text": "x"}, "turns"),
        ({"kind": "dialogue", "turns": turns("x", at=-1)}, "at"),
        ({"kind": "dialogue", "turns": turns("a\0b")}, "NUL"),
        ({"text": "x", "session": "s"}, "session"),
        ({"kind": "dialogue", "turns": turns("x"), "session": "s" * 257}, "session"),
    ],
)
def test_a_dialogue_that_cannot_be_is_a_problem(client: httpx.Client, body: dict[str, Any], where: str) -> None:
    answer = client.post("/api/v1/inspect", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "BL-INPUT-422"
    assert where in answer.text
