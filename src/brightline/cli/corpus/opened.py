"""The installation, opened for a command about corpora; what they need beyond the core is an extra, and its absence an error with a cure."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from brightline.config import Settings, load_settings
from brightline.corpus.arrow_alone import without_pandas
from brightline.corpus.errors import NotInstalled
from brightline.errors import InputError
from brightline.store import Store

if TYPE_CHECKING:
    from brightline.curation.runs import Curation

__all__ = ["BY", "opened", "person", "records"]

BY = "command line"
"""Who did it, in events of the ledger: names of people never enter it."""


@contextmanager
def opened() -> Iterator[Curation]:
    """The curation of this installation. Raises ``NotInstalled`` BL-CORPUS-020, ``StoreError``, ``ConfigError``."""
    try:
        from brightline.curation.runs import Curation
    except ImportError as problem:
        raise NotInstalled(missing=problem.name or str(problem)) from None
    with without_pandas(), Curation.open(load_settings()) as curation:
        yield curation


@contextmanager
def records() -> Iterator[tuple[Store, Settings]]:
    """The store alone: registers, samples and runs are kept there, so that looking at them needs no extra.

    Raises ``StoreError``, ``ConfigError``; ``InputError`` BL-INPUT-072 where the home cannot be made.
    """
    settings = load_settings()
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise InputError(
            "BL-INPUT-072", f"the folder {settings.home} cannot be made: {problem.strerror}", "set BRIGHTLINE_HOME to a folder of yours"
        ) from None
    with closing(Store.open(settings.effective_database_url)) as store:
        yield store, settings


def person() -> str:
    """Who answers at this terminal, unless told otherwise: the name of the account."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return "reviewer"
