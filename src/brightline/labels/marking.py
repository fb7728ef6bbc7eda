"""``mark``: everything that a provider has to put on a file, in the one order that works, in one call.

    explicit label → watermark → implicit label (signed, bound to the content) → C2PA manifest

The first two change what is seen or heard and need an encoder; the third never touches the media; the last covers the whole
file with a hash, so nothing may be written after it. Each part is asked for by its argument; without any, ``mark`` writes the
implicit label alone. What was made is read back and proved (``implicit.py``, ``proof.py``), or an error is raised and nothing is put out.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from brightline.labels.containers.reading import Kept, Plan
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, ProofFailed, Unsupported
from brightline.labels.implicit import Proof, Written, write_label
from brightline.labels.label import ImplicitLabel, checked
from brightline.labels.proof import ProofStep, prove_label
from brightline.labels.registry import container_for, media_type_of
from brightline.labels.writing import for_writing, refusals, write_new

if TYPE_CHECKING:
    from brightline.labels.provenance import Credential
    from brightline.labels.rendering import Explicit, Rendered, Watermark
    from brightline.labels.security import Role, Sm2Key

__all__ = ["Marked", "mark"]

_SM3_UP_TO = 32 << 20
"""Bytes of media that are bound by SM3; more by SHA-256, which is three times as fast here (benchmarks/label_c2pa.py). Own choice."""

_BROKEN_MANIFEST = "the C2PA manifest that the file has no longer covers it; with a certificate (label_c2pa_chain) it is signed anew"


@dataclass(frozen=True, slots=True)
class Marked:
    """What came of it. ``data``: the file where bytes went in; ``path``: the file where a path went in.

    ``label``: as written, with its signature. ``written``: how the implicit label went in, what it replaced, what was proved.
    ``rendered``: the explicit label and the watermark, where they were asked for. ``notes``: what is not as before, in plain words.
    """

    container: str
    label: ImplicitLabel
    written: Written
    rendered: Rendered | None
    steps: tuple[ProofStep, ...]
    notes: tuple[str, ...] = ()
    data: bytes | None = None
    path: Path | None = None


def _nothing(_: Marked) -> None:
    """What is done before a file is put out where nobody wants to know."""


def mark(
    file: str | Path | bytes,
    label: ImplicitLabel,
    *,
    out: str | Path | None = None,
    in_place: bool = False,
    name: str = "",
    explicit: Explicit | None = None,
    watermark: Watermark | None = None,
    key: Sm2Key | None = None,
    credential: Credential | None = None,
    anchors: str = "",
    propagating: bool = False,
    proof: Proof = "quick",
    before_put_out: Callable[[Marked], None] = _nothing,
) -> Marked:
    """Label ``file`` as asked. Bytes in, bytes out; a path needs ``out`` or ``in_place``.

    ``explicit``: a label that is seen or heard (pictures, sound, video, documents, text). ``watermark``: pictures and sound. ``key``: signs
    the label and binds it to the content. ``credential``: adds a C2PA manifest, with the file as it came as its parent where the
    label passes somebody else's content on; ``anchors`` (PEM) tell whether that parent was signed by somebody who is trusted.
    ``name``: the file name of bytes. ``propagating``: see ``label.checked``.

    ``before_put_out`` is called once, when everything is proved and nothing yet stands where it should go: to keep a record first.
    It gets what will be returned, but with the ``path`` where the file lies until then; if it raises, nothing is put out.

    Raises ``LabelError`` (``errors.py`` lists the blocks), ``OSError`` for a path that cannot be read, and what ``before_put_out``
    raises; nothing is put out then, and a file that should be labelled in place is as it was.
    """
    checked(label, propagating=propagating)
    role: Role = "platform" if propagating else "producer"
    asked = _Asked(label, explicit, watermark, key, credential, anchors, role, proof)
    if isinstance(file, bytes):
        if out is not None or in_place:
            raise LabelError("BL-LABEL-025", "bytes have no place of their own", "pass a path, or leave out and in_place away")
        marked = _marked_bytes(file, name, asked)
        before_put_out(marked)
        return marked
    if in_place == (out is not None):
        raise LabelError("BL-LABEL-025", "a path needs either out=… or in_place=True", "name where the labelled file should go")
    path = Path(file)
    if asked.only_metadata:
        return _mark_metadata(path, out, in_place, asked, before_put_out)
    target = path.resolve() if in_place else Path(str(out))
    with for_writing(target) if in_place else nullcontext():
        return _mark_file(path, target, asked, before_put_out)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for, besides the file; as the arguments of ``mark``."""

    label: ImplicitLabel
    explicit: Explicit | None
    watermark: Watermark | None
    key: Sm2Key | None
    credential: Credential | None
    anchors: str
    role: Role
    proof: Proof

    @property
    def renders(self) -> bool:
        """True where the media itself changes."""
        return self.explicit is not None or self.watermark is not None

    @property
    def only_metadata(self) -> bool:
        """True where one writing is enough."""
        return not self.renders and self.credential is None

    @property
    def propagating(self) -> bool:
        """True where a platform passes somebody else's content on."""
        return self.role == "platform"


def _mark_metadata(path: Path, out: str | Path | None, in_place: bool, asked: _Asked, before_put_out: Callable[[Marked], None]) -> Marked:
    notes = (_BROKEN_MANIFEST,) if _has_manifest(path) else ()
    signed = _signed(path, asked, path.name)

    def marked(written: Written) -> Marked:
        return Marked(written.container, signed, written, None, written.steps, notes, path=written.path)

    written = write_label(
        path,
        signed,
        out=out,
        in_place=in_place,
        proof=asked.proof,
        propagating=asked.propagating,
        before_put_out=lambda written: before_put_out(marked(written)),
    )
    return marked(written)


def _mark_file(path: Path, target: Path, asked: _Asked, before_put_out: Callable[[Marked], None]) -> Marked:
    """The stages that need files between them, in a folder beside the target, which is replaced at the end, in one step."""
    with _room_beside(target, path) as room:
        marked = _marked_in(room, path, target.name, asked)
        fresh = Path(str(marked.path))
        if marked.written.how == "beside":  # the side-car does not come along with its text: both are made once more where they go
            write_label(fresh, marked.label, out=target, before_put_out=lambda _: before_put_out(marked))
        else:
            with opened(fresh) as source:
                whole = Plan((Kept(0, source.size),))
                write_new(source, whole, target, lambda _: before_put_out(marked), like=target if target.exists() else path)
        return replace(marked, path=target, written=replace(marked.written, path=target))


def _marked_bytes(data: bytes, name: str, asked: _Asked) -> Marked:
    needs_a_file = asked.credential is not None
    if asked.renders:
        from brightline.labels.rendering import works_on_bytes

        needs_a_file = needs_a_file or not works_on_bytes(data, name)
    if needs_a_file:
        with tempfile.TemporaryDirectory(prefix="brightline-label-") as folder, refusals(Path(name or "the file")):
            came = Path(folder) / _safe(data, name)
            came.write_bytes(data)
            marked = _marked_in(Path(folder), came, came.name, asked)
            if marked.written.how == "beside":
                raise Unsupported("text in memory has nothing beside which a label could stand", "pass a path")
            whole = Path(str(marked.path)).read_bytes()
            return replace(marked, data=whole, path=None, written=replace(marked.written, path=None))
    rendered: Rendered | None = None
    notes: tuple[str, ...] = (_BROKEN_MANIFEST,) if _has_manifest(data, name) else ()
    if asked.renders:
        from brightline.labels.rendering import rendered_bytes

        rendered = rendered_bytes(data, name, asked.explicit, asked.watermark)
        data, notes = rendered.data, rendered.notes
    signed = _signed(data, asked, name)
    written = write_label(data, signed, name=name, proof=asked.proof, propagating=asked.propagating)
    return Marked(written.container, signed, written, rendered, written.steps, notes, data=written.data)


def _marked_in(room: Path, path: Path, name: str, asked: _Asked) -> Marked:
    """The labelled file, somewhere in ``room``, where it has the suffix of ``name``."""
    current, rendered, suffix = path, None, Path(name).suffix
    if asked.renders:
        from brightline.labels.rendering import rendered_file

        current = room / f"rendered{path.suffix}"
        rendered = rendered_file(path, current, asked.explicit, asked.watermark)
    signed = _signed(current, asked, name)
    made = room / f"labelled{suffix}"
    written = write_label(current, signed, out=made, proof=asked.proof, propagating=asked.propagating)
    steps = list(written.steps)
    if asked.credential is not None:
        with_manifest = room / f"credential{suffix}"
        parent = path if asked.propagating or _has_manifest(path) else None
        steps += _with_credential(made, with_manifest, signed, asked, asked.credential, parent)
        made = with_manifest
    return Marked(written.container, signed, written, rendered, tuple(steps), rendered.notes if rendered else (), path=made)


@contextmanager
def _room_beside(target: Path, path: Path) -> Iterator[Path]:
    """A folder for the files between the stages, on the file system where the last of them will be."""
    with path.open("rb"):
        pass  # one that cannot be read is told as such, and not as a target that cannot be written
    with refusals(target), tempfile.TemporaryDirectory(prefix=".brightline-", dir=target.parent) as folder:
        yield Path(folder)


def _signed(file: Path | bytes, asked: _Asked, name: str) -> ImplicitLabel:
    """The label with its signature, bound to the content where what comes afterwards leaves the bytes of the media alone."""
    if asked.key is None:
        return asked.label
    from brightline.labels.provenance import is_written_anew
    from brightline.labels.security import media_digest, sign_label

    with opened(file, name) as source:
        reading = container_for(source).read(source)
        size = sum(stop - start for start, stop in reading.media)
        stays = asked.credential is None or not is_written_anew(media_type_of(source))
        digest = media_digest(source, reading.media, "sm3" if size <= _SM3_UP_TO else "sha256") if size and stays else None
    return sign_label(asked.label, asked.key, media_digest=digest, role=asked.role)


def _has_manifest(file: Path | bytes, name: str = "") -> bool:
    with opened(file, name) as source:
        return "c2pa" in container_for(source).read(source).facts


def _with_credential(
    file: Path, out: Path, label: ImplicitLabel, asked: _Asked, credential: Credential, parent: Path | None
) -> list[ProofStep]:
    from brightline.labels.provenance import sign_c2pa, verify_c2pa

    with opened(file) as source:
        media_type = media_type_of(source)
    drawn, hidden = asked.explicit is not None, asked.watermark is not None
    sign_c2pa(file, out, credential, label, media_type=media_type, parent=parent, drawn=drawn, watermarked=hidden, anchors=asked.anchors)
    prove_label(out, out.name, label)
    found = verify_c2pa(out, media_type)
    if found.state not in ("trusted", "untrusted"):
        raise ProofFailed(f"the manifest that was just written reads back as {found.state}: {', '.join(found.codes)}")
    return [_same_coded_media(file, out, media_type), ProofStep("c2pa.verified", "passed", f"{found.manifests} manifests")]


def _same_coded_media(before: Path, after: Path, media_type: str) -> ProofStep:
    """The library that puts the manifest in is somebody else's: its output is compared too. Raises ``ProofFailed``."""
    from brightline.labels.provenance import is_written_anew

    if is_written_anew(media_type):
        return ProofStep("c2pa.media", "not_inspected", "the library writes such files anew, so their bytes cannot be compared")
    digest = _media_sha256(before)
    if _media_sha256(after) != digest:
        raise ProofFailed("the coded media changed when the C2PA manifest was put in")
    return ProofStep("c2pa.media", "passed", digest)


def _media_sha256(file: Path) -> str:
    from brightline.labels.security import media_digest

    with opened(file) as source:
        return media_digest(source, container_for(source).read(source).media, "sha256")


def _safe(data: bytes, name: str) -> str:
    """A file name for bytes, with the suffix of their format: ffmpeg and the C2PA library look at it."""
    source = Source(data, name)
    suffix = Path(name).suffix.lower()
    container = container_for(source)
    return secrets.token_hex(4) + (suffix if suffix in container.suffixes else container.suffixes[0])
