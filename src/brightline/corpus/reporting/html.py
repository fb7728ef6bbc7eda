"""The report as one page: self-contained, no script, no request to anywhere, light and dark, and a document when printed.

Reference: WCAG 2.2 AA; Content Security Policy Level 3. The policy stands in the page itself: nothing loads, and only the one style sheet
within, named by its digest, applies. Everything that comes from a corpus is text and escaped (markupsafe); no attribute but a class of
our own is ever made of it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from brightline.corpus.reporting.charts import bar, columns
from brightline.corpus.reporting.outline import Bars, Block, Columns, Figures, Items, Note, Outline, Section, State, Table, number
from brightline.corpus.reporting.report import Report
from brightline.corpus.reporting.sections import outline_of
from brightline.corpus.reporting.words import Lang, said

__all__ = ["content_security_policy", "render"]

_SIGNS = {"met": "✓", "not_met": "✕", "not_shown": "?", "keep": "✓", "redact": "▒", "drop": "✕", "quarantine": "?"}


def render(report: Report, lang: Lang, earlier: Sequence[Report] = ()) -> str:
    """The page. ``earlier``: reports of the same corpus for the trend, the oldest first."""
    outline = outline_of(report, lang, earlier)
    body = _head(outline) + _contents(outline)
    for section in outline.sections:
        body += _section(section, lang)
    return str(
        Markup(
            '<!doctype html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="{}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
            "<title>{} · {}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n"
        ).format("zh-CN" if lang == "zh" else "en", content_security_policy(), outline.title, outline.subtitle, _style(), body)
    )


def content_security_policy() -> str:
    """The policy under which the page works, for whoever serves it: nothing but its own style sheet."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _style() -> Markup:
    return Markup((files("brightline.corpus.reporting") / "data" / "report.css").read_text("utf-8"))  # noqa: S704 - our own file


def _head(outline: Outline) -> Markup:
    pairs = Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value) for name, value in outline.facts)
    return Markup('<header>\n<p class="kind">{}</p>\n<h1>{}</h1>\n<dl class="facts">{}</dl>\n</header>\n').format(
        outline.title, outline.subtitle, pairs
    )


def _contents(outline: Outline) -> Markup:
    links = Markup("").join(Markup('<li><a href="#{}">{}</a></li>').format(section.name, section.title) for section in outline.sections)
    return Markup('<nav aria-label="{}"><ol>{}</ol></nav>\n').format(said(outline.lang, "contents"), links)


def _section(section: Section, lang: Lang) -> Markup:
    blocks = Markup("\n").join(_block(block, lang) for block in section.blocks)
    return Markup('<section id="{0}" aria-labelledby="{0}-title">\n<h2 id="{0}-title">{1}</h2>\n<div>\n{2}\n</div>\n</section>\n').format(
        section.name, section.title, blocks
    )


def _block(block: Block, lang: Lang) -> Markup:
    match block:
        case Note(text, strong):
            return Markup('<p class="{}">{}</p>').format("strong" if strong else "note", text)
        case Items(texts):
            items = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
            return Markup('<ul class="items">{}</ul>').format(items)
        case Figures(pairs):
            cells = Markup("").join(
                Markup('<div><dt>{}</dt><dd class="{}">{}</dd></div>').format(name, "hash" if len(value) == 64 else "figure", value)
                for name, value in pairs
            )
            return Markup('<dl class="figures">{}</dl>').format(cells)
        case Table():
            return _table(block, lang)
        case Bars():
            return _bars(block, lang)
        case Columns():
            return _columns(block, lang)


def _table(table: Table, lang: Lang) -> Markup:
    """A long table shows its beginning; the rest unfolds, and is there on paper."""
    if len(table.rows) <= _MOST_UNFOLDED:
        return _rows(table, table.rows) + _more(table.more, lang)
    rest = table.rows[_SHOWN_OF_LONG:]
    unfolded = said(lang, "sentence/unfold").format(count=number(len(rest)))
    text = '{}<details class="tail"><summary>{}</summary>{}</details>{}'
    return Markup(text).format(_rows(table, table.rows[:_SHOWN_OF_LONG]), unfolded, _rows(table, rest), _more(table.more, lang))  # noqa: S704 - our own text


_MOST_UNFOLDED, _SHOWN_OF_LONG = 31, 12  # own choice: the 31 risks stand whole, a list of fifty begins


def _rows(table: Table, rows: Sequence[Sequence[str | State]]) -> Markup:
    kinds = ["num" if numeric else "word" for _name, numeric in table.columns]
    heads = Markup("").join(
        Markup('<th scope="col" class="{}">{}</th>').format(kind, name) for kind, (name, _numeric) in zip(kinds, table.columns, strict=True)
    )
    lines = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup('<td class="{}">{}</td>').format(kind, _cell(cell)) for kind, cell in zip(kinds, row, strict=True))
        )
        for row in rows
    )
    return Markup(
        '<div class="wide" tabindex="0" role="region" aria-label="{0}"><table><caption>{0}</caption><thead><tr>{1}</tr></thead>'
        "<tbody>{2}</tbody></table></div>"
    ).format(table.caption, heads, lines)


def _bars(bars: Bars, lang: Lang) -> Markup:
    top = max((value for _name, value, _shown in bars.rows), default=0)
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td class="num">{}</td><td class="bar">{}</td></tr>').format(
            name, shown, bar(value, top, bars.color)
        )
        for name, value, shown in bars.rows
    )
    return Markup(
        '<table class="bars"><caption>{}</caption><thead class="unseen"><tr><th scope="col">{}</th><th scope="col">{}</th><td></td></tr></thead>'
        "<tbody>{}</tbody></table>{}"
    ).format(bars.caption, *bars.columns, rows, _more(bars.more, lang))


def _columns(plot: Columns, lang: Lang) -> Markup:
    legend = Markup("")
    if len(plot.layers) > 1:
        keys = Markup("").join(
            Markup('<li><svg width="12" height="12" aria-hidden="true"><rect class="{}" width="12" height="12"/></svg> {}</li>').format(
                color, name
            )
            for name, color, _values in plot.layers
        )
        legend = Markup('<ul class="legend">{}</ul>').format(keys)
    heads = Markup("").join(Markup('<th scope="col" class="num">{}</th>').format(name) for name, _color, _values in plot.layers)
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            name, Markup("").join(Markup('<td class="num">{}</td>').format(number(values[index])) for _name, _color, values in plot.layers)
        )
        for index, name in enumerate(plot.names)
    )
    return Markup(
        '<figure><figcaption>{}</figcaption>{}{}<details><summary>{}</summary><div class="wide" tabindex="0" role="region" aria-label="{}"><table>'
        '<thead><tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table></div></details></figure>'
    ).format(plot.caption, columns(plot), legend, said(lang, "numbers"), plot.caption, plot.first_column, heads, rows)


def _cell(cell: str | State) -> Markup:
    if isinstance(cell, State):
        return Markup('<span class="state s-{}"><span aria-hidden="true">{}</span>&nbsp;{}</span>').format(
            cell.kind if cell.kind in _SIGNS else "not_shown", _SIGNS.get(cell.kind, "?"), cell.word
        )
    return Markup("{}").format(cell)


def _more(rows: int, lang: Lang) -> Markup:
    return Markup('<p class="note">{}</p>').format(said(lang, "sentence/more").format(count=number(rows))) if rows else Markup("")
