"""Draws sections as Markdown (CommonMark with tables, GFM): for cards that live beside a data set. Plots become their tables.

What comes from a corpus is escaped so that it stays text: no markup, no link, no HTML can be made of the name of a source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from brightline.corpus.reporting.outline import Bars, Block, Columns, Figures, Items, Note, Section, State, Table, number
from brightline.corpus.reporting.words import Lang, said

__all__ = ["escaped", "markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$])")
_BREAKS = re.compile(r"\s+")


def markdown(sections: Sequence[Section], lang: Lang) -> str:
    """The sections, one after another, each under a heading of the second level."""
    return "\n".join(
        f"## {escaped(section.title)}\n\n" + "\n".join(_block(block, lang) for block in section.blocks) for section in sections
    )


def escaped(text: str) -> str:
    """Text as Markdown that shows exactly it, on one line. An address is not turned into a link either."""
    plain = _BREAKS.sub(" ", text).strip()
    return _SPECIAL.sub(r"\\\1", plain).replace("://", "\\://").replace("www.", "www\\.")


def _block(block: Block, lang: Lang) -> str:
    match block:
        case Note(text, strong):
            return f"**{escaped(text)}**\n" if strong else f"{escaped(text)}\n"
        case Items(texts):
            return "".join(f"- {escaped(text)}\n" for text in texts)
        case Figures(pairs):
            colon = said(lang, "colon")
            return "".join(f"- {escaped(name)}{colon}{escaped(value)}\n" for name, value in pairs)
        case Table(caption, columns, rows, more):
            return _table(caption, columns, [[_word(cell) for cell in row] for row in rows]) + _more(more, lang)
        case Bars(caption, (first, second), rows, _color, more):
            return _table(caption, [(first, False), (second, True)], [[name, shown] for name, _value, shown in rows]) + _more(more, lang)
        case Columns(caption, first_column, names, layers):
            lines = [[name, *(number(values[index]) for _layer, _color, values in layers)] for index, name in enumerate(names)]
            return _table(caption, [(first_column, False), *((layer, True) for layer, _color, _values in layers)], lines)


def _table(caption: str, columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> str:
    head = "| " + " | ".join(escaped(name) for name, _numeric in columns) + " |"
    rule = "| " + " | ".join("---:" if numeric else "---" for _name, numeric in columns) + " |"
    lines = ["| " + " | ".join(escaped(cell) for cell in row) + " |" for row in rows]
    return "\n".join([f"*{escaped(caption)}*", "", head, rule, *lines]) + "\n"


def _word(cell: str | State) -> str:
    return cell.word if isinstance(cell, State) else cell


def _more(rows: int, lang: Lang) -> str:
    return f"\n{escaped(said(lang, 'sentence/more').format(count=number(rows)))}\n" if rows else ""
