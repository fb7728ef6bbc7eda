"""Which files ``brightline label`` and ``brightline verify`` take: those named, and what lies in folders, with a progress bar.

A file that is named is taken whatever it is called; of a folder, files of a kind that some handler knows, in the order of their
names. Files of other kinds are *passed over* and named at the end: not looked at is not the same as nothing found. Hidden files, side-cars
and what a writer leaves while it works are no files of the user's. Links to folders are not followed: they can go in circles.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from brightline.errors import BrightlineError, InputError

__all__ = ["PASSED_OVER", "Found", "Meant", "Tracked", "files_in", "summed_up", "targets"]

PASSED_OVER = "no format that carries labels here"
"""Why files of a folder are left out."""

_BAR_FROM = 5  # files: fewer are done before a bar could be read
_errors = Console(stderr=True, highlight=False)
_MOST_NAMED = 10  # own choice: files passed over that the last line names; --json has them all


@dataclass(frozen=True, slots=True)
class Found:
    """A file; ``relative`` to what was named: where it goes under ``--out``; ``shown``: what a person calls it (path or address)."""

    path: Path
    relative: Path
    shown: str


@dataclass(frozen=True, slots=True)
class Meant:
    """``files`` to work on; ``passed_over``: those of folders whose kind no handler knows."""

    files: list[Found]
    passed_over: list[Found]


def files_in(named: Sequence[Path], problems: list[InputError]) -> Meant:
    """The files that are meant, each once; what is not there goes into ``problems`` (BL-INPUT-020), an empty folder as well (BL-INPUT-027)."""
    from brightline.labels.registry import suffixes

    known, found, passed_over = suffixes(), [], []
    for path in named:
        if path.is_dir():
            inside = [Found(file, file.relative_to(path), str(file)) for file in sorted(path.rglob("*")) if _is_the_users(file, path)]
            taken = [each for each in inside if each.path.suffix.lower() in known]
            if not taken:
                problems.append(InputError("BL-INPUT-027", f"{path} holds no file of a known kind", f"known: {', '.join(sorted(known))}"))
            found += taken
            passed_over += [each for each in inside if each.path.suffix.lower() not in known]
        elif path.is_file():
            found.append(Found(path, Path(path.name), str(path)))
        else:
            why = "it is neither a file nor a folder" if path.exists() else "no such file"
            problems.append(InputError("BL-INPUT-020", f"{path} cannot be read: {why}", "check the name and the permissions"))
    files = _each_once(found)
    taken_already = {each.path.resolve() for each in files}
    return Meant(files, [each for each in _each_once(passed_over) if each.path.resolve() not in taken_already])


def summed_up(done: str, failed: Sequence[BrightlineError], passed_over: Sequence[Found]) -> None:
    """The last line on standard error: what was done, what failed with which codes, what was passed over."""
    parts = [done]
    if failed:
        codes = ", ".join(f"{code} × {count}" if count > 1 else code for code, count in Counter(each.code for each in failed).items())
        parts.append(f"{len(failed)} not ({codes})")
    if passed_over:
        names = ", ".join(each.shown for each in passed_over[:_MOST_NAMED])
        more = f" and {len(passed_over) - _MOST_NAMED} more" if len(passed_over) > _MOST_NAMED else ""
        parts.append(f"{len(passed_over)} passed over ({PASSED_OVER}): {names}{more}")
    _errors.print(Text(", ".join(parts)), soft_wrap=True)


def targets(found: Sequence[Found], out: Path) -> list[Path]:
    """Where each file goes under ``out``. Raises ``InputError``: BL-INPUT-068 two files for one place, -069 a file onto itself."""
    taken: dict[Path, Found] = {}
    for each in found:
        target = out / each.relative
        other = taken.setdefault(target, each)
        if other is not each:
            raise InputError("BL-INPUT-068", f"{other.shown} and {each.shown} would both become {target}", "label them one after the other")
        if target.resolve() == each.path.resolve():
            raise InputError("BL-INPUT-069", f"{each.shown} lies in {out} already", "name another folder, or use --in-place")
    return list(taken)


class Tracked:
    """Files one by one, with a bar on standard error where a person looks on; ``share`` moves it while a file is worked on.

    ``is_slow``: each file takes so long (films are encoded anew) that a bar helps with a single one.
    """

    def __init__(self, files: Sequence[Found], what: str, *, quiet: bool, is_slow: bool = False) -> None:
        self._files, self._what, self._done = files, what, 0
        self._bar: Progress | None = None
        self._is_shown = not quiet and sys.stderr.isatty() and (is_slow or len(files) >= _BAR_FROM)

    def __iter__(self) -> Iterator[Found]:
        if not self._is_shown:
            yield from self._files
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        # Printed lines go above the bar where both are on the terminal; what goes into a file or a pipe has to go on doing so.
        both = sys.stdout.isatty()
        with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=both) as self._bar:
            self._bar.add_task(self._what, total=len(self._files))
            for each in self._files:
                yield each
                self._done += 1
                self.share(0.0)

    def share(self, share: float) -> None:
        """So much of the current file is done, from 0 to 1."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done + share)


def _is_the_users(file: Path, folder: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not is_hidden and not file.name.endswith(".aigc.json") and file.is_file()


def _each_once(found: Iterable[Found]) -> list[Found]:
    """Of several names of one file the first, and rather its own than a link to it."""
    once: dict[Path, Found] = {}
    for each in found:
        known = once.setdefault(each.path.resolve(), each)
        if known.path.is_symlink() and not each.path.is_symlink():
            once[each.path.resolve()] = each
    return list(once.values())
