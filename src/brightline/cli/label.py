"""``brightline label FILE…|DIR``: put labels on files, prove them, and say what was done.

    brightline label picture.png --out labelled/            implicit label, into a folder
    brightline label --explicit --in-place export/          explicit and implicit, the files themselves

The provider's code comes from the setting ``label_provider_code`` or ``--provider``; each file gets a number of its own, which
the output names. Text and JSON have no place for a label: theirs goes into a side-car file beside them. Exit code 0: every
file is labelled; 2: some could not be, and are as they were. What is wrong with the command itself (no code, no certificate, two
files for one place) is said before the first file is touched. Files of folders whose kind carries no label are named, not counted as
labelled. A watermark's record is kept before the file is put out: a mark without a record would lead nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import uuid_utils
from rich.text import Text

from brightline.cli.label_files import PASSED_OVER, Found, Tracked, files_in, summed_up, targets
from brightline.cli.terminal import console, print_json, report
from brightline.config import Settings, load_settings
from brightline.errors import BrightlineError, InputError

if TYPE_CHECKING:
    from brightline.labelling import Labelling
    from brightline.labels.implicit import Proof
    from brightline.labels.label import Attribute, ImplicitLabel
    from brightline.labels.marking import Marked
    from brightline.labels.rendering import Watermark

__all__ = ["label"]

_ATTRIBUTES = {"is": "1", "possibly": "2", "suspected": "3"}


def label(
    files: Annotated[list[Path], typer.Argument(help="Files and folders (with all that lies in them).")],
    out: Annotated[Path | None, typer.Option(help="Folder for the labelled files; they keep their names and subfolders.")] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Label the files themselves; each is replaced as a whole or not at all.")
    ] = False,
    explicit: Annotated[bool, typer.Option("--explicit", help="Also a label that is seen or heard; the media is encoded anew.")] = False,
    watermark: Annotated[
        bool, typer.Option("--watermark", help="Also an invisible watermark in pictures and sound, recorded in this installation.")
    ] = False,
    c2pa: Annotated[bool, typer.Option("--c2pa", help="Also a C2PA manifest (settings label_c2pa_chain, label_c2pa_key).")] = False,
    text: Annotated[str, typer.Option(help="Words of the explicit label. Default: those of the standard for the attribute.")] = "",
    position: Annotated[
        str, typer.Option(help="Edge or corner of the explicit label, such as bottom-right. Default: the setting label_image_position.")
    ] = "",
    attribute: Annotated[str, typer.Option(help="What the label says of the content: is, possibly or suspected (generated).")] = "is",
    provider: Annotated[str, typer.Option(help="The provider's code. Default: the setting label_provider_code.")] = "",
    number: Annotated[str, typer.Option(help="The content's own number, for a single file. Default: a fresh one for each.")] = "",
    full: Annotated[bool, typer.Option("--full", help="Prove by other people's readers and decoders too; slower.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what went wrong.")] = False,
) -> None:
    """Label files as generated content (GB 45438-2025). Exit code 0: all are labelled; 2: some are not, and are as they were."""
    settings = load_settings()
    if (out is None) == (not in_place):
        raise InputError("BL-INPUT-060", "say where the labelled files go", "give either --out FOLDER or --in-place")
    problems: list[InputError] = []
    meant = files_in(files, problems)
    found = meant.files
    if number and len(found) > 1:
        raise InputError("BL-INPUT-062", f"one number cannot stand for {len(found)} files", "leave --number away, or name one file")
    places = [each.path for each in found] if out is None else targets(found, out)
    failed: list[BrightlineError] = list(problems)
    with _labeller(settings, explicit, watermark, c2pa, text, position, attribute, provider) as labeller:
        tracked = Tracked(found, "labelling", quiet=quiet or as_json, is_slow=explicit)
        for each, target in zip(tracked, places, strict=True):
            try:
                document = labeller.label(each, target, number or str(uuid_utils.uuid7()), "full" if full else "quick", tracked.share)
            except (BrightlineError, OSError) as problem:
                failed.append(_named(problem, each))
                if as_json:
                    print_json(_failure(failed[-1], each))
                continue
            if as_json:
                print_json(document)
            elif not quiet:
                _print(document)
    for each in meant.passed_over:
        if as_json:
            print_json({"file": each.shown, "passed_over": PASSED_OVER})
    for trouble in failed:
        report(trouble)
    if meant.passed_over or (len(found) > 1 and (failed or not (quiet or as_json))):
        summed_up(f"{len(found) - len(failed) + len(problems)} labelled", failed, meant.passed_over)
    raise typer.Exit(2 if failed else 0)


class _Labeller:
    """What is asked for, with the code and the keys that it needs; made once for all files."""

    def __init__(
        self,
        settings: Settings,
        labelling: Labelling | None,
        *,
        explicit: bool,
        c2pa: bool,
        text: str,
        position: str,
        attribute: str,
        provider: str,
    ) -> None:
        from brightline.labelling import credential_of, signing_key, trust_of
        from brightline.labels.explicit.wording import require_wording, wording
        from brightline.labels.rendering import POSITIONS, Explicit

        self._labelling = labelling
        self._attribute = _attribute(attribute)
        self._provider = provider or settings.label_provider_code
        if not self._provider:
            raise InputError("BL-INPUT-065", "there is no provider code to label with", "set label_provider_code, or give --provider")
        self._label("0")  # a code that cannot be right is wrong for every file
        self._key = signing_key(settings.label_key_file)
        self._credential = credential_of(settings.label_c2pa_chain, settings.label_c2pa_key) if c2pa else None
        if c2pa and self._credential is None:
            raise InputError("BL-INPUT-063", "--c2pa needs a certificate", "set label_c2pa_chain and label_c2pa_key")
        self._anchors = trust_of(settings).anchors if c2pa else ""
        wanted = position or settings.label_image_position
        where = next((each for each in POSITIONS if each == wanted), None)
        if where is None:
            raise InputError("BL-INPUT-064", f"--position {wanted!r} is not known", f"one of: {', '.join(POSITIONS)}")
        words = require_wording(text) if text else wording(self._attribute, "zh" if settings.language == "zh" else "en")
        self._explicit = Explicit(words, where) if explicit else None

    def label(self, found: Found, target: Path, number: str, proof: Proof, progress: Callable[[float], None]) -> dict[str, Any]:
        """Label one file; what was done as a JSON document. ``progress`` hears of encoding. Raises ``BrightlineError`` and ``OSError``."""
        from brightline.labels.marking import mark

        target.parent.mkdir(parents=True, exist_ok=True)
        in_place = target == found.path
        watermark = self._labelling.watermark_for(found.path) if self._labelling else None
        marked = mark(
            found.path,
            self._label(number),
            out=None if in_place else target,
            in_place=in_place,
            explicit=replace(self._explicit, progress=progress) if self._explicit else None,
            watermark=watermark,
            key=self._key,
            credential=self._credential,
            anchors=self._anchors,
            proof=proof,
            before_put_out=partial(self._remember, watermark=watermark),
        )
        return {
            "file": found.shown,
            "out": str(target),
            "container": marked.container,
            "label": marked.label.fields,
            "how": marked.written.how,
            "replaced": len(marked.written.replaced),
            "proof": [{"step": step.name, "outcome": step.outcome, "detail": step.detail} for step in marked.steps],
            "notes": list(marked.notes),
        }

    def _remember(self, marked: Marked, *, watermark: Watermark | None) -> None:
        if self._labelling and watermark:
            self._labelling.remember(marked, "producer", watermark=watermark)

    def _label(self, number: str) -> ImplicitLabel:
        from brightline.labels.label import ImplicitLabel, checked

        return checked(ImplicitLabel.first(self._provider, number, self._attribute))


@contextmanager
def _labeller(
    settings: Settings, explicit: bool, watermark: bool, c2pa: bool, text: str, position: str, attribute: str, provider: str
) -> Iterator[_Labeller]:
    """The labeller; for watermarks with the installation whose records they point to."""
    asked: dict[str, Any] = {"explicit": explicit, "c2pa": c2pa, "text": text, "position": position}
    asked |= {"attribute": attribute, "provider": provider}
    if not watermark:
        yield _Labeller(settings, None, **asked)
        return
    from brightline.cli.own_records import own_records

    with own_records(settings) as labelling:
        yield _Labeller(settings, labelling, **asked)


def _attribute(word: str) -> Attribute:
    from brightline.labels.label import Attribute

    if word not in _ATTRIBUTES:
        raise InputError("BL-INPUT-061", f"--attribute {word!r} is not known", f"one of: {', '.join(_ATTRIBUTES)}")
    return Attribute(_ATTRIBUTES[word])


def _named(problem: BrightlineError | OSError, found: Found) -> BrightlineError:
    """The problem with the file's name before it: many files go through one command."""
    if isinstance(problem, OSError):
        where = "" if problem.filename in (None, str(found.path)) else f" ({problem.filename})"
        said = f"{problem.strerror or problem}{where}"
        return InputError("BL-INPUT-020", f"{found.shown}: {said}", "check the name and the permissions; the file is as it was")
    return InputError(problem.code, f"{found.shown}: {problem.message}", problem.hint)


def _failure(problem: BrightlineError, found: Found) -> dict[str, Any]:
    return {"file": found.shown, "error": {"code": problem.code, "message": problem.message, "hint": problem.hint}}


def _print(document: dict[str, Any]) -> None:
    where = document["out"] if document["out"] != document["file"] else "in place"
    console.print(Text.assemble(("labelled ", "bold green"), f"{document['file']} → {where}"), soft_wrap=True)
    replaced = f", replacing {document['replaced']}" if document["replaced"] else ""
    console.print(
        Text(f"         {document['container']} · {document['label']['ProduceID']} · {document['how']}{replaced}", style="dim"),
        soft_wrap=True,
    )
    for note in document["notes"]:
        console.print(Text(f"         {note}"), soft_wrap=True)
