"""The forms of a report by their names: one place that knows who draws which. No pyarrow, so that the console can.

Paper needs Typst, which may not be installed: then ``NotInstalled``, and all else works.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from brightline.corpus.errors import NotInstalled
from brightline.corpus.reporting import html
from brightline.corpus.reporting.croissant import croissant
from brightline.corpus.reporting.data_card import data_card
from brightline.corpus.reporting.ml_bom import ml_bom
from brightline.corpus.reporting.public_summary import public_summary
from brightline.corpus.reporting.report import FILES, Report
from brightline.corpus.reporting.words import LANGS, Lang

__all__ = ["content_of"]


def content_of(report: Report, name: str, earlier: Sequence[Report] = ()) -> bytes:
    """One form, by its name in ``FILES``. Raises ``KeyError`` for another name, ``CorpusError`` where a PDF cannot be made here."""
    stem, *lang, kind = name.split(".")
    if name not in FILES:
        raise KeyError(name)
    if not lang:
        return _ALONE[name](report)
    in_lang = next(each for each in LANGS if each == lang[0])
    if stem != "report":
        return _CARDS[stem](report, in_lang).encode()
    if kind == "html":
        return html.render(report, in_lang, earlier).encode()
    return _pdf(report, in_lang, earlier)


def _pdf(report: Report, lang: Lang, earlier: Sequence[Report]) -> bytes:
    try:
        from brightline.corpus.reporting import pdf
    except ImportError as missing:
        raise NotInstalled("corpus", "typst") from missing
    return pdf.render(report, lang, earlier)


_ALONE: Mapping[str, Callable[[Report], bytes]] = {
    "croissant.json": croissant,
    "ml-bom.json": ml_bom,
    "report.json": lambda report: report.canonical,
}
_CARDS: Mapping[str, Callable[[Report, Lang], str]] = {"datacard": data_card, "public-summary": public_summary}
