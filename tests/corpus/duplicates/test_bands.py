"""The kernel ``bands``: what it makes of a text depends on the text's letters and digits, and on nothing else."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.duplicates import bands, normalising
from brightline.corpus.duplicates.bands import BANDS, SCHEMA, kernel
from brightline.corpus.duplicates.normalising import normalise, normalise_text, spans
from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import KernelSpec
from tests.corpus.duplicates.making import edited, text

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), max_size=8)


def _annotated(documents: list[str | None]) -> pa.Table:
    return kernel().annotate(pa.table({"text": pa.array(documents, pa.large_string())}))


def _values(table: pa.Table, row: int) -> np.ndarray:
    return np.frombuffer(table["bands"][row].as_py(), "<u4")


def test_typography_makes_no_other_text() -> None:
    plain = text(1) + "12"
    table = _annotated(
        [
            plain,
            f"  {plain.upper().replace(' ', chr(0x3000))}！",
            "".join(chr(ord(each) + 0xFEE0) if each != " " else each for each in plain),
        ]
    )
    assert table.slice(1, 1).equals(table.slice(0, 1))
    assert table.slice(2, 1).equals(table.slice(0, 1))


def test_short_texts_have_a_digest_only_and_empty_ones_nothing_but_their_length() -> None:
    table = _annotated(["短文本", "……！", ""])
    assert [row["grams"] for row in table.to_pylist()] == [3, 0, 0]
    assert [row["digest"] is None for row in table.to_pylist()] == [False, True, True]
    assert table["bands"].null_count == table["sketch"].null_count == 3


def test_agreement_in_bands_estimates_how_much_two_texts_share() -> None:
    pairs = [
        (text(seed, 3_000, language), edited(text(seed, 3_000, language), 0.1, seed)) for seed in range(10) for language in ("zh", "en")
    ]
    table = _annotated([each for pair in pairs for each in pair])
    agreements = [np.mean(_values(table, 2 * row) == _values(table, 2 * row + 1)) for row in range(len(pairs))]
    assert np.mean(agreements) == pytest.approx(0.274, abs=0.08)  # docs/corpus-duplicates.md; insertions and deletions change a little less


def test_a_text_longer_than_a_block_has_the_values_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [text(seed, 5_000, language) for seed in range(2) for language in ("zh", "en")]
    whole = _annotated(documents)
    monkeypatch.setattr(bands, "_BLOCK", 700)  # pieces of a text instead of a million characters of it
    assert _annotated(documents).equals(whole)


@given(texts, texts)
@settings(max_examples=50)
def test_a_row_does_not_depend_on_its_neighbours(before: list[str], after: list[str]) -> None:
    middle = text(5) + "𠀀𠮷"
    assert _annotated([*before, middle, *after]).slice(len(before), 1).equals(_annotated([middle]))


@given(texts)
@settings(max_examples=50)
def test_any_texts_give_a_row_each_in_the_schema(documents: list[str]) -> None:
    table = _annotated([*documents, None])
    assert table.schema == SCHEMA
    assert table.num_rows == len(documents) + 1
    assert table["grams"].to_pylist() == [len(normalise_text(each)) for each in documents] + [0]


@given(texts)
@settings(max_examples=50)
def test_a_batch_is_normalised_as_its_texts_are(documents: list[str]) -> None:
    batch = normalise(pa.chunked_array([pa.array(documents, pa.large_string()), pa.array([None, "a"], pa.large_string())]))
    assert [batch.text(row).tolist() for row in range(len(documents))] == [normalise_text(each).tolist() for each in documents]
    sliced = normalise(pa.array([*documents, "b"], pa.large_string()).slice(len(documents) // 2))
    assert [sliced.text(row).tolist() for row in range(len(sliced))] == [
        normalise_text(each).tolist() for each in [*documents, "b"][len(documents) // 2 :]
    ]


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 12))
def test_texts_are_taken_in_groups_that_are_not_too_long(lengths: list[int], most: int) -> None:
    offsets = np.concatenate([[0], np.cumsum(np.array(lengths, np.int64))]).astype(np.int64)
    groups = spans(offsets, most)
    assert [row for first, end in groups for row in range(first, end)] == list(range(len(lengths)))
    assert all(offsets[end] - offsets[first] <= most or end - first == 1 for first, end in groups)


def test_nothing_but_letters_digits_and_marks_is_left() -> None:
    assert "".join(map(chr, normalise_text("Ａｂ①，가 é🙂\u200b\ufe0f𠀀Ⅻ"))) == "ab1가é𠀀ⅻ"


def test_the_version_changes_with_the_options_and_is_the_same_everywhere() -> None:
    assert kernel().version == kernel(key_hex="00").version
    assert kernel(least_chars=64).version != kernel().version
    assert KernelSpec("brightline.corpus.duplicates.bands:kernel", {"least_chars": 64}).load().version == kernel(least_chars=64).version


def test_the_values_are_those_of_every_other_machine() -> None:
    table = _annotated(["The quick brown fox jumps over the lazy dog, and then sleeps. 敏捷的棕色狐狸跳过懒狗。"])
    assert table["digest"][0].as_py().hex() == "12b6d4ece178760179a0461ec51fd51d"
    assert _values(table, 0)[:3].tolist() == [60531876, 1214446846, 451839348]
    assert table["sketch"][0].as_py()[:4].hex() == "6f46785c"
    assert len(_values(table, 0)) == BANDS


def test_a_length_that_cannot_work_is_refused() -> None:
    with pytest.raises(CorpusError) as refused:
        kernel(least_chars=7)
    assert refused.value.code == "BL-CORPUS-060"


def test_ideographs_and_syllables_fold_to_themselves() -> None:
    points = [point for start, end in normalising._FOLD_TO_THEMSELVES for point in range(start, end)]
    assert [normalising._folded(point) for point in points] == points
    assert normalise_text("".join(map(chr, points))).tolist() == points
