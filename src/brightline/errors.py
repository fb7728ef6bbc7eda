"""One tree of errors. Each carries a stable code, a sentence for a person and a hint what to do.

    BrightlineError
    ├── ConfigError          BL-CONFIG-…   a setting is wrong (key, value, permitted range)
    ├── DataError            BL-DATA-…     a shipped or operator file is wrong (file, line)
    ├── InputError           BL-INPUT-…    what a caller sent cannot be used            → HTTP 400
    │   ├── TooLarge         BL-INPUT-…    over a size limit                            → HTTP 413
    │   ├── NotFound         BL-INPUT-…    no such thing                                → HTTP 404
    │   ├── WrongMethod      BL-INPUT-…    the address takes another method, see allowed → HTTP 405
    │   └── TooSlow          BL-INPUT-…    the request does not come to its end         → HTTP 408
    ├── AccessError          BL-ACCESS-…   key missing, unknown, expired                → HTTP 401
    │   ├── Forbidden        BL-ACCESS-…   key lacks the scope                          → HTTP 403
    │   └── RateLimited      BL-ACCESS-…   too many requests, carries retry_after_s     → HTTP 429
    ├── UpstreamError        BL-UPSTREAM-… the model service failed                     → HTTP 502
    │   └── UpstreamTimeout  BL-UPSTREAM-… it did not answer in time                    → HTTP 504
    ├── StoreError           BL-STORE-…    the database refused or is full              → HTTP 503
    └── LedgerError          BL-LEDGER-…   the log does not verify                      → HTTP 500

Doors translate them (HTTP problem details, exit codes); nothing below a door prints, exits or swallows.
"""

from __future__ import annotations

__all__ = [
    "AccessError",
    "BrightlineError",
    "ConfigError",
    "DataError",
    "Forbidden",
    "InputError",
    "LedgerError",
    "NotFound",
    "RateLimited",
    "StoreError",
    "TooLarge",
    "TooSlow",
    "UpstreamError",
    "UpstreamTimeout",
    "WrongMethod",
]


class BrightlineError(Exception):
    """Base of all errors that Brightline raises on purpose.

    ``code`` is stable and documented; ``message`` says what is wrong; ``hint`` says what to do about it.
    """

    http_status = 500

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{code}: {message}" + (f" ({hint})" if hint else ""))
        self.code = code
        self.message = message
        self.hint = hint


class ConfigError(BrightlineError):
    """A setting is wrong: the message names key, value and permitted range."""


class DataError(BrightlineError):
    """A file of rules, goals or tables is wrong: the message names file and line."""

    def __init__(self, code: str, message: str, hint: str = "", *, file: str = "", line: int = 0) -> None:
        where = f"{file}:{line}: " if file else ""
        super().__init__(code, where + message, hint)
        self.file = file
        self.line = line


class InputError(BrightlineError):
    """What a caller sent cannot be used."""

    http_status = 400


class TooLarge(InputError):
    """A body or text is over its limit."""

    http_status = 413


class NotFound(InputError):
    """There is no such thing."""

    http_status = 404


class WrongMethod(InputError):
    """The address works with another method."""

    http_status = 405

    def __init__(self, code: str, message: str, hint: str = "", *, allowed: str) -> None:
        super().__init__(code, message, hint)
        self.allowed = allowed


class TooSlow(InputError):
    """The request came too slowly or not to its end."""

    http_status = 408


class AccessError(BrightlineError):
    """The caller did not show a usable key."""

    http_status = 401


class Forbidden(AccessError):
    """The key is good but lacks the scope."""

    http_status = 403


class RateLimited(AccessError):
    """Too many requests for this key."""

    http_status = 429

    def __init__(self, code: str, message: str, hint: str = "", *, retry_after_s: int = 1) -> None:
        super().__init__(code, message, hint)
        self.retry_after_s = retry_after_s


class UpstreamError(BrightlineError):
    """The model service behind Brightline failed."""

    http_status = 502


class UpstreamTimeout(UpstreamError):
    """The model service did not answer in time."""

    http_status = 504


class StoreError(BrightlineError):
    """The database refused, is missing or is full."""

    http_status = 503


class LedgerError(BrightlineError):
    """The tamper-evident log does not verify, or must not be signed."""
