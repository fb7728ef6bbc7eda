"""The ML-BOM: CycloneDX 1.6 (ECMA-424) with the corpus as data component, its sources as what it is made of, and the kernels as tools' services.

Serial number and times come from the report, so the same report gives the same bytes. Validated in the tests against the standard's schema
by cyclonedx-python-lib. No model is described: what is trained on the data is somebody else's component, which can refer to this one.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from brightline._version import __version__
from brightline.corpus.reporting.outline import number
from brightline.corpus.reporting.report import Report
from brightline.corpus.sources.licences import known_licences, licence_problem

__all__ = ["ml_bom"]

_CORPUS = "corpus"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562, 6.6: names that are URLs


def ml_bom(report: Report) -> bytes:
    """The JSON file."""
    document = report.document
    rows = [row for row in document["sources"]["rows"] if row["documents"]]
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'urn:sha256:{report.digest}')}",
        "version": 1,
        "metadata": {
            "timestamp": document["made"]["at"],
            "tools": {"components": [{"type": "application", "name": "Brightline", "version": __version__}]},
            "component": _corpus(report),
        },
        "components": [_source(row) for row in rows] + [_kernel(row) for row in document["versions"]["kernels"]],
        "dependencies": [
            {"ref": _CORPUS, "dependsOn": [f"source:{row['source']}" for row in rows]},
            *({"ref": f"source:{row['source']}"} for row in rows),
            *({"ref": f"kernel:{row['name']}"} for row in document["versions"]["kernels"]),
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _corpus(report: Report) -> dict[str, Any]:
    document = report.document
    about = document["corpus"]
    outcomes = {row["outcome"]: row["documents"] for row in document["decisions"]["outcomes"]}
    sensitive = [row["rule"] for row in document["rules"] if row["rule"].startswith("personal.") and row["documents"]]
    figures = {
        "characters": about["characters"],
        "documents": about["documents"],
        "documents.emitted": document["emitted"]["documents"],
        **{f"documents.{outcome}": n for outcome, n in outcomes.items()},
        "documents.inspected-by-all": document["coverage"]["inspected_by_all"]["count"],
        "documents.without-source": document["coverage"]["without_source"],
    }
    data = {
        "type": "dataset",
        "name": about["name"],
        "contents": {"properties": _properties(figures)},
        "description": f"{number(document['emitted']['documents'])} documents put out of {number(about['documents'])} inspected.",
    }
    if sensitive:
        data["sensitiveData"] = [f"{rule} (found before cleaning)" for rule in sensitive]
    return {
        "type": "data",
        "bom-ref": _CORPUS,
        "name": about["name"],
        "version": f"sha256:{about['sha256']}",
        "data": [data],
        "externalReferences": [
            {
                "type": "attestation",
                "url": "report.json",
                "hashes": [{"alg": "SHA-256", "content": report.digest}],
                "comment": "the signed report",
            }
        ],
        "properties": _properties({f"check.{row['rule']}": row["state"] for row in document["checks"]}),
    }


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    name = row["name"] or row["source"]
    component: dict[str, Any] = {
        "type": "data",
        "bom-ref": f"source:{row['source']}",
        "name": name,
        "data": [
            {"type": "dataset", "name": name, "contents": {"properties": _properties({"documents": row["documents"], "kept": row["kept"]})}}
        ],
        "properties": _properties(
            {
                "country": row["country"],
                "kind": row["kind"],
                "status": row["status"],
                "verdict": (row["verdict"] or {}).get("verdict", "not-tested"),
            }
        ),
    }
    if row["licence"]:
        component["licenses"] = [_licence(row["licence"])]
    if row["owner"]:
        component["data"][0]["governance"] = {"stewards": [{"contact": {"name": row["owner"]}}]}
    return component


def _kernel(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": f"kernel:{row['name']}",
        "name": f"brightline-kernel-{row['name']}",
        "version": row["version"],
        "scope": "excluded",
    }


def _licence(expression: str) -> dict[str, Any]:
    known = known_licences().get(expression.lower())
    if known is not None:
        return {"license": {"id": known[0]}}
    return {"expression": expression} if not licence_problem(expression) else {"license": {"name": expression}}


def _properties(values: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"name": f"brightline:{name}", "value": str(value)} for name, value in sorted(values.items()) if value != ""]
