"""The shelf: for one session, for a while, and for no other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from brightline.errors import NotFound
from brightline.server.console.labels.shelf import KEPT_S, Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def put(shelf: Shelf, folder: Path, session: str = "mine", content: bytes = b"x") -> str:
    (folder / "came.png").write_bytes(content)
    return shelf.put(session, {"name": "a.png"}, {"file": folder / "came.png"})


def age(home: Path, token: str, seconds: float) -> None:
    folder = next(home.glob(f"spool/console/*/{token}"))
    then = folder.stat().st_mtime - seconds
    os.utime(folder, (then, then))


def test_what_was_put_is_got_by_the_same_session(shelf: Shelf, tmp_path: Path) -> None:
    kept = shelf.get("mine", put(shelf, tmp_path, content=b"bytes"))
    assert kept.about["name"] == "a.png"
    file = kept.part("file")
    assert file is not None
    assert file.read_bytes() == b"bytes"
    assert kept.part("preview") is None


@pytest.mark.parametrize("session", ["yours", "", "MINE"])
def test_another_session_gets_nothing(shelf: Shelf, tmp_path: Path, session: str) -> None:
    token = put(shelf, tmp_path)
    with pytest.raises(NotFound) as told:
        shelf.get(session, token)
    assert told.value.code == "BL-INPUT-791"
    shelf.drop(session, token)
    assert shelf.get("mine", token)


def test_it_is_gone_after_its_time_and_taken_away_by_the_next_call(shelf: Shelf, tmp_path: Path) -> None:
    token = put(shelf, tmp_path)
    age(tmp_path, token, KEPT_S + 1)
    with pytest.raises(NotFound):
        shelf.get("mine", token)
    put(shelf, tmp_path, "somebody else's")
    assert not list(tmp_path.glob(f"spool/console/*/{token}"))


def test_a_start_takes_away_what_was_left(shelf: Shelf, tmp_path: Path) -> None:
    token = put(shelf, tmp_path)
    age(tmp_path, token, KEPT_S + 1)
    Shelf(tmp_path)
    assert not list(tmp_path.glob("spool/console/*/*"))


def test_of_a_session_that_is_over_not_even_an_empty_folder_stays(shelf: Shelf, tmp_path: Path) -> None:
    shelf.drop("mine", put(shelf, tmp_path))
    token = put(shelf, tmp_path, "yours")
    for folder in tmp_path.glob("spool/console/*"):
        then = folder.stat().st_mtime - KEPT_S - 1
        os.utime(folder, (then, then))
    shelf.clear()
    assert len(list(tmp_path.glob("spool/console/*"))) == 1
    assert shelf.get("yours", token)


def test_a_session_keeps_only_its_newest(shelf: Shelf, tmp_path: Path) -> None:
    tokens = []
    for number in range(6):
        tokens.append(put(shelf, tmp_path))
        for token in tokens[-5:-1]:
            if list(tmp_path.glob(f"spool/console/*/{token}")):
                age(tmp_path, token, 10 + number)
    left = {folder.name for folder in tmp_path.glob("spool/console/*/*")}
    assert tokens[-1] in left
    assert len(left) == 4


@pytest.mark.parametrize("token", ["../../../keys", ".", "", "a" * 21, "a" * 23, "ä" * 22])
def test_what_is_no_token_is_never_a_path(shelf: Shelf, token: str) -> None:
    with pytest.raises(NotFound):
        shelf.get("mine", token)
    shelf.drop("mine", token)
