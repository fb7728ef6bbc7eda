"""The key of an installation's corpora: made once, secret, and one for each purpose."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from brightline.config import load_settings
from brightline.corpus.errors import CorpusError
from brightline.curation.keys import CorpusKey


def test_the_key_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)

    first, second = CorpusKey.of(settings), CorpusKey.of(settings)

    assert first.evidence == second.evidence
    assert stat.S_IMODE((tmp_path / "keys" / "corpus.key").stat().st_mode) == 0o600


def test_each_purpose_has_a_key_of_its_own(tmp_path: Path) -> None:
    key = CorpusKey.of(load_settings(home=tmp_path))

    derived = [key.evidence, key.pseudonyms, key.sampling]

    assert len(set(derived)) == 3
    assert {len(each) for each in derived} == {64}


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    here, there = CorpusKey.of(load_settings(home=tmp_path / "a")), CorpusKey.of(load_settings(home=tmp_path / "b"))

    assert here.evidence != there.evidence


@pytest.mark.parametrize("content", ["", "no hex at all", "ab" * 31, "ab" * 33])
def test_a_file_that_holds_no_key_is_an_error_and_never_replaced(tmp_path: Path, content: str) -> None:
    settings = load_settings(home=tmp_path)
    CorpusKey.of(settings)
    path = tmp_path / "keys" / "corpus.key"
    path.write_text(content)

    with pytest.raises(CorpusError, match="BL-CORPUS-090"):
        CorpusKey.of(settings)
    assert path.read_text() == content


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    CorpusKey.of(settings)
    (tmp_path / "keys" / "corpus.key").chmod(0o644)

    with pytest.raises(CorpusError, match="chmod 600"):
        CorpusKey.of(settings)


def test_a_home_that_cannot_be_made_is_an_error_with_a_code(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(CorpusError, match="BL-CORPUS-090"):
        CorpusKey.of(load_settings(home=tmp_path / "file" / "home"))
