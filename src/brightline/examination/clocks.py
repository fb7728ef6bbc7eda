"""The clock of this machine, held against another one: the database server's, the model service's, or the last signed head."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from brightline.examination.check import Check, Values
from brightline.service import Service
from brightline.store.tables import ledger_checkpoints

__all__ = ["clock_check", "skew"]

_MOST_SKEW_S = 5.0  # two clocks that agree so far keep the order of entries plausible to a reader


def clock_check(service: Service) -> Iterator[Check]:
    with service.store.database.reading() as connection:
        if service.store.dialect == "postgresql":
            now: Any = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()
            yield from skew("the database server", float(now))
            return
        newest = connection.execute(select(ledger_checkpoints.c.saved_at).order_by(ledger_checkpoints.c.size.desc()).limit(1)).scalar()
    # Without another clock to hold it against, a head from the future still shows that this one was set back.
    ahead = (newest or 0) / 1_000_000 - time.time()
    values: Values = {"now": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}", "seconds": f"{max(ahead, 0):.0f}"}
    if ahead > _MOST_SKEW_S:
        cure = "Set the clock by a time server: the times of decisions and entries come from it."
        yield Check("clock", False, "%(now)s UTC, %(seconds)s s before the last signed head", cure, values)
    else:
        yield Check("clock", True, "%(now)s UTC, not before the last signed head", values=values)


def skew(whose: str, told: float | None) -> Iterator[Check]:
    if told is None:
        return
    skew = time.time() - told
    ok = abs(skew) <= _MOST_SKEW_S
    values: Values = {"seconds": f"{abs(skew):.1f}"}
    cure = "Set both clocks by a time server: the times of decisions and entries come from them."
    if whose == "the database server":
        yield Check("clock", ok, "%(seconds)s s apart from the clock of the database server", cure, values)
    else:
        yield Check("clock", ok, "%(seconds)s s apart from the clock of the model service", cure, values)
