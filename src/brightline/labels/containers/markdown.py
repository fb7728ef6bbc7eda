"""Markdown: the label is a mapping ``AIGC`` in the YAML front matter (TC260-PG-20258A, 6.5), merged into a block that is there.

The edit is one of lines: all others stay byte for byte, with their line ends, encoding and byte-order mark. Read as well, and taken
out on writing: a second block right behind the first, and blocks at the very end (both found in the wild: labels.md, 1.3). A label
inside a code fence is a quotation: its place ends with ``.quoted``, it does not count and it stays.

YAML 1.2.2 is followed as far as lines go: top-level keys of block mappings. Front matter that is a flow mapping, TOML (``+++``)
and text in UTF-16 are refused. Only the start and the end of the file are looked at: labels in the middle are quotations or text.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from brightline.labels.containers.container import Container
from brightline.labels.containers.reading import Entry, Gap, Kept, Plan, Range, Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Unsupported
from brightline.labels.label import KEYS
from brightline.labels.sites import sites_in

__all__ = ["MARKDOWN", "front_matter_stop"]

_HEAD_BYTES = 512 << 10  # own choice: front matter with a label of the longest values has 50 kB
_TAIL_BYTES = 64 << 10
_MOST_QUOTED = 64  # own choice: as many sites as are kept of a file


@dataclass(frozen=True, slots=True)
class _Block:
    """``[start, stop)`` with its fences, ``[body, body_stop)`` between them; ``spans`` are the lines of its keys AIGC. Offsets in the file."""

    place: str
    start: int
    body: int
    body_stop: int
    stop: int
    spans: tuple[Range, ...]
    text: bytes

    @property
    def only_label(self) -> bool:
        """True if nothing but labels, blanks and comments stands in it."""
        rest, cursor = b"", self.body
        for span in (*self.spans, Range(self.body_stop, self.body_stop)):
            rest += self.text[cursor - self.body : span.start - self.body]
            cursor = span.stop
        return all(not line.strip() or line.lstrip().startswith(b"#") for line in rest.splitlines())


@dataclass(frozen=True, slots=True)
class _File:
    size: int
    head: bytes
    mark: int
    front: _Block | None
    others: tuple[_Block, ...]
    quoted: tuple[Entry, ...]


class _Markdown:
    name = "markdown"
    media_types = ("text/markdown",)
    suffixes = (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd")

    def accepts(self, head: bytes, name: str) -> bool:
        return name.lower().endswith(self.suffixes)

    def read(self, source: Source) -> Reading:
        head = source.at_most(0, _HEAD_BYTES)
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            gap = Gap("the text is in UTF-16 and was not searched for front matter", 0)
            return Reading("markdown", (), (Range(0, source.size),), (gap,), {"encoding": "utf-16"})
        file = _file(source, head)
        blocks = ((file.front,) if file.front else ()) + file.others
        entries = [_entry(block) for block in blocks if block.text.strip()]
        gaps: tuple[Gap, ...] = ()
        if file.front is None and source.size > len(head) and head[file.mark :].split(b"\n", 1)[0].rstrip() == b"---":
            gaps = (Gap(f"its front matter does not end in the first {_HEAD_BYTES} bytes", file.mark),)
        return Reading("markdown", (*entries, *file.quoted), _media(file), gaps)

    def plan(self, source: Source, value: str) -> Plan:
        head = source.at_most(0, _HEAD_BYTES)
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise Unsupported("Markdown in UTF-16 is not labelled", "save it in UTF-8")
        if b"\0" in head:
            raise Malformed("text has no zero bytes", head.index(b"\0"))
        file = _file(source, head)
        _refuse_other_front_matter(file, source)
        mapping = _mapping(value, _line_end(head))
        edits: list[tuple[Range, bytes]] = []
        if file.front is None:
            fence = b"---" + _line_end(head)
            edits.append((Range(file.mark, file.mark), fence + mapping + fence))
        elif file.front.spans:
            edits.append((file.front.spans[0], mapping))
            edits += [(span, b"") for span in file.front.spans[1:]]
        else:
            edits.append((Range(file.front.body_stop, file.front.body_stop), mapping))
        if file.front is not None:
            _check_yaml(file.front, edits, value)
        for block in file.others:
            edits += [(span, b"") for span in ([Range(block.start, block.stop)] if block.only_label else block.spans)]
        pieces: list[Kept | bytes] = []
        cursor = 0
        for span, fresh in edits:
            if source.read(*_length_of(span)) == fresh:
                continue
            pieces += [Kept(cursor, span.start), fresh]
            cursor = span.stop
        pieces.append(Kept(cursor, source.size))
        return Plan(tuple(piece for piece in pieces if piece and (isinstance(piece, bytes) or piece.stop > piece.start)))


def front_matter_stop(text: bytes) -> int:
    """Where the body of a Markdown text begins: behind its byte-order mark and its front matter."""
    mark = len(codecs.BOM_UTF8) if text.startswith(codecs.BOM_UTF8) else 0
    front = _block_at(text, mark, "markdown.front_matter")
    return front.stop if front else mark


def _file(source: Source, head: bytes) -> _File:
    mark = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    front = _block_at(head, mark, "markdown.front_matter")
    body_at = front.stop if front else mark
    others: list[_Block] = []
    blank = _BLANK_LINES.match(head, body_at)
    second = _block_at(head, blank.end() if blank else body_at, "markdown.second_block")
    if second and second.spans:
        others.append(second)
        body_at = second.stop
    tail_at = max(body_at, source.size - _TAIL_BYTES)
    tail = source.at_most(tail_at, source.size - tail_at)
    trailing = list(_trailing_blocks(tail, tail_at))
    speaks = trailing or head.find(b"AIGC", body_at) >= 0  # looking for fences takes longer than all the rest
    fences = list(_fences(head, body_at)) if speaks else []
    unfenced = takewhile(lambda block: not any(start < block.start < stop for start, stop in fences), trailing)
    others += reversed(list(unfenced))
    return _File(source.size, head, mark, front, tuple(others), tuple(_quotations(head, fences)))


def _block_at(data: bytes, at: int, place: str) -> _Block | None:
    """The block of front matter that begins at ``at`` in the first bytes of the file, if it is one of YAML."""
    opened = _FENCE.match(data, at)
    if opened is None:
        return None
    closed = _CLOSING.search(data, opened.end())
    if closed is None:
        return None
    text = data[opened.end() : closed.start()]
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    if lines and not (_KEY_LINE.match(lines[0]) and all(map(_YAML_LINE.match, lines))):
        return None
    spans = tuple(_label_spans(text, opened.end()))
    return _Block(place, at, opened.end(), closed.start(), closed.end(), spans, text)


def _trailing_blocks(tail: bytes, tail_at: int) -> Iterator[_Block]:
    """The block at the very end whose first key is AIGC, with or without its closing line; before one of nothing but a label, which is taken
    out as a whole, the one that is then at the end. The last comes first."""
    end = len(tail)
    for opened in reversed(list(_LABEL_FENCE.finditer(tail))):
        closed = _CLOSING.search(tail, opened.end(), end)
        body_stop, stop = (closed.start(), closed.end()) if closed else (end, end)
        text = tail[opened.end() : body_stop]
        if tail[stop:end].strip() or any(line.strip() and not _YAML_LINE.match(line) for line in text.splitlines()):
            return
        spans = tuple(_label_spans(text, tail_at + opened.end()))
        start, body, body_end = tail_at + opened.start(), tail_at + opened.end(), tail_at + body_stop
        block = _Block("markdown.trailing_block", start, body, body_end, tail_at + stop, spans, text)
        yield block
        if not block.only_label:
            return
        end = opened.start()


def _label_spans(text: bytes, at: int) -> Iterator[Range]:
    """The lines of every top-level key AIGC, without the blank lines and comments that follow them."""
    cursor = 0
    while True:
        key = _LABEL_KEY.search(text, cursor)
        if key is None:
            return
        stop = _flow_stop(text, key.end()) if text[key.end() :].lstrip(b" \t")[:1] == b"{" else key.end()
        following = _KEY_START.search(text, stop)
        cursor = following.start() if following else len(text)
        lines = text[key.start() : cursor].splitlines(keepends=True)
        while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith(b"#")):
            lines.pop()
        yield Range(at + key.start(), at + max(key.start() + sum(map(len, lines)), min(stop, cursor)))


def _flow_stop(text: bytes, at: int) -> int:
    """Where the flow mapping behind ``at`` ends; the end of the text where it does not."""
    depth = 0
    for mark in _FLOW.finditer(text, at):
        depth += {b"{": 1, b"}": -1}.get(mark[0], 0)
        if depth == 0 and mark[0] == b"}":
            return mark.end()
    return len(text)


def _fences(head: bytes, at: int) -> Iterator[tuple[int, int]]:
    """The code fences of the text (CommonMark 0.31.2, 4.5): from the opening line to behind the closing one."""
    opened: re.Match[bytes] | None = None
    for line in _CODE_FENCE.finditer(head[at:]):  # its own bytes: a line also begins behind a byte-order mark
        marker, info = line[1], line[2].strip()
        if opened is None:
            if not (marker[:1] == b"`" and b"`" in info):
                opened = line
        elif marker[:1] == opened[1][:1] and len(marker) >= len(opened[1]) and not info:
            yield at + opened.start(), at + line.end()
            opened = None
    if opened is not None:
        yield at + opened.start(), len(head)


def _quotations(head: bytes, fences: list[tuple[int, int]]) -> Iterator[Entry]:
    found = 0
    for start, stop in fences:
        inside = head[start:stop].split(b"\n", 1)[-1]
        if b"AIGC" not in inside or found == _MOST_QUOTED:
            continue
        found += 1
        body = _FENCE_LINES.sub(b"", inside)
        kind = "yaml" if _LABEL_KEY.search(body) else "text"
        yield Entry("markdown.fence.quoted", "code fence", _decoded(body), start, stop - start, "yaml" if kind == "yaml" else "text")


def _entry(block: _Block) -> Entry:
    standard = block.place == "markdown.front_matter"
    return Entry(block.place, "front matter", _decoded(block.text), block.start, block.stop - block.start, "yaml", standard)


def _media(file: _File) -> tuple[Range, ...]:
    """The body: everything behind the front matter but the labels that stand there."""
    cursor, ranges = file.front.stop if file.front else file.mark, []
    for block in file.others:
        for span in [Range(block.start, block.stop)] if block.only_label else block.spans:
            ranges.append(Range(cursor, span.start))
            cursor = span.stop
    ranges.append(Range(cursor, file.size))
    return tuple(each for each in ranges if each.stop > each.start)


def _mapping(value: str, line_end: bytes) -> bytes:
    """The label as YAML: double-quoted scalars, which hold any value as JSON writes it (YAML 1.2.2, 7.3.1)."""
    fields = json.loads(value)
    lines = ["AIGC:"] + [f"  {key}: {json.dumps(str(fields[key]))}" for key in KEYS if key in fields]
    return b"".join(line.encode("ascii") + line_end for line in lines)


def _check_yaml(front: _Block, edits: list[tuple[Range, bytes]], value: str) -> None:
    """Front matter that is no YAML stays so with a label in it, which nobody could read there. Raises ``Malformed``."""
    fresh, cursor = b"", front.body
    for span, data in edits:
        fresh += front.text[cursor - front.body : span.start - front.body] + data
        cursor = span.stop
    fresh += front.text[cursor - front.body :]
    sites = sites_in([Entry(front.place, "front matter", _decoded(fresh), 0, 0, "yaml")])
    if [site.fields for site in sites] != [json.loads(value)]:
        raise Malformed("the front matter is not YAML that a label can stand in", front.start)


def _refuse_other_front_matter(file: _File, source: Source) -> None:
    rest = file.head[file.mark :]
    if _TOML.match(rest):
        raise Unsupported("the front matter is TOML, and the guide's place is YAML", "write the front matter in YAML")
    if file.front is None and _FENCE.match(rest):
        if _FLOW_FRONT.match(rest):
            raise Unsupported("the front matter is not a mapping of lines", "write each key on a line of its own")
        if source.size > _HEAD_BYTES and not _CLOSING.search(rest, 4):
            raise OverLimit(f"the front matter does not end in the first {_HEAD_BYTES} bytes", file.mark)


def _line_end(head: bytes) -> bytes:
    found = re.search(rb"\r?\n", head)
    return found[0] if found else b"\n"


def _decoded(text: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return text.decode(encoding)
        except UnicodeDecodeError:
            continue
    return text.decode("latin-1")


def _length_of(span: Range) -> tuple[int, int]:
    return span.start, span.stop - span.start


_END = rb"[ \t]*(?:\r\n|\n|\r)"
_FENCE = re.compile(rb"---" + _END)
_CLOSING = re.compile(rb"^(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r(?!\n)|\Z)", re.MULTILINE)
_LABEL_FENCE = re.compile(rb"^---" + _END + rb"(?=[\"']?AIGC[\"']?[ \t]*:)", re.MULTILINE | re.IGNORECASE)
_BLANK_LINES = re.compile(rb"(?:[ \t]*(?:\r\n|\n|\r))*")
_KEY_LINE = re.compile(rb"(?:[^\s#:\-\[\]{}&*!|>%@`\"',][^:\r\n]*|\"[^\"\r\n]*\"|'[^'\r\n]*')[ \t]*:(?:[ \t\r\n]|$)")
_KEY_START = re.compile(b"^(?=" + _KEY_LINE.pattern + b")", re.MULTILINE)
_YAML_LINE = re.compile(rb"[ \t#}\]-]|" + _KEY_LINE.pattern)
_LABEL_KEY = re.compile(rb"^([\"']?)AIGC\1[ \t]*:(?=[ \t\r\n\"'{]|\Z)", re.MULTILINE | re.IGNORECASE)
_FLOW = re.compile(rb"\"(?:[^\"\\]|\\.)*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[{}]", re.DOTALL)
_CODE_FENCE = re.compile(rb"^ {0,3}(`{3,}|~{3,})([^\r\n]*)(?:\r\n|\n|\r|\Z)", re.MULTILINE)
_FENCE_LINES = re.compile(rb"^(?:---|\.\.\.|`{3,}|~{3,})[ \t]*(?:\r\n|\n|\r|\Z)", re.MULTILINE)
_TOML = re.compile(rb"\+\+\+" + _END)
_FLOW_FRONT = re.compile(rb"---" + _END + rb"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))*[ \t]*[\[{]")

MARKDOWN: Container = _Markdown()
