"""``brightline ledger``, command by command, over an installation with decisions in its log."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from brightline.cli.ledger import app
from brightline.errors import BrightlineError, InputError, LedgerError, NotFound
from brightline.ledger import Checkpoint, Signer, VerifierKey, open_checkpoint
from brightline.ledger.tree import EMPTY_ROOT
from tests.ledger.decisions import id_of, record
from tests.ledger.installed import log_of

Run = Callable[..., Result]
IDS = [id_of(number) for number in range(5)]


@pytest.fixture
def run(home: Path) -> Run:
    """Run a command; errors of Brightline come back as ``result.exception``."""

    def run(*arguments: object) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit | BrightlineError), result.exception
        return result

    return run


def tamper(home: Path, statement: str, *values: str) -> None:
    """SQL by somebody who has the database file, but not the key."""
    with closing(sqlite3.connect(home / "brightline.db")) as connection, connection:
        connection.execute(statement, values)


def test_a_good_log_verifies(run: Run) -> None:
    result = run("verify", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["ok"], found["size"], found["payloads_checked"], found["problems"]) == (True, 5, 5, [])
    words = run("verify")
    assert words.exit_code == 0
    assert "verified example.org/log: entries 5" in words.stdout
    assert "Not shown by this" in words.stdout
    assert json.loads(run("verify", "--no-payloads", "--json").stdout)["payloads_checked"] == 0


def test_a_tampered_log_does_not_verify(run: Run, home: Path) -> None:
    tamper(home, "UPDATE ledger_entries SET entry = CAST(replace(CAST(entry AS TEXT), 'default', 'changed') AS BLOB) WHERE seq = 2")
    result = run("verify", "--json")
    assert result.exit_code == 1
    assert ("leaf", 2) in {(problem["kind"], problem["first"]) for problem in json.loads(result.stdout)["problems"]}
    words = run("verify")
    assert words.exit_code == 1
    assert "the stored hash of entry 2 is not what the entries give" in words.stdout


def test_a_changed_or_deleted_decision_does_not_verify(run: Run, home: Path) -> None:
    tamper(home, "UPDATE decisions SET body = CAST(replace(CAST(body AS TEXT), 'refuse', 'allow') AS BLOB) WHERE id = ?", IDS[1])
    problems = json.loads(run("verify", "--json").stdout)["problems"]
    assert [(problem["kind"], problem["first"]) for problem in problems] == [("payload", 1)]
    tamper(home, "DELETE FROM decisions WHERE id = ?", IDS[1])
    assert run("verify", "--json").exit_code == 1


def test_an_erased_decision_verifies(run: Run, home: Path) -> None:
    with log_of(home) as (store, sequencer):
        store.erase_payload(IDS[3], actor="officer")
        sequencer.drain()
    found = json.loads(run("verify", "--json").stdout)
    assert (found["ok"], found["size"], found["payloads_checked"], found["payloads_absent"]) == (True, 6, 5, 1)
    result = run("prove", IDS[3])
    assert isinstance(result.exception, LedgerError)
    assert "erased" in result.exception.message


def test_the_head_that_somebody_kept_is_held_against_the_log(run: Run, home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(run("head").stdout)
    with log_of(home) as (store, sequencer):
        store.write([record(9)])
        sequencer.drain()
    assert run("prove", IDS[0], "-o", tmp_path / "proof.json").exit_code == 0
    for file in (kept, tmp_path / "proof.json"):
        result = run("verify", "--since", file, "--json")
        assert result.exit_code == 0
        assert "the checkpoint you gave" in json.loads(result.stdout)["heads_checked"]


def test_a_log_that_was_made_anew_is_not_that_of_a_kept_head(run: Run, home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(run("head").stdout)
    for file in [*home.glob("brightline.db*"), *home.glob("ledger/*")]:
        file.unlink()
    with log_of(home) as (store, sequencer):
        store.write([record(number) for number in reversed(range(5))])
        sequencer.drain()
    assert run("verify").exit_code == 0
    assert run("verify", "--since", kept).exit_code == 1


def test_a_head_that_cannot_be_read_is_bad_input(run: Run, tmp_path: Path) -> None:
    assert isinstance(run("verify", "--since", tmp_path / "none").exception, InputError)
    (tmp_path / "rubbish").write_text("rubbish")
    assert isinstance(run("verify", "--since", tmp_path / "rubbish").exception, LedgerError)
    stranger = Signer.load_or_create(tmp_path / "key", "other")
    (tmp_path / "other").write_text(stranger.sign(Checkpoint(stranger.origin, 0, EMPTY_ROOT)))
    assert isinstance(run("verify", "--since", tmp_path / "other").exception, LedgerError)


def test_a_proof_is_checked_by_the_program_that_the_command_writes(run: Run, tmp_path: Path) -> None:
    vkey = run("vkey").stdout.strip()
    assert run("prove", IDS[2], "-o", tmp_path / "proof.json").exit_code == 0
    assert run("verifier", "-o", tmp_path / "check.py").exit_code == 0
    command = [sys.executable, str(tmp_path / "check.py"), str(tmp_path / "proof.json"), "--vkey", vkey]
    result = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"The decision '{IDS[2]}' ('refuse')" in result.stdout
    (tmp_path / "proof.json").write_bytes((tmp_path / "proof.json").read_bytes().replace(b'"refuse"', b'"allow"', 1))
    assert subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 1


def test_prove_writes_to_stdout_without_a_file(run: Run) -> None:
    assert json.loads(run("prove", IDS[2]).stdout)["format"] == "brightline-proof/1"


def test_an_unknown_decision_cannot_be_proved(run: Run) -> None:
    assert isinstance(run("prove", "unknown").exception, NotFound)


def test_a_proof_of_a_damaged_log_is_refused_as_not_verified(run: Run, home: Path) -> None:
    tamper(home, "UPDATE ledger_nodes SET hash = zeroblob(32) WHERE level = 1")
    assert run("prove", IDS[0]).exit_code == 1


def test_the_head_is_a_signed_checkpoint(run: Run) -> None:
    document = json.loads(run("head", "--json").stdout)
    keys = [VerifierKey.parse(document["vkey"])]
    assert document["note"] == run("head").stdout
    assert open_checkpoint(document["note"], keys).size == document["size"] == 5
    assert json.loads(run("vkey", "--json").stdout) == {"vkey": document["vkey"], "retiring": []}


def test_while_keys_are_changed_old_and_new_heads_and_proofs_verify(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(run("head").stdout)
    old = json.loads(run("vkey", "--json").stdout)["vkey"]
    keys = json.loads(run("rotate", "--json").stdout)
    assert keys["retiring"] == [old]
    with log_of(home) as (_, sequencer):
        sequencer.drain()  # as the restarted service does
    for key in (keys["vkey"], old):
        assert open_checkpoint(run("head").stdout, [VerifierKey.parse(key)]).size == 5
    assert run("verify", "--since", tmp_path / "kept").exit_code == 0
    assert run("retire").stdout == run("vkey").stdout == keys["vkey"] + "\n"
    assert run("verify").exit_code == 0
    assert isinstance(run("verify", "--since", tmp_path / "kept").exception, LedgerError)
    assert run("verify", "--since", tmp_path / "kept", "--vkey", old).exit_code == 0


def test_without_a_decision_there_is_no_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRIGHTLINE_HOME", str(tmp_path))
    Signer.load_or_create(tmp_path / "keys" / "ledger.key", "example.org/log")
    assert isinstance(CliRunner().invoke(app, ["head"]).exception, InputError)
    assert CliRunner().invoke(app, ["verify", "--json"]).exit_code == 0


def test_where_there_is_no_installation_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRIGHTLINE_HOME", str(tmp_path / "none"))
    for command in (["verify"], ["head"], ["vkey"], ["prove", "x"], ["export", "out"], ["verify", "--folder", "out"]):
        assert isinstance(CliRunner().invoke(app, command).exception, InputError)
    assert list(tmp_path.iterdir()) == []


def test_an_export_verifies_with_nothing_but_the_key(run: Run, home: Path, tmp_path: Path) -> None:
    vkey = run("vkey").stdout.strip()
    result = run("export", tmp_path / "out", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["size"] == 5
    assert run("export", tmp_path / "out").exit_code == 0
    assert run("verify", "--folder", tmp_path / "out").exit_code == 0
    assert json.loads(run("verify", "--folder", tmp_path / "out", "--vkey", vkey, "--json").stdout)["ok"] is True
    tile = next((tmp_path / "out" / "tile" / "0").rglob("5"))
    tile.write_bytes(tile.read_bytes()[:-1] + b"\x00")
    assert run("verify", "--folder", tmp_path / "out").exit_code == 1
    assert isinstance(run("verify", "--folder", tmp_path / "out", "--vkey", "rubbish").exception, LedgerError)


def test_the_verifier_is_written_as_it_is_shipped(run: Run, tmp_path: Path) -> None:
    document = json.loads(run("verifier", "--json").stdout)
    assert hashlib.sha256(document["program"].encode()).hexdigest() == document["sha256"]
    assert run("verifier").stdout == document["program"]
    assert json.loads(run("verifier", "-o", tmp_path / "check.py", "--json").stdout)["sha256"] == document["sha256"]
    assert isinstance(run("verifier", "-o", tmp_path / "no" / "folder").exception, InputError)
