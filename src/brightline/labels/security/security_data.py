"""``SecurityData``: the object that a label's reserved codes hold (TC260-PG-202511A), written strictly and read tolerantly.

    {"SecurityData":{"Type":"TC260PG","Version":1,
      "Bindings":[{"BType":0,"AlgID":…,"CntSel":…,"Value":…}],
      "PubSD":[{"Type":"DS","AlgID":…,"KeyID":…,"TBSData":{"Type":"Md"},"Signature":…},
               {"Type":"PubKey","AlgID":…,"KeyID":…,"KeyValue":…}]}}

It is the text of a JSON string, so the label shows it with escaped quotes, which Annex E j) of GB 45438-2025 allows; there is no
other escape in it, because nothing in it needs one. The guide was read through what others quote of it (rules.md, 2.5): names of
fields are the guide's, ``AlgID`` and ``Value`` of a binding are our reading of it. ``PrivSD``, ``Extension`` and time stamps are
neither written nor judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from brightline.labels.character_references import dereferenced
from brightline.labels.security.binding import OIDS, SELECTION, Binding, digest_parts, is_digest
from brightline.labels.security.keys import Sm2Key, public_key_info

__all__ = ["SM3_WITH_SM2", "Covers", "SecurityData", "SignedPart", "binding_text", "read_security_data", "security_data_text"]

SM3_WITH_SM2 = "1.2.156.10197.1.501"
"""Object identifier of the signature: GM/T 0006-2012."""

Covers = Literal["label", "label and binding", "binding", "other"]

_TYPES: dict[str, Covers] = {  # names of TBSData.Type: the guide's, ours, and those of producers who spell them otherwise
    "Md": "label",
    "LabelMataData": "label",
    "LabelMetaData": "label",
    "Md+Bnd": "label and binding",
    "Bnd": "binding",
    "Binding": "binding",
}
_LONGEST = 16_384  # characters of a reserved code that are looked at: label.py's limit for writing
_MOST_ENTRIES = 4  # signatures, keys and bindings each; own choice: two, one and one are usual, and each pair costs a verification
_NO_KEY_ID = "0"


@dataclass(frozen=True, slots=True)
class SignedPart:
    """One signature: what it covers, under which name, by which algorithm and key."""

    covers: Covers
    type_name: str
    algorithm: str
    key_id: str
    signature: str


@dataclass(frozen=True, slots=True)
class SecurityData:
    """What a reserved code says. ``keys``: (key id, ``KeyValue`` or certificate as text), the first of an id counts."""

    signatures: tuple[SignedPart, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    bindings: tuple[Binding, ...] = ()


def binding_text(digest: str) -> str:
    """The compact JSON of our entry of ``Bindings`` for a media digest. Raises ``LabelError`` BL-LABEL-032."""
    algorithm, value = digest_parts(digest)
    oid = next(oid for oid, name in OIDS.items() if name == algorithm)
    return _compact({"BType": 0, "AlgID": oid, "CntSel": SELECTION, "Value": value})


def security_data_text(key: Sm2Key, signatures: Iterable[tuple[str, bytes]], bindings: Iterable[str] = ()) -> str:
    """The text of a reserved code: signatures by the name of what they cover, bindings as ``binding_text`` gives them."""
    algorithm, key_id = SM3_WITH_SM2, key.key_id
    parts: list[dict[str, Any]] = [
        {"Type": "DS", "AlgID": algorithm, "KeyID": key_id, "TBSData": {"Type": name}, "Signature": signature.hex()}
        for name, signature in signatures
    ]
    parts.append({"Type": "PubKey", "AlgID": algorithm, "KeyID": key_id, "KeyValue": public_key_info(key.public).hex()})
    bound = [json.loads(text) for text in bindings]
    return _compact({"SecurityData": {"Type": "TC260PG", "Version": 1, **({"Bindings": bound} if bound else {}), "PubSD": parts}})


def read_security_data(value: str) -> SecurityData | None:
    """The object in a reserved code; None where there is none (empty, a bare digest, a vendor's own string)."""
    security = _security_object(value)
    if security is None:
        return None
    public = _objects(security.get("PubSD", security.get("PubSd")))
    return SecurityData(
        tuple(_signed_part(entry) for entry in public if entry.get("Type") == "DS")[:_MOST_ENTRIES],
        tuple(_key(entry) for entry in public if entry.get("Type") in ("PubKey", "Cert", "Certificate"))[:_MOST_ENTRIES],
        tuple(_binding(entry) for entry in _objects(security.get("Bindings", security.get("Binding"))))[:_MOST_ENTRIES],
    )


def _security_object(value: str) -> dict[str, Any] | None:
    text = value.strip()
    if not text.startswith("{") or len(text) > _LONGEST:
        return None
    for spelling in (text, dereferenced(text), text.replace('\\"', '"')):
        try:
            found = json.loads(spelling)
        except (ValueError, RecursionError):
            continue
        inner = found.get("SecurityData", found) if isinstance(found, dict) else None
        return inner if isinstance(inner, dict) and inner.get("Type") == "TC260PG" else None
    return None


def _signed_part(entry: dict[str, Any]) -> SignedPart:
    data = entry.get("TBSData")
    name = str(data.get("Type", "")) if isinstance(data, dict) else str(data)
    return SignedPart(
        _TYPES.get(name, "other"), name, str(entry.get("AlgID", "")), str(entry.get("KeyID", _NO_KEY_ID)), str(entry.get("Signature", ""))
    )


def _key(entry: dict[str, Any]) -> tuple[str, str]:
    value = entry.get("KeyValue", entry.get("Cert", entry.get("Value", "")))
    return str(entry.get("KeyID", _NO_KEY_ID)), str(value)


def _binding(entry: dict[str, Any]) -> Binding:
    algorithm = OIDS.get(str(entry.get("AlgID", "")))
    digest = f"{algorithm}:{str(entry.get('Value', '')).lower()}"
    ours = entry.get("CntSel") == SELECTION and is_digest(digest)
    return Binding(digest if ours else "", _compact(entry))


def _objects(value: Any) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [entry for entry in values if isinstance(entry, dict)]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
