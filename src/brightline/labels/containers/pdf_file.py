"""A PDF's objects by number, reading only what is asked for (ISO 32000-2:2020, 7.3.10, 7.5).

Follows the chain of cross-reference sections from ``startxref`` (``pdf_xref.py``), loads objects that lie free or in object
streams, and decodes streams (Flate with its predictors, ASCIIHex, ASCII85). One file costs at most ``MOST_BYTES`` of reading.

Where the chain is broken, a tolerant reader looks for objects by scanning (``pdf_scan.py``) and says so in ``gaps``; a
writer asks for ``strict`` and gets an error. What is encrypted is decrypted where the empty password opens the file (``pdf_encryption.py``).
"""

from __future__ import annotations

import binascii
import re
import zlib
from base64 import a85decode
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from brightline.labels.containers.pdf_scan import scanned
from brightline.labels.containers.pdf_syntax import Incomplete, Ref, Value, parse
from brightline.labels.containers.pdf_xref import FREE, InStream, Section, chain
from brightline.labels.containers.reading import Gap, Range
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Unsupported

if TYPE_CHECKING:
    from brightline.labels.containers.pdf_encryption import Cipher

__all__ = ["MOST_BYTES", "Found", "PdfFile", "Stream"]

MOST_BYTES = 4_000_000
"""Bytes read of one file: the issue's bound for a verification is 4 MB."""

MOST_INFLATED = 16 << 20
"""Bytes of one decoded stream; own choice: a million cross-reference rows of 8 bytes fill half of it."""

MOST_STEPS = 2_000_000
"""Ranges of object numbers gone through for all look-ups; own choice: a fifth of a second. Real files have some ten ranges."""

_FIRST_WINDOW, _LONGEST_OBJECT = 2048, 1 << 20  # own choice: most dictionaries fit the first; strings of a label at most 32 kB
_MOST_IN_STREAM = 100_000  # objects of one object stream; own choice: writers put some hundred in


@dataclass(frozen=True, slots=True)
class Found:
    """An indirect object: its value, the buffer it was parsed from, and its place there; ``carrier`` is its place in the file.

    ``reference`` is its own; None in an object stream, where strings are not encrypted by themselves (7.6.2).
    """

    value: Value
    buffer: bytes
    start: int
    stop: int
    carrier: Range
    reference: Ref | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream object: its dictionary, its decoded bytes, and the place of the whole object in the file."""

    about: dict[str, Value]
    data: bytes
    carrier: Range


@dataclass(slots=True)
class PdfFile:
    """One opened file. ``trailer`` is the newest section's; ``sections`` go from the newest to the oldest.

    ``base`` is added to every offset that the file names: files with bytes before ``%PDF-`` count from there.
    """

    source: Source
    base: int
    header: str
    sections: list[Section] = field(default_factory=list)
    trailer: dict[str, Value] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    cipher: Cipher | None = None
    _object_streams: dict[int, tuple[bytes, dict[int, int], Range]] = field(default_factory=dict)
    _loading: set[int] = field(default_factory=set)
    most_steps: int = MOST_STEPS
    _steps: int = 0
    _spent: int = 0

    @classmethod
    def opened(cls, source: Source, *, strict: bool = False) -> PdfFile:
        """The file behind ``source``. Raises ``Malformed`` where it has no PDF header, or (strict, or nothing found) no usable objects."""
        head = source.at_most(0, 1024)  # ISO 32000-1, implementation note 13: readers accept the header within the first 1,024 bytes
        header = re.search(rb"%PDF-(\d\.\d)", head)
        if header is None:
            raise Malformed("there is no %PDF- header in the first 1,024 bytes", 0)
        file = cls(source, 0, header[1].decode("ascii"))
        try:
            file.sections = file._chained(header.start())
        except (LabelError, Incomplete) as problem:
            if strict:
                raise problem if isinstance(problem, LabelError) else Malformed(_reason(problem)) from problem
            file.base = 0
            file.sections = [scanned(file)]
            file.gaps.append(Gap(f"the cross-reference table is broken, objects were found by scanning: {_reason(problem)}"))
        file.trailer = file.sections[0].trailer
        if file.encrypted:
            try:
                file.cipher = file._cipher()
            except (LabelError, ValueError) as problem:
                file.gaps.append(Gap(f"the encryption of the document was not understood: {problem}"))
        return file

    @property
    def encrypted(self) -> bool:
        """True if the strings and streams of the file are encrypted (7.6)."""
        return self.trailer.get("Encrypt") is not None

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``, counted against ``MOST_BYTES``. Raises ``OverLimit``."""
        self._spent += length
        if self._spent > MOST_BYTES:
            raise OverLimit(f"more than {MOST_BYTES} bytes of this PDF would have to be read", offset)
        return self.source.at_most(offset, length)

    def find(self, reference: Ref) -> Found | None:
        """The object that ``reference`` names, or None where it is free or was never written. Raises ``LabelError``."""
        for section in self.sections:
            self._steps += section.steps
            if self._steps > self.most_steps:
                raise OverLimit("looking up objects in the cross-reference sections takes too many steps")
            where = section.find(reference.number)
            if isinstance(where, InStream):
                return self._in_stream(reference.number, where)
            if isinstance(where, int):
                return self.at(where + self.base, reference.number)
            if where is FREE:
                return None
        return None

    def value(self, value: Value) -> Value:
        """``value``, or what it refers to."""
        for _ in range(8):  # a reference to a reference is not allowed (7.3.10); a few are tolerated, a circle ends
            if not isinstance(value, Ref):
                return value
            found = self.find(value)
            value = found.value if found else None
        return None

    def at(self, offset: int, number: int | None = None) -> Found:
        """The indirect object that begins at ``offset``. Raises ``Malformed`` where none does, or another than ``number``."""
        window = _FIRST_WINDOW
        while True:
            data = self.read(offset, window)
            head = _OBJECT.match(data)
            if head is None:
                raise Malformed("no object begins where the cross-reference table says", offset)
            if number is not None and int(head[1]) != number:
                raise Malformed(f"object {int(head[1])} stands where object {number} should", offset)
            try:
                value, stop = parse(data, head.end())
            except Incomplete:
                if window >= _LONGEST_OBJECT or offset + window >= self.source.size:
                    raise Malformed("an object does not end", offset) from None
                window *= 8
                continue
            return Found(value, data, head.end(), stop, Range(offset, offset + stop), Ref(int(head[1]), int(head[2])))

    def stream(self, found: Found) -> Stream:
        """The decoded stream of an object. Raises ``Malformed``, ``OverLimit``, or ``Unsupported`` for a filter that is not read here."""
        if not isinstance(found.value, dict):
            raise Malformed("a stream has no dictionary", found.carrier.start)
        about = found.value
        begin = found.carrier.stop
        keyword = _STREAM.match(self.read(begin, 32))
        if keyword is None:
            raise Malformed("an object that should be a stream is none", begin)
        begin += keyword.end()
        length = self.value(about.get("Length"))
        if not isinstance(length, int) or length < 0 or length > self.source.size - begin:
            raise Malformed("the length of a stream is not known", begin)
        raw = self.read(begin, length)
        if not _ENDSTREAM.match(self.read(begin + length, 32)):
            raise Malformed("a stream does not end where its length says", begin)
        if self.encrypted and about.get("Type") != "XRef":
            raw = self._decrypted(raw, about, found.reference)
        return Stream(about, self._decoded(raw, about), Range(found.carrier.start, begin + length))

    def object_stream_values(self, number: int) -> list[tuple[int, Value]]:
        """The numbers and values of all objects of an object stream; those that do not parse are left out. Raises ``LabelError``."""
        buffer, places, _ = self._object_stream(number)
        values: list[tuple[int, Value]] = []
        for inside, at in places.items():
            try:
                values.append((inside, parse(buffer, at)[0]))
            except (Incomplete, Malformed):
                continue
        return values

    def plain(self, value: Value, reference: Ref | None) -> Value:
        """A value of the object ``reference`` with its strings decrypted, where the file has them encrypted. Raises ``LabelError``."""
        if reference is None or self.cipher is None:
            return value
        if isinstance(value, bytes):
            return self.cipher.string(value, *reference)
        if isinstance(value, list):
            return [self.plain(each, reference) for each in value]
        return {key: self.plain(each, reference) for key, each in value.items()} if isinstance(value, dict) else value

    def _decrypted(self, raw: bytes, about: dict[str, Value], reference: Ref | None) -> bytes:
        if about.get("Type") == "Metadata" and self._metadata_is_plain():
            return raw
        if self.cipher is None or reference is None:
            raise Unsupported("a stream of an encrypted PDF was not decrypted")
        return self.cipher.stream(raw, *reference)

    def _metadata_is_plain(self) -> bool:
        encrypt = self.value(self.trailer.get("Encrypt"))
        return isinstance(encrypt, dict) and encrypt.get("EncryptMetadata") is False

    def _cipher(self) -> Cipher | None:
        encrypt = self.value(self.trailer.get("Encrypt"))
        identifier = self.value(self.trailer.get("ID"))
        first = self.value(identifier[0]) if isinstance(identifier, list) and identifier else b""
        if not isinstance(encrypt, dict) or not isinstance(first, bytes):
            return None
        from brightline.labels.containers.pdf_encryption import cipher_of

        return cipher_of({key: self.value(each) for key, each in encrypt.items()}, first)

    def _chained(self, header_at: int) -> list[Section]:
        tail_at = max(0, self.source.size - 4096)  # own choice: four times Acrobat's 1,024, for junk after the end
        tail = self.read(tail_at, 4096)
        starts = _STARTXREF.findall(tail)
        if not starts:
            raise Malformed("there is no startxref at the end")
        start = int(starts[-1])
        for base in dict.fromkeys((0, header_at)):
            if _SECTION.match(self.read(start + base, 64)):
                self.base = base
                return chain(self, start)
        raise Malformed("startxref does not name a cross-reference section", tail_at)

    def _in_stream(self, number: int, where: InStream) -> Found:
        buffer, places, carrier = self._object_stream(where.stream)
        if number not in places:
            raise Malformed(f"object {number} is not in object stream {where.stream}", carrier.start)
        start = places[number]
        try:
            value, stop = parse(buffer, start)
        except Incomplete:
            raise Malformed("an object of an object stream does not end", carrier.start) from None
        return Found(value, buffer, start, stop, carrier)

    def _object_stream(self, number: int) -> tuple[bytes, dict[int, int], Range]:
        if number in self._object_streams:
            return self._object_streams[number]
        if number in self._loading:
            raise Malformed(f"object stream {number} lies in itself")
        self._loading.add(number)
        try:
            holder = self.find(Ref(number, 0))
        finally:
            self._loading.discard(number)
        if holder is None:
            raise Malformed(f"object stream {number} is missing")
        stream = self.stream(holder)
        count, first = stream.about.get("N"), stream.about.get("First")
        if not isinstance(count, int) or not isinstance(first, int) or not 0 <= count <= _MOST_IN_STREAM or first < 0:
            raise Malformed(f"object stream {number} has no usable N and First", stream.carrier.start)
        numbers = [int(word) for word in re.findall(rb"\d{1,10}", stream.data[:first])[: 2 * count]]
        places = {each: first + at for each, at in zip(numbers[::2], numbers[1::2], strict=False)}
        # Objects end with the buffer: a blank lets the last number or name of it be told from a cut one.
        self._object_streams[number] = stream.data + b" \n]", places, stream.carrier
        return self._object_streams[number]

    def _decoded(self, data: bytes, about: dict[str, Value]) -> bytes:
        filters = self.value(about.get("Filter"))
        parameters = self.value(about.get("DecodeParms"))
        names = filters if isinstance(filters, list) else [] if filters is None else [filters]
        settings = parameters if isinstance(parameters, list) else [parameters]
        if len(names) > 4:  # own choice: two are seen in files, more multiply the work
            raise OverLimit(f"a stream has {len(names)} filters")
        for place, name in enumerate(names):
            setting = self.value(settings[place]) if place < len(settings) else None
            data = _unfiltered(data, str(self.value(name)), setting if isinstance(setting, dict) else {})
        return data


def _reason(problem: LabelError | Incomplete) -> str:
    return problem.message if isinstance(problem, LabelError) else "a cross-reference section does not end"


def _unfiltered(data: bytes, name: str, setting: dict[str, Value]) -> bytes:
    if name in ("FlateDecode", "Fl"):
        inflater = zlib.decompressobj()
        try:
            out = inflater.decompress(data, MOST_INFLATED)
        except zlib.error as problem:
            raise Malformed(f"a stream does not inflate: {problem}") from None
        if inflater.unconsumed_tail:
            raise OverLimit(f"a stream inflates to more than {MOST_INFLATED} bytes")
        return _unpredicted(out, setting)
    try:
        if name in ("ASCIIHexDecode", "AHx"):
            digits = re.sub(rb"\s+", b"", data.split(b">", 1)[0])
            return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
        if name in ("ASCII85Decode", "A85"):
            return a85decode(data.strip().removesuffix(b"~>"))
    except ValueError as problem:
        raise Malformed(f"a stream is not {name}: {problem}") from None
    raise Unsupported(f"streams with the filter {name[:40]} are not read")


def _unpredicted(data: bytes, setting: dict[str, Value]) -> bytes:
    """Undo a PNG predictor (7.4.4.4) of one-byte samples: what cross-reference streams use, and all that is read here."""
    predictor, width = setting.get("Predictor", 1), setting.get("Columns", 1)
    if predictor == 1 or not data:
        return data
    if not isinstance(predictor, int) or predictor < 10 or not isinstance(width, int) or not 1 <= width <= 64:
        raise Unsupported("a stream has a predictor that is not read")
    if setting.get("Colors", 1) != 1 or setting.get("BitsPerComponent", 8) != 8:
        raise Unsupported("a stream has a predictor of samples that are not one byte")
    rows = len(data) // (width + 1)
    data = data[: rows * (width + 1)]
    kinds = set(data[:: width + 1])
    if not kinds <= {0, 2}:
        raise Unsupported("a stream has rows with predictors other than None and Up")
    out = bytearray(rows * width)
    for column in range(width):
        values = data[column + 1 :: width + 1]
        if kinds == {2}:
            out[column::width] = bytes(value & 0xFF for value in accumulate(values))
        elif kinds == {0}:
            out[column::width] = values
        else:
            above = 0
            for row, value in enumerate(values):
                above = (above + value if data[row * (width + 1)] else value) & 0xFF
                out[row * width + column] = above
    return bytes(out)


_OBJECT = re.compile(rb"[\x00\t\n\x0c\r ]*(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+obj")
_STREAM = re.compile(rb"[\x00\t\n\x0c\r ]*stream(?:\r\n|\n|\r)")
_ENDSTREAM = re.compile(rb"[\x00\t\n\x0c\r ]*endstream")
_STARTXREF = re.compile(rb"startxref[\x00\t\n\x0c\r ]+(\d{1,15})")
_SECTION = re.compile(rb"[\x00\t\n\x0c\r ]*(?:xref|\d{1,10}[\x00\t\n\x0c\r ]+\d{1,5}[\x00\t\n\x0c\r ]+obj)")
