"""The shelf: what a page shows of a file stays for ten minutes, for the session that brought it, and for nobody else.

A verdict, its picture and the file itself lie in a folder of their own under ``home/spool/console``, found by an address that
only this session's pages have. Files and not memory, so that any process of the server can answer; the oldest go when
a session brings more than it may, and all go with time, on the next call to anything here or by the clock.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from brightline.errors import NotFound

__all__ = ["KEPT_S", "Kept", "Shelf"]

KEPT_S = 600
"""Seconds for which a file stays. Own choice: long enough to read a verdict and to label the file, and no archive."""

_MOST_A_SESSION = 4  # own choice: a person looks at one file, and perhaps at the one before
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)  # secrets.token_urlsafe(16)
_ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """One file on the shelf: ``about`` is what the page says of it, ``folder`` where its parts lie."""

    token: str
    about: Mapping[str, Any]
    folder: Path

    def part(self, name: str) -> Path | None:
        """The part that ``about`` names so, if it is there."""
        stored = self.about.get(name)
        path = self.folder / str(stored)
        return path if stored and path.is_file() else None


class Shelf:
    """The shelf of one installation. Everything but ``clear_later`` blocks."""

    def __init__(self, home: Path) -> None:
        self._root = home / "spool" / "console"
        self.clear()

    def put(self, session: str, about: Mapping[str, Any], parts: Mapping[str, Path]) -> str:
        """Keep the files ``parts`` (they are moved) under the names in ``about``; the token of the page that shows them."""
        self.clear()
        mine = self._root / _folder_name(session)
        token = secrets.token_urlsafe(16)
        folder = mine / token
        folder.mkdir(mode=0o700, parents=True)
        stored = {name: f"{name}{path.suffix}" for name, path in parts.items()}
        for name, path in parts.items():
            path.replace(folder / stored[name])
        (folder / _ABOUT).write_bytes(orjson.dumps(dict(about) | stored))
        for old in sorted(mine.iterdir(), key=_age)[_MOST_A_SESSION:]:
            shutil.rmtree(old, ignore_errors=True)
        return token

    def get(self, session: str, token: str) -> Kept:
        """What lies there. Raises ``NotFound`` BL-INPUT-791 for what is gone, unknown or another session's."""
        folder = self._root / _folder_name(session) / token
        if _TOKEN.fullmatch(token) and _age(folder) < KEPT_S:
            try:
                return Kept(token, orjson.loads((folder / _ABOUT).read_bytes()), folder)
            except OSError:
                pass  # cleared in this very moment
        raise NotFound("BL-INPUT-791", "this file is no longer kept", "choose it once more on the page Labels")

    def drop(self, session: str, token: str) -> None:
        """Forget it now."""
        if _TOKEN.fullmatch(token):
            shutil.rmtree(self._root / _folder_name(session) / token, ignore_errors=True)

    def clear(self) -> None:
        """Forget what is too old, and the folders of sessions that have nothing left."""
        for folder in self._root.glob("*/*"):
            if _age(folder) >= KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)
        for mine in self._root.glob("*"):
            if _age(mine) >= KEPT_S:  # nothing came or went meanwhile, so that nobody is putting something there now
                with suppress(OSError):  # what is not empty stays
                    mine.rmdir()

    def clear_later(self) -> None:
        """Have the clock do it, where nobody else calls in time."""
        loop = asyncio.get_running_loop()
        loop.call_later(KEPT_S + 1, lambda: loop.run_in_executor(None, self.clear))


def _folder_name(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()[:32]


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return float("inf")
