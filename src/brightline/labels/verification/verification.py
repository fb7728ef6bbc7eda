"""What ``verify`` answers: one immutable value, and the same as a JSON document with stable ids.

The document is fit for RFC 8785: ASCII keys, texts, whole numbers and nothing else. There is no probability in it, because
there is none: what was found is evidence, and what follows from it is a rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brightline.labels.sites import Site
from brightline.labels.verification.check_catalogue import CheckResult, Evidence
from brightline.labels.verification.examined import Skipped
from brightline.labels.verification.traces import Trace
from brightline.labels.verification.verdict import Compliance, Ground, Integrity, Presence, State

__all__ = ["FORMAT", "Article", "Verification"]

FORMAT = "brightline-verification/1"


@dataclass(frozen=True, slots=True)
class Article:
    """A rule that stands behind the answer, with its citation."""

    rule: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Verification:
    """One file, verified.

    ``state``: what a platform shows. ``presence``, ``integrity``, ``compliance``: three questions kept apart. ``decided_by``: the
    ground of the state, ``grounds`` all of them. ``gaps``: what was not inspected. ``notice_zh``, ``notice_en``: the text to show
    around the content, empty for ``none`` and ``inconclusive``; ``advice_*``: what the state means, for the platform's people.
    """

    state: State
    presence: Presence
    integrity: Integrity
    compliance: Compliance
    container: str
    name: str
    size: int
    bytes_read: int
    decided_by: Ground | None
    grounds: tuple[Ground, ...]
    sites: tuple[Site, ...]
    checks: tuple[CheckResult, ...]
    traces: tuple[Trace, ...]
    gaps: tuple[Skipped, ...]
    articles: tuple[Article, ...]
    notice_zh: str
    notice_en: str
    advice_zh: str
    advice_en: str
    appeal_url: str = ""

    def check(self, check_id: str) -> CheckResult:
        """One check by its id. Raises ``KeyError``."""
        for each in self.checks:
            if each.id == check_id:
                return each
        raise KeyError(check_id)

    @property
    def defects(self) -> tuple[CheckResult, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.result == "fail")

    def to_document(self) -> dict[str, Any]:
        """The answer as JSON values. Sites show their fields, not the raw bytes around them."""
        return {
            "format": FORMAT,
            "name": self.name,
            "container": self.container,
            "size": self.size,
            "bytes_read": self.bytes_read,
            "state": str(self.state),
            "presence": str(self.presence),
            "integrity": str(self.integrity),
            "compliance": str(self.compliance),
            "decided_by": _ground(self.decided_by) if self.decided_by else None,
            "grounds": [_ground(ground) for ground in self.grounds],
            "notice": {"zh": self.notice_zh, "en": self.notice_en},
            "advice": {"zh": self.advice_zh, "en": self.advice_en},
            "articles": [{"rule": article.rule, "zh": article.zh, "en": article.en} for article in self.articles],
            "appeal_url": self.appeal_url,
            "sites": [_site(site) for site in self.sites],
            "checks": [_check(check) for check in self.checks],
            "traces": [_trace(trace) for trace in self.traces],
            "gaps": [{"stage": gap.stage, "reason": _sound(gap.reason), "offset": gap.offset, "decides": gap.decides} for gap in self.gaps],
        }


def _ground(ground: Ground) -> dict[str, Any]:
    return {"kind": str(ground.kind), "state": str(ground.state), "rule": ground.rule, "what": _sound(ground.what)}


def _site(site: Site) -> dict[str, Any]:
    return {
        "place": site.place,
        "key": _sound(site.key),
        "offset": site.offset,
        "length": site.length,
        "form": site.form,
        "fields": {_sound(key): _sound(value) for key, value in site.fields.items()},
        "defects": list(site.defects),
        "standard": site.standard,
        "quoted": site.quoted,
    }


def _check(check: CheckResult) -> dict[str, Any]:
    evidence = [_evidence(each) for each in check.evidence]
    return {
        "id": check.id,
        "result": check.result,
        "rule": check.rule,
        "zh": _sound(check.zh),
        "en": _sound(check.en),
        "evidence": evidence,
    }


def _evidence(each: Evidence) -> dict[str, Any]:
    return {"place": each.place, "offset": each.offset, "length": each.length, "field": _sound(each.field)}


def _trace(trace: Trace) -> dict[str, Any]:
    return {
        "id": trace.id,
        "generator": trace.generator,
        "means": trace.means,
        "rule": trace.rule,
        "place": trace.place,
        "key": _sound(trace.key),
        "offset": trace.offset,
        "length": trace.length,
        "excerpt": _sound(trace.excerpt),
    }


def _sound(text: str) -> str:
    """Text from a file without lone surrogates, which JSON cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
