"""``brightline users``: the people who may sign in to the console, and the way back in when nobody can.

Whoever can run this can read the database anyway, so no password is asked for. One-time passwords are printed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.terminal import console, print_json
from brightline.config import Settings, load_settings
from brightline.errors import NotFound
from brightline.store import ROLES, Store, User

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

_BY = "command line"
_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
_NAME = Annotated[str, typer.Argument(help="The name for signing in.")]


@app.command()
def create(
    name: _NAME,
    role: Annotated[str, typer.Option(help=f"What the user may do: {', '.join(ROLES)}.")] = "reviewer",
    display_name: Annotated[str, typer.Option("--display-name", help="The name that others see.")] = "",
    as_json: _JSON = False,
) -> None:
    """Make a user and print the one-time password."""
    password, hashed = _new_password()
    with _opened() as (store, settings):
        user = store.users.create(name, role=role, display_name=display_name, password_hash=hashed, by=_BY, tenant=settings.tenant)
    _print_new(user, password, as_json)


@app.command("list")
def list_users(as_json: _JSON = False) -> None:
    """List all users, without their secrets."""
    with _opened() as (store, settings):
        users = store.users.list(settings.tenant)
    if as_json:
        print_json([_document(user) for user in users])
        return
    if not users:
        console.print("No user yet: brightline users create NAME --role admin")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("name", "role", "state", "second factor", "created", "last sign-in"):
        table.add_column(heading, no_wrap=heading == "name")
    for user in users:
        state = _state(user)
        factor = "at the provider" if not user.has_password else "on" if user.totp_on else "off"
        marked = Text(state, style="red" if state == "disabled" else "green")
        table.add_row(Text(user.name), user.role, marked, factor, _shown(user.created_at), _shown(user.last_login_at))
    console.print(table)


@app.command()
def reset(
    name: _NAME,
    second_factor: Annotated[bool, typer.Option("--second-factor", help="Turn the second factor off, too.")] = False,
    as_json: _JSON = False,
) -> None:
    """Give a user a new one-time password and print it. All of their sessions end."""
    password, hashed = _new_password()
    with _opened() as (store, settings):
        user = _named(store, settings, name)
        user = store.users.set_password(user.id, hashed, must_change=True, by=_BY)
        if second_factor and user.totp_on:
            user = store.users.end_totp(user.id, by=_BY)
        _forget_first_password(settings, user)
    _print_new(user, password, as_json)


@app.command()
def disable(name: _NAME, as_json: _JSON = False) -> None:
    """Keep a user out and end all of their sessions. The last admin stays."""
    with _opened() as (store, settings):
        user = store.users.disable(_named(store, settings, name).id, by=_BY)
    _print_state(user, as_json)


@app.command()
def enable(name: _NAME, as_json: _JSON = False) -> None:
    """Let a disabled user in again."""
    with _opened() as (store, settings):
        user = store.users.enable(_named(store, settings, name).id, by=_BY)
    _print_state(user, as_json)


@contextmanager
def _opened() -> Iterator[tuple[Store, Settings]]:
    settings = load_settings()
    if not settings.database_url:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = Store.open(settings.effective_database_url)
    try:
        yield store, settings
    finally:
        store.close()


def _new_password() -> tuple[str, str]:
    # Here and not above: a list of users need not load the whole server.
    from brightline.server.console.people.passwords import Passwords, one_time_password

    password = one_time_password()
    return password, Passwords().hash_now(password)


def _forget_first_password(settings: Settings, user: User) -> None:
    from brightline.server.console.people.first_admin import forget_password_file

    forget_password_file(settings, user)


def _named(store: Store, settings: Settings, name: str) -> User:
    user = store.users.named(name, settings.tenant)
    if user is None:
        raise NotFound("BL-INPUT-711", f"there is no user {name!r}", "list them: brightline users list")
    return user


def _print_new(user: User, password: str, as_json: bool) -> None:
    if as_json:
        print_json(_document(user) | {"password": password})
        return
    console.print(Text(password, style="bold"), soft_wrap=True)
    console.print(f"The one-time password of {user.name} ({user.role}): shown once, and to be changed at the next sign-in.")


def _print_state(user: User, as_json: bool) -> None:
    if as_json:
        print_json(_document(user))
    else:
        console.print(f"{user.name} is {_state(user)}.")


def _document(user: User) -> dict[str, Any]:
    document = user._asdict() | {"state": _state(user)}
    del document["preferences"]
    return document


def _state(user: User) -> str:
    if user.disabled_at is not None:
        return "disabled"
    return "one-time password" if user.must_change else "active"


def _shown(moment: int | None) -> str:
    return "—" if moment is None else f"{datetime.fromtimestamp(moment / 1_000_000, UTC):%Y-%m-%d %H:%M}"
