"""Dialogues of one inspection request: turns read together, and with those that the same session sent before.

A session's state is read when its first item is decided and put back when the decisions are on disk. Where another request of the same
session was faster meanwhile, the turns are added to what that one left. A state that cannot be put back changes no decision: the answer
says that the next request will not know of these turns.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from brightline.errors import StoreError
from brightline.model import Context, Decision, Finding, Item, NotInspected
from brightline.moderation.dialogue import Dialogue, Role, Turn, load_dialogue, save_dialogue, turns_of
from brightline.moderation.guards import GuardAnswer
from brightline.pipeline import Pipeline
from brightline.server.api.models import InspectionItem
from brightline.service import Service
from brightline.store import ApiKey, session_key

__all__ = ["Conversations"]

_log = structlog.get_logger("brightline.api")


class Conversations:
    """The sessions that one request touches."""

    def __init__(self, service: Service, pipeline: Pipeline, key: ApiKey) -> None:
        self._service = service
        self._pipeline = pipeline
        self._api_key = key.id
        self._open: dict[str, tuple[Dialogue, int]] = {}  # by the caller's names for the sessions, like what follows
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
            self._said.setdefault(wanted.session, []).append(turns)
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

    def keep(self) -> dict[str, StoreError]:
        """Put the sessions back; why it failed, by the name of each session that is not kept. The decisions stand in any case."""
        problems: dict[str, StoreError] = {}
        failure: StoreError | None = None
        for session, (dialogue, revision) in self._open.items():
            if failure is None:  # a database that fails is not asked once more for each session
                try:
                    if self._is_put_back(session, dialogue, revision):
                        continue
                except StoreError as problem:
                    failure = problem
            problems[session] = failure or StoreError("BL-STORE-012", "the state of the session is too large", "begin a new session")
        for told in problems.values():
            _log.warning("the state of a session cannot be kept", code=told.code, problem=told.message)
        return problems

    def _is_put_back(self, session: str, dialogue: Dialogue, revision: int) -> bool:
        """False if the state is larger than what the store keeps. Raises ``StoreError``."""
        dialogues, tenant, key = self._service.store.dialogues, self._service.settings.tenant, self._key(session)
        return dialogues.save(key, save_dialogue(dialogue), revision, tenant=tenant) or dialogues.merge(
            key, partial(self._merged, session, dialogue), tenant=tenant
        )

    def _merged(self, session: str, dialogue: Dialogue, newest: dict[str, Any] | None) -> dict[str, Any]:
        """What another request left, with the turns of this one after it."""
        known, readable = self._restored(newest)
        if newest is None or not readable:
            return save_dialogue(dialogue)
        for turns in self._said[session]:
            known.absorb([_renumbered(turn, known.said + place) for place, turn in enumerate(turns)], dialogue)
            known.said += len(turns)
        return save_dialogue(known)

    def _dialogue(self, session: str) -> tuple[Dialogue, tuple[NotInspected, ...]]:
        gaps: tuple[NotInspected, ...] = ()
        if session not in self._open:
            document, revision = self._service.store.dialogues.load(self._key(session))
            dialogue, readable = self._restored(document)
            self._open[session] = dialogue, revision
            if not readable:
                gaps = (NotInspected("session", "dialogue", "the earlier turns of the session could not be read"),)
        return self._open[session][0], gaps

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
