"""The export over real HTTP: exactly what the filter finds, streamed, on record before and after, and for whom."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import socket

import httpx
import pytest
from arro3.io import read_parquet
from sqlalchemy import text

from brightline.model import Outcome
from brightline.server.console.permissions import ROLES, Permission
from brightline.store import AuditEvent
from tests.server.console.conftest import Console, Person, eventually
from tests.server.console.decisions.conftest import Filled, damage, decision, look, sheet, various

PATH = "/console/decisions/export"


def export(person: Person, query: str = "", form: str = "jsonl", **more: str) -> httpx.Response:
    return person.post(PATH, {"query": query, "format": form} | more)


def events(console: Console, subject: str | None = None) -> list[AuditEvent]:
    found: list[AuditEvent] = console.site.service.store.audit.events(kind="decisions.exported", subject=subject)
    return found


def ids_in(answer: httpx.Response, form: str) -> list[str]:
    if form == "jsonl":
        return [json.loads(line)["id"] for line in answer.content.splitlines()]
    if form == "csv":
        return [row["id"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))]
    column = read_parquet(io.BytesIO(answer.content)).read_all().column("id")
    return [cell.as_py() for chunk in column.chunks for cell in chunk]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("query", ["", "outcome=flagged", "type=9&outcome=flagged", "text=GOLD_BARS", "account=nobody"])
def test_a_file_holds_exactly_what_the_list_shows(filled: Filled, form: str, query: str) -> None:
    answer = export(filled.console.as_("lead"), query, form)
    assert answer.status_code == 200
    wanted = {
        "": lambda each: True,
        "outcome=flagged": lambda each: each.outcome is not Outcome.ALLOW,
        "type=9&outcome=flagged": lambda each: any(9 in seen.problem_types for seen in each.findings),
        "text=GOLD_BARS": lambda each: (
            any("gold_bars" in seen.excerpt for seen in each.findings) or any("gold_bars" in t for t in each.texts.values())
        ),
        "account=nobody": lambda each: False,
    }[query]
    assert ids_in(answer, form) == filled.ids(wanted)


@pytest.mark.parametrize(
    ("form", "media"), [("jsonl", "application/x-ndjson"), ("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet")]
)
def test_a_file_comes_as_a_download_with_a_telling_name(filled: Filled, form: str, media: str) -> None:
    answer = export(filled.console.as_("lead"), "type=9&outcome=refuse,block", form)
    assert answer.headers["content-type"].startswith(media)
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="brightline-decisions-2')
    assert disposition.endswith(f'-type-9-refuse-block.{form}"')
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["transfer-encoding"] == "chunked"


def test_an_export_is_on_record_before_its_first_byte_and_after_its_last(filled: Filled) -> None:
    lead = filled.console.as_("lead")
    assert lead.user is not None
    answer = export(lead, "outcome=flagged&text=秘密&account=user-1", "csv", texts="yes", bom="yes")
    number = answer.headers["brightline-export"]
    ended, begun = eventually(lambda: found if len(found := events(filled.console, number)) == 2 else None)
    assert begun.actor == ended.actor == lead.user.id
    assert begun.detail["phase"] == "begun"
    assert begun.detail["format"] == "csv"
    assert begun.detail["texts"] is True
    assert begun.detail["filter"]["outcome"] == "flagged"
    assert "秘密" not in repr((begun, ended))
    assert "user-1" not in repr((begun, ended))
    assert ended.detail["how"] == "whole"
    assert ended.detail["bytes"] == len(answer.content)
    assert ended.detail["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert ended.detail["rows"] == 0
    assert filled.console.site.service.store.audit.verify(begun.id)


def test_the_number_of_rows_is_on_record(filled: Filled) -> None:
    answer = export(filled.console.as_("auditor"), "", "parquet")
    ended, _ = eventually(lambda: found if len(found := events(filled.console, answer.headers["brightline-export"])) == 2 else None)
    assert ended.detail["rows"] == len(filled.made)
    text = sheet(filled.console.as_("auditor").get(PATH)).text
    assert "the-auditor" in text
    assert ended.detail["sha256"][:8] in text


def test_nothing_is_sent_that_cannot_be_put_on_record(growing: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    from brightline.errors import StoreError

    growing.add(decision(growing.now))
    lead = growing.console.as_("lead")

    def full(*_: object, **__: object) -> None:
        raise StoreError("BL-STORE-002", "the disk is full")

    monkeypatch.setattr(growing.console.site.service.store.audit, "record", full)
    answer = export(lead)
    assert answer.status_code == 503
    assert growing.made[0].id not in answer.text


def test_texts_come_only_when_asked_for_and_only_to_roles_that_read_them(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = filled.console.as_("lead")
    assert "gold_bars" not in export(lead).text
    assert "gold_bars" in export(lead, texts="yes").text
    assert "gold_bars" not in export(lead, texts="no").text
    from brightline.server.console import permissions
    from brightline.server.console.permissions import Role

    monkeypatch.setitem(permissions.ROLES, Role.LEAD, ROLES[Role.LEAD] - {Permission.TEXTS_READ})  # type: ignore[arg-type, call-overload]
    answer = export(lead, texts="yes")
    assert "gold_bars" not in answer.text
    begun = events(filled.console, answer.headers["brightline-export"])[-1]
    assert begun.detail["texts"] is False
    assert "Your role does not read texts" in lead.get(PATH).text


@pytest.mark.parametrize("role", ["admin", "reviewer", "rule_author"])
def test_other_roles_export_nothing(filled: Filled, role: str) -> None:
    person = filled.console.as_(role)
    before = len(events(filled.console))
    assert person.get(PATH).status_code == 403
    assert export(person).status_code == 403
    assert f'href="{PATH}' not in person.get("/console/decisions").text
    assert len(events(filled.console)) == before


@pytest.mark.parametrize(
    ("query", "form", "status"), [("type=99", "jsonl", 400), ("nonsense=1", "csv", 400), ("", "xlsx", 400), ("", "", 400)]
)
def test_what_cannot_be_exported_is_told_and_leaves_no_event(filled: Filled, query: str, form: str, status: int) -> None:
    before = len(events(filled.console))
    assert export(filled.console.as_("lead"), query, form).status_code == status
    assert len(events(filled.console)) == before


def test_the_page_says_how_much_which_columns_and_that_it_is_recorded(filled: Filled) -> None:
    lead = filled.console.as_("lead")
    page = look(lead, f"{PATH}?outcome=flagged")
    assert page.field("query") == "outcome=flagged"
    for piece in ("everything but allowed", "recorded in the ledger", "took_ms", "problem_types", "timestamp", "With the quoted texts"):
        assert piece in page.text, piece
    number = len(filled.ids(lambda each: each.outcome is not Outcome.ALLOW))
    assert f"{number} decisions" in page.text
    assert lead.get(f"{PATH}?type=99").status_code == 400


def test_a_download_that_is_broken_off_is_on_record(growing: Filled) -> None:
    growing.add(*various(3_000, growing.now, seed=9))
    lead = growing.console.as_("lead")
    host, port = growing.console.site.url.removeprefix("http://").split(":")
    body = httpx.QueryParams({"csrf": lead.csrf, "query": "", "format": "jsonl", "texts": "yes"})
    request = (
        f"POST {PATH} HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {growing.console.site.url}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Cookie: __Host-brightline={lead.secret}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(str(body))}\r\n\r\n{body}"
    )
    before = {event.subject for event in events(growing.console)}
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(request.encode())
        assert b"200 OK" in connection.recv(300)
    found = eventually(
        lambda: [event for event in events(growing.console) if event.subject not in before and event.detail["phase"] == "ended"]
    )
    assert found[0].detail["how"] == "broken off"
    assert found[0].detail["rows"] < 3_000 or found[0].detail["bytes"] < 3_000 * 500
    assert len(export(lead).content.splitlines()) == 3_000, "the next one goes through"


def test_an_export_under_way_is_told_as_such(growing: Filled) -> None:
    lead = growing.console.as_("lead")
    assert lead.user is not None
    about = {"phase": "begun", "format": "csv", "texts": False, "filter": {}, "file": "half-sent.csv"}
    growing.console.site.service.store.audit.record(
        "decisions.exported", subject="half", actor=lead.user.id, detail=about, tenant="default"
    )
    text = sheet(lead.get(f"{PATH}/recent", htmx=True)).text
    assert "half-sent.csv" in text
    assert "Being sent" in text


def test_a_failure_on_the_way_breaks_the_download_and_is_on_record(growing: Filled) -> None:
    growing.add(*various(50, growing.now, seed=11))
    store = growing.console.site.service.store
    with store.database.writing() as connection:
        connection.execute(text("ALTER TABLE decision_types RENAME TO decision_types_gone"))
    try:
        with pytest.raises(httpx.RemoteProtocolError):
            export(growing.console.as_("lead"), "type=2")
    finally:
        with store.database.writing() as connection:
            connection.execute(text("ALTER TABLE decision_types_gone RENAME TO decision_types"))
    ended = eventually(lambda: [event for event in events(growing.console)[:1] if event.detail["phase"] == "ended"])
    assert ended[0].detail["how"] == "failed"


@pytest.mark.parametrize("texts", ["yes", ""])
def test_a_row_that_cannot_be_read_is_in_every_file_and_on_record(growing: Filled, texts: str) -> None:
    growing.add(*various(50, growing.now, seed=11))
    bad = growing.made[30]
    damage(growing.console, bad.id)
    lead = growing.console.as_("lead")
    lines = [json.loads(line) for line in export(lead, texts=texts).content.splitlines()]
    assert [line["id"] for line in lines] == [each.id for each in growing.made]
    assert [line["id"] for line in lines if line.get("unreadable")] == [bad.id]
    assert (lines[30]["outcome"], lines[30]["made_at"]) == (bad.outcome.value, bad.made_at)
    ended = eventually(lambda: [event for event in events(growing.console)[:1] if event.detail["phase"] == "ended"])
    assert (ended[0].detail["how"], ended[0].detail["rows"], ended[0].detail["unreadable"]) == ("whole", 50, 1)
    table = list(csv.DictReader(io.StringIO(export(lead, form="csv", texts=texts).content.decode())))
    assert table[30]["id"] == bad.id
    assert "cannot be read" in table[30]["reason_en"]
    assert read_parquet(io.BytesIO(export(lead, form="parquet", texts=texts).content)).read_all()["id"].to_pylist()[30] == bad.id
    assert "1 unreadable" in sheet(lead.get(f"{PATH}/recent", htmx=True)).text


def test_no_more_than_three_stream_at_once(growing: Filled) -> None:
    growing.add(*various(3_000, growing.now, seed=13))
    lead = growing.console.as_("lead")
    headers = {
        "Cookie": f"__Host-brightline={lead.secret}",
        "Origin": growing.console.site.url,
        "Sec-Fetch-Site": "same-origin",
        "Accept": "text/html",
    }
    form = {"csrf": lead.csrf, "query": "", "format": "jsonl", "texts": "yes"}
    with httpx.Client(base_url=growing.console.site.url, headers=headers, timeout=60, trust_env=False) as client:
        streams = [client.stream("POST", PATH, data=form) for _ in range(3)]
        entered = [stream.__enter__() for stream in streams]
        try:
            assert [answer.status_code for answer in entered] == [200, 200, 200]
            waiting = export(lead)
            if waiting.status_code != 200:  # a fast machine may have sent all three already
                assert waiting.status_code == 429
                assert waiting.headers["retry-after"] == "30"
        finally:
            for stream in streams:
                stream.__exit__(None, None, None)
    assert eventually(lambda: export(lead).status_code == 200)


def test_an_erased_decision_is_exported_without_its_words(growing: Filled) -> None:
    made = decision(growing.now, account="user-9")
    growing.add(made)
    growing.settle()
    growing.console.site.service.store.erase_payload(made.id)
    (line,) = export(growing.console.as_("lead"), texts="yes").text.splitlines()
    document = json.loads(line)
    assert document["id"] == made.id
    assert document["erased_at"]
    assert "刷单" not in line
    assert "user-9" not in line
