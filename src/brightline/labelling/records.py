"""What this installation knows of what it made: its watermarks, its texts, and the digests by which its files are found again.

Looked for wherever there is a record, whatever the settings say now: who stops to make marks has still made those before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from brightline.config import Settings
from brightline.labelling.keys import own_secret
from brightline.labels.containers.source import Source, opened
from brightline.labels.registry import read_or_gap
from brightline.store import FingerprintMatch, NewFingerprint, Store

if TYPE_CHECKING:
    from brightline.labels.verification import FindFingerprint, FindWatermark, OwnRecord

__all__ = ["OwnRecords", "digest_of", "media_digest_of"]

_LARGE_PART = 0.5  # share of an answer's grams from which a text counts as coming from it: more is from there than not; own choice


class OwnRecords:
    """Watermarks and fingerprints of one installation. Their keys are made when they are first needed."""

    def __init__(self, store: Store, settings: Callable[[], Settings]) -> None:
        self._store = store
        self._settings = settings

    @property
    def find_watermark(self) -> FindWatermark | None:
        """How a file's watermark is looked for; None where no file on record has one, so that none could be ours. Raises ``StoreError``."""
        return self._find_watermark if self._store.labelled_files.has_watermarks(tenant=self._tenant) else None

    @property
    def find_fingerprint(self) -> FindFingerprint | None:
        """How a text is looked up; None where no texts are taken and none is left on record. Raises ``StoreError``."""
        is_used = self._settings().label_fingerprint_days or not self._store.text_fingerprints.is_empty(tenant=self._tenant)
        return self._find_fingerprint if is_used else None

    def watermark_key(self) -> bytes:
        """The key of this installation's watermarks. Raises ``LabelError`` BL-LABEL-082."""
        return self._key("watermark.key")

    def remember_answers(self, answers: Sequence[tuple[str, str]]) -> int:
        """Keep fingerprints of generated texts, given as (decision id, text); how many were long enough. Raises ``StoreError``."""
        from brightline.labels.fingerprints import fingerprint

        days = self._settings().label_fingerprint_days
        if not days:
            return 0
        key = self._key("fingerprint.key")
        made = [(decision, fingerprint(text, key, self._labels)) for decision, text in answers]
        fresh = [NewFingerprint(each.digest, each.grams, decision) for decision, each in made if each is not None]
        return self._store.text_fingerprints.add(fresh, keep_days=days, tenant=self._tenant)

    def whose_text(self, text: str) -> list[FingerprintMatch]:
        """Answers of this installation that are this text or share passages with it, best first. Raises ``StoreError``."""
        from brightline.labels.fingerprints import fingerprint

        made = fingerprint(text, self._key("fingerprint.key"), self._labels)
        return self._store.text_fingerprints.matches(made.digest, made.grams, tenant=self._tenant) if made else []

    def _find_watermark(self, source: Source) -> OwnRecord | None:
        from brightline.labels.rendering import sound_watermark_in, watermark_in
        from brightline.labels.verification import OwnRecord
        from brightline.labels.watermark import PerceptualHash, SoundHash, agrees

        picture, sound = watermark_in(source, self.watermark_key()), sound_watermark_in(source, self.watermark_key())
        hit = picture[0] if picture else sound.hit if sound else None
        record = self._store.labelled_files.by_watermark(hit.payload, tenant=self._tenant) if hit else None
        if record is None or record.phash.startswith("s1:") != (sound is not None):
            return None
        is_same = bool(
            (sound and sound.agrees(SoundHash.from_hex(record.phash)))
            or (picture and record.phash and agrees(picture[0], PerceptualHash.from_hex(record.phash), picture[1]))
        )
        return OwnRecord(record.content_id, exact=True) if is_same else None

    def _find_fingerprint(self, text: str) -> OwnRecord | None:
        from brightline.labels.verification import OwnRecord

        best = next(iter(self.whose_text(text)), None)
        if best is None or not (best.exact or best.shared >= _LARGE_PART * best.grams):
            return None
        return OwnRecord(best.decision, exact=best.exact)

    def _key(self, name: str) -> bytes:
        return own_secret(self._settings().home / "keys" / name)

    @property
    def _labels(self) -> tuple[str, str]:
        settings = self._settings()
        return settings.label_text_zh, settings.label_text_en

    @property
    def _tenant(self) -> str:
        return self._settings().tenant


def digest_of(file: bytes | Path) -> str:
    """SHA-256 of the whole file, in hexadecimal digits."""
    with opened(file) as source:
        state = hashlib.sha256()
        for chunk in source.chunks(0, source.size):
            state.update(chunk)
        return state.hexdigest()


def media_digest_of(file: bytes | Path) -> str:
    """SHA-256 of the coded media alone, which stays when metadata is taken out; empty for a file whose media is not known."""
    from brightline.labels.security import media_digest

    with opened(file) as source:
        reading = read_or_gap(source).reading
        return media_digest(source, reading.media, "sha256").partition(":")[2] if reading.media else ""
