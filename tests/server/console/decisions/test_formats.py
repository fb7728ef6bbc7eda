"""What stands in the files: complete and typed, harmless in a spreadsheet, and without texts where none were asked for."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from arro3.io import read_parquet
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.documents import decision_to_document
from brightline.model import Decision, NotInspected, Span
from brightline.server.console.decisions.formats import COLUMNS, TEXT_COLUMNS, write_csv, write_jsonl
from brightline.server.console.decisions.parquet import schema_of, write_decisions
from brightline.server.console.spreadsheet import safe_cell
from brightline.store import StoredDecision
from tests.server.console.decisions.conftest import HOSTILE, allowed, decision, finding, various

NOW = 1_795_366_800_123_456
SECRETS = ("刷单", "我要去", "整段抽样", "tok-en", "feed" * 16)


@dataclass
class Written:
    """A target that keeps what was written."""

    pieces: list[bytes] = field(default_factory=list)

    def write(self, data: bytes) -> int:
        self.pieces.append(data)
        return len(data)

    @property
    def whole(self) -> bytes:
        return b"".join(self.pieces)


def stored(made: Decision, seq: int | None = 7, erased_at: int | None = None) -> StoredDecision:
    return StoredDecision(made, b"", b"salt", seq, erased_at)


def url(made: Decision) -> str:
    return f"https://console.example/d/{made.token}"


def telling() -> Decision:
    return decision(
        NOW,
        token="tok-en-of-the-statement",
        item_digest="feed" * 16,
        texts={"messages[0].content": "整段抽样"},
        account="user-1",
        supersedes="0193",
        not_inspected=(NotInspected("answer", "gateway", "a picture"),),
        findings=(finding(normalised=("刷单",), spans=(Span(3, 5), Span(6, 7)), evidence=("刷单", "赚")),),
    )


def as_csv(rows: list[StoredDecision], *, texts: bool = True, bom: bool = False) -> tuple[bytes, list[dict[str, str]]]:
    target = Written()
    write_csv(iter(rows), target, texts=texts, statement_url=url, bom=bom)
    return target.whole, list(csv.DictReader(io.StringIO(target.whole.decode("utf-8-sig"), newline="")))


def as_parquet(rows: list[StoredDecision], *, texts: bool = True) -> tuple[bytes, list[dict[str, Any]]]:
    target = Written()
    write_decisions(iter(rows), target, texts=texts, statement_url=url)
    table = read_parquet(io.BytesIO(target.whole)).read_all()
    columns = {name: [cell.as_py() for chunk in table.column(name).chunks for cell in chunk] for name in table.column_names}
    return target.whole, [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def as_jsonl(rows: list[StoredDecision], *, texts: bool = True) -> tuple[bytes, list[dict[str, Any]]]:
    target = Written()
    write_jsonl(iter(rows), target, texts=texts, statement_url=url)
    return target.whole, [json.loads(line) for line in target.whole.splitlines()]


def test_json_lines_are_the_documents_with_their_place() -> None:
    made = telling()
    (document,) = as_jsonl([stored(made)])[1]
    assert document == json.loads(json.dumps(decision_to_document(made))) | {
        "ledger": {"state": "sequenced", "seq": 7},
        "statement_url": url(made),
    }
    (document,) = as_jsonl([stored(allowed(NOW), seq=None, erased_at=5)])[1]
    assert document["ledger"] == {"state": "pending"}
    assert document["erased_at"] == 5


@pytest.mark.parametrize("write", [as_jsonl, as_csv, as_parquet])
def test_without_the_texts_no_word_can_be_got_from_a_file(write: Any) -> None:
    whole, rows = write([stored(telling())], texts=False)
    for secret in SECRETS:
        assert secret.encode() not in whole
    assert len(rows) == 1
    with_texts = repr(write([stored(telling())], texts=True)[1])
    assert all(secret in with_texts for secret in SECRETS)


def test_the_columns_of_a_csv() -> None:
    whole, (row,) = as_csv([stored(telling())], texts=False)
    assert list(row) == list(COLUMNS)
    assert whole.count(b"\r\n") == 2
    expected = {
        "made_at": "2026-11-22T17:00:00.123456Z",
        "outcome": "refuse",
        "problem_types": "2 10",
        "rules": "CSL-49",
        "goals": "fraud.task_scam",
        "findings": "1",
        "not_inspected": "gateway",
        "model": "qwen3",
        "took_ms": "12.5",
        "account": "user-1",
        "supersedes": "0193",
        "ledger_seq": "7",
        "erased_at": "",
        "reason_zh": "依据规则。",
    }
    assert {name: row[name] for name in expected} == expected
    row = as_csv([stored(telling())])[1][0]
    assert list(row) == [*COLUMNS, *TEXT_COLUMNS]
    assert row["evidence"] == "刷单 ; 赚"
    assert row["statement_url"] == "https://console.example/d/tok-en-of-the-statement"


def test_the_byte_order_mark_is_a_choice() -> None:
    assert as_csv([], bom=True)[0].startswith(b"\xef\xbb\xbf")
    assert not as_csv([], bom=False)[0].startswith(b"\xef")


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "\u200b=1",
        '=HYPERLINK("http://x")',
        "\tplain",
    ],
)
def test_a_formula_becomes_text(cell: str) -> None:
    assert safe_cell(cell) == "'" + cell


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_no_cell_begins_like_a_formula_and_every_cell_reads_back(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    rows = as_csv([stored(decision(NOW, account=clean, request={"model": clean}, reason_zh=clean))])[1]
    for name in ("account", "model", "reason_zh"):
        cell = rows[0][name]
        assert cell.strip()[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠") or not cell.strip()
        assert cell in (clean, "'" + clean)


def test_hostile_names_stay_in_their_cells() -> None:
    rows = as_csv([stored(decision(NOW, account=name, request={"model": name, "endpoint": 'a,b\r\nc;d"e'})) for name in HOSTILE])[1]
    assert all(row["account"] in (name, "'" + name) for row, name in zip(rows, HOSTILE, strict=True))
    assert {row["endpoint"] for row in rows} == {'a,b\r\nc;d"e'}


def test_parquet_is_typed_and_nested() -> None:
    _, (row,) = as_parquet([stored(telling())])
    assert row["made_at"].isoformat() == "2026-11-22T17:00:00.123456+00:00"
    assert row["rules"] == ["CSL-49"]
    assert row["problem_types"] == [2, 10]
    assert row["not_inspected"] == [{"part": "answer", "detector": "gateway", "reason": "a picture"}]
    (seen,) = row["findings"]
    assert seen["spans"] == [{"start": 3, "end": 5}, {"start": 6, "end": 7}]
    assert seen["evidence"] == ["刷单", "赚"]
    assert seen["manifest"] is True
    assert seen["term"] is None
    assert row["took_ms"] == 12.5
    assert row["sampled_texts"] == [{"part": "messages[0].content", "text": "整段抽样"}]
    assert list(row) == list(schema_of(texts=True).names)
    assert set(COLUMNS) <= set(row)


def test_parquet_holds_every_row_of_many_batches() -> None:
    made = [stored(each, seq=None if number % 3 else number) for number, each in enumerate(various(2_345, NOW))]
    _, rows = as_parquet(made)
    assert [row["id"] for row in rows] == [each.decision.id for each in made]
    assert [row["ledger_seq"] for row in rows] == [each.seq for each in made]
    assert [len(row["findings"]) for row in rows] == [len(each.decision.findings) for each in made]
    assert [row["account"] for row in rows] == [each.decision.account for each in made]


@pytest.mark.parametrize("texts", [True, False])
def test_files_without_a_row_are_files_all_the_same(texts: bool) -> None:
    assert as_jsonl([], texts=texts)[0] == b""
    assert as_csv([], texts=texts)[1] == []
    whole, rows = as_parquet([], texts=texts)
    assert rows == []
    assert whole[:4] == whole[-4:] == b"PAR1"


def test_odd_characters_pass_through_every_format() -> None:
    odd = "a\x00b\u2028c\U0001f600d"
    made = [stored(replace(telling(), account=odd, request={"model": odd, "ms": {"total": True}}))]
    assert as_jsonl(made)[1][0]["account"] == odd
    assert as_csv(made)[1][0]["account"] == odd
    assert as_parquet(made)[1][0]["account"] == odd
    assert as_parquet(made)[1][0]["took_ms"] is None
