"""An operation of the OpenAPI description as a form, and a filled form as a request."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from brightline.errors import InputError
from brightline.server.api.documentation import Operation, operations
from brightline.server.console.permissions import Permission

__all__ = ["RIGHTS", "SHUT", "Control", "Trial", "curl", "filled", "trials"]

RIGHTS: Mapping[str, Permission] = {
    "inspect": Permission.TRY,
    "list_decisions": Permission.TEXTS_READ,
    "get_decision": Permission.TEXTS_READ,
    "get_proof": Permission.TEXTS_READ,
    "list_unlabelled_copies": Permission.LABELS_READ,
    "get_content": Permission.LABELS_READ,
    "list_label_checks": Permission.LABELS_VERIFY,
    "match_text": Permission.LABELS_VERIFY,
    "check_agreement": Permission.LABELS_VERIFY,
    "list_rules": Permission.RULEBOOK_READ,
    "get_rule": Permission.RULEBOOK_READ,
    "get_ledger_head": Permission.LEDGER_READ,
    "list_corpus_runs": Permission.CORPUS_READ,
    "get_corpus_run": Permission.CORPUS_READ,
    "list_corpus_sources": Permission.CORPUS_READ,
    "get_corpus_source": Permission.CORPUS_READ,
    "list_corpus_samples": Permission.CORPUS_READ,
    "get_corpus_sample": Permission.CORPUS_READ,
    "list_corpus_reports": Permission.CORPUS_READ,
    "get_corpus_report": Permission.CORPUS_READ,
}
"""What a role needs besides ``api.use``: decisions come with their evidence, so they need the right to texts. What is not here is shut."""

SHUT = frozenset(
    {
        "mark_file",
        "verify_file",
        "pass_on_file",
        "give_unlabelled_copy",
        "compare_labels",
        "forget_text",
        "save_corpus_source",
        "receive_corpus_complaint",
        "take_sampled_document",
        "answer_sampled_document",
    }
)
"""Not tried here: files, sources, complaints and samples have pages of their own (``console/labels``, ``console/corpus``), where people act
under their own names, and what is forgotten is forgotten with a key."""


@dataclass(frozen=True, slots=True)
class Control:
    """A parameter. ``place`` is ``path`` or ``query``; ``kind`` ``choice``, ``switch``, ``number`` or ``text``."""

    name: str
    place: str
    kind: str
    needed: bool
    description: str
    choices: tuple[str, ...]
    example: str

    @property
    def field(self) -> str:
        """Its name in the form."""
        return f"p_{self.name}"


@dataclass(frozen=True, slots=True)
class Trial:
    """An operation that can be tried: its row in the description, its controls, an example of its body (empty: it takes none)."""

    operation: Operation
    controls: tuple[Control, ...]
    example: str
    right: Permission | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A request as it will be made. ``path`` is not encoded, ``query`` is."""

    method: str
    path: str
    query: str
    body: str


def trials(description: Mapping[str, Any]) -> dict[str, Trial]:
    """All operations of an OpenAPI description by their names, in its order."""
    found = {}
    for operation in operations(dict(description)):
        raw = description["paths"][operation.path][operation.method.lower()]
        rows = {row.name: row for row in operation.parameters}
        controls = tuple(
            Control(
                name=parameter["name"],
                place=parameter["in"],
                kind=_kind(rows[parameter["name"]].kind, rows[parameter["name"]].choices),
                needed=bool(parameter.get("required")),
                description=str(parameter.get("description", "")),
                choices=rows[parameter["name"]].choices,
                example=str(next(iter(parameter.get("examples") or parameter["schema"].get("examples") or [""]))),
            )
            for parameter in raw.get("parameters", ())
        )
        found[operation.id] = Trial(operation, controls, _example(description, operation), RIGHTS.get(operation.id))
    return found


def filled(trial: Trial, form: Mapping[str, str]) -> Filled:
    """The request that a form asks for; empty fields are left out. Raises ``InputError`` BL-INPUT-750, -751."""
    path, query = trial.operation.path, []
    for control in trial.controls:
        value = form.get(control.field, "").strip()
        if control.place == "path":
            if not value or "/" in value or not value.isprintable():
                raise InputError("BL-INPUT-750", f"{control.name} is missing or cannot be part of an address", "fill it in")
            path = path.replace(f"{{{control.name}}}", value)
        elif value:
            query.append((control.name, value))
    body = form.get("body", "").replace("\r\n", "\n") if trial.example else ""
    if trial.example and not body.strip():
        raise InputError("BL-INPUT-751", "the body is empty", "write a JSON document, or take the example")
    return Filled(trial.operation.method, path, urlencode(query), body)


def curl(request: Filled, base_url: str) -> str:
    """The same call for a shell, with a key in place of the session."""
    target = f"{base_url}{quote(request.path)}" + (f"?{request.query}" if request.query else "")
    lines = [f"curl {shlex.quote(target)}", '  -H "Authorization: Bearer $BRIGHTLINE_KEY"']
    if request.body:
        lines.append("  --json " + shlex.quote(request.body))
    return " \\\n".join(lines)


def _kind(kind: str, choices: tuple[str, ...]) -> str:
    if choices:
        return "choice"
    return {"boolean": "switch", "integer": "number", "number": "number"}.get(kind, "text")


def _example(description: Mapping[str, Any], operation: Operation) -> str:
    for name in operation.body[:1]:
        example = description["components"]["schemas"][name]["examples"][0]
        return json.dumps(example, ensure_ascii=False, indent=2)
    return ""
