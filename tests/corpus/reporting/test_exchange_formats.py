"""Croissant and CycloneDX, read by the standards' own libraries."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import mlcroissant
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from brightline.corpus.emitting.writing import clean_name
from brightline.corpus.reporting import Report
from brightline.corpus.reporting.croissant import croissant
from brightline.corpus.reporting.ml_bom import ml_bom
from brightline.corpus.shard import Shard
from tests.corpus.reporting.conftest import make_full_report


def _with_hostile_names(report: Report) -> Report:
    document = json.loads(report.canonical)
    document["sources"]["rows"][0] |= {"source": 'a "b" <c>\u202e', "name": "x: y\n- z", "licence": "my own terms", "owner": "U+1"}
    return Report(document)


def test_croissant_is_read_by_its_library(full_report: Report, tmp_path: Path) -> None:
    path = tmp_path / "croissant.json"
    path.write_bytes(croissant(full_report))
    dataset = mlcroissant.Dataset(jsonld=path)
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    assert dataset.metadata.name == "示例语料"
    assert {each.id for each in dataset.metadata.distribution} == {"report", "clean/*.jsonl"}


@pytest.mark.parametrize("change", ["hostile", "empty"])
def test_croissant_holds_for_strange_corpora(full_report: Report, tmp_path: Path, change: str) -> None:
    document = json.loads(_with_hostile_names(full_report).canonical)
    if change == "empty":
        document["sources"]["rows"], document["samples"], document["languages"] = [], [], []
    path = tmp_path / "croissant.json"
    path.write_bytes(croissant(Report(document)))
    assert not mlcroissant.Dataset(jsonld=path).metadata.ctx.issues.errors


def test_records_can_be_read_through_croissant(full_report: Report, tmp_path: Path) -> None:
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / "000000.jsonl").write_text('{"text": "第一篇"}\n{"text": "two"}\n', "utf-8")
    (tmp_path / "report.json").write_bytes(full_report.canonical)
    (tmp_path / "croissant.json").write_bytes(croissant(full_report))
    dataset = mlcroissant.Dataset(jsonld=tmp_path / "croissant.json")
    texts = [record["documents-jsonl/text"] for record in dataset.records("documents-jsonl")]
    assert [text.decode() if isinstance(text, bytes) else text for text in texts] == ["第一篇", "two"]


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl", "parquet", "text", "warc"])
@pytest.mark.parametrize("packed", ["", "gz", "zst"])
def test_every_format_of_cleaned_files_is_told(full_report: Report, tmp_path: Path, kind: str, packed: str) -> None:
    document = json.loads(full_report.canonical)
    document["corpus"]["formats"] = [{"format": kind, "packed": packed, "files": 1, "bytes": 1}]
    path = tmp_path / "croissant.json"
    path.write_bytes(croissant(Report(document)))
    dataset = mlcroissant.Dataset(jsonld=path)
    assert not dataset.metadata.ctx.issues.errors
    shard = Shard(0, "", f"a.{kind}", kind, packed)
    (pattern,) = [each.id for each in dataset.metadata.distribution if each.id != "report"]
    assert fnmatch(clean_name(shard), pattern)


def test_what_the_report_knows_for_responsible_use_is_in_croissant(full_report: Report) -> None:
    content: dict[str, Any] = json.loads(croissant(full_report))
    assert content["rai:dataCollectionTimeFrame"] == ["2026-01-01T00:00:00Z", "2026-06-30T00:00:00Z"]
    assert content["rai:personalSensitiveInformation"] == ["personal.phone: found in 38 documents before cleaning, 57 places"]
    assert "https://spdx.org/licenses/CC-BY-4.0.html" in content["license"]
    assert "rai:dataBiases" not in content


def _refusal(bom: bytes) -> object:
    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(bom.decode())


def test_the_bill_of_materials_follows_its_schema(full_report: Report) -> None:
    assert _refusal(ml_bom(full_report)) is None
    assert _refusal(ml_bom(_with_hostile_names(full_report))) is None


@pytest.mark.parametrize("licence", ["cc-by-4.0", "MIT OR Apache-2.0", "LicenseRef-forum-terms", "all rights with us", "GPL-2.0 WITH"])
def test_every_licence_of_a_register_can_be_told(full_report: Report, licence: str) -> None:
    document = json.loads(full_report.canonical)
    document["sources"]["rows"][0]["licence"] = licence
    assert _refusal(ml_bom(Report(document))) is None


def test_the_schema_refuses_a_bill_that_is_wrong(full_report: Report) -> None:
    assert _refusal(ml_bom(full_report).replace(b'"type": "dataset"', b'"type": "data set"')) is not None


def test_the_bill_names_corpus_sources_and_kernels(full_report: Report, tmp_path: Path) -> None:
    bom = json.loads(ml_bom(full_report))
    refs = {component["bom-ref"] for component in bom["components"]}
    assert {"source:news", "source:论坛", "kernel:personal"} <= refs
    assert bom["metadata"]["component"]["externalReferences"][0]["hashes"][0]["content"] == full_report.digest
    assert ml_bom(full_report) == ml_bom(Report.parse(full_report.canonical))
    assert json.loads(ml_bom(make_full_report(tmp_path, documents=40)))["serialNumber"] != bom["serialNumber"]
