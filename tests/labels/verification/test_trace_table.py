"""The table of traces: every row proves itself, a wrong row is refused with its line, and hostile values are bounded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.labels.verification.trace_table import TraceRow, entry_name, load_trace_table, trace_table
from brightline.rulebook import load_rulebook

ROW = """
- id: trace.one
  generator: Made-up
  means: trace
  rule: LM-6.3
  source: made up
  clauses:
    - keys: [Software]
      patterns: ["^Made-up [0-9]"]
  examples:
    - entries: [{key: Software, value: Made-up 3}]
  twins:
    - entries: [{key: Software, value: Made-up by hand}]
"""


def table(tmp_path: Path, text: str) -> tuple[TraceRow, ...]:
    path = tmp_path / "traces.yaml"
    path.write_text(text, "utf-8")
    return load_trace_table(path)


@pytest.mark.parametrize("row", trace_table(), ids=lambda row: row.id)
def test_a_row_matches_its_examples_and_none_of_any_rows_twins(row: TraceRow) -> None:
    assert all(row.match(example) is not None for example in row.examples)
    assert all(row.match(twin) is None for other in trace_table() for twin in other.twins)
    assert row.rule in load_rulebook()


def test_rows_are_sorted_by_id() -> None:
    ids = [row.id for row in trace_table()]
    assert ids == sorted(set(ids))


def test_names_of_entries_lose_prefix_and_case() -> None:
    assert entry_name("Iptc4xmpExt:DigitalSourceType") == entry_name("digitalsourcetype") == "digitalsourcetype"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"^Made-up [0-9]"', '"(?<=a)b"', "BL-DATA-280"),
        ("value: Made-up 3", "value: Something else", "BL-DATA-281"),
        ("value: Made-up by hand", "value: Made-up 4", "BL-DATA-282"),
        ('      patterns: ["^Made-up [0-9]"]\n', "", "BL-DATA-283"),
        ("  twins:\n    - entries: [{key: Software, value: Made-up by hand}]\n", "", "BL-DATA-283"),
        ("source: made up", "origin: made up", "BL-DATA-104"),
        ("means: trace", "means: proof", "BL-DATA-105"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    with pytest.raises(DataError) as refused:
        table(tmp_path, ROW.replace(old, new))

    assert refused.value.code == code
    assert refused.value.file == "traces.yaml"
    assert refused.value.line > 0


def test_an_id_stands_once(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        table(tmp_path, ROW + ROW)

    assert refused.value.code == "BL-DATA-283"


def test_not_a_number_in_a_graph_is_read_as_nothing() -> None:
    comfy = next(row for row in trace_table() if row.id == "trace.comfyui.prompt")
    graph = '{"1":{"class_type":"KSampler","inputs":{},"is_changed":[NaN]}}'

    assert comfy.match([("prompt", graph)]) == (0,)


@pytest.mark.parametrize(
    "value",
    [
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        json.dumps({str(number): {"class_type": "KSampler", "inputs": {}} for number in range(10_000)}),
        '{"prompt": "\ud800"}',
    ],
)
def test_hostile_json_matches_nothing_and_harms_nobody(value: str) -> None:
    structured = [row for row in trace_table() if any(clause.json for clause in row.clauses)]
    names = {key for row in structured for clause in row.clauses for key in clause.keys}

    memory: dict[str, object] = {}
    assert all(row.match([(name, value)], memory) is None for row in structured for name in names)


@given(
    st.lists(st.tuples(st.sampled_from(["prompt", "comment", "parameters", "software", "usercomment"]), st.text(max_size=80)), max_size=4)
)
def test_random_metadata_shows_no_trace(entries: list[tuple[str, str]]) -> None:
    assert all(row.match(entries) is None for row in trace_table())
