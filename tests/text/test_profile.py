"""The price of a word is what the engine would hit, counted beforehand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Side
from brightline.text import GoalBook, TextEngine
from brightline.text.lanes import base_form
from brightline.text.profile import PROFILE_FILE, Profile, load_profile, save_profile

_TEXTS = st.lists(st.text("甲乙丙aB1 ，。\u200b樂", max_size=12), min_size=1, max_size=8)
_WORDS = st.text("甲乙丙樂ab1", min_size=2, max_size=7)

ONE_WORD = """
- id: one.word
  title: {{zh: 甲, en: A}}
  types: [9]
  rules: [A-1]
  sides: [post]
  effect: review
  slots: [{{name: word, words: ["{word}"]}}]
  examples: ["{word}"]
  twins: [丁丁]
  owner: tests
"""


@given(_TEXTS, _WORDS)
@settings(max_examples=100, deadline=None)
def test_an_exact_share_is_what_the_engine_hits_and_any_other_is_no_less(
    load: Callable[..., GoalBook], texts: list[str], word: str
) -> None:
    engine = TextEngine(load(ONE_WORD.format(word=word)))
    hits = sum(bool(engine.scan(text, Side.POST)) for text in texts)
    shares = Profile.of({"all": texts}).shares([base_form(word)])
    if shares.exact[0]:
        assert shares.by_domain[0, 0] == hits / len(texts)
    elif not any(c.isascii() for c in word):
        assert shares.by_domain[0, 0] >= hits / len(texts)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5), st.lists(st.text(max_size=9), max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_texts_and_entries_have_shares(texts: list[str], entries: list[str]) -> None:
    shares = Profile.of({"all": texts}).shares(entries)
    assert shares.by_domain.shape == (len(entries), 1)
    assert ((shares.by_domain >= 0) & (shares.by_domain <= 1)).all()


def test_latin_words_and_numbers_are_counted_whole() -> None:
    profile = Profile.of({"all": ["something new", "a thing", "call 1380", "thing thing"]})
    shares = profile.shares(["thing", "138", "1380", "new"]).by_domain[:, 0]
    assert shares.tolist() == [0.5, 0.0, 0.25, 0.25]


def test_each_domain_has_its_own_share_and_counts_the_same() -> None:
    profile = Profile.of({"long": ["甲乙", "丙", "丁", "戊"], "short": ["甲乙"]})
    shares = profile.shares(["甲乙"])
    assert shares.by_domain.tolist() == [[0.25, 1.0]]
    assert shares.overall.tolist() == [0.625]


def test_a_long_entry_costs_no_more_than_its_rarest_part() -> None:
    profile = Profile.of({"all": ["甲乙丙丁戊", "甲乙丙丁", "乙丙丁戊", "己"]})
    shares = profile.shares(["甲乙丙丁戊", "己己己己甲乙丙丁"])
    assert shares.by_domain[:, 0].tolist() == [0.5, 0.0]
    assert not shares.exact.any()


def test_what_hardly_anybody_wrote_is_not_kept() -> None:
    assert len(Profile.of({"all": ["甲乙", "甲乙", "丙丁"]}, fewest=2).keys) == 3  # 甲, 乙, 甲乙


def test_a_profile_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile.of({"first": ["甲乙丙", "乙丙" * 3, ""], "second": ["乙丙 word 12"] * 300})
    path = tmp_path / "profile.npz"
    save_profile(profile, path)
    monkeypatch.setattr("brightline.text.profile.PROFILE_FILE", path)
    read = load_profile.__wrapped__()
    assert (read.domains, read.texts, read.fewest) == (profile.domains, profile.texts, profile.fewest)
    entries = ["乙丙", "word", "12", "甲乙丙", "丙丁"]
    assert (read.shares(entries).by_domain == profile.shares(entries).by_domain).all()


def test_the_shipped_profile_knows_common_words_and_is_small() -> None:
    profile = load_profile()
    assert PROFILE_FILE.stat().st_size <= 2_000_000
    assert len(profile.domains) == 7
    assert sum(profile.texts) > 50_000
    shares = dict(zip(["可以", "医生", "because", "囗乂囗"], profile.shares(["可以", "医生", "because", "囗乂囗"]).overall, strict=True))
    assert shares["可以"] > 0.1
    assert shares["囗乂囗"] == 0
    assert 0 < shares["because"] < shares["医生"] < 0.2


def test_fifty_thousand_entries_are_priced_at_once() -> None:
    rng = np.random.default_rng(7)
    entries = ["".join(map(chr, rng.integers(0x4E00, 0x9FA5, rng.integers(2, 8)))) for _ in range(50_000)]
    assert load_profile().shares(entries).by_domain.shape == (50_000, 7)
