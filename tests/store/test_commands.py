"""``brightline db`` and ``brightline keys``, as an operator types them."""

from __future__ import annotations

import json
import sqlite3

import pytest
from click.testing import Result
from making import decision, record, refusal
from typer.testing import CliRunner

from brightline.cli import db, keys
from brightline.errors import InputError, StoreError
from brightline.store import Store, schema


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path, monkeypatch: pytest.MonkeyPatch):
    """A home that does not exist yet, on either database."""
    monkeypatch.setenv("BRIGHTLINE_HOME", str(tmp_path / "home"))
    if request.param == "postgresql":
        monkeypatch.setenv("BRIGHTLINE_DATABASE_URL", request.getfixturevalue("postgres_url_factory")())
    return tmp_path / "home"


@pytest.fixture
def sqlite_store(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BRIGHTLINE_HOME", str(tmp_path))
    store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    yield store
    store.close()


def run(app, *words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=True)


def said(app, *words: str) -> dict | list:
    result = run(app, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout_bytes)


@pytest.mark.usefixtures("home")
def test_a_fresh_home_is_migrated_once() -> None:
    assert said(db.app, "migrate") == {"revision": schema.HEAD, "changed": True}
    assert said(db.app, "migrate") == {"revision": schema.HEAD, "changed": False}
    found = said(db.app, "status")
    assert found["up_to_date"]
    assert found["decisions"] == {}
    assert found["size_bytes"] > 0
    assert said(db.app, "check") == {"ok": True, "decisions": 0, "problems": []}


def test_status_tells_when_tables_are_missing(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTLINE_HOME", str(tmp_path))
    result = run(db.app, "status")
    assert result.exit_code == 1
    assert "brightline db migrate" in result.output


def test_a_password_is_not_shown(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTLINE_DATABASE_URL", "postgresql://someone:hunter2@127.0.0.1:1/db")
    result = run(db.app, "status")
    assert isinstance(result.exception, StoreError)
    assert "hunter2" not in str(result.exception)


def test_an_untouched_store_checks_out(sqlite_store: Store) -> None:
    erased = record(refusal())
    sqlite_store.write([record(), record(refusal()), erased])
    sqlite_store.erase_payload(erased.decision.id)
    assert said(db.app, "check") == {"ok": True, "decisions": 3, "problems": []}


def test_a_backup_taken_in_use_checks_out(sqlite_store: Store, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite_store.write([record(), record(refusal())])
    target = tmp_path / "copy.db"
    assert said(db.app, "backup", str(target))["backup"] == str(target)
    sqlite_store.write([record()])
    assert target.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("BRIGHTLINE_DATABASE_URL", f"sqlite:///{target}")
    assert said(db.app, "check") == {"ok": True, "decisions": 2, "problems": []}


def test_a_backup_overwrites_nothing(sqlite_store: Store, tmp_path) -> None:
    (tmp_path / "notes").write_text("mine")
    assert run(db.app, "backup", str(tmp_path / "notes")).exception.code == "BL-STORE-011"
    assert (tmp_path / "notes").read_text() == "mine"


def test_postgresql_is_backed_up_with_its_own_tools(postgres_url: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTLINE_DATABASE_URL", postgres_url)
    run(db.app, "migrate")
    result = run(db.app, "backup", str(tmp_path / "copy"))
    assert "pg_dump" in result.exception.hint


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE decisions SET body = CAST(replace(CAST(body AS TEXT), 'gambling', 'gamblinG') AS BLOB)",
            "not what the ledger committed to",
        ),
        ("UPDATE decisions SET salt = x'00'", "not what the ledger committed to"),
        ("UPDATE decisions SET body = x'7b7d'", "cannot be read"),
        ("UPDATE decisions SET made_at = made_at + 1", "does not agree"),
        ("DELETE FROM ledger_pending", "0 entries in the ledger"),
        ("DELETE FROM decisions", "belongs to nothing in decisions"),
    ],
)
def test_a_store_that_was_tampered_with_does_not(sqlite_store: Store, tmp_path, statement: str, problem: str) -> None:
    sqlite_store.write([record(refusal())])
    with sqlite3.connect(tmp_path / "brightline.db") as connection:
        connection.execute(statement)
    connection.close()
    result = run(db.app, "check", "--json")
    assert result.exit_code == 1
    assert any(problem in found["what"] for found in json.loads(result.stdout_bytes)["problems"])


def test_a_sequenced_decision_is_held_against_the_log(sqlite_store: Store) -> None:
    made = record(decision())
    sqlite_store.write([made])
    with sqlite_store.ledger.exclusive() as transaction:
        [event] = transaction.pending(1)
        entry = json.dumps({"kind": "decision", "commitment": event.commitment}).encode()
        transaction.append([(0, made.decision.id, entry, bytes(32))], [], [event.id])
    assert said(db.app, "check")["ok"]


@pytest.mark.usefixtures("home")
def test_a_key_is_made_rotated_and_revoked() -> None:
    made = said(keys.app, "create", "--name", "shop", "--scope", "gateway", "--scope", "read", "--rate", "60", "--expires", "90d")
    assert made["key"].startswith(f"bl_{made['id']}_")
    assert (made["scopes"], made["rate_per_minute"], made["state"]) == (["gateway", "read"], 60, "active")
    successor = said(keys.app, "rotate", made["id"], "--overlap", "30m")
    assert successor["key"] != made["key"]
    assert said(keys.app, "revoke", made["id"])["state"] == "revoked"
    assert [(key["id"], key["state"]) for key in said(keys.app, "list")] == [(made["id"], "revoked"), (successor["id"], "active")]


def test_the_secret_is_printed_once(sqlite_store: Store) -> None:
    secret = run(keys.app, "create", "--name", "shop").stdout.split("\n")[0]
    assert sqlite_store.keys.find(secret).scopes == ("gateway", "inspect", "read")
    assert secret not in run(keys.app, "list").stdout
    assert secret not in run(keys.app, "list", "--json").stdout


def test_a_key_ends_on_a_day(sqlite_store: Store) -> None:
    assert said(keys.app, "create", "--expires", "2031-01-01")["expires_at"] == 1_924_992_000_000_000


@pytest.mark.usefixtures("sqlite_store")
@pytest.mark.parametrize("words", [("--scope", "root"), ("--rate", "0"), ("--expires", "soon"), ("--name", "")])
def test_a_wrong_value_is_refused(words: tuple[str, str]) -> None:
    assert isinstance(run(keys.app, "create", *words).exception, InputError)
