"""Which sections a report has, in which order: the answer first, then what it rests on, what it leaves open, and how to prove it.

Names of sources, files and rules come from outside. Characters in them that no reader can see but that turn the line around or end it
(controls, bidirectional overrides: Unicode TR 36, 2.1) are shown as U+FFFD, on the page, on paper and on the card.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brightline.corpus.reporting import about_checking, about_documents
from brightline.corpus.reporting.outline import Outline, number
from brightline.corpus.reporting.report import Report
from brightline.corpus.reporting.words import Lang, said

__all__ = ["outline_of", "visible"]

_UNSEEN = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd")


def outline_of(report: Report, lang: Lang, earlier: Sequence[Report] = ()) -> Outline:
    """The whole report in one language. ``earlier``: the oldest first; only those of the same corpus are drawn."""
    document = visible(report.document)
    same = [each for each in earlier if each.document["corpus"]["name"] == document["corpus"]["name"]]
    made = document["made"]
    facts = [
        (said(lang, "name/at"), made["at"]),
        (said(lang, "name/by"), said(lang, f"maker/{made['by']}", made["by"])),
        (said(lang, "name/run"), made["run"] or "–"),
        (said(lang, "name/engine"), f"{made['engine']} · {number(made['workers']) if made['workers'] else said(lang, 'every_core')}"),
        (said(lang, "name/digest"), report.digest),
    ]
    sections = [
        about_checking.checks(document, lang),
        about_checking.limits(document, lang),
        about_documents.corpus(document, lang),
        about_checking.coverage(document, lang),
        about_documents.sources(document, lang),
        about_checking.findings(document, lang),
        about_checking.decisions(document, lang),
        about_checking.samples(document, lang),
        about_documents.duplicates(document, lang),
        about_documents.licences(document, lang),
        about_documents.languages(document, lang),
        about_documents.lengths(document, lang),
        about_documents.generated(document, lang),
        about_checking.risks(document, lang),
        about_checking.care(document, lang),
        about_checking.versions(report, lang),
    ]
    trend = about_checking.trend(report, same, lang)
    if trend is not None:
        sections.insert(2, trend)
    return Outline(lang, said(lang, "title"), document["corpus"]["name"], facts, sections)


def visible(value: Any) -> Any:
    """JSON values with nothing unseen in their texts."""
    if isinstance(value, str):
        return value.translate(_UNSEEN)
    if isinstance(value, dict):
        return {name: visible(each) for name, each in value.items()}
    return [visible(each) for each in value] if isinstance(value, list) else value
