"""Full verifications, asked for at the console: one at a time, beside the service's own work and behind it.

A thread hashes the log in slices, each read in a short transaction, and rests after each as long as the slice took: at most
half of one core goes into it, and nobody waits for a lock. What is stored behind the entries is checked too. The result becomes an audit event
(``ledger.verified``), so that it is on record who looked when and what was found; a failure to verify is a result like another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from brightline.errors import BrightlineError
from brightline.ledger import Verification, verify_log
from brightline.model import LedgerEntry
from brightline.service import Service
from brightline.stored_payloads import payload_check

__all__ = ["Progress", "Verifier"]

_log = structlog.get_logger("brightline.console.ledger")
_MOST_PROBLEMS = 50  # of an event's detail; the command line lists more
_BREATH_S = 0.02
_LONGEST_REST_S = 0.5


@dataclass(slots=True)
class Progress:
    """A verification that runs: by whom, since when (UTC microseconds), entries done and in all (0: not known yet)."""

    by: str
    began: int
    done: int = 0
    total: int = 0


class Verifier:
    """Runs one verification at a time in this process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None
        self.running: Progress | None = None
        self.failed: str = ""
        """The code of the error that kept the last verification from coming to a result."""

    def start(self, by: str) -> bool:
        """Begin, unless one is running already."""
        with self._turn:
            if self.running is not None:
                return False
            self.failed = ""
            self.running = Progress(by, time.time_ns() // 1000)
        self._thread = threading.Thread(target=self._work, args=(self.running,), name="brightline-verifier", daemon=True)
        self._thread.start()
        return True

    def wait(self, timeout_s: float) -> bool:
        """Wait for the running verification; false if it takes longer."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self.running is None

    def _work(self, progress: Progress) -> None:
        service = self._service
        try:
            found = verify_log(
                service.store.ledger,
                service.signer.verifiers,
                service.sequencer.head_file.path,
                check_payload=_resting(payload_check(service.store)),
                progress=_reporting(progress),
            )
            service.store.audit.record(
                "ledger.verified", actor=progress.by, subject=found.origin, detail=_detail(found, progress), tenant=service.settings.tenant
            )
        except BrightlineError as problem:
            self.failed = problem.code
            _log.warning("a verification did not come to an end", code=problem.code, problem=problem.message)
        except Exception as problem:  # rows that no program of ours has written
            self.failed = "BL-LEDGER-010"
            _log.error("a verification failed", error=type(problem).__name__, problem=str(problem))
        finally:
            self.running = None


def _reporting(progress: Progress) -> Callable[[int, int], None]:
    began = [time.monotonic()]

    def report(done: int, total: int) -> None:
        progress.done, progress.total = done, total
        time.sleep(min(time.monotonic() - began[0], _LONGEST_REST_S))
        began[0] = time.monotonic()

    return report


def _resting(check: Callable[[LedgerEntry], bool | None]) -> Callable[[LedgerEntry], bool | None]:
    """The check, with a breath of as long as it has worked, whenever it has worked for a while."""
    began = [time.monotonic()]

    def rested(entry: LedgerEntry) -> bool | None:
        fits = check(entry)
        if time.monotonic() - began[0] > _BREATH_S:
            time.sleep(_BREATH_S)
            began[0] = time.monotonic()
        return fits

    return rested


def _detail(found: Verification, progress: Progress) -> dict[str, Any]:
    """What is kept of a result: numbers and places. No message: it could name files of this machine."""
    return {
        "ok": found.ok,
        "size": found.size,
        "root": found.root.hex(),
        "hashes": found.hashes_checked,
        "payloads": found.payloads_checked,
        "absent": found.payloads_absent,
        "heads": len(found.heads_checked),
        "seconds": round((time.time_ns() // 1000 - progress.began) / 1_000_000),
        "found": len(found.problems),
        "problems": [[problem.kind, problem.first, problem.stop] for problem in found.problems[:_MOST_PROBLEMS]],
    }
