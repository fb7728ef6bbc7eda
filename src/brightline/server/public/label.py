"""``/label``: anybody chooses a file and sees what its labels say; a page that an app can link to (Labelling Measures, Art. 6).

Works without scripts. Nothing is kept: the file lies on disk while it is read, no decision is made and no record written.

It reads what the file itself says, and nothing else. This installation's own records (watermarks, fingerprints of answers) are not
asked: a stranger could otherwise try a watermark away, or find out whether a text is somebody's answer. Nor is text in pictures
read, which takes seconds. Both are for people with a key (``/api/v1/labels/verify``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from brightline.errors import BrightlineError, InputError, RateLimited, StoreError
from brightline.labelling import trust_of
from brightline.labels.provider_code import parse_provider_code
from brightline.labels.sites import Site
from brightline.labels.verification import Verification, verify
from brightline.server.face import Face, require_same_origin
from brightline.server.face import msgid as _
from brightline.server.public import label_words as words
from brightline.server.received import received
from brightline.server.uploads import Spool, Upload
from brightline.service import Service

__all__ = ["MOST_BYTES", "LabelPage"]

MOST_BYTES = 32 * 1024 * 1024
"""Largest file that this page looks at. Own choice: a phone's photo or a short clip; larger ones belong to the API."""

_LOOKS_PER_MINUTE = RateLimitItemPerMinute(10)  # for one address: a person with files, not a program
_LOOKS_OF_ALL_PER_MINUTE = RateLimitItemPerMinute(120)  # together: strangers must not keep the service busy
_MOST_ROOMS = 8
_AT_ONCE = 1  # one core at most is for strangers
_MOST_DRAINED = 2 * MOST_BYTES  # of a body that was refused: a browser shows an answer only when it has sent all
_DRAINED_S = 30.0  # own choice: then who sends slowly is answered all the same
_MOST_SHOWN = 8  # labels, defects, traces: of each
_SCALE = 1000  # width of the picture of a file, in its own units
_LEAST_MARK = 6


@dataclass(frozen=True, slots=True)
class Value:
    """One of the seven values: what it is, what stands there, and what that means: words of ours where ``is_said``, else a code."""

    name: str
    text: str
    meaning: str = ""
    is_said: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A label and where it sits; ``start`` and ``width`` on a line of 1,000."""

    place: str
    offset: int
    length: int
    start: int
    width: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as the page shows it."""

    name: str
    found: Verification
    sign: str
    headline: str
    meaning: str
    ground: str
    notice: str
    labels: tuple[Label, ...]
    quoted: int
    integrity: str
    compliance: str
    defects: tuple[str, ...]
    traces: tuple[str, ...]
    gaps: tuple[str, ...]
    articles: tuple[str, ...]


class LabelPage:
    """The page and its form."""

    def __init__(self, service: Service, face: Face) -> None:
        self._service = service
        self._face = face
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._spool = Spool(service.settings.home, most_rooms=_MOST_ROOMS, at_once=_AT_ONCE)

    async def show(self, request: Request) -> Response:
        """``GET /label``."""
        return self._page(request)

    async def look(self, request: Request) -> Response:
        """``POST /label``: a form with a file."""
        require_same_origin(request, self._face.base_url)
        try:
            self._spend(request)
            async with self._spool.room() as room:
                upload = (await received(request, room, self._limit)).file
                if not upload.size:
                    raise InputError("BL-INPUT-210", "no file was chosen", "choose one")
                found = await room.work(self._verified, upload)
        except (InputError, RateLimited, StoreError) as problem:
            await _drain(request)
            return self._page(request, problem=problem)
        return self._page(request, seen=seen(found, self._face.preferences(request).lang))

    @property
    def _limit(self) -> int:
        return min(MOST_BYTES, self._service.settings.label_max_file_bytes)

    def _spend(self, request: Request) -> None:
        visitor = request.client.host if request.client else ""
        if not (self._limiter.hit(_LOOKS_PER_MINUTE, visitor) and self._limiter.hit(_LOOKS_OF_ALL_PER_MINUTE)):
            raise RateLimited("BL-ACCESS-011", "over the rate of this page", "wait a moment", retry_after_s=60)

    def _verified(self, upload: Upload) -> Verification:
        settings = self._service.settings
        trust = trust_of(settings)
        return verify(upload.path, name=upload.name, pins=trust.pins, provenance=trust.provenance, appeal_url=settings.appeal_url)

    def _page(self, request: Request, *, seen: Seen | None = None, problem: BrightlineError | None = None) -> Response:
        headers: Mapping[str, str] = {"Retry-After": str(problem.retry_after_s)} if isinstance(problem, RateLimited) else {}
        said = words.PROBLEMS.get(problem.code, _("Please choose a file first.")) if problem else ""
        return self._face.render(
            request,
            "label.html",
            status=problem.http_status if problem else 200,
            headers=headers,
            home="/label",
            seen=seen,
            problem=said,
            most_mebibytes=self._limit // (1024 * 1024),
            appeal_url=self._service.settings.appeal_url,
        )


def seen(found: Verification, lang: str) -> Seen:
    """What the page shows of a verification; words of ours are message ids, words of the rules are in ``lang``."""
    is_zh = lang == "zh"
    sign, headline, meaning = words.STATES[found.state]
    counting = [site for site in found.sites if not site.quoted]
    defects = [(check.zh if is_zh else check.en) for check in found.defects]
    return Seen(
        name=found.name,
        found=found,
        sign=sign,
        headline=headline,
        meaning=meaning,
        ground=words.GROUNDS[found.decided_by.kind] if found.decided_by else "",
        notice=found.notice_zh if is_zh else found.notice_en,
        labels=tuple(_label(site, found.size) for site in counting[:_MOST_SHOWN]),
        quoted=len(found.sites) - len(counting),
        integrity=words.INTEGRITY[found.integrity],
        compliance=words.COMPLIANCE[found.compliance],
        defects=tuple(dict.fromkeys(defects))[:_MOST_SHOWN],
        traces=tuple(dict.fromkeys(trace.generator for trace in found.traces))[:_MOST_SHOWN],
        gaps=tuple(dict.fromkeys(words.GAPS[gap.stage] for gap in found.gaps if gap.stage in words.GAPS)),
        articles=tuple(dict.fromkeys(article.zh if is_zh else article.en for article in found.articles)),
    )


def _label(site: Site, size: int) -> Label:
    width = max(_LEAST_MARK, round(_SCALE * site.length / max(1, size)))
    start = min(_SCALE - width, round(_SCALE * max(0, site.offset) / max(1, size)))
    values = tuple(_value(key, site.fields.get(key, "")) for key in words.KEY_WORDS) if site.fields else ()
    return Label(site.place, site.offset, site.length, max(0, start), min(_SCALE, width), values)


def _value(key: str, text: str) -> Value:
    """The attribute in words; of a provider's code the unified social credit code in it."""
    if key == "Label" and text in words.ATTRIBUTES:
        return Value(words.KEY_WORDS[key], text, words.ATTRIBUTES[text], is_said=True)
    code = parse_provider_code(text) if key in ("ContentProducer", "ContentPropagator") else None
    return Value(words.KEY_WORDS[key], text, code.uscc if code is not None and code.binding == "1" else "")


async def _drain(request: Request) -> None:
    """Take the rest of a refused form, within bounds: a browser reads no answer while it sends."""
    left = _MOST_DRAINED
    try:
        async with asyncio.timeout(_DRAINED_S):
            async for chunk in request.stream():
                left -= len(chunk)
                if left < 0:
                    return
    except (ClientDisconnect, RuntimeError, TimeoutError):
        return
