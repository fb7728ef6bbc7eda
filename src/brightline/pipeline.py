"""One way through: inspect → decide, for every Item, whichever door it came through (design.md, section 4).

The only place that knows all detectors. It holds no state besides immutable rule data and does no I/O: recording a
Decision is the service's job, so that the same pipeline serves the gateway, the API, the command line and a notebook.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import uuid_utils

from brightline._version import __version__
from brightline.config import Settings
from brightline.errors import DataError
from brightline.model import (
    AgeBand,
    Context,
    Decision,
    Door,
    Finding,
    Item,
    ItemKind,
    NotInspected,
    Outcome,
    Part,
    Side,
    Strictness,
)
from brightline.moderation import goal_paths, goals_in_force
from brightline.moderation.dialogue import Dialogue, DialogueReader, followed
from brightline.moderation.families import FamilyModels
from brightline.moderation.weighing import GOAL, Weigher
from brightline.rulebook import Judgement, OperatorTerm, Rulebook, decide, load_rulebook, load_terms
from brightline.rulebook.policy import outcome_of
from brightline.text import TextEngine, TextStream
from brightline.text.lanes import Piece
from brightline.text.weights import ModelCard

__all__ = ["Pipeline", "new_decision_id", "operator_goals"]

_WARMING = "这是第一段文字，it warms."  # read before anybody's, so that every table is loaded


def new_decision_id() -> str:
    """A fresh UUIDv7: sorts by time, so pages of decisions need no second key."""
    return str(uuid_utils.uuid7())


class Pipeline:
    """All detectors, the rulebook and the operator's terms, ready to inspect.

    ``versions`` names every piece of rule data by digest; it is stored with each Decision, so that a replay knows
    which rules it would have to load.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rulebook: Rulebook = load_rulebook()
        self.terms: Mapping[str, OperatorTerm] = load_terms(settings.terms_file) if settings.terms_file else {}
        own = operator_goals(settings.goals_dir)
        today = datetime.now(UTC).date()
        self.engine = TextEngine(goals_in_force(self.rulebook, own, self.terms)) if own else _shipped_engine(self.rulebook, today)
        self.models = FamilyModels.load(self.rulebook, [settings.models_dir] if settings.models_dir else [])
        shipped = {str(path) for path in goal_paths()}
        self.weigher = Weigher.load().excusing(goal.id for goal in self.engine.book if goal.file in shipped)
        self.dialogues = DialogueReader(self.engine)
        self.versions = {
            "brightline": __version__,
            "rulebook": self.rulebook.digest[:16],
            "text": self.engine.version,
            "models": self.models.version,
            "weigher": self.weigher.version,
        }
        self._clear = decide((), self.context(Door.GATEWAY), self.rulebook, self.terms)

    def context(
        self,
        door: Door,
        *,
        age_band: AgeBand = AgeBand.UNKNOWN,
        strictness: Strictness | None = None,
        on: date | None = None,
    ) -> Context:
        """What a decision made now (or on the day ``on``, UTC) depends on besides its findings."""
        return Context(
            on=on or datetime.now(UTC).date(),
            door=door,
            strictness=strictness or self.settings.strictness,
            age_band=age_band,
            sector=self.settings.sector,
            terms=tuple(sorted(self.terms)),
        )

    def inspect(self, parts: Sequence[Part]) -> list[Finding]:
        """Findings of every detector over every part, in the order of the parts."""
        return [finding for part in parts for finding in self._of_part(part)]

    def warm(self) -> None:
        """Build now what the first texts would have to wait for: a second or two that no caller should pay."""
        self.engine.warm()
        for side in Side:
            self.inspect([Part("", side, _WARMING)])

    def weigh(self, part: Part, findings: Sequence[Finding] = (), piece: Piece | None = None) -> list[Finding]:
        """All findings of a part once its text is whole: those that the goals made (``findings``), the models', and what the weigher makes of them.

        What a stream can be asked for once it has ended. Exceptions come first for a model too: what excuses the goals of its family
        (news, teaching, asking for help …) excuses it. ``piece``: the lanes of the text, if they are known.
        """
        of_models = self._beside_rewriting(part, findings, self.models.findings(part.text, part.side, part.path, piece))
        weighed = self.weigher.findings(part.text, part.side, part.path, [*findings, *map(self._beside_context(part), of_models)], piece)
        if weighed and weighed[-1].goal == GOAL:
            weighed[-1] = self._beside_context(part)(weighed[-1])
        return weighed

    def _beside_rewriting(self, part: Part, findings: Sequence[Finding], of_models: list[Finding]) -> list[Finding]:
        """What models say of the rest where a goal has a clause taken out: nobody need look at what nobody gets to read."""
        if not of_models:
            return of_models
        taken = sorted(
            span for finding in findings if finding.effect is Outcome.REWRITE and not finding.exceptions for span in finding.spans
        )
        if not taken:
            return of_models
        rest = list(part.text)
        for span in taken:
            rest[span.start : span.end] = [" "] * (span.end - span.start)
        still = {finding.goal for finding in self.models.findings("".join(rest), part.side, part.path)}
        return [finding for finding in of_models if finding.goal in still]

    def _beside_context(self, part: Part) -> Callable[[Finding], Finding]:
        """A model's finding with the contexts of the part that excuse the goals of its family, or most goals if it is of no family."""
        return lambda finding: replace(finding, exceptions=self.engine.excuses(part.text, part.side, finding.goal.removeprefix("model.")))

    @property
    def model_cards(self) -> dict[str, ModelCard]:
        """The cards of all models by the goal under which their findings stand."""
        return {card.goal: card for card in (*(model.card for model in self.models.models), self.weigher.card)}

    def _of_part(self, part: Part) -> list[Finding]:
        findings, piece = self.engine.glanced(part.text, part.side, part.path)
        return self.weigh(part, findings, piece)

    def inspect_item(self, item: Item) -> list[Finding]:
        """Findings over an Item: of each part, and of a dialogue what its turns say together."""
        return self._inspect_item(item)[0]

    def _inspect_item(self, item: Item) -> tuple[list[Finding], Dialogue | None]:
        findings, dialogue = self.inspect(item.parts), None
        if item.kind is ItemKind.DIALOGUE and len(item.parts) > 1:
            dialogue, said = followed(self.dialogues, item.parts)
            findings = [*dialogue.weighed(findings), *said]
        return findings, dialogue

    def judge(self, findings: Sequence[Finding], context: Context, not_inspected: Sequence[NotInspected] = ()) -> Judgement:
        """What follows from the findings: the policy's answer."""
        if not findings and not not_inspected:
            return self._clear
        return decide(findings, context, self.rulebook, self.terms, not_inspected)

    def stops(self, context: Context) -> Callable[[Finding], bool]:
        """A test whether one finding alone would stop the text it stands in."""
        return lambda finding: outcome_of(finding, context, self.rulebook, self.terms).stops

    def rewrites(self, context: Context) -> Callable[[Finding], bool]:
        """A test whether one finding alone would have its clause left out of the text it stands in."""
        return lambda finding: (
            finding.effect is Outcome.REWRITE and outcome_of(finding, context, self.rulebook, self.terms) is Outcome.REWRITE
        )

    def stream(self, side: Side, path: str, context: Context, *, json_escapes: bool = False) -> TextStream:
        """An inspected stream for one channel of text; what its ``feed`` returns may leave."""
        return self.engine.stream(side, path, self.stops(context), rewrites=self.rewrites(context), json_escapes=json_escapes)

    def decide(
        self,
        *,
        kind: ItemKind,
        digest: str,
        findings: Sequence[Finding],
        context: Context,
        not_inspected: Sequence[NotInspected] = (),
        account: str = "",
        api_key: str = "",
        label: dict[str, Any] | None = None,
        request: dict[str, Any] | None = None,
        texts: dict[str, str] | None = None,
        decision_id: str | None = None,
        token: str | None = None,
        mode: Literal["live", "shadow"] = "live",
    ) -> Decision:
        """A complete Decision over findings, ready to be recorded. Automated in full: no person has looked yet."""
        judgement = self.judge(findings, context, not_inspected)
        return Decision(
            id=decision_id or new_decision_id(),
            token=token or secrets.token_urlsafe(16),
            tenant=self.settings.tenant,
            made_at=time.time_ns() // 1000,
            door=context.door,
            item_kind=kind,
            item_digest=digest,
            outcome=judgement.outcome,
            ground=judgement.ground,
            rules=judgement.rules,
            findings=tuple(findings),
            not_inspected=tuple(not_inspected),
            reason_zh=judgement.reason_zh,
            reason_en=judgement.reason_en,
            context=context,
            versions=self.versions,
            automated="full",
            mode=mode,
            account=account,
            api_key=api_key,
            label=label or {},
            request=request or {},
            texts=texts or {},
        )

    def decide_item(
        self, item: Item, context: Context, *, also: Sequence[Finding] = (), gaps: Sequence[NotInspected] = (), **details: Any
    ) -> Decision:
        """Inspect an Item and decide on it; ``details`` as in ``decide``. ``also`` and ``gaps``: what a second look brought.

        What is open in a dialogue makes its answers be judged one step stricter.
        """
        findings, dialogue = self._inspect_item(item)
        return self.decide(
            kind=item.kind,
            digest=item.digest,
            findings=[*findings, *also],
            context=dialogue.tighten(context) if dialogue else context,
            not_inspected=[*item.not_inspected, *gaps],
            **details,
        )

    def replay(self, decision: Decision) -> Judgement:
        """Recompute the outcome of a stored Decision from its findings and its context, with the rules loaded now."""
        return decide(decision.findings, decision.context, self.rulebook, self.terms, decision.not_inspected)


@lru_cache(maxsize=1)
def _shipped_engine(rulebook: Rulebook, _on: date) -> TextEngine:
    """The engine of the shipped goals, shared by all pipelines of a process; anew each day, because grounds come into force."""
    return TextEngine(goals_in_force(rulebook))


def operator_goals(folder: Path | None) -> list[Path]:
    """The operator's own goal files. Raises ``DataError`` BL-DATA-101."""
    if folder is None:
        return []
    if not folder.is_dir():
        raise DataError(
            "BL-DATA-101", f"goals_dir {folder} is not a folder", "name an existing folder with *.yaml goal files, or leave the setting out"
        )
    return sorted(folder.glob("*.yaml"))
