"""The public summary of training data, as Markdown: what a provider publishes, in the order of the European template, with the Chinese facts after it.

    AI Act, Art. 53(1)(d)          the Commission's template of 24 July 2025: general information, list of data sources (public data sets, data
                                   from third parties, crawled, of users, synthetic, other), processing (reservations of rights, illegal content)
    Interim Measures, Art. 7, 19   lawful sources, intellectual property, consent, quality; source, size, type, annotation rules on request

It says of each number whether it was counted or estimated. Only tokens are estimated. What a corpus cannot know (the provider, the model, its
date) is asked for by name, not invented. The template's list of the most scraped domains is answered by the sources of the register.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from brightline.corpus.reporting.markdown import escaped, markdown
from brightline.corpus.reporting.outline import Block, Figures, Items, Note, Section, State, Table, number, share
from brightline.corpus.reporting.report import Report
from brightline.corpus.reporting.sections import visible
from brightline.corpus.reporting.words import Lang, said

__all__ = ["CATEGORIES", "CHARACTERS_A_TOKEN", "public_summary"]

CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "public": ("open_data",),
    "third_party": ("licence", "purchase"),
    "crawled": ("crawl",),
    "users": ("user_input",),
    "synthetic": ("synthetic",),
    "other": ("own", ""),
}
"""The template's categories, section 2, by kinds of the register; what nobody registered is told under ``other``."""

CHARACTERS_A_TOKEN = (1, 4)
"""Between which a tokeniser's average lies: about 4 characters a token in English (OpenAI, "What are tokens"), about 1 in Chinese.
Own choice of bounds: the true number depends on the model's tokeniser."""

_BANDS = ((1_000_000_000, "tokens/small"), (10_000_000_000_000, "tokens/middle"))  # the template's bands for text


def public_summary(report: Report, lang: Lang) -> str:
    """The summary in one language."""
    document = visible(dict(report.document))
    sections = [_general(document, lang), *_sources(document, lang), _processing(document, lang), _measures(document, lang)]
    title = said(lang, "summary/title").format(name=document["corpus"]["name"])
    opening = said(lang, "summary/opening").format(at=document["made"]["at"][:10])
    proof = said(lang, "summary/proof").format(digest=report.digest)
    return "\n".join([f"# {escaped(title)}\n", f"{escaped(opening)}\n", markdown(sections, lang), f"{escaped(proof)}\n"])


def _general(document: Mapping[str, Any], lang: Lang) -> Section:
    about = document["corpus"]
    fewest, most = about["characters"] // CHARACTERS_A_TOKEN[1], about["characters"] // CHARACTERS_A_TOKEN[0]
    bands = list(dict.fromkeys(said(lang, _band(tokens)) for tokens in (fewest, most)))
    languages = sorted(document["languages"], key=lambda row: (-row["characters"], row["language"]))
    days = sorted(day for row in document["sources"]["rows"] for day in (row["collected_from"], row["collected_to"]) if day)
    pairs = [
        (said(lang, "summary/provider"), said(lang, "summary/own")),
        (said(lang, "summary/model"), said(lang, "summary/own")),
        (said(lang, "summary/modality"), said(lang, "summary/text")),
        (said(lang, "name/documents"), number(about["documents"])),
        (said(lang, "name/characters"), number(about["characters"])),
        (said(lang, "summary/tokens"), said(lang, "summary/between").format(low=number(fewest), high=number(most), band=" / ".join(bands))),
        (
            said(lang, "part/languages"),
            said(lang, "list_sign").join(said(lang, f"language/{row['language']}", row["language"] or "–") for row in languages) or "–",
        ),
        (said(lang, "summary/collected"), f"{days[0]} – {days[-1]}" if days else said(lang, "summary/unknown")),
    ]
    return Section("general", said(lang, "summary/general"), [Figures(pairs)])


def _sources(document: Mapping[str, Any], lang: Lang) -> list[Section]:
    sections = []
    for category, kinds in CATEGORIES.items():
        rows = [row for row in document["sources"]["rows"] if row["kind"] in kinds and row["documents"]]
        rows.sort(key=lambda row: (-row["documents"], row["source"]))
        blocks: list[Block] = [Note(said(lang, f"category/{category}/says"))]
        if rows:
            pairs = [
                (said(lang, "name/registered"), number(sum(row["registered"] for row in rows))),
                (said(lang, "name/documents"), number(sum(row["documents"] for row in rows))),
                (said(lang, "name/characters"), number(sum(row["characters"] for row in rows))),
            ]
            blocks += [Figures(pairs), _listed(rows, category, lang)]
        else:
            blocks.append(Note(said(lang, "summary/none")))
        if category == "other" and document["sources"]["without_source"]:
            pairs = [(said(lang, "name/without_source"), number(document["sources"]["without_source"]))]
            blocks.append(Figures(pairs))
        sections.append(Section(category, said(lang, f"category/{category}"), blocks))
    return sections


def _listed(rows: Sequence[Mapping[str, Any]], category: str, lang: Lang) -> Table:
    columns = [
        (said(lang, "name/source"), False),
        (said(lang, "summary/where"), False),
        (said(lang, "name/licence"), False),
        (said(lang, "summary/collected"), False),
        (said(lang, "name/documents"), True),
        (said(lang, "summary/reservations"), False),
    ]
    lines = [
        [
            row["name"] or row["source"],
            _host(row["url"]) or "–",
            row["licence"] or said(lang, "summary/unknown"),
            f"{row['collected_from'] or '?'} – {row['collected_to'] or '?'}" if row["collected_from"] or row["collected_to"] else "–",
            number(row["documents"]),
            " / ".join(said(lang, f"snapshot/{word}", word) for word in (row["robots"], row["opt_out"])),
        ]
        for row in rows
    ]
    return Table(said(lang, f"category/{category}"), columns, lines)


def _processing(document: Mapping[str, Any], lang: Lang) -> Section:
    outcomes = {row["outcome"]: row["documents"] for row in document["decisions"]["outcomes"]}
    illegal = sum(
        row["documents"] for row in document["decisions"]["rules"] if row["rule"].startswith("illegal.") and row["outcome"] == "drop"
    )
    pairs = [
        (said(lang, "name/forbids_training"), number(sum(row["forbids_training"] for row in document["sources"]["rows"]))),
        (said(lang, "summary/illegal_dropped"), number(illegal)),
        (said(lang, "summary/dropped"), number(outcomes["drop"])),
        (said(lang, "summary/quarantined"), number(outcomes["quarantine"])),
        (said(lang, "summary/redacted"), number(outcomes["redact"])),
        (said(lang, "name/copies"), number(document["duplicates"]["copies"])),
        (said(lang, "name/either"), share(lang, document["generated"]["documents"])),
        (said(lang, "summary/inspected_by_all"), share(lang, document["coverage"]["inspected_by_all"])),
    ]
    return Section("processing", said(lang, "summary/processing"), [Figures(pairs), Note(said(lang, "summary/illegal_says"))])


def _measures(document: Mapping[str, Any], lang: Lang) -> Section:
    columns = [(said(lang, "name/rule"), False), (said(lang, "name/state"), False), (said(lang, "name/why"), False)]
    rows: list[Sequence[str | State]] = [
        [f"{row['rule']} {row[f'title_{lang}']}", said(lang, f"state/{row['state']}"), said(lang, f"reason/{row['reason']}")]
        for row in document["checks"]
    ]
    staff, complaints = document["staff"], document["complaints"]
    facts = [
        said(lang, "summary/annotation").format(people=number(staff["people"]), rules=number(staff["rules"])),
        said(lang, "summary/complaints").format(
            open=number(complaints["open"]), upheld=number(complaints["upheld"]), rejected=number(complaints["rejected"])
        ),
    ]
    return Section("measures", said(lang, "summary/measures"), [Table(said(lang, "caption/checks"), columns, rows), Items(facts)])


def _band(tokens: int) -> str:
    return next((name for limit, name in _BANDS if tokens < limit), "tokens/large")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
