"""Certificates for manifests: made here, or the operator's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import load_pem_x509_certificates

from brightline.labels.errors import LabelError
from brightline.labels.provenance import Credential
from brightline.labels.provenance.credential import _algorithm


def _saved(folder: Path, credential: Credential) -> tuple[Path, Path]:
    chain, key = folder / "chain.pem", folder / "key.pem"
    credential.save(chain, key)
    return chain, key


def test_a_saved_credential_is_loaded_as_it_was_and_its_key_is_only_its_owners(tmp_path: Path, credential: Credential) -> None:
    chain, key = _saved(tmp_path, credential)
    assert Credential.load(chain, key) == credential
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_made_chain_is_a_leaf_and_the_root_that_issued_it(credential: Credential) -> None:
    leaf, root = load_pem_x509_certificates(credential.chain.encode())
    leaf.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    assert [root] == load_pem_x509_certificates(credential.root.encode())


def test_the_private_key_is_never_shown(credential: Credential) -> None:
    assert credential.key.splitlines()[1] not in repr(credential)


def test_existing_files_are_never_overwritten(tmp_path: Path, credential: Credential) -> None:
    chain, key = _saved(tmp_path, credential)
    with pytest.raises(LabelError, match="BL-LABEL-040"):
        Credential.made("other").save(chain, key)
    with pytest.raises(LabelError, match="BL-LABEL-040"):
        credential.save(tmp_path / "missing" / "chain.pem", tmp_path / "missing" / "key.pem")
    assert Credential.load(chain, key) == credential


def test_files_that_cannot_be_used_are_named_with_the_reason(tmp_path: Path, credential: Credential) -> None:
    chain, key = _saved(tmp_path, credential)
    other = tmp_path / "other.pem"
    other.write_text(Credential.made("other").key, "ascii")
    other.chmod(0o600)
    nothing, binary = tmp_path / "nothing.pem", tmp_path / "binary.pem"
    nothing.write_text("no PEM", "ascii")
    nothing.chmod(0o600)
    binary.write_bytes(b"\xff\xfe")
    cases = [
        (chain, other, "not the key of the first certificate"),
        (nothing, key, "not a chain of certificates"),
        (chain, nothing, "not an unencrypted private key"),
        (tmp_path / "missing.pem", key, "cannot be read"),
        (chain, tmp_path / "missing.pem", "cannot be read"),
        (binary, key, "not PEM text"),
    ]
    for chain_file, key_file, reason in cases:
        with pytest.raises(LabelError, match=rf"BL-LABEL-040.*{reason}"):
            Credential.load(chain_file, key_file)
    key.chmod(0o644)
    with pytest.raises(LabelError, match="others can read it"):
        Credential.load(chain, key)


def test_the_algorithm_follows_from_the_key() -> None:
    path = Path("key.pem")
    assert [_algorithm(ec.generate_private_key(curve), path) for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1())] == [
        "es256",
        "es384",
        "es512",
    ]
    assert _algorithm(rsa.generate_private_key(65537, 2048), path) == "ps256"
    assert _algorithm(ed25519.Ed25519PrivateKey.generate(), path) == "ed25519"
    for unknown in (ec.generate_private_key(ec.SECP256K1()), ed448.Ed448PrivateKey.generate()):
        with pytest.raises(LabelError, match="no signature of this kind of key"):
            _algorithm(unknown, path)


def test_an_encrypted_key_is_refused(tmp_path: Path, credential: Credential) -> None:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key

    chain, key = _saved(tmp_path, credential)
    private = load_pem_private_key(key.read_bytes(), None)
    assert private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) == key.read_bytes()
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")))
    with pytest.raises(LabelError, match="not an unencrypted private key"):
        Credential.load(chain, key)
