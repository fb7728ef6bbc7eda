"""Croissant 1.0 with its extension for responsible AI (mlcommons.org/croissant/1.0, …/RAI/1.0): the cleaned data for tools and searches.

The names of the cleaned files lie in ``clean/`` beside the report; each record has its text, and Parquet its columns. Facts come from the
report, sentences are English because the vocabulary is. Validated in the tests by mlcroissant, the standard's own library.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from brightline.corpus.reporting.outline import number
from brightline.corpus.reporting.report import Report
from brightline.corpus.sources.licences import known_licences

__all__ = ["croissant"]

_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification gives, word for word (Croissant 1.0, "Appendix 1: JSON-LD context")."""

_MEDIA_TYPES = {
    "csv": ("text/csv", "clean/*.csv"),
    "json": ("application/jsonlines", "clean/*.jsonl"),
    "jsonl": ("application/jsonlines", "clean/*.jsonl"),
    "parquet": ("application/x-parquet", "clean/*.parquet"),
    "text": ("text/plain", "clean/*.txt"),
    "warc": ("application/jsonlines", "clean/*.jsonl"),
}
"""What comes out of each format of the input (``emitting.writing``): media type and names. Tables parted by tabs keep ``.tsv`` and are not listed."""

_PACKED = {"gz": ("application/gzip", ".gz"), "zst": ("application/zstd", ".zst")}


def croissant(report: Report) -> bytes:
    """The JSON-LD file."""
    document = report.document
    about, made = document["corpus"], document["made"]
    formats = sorted({_files_of(row["format"], row["packed"]) for row in about["formats"] if row["format"] in _MEDIA_TYPES})
    content: dict[str, Any] = {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "name": about["name"],
        "description": _description(document),
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "datePublished": made["at"][:10],
        "version": "1.0.0",
        "identifier": f"sha256:{about['sha256']}",
        "citeAs": f"{about['name']}, inspected {made['at'][:10]}, SHA-256 {about['sha256']}",
        "license": _licences(document),
        "inLanguage": sorted(
            {row["language"] for row in document["languages"] if row["language"] in ("en", "ja", "ko", "zh", "zh-Hans", "zh-Hant")}
        ),
        "distribution": [_report_file(report), *(_file_set(*each) for each in formats)],
        "recordSet": [_record_set(pattern) for media_types, pattern in formats if media_types[0] != "text/plain"],
        **_responsibility(document),
    }
    return (
        json.dumps({name: value for name, value in content.items() if value or name == "license"}, ensure_ascii=False, indent=1).encode()
        + b"\n"
    )


def _description(document: Mapping[str, Any]) -> str:
    about = document["corpus"]
    return (
        f"{number(document['emitted']['documents'])} of {number(about['documents'])} documents, cleaned and inspected by Brightline; "
        "what was found, taken out and not inspected stands in report.json."
    )


def _licences(document: Mapping[str, Any]) -> list[str]:
    """Those of the sources in use: the page of SPDX where it has one, else the words of the register."""
    known = known_licences()
    given = sorted({row["licence"] for row in document["sources"]["rows"] if row["kept"] and row["licence"]})
    return [f"https://spdx.org/licenses/{known[each.lower()][0]}.html" if each.lower() in known else each for each in given] or ["unknown"]


def _report_file(report: Report) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": "report",
        "name": "report.json",
        "description": "The canonical report, whose digest is in the ledger.",
        "contentUrl": "report.json",
        "encodingFormat": "application/json",
        "contentSize": f"{len(report.canonical)} B",
        "sha256": report.digest,
    }


def _files_of(kind: str, packed: str) -> tuple[tuple[str, ...], str]:
    """Media types, the packing's behind the content's, and the pattern of the names."""
    media_type, pattern = _MEDIA_TYPES[kind]
    if packed not in _PACKED or kind == "parquet":
        return (media_type,), pattern
    packing, suffix = _PACKED[packed]
    return (media_type, packing), pattern + suffix


def _file_set(media_types: tuple[str, ...], pattern: str) -> dict[str, Any]:
    return {"@type": "cr:FileSet", "@id": pattern, "name": pattern, "encodingFormat": list(media_types), "includes": pattern}


def _record_set(pattern: str) -> dict[str, Any]:
    name = "documents-" + pattern.removeprefix("clean/*.").replace(".", "-")
    field = {
        "@type": "cr:Field",
        "@id": f"{name}/text",
        "name": "text",
        "description": "The text, with personal data replaced by placeholders or pseudonyms.",
        "dataType": "sc:Text",
        "source": {"fileSet": {"@id": pattern}, "extract": {"column": "text"}},
    }
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "description": "One document a record.", "field": [field]}


def _responsibility(document: Mapping[str, Any]) -> dict[str, Any]:
    """The RAI properties that the report can answer. Uses, biases and social impact are the operator's to state and are left out."""
    sources, coverage, staff = document["sources"]["rows"], document["coverage"], document["staff"]
    outcomes = {row["outcome"]: row["documents"] for row in document["decisions"]["outcomes"]}
    personal = [row for row in document["rules"] if row["rule"].startswith("personal.")]
    dates = sorted(day for row in sources for day in (row["collected_from"], row["collected_to"]) if day)
    lines = {
        "rai:dataCollection": f"{len([row for row in sources if row['registered']])} registered sources; the register with licences and evidence is in report.json.",
        "rai:dataCollectionType": sorted({_COLLECTED[row["kind"]] for row in sources if row["kind"] in _COLLECTED}),
        "rai:dataCollectionTimeFrame": [f"{day}T00:00:00Z" for day in (dates[:1] + dates[-1:] if dates else [])],
        "rai:dataCollectionMissingData": (
            f"{number(coverage['rejected']['rows'])} rows could not be read; {number(coverage['without_source'])} documents name no source."
        ),
        "rai:dataPreprocessingProtocol": [
            f"Dropped: {number(outcomes['drop'])}; quarantined: {number(outcomes['quarantine'])}; redacted: {number(outcomes['redact'])} documents.",
            f"Copies found beside their keepers: {number(document['duplicates']['copies'])}, {number(document['duplicates']['exact'])} of them exact.",
        ],
        "rai:dataAnnotationProtocol": [
            f"{row['kind']} sample {row['sample']}: {number(row['drawn'])} documents drawn, {number(row['double'])} of them shown to two people blind."
            for row in document["samples"]
        ],
        "rai:dataAnnotationAnalysis": [
            f"{row['kind']} sample {row['sample']}: {row['rate']['percent']} % passed; kappa {row['kappa'] or 'not defined'}."
            for row in document["samples"]
            if row["rate"]["percent"] is not None
        ],
        "rai:annotatorDemographics": [
            f"{staff['people']} people, {staff['trained']} trained, {staff['examined']} examined; nothing else is recorded of them."
        ]
        if staff["people"]
        else [],
        "rai:machineAnnotationTools": [f"Brightline kernel {row['name']} {row['version']}" for row in document["versions"]["kernels"]],
        "rai:personalSensitiveInformation": [
            f"{row['rule']}: found in {number(row['documents'])} documents before cleaning, {number(row['findings'])} places"
            for row in personal
        ],
        "rai:dataLimitations": [f"{row['limit']} {row['name']}: {number(row['count'])}".replace(" :", ":") for row in document["limits"]],
        "rai:dataReleaseMaintenancePlan": (
            f"Inspected again every {document['schedule']['every_days']} days." if document["schedule"]["every_days"] else ""
        ),
    }
    return {name: value for name, value in lines.items() if value}


_COLLECTED = {
    "crawl": "Web Scraping",
    "licence": "Secondary Data Analysis",
    "open_data": "Secondary Data Analysis",
    "own": "Others",
    "purchase": "Secondary Data Analysis",
    "synthetic": "Software Collection",
    "user_input": "Direct Measurement",
}
"""Kinds of the register in the list that the RAI vocabulary gives for ``dataCollectionType``."""
