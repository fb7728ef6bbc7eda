"""With which certificate manifests are signed: the operator's own chain, or a root and a leaf made here.

A leaf as the certificate profile of C2PA 2.2 wants it: ``digitalSignature`` (critical), extended usage ``emailProtection``, an organisation, subject
and authority key ids. A root made here is trusted by nobody but those who are given it; for public trust an operator brings a
chain from an authority on the C2PA trust list. No time stamping authority is asked unless its address is configured: without
one a manifest reads as *expired* once the leaf has, so a leaf made here lives as long as its root.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from brightline.labels.errors import LabelError
from brightline.ledger.durable import create_file

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

__all__ = ["Credential"]

_VALID = timedelta(days=3650)  # own choice: ten years; see above
_BEFOREHAND = timedelta(minutes=5)  # own choice: clocks of other machines may be behind
_LARGEST_FILE = 1 << 20  # own choice: a chain of a few certificates has some kB


@dataclass(frozen=True, slots=True)
class Credential:
    """A signing certificate: PEM chain, leaf first; PEM private key, unencrypted; C2PA's name of the algorithm; RFC 3161 address."""

    chain: str
    key: str = field(repr=False)
    algorithm: str = "es256"
    timestamp_url: str = ""

    @classmethod
    def made(cls, organisation: str, *, now: datetime | None = None, valid: timedelta = _VALID) -> Credential:
        """A root and a leaf (ES256) for ``organisation``. The root's private key is forgotten: it signs this one leaf."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        start = (now or datetime.now(UTC)) - _BEFOREHAND
        root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _certificate(f"{organisation} content credentials root", organisation, root_key, None, root_key, start, valid)
        leaf = _certificate(f"{organisation} content credentials", organisation, leaf_key, root, root_key, start, valid)
        chain = "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in (leaf, root))
        return cls(chain, leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii"))

    @classmethod
    def load(cls, chain: Path, key: Path, timestamp_url: str = "") -> Credential:
        """The operator's chain and key. Raises ``LabelError`` BL-LABEL-040: not readable, key readable by others, or not belonging together."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
        from cryptography.x509 import load_pem_x509_certificates

        if key.exists() and os.name == "posix" and key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise _unusable(key, "others can read it", f"chmod 600 {key}, and ask for a new certificate if somebody may have read it")
        chain_text, key_text = _text(chain), _text(key)
        try:
            certificates = load_pem_x509_certificates(chain_text.encode())
            public = certificates[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        except ValueError as problem:
            raise _unusable(chain, f"it is not a chain of certificates in PEM form ({problem})") from None
        try:
            private = load_pem_private_key(key_text.encode(), password=None)
        except (ValueError, TypeError) as problem:
            raise _unusable(key, f"it is not an unencrypted private key in PEM form ({problem})") from None
        if private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != public:
            raise _unusable(key, f"it is not the key of the first certificate in {chain}", "the leaf comes first in the chain")
        return cls(chain_text, key_text, _algorithm(private, key), timestamp_url)

    def save(self, chain: Path, key: Path) -> None:
        """Write both to new files, the key with mode 0600. Raises ``LabelError`` BL-LABEL-040 where a file is there or cannot be written."""
        for path, text, mode in ((key, self.key, 0o600), (chain, self.chain, 0o644)):
            try:
                made = create_file(path, text, mode)
            except OSError as problem:
                raise _unusable(path, f"it cannot be written: {problem.strerror}", "name a folder that exists and is yours") from None
            if not made:
                raise _unusable(path, "a file of this name exists", "a key is never overwritten: choose another name, or move the old one")

    @property
    def root(self) -> str:
        """The last certificate of the chain, in PEM form: what others can take for a trust anchor, if it is a root."""
        return "-----BEGIN CERTIFICATE-----" + self.chain.rpartition("-----BEGIN CERTIFICATE-----")[2]


def _certificate(
    name: str,
    organisation: str,
    key: EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: EllipticCurvePrivateKey,
    start: datetime,
    valid: timedelta,
) -> x509.Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    of = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    is_root = issuer is None
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(of))
        .issuer_name(x509.Name(of) if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + valid)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_root:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, SHA256())


def _algorithm(key: object, path: Path) -> str:
    """The name that C2PA has for signatures of such a key (C2PA 2.2, allowed list of signature algorithms)."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ec.EllipticCurvePrivateKey):
        found = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}.get(key.curve.name)
        if found:
            return found
    elif isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise _unusable(path, "C2PA knows no signature of this kind of key", "use a key on P-256")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE).decode("ascii")
    except OSError as problem:
        raise _unusable(path, f"it cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise _unusable(path, "it is not PEM text") from None


def _unusable(path: Path, why: str, hint: str = "name the PEM files of chain and key, see docs/label-security.md") -> LabelError:
    return LabelError("BL-LABEL-040", f"{path} cannot be used to sign manifests: {why}", hint)
