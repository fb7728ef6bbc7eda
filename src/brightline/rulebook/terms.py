"""The operator's own published terms: a ground beside the law, and never mixed up with it.

An operator may act under its terms where no law suffices; the Statement then says that no legal ground is claimed and
quotes the term. A term therefore needs a title and a text in both languages, and says what it permits at most. The
file is a YAML list, one row a term::

    - id: terms.no-tip-selling
      title: {zh: 不提供荐股服务, en: No stock tips}
      text: {zh: 本服务不提供个股买卖建议。, en: This service gives no advice to buy or sell single stocks.}
      at_most: refuse

It deliberately does not fetch or date terms: which of them were published on a day is ``Context.terms``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from brightline.errors import DataError
from brightline.model import Outcome

__all__ = ["OperatorTerm", "load_terms"]


@dataclass(frozen=True, slots=True)
class OperatorTerm:
    """One clause of the operator's published terms. ``at_most`` is the harshest outcome that it permits.

    ``refuse`` covers the operator's own output only; what somebody else published is stopped by a term only if it
    says ``block``.
    """

    id: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    at_most: Outcome

    def title(self, lang: str = "zh") -> str:
        """The title in ``zh`` (default) or ``en``."""
        return self.title_en if lang.lower().startswith("en") else self.title_zh

    def text(self, lang: str = "zh") -> str:
        """The clause itself in ``zh`` (default) or ``en``."""
        return self.text_en if lang.lower().startswith("en") else self.text_zh


def load_terms(path: Path | str) -> dict[str, OperatorTerm]:
    """Read the operator's terms, by id in the order of the file.

    Raises ``DataError`` with file and line: BL-DATA-061 (cannot be read), -062 (not a YAML list), -063 (a row is
    wrong), -064 (an id occurs twice).
    """
    file = Path(path)
    terms: dict[str, OperatorTerm] = {}
    for row in _rows(file):
        term = _term(row, file)
        if term.id in terms:
            raise _wrong("BL-DATA-064", f"the id {term.id!r} occurs twice", "give each term its own id", file, row)
        terms[term.id] = term
    return terms


_ID = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
_MEMBERS = ("id", "title", "text", "at_most")
_PERMITTED = tuple(outcome for outcome in Outcome if outcome is not Outcome.ALLOW)


def _rows(file: Path) -> list[yaml.Node]:
    try:
        root = yaml.compose(file.read_text("utf-8"), Loader=yaml.SafeLoader)
    except OSError as problem:
        raise DataError("BL-DATA-061", f"the terms cannot be read: {problem.strerror}", "name an existing file", file=str(file)) from None
    except UnicodeDecodeError:
        raise DataError("BL-DATA-061", "the terms are not UTF-8 text", "save the file as UTF-8", file=str(file), line=1) from None
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise DataError(
            "BL-DATA-062", f"not YAML: {getattr(problem, 'problem', problem)}", "see docs/policy.md", file=str(file), line=line
        ) from None
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise _wrong("BL-DATA-062", "the file must be a list of terms", "begin each term with '- id: …'", file, root)
    return list(root.value)


def _term(row: yaml.Node, file: Path) -> OperatorTerm:
    members = _mapping(row, file, "a term", _MEMBERS)
    id_node = members["id"]
    if not isinstance(id_node, yaml.ScalarNode) or not _ID.fullmatch(id_node.value):
        raise _wrong("BL-DATA-063", "id must be 1 to 64 letters, digits, '.', '_' or '-'", "for example terms.no-tips", file, id_node)
    title, text = (_both_languages(members[name], file, name) for name in ("title", "text"))
    return OperatorTerm(
        id=id_node.value,
        title_zh=title["zh"],
        title_en=title["en"],
        text_zh=text["zh"],
        text_en=text["en"],
        at_most=_outcome(members["at_most"], file),
    )


def _outcome(node: yaml.Node, file: Path) -> Outcome:
    if isinstance(node, yaml.ScalarNode) and node.value in _PERMITTED:
        return Outcome(node.value)
    raise _wrong("BL-DATA-063", "at_most is not an outcome that acts", f"one of {', '.join(_PERMITTED)}", file, node)


def _both_languages(node: yaml.Node, file: Path, name: str) -> dict[str, str]:
    sentences: dict[str, str] = {}
    for lang, value in _mapping(node, file, name, ("zh", "en")).items():
        if not isinstance(value, yaml.ScalarNode) or not value.value.strip():
            raise _wrong("BL-DATA-063", f"{name}.{lang} must be a sentence", "statements show it to the person concerned", file, value)
        sentences[lang] = value.value.strip()
    return sentences


def _mapping(node: yaml.Node, file: Path, name: str, expected: tuple[str, ...]) -> Mapping[str, yaml.Node]:
    hint = f"{name} has exactly the members {', '.join(expected)}"
    if not isinstance(node, yaml.MappingNode):
        raise _wrong("BL-DATA-063", f"{name} must be a mapping", hint, file, node)
    members: dict[str, Any] = {}
    for key, value in node.value:
        if key.value not in expected:
            raise _wrong("BL-DATA-063", f"{name} has an unknown member {key.value!r}", hint, file, key)
        if key.value in members:
            raise _wrong("BL-DATA-063", f"{name} has {key.value!r} twice", hint, file, key)
        members[key.value] = value
    missing = [member for member in expected if member not in members]
    if missing:
        raise _wrong("BL-DATA-063", f"{name} lacks {', '.join(missing)}", hint, file, node)
    return members


def _wrong(code: str, message: str, hint: str, file: Path, node: yaml.Node) -> DataError:
    return DataError(code, message, hint, file=str(file), line=node.start_mark.line + 1)
