"""The log of an installation, as the service opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from brightline.ledger import Sequencer, Signer
from brightline.store import Store


@contextmanager
def log_of(home: Path) -> Iterator[tuple[Store, Sequencer]]:
    """The installation's database and sequencer, as the service has them."""
    with closing(Store.open(f"sqlite:///{home / 'brightline.db'}")) as store:
        yield store, Sequencer(store.ledger, Signer.load_or_create(home / "keys" / "ledger.key"), home / "ledger" / "head")
