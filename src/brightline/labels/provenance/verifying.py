"""Reads and judges C2PA manifests: trusted, untrusted, expired, tampered, none, or inconclusive.

The SDK's own "Invalid" lumps together what must be kept apart: most files that read as invalid only have a certificate that has
expired or that nobody put on a list. So the state is taken from the validation status codes of C2PA 2.2: only a hash or signature
that does not match, or a part that is missing, is tampering. Trust anchors go through the reader's own context, because the SDK's
global settings do not reach readers. Nothing is fetched: a manifest that lies elsewhere makes the answer inconclusive.

``ai_sources`` are looked for in *every* manifest of the store: the declaration often stands in an ingredient's.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from brightline.labels.label import ImplicitLabel
from brightline.labels.provenance.formats import c2pa_media_type, carries_manifests

__all__ = ["AI_SOURCES", "LABEL_ASSERTION", "STATES", "Provenance", "ProvenanceState", "verify_c2pa"]

ProvenanceState = Literal["none", "trusted", "untrusted", "expired", "tampered", "inconclusive"]

STATES: dict[ProvenanceState, tuple[str, str]] = {
    "none": ("文件没有 C2PA 清单", "the file has no C2PA manifest"),
    "trusted": (
        "C2PA 清单有效，签名证书受信任",
        "the C2PA manifest holds, and its signer's certificate is trusted",
    ),
    "untrusted": (
        "C2PA 清单与文件相符，但签名证书不在信任列表中",
        "the C2PA manifest fits the file; its signer's certificate is not on the list of trusted ones",
    ),
    "expired": (
        "C2PA 清单与文件相符，但签名证书已过期且没有可用的时间戳；这不表示文件被改动",
        "the C2PA manifest fits the file; its certificate has expired and no usable time stamp is there: this is not tampering",
    ),
    "tampered": ("文件或 C2PA 清单在签名后被改动", "the file or its C2PA manifest was changed after signing"),
    "inconclusive": ("C2PA 清单无法判定", "the C2PA manifest could not be judged"),
}
"""What each state means, in zh and en."""

AI_SOURCES = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic")
"""IPTC digital source types that declare generated content."""

LABEL_ASSERTION = "cn.tc260.aigc"
"""The assertion that repeats the seven fields of the label: a name of our own, as C2PA has no word for them."""

_EXPIRED = {"signingCredential.expired", "claimSignature.outsideValidity"}
_UNTRUSTED = ("signingCredential.", "timeStamp.")  # prefixes: who signed and when is open, what was signed is not
_MISSING = {  # parts that the signed claim names, or must have, and that are not there
    "assertion.inaccessible",
    "assertion.missing",
    "assertion.undeclared",
    "claim.hardBindings.missing",
    "claim.missing",
    "claimSignature.missing",
    "ingredient.manifest.missing",
}
_LARGEST_REPORT = 8 << 20  # characters of the SDK's report; own choice: reports of ordinary files have some kB
_LONGEST_MESSAGE = 300
_MOST_DISCLOSURES = 16  # own choice: one a model; more are of no more use to anybody


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the manifest store of a file says.

    ``codes``: the failures of the active manifest, as C2PA names them, or what kept it from being judged. ``ingredient_codes``:
    those of earlier manifests, which do not decide. ``ai_sources``: names out of ``AI_SOURCES``. ``ai_disclosures``: what the
    ``c2pa.ai-disclosure`` assertions (C2PA 2.4) call the model: AI took part, which is less than that it made the content.
    ``label``: the label that the active manifest repeats. ``signer`` and ``signed_at`` are what certificate and time stamp say.
    """

    state: ProvenanceState
    codes: tuple[str, ...] = ()
    ai_sources: tuple[str, ...] = ()
    ai_disclosures: tuple[str, ...] = ()
    label: ImplicitLabel | None = None
    signer: str = ""
    signed_at: str = ""
    manifests: int = 0
    ingredient_codes: tuple[str, ...] = ()

    def sentence(self, language: str = "zh") -> str:
        """The state as a sentence, in ``zh`` or ``en``."""
        return STATES[self.state][0 if language.startswith("zh") else 1]


def verify_c2pa(file: Path | bytes | BinaryIO, media_type: str, anchors: str = "") -> Provenance:
    """Read the manifests of a file and judge the active one. ``anchors``: PEM certificates of those who are trusted.

    Never raises for what is in the file; ``OSError`` for a path that cannot be read.
    """
    if not carries_manifests(media_type):
        return Provenance("none", ("format.unsupported",))
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return _judged(opened, media_type, anchors)
    return _judged(io.BytesIO(file) if isinstance(file, bytes) else file, media_type, anchors)


def _judged(file: BinaryIO, media_type: str, anchors: str) -> Provenance:
    import c2pa

    settings: dict[str, Any] = {"version": 1, "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False}}
    if anchors:
        settings["trust"] = {"trust_anchors": anchors}
    try:
        context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
        with c2pa.Reader(c2pa_media_type(media_type), file, context=context) as reader:
            report = reader.json()
    except c2pa.C2paError.ManifestNotFound:
        return Provenance("none")
    except c2pa.C2paError.NotSupported:
        return Provenance("none", ("format.unsupported",))
    except c2pa.C2paError as problem:
        return Provenance("inconclusive", (str(problem)[:_LONGEST_MESSAGE],))
    if len(report) > _LARGEST_REPORT:
        return Provenance("inconclusive", ("report.too_large",))
    return _from_report(json.loads(report))


def _from_report(report: dict[str, Any]) -> Provenance:
    manifests = report.get("manifests") or {}
    active = manifests.get(report.get("active_manifest")) or {}
    results = report.get("validation_results") or {}
    codes = _failures(results.get("activeManifest"))
    earlier = [code for delta in results.get("ingredientDeltas") or () for code in _failures(delta.get("validationDeltas"))]
    for manifest in manifests.values():
        for ingredient in manifest.get("ingredients") or ():
            earlier += _failures((ingredient.get("validation_results") or {}).get("activeManifest"))
    signature = active.get("signature_info") or {}
    said = set(_source_types(manifests))
    return Provenance(
        _state(codes) if active else "inconclusive",
        codes,
        tuple(name for name in AI_SOURCES if name in said),
        tuple(dict.fromkeys(_disclosures(manifests)))[:_MOST_DISCLOSURES],
        _label(active),
        " / ".join(str(signature[key]) for key in ("issuer", "common_name") if signature.get(key)),
        str(signature.get("time") or ""),
        len(manifests),
        tuple(dict.fromkeys(earlier)),
    )


def _state(codes: tuple[str, ...]) -> ProvenanceState:
    """The state that failures mean, the gravest first; a failure of another kind leaves it open."""
    of_content = [code for code in codes if not code.startswith(_UNTRUSTED) and code not in _EXPIRED]
    if any(code.endswith(".mismatch") or code in _MISSING for code in of_content):
        return "tampered"
    if of_content:
        return "inconclusive"
    if _EXPIRED & set(codes):
        return "expired"
    return "untrusted" if codes else "trusted"


def _failures(results: Any) -> tuple[str, ...]:
    found = results.get("failure") if isinstance(results, dict) else None
    return tuple(dict.fromkeys(str(failure.get("code", "")) for failure in found or () if isinstance(failure, dict)))


def _source_types(value: Any) -> Iterator[str]:
    """The last part of every digital source type, wherever it stands."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            for key, inner in item.items():
                if key in ("digitalSourceType", "digital_source_type") and isinstance(inner, str):
                    yield inner.rstrip("/").rpartition("/")[2]
                else:
                    waiting.append(inner)
        elif isinstance(item, list):
            waiting.extend(item)


def _disclosures(manifests: dict[str, Any]) -> Iterator[str]:
    """The model that each disclosure of AI names, in any manifest of the store."""
    for manifest in manifests.values():
        for assertion in manifest.get("assertions") or ():
            if str(assertion.get("label", "")).startswith("c2pa.ai-disclosure"):
                data = assertion.get("data")
                named = [data.get(key) for key in ("modelName", "modelIdentifier", "modelType")] if isinstance(data, dict) else []
                yield next((name[:_LONGEST_MESSAGE] for name in named if isinstance(name, str) and name), "unnamed")


def _label(manifest: dict[str, Any]) -> ImplicitLabel | None:
    for assertion in manifest.get("assertions") or ():
        if assertion.get("label") == LABEL_ASSERTION and isinstance(assertion.get("data"), dict):
            return ImplicitLabel.from_fields(assertion["data"])
    return None
