"""The operator's keyword library over a corpus: every form of a word is found where it stands, and only whole Latin words."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import Announced
from brightline.corpus.storage import Workspace
from brightline.curation.keywords import KeywordKernel, announce, kernel, read_keywords, shelve

KEY = bytes(range(32))


def _found(library: str, *texts: str) -> list[list[str]]:
    """What each text's findings cover."""
    made = KeywordKernel(read_keywords(library), KEY).annotate(pa.table({"text": pa.array(texts, pa.large_string())}))
    rows = made.column("findings").to_pylist()
    return [[text[each["start"] : each["end"]] for each in row] for text, row in zip(texts, rows, strict=True)]


@pytest.mark.parametrize("text", ["有人卖枪吗", "有人賣枪吗", "有人卖\u200b枪吗", "卖枪"])
def test_a_word_is_found_in_every_form_and_covers_the_raw_text(text: str) -> None:
    ((covered,),) = _found("卖枪", text)

    assert covered in ("卖枪", "賣枪", "卖\u200b枪")


def test_full_width_and_capital_letters_are_the_same_word() -> None:
    assert _found("casino", "去ＣＡＳＩＮＯ玩", "Casino") == [["ＣＡＳＩＮＯ"], ["Casino"]]


def test_a_latin_word_counts_beside_chinese_and_not_inside_another() -> None:
    assert _found("ass", "an ass", "class", "他说ass吗", "ass1") == [["ass"], [], ["ass"], []]


def test_no_word_is_found_across_two_documents_of_a_batch() -> None:
    assert _found("甲乙\nred wine", "甲", "乙", "red", "wine", "red wine") == [[], [], [], [], ["red wine"]]


def test_overlapping_words_are_all_found_and_categories_are_rules() -> None:
    made = KeywordKernel(read_keywords("甲乙\ta1\n乙丙"), KEY).annotate(pa.table({"text": pa.array(["甲乙丙"], pa.large_string())}))

    (row,) = made.column("findings").to_pylist()
    assert [each["rule"] for each in row] == ["keywords.a1", "keywords.listed"]
    assert row[0]["evidence_hash"] == hashlib.blake2b("甲乙".encode(), key=KEY, digest_size=16).hexdigest()


def test_the_version_is_the_librarys() -> None:
    first, same, other = (KeywordKernel(read_keywords(library), KEY).version for library in ("甲乙", "# remark\n甲乙\n", "甲乙\ta1"))

    assert first == same != other


@pytest.mark.parametrize(
    ("library", "why"),
    [("", "no word"), ("# only\n", "no word"), ("a\nb\tBad Category", ":2: "), ("。。" * 200, ":1: ")],
)
def test_a_library_that_cannot_be_used_names_file_and_line(library: str, why: str) -> None:
    with pytest.raises(CorpusError, match=re.escape(why)) as error:
        read_keywords(library, "words.txt")
    assert error.value.code == "BL-CORPUS-091"


def test_a_library_is_shelved_under_its_digest_and_read_there_by_a_worker(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("卖枪\n", "utf-8")
    workspace = Workspace(str(tmp_path / "ws"))

    options = shelve(tmp_path / "words.txt", workspace)

    assert kernel(**options).version == KeywordKernel(read_keywords("卖枪"), b"").version
    assert shelve(tmp_path / "words.txt", workspace) == options


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6), min_size=1, max_size=5))
def test_a_worker_that_reads_the_forms_has_the_kernel_of_whoever_reads_the_words(tmp_path: Path, words: list[str]) -> None:
    library = "卖枪\ta1\n" + "\n".join(words)
    try:
        whole = KeywordKernel(read_keywords(library), KEY)
    except CorpusError:
        return  # no library
    (tmp_path / "words.txt").write_bytes(library.encode())
    workspace = Workspace(str(tmp_path / "ws"))
    options = shelve(tmp_path / "words.txt", workspace)
    texts = pa.table({"text": pa.array([f"有人卖枪。{library}"], pa.large_string())})
    shelved = kernel(**options, key_hex=KEY.hex())
    assert (shelved.version, announce(**options)) == (whole.version, Announced("keywords", whole.version))
    assert shelved.annotate(texts).equals(whole.annotate(texts))


def test_forms_of_another_version_are_not_used(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("卖枪\n", "utf-8")
    workspace = Workspace(str(tmp_path / "ws"))
    options = shelve(tmp_path / "words.txt", workspace)
    forms = next(name for name in workspace.names("keywords/") if name.endswith(".forms"))
    workspace.write_bytes(forms, "brightline 0, keywords 1\n卖刀\tlisted".encode())
    assert announce(**options) is None
    assert kernel(**options).version == KeywordKernel(read_keywords("卖枪"), b"").version


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_is_no_text_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "words.txt").write_bytes(content)

    with pytest.raises(CorpusError, match="BL-CORPUS-091"):
        shelve(tmp_path / "words.txt", Workspace(str(tmp_path / "ws")))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=8))
def test_any_texts_get_a_row_each_and_spans_that_lie_in_them(texts: list[str]) -> None:
    made = KeywordKernel(read_keywords("a\n1\n的\n甲乙"), KEY).annotate(pa.table({"text": pa.array(texts, pa.large_string())}))

    rows = made.column("findings").to_pylist()
    assert len(rows) == len(texts)
    assert all(0 <= each["start"] < each["end"] <= len(text) for text, row in zip(texts, rows, strict=True) for each in row)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("甲乙ab 1。"), max_size=30), min_size=1, max_size=8))
def test_a_batch_finds_what_each_text_alone_has(texts: list[str]) -> None:
    library = "甲乙\nab\n1\n乙 甲"

    assert _found(library, *texts) == [_found(library, text)[0] for text in texts]
