"""Checks of the implicit label itself: how many there are, where, in which form, and what its seven values are worth.

Follows GB 45438-2025, 6.1 and Annex E, and the TC260 practice guides for the place in each format. A check holds when it holds
for every label of the file; its evidence are the labels for which it does not. Quotations are counted and otherwise ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from brightline.labels.label import KEYS, LONGEST_VALUE, charset_problem
from brightline.labels.sites import Site
from brightline.labels.verification.check_catalogue import Evidence, Outcome
from brightline.labels.verification.examined import Examined

__all__ = ["label_outcomes"]

_MAY_BE_EMPTY = frozenset({"ReservedCode1", "ReservedCode2"})
_LONGEST_RESERVED = 16_384  # label.py: reserved codes hold signatures
_SHOWN = 64  # characters of a value that a sentence shows; own choice

_PLACEHOLDER = re.compile(
    r"(?P<same>.)(?P=same)+|0|null|none|nil|n/?a|nan|undefined|unknown|test|string|todo|placeholder|example|id|content-?id|produce-?id",
    re.IGNORECASE,
)

_GUIDES = {
    "png": "PG-PNG",
    "jpeg": "PG-JPEG",
    "webp": "PG-WEBP",
    "gif": "PG-GIF",
    "tiff": "PG-TIFF",
    "heif": "PG-HEIF",
    "heic": "PG-HEIF",
    "avif": "PG-HEIF",
    "mp4": "PG-MP4",
    "mov": "PG-MP4",
    "m4a": "PG-MP4",
    "matroska": "PG-MKV",
    "mkv": "PG-MKV",
    "webm": "PG-MKV",
    "flv": "PG-FLV",
    "avi": "PG-AVI",
    "wav": "PG-WAV",
    "mp3": "PG-MP3",
    "flac": "PG-FLAC",
    "ogg": "PG-FLAC",
    "pdf": "PG-PDF",
    "docx": "PG-OOXML",
    "xlsx": "PG-OOXML",
    "pptx": "PG-OOXML",
    "ooxml": "PG-OOXML",
    "markdown": "PG-MD",
    "html": "PG-TEXT-OTHER",
    "epub": "PG-TEXT-OTHER",
    "ofd": "PG-TEXT-OTHER",
    "text": "PG-TEXT-OTHER",
}
"""The practice guide of a format by its handler's name; rules.md, 2.5. Ogg shares the audio guide's Vorbis comment."""

_WRAPPED_PLACES = ("exif", "UserComment", "ImageDescription", "tEXt", "zTXt", "COM")
"""Parts of places without a key of their own, or where the image guide's Annex B has the wrapped form."""

_DEFECT_CHECKS = {
    "label.base64": "base64",
    "label.duplicate_keys": "duplicate-key",
    "label.escaped": "escaped",
    "label.structured": "structured",
    "label.value.type": "not-a-string",
    "xmp.namespace": "xmp-namespace",
    "xmp.well_formed": "xmp-not-well-formed",
}
"""Checks that ask for one defect of ``sites.DEFECTS``."""


def label_outcomes(examined: Examined) -> Iterator[Outcome]:
    """The outcomes of every check of this file's labels; those of the values only where there is a label."""
    quoted = [site for site in examined.sites if site.quoted]
    yield Outcome("label.not_quoted", not quoted, count=len(quoted), evidence=tuple(map(Examined.where, quoted)))
    labels = examined.labels
    if not labels:
        return
    yield Outcome("label.exactly_one", len(labels) == 1, count=len(labels), evidence=tuple(map(Examined.where, labels)))
    yield from _agreement(labels)
    yield _all(
        "label.standard_place",
        labels,
        lambda site: "" if site.standard or _at_an_alternative(site) else site.place,
        good=labels[0].place,
        rule=_guide(examined),
    )
    yield _all("label.form", labels, _wrong_form, rule=_guide(examined))
    for check, defect in _DEFECT_CHECKS.items():
        if check.startswith("xmp.") and not any(site.form in ("element", "attribute") or defect in site.defects for site in labels):
            continue
        yield _all(check, labels, _defect(defect))
    yield _all("label.object", labels, lambda site: "" if site.form != "unreadable" else _shown(site.raw))
    yield _all("label.vendor_schema", labels, lambda site: ", ".join(site.fields) if site.form == "vendor" else "")
    yield from _value_outcomes([site for site in labels if site.label is not None])


def _value_outcomes(labels: list[Site]) -> Iterator[Outcome]:
    if not labels:
        return
    yield _all("label.key.spelling", labels, lambda site: ", ".join(sorted({"key-case", "key-name"} & set(site.defects))))
    yield _all("label.extra_keys", labels, lambda site: ", ".join(key for key in site.fields if key not in KEYS))
    for key in KEYS:
        yield _all(f"label.key.missing.{key}", labels, _missing(key), field=key)
        if key not in _MAY_BE_EMPTY:
            yield _all(f"label.key.empty.{key}", labels, _empty(key), field=key)
    yield _all(
        "label.attribute.value",
        labels,
        lambda site: "" if site.fields.get("Label") in ("1", "2", "3") else repr(_shown(site.fields.get("Label", ""))),
        good=", ".join(dict.fromkeys(site.fields.get("Label", "") for site in labels)),
        field="Label",
    )
    yield _all("label.value.charset", labels, _keys_where(lambda key, value: bool(charset_problem(value))))
    yield _all("label.value.length", labels, _keys_where(_too_long))
    for check, key in (("id.produce.placeholder", "ProduceID"), ("id.propagate.placeholder", "PropagateID")):
        with_number = [site for site in labels if site.fields.get(key, "").strip()]
        if with_number:
            yield _all(check, with_number, _placeholder_in(key), field=key)
    yield _all("id.reserved_repeats", labels, _repeated)


def _agreement(labels: tuple[Site, ...]) -> Iterator[Outcome]:
    if len(labels) < 2:
        return
    differing = [key for key in KEYS if len({site.fields.get(key, "") for site in labels}) > 1]
    yield Outcome("label.agree", not differing, ", ".join(differing), evidence=tuple(map(Examined.where, labels)))


def _all(check: str, labels: Iterable[Site], problem: Callable[[Site], str], *, good: str = "", rule: str = "", field: str = "") -> Outcome:
    """The outcome of a check that each label passes or not; ``problem`` says what is wrong with one, or nothing."""
    problems = [(site, problem(site)) for site in labels]
    bad = [(site, words) for site, words in problems if words]
    evidence: tuple[Evidence, ...] = tuple(Examined.where(site, field or words[:_SHOWN]) for site, words in bad)
    return Outcome(check, not bad, "; ".join(dict.fromkeys(words for _, words in bad)) if bad else good, len(bad), evidence, rule)


def _guide(examined: Examined) -> str:
    return _GUIDES.get(examined.container.casefold(), "PG-OTHER")


def _at_an_alternative(site: Site) -> bool:
    """The image guide's alternatives: EXIF UserComment and a PNG text called AIGC, both in the wrapped form (rules.md, 2.5)."""
    return site.form == "wrapped" and ("UserComment" in (site.key, site.place.rpartition(".")[2]) or site.place.endswith("tEXt"))


def _wrong_form(site: Site) -> str:
    wants_wrapped = any(part in site.place or part == site.key for part in _WRAPPED_PLACES)
    if site.form == "wrapped" and not wants_wrapped:
        return f"{site.place}: wrapped in AIGC"
    if site.form == "bare" and wants_wrapped and site.key.upper() != "AIGC":
        return f"{site.place}: bare"
    return f"{site.place}: bytes without a key" if site.form == "blob" else ""


def _keys_where(odd: Callable[[str, str], bool]) -> Callable[[Site], str]:
    return lambda site: ", ".join(key for key in KEYS if key in site.fields and odd(key, site.fields[key]))


def _defect(defect: str) -> Callable[[Site], str]:
    return lambda site: defect if defect in site.defects else ""


def _missing(key: str) -> Callable[[Site], str]:
    return lambda site: "" if key in site.fields else key


def _empty(key: str) -> Callable[[Site], str]:
    return lambda site: key if key in site.fields and not site.fields[key].strip() else ""


def _placeholder_in(key: str) -> Callable[[Site], str]:
    return lambda site: _placeholder(site.fields[key])


def _too_long(key: str, value: str) -> bool:
    return len(value) > (_LONGEST_RESERVED if key in _MAY_BE_EMPTY else LONGEST_VALUE)


def _placeholder(value: str) -> str:
    dense = re.sub(r"[\s{}_-]", "", value)
    return _shown(value) if _PLACEHOLDER.fullmatch(dense) else ""


def _repeated(site: Site) -> str:
    numbers = {site.fields.get(key, "").strip() for key in ("ProduceID", "PropagateID")} - {""}
    return ", ".join(key for key in sorted(_MAY_BE_EMPTY) if site.fields.get(key, "").strip() in numbers)


def _shown(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
