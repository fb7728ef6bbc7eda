"""Dialogues of one inspection request: turns read together, and with those that the same session sent before.

A session's state is read when its first item is decided and put back when the decisions are on disk. Where another request of the same
session was faster meanwhile, the turns are added to what that one left.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import Any

from brightline.model import Context, Decision, Finding, Item, NotInspected
from brightline.moderation.dialogue import Dialogue, Role, Turn, load_dialogue, save_dialogue, turns_of
from brightline.moderation.guards import GuardAnswer
from brightline.pipeline import Pipeline
from brightline.server.api.models import InspectionItem
from brightline.service import Service
from brightline.store import ApiKey, session_key

__all__ = ["Conversations"]


class Conversations:
    """The sessions that one request touches."""

    def __init__(self, service: Service, pipeline: Pipeline, key: ApiKey) -> None:
        self._service = service
        self._pipeline = pipeline
        self._api_key = key.id
        self._open: dict[str, tuple[Dialogue, int]] = {}
        self._said: dict[str, list[list[Turn]]] = {}

    def decide(self, wanted: InspectionItem, context: Context, second: GuardAnswer, **details: Any) -> Decision:
        """Decide on an item; its turns, if it has any, count for its session from now on. ``second``: what a second look brought."""
        if wanted.turns is None:
            return self._pipeline.decide_item(
                wanted.item(),
                context,
                also=second.findings,
                gaps=second.not_inspected,
                account=wanted.account,
                api_key=self._api_key,
                **details,
            )
        dialogue, gaps = self._dialogue(wanted.session) if wanted.session else (Dialogue(self._pipeline.dialogues), ())
        item = wanted.item(first=dialogue.said)
        turns = self._turns(wanted, item)
        findings: list[Finding] = self._pipeline.inspect(item.parts)
        if wanted.session or sum(turn.role is Role.USER for turn in turns) > 1:
            said = dialogue.observe_all(turns)
            findings = [*dialogue.weighed(findings), *said]
        findings += second.findings
        dialogue.said += len(turns)
        if wanted.session:
            self._said.setdefault(self._key(wanted.session), []).append(turns)
        return self._pipeline.decide(
            kind=item.kind,
            digest=item.digest,
            findings=findings,
            context=dialogue.tighten(context),
            not_inspected=[*gaps, *second.not_inspected],
            account=wanted.account,
            api_key=self._api_key,
            **details,
        )

    def keep(self) -> None:
        """Put the sessions back. Raises ``StoreError``."""
        dialogues, tenant = self._service.store.dialogues, self._service.settings.tenant
        for key, (dialogue, revision) in self._open.items():
            if not dialogues.save(key, save_dialogue(dialogue), revision, tenant=tenant):
                dialogues.merge(key, partial(self._merged, key, dialogue), tenant=tenant)

    def _merged(self, key: str, dialogue: Dialogue, newest: dict[str, Any] | None) -> dict[str, Any]:
        """What another request left, with the turns of this one after it."""
        known, readable = self._restored(newest)
        if newest is None or not readable:
            return save_dialogue(dialogue)
        for turns in self._said[key]:
            known.absorb([_renumbered(turn, known.said + place) for place, turn in enumerate(turns)], dialogue)
            known.said += len(turns)
        return save_dialogue(known)

    def _dialogue(self, session: str) -> tuple[Dialogue, tuple[NotInspected, ...]]:
        key = self._key(session)
        gaps: tuple[NotInspected, ...] = ()
        if key not in self._open:
            document, revision = self._service.store.dialogues.load(key)
            dialogue, readable = self._restored(document)
            self._open[key] = dialogue, revision
            if not readable:
                gaps = (NotInspected("session", "dialogue", "the earlier turns of the session could not be read"),)
        return self._open[key][0], gaps

    def _restored(self, document: dict[str, object] | None) -> tuple[Dialogue, bool]:
        if document is None:
            return Dialogue(self._pipeline.dialogues), True
        try:
            return load_dialogue(self._pipeline.dialogues, document), True
        except (KeyError, TypeError, ValueError):
            return Dialogue(self._pipeline.dialogues), False

    def _key(self, session: str) -> str:
        return session_key(self._service.settings.tenant, self._api_key, session)

    def _turns(self, wanted: InspectionItem, item: Item) -> list[Turn]:
        now = time.time() if wanted.session else None
        said = wanted.turns or ()
        return [
            replace(turn, at=now if text.at is None else text.at / 1_000_000) for turn, text in zip(turns_of(item.parts), said, strict=True)
        ]


def _renumbered(turn: Turn, number: int) -> Turn:
    part = turn.parts[0]
    return replace(turn, parts=(replace(part, path=f"turns[{number}].{part.path.rsplit('.', 1)[-1]}"),))
