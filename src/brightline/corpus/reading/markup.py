"""The text of an HTML page: what a reader would see, one line a block; bounded in depth by libxml2's own limit (2,048 levels), in size by
the reader's. A page that libxml2 does not read to its end is no text at all: a half would pass for the whole.

Not an extractor of main content: menus and footers stay, and the quality kernel says what they are. Scripts, styles and templates go.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree, html

__all__ = ["charset_of_page", "text_of_html"]

_UNSEEN = ("script", "style", "noscript", "template", "head", "svg", "iframe", "object")
_BLOCKS = frozenset(  # HTML standard, 15.3: what user agents show as blocks
    "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol "  # noqa: SIM905  # a list of fifty literals reads worse
    "option p pre section table tbody td tfoot th thead tr ul".split()
)
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_ENDS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
_PRESCANNED_BYTES = 1024  # HTML standard, 13.2.3.2: where a page may declare its encoding


def charset_of_page(content: bytes) -> str:
    """The encoding that a page declares for itself, or nothing."""
    found = _META_CHARSET.search(content[:_PRESCANNED_BYTES])
    return found[1].decode("ascii") if found else ""


def text_of_html(page: str) -> str:
    """Its text. Raises ``ValueError`` for what libxml2 refuses (too deep, empty)."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        # What follows the page's end belongs to its body (HTML standard, 13.2.6.4.19), where libxml2 would begin another document.
        root = html.document_fromstring(_ENDS.sub("\n", page).encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ValueError(str(error)) from None
    fatal = next((entry.message for entry in parser.error_log if entry.level == etree.ErrorLevels.FATAL), "")
    if fatal:  # it stopped there, and lxml gives what was read until then
        raise ValueError(fatal)
    title = root.findtext(".//title") or ""
    etree.strip_elements(root, *_UNSEEN, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    parts = [title, "\n"]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        is_block = element.tag in _BLOCKS
        if is_block:
            parts.append("\n")
        parts.append((element.text if event == "start" else element.tail) or "")
    return _lines("".join(parts))


def _lines(text: Any) -> str:
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
