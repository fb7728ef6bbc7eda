"""Health: what is looked at, what is said, and that nobody is asked who was not meant to be asked."""

from __future__ import annotations

import ast
import html
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from brightline import examination
from brightline.config import load_settings
from brightline.errors import LedgerError, StoreError
from brightline.examination import upstream_check, without_password
from brightline.server.console.health import room as health_room
from brightline.server.console.health.room import live_checks
from brightline.server.console.health.words import NAMES, SENTENCES
from tests.server.face.site import running_site

if TYPE_CHECKING:
    from conftest import Console


class Model(BaseHTTPRequestHandler):
    """A model service that counts what it is asked."""

    asked: list[str] = []  # noqa: RUF012 - shared by all requests on purpose
    status = 200
    location = ""

    def do_GET(self) -> None:
        Model.asked.append(f"{self.path} {self.headers.get('Authorization', '')}")
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def model() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Model.asked, Model.status, Model.location = [], 200, ""
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_sound_service_is_well_in_both_languages(console: Console) -> None:
    page = console.as_("reviewer").get("/console/health").text
    assert "All is well." in page
    assert "Something needs a hand." not in page
    chinese = console.as_("reviewer", "zh").get("/console/health").text
    assert "一切正常。" in chinese
    shown = re.sub(r"<[^>]+>", " ", chinese.partition('id="health"')[2].partition("</section>")[0])
    for sentence in ("entries under", "rules,", "readable by"):
        assert sentence not in shown


def test_programs_get_the_same_as_json(console: Console) -> None:
    answer = console.as_("auditor").get("/console/health.json", accept="application/json")
    document = answer.json()
    assert document["ok"] is True
    assert {check["name"] for check in document["checks"]} >= {"database", "ledger", "disk", "clock", "journal", "rulebook", "secrets"}
    assert document["versions"]["brightline"]
    assert answer.headers["cache-control"] == "no-store"
    assert console.nobody().get("/console/health.json").status_code == 303


def test_a_halted_ledger_and_a_store_that_refuses_are_named(console: Console, tmp_path: Path) -> None:
    with running_site(tmp_path, ledger_interval_s=60) as site:  # no round of the ledger clears what is set here
        site.service.store_problem = StoreError("BL-STORE-002", "the disk is full", "free some space")
        site.service.ledger_problem = LedgerError("BL-LEDGER-009", "rolled back", "restore the newest database")
        own = type(console)(site)
        page = html.unescape(own.as_("reviewer").get("/console/health").text)
        document = own.as_("reviewer").get("/console/health.json", accept="application/json").json()
    assert "Something needs a hand." in page
    assert "BL-STORE-002" in page
    assert "restore the newest database" in page
    assert document["ok"] is False


def test_a_head_from_the_future_shows_that_the_clock_was_set_back(console: Console, tmp_path: Path) -> None:
    with running_site(tmp_path, ledger_interval_s=60) as site:
        site.decide("今天天气怎么样？")
        site.sequence()
        with site.service.store.database.writing() as connection:
            connection.execute(text("UPDATE ledger_checkpoints SET saved_at = saved_at + 3600000000"))
        clock = next(check for check in live_checks(site.service) if check.name == "clock")
    assert not clock.ok
    assert "time server" in clock.advice


def test_opening_the_page_asks_no_model_service_and_the_button_asks_once(console: Console, tmp_path: Path, model: str) -> None:
    with running_site(tmp_path, upstream=model, upstream_key="sk-x") as site:
        own = type(console)(site)
        person = own.as_("reviewer")
        person.get("/console/health")
        person.get("/console/health/part")
        person.get("/console/health.json")
        assert Model.asked == []
        assert person.post("/console/health/probe").status_code == 303
        assert Model.asked == ["/v1/models Bearer sk-x"]
        page = html.unescape(person.get("/console/health").text)
    assert "answered 200" in page
    assert "sk-x" not in page


def test_what_is_well_and_yet_worth_knowing_is_a_note_with_its_advice(console: Console, tmp_path: Path) -> None:
    with running_site(tmp_path, label_media="implicit", label_provider_code="Example Technology") as site:
        own = type(console)(site)
        page = html.unescape(own.as_("reviewer").get("/console/health").text)
        chinese = own.as_("reviewer", "zh").get("/console/health").text
        document = own.as_("reviewer").get("/console/health.json", accept="application/json").json()
    notes = {check["name"]: check for check in document["checks"] if check["note"]}
    assert document["ok"] is True
    assert {"media labels", "provider code"} <= notes.keys()
    assert "All is well." in page
    for name in ("media labels", "provider code"):
        assert notes[name]["cure"] in page
    for word in ("留意", "仅隐式标识", "27 位编码"):
        assert word in chinese


@pytest.mark.parametrize(("status", "ok"), [(200, True), (404, True), (401, False), (500, False)])
def test_what_the_model_service_answers_is_judged(model: str, status: int, ok: bool) -> None:
    Model.status = status
    found = {check.name: check for check in upstream_check(load_settings(upstream=model))}
    assert found["upstream"].ok is ok
    assert found["clock"].ok


def test_the_key_does_not_follow_a_redirect(model: str) -> None:
    Model.status, Model.location = 302, model.replace("/v1", "/elsewhere")
    list(upstream_check(load_settings(upstream=model, upstream_key="sk-x")))
    assert len(Model.asked) == 1


def test_every_sentence_of_the_examination_is_in_the_catalogue() -> None:
    said = set()
    for module in (*Path(str(examination.__file__)).parent.glob("*.py"), Path(str(health_room.__file__))):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Check":
                said |= {each.value for each in node.args[2:4] if isinstance(each, ast.Constant)}
                said |= {kept.value.value for kept in node.keywords if kept.arg == "cure" and isinstance(kept.value, ast.Constant)}
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in ("saying", "cure"):
                values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
                said |= {value.value for value in values if isinstance(value, ast.Constant)}
    assert said - {"", "%(hint)s"} == set(SENTENCES)


def test_every_check_has_a_name(console: Console) -> None:
    assert {check.name for check in live_checks(console.site.service)} | {"upstream"} == set(NAMES)


def test_an_address_loses_its_password() -> None:
    assert without_password("http://a:b@host:1/v1?x=@") == "http://…@host:1/v1?x=@"
    assert without_password("http://host/@v1") == "http://host/@v1"
    assert without_password("http://[broken") == "…"
