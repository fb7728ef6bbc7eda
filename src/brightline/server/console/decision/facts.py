"""What is known about the call behind a decision without its text: how it came, how long it took, what it carried.

``Decision.request`` is what a door chose to record; fields that this page has no words for are shown by their own names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from brightline.errors import NotFound
from brightline.labels import label_member
from brightline.model import Decision
from brightline.service import Service
from brightline.store import ApiKey

__all__ = ["CallShape", "Label", "MediaLabel", "Timing", "api_key_of", "call_shape", "label_of", "media_labels_of", "timing_of"]


class Timing(NamedTuple):
    """Milliseconds of a call; ``own`` is what Brightline itself took. None where a door did not measure it."""

    own: float | None
    parse: float | None
    inspect: float | None
    upstream_first: float | None
    upstream: float | None
    total: float


@dataclass(frozen=True, slots=True)
class CallShape:
    """The call without its text. ``others`` are fields that only their own door knows."""

    endpoint: str
    method: str
    model: str
    stream: bool | None
    status: str
    upstream_status: str
    bytes_in: int | None
    bytes_out: int | None
    usage: tuple[tuple[str, int], ...]
    channels: tuple[str, ...]
    source: str
    source_id: str
    others: tuple[tuple[str, str], ...]


class Label(NamedTuple):
    """How the answer was labelled. ``text`` is empty where there is none; ``clause`` is of GB 45438-2025."""

    position: str
    text: str
    lang: str
    clause: str
    reason: str


class MediaLabel(NamedTuple):
    """How one file of the answer was labelled. ``explicit``: ``image``, ``audio`` …, ``interface`` or ``none``; ``content_id`` leads to its record."""

    place: str
    container: str
    content_id: str
    is_implicit: bool
    explicit: str
    reason: str


_MOST_MEDIA = 50  # files of one answer that are listed; own choice: services make ten at a time at most
_KNOWN = frozenset(
    {
        "endpoint",
        "method",
        "model",
        "stream",
        "status",
        "upstream_status",
        "bytes_in",
        "bytes_out",
        "usage",
        "channels",
        "source",
        "source_id",
        "side",
        "ms",
    }
)
_LONGEST = 300  # characters of a field that nobody has words for


def call_shape(decision: Decision) -> CallShape:
    """The call behind a decision. Values of another type than a door writes are shown, never trusted."""
    about = decision.request
    stream = about.get("stream")
    usage = about.get("usage")
    channels = about.get("channels")
    return CallShape(
        endpoint=_text(about.get("endpoint")),
        method=_text(about.get("method")),
        model=_text(about.get("model")),
        stream=stream if isinstance(stream, bool) else None,
        status=_text(about.get("status")),
        upstream_status=_text(about.get("upstream_status")),
        bytes_in=_count(about.get("bytes_in")),
        bytes_out=_count(about.get("bytes_out")),
        usage=tuple((str(name), count) for name, count in usage.items() if _count(count) is not None) if isinstance(usage, dict) else (),
        channels=tuple(map(_text, channels)) if isinstance(channels, list | tuple) else (),
        source=_text(about.get("source")),
        source_id=_text(about.get("source_id")),
        others=tuple((str(name), _text(value)) for name, value in about.items() if name not in _KNOWN and value not in ("", None)),
    )


def timing_of(decision: Decision) -> Timing | None:
    """How long the call took, where its door measured it."""
    ms = decision.request.get("ms")
    if not isinstance(ms, Mapping):
        return None
    values = {name: _ms(ms.get(name)) for name in ("parse", "inspect", "upstream_first", "upstream", "total")}
    total = values.pop("total")
    if total is None:
        return None
    return Timing(own=max(0.0, total - (values["upstream"] or 0.0)), total=total, **values)


def label_of(decision: Decision) -> Label | None:
    """The label of the answer's texts; None where the door labels nothing, or the answer had no text."""
    if not decision.label or decision.label.keys() == {"media"}:
        return None
    member = label_member(decision.label)
    explicit = member.get("explicit")
    reason = _text(decision.label.get("reason")) or _text(member.get("reason"))
    if not isinstance(explicit, Mapping):
        return Label("none", "", "", "", reason)
    return Label(
        _text(explicit.get("position")), _text(explicit.get("text")), _text(explicit.get("lang")), _text(explicit.get("clause")), reason
    )


def media_labels_of(decision: Decision) -> tuple[MediaLabel, ...]:
    """The labels of the files in the answer, in their order."""
    media = decision.label.get("media") if decision.label else None
    files = [each for each in media if isinstance(each, Mapping)] if isinstance(media, list | tuple) else []
    return tuple(
        MediaLabel(
            _text(each.get("place")),
            _text(each.get("container")),
            _text(each.get("content_id")),
            each.get("implicit") == "written",
            _text(each.get("explicit")) or "none",
            _text(each.get("reason")),
        )
        for each in files[:_MOST_MEDIA]
    )


def api_key_of(service: Service, decision: Decision) -> ApiKey | None:
    """The key that was used, if it is this tenant's and still on record. Raises ``StoreError``."""
    if not decision.api_key:
        return None
    try:
        key = service.store.keys.get(decision.api_key)
    except NotFound:
        return None
    return key if key.tenant == decision.tenant else None


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()[:_LONGEST]


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _ms(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
