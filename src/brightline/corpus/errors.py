"""Errors of the corpus room; each is an ``InputError`` with a code of its own, so the command line exits with 2 and the API answers 422.

    CorpusError           BL-CORPUS-…   a corpus, a source or a run cannot be used as asked; nothing was changed
    ├── Unreadable        BL-CORPUS-01x an input file cannot be read at all (a bad line is a row of the reject table, never this)
    ├── NotInstalled      BL-CORPUS-02x the optional extra is missing
    ├── RunError          BL-CORPUS-03x a run cannot start, go on or be repeated (rules changed half-way, target read-only, disk full)
    └── NotRegistered     BL-CORPUS-04x a source that nobody registered, or a register that cannot be used

Blocks: 00x plans and options · 01x reading · 02x installation · 03x engine and storage · 04x sources and complaints · 05x sampling and
reviews · 06x duplicates, decisions, emission, appeals · 07x reports · 08x kernels · 09x doors · 10x runs that are over or in one another's way.
"""

from __future__ import annotations

import re

from brightline.errors import InputError

__all__ = ["CorpusError", "NotInstalled", "NotRegistered", "RunError", "Unreadable", "unquoted"]

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d{4,}|[^\x00-\x7f]+""")


def unquoted(error: Exception) -> str:
    """Kind and message of a fault that nobody foresaw, without what it quotes: that may be of a document, and is kept and shown."""
    return f"{type(error).__name__}: {_QUOTED.sub('…', str(error))}"


class CorpusError(InputError):
    """A corpus, a source or a run cannot be used as asked."""

    http_status = 422


class Unreadable(CorpusError):
    """An input cannot be read at all. ``file`` names it."""

    def __init__(self, code: str, message: str, hint: str = "", *, file: str = "") -> None:
        super().__init__(code, (f"{file}: " if file else "") + message, hint)
        self.file = file


class NotInstalled(CorpusError):
    """What corpora need is not installed."""

    def __init__(self, extra: str = "corpus", missing: str = "") -> None:
        because = f" ({missing} is missing)" if missing else ""
        super().__init__(
            "BL-CORPUS-020", f"corpora need the extra {extra}{because}", f"pip install 'brightline[{extra}]', or: make {extra}"
        )


class RunError(CorpusError):
    """A run cannot start, go on or be repeated."""


class NotRegistered(CorpusError):
    """A source is not in the register, or the register cannot be used."""
