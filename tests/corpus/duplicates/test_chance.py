"""Texts of one kind and a small vocabulary are no copies of one another, and copies of such texts are still found."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.duplicates.chance import beyond_chance, by_chance, is_sure
from brightline.corpus.duplicates.clustering import CLUSTERS_FILE, cluster
from brightline.corpus.duplicates.normalising import normalise_text
from brightline.corpus.duplicates.options import DuplicateOptions
from brightline.corpus.duplicates.verifying import compare, profile
from tests.corpus.duplicates.making import READING, corpus, edited, text

_WORDS = [text(seed, 6).split()[0] for seed in range(34)]
_LEAST = DuplicateOptions().beyond_chance


def _few_words(seed: int) -> str:
    return " ".join(random.Random(f"few-{seed}").choices(_WORDS, k=60))


def _strand(seed: int) -> str:
    return "".join(random.Random(f"dna-{seed}").choices("acgt", k=1_500))


def _log(seed: int) -> str:
    chooser = random.Random(f"log-{seed}")
    return "\n".join(
        f"2026-11-{chooser.randrange(1, 29):02d} {chooser.randrange(24):02d}:{chooser.randrange(60):02d} GET /page/{chooser.randrange(900)} "
        f"from 192.0.2.{chooser.randrange(255)} in {chooser.randrange(4_000)} ms"
        for _ in range(20)
    )


def _table(seed: int) -> str:
    """The same things in another order, as menus have them."""
    chooser = random.Random(f"table-{seed}")
    return "\n".join(f"{word} {chooser.randrange(10, 99)}" for word in chooser.sample(_WORDS, 26))


FAMILIES = [_few_words, _strand, _log, _table]


def _beyond(one: str, other: str) -> float:
    texts = normalise_text(one), normalise_text(other)
    return beyond_chance(*texts, (by_chance(texts[0]), by_chance(texts[1])))


@pytest.mark.parametrize("make", FAMILIES)
def test_two_texts_of_one_kind_agree_by_chance_only(make) -> None:  # type: ignore[no-untyped-def]
    assert np.mean([_beyond(make(seed), make(seed + 100)) for seed in range(12)]) < 0.3


@pytest.mark.parametrize("make", FAMILIES)
def test_a_copy_agrees_beyond_chance_whatever_its_kind(make) -> None:  # type: ignore[no-untyped-def]
    assert min(_beyond(make(seed), edited(make(seed), 0.05, seed)) for seed in range(12)) > _LEAST


def test_natural_texts_agree_beyond_chance_when_many_characters_were_changed_and_paragraphs_moved() -> None:
    for language in ("zh", "en"):
        for seed in range(6):
            original = text(seed, 900, language)
            changed = edited(original[450:] + original[:450], 0.15, seed)
            assert _beyond(original, changed) > _LEAST
            assert _beyond(original, text(seed + 50, 900, language)) < 0.3


def test_a_text_that_repeats_itself_has_copies_all_the_same() -> None:
    song = text(1, 400) * 3
    assert _beyond(song, edited(song, 0.03)) > _LEAST


@given(st.text("abc中文", min_size=1, max_size=300), st.text("abc中文", min_size=1, max_size=300))
@settings(max_examples=60)
def test_it_is_symmetric_and_one_for_the_same_text(one: str, other: str) -> None:
    assert _beyond(one, other) == _beyond(other, one) <= 1
    assert _beyond(one, one) == pytest.approx(1)


def test_grams_alone_are_sure_of_natural_copies_and_never_of_dna() -> None:
    def sure(one: str, other: str) -> bool:
        profiles = profile(normalise_text(one)), profile(normalise_text(other))
        return is_sure(compare(*profiles), *profiles)

    assert sure(text(1, 900), edited(text(1, 900), 0.03))
    assert not sure(_strand(1) * 3, _strand(2) * 3)
    assert not sure(text(1, 900), edited(text(1, 900), 0.15))


def test_nothing_is_taken_out_of_small_vocabularies_but_copies(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": f"{make.__name__}-{seed}", "text": make(seed)} for make in FAMILIES for seed in range(25)]
    rows += [{"id": f"{make.__name__}-copy", "text": edited(make(3), 0.04)} for make in FAMILIES]
    workspace, shards = corpus(tmp_path, rows)
    found = cluster(workspace, shards, READING)
    assert (found.near, found.clusters) == (len(FAMILIES), len(FAMILIES))
    assert len(workspace.read_table(CLUSTERS_FILE)) == 2 * len(FAMILIES)
