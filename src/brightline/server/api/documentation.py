"""``/docs``: the OpenAPI description as a page of our own, complete without scripts and without any foreign host.

This file turns the description into plain rows; the template sets them. Texts stay message ids and are translated there.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

from brightline.server.api.access import SCOPE
from brightline.server.api.file_bodies import form_of, is_file

__all__ = ["FieldRow", "Operation", "ResponseRow", "Schema", "operations", "schemas"]

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A parameter, or a field of a schema. ``kind`` is its type in words, ``links`` the schemas that it names."""

    name: str
    kind: str
    links: tuple[str, ...]
    needed: bool
    description: str
    choices: tuple[str, ...]
    default: str


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One answer of an operation."""

    status: str
    description: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: tuple[FieldRow, ...]
    body: tuple[str, ...]
    call: str
    responses: tuple[ResponseRow, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """A named kind of document and its fields."""

    name: str
    fields: tuple[FieldRow, ...]


def operations(description: dict[str, Any]) -> list[Operation]:
    """All operations of an OpenAPI description, in its order."""
    return [
        _operation(description, path, method, methods[method])
        for path, methods in description["paths"].items()
        for method in _METHODS
        if method in methods
    ]


def schemas(description: dict[str, Any]) -> list[Schema]:
    """All schemas that are objects, in the order of their names."""
    named = description["components"]["schemas"]
    return [
        Schema(
            name,
            tuple(_field(description, field, shape, field in schema.get("required", ())) for field, shape in schema["properties"].items()),
        )
        for name, schema in sorted(named.items())
        if "properties" in schema
    ]


def _operation(description: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation["description"],
        scope=operation[SCOPE],
        parameters=tuple(
            _field(description, parameter["name"], parameter["schema"], parameter.get("required", False), parameter.get("description", ""))
            for parameter in operation.get("parameters", ())
        )
        + _form_fields(description, operation),
        body=_links(body),
        call=_call(description, path, method, operation, body),
        responses=tuple(
            ResponseRow(status, response["description"], _links(_schema_of(response)))
            for status, response in operation["responses"].items()
        ),
    )


def _form_fields(description: dict[str, Any], operation: dict[str, Any]) -> tuple[FieldRow, ...]:
    """Files and fields of a form, as rows beside the parameters."""
    form = form_of(operation)
    return tuple(_field(description, name, shape, name in form["required"]) for name, shape in form.get("properties", {}).items())


def _call(description: dict[str, Any], path: str, method: str, operation: dict[str, Any], body: dict[str, Any]) -> str:
    """A curl call with the example of the description; ``{base}`` stands for the address of the service."""
    for parameter in operation.get("parameters", ()):
        examples = parameter.get("examples") or parameter["schema"].get("examples")
        if parameter["in"] == "path" and examples:
            path = path.replace(f"{{{parameter['name']}}}", str(examples[0]))
    lines = [f"curl {{base}}{path}", '  -H "Authorization: Bearer $BRIGHTLINE_KEY"']
    for name in _links(body)[:1]:
        example = description["components"]["schemas"][name]["examples"][0]
        lines.append("  --json " + shlex.quote(json.dumps(example, ensure_ascii=False, indent=2)))
    form = form_of(operation)
    for name in form.get("required", ()):
        shape = form["properties"][name]
        lines.append("  -F " + (f"{name}=@{name}.png" if is_file(shape) else f"{name}={shape.get('examples', ['…'])[0]}"))
    if form and _gives_form(operation):
        lines.append("  -o labelled.png")
    return " \\\n".join(lines)


def _gives_form(operation: dict[str, Any]) -> bool:
    return "multipart/form-data" in operation["responses"]["200"]["content"]


def _field(api: dict[str, Any], name: str, shape: dict[str, Any], needed: bool, description: str = "") -> FieldRow:
    default = shape.get("default")
    links = _links(shape)
    choices = shape.get("enum", ()) or [choice for link in links for choice in api["components"]["schemas"][link].get("enum", ())]
    return FieldRow(
        name=name,
        kind="string" if choices else _kind(shape),
        links=() if choices else links,
        needed=needed,
        description=description or shape.get("description", ""),
        choices=tuple(str(choice) for choice in choices),
        default="" if default in (None, "", [], {}) else json.dumps(default),
    )


def _kind(shape: dict[str, Any]) -> str:
    if "$ref" in shape:
        return _name(shape["$ref"])
    for union in ("anyOf", "oneOf"):
        if union in shape:
            return " | ".join(kind for kind in map(_kind, shape[union]) if kind != "null")
    if "allOf" in shape:
        return _kind(shape["allOf"][0])
    if is_file(shape):
        return "file"
    kind = shape.get("type", "any")
    if kind == "array" and "items" in shape:
        return f"{_kind(shape['items'])}[]"
    if "const" in shape:
        return str(shape["const"])
    return str(shape.get("format", kind))


def _links(shape: dict[str, Any]) -> tuple[str, ...]:
    """Names of the schemas that a shape refers to, in order."""
    if "$ref" in shape:
        return (_name(shape["$ref"]),)
    inner = [*shape.get("anyOf", ()), *shape.get("oneOf", ()), *shape.get("allOf", ())]
    if "items" in shape:
        inner.append(shape["items"])
    inner += shape.get("properties", {}).values()
    return tuple(dict.fromkeys(name for each in inner for name in _links(each)))


def _schema_of(response: dict[str, Any]) -> dict[str, Any]:
    for content in response.get("content", {}).values():
        schema: dict[str, Any] = content.get("schema", {})
        return schema
    return {}


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]
