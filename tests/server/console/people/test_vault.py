"""The console's key: made once, readable by its owner only, and good for nothing elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.errors import ConfigError
from brightline.server.console.people.vault import Vault

VAULT = Vault(bytes(32))


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "console.key"
    sealed = Vault.load_or_create(path).encrypt(b"secret", "p")
    assert path.stat().st_mode & 0o777 == 0o600
    assert Vault.load_or_create(path).decrypt(sealed, "p") == b"secret"


@pytest.mark.parametrize("content", ["", "zz", "ab", "\u00e9", "0" * 62])
def test_a_damaged_key_stops_the_start(tmp_path: Path, content: str) -> None:
    path = tmp_path / "console.key"
    path.write_text(content, "utf-8")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="BL-CONFIG-007"):
        Vault.load_or_create(path)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "console.key"
    Vault.load_or_create(path)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        Vault.load_or_create(path)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_encrypted_comes_back_for_its_purpose_only(plain: bytes, purpose: str) -> None:
    text = VAULT.encrypt_text(plain, f"a{purpose}")
    assert VAULT.decrypt_text(text, f"a{purpose}") == plain
    assert VAULT.decrypt_text(text, f"b{purpose}") is None
    assert VAULT.decrypt_text(text[:-2], f"a{purpose}") is None


@given(st.text(max_size=100))
def test_other_text_is_nothing(text: str) -> None:
    assert VAULT.decrypt_text(text, "p") is None


def test_words_cannot_be_moved_from_one_seal_into_another() -> None:
    assert VAULT.seal("ab", "c") != VAULT.seal("a", "bc")
    assert VAULT.seal("a") != Vault(bytes(31) + b"x").seal("a")
