"""Puts the implicit label into a file of any kind and proves it; or raises, and nothing was put out.

Bytes in, bytes out; a path in, a new file out (``out``) or the file itself (``in_place``). Where a format allows it (MP4), a
label in place moves no media byte and takes milliseconds whatever the size of the file.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from brightline.labels.containers.reading import Kept, Plan, Reading
from brightline.labels.containers.sidecar import PLAIN, digest_of, sidecar_for, sidecar_path
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, ProofFailed, Unsupported
from brightline.labels.label import ImplicitLabel, checked
from brightline.labels.proof import ProofStep, prove_label, prove_patches, prove_pieces, same_media
from brightline.labels.registry import container_for
from brightline.labels.second_readers import PROGRAMS, seen_by_library
from brightline.labels.sites import Site, sites_in
from brightline.labels.writing import can_be_undone, for_writing, patch_in_place, recover, undo_path, write_new, written

__all__ = ["Proof", "Written", "write_label"]

Proof = Literal["quick", "full"]


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it. ``data`` is the labelled file where bytes went in, ``path`` where a file was written.

    ``replaced``: the labels that stood there before. ``how``: ``patched`` in place, ``rewritten``, or
    ``beside`` the file (plain text has no place for a label). ``steps``: what was proved.
    """

    container: str
    label: ImplicitLabel
    replaced: tuple[Site, ...]
    how: Literal["patched", "rewritten", "beside"]
    steps: tuple[ProofStep, ...]
    data: bytes | None = None
    path: Path | None = None


def _nothing(_: Written) -> None:
    """What is done before a file is put out where nobody wants to know."""


def write_label(
    file: str | Path | bytes,
    label: ImplicitLabel,
    *,
    out: str | Path | None = None,
    in_place: bool = False,
    name: str = "",
    proof: Proof = "quick",
    propagating: bool = False,
    before_put_out: Callable[[Written], None] = _nothing,
) -> Written:
    """Put ``label`` into ``file`` as its only implicit label, at the place of the TC260 guide, without touching the media.

    ``name``: the file name of bytes, where the format is only known by it (text). A path needs ``out`` or ``in_place``.
    ``before_put_out`` is told what was made once it is proved, and before it is handed out (see ``marking.mark``). Raises
    ``LabelError`` (see ``errors.py``: the label's fields, the container, writing, proof), ``OSError`` for a path that cannot
    be read, and what ``before_put_out`` raises; the file is then as it was, and there is no other.
    """
    checked(label, propagating=propagating)
    if isinstance(file, bytes):
        if out is not None or in_place:
            raise LabelError("BL-LABEL-025", "bytes have no place of their own", "pass a path, or leave out and in_place away")
        made = _into_bytes(file, label, name, proof)
        before_put_out(made)
        return made
    path = Path(file).resolve() if in_place else Path(file)
    if in_place == (out is not None):
        raise LabelError("BL-LABEL-025", "a path needs either out=… or in_place=True", "name where the labelled file should go")
    if in_place:
        with opened(path) as source:
            if container_for(source) is PLAIN:
                return _beside(source, label, path, before_put_out)
        return _in_place(path, label, proof, before_put_out)
    target = Path(str(out))
    if undo_path(path).exists():
        recover(path)
    with opened(path) as source:
        if container_for(source) is PLAIN:
            return _beside(source, label, target, before_put_out)
        return _into_file(source, label, target, path, proof, before_put_out)


def _into_bytes(data: bytes, label: ImplicitLabel, name: str, proof: Proof) -> Written:
    source = Source(data, name)
    container = container_for(source)
    before = container.read(source)
    plan = container.plan(source, label.to_json())
    result = written(source, plan)
    after, step = prove_label(result, name, label)
    steps = [step, prove_pieces(before, plan, after.reading)]
    steps += _digests(source, before, Source(result, name), after.reading)
    steps += _second_opinions(before, result, label, data)
    if proof == "full":
        steps += _full((data, before), (result, after.reading), label, name)
    return Written(before.container, label, _labels_of(before), "rewritten", tuple(steps), data=result)


def _into_file(
    source: Source, label: ImplicitLabel, target: Path, origin: Path, proof: Proof, before_put_out: Callable[[Written], None]
) -> Written:
    container = container_for(source)
    before = container.read(source)
    plan = container.plan(source, label.to_json())
    made = Written(before.container, label, _labels_of(before), "rewritten", (), path=target)

    def check(fresh: Path) -> None:
        nonlocal made
        after, step = prove_label(fresh, target.name, label)
        steps = [step, prove_pieces(before, plan, after.reading)]
        with opened(fresh, target.name) as result:
            steps += _digests(source, before, result, after.reading)
        steps += _second_opinions(before, fresh, label, origin)
        if proof == "full":
            steps += _full((origin, before), (fresh, after.reading), label, target.name)
        made = replace(made, steps=tuple(steps))
        before_put_out(replace(made, path=fresh))

    write_new(source, plan, target, check, like=origin)
    return made


def _in_place(path: Path, label: ImplicitLabel, proof: Proof, before_put_out: Callable[[Written], None]) -> Written:
    with for_writing(path) as handle:
        source = Source(handle, path.name)
        container = container_for(source)
        before = container.read(source)
        plan = container.plan(source, label.to_json())
        if plan.patches is None or not can_be_undone(plan.patches):
            return _into_file(source, label, path, path, proof, before_put_out)
        patches = plan.patches
        made = Written(before.container, label, _labels_of(before), "patched", (), path=path)

        def check(patched: Path) -> None:
            nonlocal made
            after, step = prove_label(patched, path.name, label)
            steps = [step, prove_patches(before, patches, after.reading)]
            steps += _second_opinions(before, patched, label, patched)
            if proof == "full":
                steps += _programs(patched, label)
            made = replace(made, steps=tuple(steps))
            before_put_out(made)

        patch_in_place(path, handle, patches, check)
        return made


def _beside(source: Source, label: ImplicitLabel, target: Path, before_put_out: Callable[[Written], None]) -> Written:
    """Plain text: its side-car, and a copy of it where it should go (our own convention, see ``containers/sidecar.py``).

    Both are proved as a pair in a folder of their own. Then the side-car takes its place before the text does: alone it labels nothing.
    """
    before = PLAIN.read(source)
    if source.path is None:
        raise Unsupported("text in memory has nothing beside which a label could stand", "pass a path")
    with tempfile.TemporaryDirectory(prefix="brightline-side-car-") as folder:
        text = Path(folder) / target.name
        text.symlink_to(source.path.resolve())
        beside = sidecar_for(text, label.to_json(), digest_of(source))
        sidecar_path(text).write_bytes(beside)
        _, step = prove_label(text, target.name, label)
        made = Written("text", label, _labels_of(before), "beside", (step,), path=text)

        def put_side_car(_: Path) -> None:
            before_put_out(made)
            write_new(Source(beside), Plan((Kept(0, len(beside)),)), sidecar_path(target), _taken_as_proved)

        if target.resolve() == source.path.resolve():
            put_side_car(target)
        else:
            write_new(source, Plan((Kept(0, source.size),)), target, put_side_car)
    return replace(made, path=target)


def _taken_as_proved(_: Path) -> None:
    """The check of bytes that were proved before."""


def _labels_of(reading: Reading) -> tuple[Site, ...]:
    return tuple(site for site in sites_in(reading.entries) if not site.quoted)


def _digests(before: Source, read_before: Reading, after: Source, read_after: Reading) -> list[ProofStep]:
    step = same_media(before, read_before.media, after, read_after.media)
    return [step] if step else []


def _second_opinions(reading: Reading, file: Path | bytes, label: ImplicitLabel, original: Path | bytes) -> list[ProofStep]:
    """What a library of others sees. Raises ``ProofFailed`` where it does not see the label or stumbles."""
    try:
        seen = seen_by_library(reading.container, file)
    except Exception as problem:  # whatever a library raises over our output
        if not _library_opens(reading, original):
            return [ProofStep("reader.library", "not_inspected", f"it cannot open the original either: {type(problem).__name__}")]
        raise ProofFailed(f"another reader cannot open the result: {type(problem).__name__}: {problem}") from problem
    if seen is None:
        return [ProofStep("reader.library", "not_inspected", "no library in this process reads this format's place")]
    reader, text = seen
    if not _shows(text, label):
        raise ProofFailed(f"{reader} does not see the label in the result")
    return [ProofStep(f"reader.{reader}", "passed", "sees the label")]


def _library_opens(reading: Reading, file: Path | bytes) -> bool:
    try:
        return seen_by_library(reading.container, file) is not None
    except Exception:  # as above: libraries declare nothing
        return False


def _full(before: tuple[Path | bytes, Reading], after: tuple[Path | bytes, Reading], label: ImplicitLabel, name: str) -> list[ProofStep]:
    from brightline.labels.decoded import compare_decoded

    steps = _programs(after[0], label) if isinstance(after[0], Path) else []
    return [*steps, compare_decoded(before[1].container, before[0], after[0], name)]


def _programs(path: Path, label: ImplicitLabel) -> list[ProofStep]:
    steps: list[ProofStep] = []
    for program, ask in PROGRAMS.items():
        text = ask(path)
        if text is None:
            steps.append(ProofStep(f"reader.{program}", "not_inspected", "not installed, too slow, or it does not read this format"))
        elif _shows(text, label):
            steps.append(ProofStep(f"reader.{program}", "passed", "sees the label"))
        else:
            steps.append(ProofStep(f"reader.{program}", "not_inspected", "it opens the file but shows no field of this name"))
    return steps


def _shows(text: str, label: ImplicitLabel) -> bool:
    """The seven keys and the numbers of the label stand in what a reader shows, however it escapes the quotes."""
    wanted = [label.content_producer or label.content_propagator, label.produce_id or label.propagate_id]
    shown = _plain(text)
    return "Label" in text and all(_plain(value) in shown or _plain(json.dumps(value)) in shown for value in wanted)


def _plain(text: str) -> str:
    return text.replace("\\", "").replace('"', "")
