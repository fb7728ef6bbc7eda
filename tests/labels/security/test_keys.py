"""Key files: what is written can be read again, here and by others; what is not a key is told apart."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from brightline.labels.errors import LabelError
from brightline.labels.security import Sm2Key, read_public_key
from brightline.labels.security.curve import BASE
from brightline.labels.security.keys import pem


def _written(path: Path, content: str) -> Path:
    path.write_text(content, "ascii")
    path.chmod(0o600)
    return path


def test_a_saved_key_is_read_again_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    key = Sm2Key.generate()
    key.save(tmp_path / "sm2.pem")
    assert Sm2Key.load(tmp_path / "sm2.pem") == key
    assert stat.S_IMODE((tmp_path / "sm2.pem").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["sm2.pem"]


def test_a_key_file_has_the_bytes_that_openssl_writes_for_such_a_key() -> None:
    # openssl 3.0.19: ``openssl pkey -in FILE`` over the key with private number 1 writes these bytes back unchanged
    expected = (
        "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420" + f"{1:064x}" + "a144034200" + "04" + BASE.raw.hex()
    )
    body = "".join(Sm2Key.of(1).to_pem().splitlines()[1:-1])
    assert base64.b64decode(body).hex() == expected


@pytest.mark.parametrize("kind", ["EC PRIVATE KEY", "SM2 PRIVATE KEY"])
def test_a_sec1_file_of_openssl_is_read(tmp_path: Path, key: Sm2Key, kind: str) -> None:
    inner = bytes.fromhex("30770201010420" + f"{key.secret:064x}" + "a00a06082a811ccf5501822d" + "a14403420004") + key.public.raw
    assert Sm2Key.load(_written(tmp_path / "sec1.pem", pem(kind, inner))) == key


def test_an_existing_file_is_never_overwritten(tmp_path: Path, key: Sm2Key) -> None:
    path = _written(tmp_path / "sm2.pem", "precious")
    with pytest.raises(LabelError, match=r"BL-LABEL-030.*a file of this name exists"):
        key.save(path)
    assert path.read_text("ascii") == "precious"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, key: Sm2Key) -> None:
    with pytest.raises(LabelError, match=r"BL-LABEL-030.*cannot be written"):
        key.save(tmp_path / "missing" / "sm2.pem")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path, key: Sm2Key) -> None:
    path = _written(tmp_path / "sm2.pem", key.to_pem())
    path.chmod(0o640)
    with pytest.raises(LabelError, match="others can read it"):
        Sm2Key.load(path)


def test_what_is_no_sm2_key_is_refused_with_the_reason(tmp_path: Path, key: Sm2Key) -> None:
    p256 = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    cut = key.to_pem().splitlines()
    cases = {
        "": "no private key in PEM form",
        "-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----\n": "not an SM2 key",
        p256: "its curve is another",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n": "it is encrypted",
        "\n".join([cut[0], cut[1], cut[-1]]): "not an SM2 key",
        pem("PRIVATE KEY", b"\x30\x80"): "not an SM2 key",
        "x" * 70_000: "no private key in PEM form",
    }
    for content, reason in cases.items():
        with pytest.raises(LabelError, match=rf"BL-LABEL-030.*{reason}"):
            Sm2Key.load(_written(tmp_path / "key.pem", content))
    with pytest.raises(LabelError, match="BL-LABEL-030"):
        Sm2Key.load(tmp_path / "missing.pem")


def test_a_key_whose_halves_do_not_belong_together_is_refused(tmp_path: Path, key: Sm2Key, other_key: Sm2Key) -> None:
    mixed = Sm2Key(key.secret, other_key.public)
    with pytest.raises(LabelError, match="public half is not that of its private half"):
        Sm2Key.load(_written(tmp_path / "mixed.pem", mixed.to_pem()))


def test_the_private_half_is_never_shown(key: Sm2Key) -> None:
    assert str(key.secret) not in repr(key)
    assert f"{key.secret:x}" not in repr(key)


def test_the_key_id_is_that_of_the_public_file(key: Sm2Key) -> None:
    public = read_public_key(key.public_pem())
    assert public is not None
    assert public.key_id == key.key_id
    assert len(key.key_id) == 16
