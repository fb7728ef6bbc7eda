"""Fetches the files of a list of addresses for ``brightline verify --urls``, bounded in size and time, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2

from brightline.errors import InputError

__all__ = ["fetched_files"]

_TIMEOUT_S = 30.0  # own choice: for a connection, and for each piece of an answer
_MOST_REDIRECTS = 5


def fetched_files(listed: Path, folder: Path, most_bytes: int, problems: list[InputError]) -> Iterator[tuple[Path, str]]:
    """(file, address) of every line; a line that cannot be fetched goes into ``problems``. Raises ``OSError`` for the list itself.

    Empty lines and lines that begin with # are passed over. BL-INPUT-066: no http(s) address; -067: not to be had, or too large.
    """
    lines = listed.read_text("utf-8", "replace").splitlines()
    with httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=True, max_redirects=_MOST_REDIRECTS) as client:
        for number, line in enumerate(lines, 1):
            address = line.strip()
            if not address or address.startswith("#"):
                continue
            where = f"{listed}:{number}"
            if not _is_http(address):
                problems.append(InputError("BL-INPUT-066", f"{where}: no http or https address", "one address a line"))
                continue
            target = folder / f"{number:06d}-{_name(address)}"
            try:
                _fetch(client, address, target, most_bytes)
            except (httpx2.HTTPError, httpx2.InvalidURL, _TooLarge) as problem:
                target.unlink(missing_ok=True)
                problems.append(InputError("BL-INPUT-067", f"{where}: {address} was not fetched: {problem}", "it was not inspected"))
                continue
            yield target, address


def _is_http(address: str) -> bool:
    try:
        return urlsplit(address).scheme in ("http", "https")
    except ValueError:  # brackets that are no IPv6 address
        return False


class _TooLarge(Exception):
    pass


def _fetch(client: httpx2.Client, address: str, target: Path, most_bytes: int) -> None:
    size = 0
    with client.stream("GET", address) as answer, target.open("wb") as out:
        answer.raise_for_status()
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > most_bytes:
                raise _TooLarge(f"more than label_max_file_bytes = {most_bytes}")
            out.write(chunk)


def _name(address: str) -> str:
    """The last part of the path, harmless as a file name: some formats are only known by their ending."""
    last = unquote(urlsplit(address).path).rsplit("/", 1)[-1]
    return re.sub(r"[^\w.-]", "_", last)[-80:] or "file"
