"""The engine: runs a task over shards, on this machine or on a cluster, and survives what happens to workers.

The names are looked up on use: a worker process needs the jobs and nothing of the supervisor, whose store takes a second to import.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brightline.corpus.engine.locking import workspace_lock
    from brightline.corpus.engine.progress import Progress
    from brightline.corpus.engine.stage import Manifest, StageOutcome, run_stage

__all__ = ["Manifest", "Progress", "StageOutcome", "run_stage", "workspace_lock"]

_HOMES = {"Manifest": "stage", "Progress": "progress", "StageOutcome": "stage", "run_stage": "stage", "workspace_lock": "locking"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
