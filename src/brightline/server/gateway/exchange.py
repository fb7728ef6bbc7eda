"""One call through the gateway, from its prompt to its Decision: what is known about it, and how it is put on record.

What is stored for ``allow`` is a digest and metadata, no text, unless the operator samples; for anything else the
findings carry the text that is evidence.
"""

from __future__ import annotations

import asyncio
import random
import re
import secrets
import time
from typing import Any

from brightline.labels import label_header, label_member
from brightline.model import Context, Decision, Finding, ItemKind, NotInspected, Outcome, Part, Side, digest_of
from brightline.moderation.dialogue import Dialogue
from brightline.moderation.guards import GuardAnswer
from brightline.pipeline import new_decision_id
from brightline.server.gateway.answer import Answer
from brightline.server.gateway.dialogue import answer_findings, follow
from brightline.server.gateway.history import History
from brightline.server.gateway.looked_at import LookedAt
from brightline.server.gateway.refusal import citations, language_of, stop_text
from brightline.server.gateway.shapes.shape import Prompt, Shape
from brightline.service import Service

__all__ = ["Exchange"]

MAX_CHANNELS_NAMED = 32
MAX_FILES_NAMED = 10  # in a header, which has some 8 kB in all
IN_LOOP_CHARS = 16 * 1024  # of an answer: weighing more takes milliseconds, which other calls should not wait for

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/@+-]{0,127}")  # of a counter


class Exchange:
    """The state of one call. Its Decision's id and token are chosen at the start, so that a stream can name them early.

    ``pipeline`` is the one that the service had at the start: rules that change meanwhile do not reach into a call under way.
    """

    def __init__(self, service: Service, shape: Shape, prompt: Prompt, context: Context, *, account: str, api_key: str) -> None:
        self.service = service
        self.pipeline = service.pipeline
        self.shape = shape
        self.prompt = prompt
        self.context = context
        self.account = account
        self.api_key = api_key
        self.id = new_decision_id()
        self.token = secrets.token_urlsafe(16)
        self.lang = language_of(prompt.asked, service.settings.language)
        self.findings: list[Finding] = []
        self.dialogue: Dialogue | None = None  # the conversation that this call goes on with
        self.history: History | None = None  # where the conversation is kept, for APIs that keep it themselves
        self.gaps: list[NotInspected] = list(prompt.gaps)
        self.answer = Answer(self.pipeline, context, service.settings)
        self.label: dict[str, Any] = {}
        self.ms: dict[str, float] = {}
        self.about: dict[str, Any] = {"endpoint": shape.name, "model": prompt.model, "stream": prompt.stream, "status": "ok"}
        self._started = time.perf_counter()
        self._looked_at_answer = False
        self._decided: Decision | None = None
        self._writing: asyncio.Task[None] | None = None
        self._recorded: Decision | None = None

    @property
    def statement_url(self) -> str:
        """Address of the statement of reasons, known before the Decision is made."""
        return f"{self.service.settings.base_url}/d/{self.token}"

    def since_start_ms(self) -> float:
        """Milliseconds since the call came in."""
        return (time.perf_counter() - self._started) * 1000

    def not_inspected(self, part: str, reason: str) -> None:
        """Note something that nobody looked at."""
        self.gaps.append(NotInspected(part, "gateway", reason))

    async def follow(self) -> None:
        """Read the turns of the conversation together, once the prompt was inspected text by text."""
        if self.prompt.continues or self.prompt.keeps:
            self.history = History(self.service, self.pipeline, self.prompt, self.api_key)
            self.dialogue = await self.history.load()
        found = await follow(self.pipeline.dialogues, self.prompt, self.dialogue)
        if found is not None:
            self.dialogue = found.dialogue
            self.findings = [*self.dialogue.weighed(self.findings), *found.findings]
            if self.history is not None:
                self.history.turns = found.turns
            tightened = self.dialogue.tighten(self.context)
            if tightened is not self.context:
                self.context = tightened
                self.answer = Answer(self.pipeline, tightened, self.service.settings)

    async def look_again(self, looked_at: LookedAt) -> None:
        """Let the second look see what is new in the prompt."""
        if self.service.second_look.is_on:
            self._add(await looked_at.look(self.service.second_look, self.prompt, self.pipeline))

    async def _look_at_answer(self) -> None:
        """Let the second look see the whole answer, once, however often the call is to be recorded."""
        if self.service.second_look.is_on and not self.answer.stopped and not self._looked_at_answer:
            seen = await self.service.second_look.look(self._shown(), self.pipeline)
            self._looked_at_answer = True
            self._add(seen)

    def _add(self, seen: GuardAnswer) -> None:
        self.findings += seen.findings
        self.gaps += seen.not_inspected

    def usage(self, value: Any) -> None:
        """Take the token counts out of an answer or an event of a stream."""
        if not isinstance(value, dict):
            return
        if self.history is not None:
            self.history.answered(value)
        found = value.get("usage")
        for holder in ("message", "response"):
            inner = value.get(holder)
            if found is None and isinstance(inner, dict):
                found = inner.get("usage")
        if isinstance(found, dict):
            counts = {
                name: count for name, count in found.items() if _NAME.fullmatch(name) and count.__class__ is int and 0 <= count < 2**53
            }
            if counts:
                self.about["usage"] = {**self.about.get("usage", {}), **counts}

    def decide(self) -> Decision:
        """The Decision over everything seen so far."""
        answered = self.answer.texts()
        digest = digest_of([(part.path, part.text) for part in self.prompt.parts] + list(answered.items()))
        findings = [*self.findings, *self.answer.findings]
        if self.dialogue is not None and not self.answer.stopped:
            findings += answer_findings(self.dialogue, answered)
        if not self.answer.stopped:  # of a stopped answer not all came, and how much depends on how it was cut
            for part in self._shown():
                here = [finding for finding in findings if finding.part == part.path]
                findings = [finding for finding in findings if finding.part != part.path] + self.pipeline.weigh(
                    part, here, self.answer.lanes(part.path)
                )
        self.ms["total"] = self.since_start_ms()
        self.about["ms"] = {name: round(value, 3) for name, value in self.ms.items()}
        if answered:
            self.about["channels"] = list(answered)[:MAX_CHANNELS_NAMED]
        if self.label.get("position") in ("prefix", "middle", "suffix") and not self.answer.labelled:
            self.label |= {"position": "interface", "reason": "the answer has no text that could carry it"}
        decision = self.pipeline.decide(
            kind=ItemKind.DIALOGUE,
            digest=digest,
            findings=findings,
            context=self.context,
            not_inspected=[*self.gaps, *self.answer.gaps.values()],
            account=self.account,
            api_key=self.api_key,
            label=self.label,
            request=dict(self.about),
            decision_id=self.id,
            token=self.token,
        )
        share = self.service.settings.sample_allow
        if share and decision.outcome is Outcome.ALLOW and random.random() < share:  # noqa: S311 - a sample, no secret
            decision.texts.update({part.path: part.text for part in self.prompt.parts} | answered)
        return decision

    def _shown(self) -> list[Part]:
        """The visible texts of the answer, whole."""
        return [Part(name, Side.ANSWER, text) for name, text in self.answer.shown().items()]

    async def record(self) -> Decision:
        """Decide and put it on disk, once, also if the task is cancelled meanwhile and asks again. Raises ``StoreError``."""
        if self._recorded is None:
            decision = await self._final()
            if self._writing is None:
                # The journal goes on with what it began, whoever waits for it: a second write of the same id could only fail.
                self._writing = asyncio.create_task(self.service.record(decision))
            await asyncio.shield(self._writing)
            self._recorded = decision
            if self.history is not None and self.dialogue is not None and not decision.outcome.stops:
                await self.history.keep(self.dialogue, self.id)
            metrics = self.service.metrics
            metrics.call_seconds.observe(self.ms["total"] / 1000)
            metrics.own_seconds.observe((self.ms["total"] - self.ms.get("upstream", 0.0)) / 1000)
        return self._recorded

    async def _final(self) -> Decision:
        """The Decision of this call: what is being written already does not change any more."""
        if self._decided is None:
            await self._look_at_answer()
            is_long = sum(map(len, self.answer.shown().values())) > IN_LOOP_CHARS
            self._decided = await asyncio.to_thread(self.decide) if is_long else self.decide()
        return self._decided

    async def record_without_answer(self) -> None:
        """Record what is known for certain, where a defect of ours keeps the rest from being described."""
        about = {name: self.about[name] for name in ("endpoint", "model", "stream", "status")}
        gap = NotInspected("answer", "gateway", "the gateway failed, and what it knew of the answer could not be described")
        decision = self.pipeline.decide(
            kind=ItemKind.DIALOGUE,
            digest=digest_of([(part.path, part.text) for part in self.prompt.parts]),
            findings=self.findings,
            context=self.context,
            not_inspected=[*self.prompt.gaps, gap],
            account=self.account,
            api_key=self.api_key,
            request=about,
            decision_id=self.id,
            token=self.token,
        )
        await self.service.record(decision)
        self._recorded = decision

    # What readers and programs are told

    def member(self, decision: Decision) -> dict[str, Any]:
        """The ``brightline`` member of an answer."""
        member: dict[str, Any] = {
            "decision": decision.id,
            "outcome": decision.outcome,
            "rules": list(decision.rules),
            "citation": citations(decision.rules, self.service.rulebook, self.lang),
            "statement": self.statement_url,
        }
        if decision.label:
            member["label"] = label_member(decision.label) if "position" in decision.label else {}
            if "media" in decision.label:
                member["label"]["media"] = decision.label["media"]
        if decision.outcome.stops:
            member["appeal"] = self.statement_url
        if self.answer.notices:
            member["notices"] = self.answer.notices
        if decision.not_inspected:
            member["not_inspected"] = [gap.part for gap in decision.not_inspected[:MAX_CHANNELS_NAMED]]
        return member

    def stopped_choice(self, choice: int, finding: Finding) -> tuple[str, dict[str, Any]]:
        """(last word to the reader, ``brightline`` member) where a choice stops because of a finding."""
        judgement = self.pipeline.judge((finding,), self.context)
        text = stop_text(judgement.rules, judgement.ground, self.service.rulebook, self.id, self.statement_url, self.lang)
        member = {
            "decision": self.id,
            "outcome": judgement.outcome,
            "rules": list(judgement.rules),
            "citation": citations(judgement.rules, self.service.rulebook, self.lang),
            "choice": choice,
            "offset": self.answer.offset(choice),
            "message": text,
            "statement": self.statement_url,
            "appeal": self.statement_url,
        }
        return text, member

    def headers(self, decision: Decision | None) -> dict[str, str]:
        """The ``X-Brightline-…`` headers; in a stream only what is known at its start."""
        headers = {"x-brightline-decision": self.id}
        if decision is not None:
            headers["x-brightline-outcome"] = decision.outcome.value
            if decision.rules:
                headers["x-brightline-rules"] = ",".join(decision.rules)
        if self.label:
            media = [
                f'media; explicit={said["explicit"]}; implicit={said["implicit"]}; content="{said.get("content_id", "")}"'
                for said in self.label.get("media", ())[:MAX_FILES_NAMED]
            ]
            headers["x-brightline-label"] = ", ".join([label_header(self.label), *media] if "position" in self.label else media)
        return headers
