"""One fuzzing target in its own process; started by ``evals/label_fuzz.py``, which says what a finding is.

    fuzz_target.py TARGET SEEDS TOKENS KEEP REPORT SECONDS INPUT_SECONDS

The package is instrumented by atheris where that can be imported. A finding does not end the run: its first input is kept, and inputs
that fail at the same place count as the same finding.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from types import FrameType

try:
    import atheris
except ImportError:  # blind mutation then
    atheris = None

MEMORY_BYTES = 1 << 30
LONGEST_INPUT = 65_536  # libFuzzer's own advice is small inputs; the largest seeds have some ten thousand bytes


class TooSlow(BaseException):
    """Beyond the reach of ``except Exception``."""


class Fuzzing:
    """Runs inputs, counts them, and keeps what is found."""

    def __init__(self, check: Callable[[bytes], None], keep: Path, report: Path, seconds: float, input_seconds: float) -> None:
        self._check, self._keep, self._report = check, keep, report
        self._until = time.monotonic() + seconds
        self._input_seconds = input_seconds
        self._executions = 0
        self._findings: dict[str, dict[str, str]] = {}

    def one(self, data: bytes) -> None:
        if time.monotonic() > self._until:
            self._end()
        self._executions += 1
        signal.setitimer(signal.ITIMER_VIRTUAL, self._input_seconds)
        try:
            self._check(data)
        except (Exception, TooSlow) as problem:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self._found(problem, data)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _found(self, problem: BaseException, data: bytes) -> None:
        frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if "/brightline/labels/" in frame.filename]
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:])) or "fuzz_checks"
        name = f"{type(problem).__name__} {where.split(' ')[0]} {str(problem)[:40] if not frames else ''}"
        if name not in self._findings and len(self._findings) < 50:
            path = self._keep / f"{type(problem).__name__}-{len(self._findings)}-{time.time_ns() % 10**9}"
            path.write_bytes(data)
            self._findings[name] = {"what": f"{type(problem).__name__}: {str(problem)[:200]}", "where": where, "file": str(path)}
            self.write()

    def write(self) -> None:
        self._report.write_text(json.dumps({"executions": self._executions, "findings": list(self._findings.values())}))

    def _end(self) -> None:
        self.write()
        sys.stderr.flush()
        os._exit(0)  # libFuzzer has no other way out of its loop that keeps the exit status


def main() -> None:
    target, seeds, tokens, keep, report, seconds, input_seconds = sys.argv[1:]
    with atheris.instrument_imports(include=["brightline.labels"]) if atheris else nullcontext():
        for module in MODULES:
            import_module(f"brightline.labels.{module}")
        checks = import_module("evals.labels.fuzz_checks")
        check = checks.check_of(target)
    change = checks.repairing(target)
    fuzzing = Fuzzing(check, Path(keep), Path(report), float(seconds), float(input_seconds))
    signal.signal(signal.SIGVTALRM, _too_slow)
    inputs = sorted(path.read_bytes() for path in Path(seeds).iterdir())
    for data in inputs:
        fuzzing.one(data)  # seeds that fail are worth knowing by themselves, and this imports what is imported on use
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY_BYTES,) * 2)
    fuzzing.write()
    if atheris is None:
        _blindly(fuzzing, inputs, change)
    arguments = [sys.argv[0], f"-max_len={LONGEST_INPUT}", "-timeout=60", "-rss_limit_mb=0", f"-dict={tokens}", "-len_control=0"]
    arguments += [f"-artifact_prefix={keep}/", "-print_final_stats=0", seeds]

    def mutated(data: bytes, longest: int, seed: int) -> bytes:
        return change(lambda part, room: bytes(atheris.Mutate(part, room)), data, longest, random.Random(seed))

    atheris.Setup(arguments, fuzzing.one, **({"custom_mutator": mutated} if checks.repairs(target) else {}))
    atheris.Fuzz()


def _blindly(fuzzing: Fuzzing, inputs: list[bytes], change: Callable[..., bytes]) -> None:
    from tests.labels.containers.sounding import mutated

    dice = random.Random(20261123)
    while True:
        data = change(lambda part, _: mutated(part or b"\0", dice.randrange(1 << 30), 1 << 20), dice.choice(inputs), LONGEST_INPUT, dice)
        fuzzing.one(data[:LONGEST_INPUT])


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _too_slow(_: int, __: FrameType | None) -> None:
    raise TooSlow("more processor time than one input may take")


MODULES = ("registry", "sites", "xmp", "exif", "ifd", "proof", "writing", "text_label", "security.integrity", "verification")

if __name__ == "__main__":
    main()
