"""``/corpus/complaint``: rights-holders and persons concerned complain about training data, without an account and without scripts.

TC260-003, 5.2: a way to complain about intellectual property in training data; Interim Measures for generative AI, Art. 15: an easy way to
complain, and in how many days an answer comes; PIPL, Art. 50. What is sent is kept for whoever decides about it and shown nowhere else.
The answer says a number by which the complaint can be asked about; whether a document is in a corpus is not told to strangers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from starlette.responses import Response

from brightline.corpus.errors import CorpusError
from brightline.corpus.sources import COMPLAINT_KINDS, DUE_DAYS, receive_complaint
from brightline.errors import RateLimited, TooLarge
from brightline.server.face import Face, read_form, require_same_origin
from brightline.server.face import msgid as _
from brightline.service import Service

__all__ = ["KINDS", "MOST_BYTES", "ComplaintPage"]

MOST_BYTES = 65_536
"""Longest form: 5,000 characters of words, some lines, and as many addresses as anybody types."""

_PER_HOUR = RateLimitItemPerHour(10)  # for one address: a person with a case, not a program (own choice)
_OF_ALL_PER_HOUR = RateLimitItemPerHour(300)  # together: a flood must not fill the desk of those who decide (own choice)
_MOST_ADDRESSES = 50  # of one public complaint; whoever has more sends several, or writes to the operator (own choice)

_TARGETS = "BL-CORPUS-047"
"""The code of addresses that cannot be looked for."""

KINDS = {
    "copyright": _("Copyright or other intellectual property"),
    "personal_data": _("Personal information about me"),
    "privacy": _("Privacy"),
    "portrait": _("My image or my voice"),
    "reputation": _("Reputation"),
    "trade_secret": _("A trade secret"),
    "illegal": _("Illegal content"),
    "other": _("Something else"),
}
"""What is complained of, in the order in which people look for it; the words of ``COMPLAINT_KINDS``."""

_PROBLEMS = {
    "what": _("Say what you complain of."),
    "contact": _("Say how we can answer you: an e-mail address, a telephone number or a postal address."),
    "rate": _("Too many complaints came from here within the hour. Please try again later, or write to the operator."),
    "urls": _(
        "Check the addresses: 50 at most, each begins with https:// or http:// and stands on its own line. "
        "An asterisk at the end stands behind the name of a site and a slash."
    ),
    "body": _("This is too long to be taken in here, and was not kept. Shorten it, or send the rest when you are asked."),
    "other": _("This could not be taken in: a field is too long. Shorten it, or send the rest when you are asked."),
}


class ComplaintPage:
    """The form and its answer."""

    def __init__(self, service: Service, face: Face) -> None:
        self._service = service
        self._face = face
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def show(self, request: Request) -> Response:
        """``GET /corpus/complaint``."""
        return self._page(request)

    async def receive(self, request: Request) -> Response:
        """``POST /corpus/complaint``: keep it, and say under which number."""
        require_same_origin(request, self._face.base_url)
        try:
            form = await read_form(request, MOST_BYTES)
        except TooLarge as problem:
            return self._page(request, wrong=["body"], status=problem.http_status)
        wrong = [name for name in ("what", "contact") if not form.get(name, "").strip()]
        if wrong:
            return self._page(request, form, wrong=wrong, status=422)
        try:
            self._spend(request)
            number = await asyncio.to_thread(self._kept, form)
        except RateLimited as problem:
            return self._page(
                request, form, wrong=["rate"], status=problem.http_status, headers={"Retry-After": str(problem.retry_after_s)}
            )
        except CorpusError as problem:
            return self._page(request, form, wrong=["urls" if problem.code == _TARGETS else "other"], status=problem.http_status)
        return self._page(request, number=number)

    def _kept(self, form: Mapping[str, str]) -> str:
        kind, urls = form.get("kind", ""), form.get("urls", "").split()
        if len(urls) > _MOST_ADDRESSES:  # to keep the first ones would be to lose the others without a word
            raise CorpusError(_TARGETS, "the complaint names too many addresses", f"{_MOST_ADDRESSES} at most")
        complaint = receive_complaint(
            self._service.store.database,
            kind=kind if kind in COMPLAINT_KINDS else "other",
            what=form.get("what", "").replace("\r\n", "\n"),  # the page counts a line's end once, and forms send it as two
            contact=form.get("contact", ""),
            complainant=form.get("complainant", ""),
            evidence=form.get("evidence", ""),
            urls=urls,
            tenant=self._service.settings.tenant,
        )
        return complaint.id

    def _spend(self, request: Request) -> None:
        visitor = request.client.host if request.client else ""
        if not (self._limiter.hit(_PER_HOUR, visitor) and self._limiter.hit(_OF_ALL_PER_HOUR)):
            raise RateLimited("BL-ACCESS-011", "over the rate of this page", "wait a while", retry_after_s=3600)

    def _page(
        self,
        request: Request,
        entered: Mapping[str, str] | None = None,
        *,
        number: str = "",
        wrong: list[str] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        return self._face.render(
            request,
            "complaint.html",
            status=status,
            headers=headers,
            home="/corpus/complaint",
            kinds=KINDS,
            entered=dict(entered or {}),
            number=number,
            wrong={name: _PROBLEMS[name] for name in wrong or ()},
            due_days=DUE_DAYS,
            contact=self._service.settings.contact,
        )
