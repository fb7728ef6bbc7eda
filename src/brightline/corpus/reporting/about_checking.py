"""The sections of a report on what was done with the corpus: checks, coverage, findings, decisions, samples, people, limits, versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brightline.corpus.reporting.about_documents import MOST_ROWS
from brightline.corpus.reporting.outline import Bars, Block, Columns, Figures, Items, Note, Section, State, Table, number, percent, share
from brightline.corpus.reporting.report import Report
from brightline.corpus.reporting.uncovered import looks_for_spin
from brightline.corpus.reporting.words import Lang, said

__all__ = ["care", "checks", "coverage", "decisions", "findings", "limits", "risks", "samples", "trend", "versions"]

_MOST_BARS = 12
"""Bars of a plot whose numbers stand in the table below it (own choice: what the eye compares)."""


def checks(document: Mapping[str, Any], lang: Lang) -> Section:
    """The corpus against the yardstick: met, not met, not shown."""
    columns = [
        (said(lang, "name/rule"), False),
        (said(lang, "name/state"), False),
        (said(lang, "name/why"), False),
        (said(lang, "name/figure"), False),
    ]
    rows: list[Sequence[str | State]] = [
        [
            f"{row['rule']} {row[f'title_{lang}']}",
            State(row["state"], said(lang, f"state/{row['state']}")),
            said(lang, f"reason/{row['reason']}"),
            share(lang, row["figure"]),
        ]
        for row in document["checks"]
    ]
    return Section(
        "checks", said(lang, "part/checks"), [Note(said(lang, "sentence/checks")), Table(said(lang, "caption/checks"), columns, rows)]
    )


def coverage(document: Mapping[str, Any], lang: Lang) -> Section:
    """Who looked at how much, what could not be read, what nobody could finish."""
    part = document["coverage"]
    rows = [(said(lang, f"kernel/{row['kernel']}", row["kernel"]), row["inspected"], share(lang, row["share"])) for row in part["kernels"]]
    blocks: list[Block] = [Note(said(lang, "sentence/coverage")), *_uncovered(document, lang)]
    if rows:
        blocks.append(Bars(said(lang, "caption/coverage"), (said(lang, "name/kernel"), said(lang, "name/inspected")), rows, "c-keep"))
    failures = [[said(lang, f"kernel/{row['kernel']}", row["kernel"]), row["reason"], number(row["documents"])] for row in part["failures"]]
    if failures:
        columns = [(said(lang, "name/kernel"), False), (said(lang, "name/reason"), False), (said(lang, "name/documents"), True)]
        blocks.append(Table(said(lang, "caption/failures"), columns, failures))
    rejected = part["rejected"]
    if rejected["rows"]:
        columns = [(said(lang, "name/reason"), False), (said(lang, "name/rows"), True), (said(lang, "name/bytes"), True)]
        lines = [
            [said(lang, f"reject/{row['reason']}", row["reason"]), number(row["rows"]), number(row["bytes"])] for row in rejected["reasons"]
        ]
        blocks.append(Table(said(lang, "caption/rejects"), columns, lines))
    if part["quarantined"]:
        columns = [
            (said(lang, "name/file"), False),
            (said(lang, "name/begin"), True),
            (said(lang, "name/end"), True),
            (said(lang, "name/reason"), False),
        ]
        lines = [[row["file"], number(row["begin"]), number(row["end"]), row["reason"]] for row in part["quarantined"]]
        blocks.append(Table(said(lang, "caption/quarantined"), columns, lines[:MOST_ROWS], max(0, len(lines) - MOST_ROWS)))
    return Section("coverage", said(lang, "part/coverage"), blocks)


def findings(document: Mapping[str, Any], lang: Lang) -> Section:
    """What was found, by rule and by source."""
    rows = sorted(document["rules"], key=lambda row: (-row["documents"], row["rule"]))
    if not rows:
        return Section("findings", said(lang, "part/rules"), [Note(said(lang, "sentence/nothing")), *_uncovered(document, lang)])
    bars = [(_titled(row, lang), row["documents"], number(row["documents"])) for row in rows[:_MOST_BARS]]
    columns = [
        (said(lang, "name/rule"), False),
        (said(lang, "name/documents"), True),
        (said(lang, "name/share"), True),
        (said(lang, "name/findings"), True),
        (said(lang, "name/excused"), True),
    ]
    lines = [
        [
            _titled(row, lang),
            number(row["documents"]),
            percent(lang, row["share"]["percent"]),
            number(row["findings"]),
            number(row["excused"]),
        ]
        for row in rows[:MOST_ROWS]
    ]
    pairs = sorted(document["source_rules"], key=lambda row: (-row["documents"], row["source"], row["rule"]))
    by_source = [[row["source"] or "–", row["rule"], number(row["documents"]), number(row["findings"])] for row in pairs[:MOST_ROWS]]
    source_columns = [
        (said(lang, "name/source"), False),
        (said(lang, "name/rule"), False),
        (said(lang, "name/documents"), True),
        (said(lang, "name/findings"), True),
    ]
    blocks: list[Block] = [
        Bars(
            said(lang, "caption/findings_plot"),
            (said(lang, "name/rule"), said(lang, "name/documents")),
            bars,
            "c-drop",
            0,
        ),
        Table(said(lang, "caption/findings"), columns, lines, max(0, len(rows) - MOST_ROWS)),
        Table(said(lang, "caption/source_rules"), source_columns, by_source, max(0, len(pairs) - MOST_ROWS)),
        Note(said(lang, "sentence/findings")),
        *_uncovered(document, lang),
    ]
    return Section("findings", said(lang, "part/rules"), blocks)


def _uncovered(document: Mapping[str, Any], lang: Lang) -> list[Block]:
    """Beside a total: of how many risks it says nothing, and what it says of machine spin."""
    missing = [row["risk"] for row in document["risks"] if not row["rules"]]
    spin = Note(said(lang, "sentence/spin_looked" if _looked_for_spin(document) else "sentence/spin"))
    if not missing:
        return [spin]
    codes = said(lang, "list_sign").join(missing)
    told = said(lang, "sentence/risks_uncovered").format(count=number(len(missing)), of=number(len(document["risks"])), codes=codes)
    return [Note(told), spin]


def _looked_for_spin(document: Mapping[str, Any]) -> bool:
    return looks_for_spin({row["name"]: row["version"] for row in document["versions"]["kernels"]})


def _policy(part: Mapping[str, Any], lang: Lang) -> list[Block]:
    """By whose policy, since when; a table of an operator's own stands out. Reports that were signed before it was noted have none."""
    policy = part.get("policy")
    if not policy or not policy["by"]:
        return []
    told = said(lang, f"policy/{policy['by']}").format(since=policy["since"], version=policy["version"])
    return [Note(told, strong=policy["by"] == "operator")]


def decisions(document: Mapping[str, Any], lang: Lang) -> Section:
    """What follows for each document, by which rule; what was redacted; appeals."""
    part = document["decisions"]
    if not part["documents"]:
        return Section("decisions", said(lang, "part/decisions"), [Note(said(lang, "reason/not_decided"), strong=True)])
    columns = [
        (said(lang, "name/outcome"), False),
        (said(lang, "name/documents"), True),
        (said(lang, "name/share"), True),
        (said(lang, "name/characters"), True),
    ]
    outcomes: list[Sequence[str | State]] = [
        [
            State(row["outcome"], said(lang, f"outcome/{row['outcome']}")),
            number(row["documents"]),
            percent(lang, row["share"]["percent"]),
            number(row["characters"]),
        ]
        for row in part["outcomes"]
    ]
    blocks: list[Block] = [*_policy(part, lang), Table(said(lang, "caption/outcomes"), columns, outcomes), *_uncovered(document, lang)]
    ruled = sorted(part["rules"], key=lambda row: (-row["documents"], row["rule"], row["outcome"]))
    if ruled:
        columns = [(said(lang, "name/rule"), False), (said(lang, "name/outcome"), False), (said(lang, "name/documents"), True)]
        lines: list[Sequence[str | State]] = [
            [row["rule"], State(row["outcome"], said(lang, f"outcome/{row['outcome']}", row["outcome"])), number(row["documents"])]
            for row in ruled[:MOST_ROWS]
        ]
        blocks.append(Table(said(lang, "caption/decided_by"), columns, lines, max(0, len(ruled) - MOST_ROWS)))
    if document["redactions"]:
        columns = [(said(lang, "name/rule"), False), (said(lang, "name/spans"), True), (said(lang, "name/documents"), True)]
        redacted = [[row["rule"], number(row["spans"]), number(row["documents"])] for row in document["redactions"]]
        blocks.append(Table(said(lang, "caption/redactions"), columns, redacted))
    appeals = document["appeals"]
    blocks.append(
        Figures(
            [(said(lang, f"appeal/{name}"), number(appeals[name])) for name in ("open", "restored", "upheld")]
            + [(said(lang, "name/wrong"), share(lang, appeals["wrong"]))]
        )
    )
    return Section("decisions", said(lang, "part/decisions"), blocks)


def samples(document: Mapping[str, Any], lang: Lang) -> Section:
    """Samples with both verdicts: the standard's and what the figures show."""
    if not document["samples"]:
        return Section("samples", said(lang, "part/samples"), [Note(said(lang, "reason/no_closed_sample"), strong=True)])
    headings = ("sample", "drawn", "passed", "failed", "legal", "confident", "bounds", "kappa")
    columns = [(said(lang, f"name/{name}"), name in ("passed", "failed", "kappa")) for name in headings]
    rows: list[Sequence[str | State]] = [
        [
            " · ".join([row["sample"], said(lang, f"sample/{_kind(row)}"), said(lang, f"sample/{row['status']}")]),
            share(lang, row["share"]),
            number(row["passed"]),
            number(row["failed"]),
            _yes(row["legal"], lang),
            _yes(row["confident"], lang),
            f"{percent(lang, row['lower'])} – {percent(lang, row['upper'])}" if row["upper"] else "–",
            row["kappa"] or "–",
        ]
        for row in document["samples"]
    ]
    notes = [Note(said(lang, "sentence/samples")), Note(said(lang, "sentence/removed"))]
    return Section("samples", said(lang, "part/samples"), [Table(said(lang, "caption/samples"), columns, rows), *notes])


def care(document: Mapping[str, Any], lang: Lang) -> Section:
    """Complaints, people and the schedule."""
    complaints, staff, schedule = document["complaints"], document["staff"], document["schedule"]
    pairs = [(said(lang, f"complaint/{name}"), number(complaints[name])) for name in ("open", "upheld", "rejected")]
    pairs += [(said(lang, f"staff/{name}"), number(staff[name])) for name in ("people", "trained", "examined", "rules")]
    pairs.append((said(lang, "staff/separated"), said(lang, f"yes/{str(bool(staff['separated'])).lower()}")))
    if schedule["every_days"]:
        pairs.append((said(lang, "schedule/every_days"), number(schedule["every_days"])))
        pairs.append((said(lang, "schedule/due_at"), schedule["due_at"] or "–"))
    blocks: list[Block] = [Figures(pairs)]
    if schedule["overdue"]:
        blocks.append(Note(said(lang, "sentence/overdue"), strong=True))
    elif not schedule["every_days"]:
        blocks.append(Note(said(lang, "sentence/no_schedule"), strong=True))
    return Section("care", said(lang, "part/care"), blocks)


def risks(document: Mapping[str, Any], lang: Lang) -> Section:
    """The 31 risks: what looks for each, and where nothing does."""
    columns = [(said(lang, "name/risk"), False), (said(lang, "name/looked_for_by"), False), (said(lang, "name/documents"), True)]
    rows: list[Sequence[str | State]] = [
        [
            f"{row['risk']} {row[f'title_{lang}']}",
            said(lang, "list_sign").join(row["rules"]) or State("not_shown", said(lang, "sentence/uncovered")),
            number(row["documents"]) if row["rules"] else "–",
        ]
        for row in document["risks"]
    ]
    return Section("risks", said(lang, "part/risks"), [Table(said(lang, "caption/risks"), columns, rows)])


def limits(document: Mapping[str, Any], lang: Lang) -> Section:
    """What this report does not show."""
    lines = [
        said(lang, f"limit/{row['limit']}").format(
            count=number(row["count"]), name=said(lang, f"sample/{row['name']}", said(lang, f"kernel/{row['name']}", row["name"]))
        )
        for row in document["limits"]
    ]
    spin = said(lang, "limit/spin_looked" if _looked_for_spin(document) else "limit/spin")
    always = [spin, said(lang, "limit/spans"), said(lang, "limit/legal")]
    return Section("limits", said(lang, "part/limits"), [Items([*lines, *always])])


def trend(report: Report, earlier: Sequence[Report], lang: Lang) -> Section | None:
    """The newest reports of the same corpus, oldest first; nothing where this is the first."""
    documents = [each.document for each in (*earlier, report)]
    if len(documents) < 2:
        return None
    names = [document["made"]["at"][:10] for document in documents]
    layers = [
        (
            said(lang, f"outcome/{outcome}"),
            f"c-{outcome}",
            [next(row["documents"] for row in document["decisions"]["outcomes"] if row["outcome"] == outcome) for document in documents],
        )
        for outcome in ("keep", "redact", "quarantine", "drop")
    ]
    plot = Columns(said(lang, "caption/trend"), said(lang, "name/at"), names, layers)
    return Section("trend", said(lang, "part/trend"), [plot])


def versions(report: Report, lang: Lang) -> Section:
    """What worked on it, and how to prove that this is the report that was signed."""
    part = report.document["versions"]
    columns = [(said(lang, "name/part"), False), (said(lang, "name/version"), False)]
    rows = [[said(lang, f"kernel/{row['name']}", row["name"]), row["version"]] for row in part["kernels"]]
    rows += [[said(lang, f"version/{row['name']}", row["name"]), row["version"]] for row in part["others"]]
    pairs = [
        (said(lang, "name/digest"), report.digest),
        (said(lang, "name/content_digest"), report.content_digest),
        (said(lang, "name/corpus_digest"), report.document["corpus"]["sha256"]),
    ]
    return Section(
        "versions",
        said(lang, "part/versions"),
        [Table(said(lang, "caption/versions"), columns, rows), Figures(pairs), Note(said(lang, "sentence/verify"))],
    )


def _kind(sample: Mapping[str, Any]) -> str:
    return "sources" if sample["of"] == "all" else str(sample["kind"])


def _titled(row: Mapping[str, Any], lang: Lang) -> str:
    return f"{row['rule']} · {row[f'title_{lang}']}" if row[f"title_{lang}"] else str(row["rule"])


def _yes(value: bool | None, lang: Lang) -> State:
    if value is None:
        return State("not_shown", said(lang, "yes/null"))
    return State("met" if value else "not_met", said(lang, f"yes/{str(value).lower()}"))
