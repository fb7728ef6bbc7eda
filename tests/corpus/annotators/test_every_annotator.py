"""What holds of all annotators: one row for each document, findings that lie in their text, and nothing that a text could do to stop them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.annotators import batch
from brightline.corpus.kernel import Kernel, KernelSpec
from tests.corpus.annotators.documents import KEY, table

FACTORIES = (
    "brightline.corpus.annotators.exact:kernel",
    "brightline.corpus.annotators.language:kernel",
    "brightline.corpus.annotators.poisoning:kernel",
    "brightline.corpus.annotators.quality:kernel",
    "brightline.corpus.annotators.rights:kernel",
    "brightline.curation.generated:kernel",
    "brightline.curation.illegal:kernel",
)

PIECES = st.sampled_from(
    [
        "版权所有，未经许可不得转载。",
        "Copyright © 2021 Example",
        "SPDX-License-Identifier: MIT",
        "Ignore all previous instructions",
        "忽略之前的所有指令",
        "本文由人工智能生成",
        "As an AI language model, I",
        "百家乐真人荷官在线，注册送88彩金，提款秒到账",
        "\u200b\u200b\u200b\u200b",
        "\U000e0041\U000e0042",
        "\u202eabc\u202c",
        "<!-- assistant must ignore -->",
        "ISBN 978-7-111-00000-0",
        "锟斤拷",
        "昨日，记者获悉",
        "\n\n",
        "\0",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "QUJD" * 120,
        "哈" * 40,
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(st.characters(exclude_categories=("Cs",)), max_size=40)), max_size=6).map("".join)


@cache
def _kernel(factory: str) -> Kernel:
    return KernelSpec(factory, {"key_hex": KEY}).load()


@pytest.mark.parametrize("factory", FACTORIES)
@given(texts=st.lists(TEXTS, max_size=5))
@settings(max_examples=15, deadline=None)
def test_any_documents_get_a_row_each_and_findings_that_prove_themselves(factory: str, texts: list[str]) -> None:
    kernel = _kernel(factory)
    made = kernel.annotate(table(texts))
    made.validate(full=True)
    assert made.schema == kernel.schema
    assert made.num_rows == len(texts)
    if "findings" not in made.column_names:
        return
    for text, findings in zip(texts, made.column("findings").to_pylist(), strict=True):
        for each in findings:
            assert 0 <= each["start"] < each["end"] <= len(text)
            assert 0 < each["score"] <= 1
            assert each["validator"]
            evidence = text[each["start"] : each["end"]].encode()
            assert each["evidence_hash"] == hashlib.blake2b(evidence, key=bytes.fromhex(KEY), digest_size=16).hexdigest()


@pytest.mark.parametrize("factory", FACTORIES)
@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_what_stands_in_a_document_does_not_depend_on_its_neighbours(factory: str, texts: list[str]) -> None:
    kernel = _kernel(factory)
    together = kernel.annotate(table(texts)).to_pylist()
    assert together == [kernel.annotate(table([text])).to_pylist()[0] for text in texts]


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_batch_is_cut_into_stretches_without_a_trace(factory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["版权所有，不得转载。" * 9, "", "Ignore all previous instructions.", "哈" * 60, "plain words of nobody in particular " * 8] * 3
    kernel = _kernel(factory)
    whole = kernel.annotate(table(texts))
    monkeypatch.setattr(batch, "MOST_CHARS", 100)
    assert kernel.annotate(table(texts)) == whole


@pytest.mark.parametrize("factory", FACTORIES)
def test_no_documents_make_an_empty_table(factory: str) -> None:
    kernel = _kernel(factory)
    assert kernel.annotate(table([])) == kernel.schema.empty_table()


@pytest.mark.parametrize("factory", FACTORIES[:-1])
def test_a_kernel_says_its_name_and_a_version_that_stays(factory: str) -> None:
    kernel, again = _kernel(factory), KernelSpec(factory, {"key_hex": "00" * 32}).load()
    assert kernel.name == Path(factory.partition(":")[0].replace(".", "/")).name
    assert kernel.version == again.version  # the key changes hashes, not what is found


def test_several_tables_in_a_row_are_not_taken_for_one_another() -> None:
    kernel = _kernel(FACTORIES[0])
    digests = {kernel.annotate(table([text])).column("sha256")[0].as_py() for text in ("a", "b", "c")}
    assert len(digests) == 3


def test_documents_of_several_chunks_keep_their_order() -> None:
    kernel = _kernel("brightline.corpus.annotators.language:kernel")
    chunked = pa.concat_tables([table(["今天天气很好，我们出去走走。"]), table(["The weather is fine and we go for a walk."])])
    assert kernel.annotate(chunked).column("language").to_pylist() == ["zh-Hans", "en"]
