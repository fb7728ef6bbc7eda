"""One decision: what was written, what was found, under which rules, what the person is told, and the proof that it was logged."""

from __future__ import annotations

from brightline.server.console.decision.look_up import MOST_PASTED_BYTES
from brightline.server.console.decision.room import DecisionRoom
from brightline.server.console.desk import Desk, Door, action, page
from brightline.server.console.permissions import Permission

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    room = DecisionRoom(desk)
    one = "/console/decisions/{id}"
    return [
        action("/console/decisions/find", room.find, Permission.DECISIONS_READ, most_bytes=MOST_PASTED_BYTES),
        page(f"{one}/proof.json", room.proof, Permission.TEXTS_READ),
        action(f"{one}/proof.json", room.proof_asked, Permission.TEXTS_READ),
        page(f"{one}/place", room.place, Permission.DECISIONS_READ),
        action(f"{one}/text", room.open_text, Permission.TEXTS_READ),
        action(f"{one}/replay", room.judge_again, Permission.DECISIONS_REPLAY),
        action(f"{one}/verified", room.verified, Permission.LEDGER_VERIFY),
        page(one, room.show, Permission.DECISIONS_READ),
    ]
