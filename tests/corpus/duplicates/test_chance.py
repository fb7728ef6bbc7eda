"""Texts of one kind and a small vocabulary are no copies of one another, and copies of such texts are still found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.duplicates.chance import Alignment, align, is_sure
from brightline.corpus.duplicates.clustering import CLUSTERS_FILE, cluster
from brightline.corpus.duplicates.laying import lay
from brightline.corpus.duplicates.normalising import normalise_text
from brightline.corpus.duplicates.options import DuplicateOptions
from brightline.corpus.duplicates.verifying import compare, profile
from tests.corpus.duplicates.making import READING, corpus, edited, text

_WORDS = [text(seed, 6).split()[0] for seed in range(34)]
_MOST = DuplicateOptions().changed


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


def _aligned(one: str, other: str) -> Alignment:
    texts = [(codes, profile(codes)) for codes in map(normalise_text, (one, other))]
    return align([lay(texts[0], texts[1])])[0]


@pytest.mark.parametrize("make", FAMILIES)
def test_two_texts_of_one_kind_are_no_copies(make) -> None:  # type: ignore[no-untyped-def]
    for seed in range(12):
        found = _aligned(make(seed), make(seed + 100))
        assert found.changed > 0.85 * found.decoy or found.changed > _MOST + 0.1
        assert not found.is_copy(_MOST)


@pytest.mark.parametrize("make", FAMILIES)
def test_of_a_copy_few_characters_were_changed_whatever_its_kind(make) -> None:  # type: ignore[no-untyped-def]
    for seed in range(12):
        found = _aligned(make(seed), edited(make(seed), 0.05, seed))
        assert found.is_copy(_MOST)
        assert found.changed == pytest.approx(0.05, abs=0.04)


@pytest.mark.parametrize("share", [0.05, 0.10, 0.15])
def test_it_says_which_share_was_changed_also_where_paragraphs_were_moved(share: float) -> None:
    for language in ("zh", "en"):
        for seed in range(6):
            original = text(seed, 900, language)
            found = _aligned(original, edited(original[450:] + original[:450], share, seed))
            assert found.is_copy(_MOST)
            assert found.changed == pytest.approx(share, abs=0.05)
            assert not _aligned(original, text(seed + 50, 900, language)).is_copy(_MOST)


def test_a_form_whose_facts_stand_together_is_no_copy_and_one_that_differs_in_a_name_is() -> None:
    frame, facts = text(1, 700), [text(seed, 300) for seed in (2, 3)]
    forms = [frame[:350] + fact + frame[350:] for fact in facts]
    assert compare(*(profile(normalise_text(form)) for form in forms)).covered > 0.65
    found = _aligned(*forms)
    assert found.changed < _MOST  # of unrelated facts, too, some letters agree
    assert found.strangers > 0.25
    assert not found.is_copy(_MOST)
    assert _aligned(frame + " for Anna Bell", frame + " for Carl Dorn").is_copy(_MOST)


def test_of_texts_of_two_letters_more_is_asked() -> None:
    original = "".join(random.Random("two letters").choices("ab", k=900))
    other = "".join(random.Random("two other letters").choices("ab", k=900))
    assert not _aligned(original, other).is_copy(_MOST)
    assert _aligned(original, edited(original, 0.05)).is_copy(_MOST)


def test_a_text_that_repeats_itself_has_copies_all_the_same() -> None:
    song = text(1, 400) * 3
    assert _aligned(song, edited(song, 0.03)).is_copy(_MOST)


def test_a_long_text_of_four_letters_has_copies_all_the_same() -> None:
    strand = "".join(random.Random("long").choices("acgt", k=200_000))  # each gram of five stands at two hundred places
    assert _aligned(strand, strand[:100] + "a" + strand[100:]).is_copy(_MOST)


@given(st.text("abc中文", min_size=20, max_size=300), st.text("abc中文", min_size=20, max_size=300))
@settings(max_examples=60)
def test_it_is_symmetric_and_nothing_was_changed_of_the_same_text(one: str, other: str) -> None:
    assert _aligned(one, other) == _aligned(other, one)
    assert _aligned(one, one).changed == 0


def test_pairs_are_judged_alike_alone_and_among_others() -> None:
    codes = [normalise_text(each) for each in (text(1), edited(text(1), 0.1), text(2, 70), text(3, 90), _strand(1), _strand(2))]
    texts = [(each, profile(each)) for each in codes]
    laid = [lay(one, other) for one in texts for other in texts]
    assert align(laid) == [align([each])[0] for each in laid]


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
