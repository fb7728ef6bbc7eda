"""``brightline serve``: what stands in its way is said before anything runs."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.installation import brightline, running


def test_a_taken_port_is_named_with_its_cure(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = brightline(tmp_path, "serve", port=str(taken.getsockname()[1]))
    assert found.returncode == 2
    assert found.stdout == b""
    assert b"BL-CONFIG-004" in found.stderr
    assert b"BRIGHTLINE_PORT" in found.stderr
    assert not (tmp_path / "keys").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where a folder belongs", "utf-8")
    found = brightline(tmp_path, "doctor")
    assert found.returncode == 1
    assert b"BL-CONFIG-005" in found.stdout


def test_the_client_key_is_printed_once_and_stays_readable_for_its_owner(tmp_path: Path) -> None:
    logs = []
    for _ in range(2):
        (tmp_path / "serve.log").unlink(missing_ok=True)
        with running(tmp_path) as installation:
            key = installation.key
        logs.append((tmp_path / "serve.log").read_text("utf-8"))
    assert key in logs[0]
    assert key not in logs[1]
    assert "client.key" in logs[1]
