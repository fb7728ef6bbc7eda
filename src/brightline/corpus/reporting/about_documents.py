"""The sections of a report on what the corpus is: documents, sources, languages, licences, duplicates, what machines made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brightline.corpus.reporting.outline import Bars, Block, Columns, Figures, Note, Section, State, Table, number, percent, share
from brightline.corpus.reporting.words import Lang, said

__all__ = ["MOST_ROWS", "corpus", "duplicates", "generated", "languages", "lengths", "licences", "sources"]

MOST_ROWS = 50
"""Rows that a page shows of a list; the JSON has all (own choice: what fits on two sheets)."""


def corpus(document: Mapping[str, Any], lang: Lang) -> Section:
    """What was read."""
    about = document["corpus"]
    pairs = [
        (said(lang, "name/documents"), number(about["documents"])),
        (said(lang, "name/characters"), number(about["characters"])),
        (said(lang, "name/files"), number(about["files"])),
        (said(lang, "name/bytes"), number(about["bytes"])),
        (said(lang, "name/registered"), number(document["sources"]["registered"])),
        (said(lang, "name/emitted"), number(document["emitted"]["documents"])),
    ]
    rows = [[row["format"], row["packed"] or "–", number(row["files"]), number(row["bytes"])] for row in about["formats"]]
    columns = [
        (said(lang, "name/format"), False),
        (said(lang, "name/packed"), False),
        (said(lang, "name/files"), True),
        (said(lang, "name/bytes"), True),
    ]
    return Section("corpus", said(lang, "part/corpus"), [Figures(pairs), Table(said(lang, "caption/formats"), columns, rows)])


def sources(document: Mapping[str, Any], lang: Lang) -> Section:
    """The register against what was met, with the verdict on each source."""
    part = document["sources"]
    rows = sorted(part["rows"], key=lambda row: (-row["documents"], row["source"]))
    blocks: list[Block] = [
        Figures(
            [
                (said(lang, "name/registered"), number(part["registered"])),
                (said(lang, "name/unregistered"), number(part["unregistered"])),
                (said(lang, "name/without_source"), number(part["without_source"])),
                (said(lang, "name/overseas"), share(lang, part["overseas"])),
            ]
        )
    ]
    if part["without_source"] or part["unregistered"]:
        blocks.append(Note(said(lang, "sentence/unregistered"), strong=True))
    shown = rows[:MOST_ROWS]
    if any(row["outcomes"][outcome] for row in rows for outcome in row["outcomes"]):
        blocks.append(
            Columns(
                said(lang, "caption/outcomes_by_source"),
                said(lang, "name/source"),
                [row["source"] for row in shown[:12]],
                [
                    (said(lang, f"outcome/{outcome}"), f"c-{outcome}", [row["outcomes"][outcome] for row in shown[:12]])
                    for outcome in ("keep", "redact", "quarantine", "drop")
                ],
            )
        )
    if rows:
        columns = [
            (said(lang, "name/source"), False),
            (said(lang, "name/status"), False),
            (said(lang, "name/licence"), False),
            (said(lang, "name/country"), False),
            (said(lang, "name/documents"), True),
            (said(lang, "name/share"), True),
            (said(lang, "name/verdict"), False),
            (said(lang, "name/missing"), False),
        ]
        blocks.append(Table(said(lang, "caption/sources"), columns, [_source(row, lang) for row in shown], len(rows) - len(shown)))
        blocks.append(Note(said(lang, "sentence/verdicts")))
    return Section("sources", said(lang, "part/sources"), blocks)


def languages(document: Mapping[str, Any], lang: Lang) -> Section:
    """Documents by language, as the language kernel saw it."""
    rows = sorted(document["languages"], key=lambda row: (-row["documents"], row["language"]))
    bars = [(said(lang, f"language/{row['language']}", row["language"] or "–"), row["documents"], number(row["documents"])) for row in rows]
    return Section(
        "languages", said(lang, "part/languages"), _bars_or_nothing(lang, bars, "caption/languages", ("name/language", "name/documents"))
    )


def lengths(document: Mapping[str, Any], lang: Lang) -> Section:
    """The histogram of lengths in characters."""
    rows = document["lengths"]
    values = [row["documents"] for row in rows]
    plot = Columns(
        said(lang, "caption/lengths"),
        said(lang, "name/from"),
        [number(row["from"]) for row in rows],
        [(said(lang, "name/documents"), "c-1", values)],
    )
    return Section("lengths", said(lang, "part/lengths"), [plot] if any(values) else [Note(said(lang, "sentence/nothing"))])


def licences(document: Mapping[str, Any], lang: Lang) -> Section:
    """What rows state as their licence, beside what their text says."""
    rows = sorted(document["licences"], key=lambda row: (-row["documents"], row["stated"], row["in_text"]))
    columns = [(said(lang, "name/stated"), False), (said(lang, "name/in_text"), False), (said(lang, "name/documents"), True)]
    shown = [[row["stated"] or "–", row["in_text"] or "–", number(row["documents"])] for row in rows[:MOST_ROWS]]
    forbidden = sum(row["forbids_training"] for row in document["sources"]["rows"])
    blocks: list[Block] = [Table(said(lang, "caption/licences"), columns, shown, max(0, len(rows) - MOST_ROWS))]
    if forbidden:
        blocks.append(Note(said(lang, "sentence/forbids_training"), strong=True))
        rows = [row for row in document["sources"]["rows"] if row["forbids_training"]]
        columns = [(said(lang, "name/source"), False), (said(lang, "name/forbids_training"), True)]
        blocks.append(
            Table(said(lang, "name/forbids_training"), columns, [[row["source"], number(row["forbids_training"])] for row in rows])
        )
    return Section("licences", said(lang, "part/licences"), blocks)


def duplicates(document: Mapping[str, Any], lang: Lang) -> Section:
    """Clusters of copies and how large they are."""
    part = document["duplicates"]
    pairs = [(said(lang, f"name/{name}"), number(part[name])) for name in ("clusters", "copies", "exact", "near", "largest")]
    names = [_size(row) for row in part["sizes"]]
    values = [row["clusters"] for row in part["sizes"]]
    blocks: list[Block] = [Figures(pairs)]
    if part["clusters"]:
        plot = Columns(said(lang, "caption/cluster_sizes"), said(lang, "name/size"), names, [(said(lang, "name/clusters"), "c-1", values)])
        blocks.append(plot)
    return Section("duplicates", said(lang, "part/duplicates"), blocks)


def generated(document: Mapping[str, Any], lang: Lang) -> Section:
    """What is labelled or known as made by machines; never a guess by style."""
    part = document["generated"]
    pairs = [
        (said(lang, "name/inspected"), number(part["inspected"])),
        (said(lang, "name/labelled"), number(part["labelled"])),
        (said(lang, "name/known"), number(part["known"])),
        (said(lang, "name/either"), share(lang, part["documents"])),
        (said(lang, "name/generated_characters"), share(lang, part["characters"])),
    ]
    return Section("generated", said(lang, "part/generated"), [Figures(pairs), Note(said(lang, "sentence/generated"))])


def _source(row: Mapping[str, Any], lang: Lang) -> Sequence[str | State]:
    remarks = [each[lang] for each in (*row["objections"], *row["missing"])]
    return [
        f"{row['source']} · {row['name']}" if row["name"] and row["name"] != row["source"] else row["source"],
        said(lang, f"status/{row['status']}", row["status"]),
        row["licence"] or "–",
        row["country"] or "–",
        number(row["documents"]),
        percent(lang, row["share"]["percent"]),
        _verdict(row["verdict"], lang),
        said(lang, "remark_sign").join(remark.rstrip("。.") for remark in remarks) or "–",
    ]


def _verdict(verdict: Mapping[str, Any] | None, lang: Lang) -> State:
    if verdict is None:
        return State("not_shown", said(lang, "verdict/none"))
    kind = {"clear": "met", "blacklisted": "not_met"}.get(verdict["verdict"], "not_shown")
    figures = said(lang, "sentence/verdict").format(
        illegal=number(verdict["illegal"]),
        inspected=number(verdict["inspected"]),
        lower=percent(lang, verdict["lower"]),
        upper=percent(lang, verdict["upper"]),
    )
    return State(kind, said(lang, f"verdict/{verdict['verdict']}", verdict["verdict"]) + figures)


def _size(row: Mapping[str, Any]) -> str:
    if row["from"] == row["to"]:
        return number(row["from"])
    return f"{number(row['from'])}–{number(row['to']) if row['to'] else ''}"


def _bars_or_nothing(lang: Lang, bars: Sequence[tuple[str, int, str]], caption: str, columns: tuple[str, str]) -> list[Block]:
    if not bars:
        return [Note(said(lang, "sentence/nothing"))]
    first, second = columns
    return [Bars(said(lang, caption), (said(lang, first), said(lang, second)), bars[:MOST_ROWS], more=max(0, len(bars) - MOST_ROWS))]
