"""The ledger: its signed head, how it grew, every entry with its proof, who did what, verification and export."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door, action, page
from brightline.server.console.ledger.room import LedgerRoom
from brightline.server.console.permissions import Permission

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    room = LedgerRoom(desk)
    read = Permission.LEDGER_READ
    return [
        page("/console/ledger", room.show, read),
        page("/console/ledger/head", room.head_part, read),
        page("/console/ledger/head.txt", room.head_file, read),
        page("/console/ledger/vkey.txt", room.vkey_file, read),
        page("/console/ledger/verify_proof.py", room.program, read),
        page("/console/ledger/heads", room.heads, read),
        page("/console/ledger/heads/{size}", room.one_head, read),
        page("/console/ledger/entries", room.entries, read),
        page("/console/ledger/entries/{seq}", room.entry, read),
        page("/console/ledger/entries/{seq}/proof.txt", room.proof_file, read),
        page("/console/ledger/events", room.events, read),
        page("/console/ledger/consistency", room.consistency, read),
        action("/console/ledger/consistency", room.hold_against, read, most_bytes=1_000_000),
        page("/console/ledger/verification", room.verification, read),
        page("/console/ledger/verification/part", room.verification_part, read),
        action("/console/ledger/verification", room.verify, Permission.LEDGER_VERIFY),
        action("/console/ledger/export", room.export, Permission.LEDGER_EXPORT),
    ]
