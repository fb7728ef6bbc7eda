"""A real Brightline in a process of its own, for tests that need the whole thing: start, talk over HTTP, stop, kill."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from unittest.mock import patch

from brightline.cli import main

START_LIMIT_S = 60.0


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The process environment with only these Brightline settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BRIGHTLINE_")}
    return kept | {"BRIGHTLINE_HOME": str(home)} | {f"BRIGHTLINE_{key.upper()}": value for key, value in settings.items()}


def brightline(home: Path, *arguments: str, stdin: bytes = b"", **settings: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line against a home."""
    command = [sys.executable, "-m", "brightline", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, env=environment(home, **settings), cwd=home, timeout=120, check=False)


def in_process(home: Path, *arguments: str, stdin: bytes = b"", **settings: str) -> subprocess.CompletedProcess[bytes]:
    """The same in this process, which has read the rules already: reading them anew costs seconds each time.

    All that a process of its own adds is its start, which ``brightline`` tests for one call of each command.
    """
    output, errors = io.BytesIO(), io.BytesIO()
    with ExitStack() as around:
        around.enter_context(patch.dict(os.environ, environment(home, **settings), clear=True))
        around.enter_context(chdir(home))
        around.enter_context(patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")))
        around.enter_context(redirect_stdout(io.TextIOWrapper(output, "utf-8", write_through=True)))
        around.enter_context(redirect_stderr(io.TextIOWrapper(errors, "utf-8", write_through=True)))
        try:
            main(arguments)
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        said = output.getvalue(), errors.getvalue()
    return subprocess.CompletedProcess(list(arguments), code, *said)


@dataclass
class Installation:
    """A running service: its address, its client key, its process."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self) -> str:
        return (self.home / "keys" / "client.key").read_text("ascii").strip()

    def kill(self) -> None:
        """kill -9, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, as an operator would; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.kill()
        if self.process.stdout:
            self.process.stdout.close()


def start(home: Path, **settings: str) -> Installation:
    """Start ``brightline serve`` in ``home`` and wait until it is ready."""
    port = free_port()
    command = [sys.executable, "-m", "brightline", "serve", "--port", str(port)]
    log = (home / "serve.log").open("ab")
    process = subprocess.Popen(command, env=environment(home, **settings), cwd=home, stdout=log, stderr=subprocess.STDOUT)
    log.close()
    installation = Installation(home, port, process)
    try:
        _wait_until_ready(installation)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return installation


def _wait_until_ready(installation: Installation) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if installation.process.poll() is not None:
            raise AssertionError(
                f"serve ended with {installation.process.returncode}: {(installation.home / 'serve.log').read_text('utf-8')}"
            )
        try:
            with urllib.request.urlopen(f"{installation.url}/readyz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)  # another process: there is no event to wait for
    raise AssertionError(f"not ready after {START_LIMIT_S} s: {(installation.home / 'serve.log').read_text('utf-8')}")


@contextmanager
def running(home: Path, **settings: str) -> Iterator[Installation]:
    """A started installation that is stopped in any case."""
    with start(home, **settings) as installation:
        yield installation
