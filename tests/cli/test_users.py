"""``brightline users``, and the first user of an installation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from brightline.cli import main
from brightline.config import load_settings
from brightline.server.console.people.first_admin import first_admin, forget_password_file, password_file
from brightline.server.console.people.passwords import Passwords
from brightline.store import Store


@dataclass
class Answer:
    """How a command ended, and what it said."""

    code: int
    out: bytes
    err: bytes


Command = Callable[..., Answer]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Command:
    """``brightline users …`` in this process, over a home of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRIGHTLINE_HOME", str(tmp_path))

    def run(*arguments: str) -> Answer:
        with pytest.raises(SystemExit) as ended:
            main(["users", *arguments])
        said = capsysbinary.readouterr()
        return Answer(int(ended.value.code or 0), said.out, said.err)

    return run


def users(command: Command, *arguments: str) -> Any:
    done = command(*arguments, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def failed(done: Answer, code: str) -> None:
    assert done.code == 2
    assert code.encode() in done.err
    assert done.out == b""


def test_a_user_is_made_listed_reset_disabled_and_enabled(command: Command) -> None:
    made = users(command, "create", "Ada", "--role", "admin", "--display-name", "阿达")
    assert (made["name"], made["role"], made["state"], made["display_name"]) == ("ada", "admin", "one-time password", "阿达")
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", made["password"])
    users(command, "create", "bob")
    listed = users(command, "list")
    assert [(user["name"], user["role"]) for user in listed] == [("ada", "admin"), ("bob", "reviewer")]
    assert not {"password", "password_hash", "preferences"} & set(listed[0])
    again = users(command, "reset", "BOB", "--second-factor")
    assert again["password"] != made["password"]
    assert users(command, "disable", "bob")["state"] == "disabled"
    assert users(command, "enable", "bob")["state"] == "one-time password"


def test_the_printed_password_is_the_one_that_fits(command: Command, tmp_path: Path) -> None:
    password = users(command, "create", "ada", "--role", "admin")["password"]
    with_store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    try:
        user, secrets = with_store.users.credentials("ada")
        assert Passwords()._fits(password, secrets.password_hash)
        assert user.created_by == "command line"
        event = with_store.audit.events(kind="user.created")[0]
        assert event.actor == "command line"
        assert with_store.audit.verify(event.id)
    finally:
        with_store.close()


def test_people_read_it_without_json(command: Command) -> None:
    assert b"No user yet" in command("list").out
    made = command("create", "ada", "--role", "admin").out.decode()
    assert "shown once" in made
    listed = command("list").out.decode()
    assert "ada" in listed
    assert "one-time password" in listed
    assert b"ada is active" not in command("enable", "ada").out


def test_what_does_not_work_says_why(command: Command) -> None:
    users(command, "create", "ada", "--role", "admin")
    failed(command("create", "ada"), "BL-INPUT-714")
    failed(command("create", "a b"), "BL-INPUT-712")
    failed(command("create", "bob", "--role", "owner"), "BL-INPUT-713")
    failed(command("reset", "nobody"), "BL-INPUT-711")
    failed(command("disable", "ada"), "BL-INPUT-715")


@pytest.fixture
def store(tmp_path: Path) -> Any:
    (tmp_path / "home").mkdir()
    opened = Store.open(f"sqlite:///{tmp_path / 'home' / 'brightline.db'}")
    yield opened
    opened.close()


def test_the_first_admin_is_made_once_and_the_file_goes_with_the_first_change(store: Store, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    password, is_new = first_admin(store, settings)
    assert is_new
    assert password_file(settings).read_text("ascii").strip() == password
    assert password_file(settings).stat().st_mode & 0o777 == 0o600
    user, secrets = store.users.credentials("admin")
    assert (user.role, user.must_change) == ("admin", True)
    assert Passwords()._fits(password, secrets.password_hash)
    assert first_admin(store, settings) == (password, False)
    forget_password_file(settings, user._replace(name="somebody else"))
    assert password_file(settings).exists()
    forget_password_file(settings, user)
    assert first_admin(store, settings) == ("", False)


def test_where_there_is_somebody_no_admin_is_made(store: Store, tmp_path: Path) -> None:
    store.users.create("ada", role="lead", by="test", password_hash="h")
    assert first_admin(store, load_settings(home=tmp_path / "home")) == ("", False)
    assert not password_file(load_settings(home=tmp_path / "home")).exists()


def test_with_an_identity_provider_alone_no_admin_is_made(store: Store, tmp_path: Path) -> None:
    more = {"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_role_map": {"g": "admin"}}
    assert first_admin(store, load_settings(home=tmp_path / "home", console_local_login=False, **more)) == ("", False)
    assert store.users.list() == []
