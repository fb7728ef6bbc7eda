"""The OpenAPI description: true (schemathesis), complete, and readable in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
import schemathesis
from fastapi import APIRouter
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

from brightline.server.api.access import guarded_route
from brightline.server.face.catalogue import catalogue
from tests.server.face.site import Site


@pytest.fixture(scope="module")
def description(site: Site) -> dict[str, Any]:
    document: dict[str, Any] = httpx.get(f"{site.url}/openapi.json").json()
    return document


def described(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("description", "summary") and isinstance(value, str):
                yield value
            yield from described(value)
    elif isinstance(node, list):
        for value in node:
            yield from described(value)


def test_it_is_openapi_3_1_with_bearer_keys_and_a_scope_for_each_operation(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    assert description["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    operations = [operation for methods in description["paths"].values() for operation in methods.values()]
    assert {operation["operationId"]: operation["x-brightline-scope"] for operation in operations} == {
        "inspect": "inspect",
        "list_decisions": "read",
        "get_decision": "read",
        "get_proof": "read",
        "mark_file": "gateway",
        "verify_file": "inspect",
        "pass_on_file": "inspect",
        "give_unlabelled_copy": "gateway",
        "compare_labels": "inspect",
        "list_unlabelled_copies": "read",
        "get_content": "read",
        "list_label_checks": "read",
        "match_text": "inspect",
        "forget_text": "admin",
        "check_agreement": "inspect",
        "list_corpus_runs": "read",
        "get_corpus_run": "read",
        "list_corpus_sources": "read",
        "get_corpus_source": "read",
        "save_corpus_source": "corpus",
        "receive_corpus_complaint": "corpus",
        "list_corpus_samples": "read",
        "get_corpus_sample": "read",
        "take_sampled_document": "corpus",
        "answer_sampled_document": "corpus",
        "list_corpus_reports": "read",
        "get_corpus_report": "read",
        "list_rules": "read",
        "get_rule": "read",
        "get_ledger_head": "read",
    }
    assert all(operation["security"] == [{"ApiKey": []}] for operation in operations)


def test_every_field_and_parameter_is_described_in_both_languages(description: dict[str, Any]) -> None:
    for name, schema in description["components"]["schemas"].items():
        for field, shape in schema.get("properties", {}).items():
            assert shape.get("description"), f"{name}.{field}"
    for methods in description["paths"].values():
        for operation in methods.values():
            assert all(parameter.get("description") for parameter in operation.get("parameters", ()))
    shown = set(described(description["paths"])) | {
        text for schema in description["components"]["schemas"].values() for text in described(schema.get("properties", {}))
    }
    assert [text for text in shown if catalogue("zh").gettext(text) == text] == []


def test_errors_are_described_as_problem_documents(description: dict[str, Any]) -> None:
    for methods in description["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                kinds = set(response["content"]) - ({"multipart/form-data", "*/*"} if status == "200" else set())
                assert kinds == {"application/json" if status == "200" else "application/problem+json"}


def test_answers_that_are_files_or_forms_are_described_as_such(description: dict[str, Any]) -> None:
    for path in ("mark", "pass-on", "unlabelled-copies"):
        answer = description["paths"][f"/api/v1/labels/{path}"]["post"]["responses"]["200"]["content"]
        assert set(answer) == {"application/json", "multipart/form-data", "*/*"}
        assert answer["multipart/form-data"]["schema"]["properties"]["document"] == answer["application/json"]["schema"]
        assert answer["*/*"]["schema"]["contentMediaType"] == "application/octet-stream"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_documentation_page_has_every_operation_and_every_link_leads_somewhere(
    site: Site, description: dict[str, Any], lang: str
) -> None:
    page = httpx.get(f"{site.url}/docs", headers={"Accept-Language": lang}).text
    for path in description["paths"]:
        assert path in page
    targets = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= targets
    assert f"curl {site.url}/api/v1/inspect" in page


def test_the_example_of_the_documentation_works(site: Site, description: dict[str, Any]) -> None:
    example = description["components"]["schemas"]["InspectionItem"]["examples"][0]
    assert httpx.post(f"{site.url}/api/v1/inspect", json=example, headers=site.authorization).json()["outcome"] == "allow"


def test_a_route_without_a_scope_does_not_come_to_exist(site: Site) -> None:
    routes = APIRouter(route_class=guarded_route(site.service))
    with pytest.raises(TypeError, match="names no scope"):
        routes.add_api_route("/open", lambda: None)


OPERATIONS = [
    ("POST", "/api/v1/inspect"),
    ("GET", "/api/v1/decisions"),
    ("GET", "/api/v1/decisions/{decision_id}"),
    ("GET", "/api/v1/decisions/{decision_id}/proof"),
    ("POST", "/api/v1/labels/mark"),
    ("POST", "/api/v1/labels/verify"),
    ("POST", "/api/v1/labels/pass-on"),
    ("POST", "/api/v1/labels/unlabelled-copies"),
    ("GET", "/api/v1/labels/unlabelled-copies"),
    ("POST", "/api/v1/labels/diff"),
    ("GET", "/api/v1/labels/contents/{content_id}"),
    ("GET", "/api/v1/labels/checks"),
    ("POST", "/api/v1/labels/texts/match"),
    ("DELETE", "/api/v1/labels/texts/{decision_id}"),
    ("POST", "/api/v1/labels/agreement/check"),
    ("GET", "/api/v1/corpus/runs"),
    ("GET", "/api/v1/corpus/runs/{run_id}"),
    ("GET", "/api/v1/corpus/sources"),
    ("GET", "/api/v1/corpus/sources/{source_id}"),
    ("POST", "/api/v1/corpus/sources"),
    ("POST", "/api/v1/corpus/complaints"),
    ("GET", "/api/v1/corpus/samples"),
    ("GET", "/api/v1/corpus/samples/{sample_id}"),
    ("POST", "/api/v1/corpus/samples/{sample_id}/next"),
    ("POST", "/api/v1/corpus/samples/{sample_id}/answers"),
    ("GET", "/api/v1/corpus/reports"),
    ("GET", "/api/v1/corpus/reports/{report_id}"),
    ("GET", "/api/v1/rules"),
    ("GET", "/api/v1/rules/{rule_id}"),
    ("GET", "/api/v1/ledger/head"),
]

FILES = {f"/api/v1/labels/{route}" for route in ("mark", "verify", "pass-on", "unlabelled-copies", "diff")}


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    # The head and the list of checks take no input that could be wrong.
    [
        (*each, mode)
        for each in OPERATIONS
        for mode in GenerationMode
        if mode is not GenerationMode.NEGATIVE or each[1] not in ("/api/v1/ledger/head", "/api/v1/labels/checks")
    ],
)
def test_the_service_does_what_its_description_says(site: Site, method: str, path: str, mode: GenerationMode) -> None:
    operation = schemathesis.openapi.from_url(f"{site.url}/openapi.json")[path][method]
    authorization = site.authorization
    if "/corpus/" in path:  # the first key of an installation may not write there
        authorization = {"Authorization": f"Bearer {site.service.store.keys.create('fuzz', ('read', 'corpus'))[1]}"}

    # A NUL, two parts of one name or an unknown rule cannot be told by a schema, so a fitting request may still be a problem.
    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def conforms(case: Any) -> None:
        # An empty list or object in the query is not sent at all: what was meant to be wrong would not arrive.
        assume(not any(value in ([], {}) for value in (case.query or {}).values()))
        # Any bytes are a file: a wrong type in a form arrives as one.
        beyond_schemas = [openapi_checks.positive_data_acceptance] + [openapi_checks.negative_data_rejection] * (path in FILES)
        case.call_and_validate(headers=authorization, excluded_checks=beyond_schemas)

    conforms()


def test_the_fuzzed_operations_are_all_there_are(description: dict[str, Any]) -> None:
    assert {(method.upper(), path) for path, methods in description["paths"].items() for method in methods} == set(OPERATIONS)
