"""A whole (not streamed) answer: inspect it, stop what must be stopped, label the rest, record, and only then pass it on."""

from __future__ import annotations

import asyncio

import orjson

from brightline.errors import UpstreamError
from brightline.model import Decision
from brightline.server.gateway.exchange import Exchange
from brightline.server.gateway.labelling import Labeller
from brightline.server.gateway.prompt import IN_LOOP_BYTES
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText
from brightline.server.gateway.shapes.texts import dotted, texts
from brightline.server.gateway.verbatim import Document, Malformed

__all__ = ["finish_answer", "inspect_answer", "inspect_error"]


async def inspect_answer(exchange: Exchange, body: bytes) -> Document:
    """Inspect an answer and make every change to it. Raises ``UpstreamError`` BL-UPSTREAM-004, -008 or -009."""
    if len(body) > IN_LOOP_BYTES:
        return await asyncio.to_thread(_inspect, exchange, body)
    return _inspect(exchange, body)


def inspect_error(exchange: Exchange, body: bytes) -> None:
    """Inspect every text of an error object. Raises ``UpstreamError`` BL-UPSTREAM-004 or -008."""
    try:
        document = Document.parse(body)
    except Malformed as problem:
        raise UpstreamError("BL-UPSTREAM-004", f"the model service's error cannot be read: {problem}", "try again") from None
    for text in texts(document.value):
        exchange.answer.passes(AnswerText(text.path, dotted(text.path), EVERY_CHOICE, text.text, text.escaped, atomic=True))


def finish_answer(exchange: Exchange, document: Document, decision: Decision) -> bytes:
    """The bytes that leave: the answer with the ``brightline`` member."""
    member = exchange.member(decision)
    stopped = exchange.answer.stopped
    if EVERY_CHOICE in stopped:
        # The evidence stands outside the choices: nothing of this answer can be kept.
        word, _ = exchange.stopped_choice(EVERY_CHOICE, stopped[EVERY_CHOICE])
        return orjson.dumps(exchange.shape.refusal(exchange.prompt, exchange.id, word, member))
    if stopped:
        # Nothing of a stopped choice was delivered, so there is nothing to retract.
        member["stopped"] = [{**exchange.stopped_choice(choice, finding)[1], "offset": 0} for choice, finding in stopped.items()]
    document.add((), "brightline", member)
    return document.encode()


def _inspect(exchange: Exchange, body: bytes) -> Document:
    try:
        document = Document.parse(body)
        found = list(exchange.shape.answer_texts(document.value))
    except Malformed as problem:
        raise UpstreamError("BL-UPSTREAM-004", f"the model service's answer cannot be read: {problem}", "try again") from None
    except ValueError as problem:
        raise UpstreamError(
            "BL-UPSTREAM-009", f"the model service's answer is no {exchange.shape.name} answer: {problem}", "check what upstream points to"
        ) from None
    exchange.usage(document.value)
    answer = exchange.answer
    for text in found:
        if answer.is_stopped(text.choice):
            continue
        if text.text is None or text.atomic or not text.path:
            answer.passes(text)
            continue
        channel = answer.channel(text)
        answer.feed(channel, text.text)
        answer.close(channel)
    _label(exchange, document, found)
    # The stopped choices come last: they replace whatever was put inside them.
    for choice, finding in answer.stopped.items() if EVERY_CHOICE not in answer.stopped else ():
        word, _ = exchange.stopped_choice(choice, finding)
        exchange.shape.stop(document, choice, word)
    return document


def _label(exchange: Exchange, document: Document, found: list[AnswerText]) -> None:
    if not found or EVERY_CHOICE in exchange.answer.stopped:
        return
    labeller = Labeller(exchange)
    for text in found:
        if not text.visible or not text.text or exchange.answer.is_stopped(text.choice):
            continue
        marked = labeller.before(text.choice, text.text) + text.text + labeller.after(text.choice, text.text)
        if marked != text.text:
            document.put(text.path, marked)
