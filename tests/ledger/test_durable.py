"""Files that survive a crash whole."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from brightline.ledger.durable import create_file, replace_file


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    for text in ("first\n", "第二\r\n"):
        replace_file(tmp_path / "head", text)
        assert (tmp_path / "head").read_bytes() == text.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["head"]


def test_a_file_that_is_there_is_not_created_again(tmp_path: Path) -> None:
    assert create_file(tmp_path / "key", "first", mode=0o600)
    assert not create_file(tmp_path / "key", "second", mode=0o600)
    assert (tmp_path / "key").read_text() == "first"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_what_cannot_be_replaced_leaves_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "head").mkdir()
    with pytest.raises(OSError, match="head"):
        replace_file(tmp_path / "head", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["head"]
