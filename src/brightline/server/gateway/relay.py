"""A whole (not streamed) answer: inspect it, stop what must be stopped, label the rest, record, and only then pass it on."""

from __future__ import annotations

import asyncio
from collections import Counter

import orjson

from brightline.errors import UpstreamError
from brightline.model import Decision
from brightline.server.gateway.exchange import Exchange
from brightline.server.gateway.labelling import Labeller
from brightline.server.gateway.prompt import IN_LOOP_BYTES
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText
from brightline.server.gateway.shapes.strays import strays
from brightline.server.gateway.shapes.tokens import false_tokens
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
    for text in strays(document.value, EVERY_CHOICE):
        exchange.answer.passes(text)


def finish_answer(exchange: Exchange, document: Document, decision: Decision) -> bytes:
    """The bytes that leave: the answer with the ``brightline`` member."""
    member = exchange.member(decision)
    stopped = exchange.answer.stopped
    if stopped:
        # Nothing of a stopped choice was delivered, so there is nothing to retract.
        member["stopped"] = [{**exchange.stopped_choice(choice, finding)[1], "offset": 0} for choice, finding in stopped.items()]
    if stopped and _stop(exchange, document):
        word, _ = exchange.stopped_choice(EVERY_CHOICE, next(iter(stopped.values())))
        refusal = exchange.shape.refusal(exchange.prompt, exchange.id, word, member)
        if "usage" in refusal and exchange.about.get("usage"):
            refusal["usage"] = {**(refusal["usage"] or {}), **exchange.about["usage"]}
        return orjson.dumps(refusal)
    document.add((), "brightline", member)
    return document.encode()


def _stop(exchange: Exchange, document: Document) -> bool:
    """Replace the stopped choices. True if nothing can be kept: the evidence stands outside the choices, or there are none."""
    stopped = exchange.answer.stopped
    if EVERY_CHOICE in stopped:
        return True
    for choice, finding in stopped.items():
        word, _ = exchange.stopped_choice(choice, finding)
        if not exchange.shape.stop(document, choice, word):
            return True
    return False


def _inspect(exchange: Exchange, body: bytes) -> Document:
    answer = exchange.answer
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
    for path, empty in false_tokens(document.value, answer.is_harmless):
        document.put(path, empty)
    pieces = Counter(text.name for text in found)
    for text in found:
        if answer.is_stopped(text.choice):
            continue
        if text.text is None or text.atomic or not text.path:
            answer.passes(text)
        elif pieces[text.name] == 1:
            answer.take(answer.channel(text), text.text)
        else:
            answer.feed(answer.channel(text), text.text)
    for channel in answer.channels.values():
        if not answer.is_stopped(channel.choice):
            answer.close(channel)
    document, found = _rewritten(exchange, document, found)
    _label(exchange, document, found)
    return document


def _rewritten(exchange: Exchange, document: Document, found: list[AnswerText]) -> tuple[Document, list[AnswerText]]:
    """The answer without the clauses that are left out, as a stream would have let it go, and without tokens that repeat them."""
    channels = exchange.answer.channels
    cut = {name for name, channel in channels.items() if channel.stream.left_out and not exchange.answer.is_stopped(channel.choice)}
    if not cut:
        return document, found
    said = {name: "".join(channels[name].sent) for name in cut}
    texts = [text._replace(text=said.pop(text.name, "")) if text.name in cut else text for text in found]
    for text in texts:
        if text.name in cut:
            document.put(text.path, text.text)
    document = Document.parse(document.encode())
    for path, empty in false_tokens(document.value, exchange.answer.is_harmless):
        document.put(path, empty)
    return document, texts


def _label(exchange: Exchange, document: Document, found: list[AnswerText]) -> None:
    """Label each choice, in the first text it has that says something: before its first piece, within one, or after its last."""
    labeller = Labeller(exchange)
    shown: dict[str, list[AnswerText]] = {}
    for text in found:
        if text.visible and text.text and not exchange.answer.is_stopped(text.choice):
            shown.setdefault(text.name, []).append(text)
    for name, pieces in shown.items():
        whole = "".join(piece.text or "" for piece in pieces)
        place, label = labeller.within(pieces[0].choice, name, whole)
        after = labeller.after(pieces[-1].choice, whole)
        for piece in pieces:
            said = piece.text or ""
            marked = f"{said[:place]}{label}{said[place:]}" if label and 0 <= place < len(said) else said
            marked += after if piece is pieces[-1] else ""
            if marked != said:
                document.put(piece.path, marked)
            place -= len(said)
