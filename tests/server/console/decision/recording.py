"""Decisions put on record for the tests of their page, and the events that followed."""

from __future__ import annotations

import dataclasses
from typing import Any

from brightline.model import Decision, Side
from brightline.pipeline import new_decision_id
from tests.server.console.conftest import Console
from tests.server.face.site import REFUSED

PAPERS = "专业办理各种证件，毕业证学位证，网上可查，加微信 abc12345"  # not of a sensitive type
EVIDENCE = "毕业证"
SENSITIVE = REFUSED
HIDDEN = "百家乐"


def record(console: Console, decision: Decision, **changes: Any) -> Decision:
    """Another decision like this one, with another id."""
    changed = dataclasses.replace(decision, id=new_decision_id(), token=new_decision_id().replace("-", ""), **changes)
    return console.site.record(changed)


def sealed(console: Console, text: str = PAPERS, side: Side = Side.POST, **details: Any) -> Decision:
    made = console.decide(text, side, **details)
    console.site.service.sequencer.drain()
    return made


def address(decision: Decision, rest: str = "") -> str:
    return f"/console/decisions/{decision.id}{rest}"


def events(console: Console, kind: str, decision: Decision) -> list[Any]:
    return console.site.service.store.audit.events(kind=kind, subject=decision.id)
