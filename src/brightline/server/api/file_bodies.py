"""Bodies with files in the OpenAPI description: what a route takes, and an answer that is a file or a form with its document.

FastAPI describes forms that it reads itself, in memory or in its own temporary files; ours are read by ``server/received.py``.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from brightline.server.face import msgid as _

__all__ = ["GIVES_FILE", "files_as_such", "form_of", "is_file", "takes", "takes_files"]

_GIVES = "x-brightline-file"
GIVES_FILE = {_GIVES: True}
"""For ``openapi_extra``: the answer is a file, a document, or a form with both; ``response_model`` describes the document."""

_BYTES = {"type": "string", "contentMediaType": "application/octet-stream"}  # OpenAPI 3.1, "Considerations for File Uploads"
_FILE = _BYTES | {"description": _("The file.")}
_FORM = "multipart/form-data"


def takes(*files: str, fields: type[BaseModel] | None = None) -> dict[str, Any]:
    """For ``openapi_extra``: a form with these files and fields; one file without fields may also be the whole body."""
    schema = fields.model_json_schema() if fields else {"properties": {}, "required": []}
    properties = dict.fromkeys(files, _FILE) | schema["properties"]
    required = [*files, *schema.get("required", ())]
    content: dict[str, Any] = {
        _FORM: {"schema": {"type": "object", "properties": properties, "required": required, "additionalProperties": False}}
    }
    if len(files) == 1 and fields is None:
        content["application/octet-stream"] = {"schema": _BYTES}
    return {"requestBody": {"required": True, "content": content}}


def takes_files(operation: dict[str, Any] | None) -> bool:
    """Whether a route reads its body itself."""
    return bool(form_of(operation or {}))


def form_of(operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of the form that an operation takes, or nothing."""
    schema: dict[str, Any] = operation.get("requestBody", {}).get("content", {}).get(_FORM, {}).get("schema", {})
    return schema


def is_file(shape: dict[str, Any]) -> bool:
    """Whether a field of a form is a file."""
    return "contentMediaType" in shape


def files_as_such(description: dict[str, Any]) -> dict[str, Any]:
    """Describe answers that are files: FastAPI takes every answer for application/json."""
    for path in description["paths"].values():
        for operation in path.values():
            if operation.pop(_GIVES, False):
                document = operation["responses"]["200"]["content"]["application/json"]["schema"]
                parts = {"document": document, "file": _FILE, "sidecar": _FILE}
                operation["responses"]["200"]["content"] |= {
                    _FORM: {"schema": {"type": "object", "properties": parts, "required": ["document", "file"]}},
                    "*/*": {"schema": _BYTES},
                }
    return description
