"""Web archives (ISO 28500, WARC/1.0 and 1.1): pages of ``response`` and ``resource`` records, and the text of ``conversion`` records (WET).

A record that is no record is passed over up to the next one and rejected, and so is one whose member of gzip is damaged; a page in
another type than HTML or text is rejected, so that coverage counts it; ``request``, ``metadata`` and the like hold no documents. Pages
are decoded as HTTP or the page itself declares, strictly: a byte that does not fit rejects the page. fastwarc takes HTTP apart (chunks,
gzip, brotli), in memory that the record's own limit bounds.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator

from brightline.corpus.reading.markup import charset_of_page, text_of_html
from brightline.corpus.reading.records import Entry, Reject
from brightline.corpus.reading.unpacking import Broken, blocks_of
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["archived_pages"]

_LONGEST_HEADER = 64 * 1024  # own choice: a record's header has some ten lines
_BEGIN = re.compile(rb"WARC/1\.[01]\r?\n")
_SIGN_BYTES = 10  # of what _BEGIN finds, at most
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^Content-Length:\s*(\d{1,15})\s*$", re.IGNORECASE | re.MULTILINE)
_TYPE = re.compile(rb"^WARC-Type:\s*([\w-]+)", re.IGNORECASE | re.MULTILINE)
_NOT_OF_PAGES = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7")
"""Python's codecs that the WHATWG's encoding standard does not have: one costs the square of the page's length, others hide what it says."""
_READ_TYPES = (b"response", b"resource", b"conversion")


def archived_pages(file: BinaryIO, shard: Shard, options: ReadOptions, digest: hashlib._Hash) -> Iterator[Entry | Reject]:
    """The pages of an archive, in its order. ``line`` is the number of the record in the file."""
    blocks = blocks_of(file, shard.packed, options)
    stream = _Stream(blocks, digest)
    while True:
        try:
            yield from _records(stream, options)
            return
        except Broken as broken:
            yield Reject(*stream.lose(), broken.reason, broken.detail)
            if not blocks.goes_on:
                return


def _records(stream: _Stream, options: ReadOptions) -> Iterator[Entry | Reject]:
    """What the stream holds up to its end, or to where it is broken."""
    while True:
        stream.mark()
        if not stream.fill(1):
            return
        garbage = stream.skip_to(_BEGIN)
        if garbage is not None:
            yield Reject(garbage[0], stream.number + 1, garbage[1], "not_warc", "bytes that belong to no record")
        stream.mark()
        if not stream.fill(1):
            return
        number = stream.next_record()
        position = stream.position
        header, is_whole = stream.header()
        length = _LENGTH.search(header)
        kind = _TYPE.search(header)
        if length is None or kind is None or not is_whole:
            yield Reject(position, number, len(header), "not_warc", "a record without length or type")
            continue
        size = int(length[1])
        if kind[1].lower() not in _READ_TYPES:
            if (passed := stream.skip(size)) < size:
                yield Reject(position, number, len(header) + passed, "truncated", f"{passed} of {size} bytes of a record")
        elif size > options.most_line_bytes:
            yield Reject(position, number, len(header) + stream.skip(size), "too_long", f"more than {options.most_line_bytes} bytes")
        else:
            block = stream.take(size)
            if len(block) < size:
                yield Reject(position, number, len(header) + len(block), "truncated", f"{len(block)} of {size} bytes of a record")
            else:
                yield _page(position, number, header, block, kind[1].lower(), options)


class _Stream:
    """Unpacked bytes with a small window on them."""

    def __init__(self, blocks: Iterator[bytes], digest: hashlib._Hash) -> None:
        self._blocks = blocks
        self._digest = digest
        self._window = bytearray()
        self._marked = 0
        self._is_in_record = False
        self.position = 0
        self.number = 0  # of the last record that began

    def mark(self) -> None:
        """What was passed until here is accounted for."""
        self._marked = self.position
        self._is_in_record = False

    def next_record(self) -> int:
        """A record begins here; its number."""
        self._is_in_record = True
        self.number += 1
        return self.number

    def lose(self) -> tuple[int, int, int]:
        """Give up what was passed since the mark and what is held: its place, the number of its record, its length."""
        if self.position == self._marked:
            blank = len(self._window) - len(self._window.lstrip())
            self._drop(blank)  # between records
            self._marked = self.position
        if not self._is_in_record:
            self.number += 1
        self._drop(len(self._window))
        return self._marked, self.number, self.position - self._marked

    def fill(self, size: int) -> bool:
        """Have at least that many bytes in the window; whether there are."""
        while len(self._window) < size:
            block = next(self._blocks, b"")
            if not block:
                return False
            self._digest.update(block)
            self._window += block
        return True

    def take(self, size: int) -> bytes:
        """The next bytes; fewer where the file ends."""
        self.fill(size)
        taken = bytes(self._window[:size])
        self._drop(len(taken))
        return taken

    def skip(self, size: int) -> int:
        """Pass over bytes without holding them; how many there were."""
        left = size
        while left and self.fill(1):
            step = min(left, len(self._window))
            self._drop(step)
            left -= step
        return size - left

    def skip_to(self, begin: re.Pattern[bytes]) -> tuple[int, int] | None:
        """Pass over what comes before a record: where that begins and how long it is, without the blank lines around it."""
        first = last = -1
        while self.fill(1):
            self.fill(_SIGN_BYTES)
            found = begin.search(self._window)
            # The beginning of a record may be cut by the window's end; what is shorter than it cannot be one.
            step = found.start() if found else max(1, len(self._window) - _SIGN_BYTES + 1)
            passed = self._window[:step]
            if passed.strip():
                first = first if first >= 0 else self.position + step - len(passed.lstrip())
                last = self.position + len(passed.rstrip())
            self._drop(step)
            if found:
                break
        return (first, last - first) if first >= 0 else None

    def header(self) -> tuple[bytes, bool]:
        """The record's header with the blank line after it, and whether it is one; else what cannot be the beginning of another."""
        while (found := _HEADER_END.search(self._window, 0, _LONGEST_HEADER)) is None:
            if len(self._window) >= _LONGEST_HEADER or not self.fill(len(self._window) + 1):
                last = self._window.rfind(b"WARC/1.", 1, _LONGEST_HEADER)
                return self.take(last if last > 0 else min(len(self._window), _LONGEST_HEADER)), False
        return self.take(found.end()), True

    def _drop(self, size: int) -> None:
        del self._window[:size]
        self.position += size


def _page(position: int, number: int, header: bytes, block: bytes, kind: bytes, options: ReadOptions) -> Entry | Reject:
    length = len(header) + len(block)
    try:
        # Decoding has to be asked for here: `parse_http` called afterwards leaves chunks and gzip as they are (FastWARC 2.0.1).
        record = next(iter(ArchiveIterator(io.BytesIO(header + block + b"\r\n\r\n"), parse_http=kind == b"response", auto_decode="all")))
        declared = str((record.http_headers or record.headers).get("Content-Type") or "")
        body = record.reader.read(options.most_line_bytes + 1)
    except (OSError, ValueError, StopIteration) as error:
        # What fastwarc says of a broken chunk quotes it, and a page that says it is chunked and is not begins with its own words.
        detail = f"{type(error).__name__}: the record, or how its page is packed, cannot be read"
        return Reject(position, number, length, "not_warc", detail)
    if len(body) > options.most_line_bytes:
        return Reject(position, number, length, "unpacks_too_large", f"a page of more than {options.most_line_bytes} bytes")
    media = declared.partition(";")[0].strip().lower()
    is_html = media in ("text/html", "application/xhtml+xml") or (not media and b"<html" in body[:1024].lower())
    if not is_html and not (media.startswith("text/") or kind == b"conversion"):
        return Reject(position, number, length, "not_text", f"a record of type {media or 'unknown'}")
    charset = _charset(declared) or (charset_of_page(body) if is_html else "") or "utf-8"
    try:
        text = body.decode(_encoding(charset))
        text.encode("utf-8")  # some encodings have halves of characters
        text = text_of_html(text) if is_html else text
    except LookupError:
        return Reject(position, number, length, "not_decodable", f"unknown encoding {charset[:30]}")
    except UnicodeDecodeError as error:
        reason = "not_utf8" if charset.lower().replace("-", "") == "utf8" else "not_decodable"
        return Reject(position, number, length, reason, f"byte {error.start} is no {charset[:30]}")
    except ValueError as error:
        return Reject(position, number, length, "not_html", str(error)[:160])
    value = {options.text[0]: text}
    for names, name in ((options.record_id, "WARC-Record-ID"), (options.url, "WARC-Target-URI")):
        if names and (found := record.headers.get(name)):
            value[names[0]] = str(found)
    return Entry(position, number, body, value)


def _charset(declared: str) -> str:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,30})", declared, re.IGNORECASE)
    return found[1] if found else ""


def _encoding(name: str) -> str:
    """How Python calls what a page declares. Raises ``LookupError`` for what is no encoding of pages."""
    found = codecs.lookup(name).name
    if found in _NOT_OF_PAGES:
        raise LookupError(name)
    # The WHATWG's encoding standard reads both as their superset GB 18030, which is what pages that say so are written in.
    return "gb18030" if found in ("gb2312", "gbk") else found
