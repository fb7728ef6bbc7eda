"""One run in a workspace at a time.

In a folder the lock is the kernel's (flock(2)), which lets go of it when its holder dies however it dies, and which NFS carries since
Linux 2.6.12. Object storage has no such thing: there the heart-beat on record decides (``store.CorpusRuns.begin``).
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brightline.corpus.errors import RunError
from brightline.corpus.storage import Workspace

__all__ = ["workspace_lock"]


@contextmanager
def workspace_lock(workspace: Workspace) -> Iterator[bool]:
    """Hold the workspace for the block, and first sweep what killed writers left in it. Gives whether the lock is proof that nobody else
    is at work there: pass it to ``begin`` and ``resume`` as ``holds_lock``.

    Raises ``RunError``: BL-CORPUS-035 another run is at work there, -031 the workspace is not writable.
    """
    if not workspace.is_local:
        yield False
        return
    root = Path(workspace.uri.removeprefix("file://"))
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".lock").open("wb")
    except OSError as error:
        raise RunError("BL-CORPUS-031", f"{root} cannot be written ({error})", "check the rights, or take another workspace") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError("BL-CORPUS-035", f"another run is at work in {root}", "wait for it, or take another workspace") from error
        workspace.sweep()
        yield True
