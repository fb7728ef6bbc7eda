"""Keys by their files: made once, read anew when the file changed, and refused where it can no longer be used."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from brightline.config import load_settings
from brightline.errors import ConfigError
from brightline.labelling.keys import credential_of, own_secret, signing_key, trust_of
from brightline.labels.errors import LabelError
from brightline.labels.provenance import Credential
from brightline.labels.security import Sm2Key


def test_without_files_there_are_no_keys(tmp_path: Path) -> None:
    trust = trust_of(load_settings(home=tmp_path))

    assert (signing_key(None), credential_of(None, None), trust.pins, trust.anchors) == (None, None, None, "")


def test_a_replaced_signing_key_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sm2.pem"
    first, second = Sm2Key.of(1_001), Sm2Key.of(1_002)
    first.save(path)
    assert signing_key(path) == first
    assert signing_key(path) is signing_key(path)

    path.unlink()
    second.save(path)

    assert signing_key(path) == second


def test_a_key_that_others_may_read_now_is_no_longer_used(tmp_path: Path) -> None:
    path = tmp_path / "sm2.pem"
    Sm2Key.of(1_001).save(path)
    assert signing_key(path)

    path.chmod(0o644)

    with pytest.raises(LabelError, match="BL-LABEL-030"):
        signing_key(path)
    path.chmod(0o600)
    assert signing_key(path)


def test_a_key_file_that_is_gone_is_an_error_and_not_the_old_key(tmp_path: Path) -> None:
    path = tmp_path / "sm2.pem"
    Sm2Key.of(1_001).save(path)
    assert signing_key(path)

    path.unlink()

    with pytest.raises(LabelError, match="BL-LABEL-030"):
        signing_key(path)


def test_a_renewed_certificate_counts_at_once(tmp_path: Path) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    first, second = Credential.made("First"), Credential.made("Second")
    first.save(chain, key)
    assert credential_of(chain, key) == first

    chain.unlink()
    key.unlink()
    second.save(chain, key)

    assert credential_of(chain, key) == second


def test_changed_anchors_and_pins_count_at_once(tmp_path: Path) -> None:
    anchors, pins = tmp_path / "anchors.pem", tmp_path / "pins.yaml"
    anchors.write_text("one", "ascii")
    pins.write_text("", "ascii")
    settings = load_settings(home=tmp_path, label_c2pa_anchors=anchors, label_pins_file=pins)
    before = trust_of(settings)

    anchors.write_text("one and another", "ascii")
    pins.write_text("# none yet\n", "ascii")

    after = trust_of(settings)
    assert (before.anchors, after.anchors) == ("one", "one and another")
    assert after.pins is not before.pins
    anchors.unlink()
    with pytest.raises(ConfigError, match="BL-CONFIG-007"):
        trust_of(settings)


def test_a_secret_is_made_once_by_however_many_threads(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "watermark.key"
    start, made = threading.Barrier(8), []

    def make() -> None:
        start.wait()
        made.append(own_secret(path))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 8
    assert len(set(made)) == 1
    assert len(made[0]) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["watermark.key"]


def test_a_secret_that_is_restored_from_the_backup_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "watermark.key"
    made = own_secret(path)

    path.write_text("ab" * 32 + "\n", "ascii")

    assert own_secret(path) == b"\xab" * 32 != made


@pytest.mark.parametrize("held", ["", "ab" * 16, "no hexadecimal digits", "ab" * 33])
def test_a_damaged_secret_is_never_replaced_by_a_new_one(tmp_path: Path, held: str) -> None:
    path = tmp_path / "watermark.key"
    path.write_text(held, "ascii")

    with pytest.raises(LabelError, match="BL-LABEL-082"):
        own_secret(path)
    assert path.read_text("ascii") == held


def test_a_secret_for_which_there_is_no_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where a folder should be", "ascii")

    with pytest.raises(LabelError, match="BL-LABEL-082"):
        own_secret(tmp_path / "keys" / "watermark.key")
