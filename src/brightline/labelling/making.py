"""A file labelled as the settings ask: which keys, whether with a C2PA manifest, in whose words.

A mark that a call asks for by name is made or the call fails (BL-LABEL-081, or marking's own error). A manifest that only the
settings ask for is left out, and the notes say so, where the format has no place for one (MKV, WebM, OGG, texts), or where it would
break what is there (a digital signature in a PDF): the law asks for the label, and the manifest comes on top.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from brightline.config import Settings
from brightline.labelling.keys import credential_of, signing_key, trust_of
from brightline.labels.containers.source import opened
from brightline.labels.errors import LabelError
from brightline.labels.label import Attribute, ImplicitLabel

if TYPE_CHECKING:
    from brightline.labels.marking import Marked
    from brightline.labels.rendering import Explicit, Watermark

__all__ = ["explicit_label", "made_as_set", "media_type_if_known", "require_asked"]

_MANIFEST_WOULD_BREAK = "BL-LABEL-043"
_PACKAGES = ("application/vnd.openxmlformats", "application/epub")
"""Packages carry manifests only where all their parts are stored uncompressed, which no office program writes (provenance/formats.py)."""


def made_as_set(
    file: bytes | Path,
    label: ImplicitLabel,
    settings: Settings,
    *,
    name: str,
    out: Path | None,
    before_put_out: Callable[[Marked], None],
    explicit: Explicit | None = None,
    watermark: Watermark | None = None,
    c2pa: bool | None = None,
    propagating: bool = False,
) -> Marked:
    """``labels.mark`` with the keys of the settings. ``c2pa``: whether there is a manifest (None: as the settings say). Raises as it does."""
    from brightline.labels.marking import mark

    credential = credential_of(settings.label_c2pa_chain, settings.label_c2pa_key) if c2pa is not False else None
    require_asked("C2PA manifest", c2pa, credential, "set label_c2pa_chain and label_c2pa_key")
    make = partial(
        mark,
        file,
        label,
        out=out,
        name=name,
        explicit=explicit,
        watermark=watermark,
        key=signing_key(settings.label_key_file),
        anchors=trust_of(settings).anchors,
        propagating=propagating,
        before_put_out=before_put_out,
    )
    if credential is None:
        return make()
    if not c2pa and not _has_place_for_a_manifest(media_type_if_known(file, name)):
        return _without_manifest(make(), "this format has no place for one")
    try:
        return make(credential=credential)
    except LabelError as problem:
        if c2pa or problem.code != _MANIFEST_WOULD_BREAK:
            raise
        return _without_manifest(make(), problem.message)


def explicit_label(settings: Settings) -> Explicit:
    """What is drawn, spoken or written, in the language of the settings and where they want it."""
    from brightline.labels.explicit.wording import wording
    from brightline.labels.rendering import Explicit

    return Explicit(wording(Attribute.IS, "zh" if settings.language == "zh" else "en"), settings.label_image_position)


def require_asked(what: str, asked: bool | None, made: object | None, hint: str) -> None:
    """What was asked for by name is there. Raises ``LabelError`` BL-LABEL-081."""
    if asked and made is None:
        raise LabelError("BL-LABEL-081", f"no {what} can be put on this file here", hint)


def media_type_if_known(file: bytes | Path, name: str) -> str:
    """The media type of a file; empty for one that nobody here can read."""
    from brightline.labels.registry import media_type_of

    with opened(file, name) as source:
        try:
            return media_type_of(source)
        except LabelError:
            return ""


def _has_place_for_a_manifest(media_type: str) -> bool:
    from brightline.labels.provenance import carries_manifests

    return carries_manifests(media_type) and not media_type.startswith(_PACKAGES)


def _without_manifest(marked: Marked, why: str) -> Marked:
    return replace(marked, notes=(*marked.notes, f"there is no C2PA manifest: {why}"))
