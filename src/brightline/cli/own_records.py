"""The labels of this installation, for commands that look into its records and decide nothing: no rule is read, which takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from brightline.config import Settings
from brightline.errors import InputError
from brightline.labelling import Labelling
from brightline.store import Store

__all__ = ["own_records"]


@contextmanager
def own_records(settings: Settings) -> Iterator[Labelling]:
    """The labelling over the store of ``settings``. Raises ``StoreError``; ``InputError`` BL-INPUT-072 where the home cannot be made."""
    from brightline.pipeline import Pipeline

    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise InputError(
            "BL-INPUT-072", f"the folder {settings.home} cannot be made: {problem.strerror}", "set BRIGHTLINE_HOME to a folder of yours"
        ) from None
    with closing(Store.open(settings.effective_database_url)) as store:
        yield Labelling(store, lambda: settings, lambda: Pipeline(settings))
