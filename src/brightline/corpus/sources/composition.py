"""The mix of a corpus: is there more than one source for each language and type, and how much comes from overseas?

SEC-D3 (TC260-003, 5.1): corpora of each language and each type come from several sources; overseas sources are combined sensibly with domestic ones. The
standard has no number for "sensibly"; filing practice knows 30 % for overseas open data (secondary source, rules.md 3.2), so above it stands a
remark, never a verdict. Shares are of documents, and what names no country counts as unknown, not as domestic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brightline.corpus.percent import percent_text
from brightline.corpus.sources.source import Source

__all__ = ["OVERSEAS_PRACTICE", "Composition", "Remark", "composition"]

OVERSEAS_PRACTICE = 0.30
"""Share of overseas sources above which filings were asked questions (rules.md 3.2, SEC-D3: practice, not the standard)."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that the standard does not like, for a person to judge."""

    code: str
    rule: str
    clause: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Composition:
    """``overseas``, ``unknown``: shares of the documents. ``languages``, ``media``: documents of each, ``single``: those with one source."""

    documents: int
    overseas: float
    unknown: float
    languages: Mapping[str, int]
    media: Mapping[str, int]
    single: tuple[tuple[str, str, str], ...]
    remarks: tuple[Remark, ...]


def composition(sources: Iterable[Source], documents: Mapping[str, int]) -> Composition:
    """The mix of a corpus with so many ``documents`` of each source. Sources without documents are not in it."""
    used = [source for source in sources if documents.get(source.id, 0) > 0]
    total = sum(documents.values())
    overseas = sum(documents[source.id] for source in used if source.is_overseas)
    domestic = sum(documents[source.id] for source in used if source.is_overseas is False)
    by_language = _tally([(language, source) for source in used for language in source.languages], documents)
    by_medium = _tally([(medium, source) for source in used for medium in source.media], documents)
    single = [("language", name, rows[0]) for name, rows in _sources_of(used, "languages").items() if len(rows) == 1]
    single += [("media", name, rows[0]) for name, rows in _sources_of(used, "media").items() if len(rows) == 1]
    share = overseas / total if total else 0.0
    unknown = (total - overseas - domestic) / total if total else 0.0
    return Composition(total, share, unknown, by_language, by_medium, tuple(sorted(single)), tuple(_remarks(share, unknown, single)))


def _remarks(overseas: float, unknown: float, single: Iterable[tuple[str, str, str]]) -> list[Remark]:
    found = [
        Remark(
            "single_source", "SEC-D3", "TC260-003 5.1",
            f"{'语种' if axis == 'language' else '类型'} {name} 只有一个来源：{source}", f"{axis} {name} has one source only: {source}",
        )
        for axis, name, source in sorted(single)
    ]  # fmt: skip
    if overseas > OVERSEAS_PRACTICE:
        found.append(
            Remark(
                "much_overseas",
                "SEC-D3",
                "TC260-003 5.1",
                f"境外来源占 {percent_text(overseas, 1)}%，超过备案实践中的 {OVERSEAS_PRACTICE:.0%}",
                f"{percent_text(overseas, 1)}% is from overseas, more than the {OVERSEAS_PRACTICE:.0%} of filing practice",
            )
        )
    if unknown > 0:
        found.append(
            Remark(
                "unknown_country",
                "SEC-D3",
                "TC260-003 5.1",
                f"{percent_text(unknown, 1)}% 的文档未注明来源国家或地区",
                f"{percent_text(unknown, 1)}% of the documents name no country",
            )
        )
    return found


def _tally(rows: Iterable[tuple[str, Source]], documents: Mapping[str, int]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, source in rows:
        counts[name] = counts.get(name, 0) + documents[source.id]
    return dict(sorted(counts.items()))


def _sources_of(sources: Iterable[Source], axis: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source in sources:
        for name in getattr(source, axis):
            found.setdefault(name, []).append(source.id)
    return found
