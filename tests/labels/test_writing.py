"""Carrying out plans: whatever goes wrong (a crash, a full disk, a second writer, no right to write), the original is as it was."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.labels.containers.reading import Kept, Patch, Plan
from brightline.labels.containers.source import CHUNK, Source, opened
from brightline.labels.errors import LabelError, ProofFailed, Truncated
from brightline.labels.writing import can_be_undone, for_writing, patch_in_place, recover, undo_path, write_new, written

ORIGINAL = bytes(range(256)) * 40
NOBODY = 65534


def accept(_: Path) -> None:
    """A check that is content with anything."""


def refuse(_: Path) -> None:
    raise ProofFailed("the proof was asked to fail")


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "original.bin"
    path.write_bytes(ORIGINAL)
    return path


def in_a_child(work: Callable[[], None]) -> int:
    """Run ``work`` in a forked child; 0 if it came back, 1 for an exception, 100 + the digits of a ``LabelError``'s code."""
    child = os.fork()
    if not child:
        try:
            work()
        except LabelError as problem:
            os._exit(100 + int(problem.code[-3:]))
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)).map(sorted) | st.binary(max_size=20), max_size=8))
def test_the_output_is_the_pieces_one_after_the_other(pieces: list[list[int] | bytes]) -> None:
    data = ORIGINAL[:300]
    plan = Plan(tuple(piece if isinstance(piece, bytes) else Kept(*piece) for piece in pieces))

    assert written(Source(data), plan) == b"".join(piece if isinstance(piece, bytes) else data[piece[0] : piece[1]] for piece in pieces)


def test_large_ranges_are_copied_whole_whatever_stands_between(tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    content = os.urandom(3 * CHUNK + 17)
    big.write_bytes(content)
    plan = Plan((b"head", Kept(5, 2 * CHUNK), b"between", Kept(1, 3 * CHUNK + 17), b"tail"))

    with opened(big) as source:
        write_new(source, plan, tmp_path / "out.bin", accept)

    expected = b"head" + content[5 : 2 * CHUNK] + b"between" + content[1:] + b"tail"
    assert (tmp_path / "out.bin").read_bytes() == expected


@pytest.mark.parametrize("shift", [0, 1, 4096, 70_000])
def test_a_range_that_moves_by_any_distance_arrives_whole(tmp_path: Path, shift: int) -> None:
    big = tmp_path / "big.bin"
    content = os.urandom(CHUNK + 70_001)
    big.write_bytes(content)

    with opened(big) as source:
        write_new(source, Plan((content[:4097], bytes(shift), Kept(4097, len(content)))), tmp_path / "out.bin", accept)

    assert (tmp_path / "out.bin").read_bytes() == content[:4097] + bytes(shift) + content[4097:]


@pytest.mark.parametrize("missing", [1, 2 * CHUNK])
def test_a_plan_that_asks_for_bytes_that_are_not_there_puts_nothing_out(original: Path, tmp_path: Path, missing: int) -> None:
    with opened(original) as source, pytest.raises(Truncated, match="BL-LABEL-012"):
        write_new(source, Plan((Kept(0, len(ORIGINAL) + missing),)), tmp_path / "out.bin", accept)

    assert [path.name for path in tmp_path.iterdir()] == ["original.bin"]


def test_a_refused_result_replaces_nothing_and_leaves_nothing(original: Path, tmp_path: Path) -> None:
    with opened(original) as source, pytest.raises(ProofFailed):
        write_new(source, Plan((b"other",)), original, refuse)

    assert original.read_bytes() == ORIGINAL
    assert [path.name for path in tmp_path.iterdir()] == ["original.bin"]


def test_a_new_file_keeps_the_mode_of_the_old_one(original: Path) -> None:
    original.chmod(0o640)
    with opened(original) as source:
        write_new(source, Plan((b"new",)), original, accept, like=original)

    assert original.read_bytes() == b"new"
    assert original.stat().st_mode & 0o7777 == 0o640


def test_patches_change_bytes_and_may_make_the_file_longer(original: Path) -> None:
    with for_writing(original) as handle:
        patch_in_place(original, handle, (Patch(len(ORIGINAL), b"behind"), Patch(3, b"abc")), accept)

    assert original.read_bytes() == ORIGINAL[:3] + b"abc" + ORIGINAL[6:] + b"behind"
    assert not undo_path(original).exists()


def test_patches_whose_result_is_refused_are_undone(original: Path) -> None:
    with for_writing(original) as handle, pytest.raises(ProofFailed):
        patch_in_place(original, handle, (Patch(0, b"xyz"), Patch(2, b"zz"), Patch(len(ORIGINAL) - 1, b"longer")), refuse)

    assert original.read_bytes() == ORIGINAL
    assert not undo_path(original).exists()


@pytest.mark.parametrize("journal", ["whole", "cut off", "damaged"])
def test_after_a_crash_the_file_is_put_back(original: Path, journal: str) -> None:
    def crash() -> None:
        with for_writing(original) as handle:
            patch_in_place(original, handle, (Patch(10, b"half"), Patch(len(ORIGINAL), b"longer")), lambda _: os._exit(9))

    assert in_a_child(crash) == 9
    assert original.read_bytes() != ORIGINAL
    undo = undo_path(original)
    if journal == "whole":
        assert recover(original)
        assert original.read_bytes() == ORIGINAL
    else:  # a journal is whole on disk before the first byte is patched: a damaged one belongs to a file that was not touched
        original.write_bytes(ORIGINAL)
        undo.write_bytes(undo.read_bytes()[:-5] if journal == "cut off" else b"x" + undo.read_bytes()[1:])
        assert recover(original)
        assert original.read_bytes() == ORIGINAL
    assert not undo.exists()
    assert not recover(original)


def test_the_next_writer_recovers_before_it_writes(original: Path) -> None:
    def crash() -> None:
        with for_writing(original) as handle:
            patch_in_place(original, handle, (Patch(10, b"half"),), lambda _: os._exit(9))

    in_a_child(crash)
    with for_writing(original) as handle:
        patch_in_place(original, handle, (Patch(0, b"ok"),), accept)

    assert original.read_bytes() == b"ok" + ORIGINAL[2:]


@pytest.mark.parametrize("other", ["shorter", "as long", "longer"])
def test_a_file_that_took_the_place_of_a_crashed_one_is_left_alone(original: Path, other: str) -> None:
    def crash() -> None:
        with for_writing(original) as handle:
            patch_in_place(original, handle, (Patch(10, b"half"), Patch(len(ORIGINAL), b"longer")), lambda _: os._exit(9))

    assert in_a_child(crash) == 9
    newer = b"n" * (len(ORIGINAL) + {"shorter": -1, "as long": 3, "longer": 7}[other])
    original.write_bytes(newer)

    assert recover(original)
    assert original.read_bytes() == newer
    assert not undo_path(original).exists()


def test_a_patch_that_stopped_at_any_byte_is_undone(original: Path) -> None:
    patches = (Patch(10, b"half"), Patch(12, b"over"), Patch(len(ORIGINAL) - 2, b"longer"))

    def crash() -> None:
        with for_writing(original) as handle:
            patch_in_place(original, handle, patches, lambda _: os._exit(9))

    in_a_child(crash)
    journal = undo_path(original).read_bytes()
    for done in range(sum(len(patch.data) for patch in patches) + 1):
        half, left = bytearray(ORIGINAL), done
        for patch in patches:
            half[patch.offset : patch.offset + min(left, len(patch.data))] = patch.data[:left]
            left = max(0, left - len(patch.data))
        original.write_bytes(half)
        undo_path(original).write_bytes(journal)
        assert recover(original)
        assert original.read_bytes() == ORIGINAL


def test_a_journal_is_not_written_through_a_link(original: Path, tmp_path: Path) -> None:
    aim = tmp_path / "somebody's file"
    aim.write_bytes(b"precious")
    with for_writing(original) as handle:
        undo_path(original).symlink_to(aim)
        with pytest.raises(FileExistsError):
            patch_in_place(original, handle, (Patch(0, b"x"),), accept)

    assert aim.read_bytes() == b"precious"
    assert original.read_bytes() == ORIGINAL


def test_a_disk_without_room_for_the_journal_leaves_nothing_of_it(original: Path, tmp_path: Path) -> None:
    def fill_up() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        with for_writing(original) as handle:
            patch_in_place(original, handle, (Patch(0, b"x" * 90),), accept)

    assert in_a_child(fill_up) == 124
    assert original.read_bytes() == ORIGINAL
    assert [path.name for path in tmp_path.iterdir()] == ["original.bin"]


def test_a_file_with_the_longest_name_is_patched(tmp_path: Path) -> None:
    long = tmp_path / ("长" * 85)  # 255 bytes
    long.write_bytes(ORIGINAL)
    assert not recover(long)
    with for_writing(long) as handle:
        patch_in_place(long, handle, (Patch(0, b"ok"),), accept)

    assert long.read_bytes() == b"ok" + ORIGINAL[2:]
    assert [path.name for path in tmp_path.iterdir()] == [long.name]


def test_patches_that_the_journal_could_not_hold_cannot_be_undone() -> None:
    assert can_be_undone((Patch(0, bytes(1 << 20)), Patch(9, b"")))
    assert not can_be_undone((Patch(0, bytes(20 << 20)), Patch(40 << 20, bytes(20 << 20))))


def test_of_two_writers_the_second_is_refused(original: Path) -> None:
    with for_writing(original), pytest.raises(LabelError, match="BL-LABEL-021"), for_writing(original):
        pass


def test_who_waited_for_a_file_that_was_replaced_is_refused(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_open, newer = Path.open, tmp_path / "newer.bin"
    newer.write_bytes(b"newer")

    def replaced_meanwhile(path: Path, *arguments: object, **options: object) -> object:
        handle = real_open(path, *arguments, **options)  # type: ignore[call-overload]  # passed on as they came
        newer.replace(path)
        return handle

    # The moment between opening and locking, which a second process meets by chance alone; both steps are the real ones.
    monkeypatch.setattr(Path, "open", replaced_meanwhile)
    with pytest.raises(LabelError, match="BL-LABEL-021"), for_writing(original):
        pass
    monkeypatch.undo()
    assert original.read_bytes() == b"newer"


def test_a_disk_that_fills_up_in_the_middle_leaves_the_original(original: Path, tmp_path: Path) -> None:
    def fill_up(in_place: bool) -> Callable[[], None]:
        def work() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(ORIGINAL) + 100, len(ORIGINAL) + 100))
            if in_place:
                with for_writing(original) as handle:
                    patch_in_place(original, handle, (Patch(0, b"x"), Patch(len(ORIGINAL), b"y" * 200)), accept)
            else:
                with opened(original) as source:
                    write_new(source, Plan((Kept(0, len(ORIGINAL)), b"y" * 200)), original, accept)

        return work

    assert in_a_child(fill_up(in_place=False)) == 124
    assert in_a_child(fill_up(in_place=True)) == 124
    assert original.read_bytes() == ORIGINAL
    assert [path.name for path in tmp_path.iterdir()] == ["original.bin"]


def test_a_target_that_may_not_be_written_is_not_replaced(original: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    original.chmod(0o444)

    def write() -> None:
        os.chdir(tmp_path)
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        write_new(Source(ORIGINAL), Plan((b"new",)), Path("original.bin"), accept)

    assert in_a_child(write) == 123
    assert original.read_bytes() == ORIGINAL
    assert [path.name for path in tmp_path.iterdir()] == ["original.bin"]


def test_without_the_right_to_write_the_error_says_so(original: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    original.chmod(0o444)

    def write(in_place: bool) -> None:
        os.chdir(tmp_path)
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        if in_place:
            with for_writing(Path("original.bin")):
                pass
        else:
            write_new(Source(ORIGINAL), Plan((b"new",)), Path("out.bin"), accept)

    try:
        assert in_a_child(lambda: write(in_place=False)) == 123
        assert in_a_child(lambda: write(in_place=True)) == 123
    finally:
        tmp_path.chmod(0o755)
    assert original.read_bytes() == ORIGINAL


def test_a_folder_is_no_place_for_a_file(original: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with opened(original) as source, pytest.raises(LabelError, match="BL-LABEL-023"):
        write_new(source, Plan((b"new",)), tmp_path / "folder", accept)
    assert list((tmp_path / "folder").iterdir()) == []
