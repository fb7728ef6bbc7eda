"""A journal: what was noted is found again, up to where it is torn, and whatever is wrong with it is nobody's error."""

from __future__ import annotations

import fcntl
import os
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus import journal as module
from brightline.corpus.journal import Journal, drop, drop_all_but

KEY = b"k" * 32
ENTRIES = [(bytes([number]) * 32, bytes([number]) * (number * 700)) for number in range(5)]


def noted(path: Path, key: bytes = KEY) -> None:
    with Journal(path, key) as journal:
        for about, content in ENTRIES:
            assert journal.recall(about) is None
            journal.note(about, content)


def recalled(path: Path, key: bytes = KEY) -> list[bytes | None]:
    with Journal(path, key) as journal:
        return [journal.recall(about) for about, _content in ENTRIES]


def test_what_was_noted_is_recalled_in_its_order(tmp_path: Path) -> None:
    noted(tmp_path / "folder" / "a")

    assert recalled(tmp_path / "folder" / "a") == [content for _about, content in ENTRIES]
    assert recalled(tmp_path / "folder" / "a") == [content for _about, content in ENTRIES]


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 7_300), flip=st.none() | st.integers(0, 7_300))
def test_what_is_torn_or_damaged_is_never_recalled_and_is_noted_again(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int | None
) -> None:
    path = tmp_path_factory.mktemp("journal") / "a"
    noted(path)
    whole = bytearray(path.read_bytes())
    if flip is not None and flip < len(whole):
        whole[flip] ^= 0x10
    path.write_bytes(whole[:cut] if flip is None else whole)

    with Journal(path, KEY) as journal:
        found = []
        for about, content in ENTRIES:
            found.append(journal.recall(about))
            if found[-1] is None:
                journal.note(about, content)

    first_lost = found.index(None) if None in found else len(found)
    assert found == [content for _about, content in ENTRIES[:first_lost]] + [None] * (len(ENTRIES) - first_lost)
    assert recalled(path) == [content for _about, content in ENTRIES]


def test_an_entry_about_something_else_ends_what_is_recalled(tmp_path: Path) -> None:
    noted(tmp_path / "a")

    with Journal(tmp_path / "a", KEY) as journal:
        assert journal.recall(ENTRIES[0][0]) is not None
        assert journal.recall(ENTRIES[2][0]) is None
        assert journal.recall(ENTRIES[1][0]) is None

    assert recalled(tmp_path / "a")[:2] == [ENTRIES[0][1], None]


def test_a_journal_of_another_key_is_begun_anew(tmp_path: Path) -> None:
    noted(tmp_path / "a")

    assert recalled(tmp_path / "a", b"o" * 32) == [None] * 5
    assert recalled(tmp_path / "a") == [None] * 5


def test_a_length_that_cannot_be_is_not_believed(tmp_path: Path) -> None:
    noted(tmp_path / "a")
    whole = bytearray((tmp_path / "a").read_bytes())
    whole[40] = 0x7F  # the highest byte of the first entry's length: exabytes
    (tmp_path / "a").write_bytes(whole)

    assert recalled(tmp_path / "a") == [None] * 5


def test_nothing_is_kept_where_files_cannot_grow() -> None:
    with Journal(None, KEY) as journal:
        assert not journal.is_kept
        journal.note(*ENTRIES[1])
        assert journal.recall(ENTRIES[1][0]) is None


def test_a_place_that_cannot_be_written_is_nobodys_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with Journal(tmp_path / "file" / "a", KEY) as journal:
        assert not journal.is_kept
        journal.note(*ENTRIES[1])

    drop(tmp_path / "file" / "a")
    drop_all_but(tmp_path / "file", frozenset())
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_disk_that_is_full_ends_the_journal_and_frees_what_it_took(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: both make the same write fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    try:
        with Journal(tmp_path / "a", KEY) as journal:
            for about, content in ENTRIES:
                assert journal.recall(about) is None
                journal.note(about, content)
            assert not journal.is_kept
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert list(tmp_path.iterdir()) == []


def test_one_process_has_a_journal_and_another_goes_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOCKED_S", 0.1)
    noted(tmp_path / "a")
    before = (tmp_path / "a").read_bytes()

    with Journal(tmp_path / "a", KEY) as mine, Journal(tmp_path / "a", KEY) as others:
        assert not others.is_kept
        assert others.recall(ENTRIES[0][0]) is None
        others.note(b"x" * 32, b"other")
        assert mine.recall(ENTRIES[0][0]) == ENTRIES[0][1]

    assert (tmp_path / "a").read_bytes() == before


def test_who_is_about_to_let_go_is_awaited(tmp_path: Path) -> None:
    """A worker that was killed may hold its journal for some milliseconds more."""
    noted(tmp_path / "a")
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        with (tmp_path / "a").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            os.write(write, b".")
            import time

            time.sleep(0.3)
            os._exit(0)
    os.read(read, 1)

    assert recalled(tmp_path / "a") == [content for _about, content in ENTRIES]
    os.waitpid(pid, 0)
    os.close(read)
    os.close(write)


def test_all_journals_but_some_are_removed_and_the_folder_with_the_last(tmp_path: Path) -> None:
    for name in (".000001", ".000002"):
        noted(tmp_path / "journal" / name)

    drop_all_but(tmp_path / "journal", frozenset({".000002", ".000007"}))
    assert [path.name for path in (tmp_path / "journal").iterdir()] == [".000002"]
    drop(tmp_path / "journal" / ".000002")
    drop(tmp_path / "journal" / ".000002")
    drop_all_but(tmp_path / "journal", frozenset())
    drop_all_but(tmp_path / "journal", frozenset())
    assert list(tmp_path.iterdir()) == []
