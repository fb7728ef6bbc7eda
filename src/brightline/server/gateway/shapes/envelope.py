"""The error objects of the OpenAI and Anthropic APIs."""

from __future__ import annotations

from typing import Any

from brightline.errors import BrightlineError

__all__ = ["anthropic_error", "openai_error"]

# HTTP status → `error.type` of the OpenAI API and of the Anthropic API ("Errors" in both references).
_TYPES = {
    400: ("invalid_request_error", "invalid_request_error"),
    401: ("authentication_error", "authentication_error"),
    403: ("permission_error", "permission_error"),
    404: ("not_found_error", "not_found_error"),
    405: ("invalid_request_error", "invalid_request_error"),
    408: ("invalid_request_error", "invalid_request_error"),
    413: ("invalid_request_error", "request_too_large"),
    422: ("invalid_request_error", "invalid_request_error"),
    429: ("rate_limit_error", "rate_limit_error"),
    504: ("server_error", "timeout_error"),
}


def _sentence(problem: BrightlineError) -> str:
    return f"{problem.message}. {problem.hint[:1].upper()}{problem.hint[1:]}." if problem.hint else f"{problem.message}."


def openai_error(problem: BrightlineError) -> dict[str, Any]:
    """``{"error": {"message", "type", "param", "code"}}``."""
    kind = _TYPES.get(problem.http_status, ("server_error", ""))[0]
    return {"error": {"message": _sentence(problem), "type": kind, "param": None, "code": problem.code}}


def anthropic_error(problem: BrightlineError) -> dict[str, Any]:
    """``{"type": "error", "error": {"type", "message"}}``, with our code beside."""
    kind = _TYPES.get(problem.http_status, ("", "api_error"))[1]
    return {"type": "error", "error": {"type": kind, "message": _sentence(problem), "code": problem.code}}
