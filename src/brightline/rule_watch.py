"""Rules that change while the service runs: the operator's goal files and terms are read anew, and a new pipeline takes over as a whole.

Looked at are the files of ``goals_dir`` and ``terms_file``; what ships with Brightline changes with the program only. A change counts once two
looks in a row saw the same (name, size, times, inode), so that a file is not read while it is being written, and once the content
differs. Files with a mistake change nothing: the rules before hold, and ``problem`` says what is wrong until it is put right.

A pipeline is immutable: whoever began with one ends with it, and its versions stand in the decisions.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from brightline.config import Settings
from brightline.errors import BrightlineError, DataError
from brightline.pipeline import Pipeline, operator_goals

__all__ = ["RuleWatch"]


class _Mark(NamedTuple):
    """What tells one state of a file from another without reading it."""

    path: str
    size: int
    changed_ns: int
    status_ns: int
    inode: int


class RuleWatch:
    """Watches the rule files of an installation. Made before the pipeline that it watches over is loaded; for one thread."""

    def __init__(self, settings: Settings) -> None:
        self.problem: BrightlineError | None = None
        self._goals_dir, self._terms_file = settings.goals_dir, settings.terms_file
        self._marks = self._looked_at = self._look()
        self._digest = _digest(self._marks)

    def files(self) -> list[Path]:
        """The files that are watched. Raises ``DataError`` if the folder is gone."""
        return [*operator_goals(self._goals_dir), *([self._terms_file] if self._terms_file else [])]

    def renewed(self, settings: Settings) -> Pipeline | None:
        """A pipeline on the changed files, ready to serve; None if nothing changed, is still changing, or cannot be used."""
        marks = self._look()
        settled, self._looked_at = marks == self._looked_at, marks
        if not settled or marks == self._marks:
            return None
        self._marks = marks
        digest = _digest(marks)
        if digest == self._digest:
            self.problem = None
            return None
        try:
            pipeline = Pipeline(settings)
        except BrightlineError as problem:
            self.problem = problem
            return None
        except Exception as problem:  # a defect of ours must not end the watch, nor pass in silence
            cure = "take the last change back, and report this with the file"
            self.problem = DataError("BL-DATA-222", f"the rules cannot be read anew: {type(problem).__name__}: {problem}", cure)
            return None
        pipeline.warm()  # here, not under the first request
        self._digest, self.problem = digest, None
        return pipeline

    def _look(self) -> tuple[_Mark, ...]:
        marks = []
        try:
            files = self.files()
        except DataError:
            return ()
        for path in files:
            try:
                state = path.stat()
            except OSError:  # gone since the folder was listed: the next look knows
                continue
            marks.append(_Mark(str(path), state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino))
        return tuple(marks)


def _digest(marks: tuple[_Mark, ...]) -> str:
    whole = hashlib.sha256()
    for mark in marks:
        try:
            content = hashlib.sha256(Path(mark.path).read_bytes()).hexdigest()
        except OSError:
            content = "unreadable"
        whole.update(f"{mark.path}\n{content}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()
