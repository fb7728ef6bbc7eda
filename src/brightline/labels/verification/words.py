"""The words of a text file, for its explicit label and for fingerprints: plain text, Markdown without front matter, HTML without tags.

Bounded and rough: it serves to find the first and last line that people see, not to render. Documents of other kinds (PDF, OOXML)
are not read for their words here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.labels.character_references import dereferenced
from brightline.labels.containers.source import Source
from brightline.labels.verification.examined import Skipped

__all__ = ["LONGEST_TEXT", "words_of"]

LONGEST_TEXT = 1 << 20
"""Bytes of a text that are read; own choice: a book has about a megabyte."""

_TEXTUAL = frozenset({"text", "markdown", "html", "json"})
_FRONT_MATTER = re.compile(r"\A\ufeff?(?:---[ \t]*\r?\n.*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)\s*)+", re.DOTALL)
_UNSEEN = frozenset({"head", "noscript", "script", "style", "template", "title"})
_RAW = frozenset({"script", "style"})  # their content runs to the end where nothing closes them (HTML, 13.2.5)
_ORDINARY = re.compile(rf"[^<]*(?:<(?!/?(?:{'|'.join(sorted(_UNSEEN))})\b)/?[A-Za-z][^<>]*>[^<]*)*", re.IGNORECASE)
_INLINE = re.compile(
    r"</?(?:[abiqsu]|abbr|bdi|bdo|big|cite|code|em|font|ins|kbd|mark|ruby|small|span|strong|sub|sup|time|tt|var|wbr)(?:\s[^<>]*)?>",
    re.IGNORECASE,
)  # HTML, 4.5: they stand within a line
_TAG = re.compile(r"<[^<>]*>")
_CLOSING = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _UNSEEN}
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def words_of(source: Source, container: str) -> str | Skipped | None:
    """The words; a ``Skipped`` where the text is too long or in no encoding that is tried; None for files that are no text."""
    if container not in _TEXTUAL:
        return None
    if source.size > LONGEST_TEXT:
        return Skipped("text", f"the text has more than {LONGEST_TEXT} bytes")
    data = source.read(0, source.size)
    text = _decoded(data)
    if text is None:
        return Skipped("text", "the text is neither UTF-8 nor UTF-16 nor GB 18030")
    if container == "markdown":
        return _FRONT_MATTER.sub("", text, count=1)
    return _without_tags(text) if container == "html" else text


def _decoded(data: bytes) -> str | None:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _without_tags(text: str) -> str:
    lines = dereferenced("".join(_seen(text))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _seen(text: str) -> Iterator[str]:
    """The text between tags, comments and what is not shown, in one pass: each search that fails ends it, or is never made again."""
    at = 0
    unclosed: set[str] = set()
    while True:
        run = _ORDINARY.match(text, at)
        start = run.end() if run else at
        yield _TAG.sub("\n", _INLINE.sub("", text[at:start]))
        if start >= len(text):
            return
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
            if end < 0:
                return
            at = end + 3
            continue
        found = _TAG_NAME.match(text, start)
        if found is None and text[start + 1 : start + 2] not in ("!", "?"):
            yield "<"
            at = start + 1
            continue
        name = found[1].lower() if found else ""
        if name in _UNSEEN and text[start + 1] != "/" and name not in unclosed:
            closed = _CLOSING[name].search(text, start)
            end = closed.start() if closed else -1
            if end < 0 and name in _RAW:
                return
            if end < 0:
                unclosed.add(name)
            start = max(start, end)
        end = text.find(">", start)
        if end < 0:
            return
        at = end + 1
