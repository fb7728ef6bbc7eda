"""From a trial to an example of a goal: does it hold now, and which line of YAML says it.

A goal's examples stand in the goal's own file; the loader (``text/goal_loader.py``) has no way to add one from another file
and refuses a second goal with the same id. So the line is handed out with its place, and nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from brightline.model import Side
from brightline.text import Goal, TextEngine

__all__ = ["Must", "RuleExample", "make_example", "yaml_text"]

Must = Literal["hit", "pass"]


@dataclass(frozen=True, slots=True)
class RuleExample:
    """``line`` belongs under ``field`` of the goal. ``holds``: the goal does today what the example asks for."""

    goal: Goal
    must: Must
    side: Side
    characters: int
    looked_at: bool
    holds: bool
    evidence: tuple[str, ...]
    exceptions: tuple[str, ...]
    line: str

    @property
    def field(self) -> str:
        """``examples`` or ``twins``."""
        return "examples" if self.must == "hit" else "twins"

    @property
    def file_name(self) -> str:
        """What a download of it is called."""
        safe = "".join(
            character if character.isascii() and (character.isalnum() or character in "._-") else "-" for character in self.goal.id
        )
        return f"{safe[:80]}-{self.field}.yaml"

    @property
    def document(self) -> str:
        """The line with the place where it belongs, as a comment."""
        goal_id = yaml_text(self.goal.id)
        file = self.goal.file.rpartition("/")[2]
        return f"# Goal {goal_id} in {yaml_text(file)[1:-1]}, line {self.goal.line}: add under `{self.field}:`\n{self.line}\n"


def make_example(engine: TextEngine, goal: Goal, text: str, side: Side, must: Must) -> RuleExample:
    """An example of ``goal``, tried at once as the loader will try it."""
    looked_at = side in goal.effects
    hits = [finding for finding in engine.scan(text, side) if finding.goal == goal.id] if looked_at else []
    bare = [finding for finding in hits if not finding.exceptions]
    return RuleExample(
        goal=goal,
        must=must,
        side=side,
        characters=len(text),
        looked_at=looked_at,
        holds=looked_at and bool(bare) == (must == "hit"),
        evidence=tuple(piece for finding in (bare or hits)[:1] for piece in finding.evidence),
        exceptions=tuple(dict.fromkeys(name for finding in hits for name in finding.exceptions)),
        line=f"    - {{text: {yaml_text(text)}, side: {side}}}",
    )


def yaml_text(text: str) -> str:
    """A double-quoted YAML scalar (YAML 1.2.2, 7.3.1): what cannot be seen is written as an escape, so that it survives editors."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
