"""Finds labels in metadata entries: every form that real files carry, each said to be what it is.

Forms (labels.md, 1.3): the bare seven-key object, the same under one key ``AIGC``, an attribute or element of XMP, JSON whose
quotes are HTML entities or that is a string inside a string, a YAML mapping, other vendors' names for the fields, a bare
``AIGC{…}`` in bytes without a key. A reader warns and never rejects: whatever is odd becomes a *defect* with a stable id, and
``verify`` makes checks of defects. What only quotes a label (an entry whose place ends with ``.quoted``) is a site that does
not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import yaml

from brightline.labels.character_references import dereferenced
from brightline.labels.containers.reading import Entry
from brightline.labels.label import KEYS, ImplicitLabel, charset_problem

__all__ = ["Form", "Site", "is_label", "sites_in"]

Form = Literal["bare", "wrapped", "element", "attribute", "escaped", "yaml", "vendor", "blob", "unreadable"]

MOST_SITES = 64
"""Sites kept of one file; own choice. A file with more has far more than the one label that it may have."""

_LONGEST_LABEL = 65_536  # characters: seven values of 2,048, of which two may be 16,384, with their escapes
_LONGEST_FRONT_MATTER = 4 * _LONGEST_LABEL  # own choice: a label among other mappings
_MOST_EVENTS = 20_000  # of YAML: starts, ends and scalars; own choice: a list of 500 references has some 15,000
_DEEPEST_BRACES = 32  # own choice: a signature in a label nests six deep
_MOST_TRIES = 16  # places in one entry where an object may begin; own choice: one is allowed
_DEEPEST = 3  # a string inside a string inside a string; own choice


@dataclass(frozen=True, slots=True)
class Site:
    """One place where a label stands.

    ``raw`` is the text as found, ``fields`` what could be read of it by the names of Annex E, ``label`` the seven values
    (None where not even an object could be read). ``defects`` are stable ids, see ``DEFECTS``. ``standard``: at the guide's
    place of this format. ``quoted``: the text quotes a label and does not carry one.
    """

    place: str
    key: str
    offset: int
    length: int
    form: Form
    raw: str
    fields: Mapping[str, str] = field(default_factory=dict)
    label: ImplicitLabel | None = None
    defects: tuple[str, ...] = ()
    standard: bool = False
    quoted: bool = False


DEFECTS = {
    "base64": "the label is Base64; files hold plain JSON (the Base64 of vendors' interfaces is for transport)",
    "charset": "a value has characters outside Annex E j)",
    "cut-off": "the label ends in its middle, as a field that is too short for it leaves it",
    "duplicate-key": "a key stands twice in the object",
    "escaped": "the quotes of the JSON are escaped once too often",
    "extra-key": "the object has keys that Annex E does not know",
    "key-case": "a key is spelt in another case",
    "key-missing": "one of the seven keys is absent",
    "key-name": "a key has another name than Annex E gives it",
    "not-a-string": "a value is not a string",
    "not-an-object": "the field AIGC holds no object",
    "structured": "the fields are XMP properties instead of one JSON value",
    "vendor-schema": "the fields are a vendor's own",
    "xmp-namespace": "the XMP property has another namespace than the guide's",
    "xmp-not-well-formed": "the XMP packet is not well-formed XML",
}
"""What can be odd about a site, by stable id; only ever added to."""


def sites_in(entries: Iterable[Entry]) -> list[Site]:
    """Every label in ``entries``, in their order; at most ``MOST_SITES``. Pure, never raises."""
    found: list[Site] = []
    for entry in entries:
        found += _sites_of(entry)
        if len(found) >= MOST_SITES:
            return found[:MOST_SITES]
    return found


def is_label(entry: Entry) -> bool:
    """True if a label stands in this entry: what a writer has to take out or replace. Quotations stay."""
    return any(not site.quoted for site in _sites_of(entry))


def _sites_of(entry: Entry) -> list[Site]:
    if entry.kind == "xmp":
        return _xmp_sites(entry)
    if entry.kind == "yaml":
        return _yaml_sites(entry)
    if _THE_FIELD.search(entry.key):
        return [_site(entry, entry.value, "bare")] if entry.value.strip() else []
    return [
        _unreadable(entry, piece, ("cut-off", "not-an-object")) if form == "unreadable" else _site(entry, piece, form)
        for piece, form in _embedded(entry.value, _OBJECT_IN_BYTES if entry.kind == "blob" else _NAMED_OBJECT)
    ]


# XMP


def _xmp_sites(entry: Entry) -> list[Site]:
    if "aigc" not in entry.value.lower() and not _ANY_KEY.search(entry.value):
        return []
    from brightline.labels.xmp import xmp_values

    values = xmp_values(entry.value)
    if not values.labels and _NOT_READ.intersection(values.defects):
        return [_unreadable(entry)]  # it speaks of a label, and nobody knows what it says
    odd = tuple(defect for defect in values.defects if defect in DEFECTS and defect != "structured")
    return [
        _site(
            entry,
            label.text,
            "attribute" if label.form == "attribute" else "element",
            (*odd, "structured") if label.form == "structured" else odd,
        )
        for label in values.labels
    ]


# Front matter


def _yaml_sites(entry: Entry) -> list[Site]:
    if "aigc" not in entry.value.lower():
        return []
    try:
        document = _bounded_yaml(entry.value)
    except (yaml.YAMLError, RecursionError, ValueError):
        return [_unreadable(entry)]
    if not isinstance(document, dict):
        return []
    named = [value for key, value in document.items() if str(key).lower() == "aigc"]
    if not named:
        return []
    if isinstance(named[0], str):
        return [_site(entry, named[0], "yaml")]
    if not isinstance(named[0], dict):
        return [_unreadable(entry)]
    return [_from_pairs(entry, entry.value, "yaml", [(str(key), value) for key, value in named[0].items()], ())]


def _bounded_yaml(text: str) -> Any:
    """The front matter. Its events are looked at first: aliases, which can be nested until they fill the memory, are an error."""
    if len(text) > _LONGEST_FRONT_MATTER:
        raise ValueError("front matter too long")
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST_BRACES or count > _MOST_EVENTS:
            raise ValueError("an alias in front matter, or too much of it")
    return yaml.load(text, Loader=_Strings)  # noqa: S506 - a SafeLoader, see below


if TYPE_CHECKING:
    _Loader = yaml.SafeLoader
else:
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where PyYAML was built with it: ten times as fast


class _Strings(_Loader):
    """Scalars stay the strings that they are in the file (``Label: 1`` reads as "1")."""


_Strings.yaml_implicit_resolvers = {}


# JSON


def _site(entry: Entry, text: str, form: Form, odd: tuple[str, ...] = ()) -> Site:
    """The site of a text that stands where a label is expected."""
    raw = text[:_LONGEST_LABEL]
    pairs, more = _pairs_of(raw)
    if pairs is None:
        return _unreadable(entry, raw, (*odd, *more))
    while len(pairs) == 1 and pairs[0][0].lower() == "aigc":
        inner = pairs[0][1]
        form = "wrapped" if form == "bare" else form
        if isinstance(inner, _Pairs):
            pairs = inner
        elif isinstance(inner, str):
            nested, nested_odd = _pairs_of(inner)
            if nested is None:
                return _unreadable(entry, raw, (*odd, *more, *nested_odd))
            pairs, more = nested, (*more, *nested_odd)
            form = "escaped" if form == "wrapped" else form
        else:
            return _unreadable(entry, raw, (*odd, *more))
    if "escaped" in more and form == "bare":
        form = "escaped"
    return _from_pairs(entry, raw, form, list(pairs), (*odd, *more))


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object in their order, duplicates kept."""


def _pairs_of(text: str, depth: int = 0) -> tuple[_Pairs | None, tuple[str, ...]]:
    """The members of the object that ``text`` is, however it is wrapped; and what was odd about it."""
    stripped = text.strip(_AROUND)
    for candidate, odd in _readings(stripped):
        try:
            value = json.loads(candidate, object_pairs_hook=_Pairs, strict=False)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, _Pairs):
            return value, odd
        if isinstance(value, str) and depth < _DEEPEST:
            pairs, more = _pairs_of(value, depth + 1)
            return pairs, ("escaped", *(name for name in more if name != "escaped"))
    return None, ("not-an-object",)


def _readings(text: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    yield text, ()
    if "&" in text:
        yield dereferenced(text), ("escaped",)
        yield dereferenced(dereferenced(text)), ("escaped",)
    if '\\"' in text:
        yield text.replace('\\"', '"'), ("escaped",)
        yield text.replace("\\\\", "\\").replace('\\"', '"'), ("escaped",)
    if _BASE64.fullmatch(text):
        decoded = _from_base64(text)
        if decoded.lstrip().startswith("{"):
            yield decoded, ("base64",)


def _from_base64(text: str) -> str:
    import base64
    import binascii

    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _from_pairs(entry: Entry, raw: str, form: Form, pairs: list[tuple[str, Any]], odd: tuple[str, ...]) -> Site:
    fields: dict[str, str] = {}
    defects = list(odd)
    for name, value in pairs:
        key, defect = _known_key(name)
        if defect:
            defects.append(defect)
        if not isinstance(value, str):
            defects.append("not-a-string")
            value = "" if value is None else json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
        if key in fields:
            defects.append("duplicate-key")
            continue
        fields[key] = value
    known = {key: fields[key] for key in KEYS if key in fields}
    if not known and any(key in _VENDOR_KEYS for key in fields):
        defects.append("vendor-schema")
        form = "vendor"
    elif not known:
        return _unreadable(entry, raw, (*defects, "not-an-object"))
    elif len(known) < len(KEYS):
        defects.append("key-missing")
    if any(charset_problem(value) for value in known.values()):
        defects.append("charset")
    return Site(
        entry.place,
        entry.key,
        entry.offset,
        entry.length,
        form,
        raw,
        fields,
        ImplicitLabel.from_fields(known) if known else None,
        tuple(sorted(set(defects))),
        entry.standard,
        entry.place.endswith(".quoted"),
    )


def _plain(value: Any) -> Any:
    """A JSON value with ordinary objects; of a key that stands twice the first counts, as everywhere here."""
    if isinstance(value, _Pairs):
        first: dict[str, Any] = {}
        for key, inner in value:
            first.setdefault(key, _plain(inner))
        return first
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _known_key(name: str) -> tuple[str, str]:
    """The key of Annex E that ``name`` stands for, and what is odd about it."""
    if name in KEYS or name in _VENDOR_KEYS:
        return name, ""
    if name in _MISSPELT:
        return _MISSPELT[name], "key-name"
    by_lower = _BY_LOWER.get(name.lower().replace("_", ""))
    return (by_lower, "key-case") if by_lower else (name, "extra-key")


def _embedded(text: str, begins: re.Pattern[str]) -> Iterable[tuple[str, Form]]:
    """Labels inside a text that has another name: ``{"AIGC":…}``, ``AIGC{…}``, or an object with the keys of Annex E.
    ``begins``: where in the midst of a text one may."""
    if "aigc" not in text.lower() and not _ANY_KEY.search(text):
        return
    stripped = text.strip(_AROUND)
    if stripped[:1] in '{["&' and len(stripped) <= _LONGEST_LABEL:
        pairs, _ = _pairs_of(stripped)
        if pairs is not None and _speaks_of_a_label(pairs):
            yield stripped, "bare"
            return
        if pairs is None and _is_cut_off(stripped):
            yield stripped, "unreadable"
            return
    behind = 0
    for found in islice(begins.finditer(text), _MOST_TRIES):
        if found.start() >= behind:
            piece = _object_at(text, found.end() - 1)
            behind = found.end() + len(piece)
            pairs, _ = _pairs_of(piece) if piece else (None, ())
            if pairs is not None and _speaks_of_a_label(pairs):
                yield piece, "blob"


def _is_cut_off(text: str) -> bool:
    """True if ``text`` begins as a label and ends inside it, as fields of a limited length leave it. With prose
    around it, or an ellipsis at its end, it is a quotation."""
    if text.endswith(("...", "…")):
        return False
    for reading, _ in _readings(text):
        head = _CUT_HEAD.match(reading)
        if head is None:
            continue
        at, names = head.end(), []
        while pair := _CUT_PAIR.match(reading, at):
            names.append(pair[1])
            at = pair.end()
        known = {_known_key(name)[0] for name in names} & set(KEYS)
        if _CUT_REST.fullmatch(reading, at) and (known if head[1] else len(known) > 1 and known & _TELLING):
            return True
    return False


def _speaks_of_a_label(pairs: list[tuple[str, Any]]) -> bool:
    """Two keys of Annex E, or a vendor's four, or one key AIGC over an object: no ordinary object looks so."""
    names = {_known_key(name)[0] for name, _ in pairs}
    if len(pairs) == 1 and pairs[0][0].lower() == "aigc":
        return isinstance(pairs[0][1], _Pairs | str)
    return (len(names & set(KEYS)) >= 2 and bool(names & _TELLING)) or len(names & _VENDOR_KEYS) >= 3


def _object_at(text: str, start: int) -> str:
    """The JSON object that begins at ``start``, or nothing."""
    depth = 0
    for found in _BRACE.finditer(text, start, start + _LONGEST_LABEL):
        if found[0] in "{}":
            depth += 1 if found[0] == "{" else -1
            if depth == 0:
                return text[start : found.end()]
            if depth > _DEEPEST_BRACES:
                return ""
    return ""


def _unreadable(entry: Entry, raw: str = "", odd: tuple[str, ...] = ("not-an-object",)) -> Site:
    named = entry.value.lower().find("aigc")  # where the name stands far behind, what is kept begins with it: it is the trace
    start = max(named, 0) if named > _LONGEST_LABEL // 2 else 0
    return Site(
        entry.place,
        entry.key,
        entry.offset,
        entry.length,
        "unreadable",
        raw or entry.value[start : start + _LONGEST_LABEL],
        {},
        None,
        tuple(sorted(set(odd))),
        entry.standard,
        entry.place.endswith(".quoted"),
    )


_BY_LOWER = {key.lower(): key for key in KEYS}
_MISSPELT = {
    # metatoolkit's README and writer (labels.md, 1.2), and plain variants of the same slip
    "ContentPropogator": "ContentPropagator",
    "Producer": "ContentProducer",
    "PropagatorID": "PropagateID",
    "Propagator": "ContentPropagator",
    "PropatorID": "PropagateID",
    "ReserveCode1": "ReservedCode1",
    "ReserveCode2": "ReservedCode2",
    "ProducerID": "ProduceID",
}
_VENDOR_KEYS = frozenset({"ServiceProvider", "ServiceUser", "Time", "ContentId", "ContentID"})  # Tencent Cloud (labels.md, 1.3)
_TELLING = frozenset(KEYS) - {"Label"}  # many objects have a "Label"; none of the others stands in ordinary files
_NOT_READ = frozenset({"xmp-unreadable", "xmp-too-large", "xmp-doctype"})  # the last: entities, which are not followed, may hold one
_AROUND = " \t\r\n\x00\ufeff\u00ef\u00bb\u00bf"  # what stands around a value and says nothing; the last three: a mark of byte order, read as Latin-1
_BRACE = re.compile(r'[{}]|"(?:[^"\\]|\\.)*"', re.DOTALL)  # a string is one piece: braces in it say nothing
_THE_FIELD = re.compile(r"(?:^|[^0-9A-Za-z])AIGC$", re.IGNORECASE)  # AIGC, TXXX:AIGC, TC260:AIGC; not AigcInfo or x-aigc-api
_ANY_KEY = re.compile("ContentProducer|ProduceID|ContentPropagator|PropagateID|ServiceProvider")
_NAMED_OBJECT = re.compile(r"(?<![0-9A-Za-z_])\"?AIGC\"?\s{0,8}[:=]?\s{0,8}\{", re.IGNORECASE)
_OBJECT_IN_BYTES = re.compile(
    _NAMED_OBJECT.pattern + r'|\{(?=\s{0,8}"(?:Label|ContentProducer)"\s{0,8}:)', re.IGNORECASE
)  # behind a length, say
_CUT_HEAD = re.compile(r'\{\s{0,8}("AIGC"\s{0,8}:\s{0,8}\{\s{0,8})?', re.IGNORECASE)
_CUT_PAIR = re.compile(r'"([A-Za-z0-9_]{1,40})"\s{0,8}:\s{0,8}(?:"(?:[^"\\]|\\.)*+"|\d)\s{0,8},\s{0,8}')
_CUT_REST = re.compile(r'(?:"[A-Za-z0-9_]{0,40}(?:"\s{0,8}(?::\s{0,8}(?:"(?:[^"\\]|\\.?)*+"?|\d)?)?)?)?\s{0,8}')
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
