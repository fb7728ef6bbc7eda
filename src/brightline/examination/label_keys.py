"""The codes, keys and certificates of labels: whether they are there, can be used, belong together, and for how long.

Files are read afresh each time, not from what the running process keeps: a key that was replaced is judged as it lies there.
Nobody is asked whether a certificate was revoked or a code is registered.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from brightline.errors import ConfigError
from brightline.examination.check import Check, Values
from brightline.labelling.keys import own_secret
from brightline.labels.provider_code import parse_provider_code, provider_code_problem
from brightline.service import Service

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from brightline.labels.security import Pins, Sm2Key

__all__ = [
    "anchors_check",
    "credential_check",
    "label_key_check",
    "own_keys_check",
    "pins_check",
    "platform_code_check",
    "provider_code_check",
]

_SOON = timedelta(days=30)  # own choice: an authority that checks an organisation takes days, sometimes weeks


def provider_code_check(service: Service) -> Iterator[Check]:
    """The code that stands in labels on what was generated here."""
    code = service.settings.label_provider_code
    if not code:
        yield Check("provider code", True, "not set: pictures, sound and films cannot be labelled as generated here")
        return
    yield _code("provider code", code, "1")


def platform_code_check(service: Service) -> Iterator[Check]:
    """The code that stands in labels on what is passed on."""
    code = service.settings.label_platform_code
    if not code:
        yield Check("platform code", True, "not set: uploads are verified, not passed on with a label")
        return
    yield _code("platform code", code, "2")


def _code(name: str, code: str, role: str) -> Check:
    """A code against the shape known from public ones (``labels.provider_code``), and the role that it is used in."""
    parts = parse_provider_code(code)
    values: Values = {"code": code, "role": role}
    if parts is None:
        if provider_code_problem(code):
            cure = "Copy the code again: 00, two digits, the 18 characters of the social credit code, the role, four of your own."
            return Check(name, False, "%(code)s begins like a code and has not its form", cure, values)
        cure = "Set the code of 27 characters where you have one: the standard allows a name, but only a code can be checked."
        return Check(name, True, "%(code)s is a name, no code of 27 characters", cure, values, note=True)
    values |= {"uscc": parts.uscc, "found": parts.role, "product": parts.product}
    if provider_code_problem(code):
        cure = "Compare it with the business licence, character by character: there is no I, O, S, V or Z in it."
        return Check(
            name, False, "%(code)s: the check digit of the social credit code %(uscc)s does not hold (GB 32100-2015)", cure, values
        )
    if parts.role != role:
        cure = "Set the code with the right role: 1 for who generates, 2 for who passes on."
        return Check(name, False, "%(code)s has the role digit %(found)s where %(role)s is meant", cure, values)
    return Check(name, True, "%(code)s: social credit code %(uscc)s, role %(found)s, own part %(product)s", values=values)


def label_key_check(service: Service) -> Iterator[Check]:
    """The key that signs labels. Raises ``LabelError`` BL-LABEL-030 where it cannot be read or others can."""
    key = _signing_key(service)
    if key is None:
        yield Check("label key", True, "none: labels are not signed (no label_key_file set)")
        return
    yield Check("label key", True, "SM2 key %(id)s, readable by its owner only", values={"id": key.key_id})


def own_keys_check(service: Service) -> Iterator[Check]:
    """The keys that this installation makes for itself, by which its marks are found again. Raises ``LabelError`` BL-LABEL-082."""
    store, tenant = service.store, service.settings.tenant
    used = {
        "fingerprint.key": not store.text_fingerprints.is_empty(tenant=tenant),
        "watermark.key": store.labelled_files.has_watermarks(tenant=tenant),
    }
    paths = {name: service.settings.home / "keys" / name for name in used}
    there = [name for name, path in paths.items() if path.exists()]
    lost = [name for name, is_used in used.items() if is_used and name not in there]
    for name in there:
        own_secret(paths[name])
    values: Values = {"files": ", ".join(there), "lost": ", ".join(lost)}
    if lost:
        cure = "Restore it from the backup of the home folder: what was made under it is not found again with a new one."
        yield Check("own keys", False, "%(lost)s is gone, and there are records made under it", cure, values)
    elif there:
        yield Check("own keys", True, "usable: %(files)s; they belong into the backup", values=values)
    else:
        yield Check("own keys", True, "none yet: made with the first fingerprint and the first watermark")


def pins_check(service: Service) -> Iterator[Check]:
    """The providers' keys that are trusted, and that our own signature counts here. Raises ``DataError``, ``LabelError``."""
    settings, path = service.settings, service.settings.label_pins_file
    if path is None:
        yield Check("pinned keys", True, "none: a signature proves that nothing changed, not who signed (no label_pins_file set)")
        return
    from brightline.labels.security import load_pins

    pins = load_pins(path)
    values: Values = {"count": len(pins.keys), "file": path.name, "path": str(path)}
    if _is_loose(path):
        yield Check("pinned keys", False, "%(file)s can be changed by others", "Run: chmod go-w %(path)s", values)
        return
    strangers = _pinned_without(pins, _signing_key(service), settings.label_provider_code, settings.label_platform_code)
    if strangers:
        values["codes"] = ", ".join(strangers)
        cure = "Add the public key of label_key_file to that entry: labels signed here are taken for forged until it stands there."
        yield Check("pinned keys", False, "the key that signs here is not among those pinned for %(codes)s", cure, values)
        return
    yield Check("pinned keys", True, "providers with keys in %(file)s: %(count)s", values=values)


def credential_check(service: Service) -> Iterator[Check]:
    """The certificate chain for C2PA and how long it lives. Raises ``LabelError`` BL-LABEL-040 where it cannot be used."""
    chain, key = service.settings.label_c2pa_chain, service.settings.label_c2pa_key
    if chain is None or key is None:
        yield Check("credential", True, "none: no C2PA manifest is written (no label_c2pa_chain set)")
        return
    from brightline.labels.provenance import Credential

    credential = Credential.load(chain, key)
    certificates, now = _certificates(credential.chain), datetime.now(UTC)
    first, last = max(each.not_valid_before_utc for each in certificates), min(each.not_valid_after_utc for each in certificates)
    values: Values = {
        "algorithm": credential.algorithm,
        "from": f"{first:%Y-%m-%d}",
        "until": f"{last:%Y-%m-%d}",
        "days": max(0, (last - now).days),
    }
    if now > last:
        cure = "Set a new chain and key: manifests that are signed with this one read as expired."
        yield Check("credential", False, "its chain ended on %(until)s", cure, values)
    elif now < first:
        cure = "Set the clock, or wait: manifests that are signed now are not valid."
        yield Check("credential", False, "its chain begins on %(from)s", cure, values)
    elif last - now < _SOON:
        cure = "Ask for a new certificate now. What was signed without a time stamp reads as expired from then on."
        yield Check("credential", True, "%(algorithm)s, its chain ends in %(days)s days, on %(until)s", cure, values, note=True)
    else:
        yield Check("credential", True, "%(algorithm)s, its chain is valid until %(until)s", values=values)


def anchors_check(service: Service) -> Iterator[Check]:
    """The certificates that C2PA signatures are trusted by. Raises ``ConfigError`` BL-CONFIG-007 where the file cannot be read."""
    path = service.settings.label_c2pa_anchors
    if path is None:
        yield Check("anchors", True, "none: a valid C2PA signature counts as untrusted (no label_c2pa_anchors set)")
        return
    values: Values = {"file": path.name, "path": str(path)}
    try:
        certificates = _certificates(path.read_text("ascii"))
    except OSError as problem:
        raise ConfigError(
            "BL-CONFIG-007", f"label_c2pa_anchors = {path} cannot be read: {problem.strerror}", "name a PEM file that the service may read"
        ) from None
    except ValueError:
        cure = "Name a file with certificates in PEM form: BEGIN CERTIFICATE, one after the other."
        yield Check("anchors", False, "%(file)s holds no certificates that can be read", cure, values)
        return
    if _is_loose(path):
        yield Check("anchors", False, "%(file)s can be changed by others", "Run: chmod go-w %(path)s", values)
        return
    ended = sum(each.not_valid_after_utc < datetime.now(UTC) for each in certificates)
    values |= {"count": len(certificates), "ended": ended}
    if ended:
        cure = "Get the newest list of who is trusted: what was signed under these counts as untrusted or expired."
        yield Check("anchors", True, "certificates in %(file)s: %(count)s, of which ended: %(ended)s", cure, values, note=True)
    else:
        yield Check("anchors", True, "certificates in %(file)s: %(count)s", values=values)


def _signing_key(service: Service) -> Sm2Key | None:
    path = service.settings.label_key_file
    if path is None:
        return None
    from brightline.labels.security import Sm2Key

    return Sm2Key.load(path)


def _pinned_without(pins: Pins, key: Sm2Key | None, *codes: str) -> list[str]:
    """The codes of ours that are pinned, and not with the key that signs here."""
    if key is None:
        return []
    return [code for code in codes if pins.of(code) and not any(key.public in pinned.points for pinned in pins.of(code))]


def _certificates(text: str) -> list[Certificate]:
    """The certificates of a PEM text, at least one. Raises ``ValueError``."""
    from cryptography.x509 import load_pem_x509_certificates

    return load_pem_x509_certificates(text.encode())


def _is_loose(path: Path) -> bool:
    """True if others than its owner may write a file that says whom to trust."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o022)
