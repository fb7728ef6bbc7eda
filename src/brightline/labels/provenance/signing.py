"""Signs a labelled file with C2PA 2.x, last of all: a label that is written afterwards breaks the manifest's hash.

A producer's manifest says how the content came about (``c2pa.created``, ``trainedAlgorithmicMedia``) and repeats the label in an
assertion of its own, ``cn.tc260.aigc``. A platform that passes content on has changed the file by its own label, so it signs anew
with the file as it came as ``parentOf`` ingredient: history and earlier signatures stay readable in the store.

No thumbnails (the SDK's defaults make a PNG's manifest 55 times as large), no network unless a time stamping authority is
configured. Files are streamed from path to path. The SDK verifies what it has signed and fails otherwise.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from brightline._version import __version__
from brightline.labels.errors import LabelError
from brightline.labels.label import Attribute, ImplicitLabel
from brightline.labels.provenance.credential import Credential
from brightline.labels.provenance.formats import c2pa_media_type, carries_manifests, is_written_anew
from brightline.labels.provenance.verifying import AI_SOURCES, LABEL_ASSERTION, verify_c2pa

__all__ = ["SOURCE_TYPES", "sign_c2pa"]

_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"

SOURCE_TYPES = {name: _VOCABULARY + name for name in AI_SOURCES}
"""Kinds of generated content in IPTC's vocabulary of digital source types."""

_PARENT = "original"
_IN_MEMORY_MB = 16  # own choice: what the SDK may keep of a file; its default, 512 MB, is for machines that do nothing else
_LARGE_BYTES = 32 << 20  # own choice: films from here on are hashed in a tree of 1 MB leaves (C2PA 2.2, BMFF-based hash), because
_LEAF_KB = 1024  # otherwise the SDK holds all their media at once: 310 MB for a film of 315 MB, 11 MB with the tree (2026-11-23)


def sign_c2pa(
    source: Path,
    out: Path,
    credential: Credential,
    label: ImplicitLabel,
    *,
    media_type: str,
    parent: Path | None = None,
    source_type: str = "trainedAlgorithmicMedia",
    drawn: bool = False,
    watermarked: bool = False,
    anchors: str = "",
) -> None:
    """Write ``source``, which is labelled already, with a manifest to the new file ``out``.

    ``parent``: the file as it came, where it is passed on or carried a manifest; what is found wrong with it goes into the manifest,
    judged by ``anchors`` (PEM). ``source_type``: a key of ``SOURCE_TYPES``; only said of what one made oneself. ``drawn``,
    ``watermarked``: an explicit label or a watermark was put on, which is said as an action of its own. Raises ``LabelError``, and leaves no ``out``: BL-LABEL-041 a format without a place for a
    manifest, or the SDK cannot sign; -042 ``parent`` is missing for content that somebody else made or signed; -043 a PDF, which the
    SDK writes anew, whose label is bound to its bytes or which carries a digital signature.
    """
    import c2pa

    if not carries_manifests(media_type):
        raise LabelError("BL-LABEL-041", f"files of type {media_type} cannot carry a C2PA manifest", "label the file without C2PA")
    if parent is None:
        if label.label != Attribute.IS:
            raise _parent_missing("who only supposes that content is generated did not make it")
        if verify_c2pa(source, media_type).state != "none":
            raise _parent_missing("it has a manifest already, which would be lost")
    if is_written_anew(media_type):
        _check_that_nothing_breaks(source, label)
    kind = c2pa_media_type(media_type)
    temporary = out.with_name(f".{out.name}.{secrets.token_hex(6)}")
    try:
        signer = c2pa.Signer.from_info(_signer_info(credential))
        context = c2pa.Context(settings=c2pa.Settings.from_dict(_settings(anchors, source.stat().st_size)), signer=signer)
        with c2pa.Builder(
            _manifest(label, source_type, drawn=drawn, watermarked=watermarked, passed_on=parent is not None), context=context
        ) as builder:
            if parent is not None:
                with parent.open("rb") as original:
                    builder.add_ingredient({"title": _PARENT, "relationship": "parentOf", "label": _PARENT}, kind, original)
            with source.open("rb") as file, temporary.open("x+b") as signed:
                builder.sign(kind, file, signed)
        temporary.replace(out)
    except c2pa.C2paError as problem:
        raise LabelError("BL-LABEL-041", f"{source.name} cannot be signed with C2PA: {problem}", "label the file without C2PA") from None
    finally:
        temporary.unlink(missing_ok=True)


def _check_that_nothing_breaks(source: Path, label: ImplicitLabel) -> None:
    from brightline.labels.registry import read
    from brightline.labels.security import read_security_data

    codes = (read_security_data(code) for code in (label.reserved_code1, label.reserved_code2))
    bound = any(binding.digest for data in codes if data for binding in data.bindings)
    if bound or "signed" in read(source).reading.facts:
        what = "label is bound to its bytes" if bound else "digital signature would break"
        hint = "sign the label without a media digest" if bound else "label the file without C2PA"
        raise LabelError("BL-LABEL-043", f"the C2PA library writes {source.name} anew, and its {what}", hint)


def _manifest(label: ImplicitLabel, source_type: str, *, drawn: bool, watermarked: bool, passed_on: bool) -> dict[str, Any]:
    """The claim in the SDK's words. Actions are C2PA's names, in the order in which things are done (``marking.py``).

    C2PA 2.4 wants a source type of each but those that open a file, edit metadata or put a watermark on; a label that a program draws
    or sounds is ``algorithmicMedia``: made by an algorithm, without training data.
    """
    if passed_on:
        actions: list[dict[str, Any]] = [{"action": "c2pa.opened", "parameters": {"ingredientIds": [_PARENT]}}]
    else:
        actions = [{"action": "c2pa.created", "digitalSourceType": SOURCE_TYPES[source_type]}]
    actions += [{"action": "c2pa.edited", "digitalSourceType": _VOCABULARY + "algorithmicMedia"}] if drawn else []
    actions += [{"action": "c2pa.watermarked.unbound"}] if watermarked else []
    actions += [{"action": "c2pa.edited.metadata"}] if passed_on else []
    return {
        "claim_generator_info": [{"name": "Brightline", "version": __version__}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": LABEL_ASSERTION, "data": label.fields},
        ],
    }


def _settings(anchors: str, size: int) -> dict[str, Any]:
    memory = {"backing_store_memory_threshold_in_mb": _IN_MEMORY_MB}
    if size >= _LARGE_BYTES:
        memory["merkle_tree_chunk_size_in_kb"] = _LEAF_KB
    return {
        "version": 1,
        "core": memory,
        "builder": {"thumbnail": {"enabled": False}},
        "verify": {"verify_after_sign": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        **({"trust": {"trust_anchors": anchors}} if anchors else {}),
    }


def _signer_info(credential: Credential) -> Any:
    import c2pa

    return c2pa.C2paSignerInfo(
        alg=credential.algorithm.encode(),
        sign_cert=credential.chain.encode(),
        private_key=credential.key.encode(),
        ta_url=credential.timestamp_url.encode() or None,
    )


def _parent_missing(why: str) -> LabelError:
    return LabelError("BL-LABEL-042", f"C2PA needs the file as it came: {why}", "pass parent=… with the file before it was labelled")
