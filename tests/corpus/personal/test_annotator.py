"""The kernel: Arrow in, Arrow out, keyed hashes, nulls kept."""

from __future__ import annotations

import hashlib
import pickle
import random

import pyarrow as pa
import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.personal import annotator as annotator_module
from brightline.corpus.personal import find, kernel
from brightline.corpus.schema import FINDINGS
from tests.corpus.personal import invented

KEY = "0b" * 32


def _table(texts: list[str | None]) -> pa.Table:
    return pa.table({"text": pa.array(texts, pa.large_string())})


def test_each_row_has_its_findings_with_keyed_hashes(rng: random.Random) -> None:
    texts = [f"电话{invented.mobile(rng)}", "", "无", f"中文身份证{invented.id_card(rng)}"]
    out = kernel(KEY).annotate(_table(list(texts)))
    assert out.schema == kernel(KEY).schema
    assert out.schema.field("findings").type == FINDINGS
    rows = out.column("findings").to_pylist()
    assert [len(row) for row in rows] == [1, 0, 0, 1]
    for text, row in zip(texts, rows, strict=True):
        for finding in row:
            evidence = text[finding["start"] : finding["end"]].encode()
            assert finding["evidence_hash"] == hashlib.blake2b(evidence, key=bytes.fromhex(KEY), digest_size=16).hexdigest()


def test_rows_are_the_same_as_find_gives_and_slices_do_not_matter(rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str | None] = [f"甲{invented.mobile(rng)}乙" * (number % 3) for number in range(50)]
    whole = kernel(KEY).annotate(_table(texts)).column("findings").to_pylist()
    assert [[(row["start"], row["end"]) for row in rows] for rows in whole] == [
        [(hit.start, hit.end) for hit in find(text or "")] for text in texts
    ]
    monkeypatch.setattr(annotator_module, "_MOST_BYTES", 40)  # a corpus of 32 MB would say the same, later
    assert kernel(KEY).annotate(_table(texts)).column("findings").to_pylist() == whole
    chunked = pa.concat_tables([_table(texts[:7]), _table(texts[7:])])
    assert kernel(KEY).annotate(chunked).column("findings").to_pylist() == whole
    assert kernel(KEY).annotate(_table(texts).slice(10, 5)).column("findings").to_pylist() == whole[10:15]


def test_a_text_that_is_not_there_is_not_inspected() -> None:
    assert kernel(KEY).annotate(_table([None, "无", None])).column("findings").to_pylist() == [None, [], None]
    assert kernel(KEY).annotate(_table([])).num_rows == 0


def test_only_the_rules_that_are_asked_for_are_reported(rng: random.Random) -> None:
    text = f"电话{invented.mobile(rng)}，邮箱lisi@163.com"
    only = kernel(KEY, ["personal.email"])
    assert [row["rule"] for row in only.annotate(_table([text])).column("findings").to_pylist()[0]] == ["personal.email"]
    assert only.version != kernel(KEY).version


def test_the_version_does_not_depend_on_the_key() -> None:
    assert kernel(KEY).version == kernel("0c" * 16).version
    assert len(kernel(KEY).version) == 16


def test_the_kernel_is_loaded_by_its_name() -> None:
    spec = pickle.loads(pickle.dumps(KernelSpec("brightline.corpus.personal:kernel", {"key_hex": KEY})))  # noqa: S301  # our own bytes
    assert spec.load().name == "personal"


@pytest.mark.parametrize("key", ["", "xyz", "0b" * 15, "0b" * 65])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(CorpusError) as caught:
        kernel(key)
    assert caught.value.code == "BL-CORPUS-082"


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(CorpusError, match=r"personal\.nothing") as caught:
        kernel(KEY, ["personal.nothing"])
    assert caught.value.code == "BL-CORPUS-082"
