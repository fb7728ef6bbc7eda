"""``sources.yaml``: the register as a file that people review, with complaints that name file and line.

    - id: zhwiki
      name: 中文维基百科
      kind: open_data
      licence: {spdx: CC-BY-SA-4.0, evidence: {where: evidence/zhwiki.html, sha256: "…", seen_on: 2026-10-01}}

The fields are those of ``source.py``. Written out and read again it is the same register.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from brightline.corpus.sources.source import Source, Unusable
from brightline.errors import DataError
from brightline.text.yaml_nodes import Node, parse_nodes

__all__ = ["dump_sources", "load_sources", "parse_sources"]

_LARGEST_FILE = 32 << 20  # some hundred thousand sources (own choice; as large as the YAML reader permits)
_FLAGS = {"true": True, "false": False}


def load_sources(path: Path) -> tuple[Source, ...]:
    """The sources in a file.

    Raises ``DataError`` with file and line: BL-DATA-290 not readable or too large, -291 a field cannot be used, -292 a source stands twice;
    what is wrong as YAML as BL-DATA-201, -202, -219.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as problem:
        raise DataError("BL-DATA-290", f"cannot be read: {problem.strerror}", "name an existing sources.yaml", file=str(path)) from None
    if len(content) > _LARGEST_FILE:
        raise DataError("BL-DATA-290", f"has more than {_LARGEST_FILE} bytes", "split the file", file=str(path))
    return parse_sources(content, path.name)


def parse_sources(content: bytes, file: str) -> tuple[Source, ...]:
    """The sources in the bytes of such a file; ``file`` is what complaints name. Raises as ``load_sources``."""
    root = parse_nodes(content, file)
    found: dict[str, Source] = {}
    for row in root.rows() if root.value is not None else ():
        try:
            source = Source.from_document(_plain(row))
        except Unusable as problem:
            _at(row, problem.path).fail(291, problem.message, problem.hint)
        if source.id in found:
            row.fail(292, f"{source.id} stands twice", "keep one of them")
        found[source.id] = source
    return tuple(found.values())


def dump_sources(sources: Iterable[Source]) -> str:
    """The sources as the text of a file, by id."""
    documents = [source.to_document() for source in sorted(sources, key=lambda each: each.id)]
    return yaml.safe_dump(documents, allow_unicode=True, sort_keys=False, width=140) if documents else "[]\n"


def _plain(node: Node) -> Any:
    """The values without their places; ``true`` and ``false`` become what they say where a word is not in quotes or a text field."""
    if isinstance(node.value, dict):
        return {name: _flag(name, child) for name, child in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(child) for child in node.value]
    return node.value


_FLAG_FIELDS = {"permits_training", "warrants_origin", "sensitive", "separate_consent", "minors", "guardian_consent"}


def _flag(name: str, node: Node) -> Any:
    plain = _plain(node)
    return _FLAGS.get(plain, plain) if name in _FLAG_FIELDS and isinstance(plain, str) else plain


def _at(node: Node, path: tuple[str, ...]) -> Node:
    """The place of a field, or of the innermost one around it that is there."""
    for name in path:
        if not isinstance(node.value, dict) or name not in node.value:
            break
        node = node.value[name]
    return node
