"""What follows from people's answers to one document, and who may give the next one: pure rules, no database.

    one person, pass or fail           → that is the verdict
    two people, the same answer        → that is the verdict
    two people who differ, or anybody unsure → a third person decides
    a third person's answer            → the verdict, whatever the others said

SEC-D6 (TC260-003, 5.3; GB/T 45674): who labels, who checks and who arbitrates are different people for one document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from brightline.corpus.errors import CorpusError

__all__ = ["LABELS", "Answer", "Label", "State", "settled", "state"]

Label = Literal["pass", "fail", "unsure"]
LABELS: tuple[Label, ...] = ("pass", "fail", "unsure")
State = Literal["open", "second", "adjudication", "decided"]

_LONGEST_NOTE = 2_000
_MOST_RULES, _MOST_SPANS = 20, 50  # own choice: more than anybody marks in one document
_LONGEST_RULE = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of a document. ``rules``: what it breaks, ``spans``: where, ``[start, end)`` in code points of its text.
    ``took_ms``: from when it was shown to when it was answered."""

    label: Label
    rules: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    note: str = ""
    took_ms: int = 0

    def checked(self, length: int) -> Answer:
        """The answer, if it can be kept for a text of ``length`` code points. Raises ``CorpusError`` BL-CORPUS-057."""
        if self.label not in LABELS:
            raise _unusable(f"{str(self.label)[:40]!r} is no answer", f"choose from {', '.join(LABELS)}")
        if any(not 0 <= start < end <= length for start, end in self.spans):
            raise _unusable("a span lies outside the document", "mark a part of the text that is shown")
        if len(self.note) > _LONGEST_NOTE or len(self.rules) > _MOST_RULES or len(self.spans) > _MOST_SPANS:
            raise _unusable(
                "the answer says too much", f"a note of {_LONGEST_NOTE} characters, {_MOST_RULES} rules and {_MOST_SPANS} spans at most"
            )
        if any(not rule or len(rule) > _LONGEST_RULE or not rule.isprintable() for rule in self.rules):
            raise _unusable("a rule has no usable name", "choose rules from the list")
        return self

    def to_document(self) -> dict[str, object]:
        """Rules, spans and note as JSON values."""
        return {"note": self.note, "rules": list(self.rules), "spans": [list(span) for span in self.spans]}


def state(double: bool, answers: Sequence[tuple[str, str]]) -> State:
    """Where a document stands after these (role, label) answers."""
    people = [label for role, label in answers if role in ("first", "second")]
    third = [label for role, label in answers if role in ("adjudicator", "technical")]
    if any(label != "unsure" for label in third):
        return "decided"
    if len(people) < 1 + double:
        return "second" if people else "open"
    return "decided" if "unsure" not in people and len(set(people)) == 1 else "adjudication"


def settled(double: bool, answers: Sequence[tuple[str, str]]) -> str:
    """The verdict that these answers give: pass, fail, or empty while there is none."""
    if state(double, answers) != "decided":
        return ""
    third = [label for role, label in answers if role in ("adjudicator", "technical") and label != "unsure"]
    return third[-1] if third else next(label for role, label in answers if role in ("first", "second"))


def _unusable(what: str, cure: str) -> CorpusError:
    return CorpusError("BL-CORPUS-057", what, cure)
