"""A setting as a page shows it: value, default, what it may be, and the control by which it is changed. No secret ever gets this far."""

from __future__ import annotations

import types
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import orjson
from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic.fields import FieldInfo

from brightline.config import Settings
from brightline.examination import without_password
from brightline.live_settings import LiveSettings, when_applied

__all__ = ["Described", "described", "shown", "shown_json"]


@dataclass(frozen=True, slots=True)
class Described:
    """One setting. ``kind``: ``secret``, ``choice``, ``switch``, ``number``, ``text`` or ``other``; a secret's value is ``set`` or empty.

    ``least`` and ``most`` bound a number, or the length of a text; ``above`` says that ``least`` itself is too little.
    """

    key: str
    kind: str
    value: str
    default: str
    origin: str
    applied: str
    help: str
    choices: tuple[str, ...] = ()
    least: str = ""
    most: str = ""
    above: bool = False
    waiting: str | None = None
    overruled: str = ""

    @property
    def environment(self) -> str:
        """Its name in the environment."""
        return f"BRIGHTLINE_{self.key.upper()}"


def described(live: LiveSettings, key: str) -> Described:
    """The setting ``key`` as it stands in this process."""
    field = Settings.model_fields[key]
    kind, choices = _kind(field)
    least, most, above = _bounds(field)
    state = live.state
    return Described(
        key=key,
        kind=kind,
        value=shown(key, getattr(state.in_force, key)),
        default=shown(key, field.get_default(call_default_factory=True)),
        origin=live.origin_of(key),
        applied=when_applied(key),
        help=field.description or "",
        choices=choices,
        least=least,
        most=most,
        above=above,
        waiting=shown(key, state.waiting[key]) if key in state.waiting else None,
        overruled=state.overruled.get(key, ""),
    )


def shown(key: str, value: Any) -> str:
    """A value as text: of a secret only whether there is one, of an address nothing that could be a password."""
    if not Settings.model_fields[key].repr:
        return "set" if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, dict):
        return orjson.dumps(value).decode() if value else ""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return without_password(str(value)) if isinstance(value, str) and "://" in value else str(value)


def shown_json(key: str, text: str | None) -> str:
    """The stored JSON text of a change in the same form; empty for None."""
    if text is None:
        return ""
    try:
        return shown(key, orjson.loads(text))
    except ValueError:
        return text


def _kind(field: FieldInfo) -> tuple[str, tuple[str, ...]]:
    if not field.repr:
        return "secret", ()
    plain = [each for each in _members(field.annotation) if each is not types.NoneType]
    only = plain[0] if len(plain) == 1 else None
    if get_origin(only) is Literal:
        return "choice", tuple(str(choice) for choice in get_args(only))
    if isinstance(only, type) and issubclass(only, StrEnum):
        return "choice", tuple(member.value for member in only)
    if only is bool:
        return "switch", ("true", "false")
    if only in (int, float):
        return "number", ()
    return ("text" if only in (str, Path) else "other"), ()


def _members(annotation: Any) -> Iterable[Any]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _bounds(field: FieldInfo) -> tuple[str, str, bool]:
    least = most = ""
    above = False
    for limit in field.metadata:
        if isinstance(limit, Ge):
            least = f"{limit.ge}"
        elif isinstance(limit, Gt):
            least, above = f"{limit.gt}", True
        elif isinstance(limit, Le):
            most = f"{limit.le}"
        elif isinstance(limit, Lt):
            most = f"{limit.lt}"
        elif isinstance(limit, MinLen):
            least = f"{limit.min_length}"
        elif isinstance(limit, MaxLen):
            most = f"{limit.max_length}"
    return least, most, above
