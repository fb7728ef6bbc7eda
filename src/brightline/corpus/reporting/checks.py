"""Holds a report against TC260-003, section 5 and 9.2 (rulebook SEC-D2 … SEC-D8): met, not met, or not shown.

Pure. *Not shown* is the answer wherever something was not looked at or not recorded: it is never taken for met. Every answer has a
reason, a stable word for which ``words.py`` has a sentence, and the figure it rests on. SEC-D1 (before collecting) lies before any run:
a source that is not approved in the register counts under SEC-D4. This is a reading of the yardstick, not legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from brightline.corpus.reporting.report import rate

__all__ = ["CONTENT_KERNELS", "OVERSEAS_PERCENT", "Check", "check", "limits"]

OVERSEAS_PERCENT = 30
"""Share of overseas sources that filing practice accepts (rules.md 3.2, SEC-D3: practice, not the standard's text)."""

CONTENT_KERNELS = frozenset({"illegal", "personal", "rights"})
"""What TC260-003, 5.2, wants looked at: illegal content, intellectual property, personal information."""


class Check(NamedTuple):
    """``state``: met · not_met · not_shown. ``figure``: a rate of ``report.rate``, or None."""

    rule: str
    state: str
    reason: str
    figure: dict[str, Any] | None = None


def check(document: Mapping[str, Any]) -> list[Check]:
    """All answers, by rule. ``document``: a report without ``checks`` and ``limits``."""
    sources = document["sources"]["rows"]
    return [
        _no_bad_source(sources, document["decisions"]),
        _diverse(sources, document["sources"]["without_source"]),
        _traceable(document["sources"]),
        _inspected(document["coverage"], document["decisions"]["documents"], sources, document["samples"]),
        _staffed(document["staff"]),
        _sampled("SEC-D7", "human", document["samples"]),
        _sampled("SEC-D8", "technical", document["samples"]),
    ]


def limits(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What this report does not show: a stable word and how much, only where there is something; ``name`` where one is meant."""
    coverage = document["coverage"]
    if coverage["quarantined"]:
        yield {"limit": "quarantined", "name": "", "count": len(coverage["quarantined"])}
    if coverage["rejected"]["rows"]:
        yield {"limit": "rejected", "name": "", "count": coverage["rejected"]["rows"]}
    for row in coverage["kernels"]:
        if row["not_inspected"]:
            yield {"limit": "not_inspected", "name": row["kernel"], "count": row["not_inspected"]}
    if coverage["without_source"]:
        yield {"limit": "without_source", "name": "", "count": coverage["without_source"]}
    if document["sources"]["unlisted"]:
        yield {"limit": "unlisted", "name": "", "count": document["sources"]["unlisted"]}
    decided = document["decisions"]["documents"]
    if 0 < decided < coverage["documents"]:
        yield {"limit": "undecided", "name": "", "count": coverage["documents"] - decided}
    kept = sum(row["documents"] for row in document["decisions"]["outcomes"] if row["outcome"] in ("keep", "redact"))
    if document["emitted"]["documents"] and document["emitted"]["documents"] != kept:
        yield {"limit": "emitted_otherwise", "name": "", "count": abs(kept - document["emitted"]["documents"])}
    uncovered = sum(not row["rules"] for row in document["risks"])
    if uncovered:
        yield {"limit": "risks_uncovered", "name": "", "count": uncovered}
    open_samples = sum(row["status"] == "open" for row in document["samples"])
    if open_samples:
        yield {"limit": "samples_open", "name": "", "count": open_samples}
    newest = {row["kind"]: row for row in sorted(document["samples"], key=lambda row: str(row["sample"])) if row["of"] == "kept"}
    for kind, row in sorted(newest.items()):
        if kept and row["population"] != kept:
            yield {"limit": "sample_of_other_decisions", "name": kind, "count": abs(kept - row["population"])}
    for kind in ("human", "technical", "removed"):
        if all(row["kind"] != kind or row["of"] == "all" for row in document["samples"]):
            yield {"limit": "no_sample", "name": kind, "count": 0}


def _no_bad_source(sources: Sequence[Mapping[str, Any]], decisions: Mapping[str, Any]) -> Check:
    if not decisions["documents"]:
        return Check("SEC-D2", "not_shown", "not_decided")
    used = [row for row in sources if row["kept"]]
    bad = [row for row in used if row["status"] == "blacklisted" or (row["verdict"] or {}).get("verdict") == "blacklisted"]
    if bad:
        return Check("SEC-D2", "not_met", "blacklisted_used", rate(len(bad), len(used)))
    clear = [row for row in used if (row["verdict"] or {}).get("verdict") == "clear"]
    kept = sum(row["documents"] for row in decisions["outcomes"] if row["outcome"] in ("keep", "redact"))
    nameless = kept > sum(row["kept"] for row in used)  # what is kept and names no source comes from nobody knows where
    if not used or nameless or len(clear) < len(used):
        return Check("SEC-D2", "not_shown", "sources_undecided" if used else "no_source", rate(len(clear), len(used) + nameless))
    return Check("SEC-D2", "met", "sources_clear", rate(len(clear), len(used)))


def _diverse(sources: Sequence[Mapping[str, Any]], without_source: int) -> Check:
    used = [row for row in sources if row["documents"]]
    if not used or without_source or any(not row["country"] for row in used):
        known = sum(bool(row["country"]) for row in used)
        return Check("SEC-D3", "not_shown", "country_unknown", rate(known, len(used) + bool(without_source)))
    overseas = sum(row["documents"] for row in used if row["country"] != "CN")
    share = rate(overseas, sum(row["documents"] for row in used))
    if 100 * overseas > OVERSEAS_PERCENT * share["of"]:
        return Check("SEC-D3", "not_shown", "overseas_above_practice", share)
    if len(used) < 2:
        return Check("SEC-D3", "not_shown", "one_source", share)
    return Check("SEC-D3", "met", "overseas_within_practice", share)


def _traceable(sources: Mapping[str, Any]) -> Check:
    used = [row for row in sources["rows"] if row["documents"]]
    whole = [row for row in used if row["registered"] and row["status"] == "approved" and not row["missing"] and not _forbidden(row)]
    share = rate(len(whole), len(used) + bool(sources["without_source"]))
    if not share["of"]:
        return Check("SEC-D4", "not_shown", "no_source", share)
    state = "met" if len(whole) == share["of"] else "not_met"
    return Check("SEC-D4", state, "sources_whole" if state == "met" else "sources_incomplete", share)


def _forbidden(row: Mapping[str, Any]) -> bool:
    return any(remark["forbids"] for remark in row["objections"])


def _inspected(
    coverage: Mapping[str, Any], decided: int, sources: Sequence[Mapping[str, Any]], samples: Sequence[Mapping[str, Any]]
) -> Check:
    """TC260-003, 5.2: programs *and* people filter, somebody answers for intellectual property, personal data have a basis."""
    gaps = [row for row in coverage["kernels"] if row["not_inspected"]]
    share = coverage["inspected_by_all"]
    if not coverage["kernels"] or not coverage["documents"]:
        return Check("SEC-D5", "not_shown", "nothing_inspected", share)
    ran = {row["kernel"] for row in coverage["kernels"]}
    if not ran >= CONTENT_KERNELS:
        return Check("SEC-D5", "not_shown", "kernels_missing", rate(len(CONTENT_KERNELS & ran), len(CONTENT_KERNELS)))
    if gaps or coverage["quarantined"] or coverage["rejected"]["rows"]:
        return Check("SEC-D5", "not_shown", "gaps", share)
    if not decided:
        return Check("SEC-D5", "not_shown", "not_decided", share)
    used = [row for row in sources if row["kept"]]
    whole = [row for row in used if row["registered"] and not any(_content_field(remark["word"]) for remark in row["missing"])]
    if len(whole) < len(used):
        return Check("SEC-D5", "not_shown", "content_unrecorded", rate(len(whole), len(used)))
    people = _sampled("SEC-D5", "human", samples)
    if people.state != "met":
        return people._replace(state="not_shown", reason="nobody_looked" if people.state == "not_shown" else people.reason)
    return Check("SEC-D5", "met", "all_inspected", share)


def _content_field(field: str) -> bool:
    """Whether TC260-003, 5.2, wants a field of the register: who answers for a source, and the basis for personal data in it."""
    return field == "owner" or field.startswith("personal.")


def _staffed(staff: Mapping[str, Any]) -> Check:
    people = staff["people"]
    if not people:
        return Check("SEC-D6", "not_shown", "no_staff")
    share = rate(min(staff["trained"], staff["examined"]), people)
    if share["count"] < people or not staff["rules"]:
        return Check("SEC-D6", "not_met", "staff_incomplete", share)
    if not staff["separated"]:
        return Check("SEC-D6", "not_met", "roles_mixed", share)
    return Check("SEC-D6", "met", "staff_ready", share)


def _sampled(rule: str, kind: str, samples: Sequence[Mapping[str, Any]]) -> Check:
    closed = [
        row for row in samples if row["kind"] == kind and row["of"] != "all" and row["status"] == "closed" and row["legal"] is not None
    ]
    if not closed:
        return Check(rule, "not_shown", "no_closed_sample")
    newest = max(closed, key=lambda row: (row["closed_at"], row["sample"]))
    if not newest["legal"]:
        return Check(rule, "not_met", "sample_failed", newest["rate"])
    return Check(rule, "met", "sample_confident" if newest["confident"] else "sample_legal_only", newest["rate"])
