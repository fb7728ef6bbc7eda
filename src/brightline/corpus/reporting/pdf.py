"""The report on paper: PDF/A-3b (ISO 19005-3) by Typst, with the canonical JSON attached, so that the paper carries what was signed.

Needs the extra ``corpus`` (typst) and a Chinese typeface on this machine; nothing is fetched. The same report gives the same bytes with the
same typefaces and version of Typst: time and identity come from the report. Characters that no typeface here can show are written as
their code points, because PDF/A allows no empty boxes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Any

import typst

from brightline.corpus.errors import CorpusError
from brightline.corpus.reporting.charts import COLORS, columns
from brightline.corpus.reporting.outline import Bars, Block, Columns, Figures, Items, Note, Outline, State, Table, number
from brightline.corpus.reporting.report import Report
from brightline.corpus.reporting.sections import outline_of
from brightline.corpus.reporting.words import Lang, said

__all__ = ["CHINESE_TYPEFACES", "render"]

CHINESE_TYPEFACES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Serif CJK SC", "Noto Serif SC",
    "Source Han Serif SC", "Songti SC", "SimSun",
)  # fmt: skip
"""Any of these will do; ``data/report.typ`` names the same."""

_PLOT_PX = "660"  # the width of the type area in pixels at 96 dpi: letters of plots keep their size
_RARE = re.compile("[^\x20-\x7e\u00a0-\u017f\u0370-\u052f\u2010-\u2027\u2030-\u203a\u3000-\u30ff\u4e00-\u9fff\uff00-\uff5e]")


def render(report: Report, lang: Lang, earlier: Sequence[Report] = ()) -> bytes:
    """The PDF. Raises ``CorpusError`` BL-CORPUS-075 where this machine has no Chinese typeface, -076 where Typst cannot set it."""
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)
    if not set(CHINESE_TYPEFACES).intersection(fonts.families()):
        raise CorpusError(
            "BL-CORPUS-075",
            "this machine has no Chinese typeface, and a PDF/A must hold one",
            "install Noto CJK (Debian: apt install fonts-noto-cjk); the HTML report needs none",
        )
    try:
        moment = datetime.fromisoformat(str(report.document["made"]["at"])).astimezone(UTC)
        outline = _document(outline_of(report, lang, earlier), report, moment)
        try:
            return _compiled(outline, report, moment, fonts)
        except typst.TypstError:
            return _compiled(_rare_as_numbers(outline), report, moment, fonts)
    except (ValueError, typst.TypstError) as problem:
        raise CorpusError("BL-CORPUS-076", f"the report cannot be set as PDF: {problem}", "use the HTML report, and tell us") from problem


def _compiled(outline: Any, report: Report, moment: datetime, fonts: Any) -> bytes:
    inputs = {"outline": json.dumps(outline, ensure_ascii=False), "report": report.canonical.decode()}
    with as_file(files("brightline.corpus.reporting") / "data") as folder:
        compiler = typst.Compiler(folder / "report.typ", root=folder, font_paths=fonts, sys_inputs=inputs)
        made = compiler.compile(format="pdf", pdf_standards="a-3b", timestamp=int(moment.timestamp()))
    return made if isinstance(made, bytes) else b"".join(made or [])


def _document(outline: Outline, report: Report, moment: datetime) -> dict[str, Any]:
    return {
        "lang": outline.lang,
        "title": outline.title,
        "subtitle": outline.subtitle,
        "digest": report.digest,
        "date": {name: getattr(moment, name) for name in ("year", "month", "day", "hour", "minute", "second")},
        "facts": [list(pair) for pair in outline.facts],
        "sections": [
            {"title": section.title, "blocks": [_block(block, outline.lang) for block in section.blocks]} for section in outline.sections
        ],
    }


def _block(block: Block, lang: Lang) -> dict[str, Any]:
    match block:
        case Note(text, strong):
            return {"block": "note", "text": text, "strong": strong}
        case Items(texts):
            return {"block": "items", "texts": list(texts)}
        case Figures(pairs):
            return {"block": "figures", "pairs": [list(pair) for pair in pairs]}
        case Table(caption, heads, rows, more):
            return {
                "block": "table",
                "caption": caption,
                "columns": [{"name": name, "numeric": numeric} for name, numeric in heads],
                "rows": [[_cell(cell) for cell in row] for row in rows],
                "more": _more(more, lang),
            }
        case Bars(caption, heads, rows, color, more):
            top = max((value for _name, value, _shown in rows), default=0) or 1
            return {
                "block": "bars",
                "caption": caption,
                "columns": list(heads),
                "rows": [{"name": name, "shown": shown, "width": round(100 * value / top, 2)} for name, value, shown in rows],
                "color": color,
                "more": _more(more, lang),
            }
        case Columns():
            layers = [{"name": name, "fill": COLORS[color]} for name, color, _values in block.layers]
            return {"block": "columns", "caption": block.caption, "svg": str(columns(block, _PLOT_PX)), "layers": layers}


def _cell(cell: str | State) -> str | dict[str, str]:
    return {"kind": cell.kind, "word": cell.word} if isinstance(cell, State) else cell


def _more(rows: int, lang: Lang) -> str:
    return said(lang, "sentence/more").format(count=number(rows)) if rows else ""


def _rare_as_numbers(value: Any) -> Any:
    """The same with ``U+1F600`` for what few typefaces have."""
    if isinstance(value, str):
        return _RARE.sub(lambda found: f"U+{ord(found[0]):04X}", value)
    if isinstance(value, dict):
        return {name: _rare_as_numbers(each) for name, each in value.items()}
    return [_rare_as_numbers(each) for each in value] if isinstance(value, list) else value
