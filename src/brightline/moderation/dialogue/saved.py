"""A conversation as a JSON document, for a session that goes on in another request.

Kept is what may still become evidence: words of slots with their places, words of exceptions, hashes of the words that tell the
subject, named pieces, and messages up to ``KEPT_MESSAGE`` characters, which may be letters of a longer sentence. No other text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from brightline.model import Span
from brightline.moderation.dialogue.conversation import MOST_TURNS, Dialogue
from brightline.moderation.dialogue.kept import Kept
from brightline.moderation.dialogue.leaning import Leaning
from brightline.moderation.dialogue.pieces import MOST_NAMES, Piece
from brightline.moderation.dialogue.reading import DialogueReader, Excuse, Sight, TurnText

__all__ = ["FORMAT", "load_dialogue", "save_dialogue"]

FORMAT = "brightline-dialogue/1"
KEPT_MESSAGE = 40
KEPT_BYTES = 60_000
"""Of a document, as JSON: the store keeps 64 kB. A turn takes up to 1 kB, one that is crammed with words of goals up to 20."""
KEPT_NAMES_BYTES = KEPT_BYTES // 3
"""Of the named pieces: 32 of 400 Chinese characters would be 77 kB, and leave no room for a turn."""


def save_dialogue(dialogue: Dialogue, said_in: str = "") -> dict[str, Any]:
    """The state of a conversation; turns and words beyond the bounds are gone already. If it is too large, the oldest go first: names,
    turns, and parts of the newest turn.

    ``said_in``: by what the parts of this request are known in later ones: ``input`` becomes ``input@said_in``.
    """

    def named(part: str) -> str:
        return f"{part}@{said_in}" if said_in and "@" not in part else part

    document: dict[str, Any] = {
        "format": FORMAT,
        "count": dialogue.count,
        "said": dialogue.said,
        "subject": dialogue.subject,
        "side": dialogue.side.value,
        "told": sorted(dialogue.told),
        "raised": sorted(dialogue.raised),
        "names": _names(dialogue.names, named),
        "turns": [],
    }
    left = KEPT_BYTES - _size(document)
    for kept in reversed(dialogue.turns):
        turn = _turn(kept, named)
        if not document["turns"]:
            turn["texts"] = _newest(turn["texts"], left - _size({**turn, "texts": []}))
        left -= _size(turn)
        if left < 0 or not turn["texts"]:
            break
        document["turns"].insert(0, turn)
    return document


def load_dialogue(reader: DialogueReader, document: dict[str, Any]) -> Dialogue:
    """The inverse. What goals no longer have is dropped. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
    if document["format"] != FORMAT:
        raise ValueError(f"not a {FORMAT} document")
    dialogue = Dialogue(reader)
    dialogue.restore(
        count=int(document["count"]),
        said=int(document["said"]),
        subject=int(document["subject"]),
        side=document["side"],
        told=document["told"],
        raised=document.get("raised", ()),
        names={name: _read_piece(piece) for name, piece in list(document["names"].items())[:MOST_NAMES]},
        turns=[_read_turn(reader, turn) for turn in document["turns"][-MOST_TURNS:]],
    )
    return dialogue


def _names(names: Mapping[str, Piece], named: Callable[[str], str]) -> dict[str, list[Any]]:
    """The newest of the named pieces that have room, in their order."""
    rows = [(name, _piece(piece._replace(part=named(piece.part)))) for name, piece in names.items()]
    return dict(_newest(rows, KEPT_NAMES_BYTES))


def _newest(rows: list[Any], room: int) -> list[Any]:
    """As many of the last rows as fit into so many bytes."""
    for number, row in enumerate(reversed(rows)):
        room -= _size(row)
        if room < 0:
            return rows[len(rows) - number :]
    return rows


def _size(document: Any) -> int:
    return len(json.dumps(document, separators=(",", ":"))) + 1


def _turn(kept: Kept, named: Callable[[str], str]) -> dict[str, Any]:
    piece = kept.piece if kept.piece is not None and len(kept.piece.text) <= KEPT_MESSAGE else None
    return {
        "number": kept.number,
        "subject": kept.subject,
        "at": kept.at,
        "piece": _piece(piece._replace(part=named(piece.part))) if piece else None,
        "texts": [[named(part), _text(text)] for part, text in kept.texts],
    }


def _read_turn(reader: DialogueReader, document: dict[str, Any]) -> Kept:
    piece = document["piece"]
    return Kept(
        number=int(document["number"]),
        subject=int(document["subject"]),
        at=document["at"],
        piece=_read_piece(piece) if piece else None,
        texts=tuple((part, _read_text(reader, text)) for part, text in document["texts"]),
    )


def _text(text: TurnText) -> dict[str, Any]:
    return {
        "sights": [_row(sight) for sight in text.sights],
        "excuses": [[excuse.word, list(excuse.span)] for excuse in text.excuses],
        "met": list(text.met),
        "techniques": [_row(sight) for sight in text.techniques],
        "words": sorted(text.words),
        "cues": [text.refers, text.goes_on, text.points_back, text.shifts, text.joins, text.brief],
        "about": list(text.about),
        "evidence": text.evidence,
        "leaning": list(text.leaning),
    }


def _read_text(reader: DialogueReader, document: dict[str, Any]) -> TurnText:
    cues = document["cues"]
    return TurnText(
        sights=tuple(sight for sight in map(_sight, document["sights"]) if _is_known(reader, sight)),
        excuses=tuple(Excuse(word, Span(*span)) for word, span in document["excuses"]),
        met=tuple(document["met"]),
        techniques=tuple(map(_sight, document["techniques"])),
        words=frozenset(document["words"]),
        about=tuple(map(str, document["about"])),
        evidence=float(document["evidence"]),
        leaning=_leaning(document.get("leaning", (0.0, 0))),
        refers=bool(cues[0]),
        goes_on=bool(cues[1]),
        points_back=bool(cues[2]),
        shifts=bool(cues[3]),
        joins=bool(cues[4]),
        brief=bool(cues[5]),
    )


def _row(sight: Sight) -> list[Any]:
    return [sight.goal, sight.slot, list(sight.span), sight.lane, sight.normalised, sight.evidence, round(sight.surprise, 3)]


def _sight(row: list[Any]) -> Sight:
    goal, slot, span, lane, normalised, evidence, surprise = row
    return Sight(str(goal), int(slot), Span(*span), str(lane), str(normalised), str(evidence), float(surprise))


def _leaning(row: list[Any]) -> Leaning:
    weight, count, *latin = row
    return Leaning(float(weight), max(0, int(count)), max(0, int(latin[0])) if latin else 0)


def _is_known(reader: DialogueReader, sight: Sight) -> bool:
    goal = reader.goals.get(sight.goal)
    return goal is not None and sight.slot < len(goal.slots)


def _piece(piece: Piece) -> list[Any]:
    return [piece.text, piece.part, list(piece.span)]


def _read_piece(row: list[Any]) -> Piece:
    text, part, span = row
    return Piece(str(text), str(part), Span(*span))
