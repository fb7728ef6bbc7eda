"""Where a conversation is kept between calls, for an API that keeps the history itself and gets only the newest message.

``/v1/responses`` goes on with ``conversation`` or ``previous_response_id``. What may still become evidence is stored under that name
with the digest of tenant and API key, for a few hours; a call that leaves nothing open and goes on with nothing stores nothing. The
earlier messages themselves were inspected when they came. Of two calls of a conversation at once, the slower one adds its turns to what
the faster one left. If the state cannot be read or written, the call goes on without it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from brightline.errors import StoreError
from brightline.moderation.dialogue import Dialogue, Turn, load_dialogue, save_dialogue
from brightline.pipeline import Pipeline
from brightline.server.gateway.shapes.shape import Prompt
from brightline.server.gateway.shapes.texts import is_identifier
from brightline.service import Service
from brightline.store import session_key

__all__ = ["History"]

_log = structlog.get_logger("brightline.gateway")


class History:
    """The kept conversation of one call."""

    def __init__(self, service: Service, pipeline: Pipeline, prompt: Prompt, api_key: str) -> None:
        self._service = service
        self._pipeline = pipeline
        self._prompt = prompt
        self._api_key = api_key
        self._revision = 0
        self._response = ""
        self.turns: list[Turn] = []  # what this call added

    async def load(self) -> Dialogue:
        """The conversation as it was left; a new one where nothing was kept."""
        dialogue = Dialogue(self._pipeline.dialogues)
        if not self._prompt.continues:
            return dialogue
        try:
            found = await asyncio.to_thread(self._service.store.dialogues.load, self._key(self._prompt.continues))
            self._revision = found.revision
            if found.document is not None:
                return load_dialogue(self._pipeline.dialogues, found.document)
        except (StoreError, KeyError, TypeError, ValueError) as problem:
            _log.warning("the state of a conversation cannot be read", error=type(problem).__name__)
        return dialogue

    def answered(self, value: dict[str, Any]) -> None:
        """Note by which name the answer, or an event of its stream, may be gone on with."""
        response = value.get("response", value)
        if isinstance(response, dict) and response.get("object") == "response" and is_identifier(response.get("id")):
            self._response = response["id"]

    async def keep(self, dialogue: Dialogue, decision_id: str) -> None:
        """Store what is open, under the name by which the next call will go on."""
        if not dialogue.is_worth_keeping:
            return
        names = []
        if self._prompt.continues.startswith("conversation:"):
            names.append((self._prompt.continues, self._revision))
        if self._prompt.keeps and self._response:
            names.append((f"response:{self._response}", 0))
        document = save_dialogue(dialogue, decision_id)
        dialogues, tenant = self._service.store.dialogues, self._service.settings.tenant

        def merged(newest: dict[str, Any] | None) -> dict[str, Any]:
            return self._merged(newest, dialogue, decision_id)

        try:
            for name, revision in names:
                key = self._key(name)
                if await asyncio.to_thread(dialogues.save, key, document, revision, tenant=tenant):
                    continue
                # Another call of the conversation was faster: what this one added goes to what that one left.
                if not await asyncio.to_thread(dialogues.merge, key, merged, tenant=tenant):
                    _log.warning("the state of a conversation is too large to be kept", decision=decision_id)
        except StoreError as problem:
            _log.warning("the state of a conversation cannot be kept", code=problem.code)

    def _merged(self, newest: dict[str, Any] | None, dialogue: Dialogue, decision_id: str) -> dict[str, Any]:
        try:
            known = load_dialogue(self._pipeline.dialogues, newest) if newest else None
        except (KeyError, TypeError, ValueError):
            known = None
        if known is None:
            return save_dialogue(dialogue, decision_id)
        known.absorb(self.turns, dialogue)
        return save_dialogue(known, decision_id)

    def _key(self, name: str) -> str:
        return session_key(self._service.settings.tenant, self._api_key, name)
