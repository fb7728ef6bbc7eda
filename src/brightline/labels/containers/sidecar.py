"""Plain text and JSON have no place for metadata: the label goes into a side-car file beside them. **Our own convention.**

``NAME.aigc.json`` beside ``NAME``: the wrapped form of the label, and the SHA-256 digest and size of the content it speaks of, so that a
side-car which was moved to another file, or whose file was changed, is told from one that holds. The Labelling Measures (Art. 4)
ask for the *explicit* label in exported text in any case; this is for whoever wants the implicit one too.

Not done: nothing is written into the text itself (no invisible characters), and a side-car is lost by whoever copies one file alone.
"""

from __future__ import annotations

import errno
import hashlib
import json
from pathlib import Path

from brightline.labels.containers.container import Container
from brightline.labels.containers.reading import Entry, Gap, Plan, Range, Reading
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, Unsupported

__all__ = ["CONVENTION", "PLAIN", "SUFFIX", "digest_of", "read_sidecar", "sidecar_for", "sidecar_path"]

SUFFIX = ".aigc.json"
CONVENTION = "brightline-sidecar/1"
"""Named in every side-car; a changed layout gets another number."""

_LONGEST = 256 << 10  # bytes of a side-car; own choice: a label of the longest values has 41 kB


class _Plain:
    name = "text"
    media_types = ("text/plain", "application/json", "text/csv")
    suffixes = (".txt", ".text", ".json", ".jsonl", ".csv", ".log")

    def accepts(self, head: bytes, name: str) -> bool:
        return name.lower().endswith(self.suffixes) and not name.lower().endswith(SUFFIX)

    def read(self, source: Source) -> Reading:
        beside = read_sidecar(source.path) if source.path else None
        media = (Range(0, source.size),) if source.size else ()
        return Reading("text", beside.entries, media, beside.gaps, beside.facts) if beside else Reading("text", (), media)

    def plan(self, source: Source, value: str) -> Plan:
        raise Unsupported(
            "plain text has no place for metadata",
            f"write the side-car {source.name or 'NAME'}{SUFFIX}, and put the explicit label into the text",
        )


def sidecar_path(path: Path) -> Path:
    """Where the side-car of ``path`` lies: in the same folder, its whole name with ``.aigc.json`` behind."""
    return path.with_name(path.name + SUFFIX)


def digest_of(source: Source) -> str:
    """SHA-256 over all bytes of the content, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in source.chunks(0, source.size):
        digest.update(piece)
    return digest.hexdigest()


def sidecar_for(path: Path, value: str, digest: str) -> bytes:
    """The side-car's bytes for the content at ``path`` with that digest, holding ``value``, the bare seven-key JSON."""
    document = {
        "AIGC": json.loads(value),
        "content": {"name": path.name, "size_bytes": path.stat().st_size, "sha256": digest},
        "convention": CONVENTION,
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def read_sidecar(path: Path) -> Reading | None:
    """The side-car of the content at ``path``; None where there is none.

    Its label is an entry with place ``sidecar``. Where it speaks of other content (another digest) the place is ``sidecar.quoted``:
    it labels nothing here, and the gap says why. Raises ``OSError`` for a file that cannot be read; never for what stands in it.
    """
    beside = sidecar_path(path)
    try:
        if not beside.is_file():
            return None
    except OSError as problem:
        if problem.errno == errno.ENAMETOOLONG:
            return None  # no side-car of that name can lie there
        raise
    size = beside.stat().st_size
    if size > _LONGEST:
        return _broken(f"it has {size} bytes, at most {_LONGEST} are read")
    with beside.open("rb") as file:
        raw = file.read(_LONGEST)
    try:
        document = json.loads(raw.decode("utf-8-sig"))
        content, label = document["content"], document["AIGC"]
        told = str(content["sha256"]).lower()
    except (ValueError, KeyError, TypeError, RecursionError):
        return _broken("it is no side-car with AIGC and content.sha256")
    if document.get("convention") != CONVENTION:
        return _broken(f"its convention is not {CONVENTION}")
    try:
        with opened(path) as source:
            holds = digest_of(source) == told
    except LabelError as problem:
        return _broken(problem.message)
    value = label if isinstance(label, str) else json.dumps(label, ensure_ascii=False)
    gaps = () if holds else (Gap("the side-car speaks of other content: its digest is not that of this file", 0),)
    entry = Entry("sidecar" if holds else "sidecar.quoted", "AIGC", value, 0, len(raw), standard=holds)
    return Reading("sidecar", (entry,), (), gaps, {"sidecar": beside.name})


def _broken(why: str) -> Reading:
    return Reading("sidecar", (), (), (Gap(f"the side-car was not read: {why}", 0),))


PLAIN: Container = _Plain()
