"""The key file: made once, private, named for its log, changed with an overlap."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from brightline.errors import LedgerError
from brightline.ledger import Checkpoint, Signer, VerifierKey, open_checkpoint
from brightline.ledger.tree import EMPTY_ROOT


def test_a_new_key_is_readable_by_its_owner_only_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ledger.key"
    signer = Signer.load_or_create(path, "example.org/log")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["ledger.key"]
    assert Signer.load_or_create(path, "example.org/log").vkey == signer.vkey == Signer.load_or_create(path).vkey
    assert VerifierKey.parse(signer.vkey).name == "example.org/log"


def test_without_a_name_the_log_is_named_for_its_tenant_once(tmp_path: Path) -> None:
    signer = Signer.load_or_create(tmp_path / "key", tenant="a tenant+1")
    assert signer.origin.startswith("brightline/a-tenant-1/")
    assert Signer.load_or_create(tmp_path / "key", tenant="other").origin == signer.origin


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    Signer.load_or_create(tmp_path / "key", "log")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(LedgerError, match="can be read by others") as refused:
        Signer.load_or_create(tmp_path / "key", "log")
    assert "chmod 600" in refused.value.hint


def test_the_name_of_a_log_does_not_change(tmp_path: Path) -> None:
    Signer.load_or_create(tmp_path / "key", "log")
    with pytest.raises(LedgerError, match="is for the log 'log', the settings say 'other'"):
        Signer.load_or_create(tmp_path / "key", "other")


@pytest.mark.parametrize("content", ["", "rubbish\n", "\n\n", "\x00"])
def test_a_damaged_key_file_is_refused_and_not_replaced(content: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(LedgerError, match="BL-LEDGER-007"):
        Signer.load_or_create(path, "log")
    assert path.read_text() == content


def test_a_key_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir(mode=0o700)
    with pytest.raises(LedgerError, match="cannot be read"):
        Signer.load_or_create(tmp_path / "key", "log")


def test_a_name_that_cannot_be_one_is_refused_before_a_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="space or a plus"):
        Signer.load_or_create(tmp_path / "key", "my log")
    assert not (tmp_path / "key").exists()


def test_while_keys_are_changed_both_sign(tmp_path: Path) -> None:
    path = tmp_path / "key"
    old = Signer.load_or_create(path, "log")
    Signer.rotate(path)
    both = Signer.load_or_create(path, "log")
    assert both.verifiers[1:] == old.verifiers
    assert both.vkey != old.vkey
    note = both.sign(Checkpoint("log", 0, EMPTY_ROOT))
    for keys in (both.verifiers[:1], both.verifiers[1:]):
        assert open_checkpoint(note, keys).size == 0
    Signer.retire(path)
    assert Signer.load_or_create(path, "log").verifiers == both.verifiers[:1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_checkpoint_of_another_log_is_not_signed(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-003"):
        Signer.load_or_create(tmp_path / "key", "log").sign(Checkpoint("other", 0, EMPTY_ROOT))
