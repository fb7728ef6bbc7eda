"""Which field of a record is what: compiled once for a shard from ``ReadOptions``, then asked for every record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["FieldNames", "source_of_file", "unlike", "value_of"]

_MOST_NAMED = 12
_LONGEST_LABEL = 2048  # own choice: a url or id beyond it is somebody's text in the wrong field


class FieldNames:
    """The fields of one shard's records."""

    def __init__(self, shard: Shard, options: ReadOptions) -> None:
        self._text = options.text
        self.record_id = _label(options.record_id)
        self.url = _label(options.url)
        self.published_at = _label(options.published_at)
        self.licence = _label(options.licence)
        self._own_source = _label(options.source_id)
        self._file_source = source_of_file(shard.file, options)

    def text(self, value: Mapping[str, Any]) -> tuple[str, object]:
        """The name and the value of the field that holds the text: the first of the names that is there and not null, or ("", None)."""
        for name in self._text:
            found = value_of(value, name)
            if found is not None:
                return name, found
        return "", None

    def source(self, value: Mapping[str, Any]) -> str | None:
        """The source that the row names, else that of its file, else nothing: never guessed."""
        return self._own_source(value) or self._file_source


def value_of(value: Mapping[str, Any], name: str) -> Any:
    """The value under a name; a dotted name reaches into objects where no field is called so itself."""
    found = value.get(name)
    if found is not None or "." not in name:
        return found
    inner: Any = value
    for part in name.split("."):
        if not isinstance(inner, Mapping):
            return None
        inner = inner.get(part)
    return inner


def source_of_file(file: str, options: ReadOptions) -> str | None:
    """The source of all rows of a file that name none themselves."""
    for glob, source in options.sources_by_file.items():
        if fnmatchcase(file, glob):
            return source
    return options.source


def unlike(names: Sequence[str]) -> list[str]:
    """The names of columns with a number after each that was there before (``text``, ``text.2``): a record has each name once."""
    taken = set(names)
    seen: set[str] = set()
    made = []
    for name in names:
        number, own = 1, name
        while own in seen or (number > 1 and own in taken):
            number += 1
            own = f"{name}.{number}"
        seen.add(own)
        made.append(own)
    return made


def named(value: Mapping[str, Any]) -> str:
    """The names of a record's fields, for a reject's detail; never their values."""
    names = [str(name)[:40] for name in value]
    return ", ".join(names[:_MOST_NAMED]) + (" …" if len(names) > _MOST_NAMED else "")


def _label(names: Sequence[str]) -> Callable[[Mapping[str, Any]], str | None]:
    """The first of the fields that is a short scalar, as text."""
    plain = [(name, "." in name) for name in names]

    def first(value: Mapping[str, Any]) -> str | None:
        get = value.get
        for name, is_dotted in plain:
            found = get(name)
            if found is None and is_dotted:
                found = value_of(value, name)
            if found is None or found == "":
                continue
            if isinstance(found, str):
                return found if len(found) <= _LONGEST_LABEL else None
            if isinstance(found, (list, dict, bytes)):
                return None
            return str(found)
        return None

    return first
