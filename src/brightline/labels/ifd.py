"""The directories of TIFF and of EXIF: every field with the place of its value, bounded, both byte orders, BigTIFF too.

Follows TIFF 6.0 (section 2: image file directories; 12 bytes a field), BigTIFF (20 bytes a field, 8-byte offsets) and CIPA
DC-008 (EXIF 3.0; 4.6.3: the pointers to the Exif, GPS and interoperability directories). It does not follow the private
directories inside MakerNote: their offsets mean something else with every maker.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from brightline.labels.containers.reading import Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit

__all__ = ["TYPE_SIZES", "Directory", "DirectoryKind", "Field", "Tiff", "read_tiff"]

DirectoryKind = Literal["page", "sub", "exif", "gps", "interoperability"]

TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8, 129: 1}
"""Bytes of one value by field type: TIFF 6.0, section 2; 13 of its supplement; 16–18 of BigTIFF; 129 (UTF-8) of EXIF 3.0."""

_MOST_DIRECTORIES = 8192  # own choice: long scans have some thousand pages
_MOST_FIELDS = 262_144  # own choice: 8,192 pages with 32 fields
_MOST_IN_ONE = 4096  # own choice: real directories have fewer than 100 fields
_POINTERS: dict[int, DirectoryKind] = {0x014A: "sub", 0x8769: "exif", 0x8825: "gps", 0xA005: "interoperability"}


class Field(NamedTuple):
    """One field: where its own bytes are (``at``), where those of its value (``value_at``), and how many those are (``size``)."""

    tag: int
    type: int
    values: int
    at: int
    value_at: int
    size: int


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory. ``next_at``: where the offset of the next page stands, ``next`` that offset (0: none)."""

    kind: DirectoryKind
    offset: int
    fields: tuple[Field, ...]
    next_at: int
    next: int

    def field(self, tag: int) -> Field | None:
        """The first field with this tag."""
        return next((field for field in self.fields if field.tag == tag), None)


@dataclass(frozen=True, slots=True)
class Tiff:
    """The structure of one file or EXIF block. ``order`` is ``<`` or ``>`` as in ``struct``; ``first_at``: where the first offset stands."""

    order: str
    big: bool
    directories: tuple[Directory, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def first_at(self) -> int:
        return 8 if self.big else 4

    @property
    def word(self) -> str:
        """The ``struct`` format of one offset."""
        return self.order + ("Q" if self.big else "I")

    def numbers(self, source: Source, field: Field) -> tuple[int, ...]:
        """The values of a field of unsigned whole numbers. Raises ``Malformed`` for another type and ``Truncated``."""
        kind = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}.get(field.type)
        if kind is None:
            raise Malformed(f"the TIFF field {field.tag} has type {field.type} where numbers are expected", field.at)
        return struct.unpack(f"{self.order}{field.values}{kind}", source.read(field.value_at, field.size))


def read_tiff(source: Source, *, strict: bool) -> Tiff:
    """The directories of ``source`` in the order of their links, those below a page behind it.

    ``strict``: a directory that cannot be read, or that is linked twice, is an error (``Malformed``, ``Truncated``,
    ``OverLimit``); otherwise it is a ``Gap``. A head that is no TIFF head is ``Malformed`` in any case.
    """
    head = source.at_most(0, 16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        raise Malformed("this does not begin as TIFF does", 0)
    version = struct.unpack_from(order + "H", head, 2)[0]
    if version == 43:
        if len(head) < 16 or struct.unpack_from(order + "HH", head, 4) != (8, 0):
            raise Malformed("the BigTIFF head is not 8-byte offsets and zero", 4)
        first = struct.unpack_from(order + "Q", head, 8)[0]
    elif version == 42:
        first = struct.unpack_from(order + "I", head, 4)[0]
    else:
        raise Malformed(f"the TIFF version is {version}, not 42 or 43", 2)
    empty = Tiff(order, version == 43, ())
    gaps: list[Gap] = []
    directories: list[Directory] = []
    for found in _followed(source, empty, first, strict):
        if isinstance(found, Gap):
            gaps.append(found)
        else:
            directories.append(found)
    return Tiff(order, version == 43, tuple(directories), tuple(gaps))


def _followed(source: Source, tiff: Tiff, first: int, strict: bool) -> Iterator[Directory | Gap]:
    seen: set[int] = set()
    waiting: list[tuple[int, DirectoryKind]] = [(first, "page")] if first else []
    fields = 0
    while waiting:
        offset, kind = waiting.pop()
        try:
            if offset in seen:
                raise Malformed("a TIFF directory is linked twice", offset)
            seen.add(offset)
            directory = _directory(source, tiff, offset, kind)
            fields += len(directory.fields)
            if len(seen) > _MOST_DIRECTORIES or fields > _MOST_FIELDS:
                raise OverLimit(f"more than {_MOST_DIRECTORIES} TIFF directories or {_MOST_FIELDS} fields", offset)
        except LabelError as problem:
            if strict:
                raise
            yield Gap(problem.message, offset)
            if isinstance(problem, OverLimit):
                return
            continue
        yield directory
        if directory.next:
            waiting.append((directory.next, kind))
        below: list[tuple[int, DirectoryKind]] = []
        for field in directory.fields:
            pointer = _POINTERS.get(field.tag)
            if pointer is None:
                continue
            try:
                if field.values > _MOST_DIRECTORIES:
                    raise OverLimit(f"a TIFF field points to {field.values} directories", field.at)
                below += [(to, pointer) for to in tiff.numbers(source, field) if to]
            except LabelError as problem:
                if strict:
                    raise
                yield Gap(problem.message, field.at)
        waiting.extend(reversed(below))


def _directory(source: Source, tiff: Tiff, offset: int, kind: DirectoryKind) -> Directory:
    count_size, size, word_size = (8, 20, 8) if tiff.big else (2, 12, 4)
    count = struct.unpack(tiff.order + ("Q" if tiff.big else "H"), source.read(offset, count_size))[0]
    if count > _MOST_IN_ONE:
        raise OverLimit(f"a TIFF directory claims {count} fields; at most {_MOST_IN_ONE} are followed", offset)
    start = offset + count_size
    data = source.read(start, count * size)
    fields = []
    shape = tiff.order + ("HHQQ" if tiff.big else "HHII")
    for number, (tag, type_, values, value) in enumerate(struct.iter_unpack(shape, data)):
        at = start + number * size
        length = TYPE_SIZES.get(type_, 0) * values
        fields.append(Field(tag, type_, values, at, at + size - word_size if length <= word_size else value, length))
    next_at = start + count * size
    # EXIF writers leave out the last link now and then: a file that ends right there has no next page.
    link = source.at_most(next_at, word_size)
    return Directory(kind, offset, tuple(fields), next_at, struct.unpack(tiff.word, link)[0] if len(link) == word_size else 0)
