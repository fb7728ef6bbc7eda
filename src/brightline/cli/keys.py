"""``brightline keys``: API keys for client applications. The secret is printed once, by ``create`` and ``rotate``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.keys_sm2 import sm2
from brightline.cli.terminal import console, print_json
from brightline.config import load_settings
from brightline.errors import InputError
from brightline.store import SCOPES, ApiKey, Store

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
app.command()(sm2)

_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
_DURATION = re.compile(r"([1-9][0-9]{0,4})([mhd])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What the key is for; people will look for it by this.")] = "client",
    scope: Annotated[
        list[str] | None, typer.Option(help=f"What it may do, several times: {', '.join(SCOPES)}. Default: the first three.")
    ] = None,
    rate: Annotated[int | None, typer.Option(help="Requests a minute. Default: the setting rate_limit_per_minute.")] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends: 90d, 12h, or 2027-01-31 (UTC). Default: never.")] = None,
    as_json: _JSON = False,
) -> None:
    """Make a key and print it, this once."""
    with _opened() as store:
        key, secret = store.keys.create(name, scope or SCOPES[:3], rate, _end(expires) if expires else None, tenant=load_settings().tenant)
    _print_new(key, secret, as_json)


@app.command("list")
def list_keys(as_json: _JSON = False) -> None:
    """List all keys, without their secrets."""
    with _opened() as store:
        keys = store.keys.list()
    if as_json:
        print_json([_document(key) for key in keys])
        return
    if not keys:
        console.print("No key yet: brightline keys create")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("id", "name", "state", "scopes", "rate/min", "created", "expires", "last used"):
        table.add_column(heading, no_wrap=heading == "id")
    for key in keys:
        rate = "default" if key.rate_per_minute is None else str(key.rate_per_minute)
        times = (_shown(moment) for moment in (key.created_at, key.expires_at, key.last_used_at))
        state = Text(key.state(), style="green" if key.state() == "active" else "red")
        table.add_row(key.id, Text(key.name), state, " ".join(key.scopes), rate, *times)
    console.print(table)


@app.command()
def rotate(
    key_id: Annotated[str, typer.Argument(help="The id, as `brightline keys list` shows it.")],
    overlap: Annotated[str, typer.Option(help="How long the old key works on: 30m, 24h, 7d.")] = "24h",
    as_json: _JSON = False,
) -> None:
    """Make a successor and print it, this once; the old key works on for a while."""
    with _opened() as store:
        key, secret = store.keys.rotate(key_id, overlap_s=_length(overlap).total_seconds())
    _print_new(key, secret, as_json)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The id, as `brightline keys list` shows it.")], as_json: _JSON = False) -> None:
    """End a key; running services notice within five seconds."""
    with _opened() as store:
        key = store.keys.revoke(key_id)
    if as_json:
        print_json(_document(key))
    else:
        console.print(f"Key {key.id} is revoked.")


@contextmanager
def _opened() -> Iterator[Store]:
    settings = load_settings()
    if not settings.database_url:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = Store.open(settings.effective_database_url)
    try:
        yield store
    finally:
        store.close()


def _print_new(key: ApiKey, secret: str, as_json: bool) -> None:
    if as_json:
        print_json(_document(key) | {"key": secret})
        return
    console.print(Text(secret, style="bold"), soft_wrap=True)
    console.print(f"Keep it now: it cannot be shown again. Its id is {key.id}; scopes: {', '.join(key.scopes)}.")


def _document(key: ApiKey) -> dict[str, Any]:
    return asdict(key) | {"state": key.state()}


def _end(text: str) -> int:
    """UTC microseconds of a date, or of a length of time from now."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return int((datetime.now(UTC) + _length(text)).timestamp() * 1_000_000)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1_000_000)


def _length(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise InputError("BL-INPUT-701", f"{text!r} is no length of time", "write 30m, 12h or 90d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _shown(moment: int | None) -> str:
    return "—" if moment is None else f"{datetime.fromtimestamp(moment / 1_000_000, UTC):%Y-%m-%d %H:%M}"
