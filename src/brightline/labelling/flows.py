"""Three flows, the same for every door:

* ``label_generated``: what the operator's own model made leaves with all labels that the settings ask for, and is recorded, so
  that a copy without metadata is known again (provider; Labelling Measures, Art. 4, 5).
* ``pass_on``: somebody's upload is verified, its state decided, and the label written for the next platform (platform; Art. 6).
* ``give_unlabelled_copy``: a copy without explicit label for a user who agreed to label it (Art. 9), logged before it leaves.

Everything here blocks: doors call it in a worker thread. A provider without a code cannot label, and says so (BL-LABEL-080):
marking that is required and fails is an error, never a file without a mark. Records are written when a file is finished and
before it stands where it should go: a record that cannot be kept leaves no file behind, and a crash in between leaves a record
of a file that nobody got, which is the safe side.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import uuid_utils

from brightline.config import Settings
from brightline.labelling.judging import findings_of, gaps_of, kept_label, kind_of_item, left_out
from brightline.labelling.keys import trust_of
from brightline.labelling.making import explicit_label, made_as_set, media_type_if_known, require_asked
from brightline.labelling.records import OwnRecords, digest_of, media_digest_of
from brightline.labels.containers.source import opened
from brightline.labels.errors import LabelError, NotSetUp, Unsupported
from brightline.labels.label import ImplicitLabel, propagated
from brightline.labels.provider_code import parse_provider_code, provider_code_problem
from brightline.labels.registry import read_or_gap
from brightline.model import Decision, Door
from brightline.store import FingerprintMatch, LabelledFile, Store, UnlabelledCopy

if TYPE_CHECKING:
    from brightline.labels.marking import Marked
    from brightline.labels.rendering import Watermark
    from brightline.labels.verification import Verification
    from brightline.pipeline import Pipeline

__all__ = ["Labelled", "Labelling", "PassedOn"]

_CARRIES_NO_MARK = frozenset({"BL-LABEL-050", "BL-LABEL-055", "BL-LABEL-059", "BL-LABEL-061", "BL-LABEL-062", "BL-LABEL-065"})
"""No ffmpeg, a picture or sound that cannot be decoded, one that is too small or too short, of another kind, or marked already:
the label has to be there, the mark comes on top."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A generated file with its labels, and its record."""

    marked: Marked
    record: LabelledFile


@dataclass(frozen=True, slots=True)
class PassedOn:
    """An upload on its way: what was found, what was decided, and the file with the platform's label where there is one.

    ``marked`` is None where nothing is to be written (no state, or no platform code: ``note`` says which).
    """

    verification: Verification
    decision: Decision
    marked: Marked | None
    record: LabelledFile | None
    note: str = ""


class Labelling:
    """The labels of one installation. Settings and key files are read anew for each file; safe in several threads."""

    def __init__(self, store: Store, settings: Callable[[], Settings], pipeline: Callable[[], Pipeline]) -> None:
        self._store = store
        self._settings = settings
        self._pipeline = pipeline
        self._own = OwnRecords(store, settings)

    # Provider

    @property
    def provider_problem(self) -> str:
        """Why media cannot be labelled here, or nothing."""
        return _code_problem(self._settings().label_provider_code, "1", "label_provider_code")

    @property
    def platform_problem(self) -> str:
        """Why uploads cannot be passed on with a label, or nothing."""
        return _code_problem(self._settings().label_platform_code, "2", "label_platform_code")

    def label_generated(
        self,
        file: bytes | Path,
        *,
        name: str = "",
        out: Path | None = None,
        account: str = "",
        decision: str = "",
        content_id: str = "",
        explicit: bool | None = None,
        watermark: bool | None = None,
        c2pa: bool | None = None,
    ) -> Labelled:
        """Label what the operator's own model made. Bytes in, bytes out; a path goes to ``out``.

        ``content_id``: the content's number (default: a fresh UUIDv7). ``explicit``: whether it is seen or heard (default: the setting
        ``label_media``). ``watermark``, ``c2pa``: whether there is one (default: as the settings say, where the file has a place
        for it; the notes say where it has none). Raises ``LabelError`` BL-LABEL-080 without a provider code, -081 for a watermark or manifest that was asked for and
        cannot be made here, ``StoreError`` where the record cannot be kept, and whatever marking raises; nothing is put out then.
        """
        return self._generate(
            file, name, out, account, content_id, decision=decision, explicit=explicit, watermark=watermark, c2pa=c2pa, first=_nothing
        )

    def give_unlabelled_copy(
        self,
        file: bytes | Path,
        *,
        recipient: str,
        agreement: str,
        agreed_at: int,
        content_id: str = "",
        purpose: str = "",
        name: str = "",
        out: Path | None = None,
    ) -> tuple[Labelled, UnlabelledCopy]:
        """The file without explicit label but with the implicit one, for a user who agreed to label it (Art. 9).

        ``file`` is the generated original, before any label was drawn on it; ``agreed_at`` in UTC microseconds. The log is written when
        the copy is finished and before it is at ``out``: no copy leaves unlogged. If the last step fails (the disk, a crash), the log
        names a copy that nobody got; a log that says too much is the safe side. Raises ``InputError`` BL-INPUT-860 without recipient
        or agreement, and what ``label_generated`` raises; nothing is put out then.
        """
        settings = self._settings()
        content_id = content_id or _fresh_number()
        logged: list[UnlabelledCopy] = []

        def log(_: Marked, file_digest: str) -> None:
            copy = self._store.unlabelled_copies.record(
                content_id=content_id,
                file_digest=file_digest,
                recipient=recipient,
                agreement=agreement,
                agreed_at=agreed_at,
                purpose=purpose,
                keep_days=settings.label_copy_log_days,
                tenant=settings.tenant,
            )
            logged.append(copy)

        labelled = self._generate(file, name, out, recipient, content_id, decision="", explicit=False, watermark=None, c2pa=None, first=log)
        return labelled, logged[0]

    def watermark_for(self, file: bytes | Path, name: str = "") -> Watermark | None:
        """A fresh number and this installation's key; None for what is neither picture nor sound."""
        from brightline.labels.rendering import PICTURES, SOUND, Watermark

        with opened(file, name) as source:
            container = read_or_gap(source).reading.container
        return Watermark(secrets.randbits(64), self._own.watermark_key()) if container in PICTURES | SOUND else None

    def remember(
        self, marked: Marked, role: str, *, account: str = "", decision: str = "", watermark: Watermark | None = None
    ) -> LabelledFile:
        """Keep the record of a labelled file, by which copies without metadata are known again. Raises ``StoreError``.

        Meant for ``before_put_out`` of ``labels.mark``: a file that is put out is on record.
        """
        return self._remember(marked, role, digest_of(_file_of(marked)), account, decision, watermark)

    # Platform

    def verify(
        self, file: bytes | Path, *, name: str = "", declared: bool = False, full: bool = False, ocr: bool = False, own: bool = True
    ) -> Verification:
        """What the file says of being generated, with this installation's keys and, unless ``own`` is False, its records.

        Raises ``OSError`` for a path, ``StoreError``, and ``LabelError``, ``DataError`` or ``ConfigError`` for keys that cannot be used.
        """
        from brightline.labels.verification import verify

        settings = self._settings()
        trust = trust_of(settings)
        return verify(
            file,
            name=name,
            declared=declared,
            proof="full" if full else "quick",
            pins=trust.pins,
            provenance=trust.provenance,
            ocr=ocr,
            watermark=self._own.find_watermark if own else None,
            fingerprints=self._own.find_fingerprint if own else None,
            appeal_url=settings.appeal_url,
        )

    def pass_on(
        self,
        file: bytes | Path,
        *,
        door: Door,
        name: str = "",
        out: Path | None = None,
        declared: bool = False,
        account: str = "",
        api_key: str = "",
        content_id: str = "",
        full: bool = False,
        ocr: bool = False,
    ) -> PassedOn:
        """Verify an upload, decide its state, and write the label that the next platform reads (Art. 6). Record the decision afterwards.

        Bytes in, bytes out; a path goes to ``out``. The attribute follows from the state; the producer's keys stay, of several labels
        those of the one that ``judging.kept_label`` names, and the note says what the others said. Raises as ``verify`` and marking do.
        """
        from brightline.labels.verification.notices import ATTRIBUTES

        settings = self._settings()
        found = self.verify(file, name=name, declared=declared, full=full, ocr=ocr)
        decision = self._decision(file, found, door, account, api_key)
        attribute = ATTRIBUTES.get(found.state)
        if attribute is None:
            return PassedOn(found, decision, None, None, "nothing is written: the file has no state that a label could say")
        if self.platform_problem:
            return PassedOn(found, decision, None, None, self.platform_problem)
        records: list[LabelledFile] = []
        marked = made_as_set(
            file,
            propagated(kept_label(found), attribute, settings.label_platform_code, content_id or _fresh_number()),
            settings,
            name=name,
            out=out,
            propagating=True,
            before_put_out=lambda made: records.append(self.remember(made, "platform", account=account, decision=decision.id)),
        )
        lost = left_out(found)
        notes = (*marked.notes, *([f"the file's labels disagreed on {', '.join(lost)}; one of them stays"] if lost else []))
        return PassedOn(found, decision, marked, records[0], "; ".join(notes))

    # Texts

    def remember_answers(self, answers: Sequence[tuple[str, str]]) -> int:
        """Keep fingerprints of generated texts, given as (decision id, text); how many were long enough. Raises ``StoreError``."""
        return self._own.remember_answers(answers)

    def whose_text(self, text: str) -> list[FingerprintMatch]:
        """Answers of this installation that are this text or share passages with it, best first. Raises ``StoreError``."""
        return self._own.whose_text(text)

    # Within

    def _generate(
        self,
        file: bytes | Path,
        name: str,
        out: Path | None,
        account: str,
        content_id: str,
        *,
        decision: str,
        explicit: bool | None,
        watermark: bool | None,
        c2pa: bool | None,
        first: Callable[[Marked, str], None],
    ) -> Labelled:
        """As ``label_generated``. ``first`` gets the finished file and its digest, before its record is kept and it is put out."""
        settings = self._settings()
        if self.provider_problem:
            raise NotSetUp(self.provider_problem, "label_provider_code")
        wants_explicit = settings.label_media == "both" if explicit is None else explicit
        mark_of_ours = self.watermark_for(file, name) if (settings.label_watermark if watermark is None else watermark) else None
        require_asked("watermark", watermark, mark_of_ours, "only pictures and sound carry one")
        records: list[LabelledFile] = []

        def keep(made: Marked) -> None:
            digest = digest_of(_file_of(made))
            first(made, digest)
            records.append(self._remember(made, "producer", digest, account, decision, mark_of_ours))

        make = partial(
            made_as_set,
            file,
            ImplicitLabel.first(settings.label_provider_code, content_id or _fresh_number()),
            settings,
            name=name,
            out=out,
            explicit=explicit_label(settings) if wants_explicit else None,
            c2pa=c2pa,
            before_put_out=keep,
        )
        try:
            return Labelled(make(watermark=mark_of_ours), records[0])
        except LabelError as problem:
            carries_none = isinstance(problem, Unsupported) or problem.code in _CARRIES_NO_MARK
            if watermark or mark_of_ours is None or not carries_none:
                raise
            mark_of_ours = None
            marked = make(watermark=None)
            notes = (*marked.notes, f"there is no watermark: {problem.message}")
            return Labelled(replace(marked, notes=notes), records[0])

    def _remember(
        self, marked: Marked, role: str, file_digest: str, account: str, decision: str, watermark: Watermark | None
    ) -> LabelledFile:
        label = marked.label
        return self._store.labelled_files.add(
            role=role,
            attribute=label.label,
            content_id=label.produce_id if role == "producer" else label.propagate_id,
            container=marked.container,
            file_digest=file_digest,
            media_digest=media_digest_of(_file_of(marked)),
            phash=marked.rendered.phash if marked.rendered else "",
            watermark=watermark.payload if watermark else None,
            account=account,
            decision=decision,
            tenant=self._settings().tenant,
        )

    def _decision(self, file: bytes | Path, found: Verification, door: Door, account: str, api_key: str) -> Decision:
        pipeline = self._pipeline()
        return pipeline.decide(
            kind=kind_of_item(media_type_if_known(file, found.name)),
            digest=digest_of(file),
            findings=findings_of(found),
            context=pipeline.context(door),
            not_inspected=gaps_of(found),
            account=account,
            api_key=api_key,
            request={"name": found.name, "container": found.container, "size": found.size, "state": str(found.state)},
        )


def _nothing(_: Marked, __: str) -> None:
    """What else is kept of a generated file where it is no copy for somebody."""


def _fresh_number() -> str:
    return str(uuid_utils.uuid7())


def _code_problem(code: str, role: str, setting: str) -> str:
    if not code:
        return f"{setting} is not set"
    problem = provider_code_problem(code)
    parts = parse_provider_code(code)
    if not problem and parts is not None and parts.role != role:
        problem = f"its role digit is {parts.role}, not {role}"
    return f"{setting} = {code}: {problem}" if problem else ""


def _file_of(marked: Marked) -> bytes | Path:
    file = marked.data if marked.data is not None else marked.path
    if file is None:
        raise LabelError("BL-LABEL-089", "nothing was labelled", "this is a defect of Brightline: please report it")
    return file
