"""What a guard model says, in the words of each kind of guard, and what its categories mean here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.rulebook import Rulebook
from brightline.rulebook.policy import permitted

__all__ = ["SHIPPED", "GuardCategory", "GuardMap", "GuardVerdict", "load_guard_map"]

SHIPPED = {"qwen3guard": "qwen3guard.yaml", "llama_guard": "llama_guard.yaml"}

_HERE = Path(__file__).parent
_EFFECTS = {Outcome.ALLOW, Outcome.LABEL, Outcome.NOTICE, Outcome.LIMIT, Outcome.REVIEW}
_FIELDS = {"types", "rules", "effect", "zh", "en"}
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """``level`` as the guard has it, and the categories that it named, in its own words."""

    level: Literal["safe", "borderline", "violating"]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuardCategory:
    """What a category of a guard means here: problem types, rules, and the effect that its finding asks for."""

    name: str
    types: tuple[int, ...]
    rules: tuple[str, ...]
    effect: Outcome
    title_zh: str
    title_en: str

    @property
    def goal(self) -> str:
        """The id that findings of this category carry."""
        return "guard." + re.sub("[^a-z0-9]+", "_", self.name.lower()).strip("_")


@dataclass(frozen=True, slots=True)
class GuardMap:
    """How to read one kind of guard. ``categories``: its names, None for those that lead to nothing."""

    reads: str
    categories: Mapping[str, GuardCategory | None]

    def verdict(self, answer: str) -> GuardVerdict | None:
        """What ``answer`` says; None if it says nothing that can be read."""
        return _READERS[self.reads](answer)


def load_guard_map(path_or_name: str, rulebook: Rulebook, on: date | None = None) -> GuardMap:
    """A shipped map by name (qwen3guard, llama_guard), or the operator's own by path.

    Raises ``DataError`` BL-DATA-260 (cannot be read), -261 (a wrong field), -262 (an effect that the rules do not ground).
    """
    file = _HERE / SHIPPED[path_or_name] if path_or_name in SHIPPED else Path(path_or_name)
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ValueError(f"it is larger than {_MOST_BYTES} bytes")
        document = yaml.safe_load(file.read_bytes().decode("utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as problem:  # ValueError: also no UTF-8, and dates that are none
        raise DataError(
            "BL-DATA-260", f"cannot be read: {problem}", "name a YAML file with reads: and categories:", file=str(file)
        ) from None
    reads = document.get("reads") if isinstance(document, dict) else None
    if not isinstance(reads, str) or reads not in _READERS or not isinstance(document.get("categories"), dict):
        cure = f"write reads: one of {', '.join(_READERS)}, and categories: with a line for each"
        raise DataError("BL-DATA-261", "reads or categories are missing or wrong", cure, file=str(file))
    day = on or datetime.now(UTC).date()
    categories = {str(name): _category(str(name), row, rulebook, day, file) for name, row in document["categories"].items()}
    return GuardMap(reads, categories)


def _category(name: str, row: Any, rulebook: Rulebook, day: date, file: Path) -> GuardCategory | None:
    if row is None:
        return None

    def fail(number: int, message: str, cure: str) -> DataError:
        return DataError(f"BL-DATA-{number}", f"category {name!r}: {message}", cure, file=str(file))

    if not isinstance(row, dict) or set(row) - _FIELDS or not {"types", "rules"} <= set(row):
        raise fail(261, "its fields are wrong", f"write {{types: […], rules: […]}}; known: {', '.join(sorted(_FIELDS))}")
    if not re.search("[A-Za-z0-9]", name):
        raise fail(261, "its name has no Latin letter or digit", "write the category as the guard model names it")
    types, rules = row["types"], row["rules"]
    if not isinstance(types, list) or not types or not all(type(one) is int and 1 <= one <= 13 for one in types):
        raise fail(261, "types are wrong", "list problem types, 1 to 13")
    if not isinstance(rules, list) or not rules or any(not isinstance(one, str) or rulebook.get(one) is None for one in rules):
        raise fail(261, "rules are wrong or unknown", "list rules of the rulebook, see `brightline rules search`")
    try:
        effect = Outcome(row.get("effect", "review"))
    except ValueError:
        effect = Outcome.BLOCK
    if effect not in _EFFECTS:
        raise fail(
            261,
            f"effect {row.get('effect')!r} is not for a guard",
            f"choose from {', '.join(sorted(_EFFECTS))}: its word alone stops nothing",
        )
    if effect is not Outcome.ALLOW:
        for side in Side:
            if effect not in permitted(rules, side, day, rulebook, manifest=False):
                raise fail(262, f"its rules do not ground {effect} on side {side}", "name a rule that grounds it, or a milder effect")
    return GuardCategory(name, tuple(types), tuple(rules), effect, str(row.get("zh", name)), str(row.get("en", name)))


# -- the words of each kind of guard --------------------------------------------------------------------------------------

_QWEN_LEVELS: dict[str, Literal["safe", "borderline", "violating"]] = {
    "safe": "safe",
    "controversial": "borderline",
    "unsafe": "violating",
}
_QWEN_LEVEL = re.compile(r"safety\s*:\s*(safe|unsafe|controversial)\b", re.IGNORECASE | re.ASCII)
_QWEN_CATEGORIES = re.compile(r"categories\s*:\s*([^\n]{0,300})", re.IGNORECASE)
_LLAMA = re.compile(r"\s*(safe|unsafe)[ \t]*(?:\n\s*([^\n]{0,200}))?", re.IGNORECASE | re.ASCII)


def _qwen3guard(answer: str) -> GuardVerdict | None:
    level = _QWEN_LEVEL.search(answer[:2000])
    if level is None:
        return None
    named = _QWEN_CATEGORIES.search(answer[:2000])
    names = [name.strip() for name in named.group(1).split(",")] if named else []
    return GuardVerdict(_QWEN_LEVELS[level.group(1).lower()], tuple(name for name in names if name and name.lower() != "none"))


def _llama_guard(answer: str) -> GuardVerdict | None:
    found = _LLAMA.match(answer[:2000])
    if found is None:
        return None
    if found.group(1).lower() == "safe":
        return GuardVerdict("safe", ())
    return GuardVerdict("violating", tuple(name.strip().upper() for name in (found.group(2) or "").split(",") if name.strip()))


_READERS: dict[str, Callable[[str], GuardVerdict | None]] = {"qwen3guard": _qwen3guard, "llama_guard": _llama_guard}
