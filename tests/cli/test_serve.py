"""``brightline serve``: what stands in its way is said before anything runs."""

from __future__ import annotations

import socket
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.installation import brightline, in_process, running


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
    found = in_process(tmp_path, "doctor")
    assert found.returncode == 1
    assert b"BL-CONFIG-005" in found.stdout


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def post(url: str, path: str, **form: str) -> Any:
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    request = urllib.request.Request(url + path, urllib.parse.urlencode(form).encode(), headers)
    opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
    try:
        return opener.open(request)
    except urllib.error.HTTPError as answer:
        return answer


def test_key_and_one_time_password_are_printed_once_and_stay_readable_for_their_owner(tmp_path: Path) -> None:
    with running(tmp_path) as installation:
        first = (tmp_path / "serve.log").read_text("utf-8")
        key, password = installation.key, (tmp_path / "keys" / "admin.password").read_text("ascii").strip()
        assert key in first
        assert password in first
        assert "/console" in first
        with post(installation.url, "/console/sign-in", name="admin", password=password) as answer:
            assert answer.status == 303
            assert answer.headers["Location"] == "/console/account/password"
            assert any(line.startswith("__Host-brightline=") for line in answer.headers.get_all("Set-Cookie"))
    (tmp_path / "serve.log").unlink()
    with running(tmp_path):
        again = (tmp_path / "serve.log").read_text("utf-8")
    assert key not in again
    assert "client.key" in again
    assert password not in again
    assert "admin.password" in again
