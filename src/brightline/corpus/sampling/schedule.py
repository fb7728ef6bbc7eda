"""When a corpus is to be inspected again, and why: its time has come, or the rules it was inspected by are no longer the ones in force.

Campaign type 3 asks for regular inspection and clean-up of training data; no text names a period, so the operator sets one. A change of rules
counts from the day it is seen. Only kernels whose version changed are run again, so their names are given. Pure: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from brightline.store import StoredSchedule

__all__ = ["Due", "due"]

_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Due:
    """``reason``: never inspected, the time has come, or the rules changed. ``overdue_days``: whole days since it was due; ``changed``:
    names of the versions that differ from those of the last inspection."""

    corpus: str
    tenant: str
    reason: Literal["never", "time", "rules"]
    due_at: int
    overdue_days: int
    changed: tuple[str, ...] = ()


def due(schedules: Iterable[StoredSchedule], versions: Mapping[str, str], now: int) -> list[Due]:
    """What is to be inspected at ``now`` (UTC microseconds), the longest overdue in front. ``versions``: those in force, by name.

    A kernel that an inspection did not use says nothing about it: one is compared where both have it.
    """
    found = []
    for each in schedules:
        used: Mapping[str, str] = each.document.get("versions", {})
        inspected_at = int(each.document.get("at", 0))
        changed = tuple(sorted(name for name, version in used.items() if versions.get(name, version) != version))
        late = max(0, (now - each.due_at) // _DAY_US)
        if not inspected_at and now >= each.due_at:
            found.append(Due(each.corpus, each.tenant, "never", each.due_at, late))
        elif inspected_at and now >= each.due_at:
            found.append(Due(each.corpus, each.tenant, "time", each.due_at, late, changed))
        elif changed:
            found.append(Due(each.corpus, each.tenant, "rules", now, 0, changed))
    return sorted(found, key=lambda each: (-each.overdue_days, each.due_at, each.corpus))
