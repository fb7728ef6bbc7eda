"""Which corpora are due for inspection again: the alarm of this room, of the overview and of the page of health.

Here only time counts: which version of each rule is in force is known where kernels are loaded, that is on the command line and in
``doctor`` (``brightline corpus status``). A server has neither the extra nor the time for it.
"""

from __future__ import annotations

import time

from brightline.corpus.sampling import Due, due
from brightline.store import CorpusSchedules, Store

__all__ = ["overdue_of"]


def overdue_of(store: Store, tenant: str) -> list[Due]:
    """What is due now, the longest overdue first. Raises ``StoreError``."""
    return due(CorpusSchedules(store.database).all(tenant=tenant), {}, time.time_ns() // 1000)
