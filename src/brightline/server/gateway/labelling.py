"""The explicit label and the notices of an answer. What the label reads and where it may stand is the labels room's.

Once for each choice: before its first visible text, or within or behind the first that is more than white space; at the same
place in a whole answer and in every cutting of a stream. Never in tool arguments, reasoning, or an answer that a program will
parse; there it is left to the interface, which finds it in the header and in the ``brightline`` member.
"""

from __future__ import annotations

import re
from dataclasses import replace

from brightline.labels import TextLabel, answer_language, at_the_end, label_for, label_middle, label_prefix, label_suffix
from brightline.labels.text_places import MiddlePlace
from brightline.server.gateway.answer import Channel
from brightline.server.gateway.exchange import Exchange

__all__ = ["Labeller"]

_SAMPLE_CHARS = 400
"""Enough of a text to tell its language by."""

_DATA = re.compile(r"data:[\w.+-]+/[!-'*-~]*")
"""A file in the text (RFC 2397), up to white space or the bracket that closes a Markdown link: Base64 is no language."""


class Labeller:
    """Labels one answer as the operator's settings say."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._answer = exchange.answer
        self._settings = exchange.service.settings
        self._structured = exchange.prompt.structured
        self._middles: dict[tuple[int, str], MiddlePlace] = {}  # by choice and name of the text
        self._places: set[str] = set()  # where labels for the middle were put, in this answer's choices
        self._position = self._label(exchange.prompt.asked if exchange.prompt.stream else "").position

    def passing(self, channel: Channel, left: str) -> str:
        """What leaves of a streamed text of which ``left`` was just released: that, with the label if it belongs there."""
        if not left or not channel.visible:
            return left
        place, label = self.within(channel.choice, channel.name, left)
        if not label:
            return left
        self._answer.put_label(channel, place, label)
        return left[:place] + label + left[place:]

    def whole(self, choice: int, name: str, text: str) -> str:
        """What leaves of a visible text that comes in one piece, with all that stands in it and behind it."""
        place, label = self.within(choice, name, text)
        return text[:place] + label + text[place:] + self.after(choice, text)

    def within(self, choice: int, name: str, piece: str) -> tuple[int, str]:
        """(place, label): what stands before a character of ``piece``, the next one of the visible text ``name`` of a choice."""
        if self._position not in ("prefix", "middle") or choice in self._answer.labelled:
            return 0, ""
        if self._position == "prefix":
            self._answer.labelled.add(choice)
            return 0, label_prefix(self._label(piece))
        middle = self._middles.setdefault((choice, name), MiddlePlace())
        place = middle.feed(piece)
        if place is None:
            return 0, ""
        self._answer.labelled.add(choice)
        self._places.add("middle")
        return place, label_middle(self._label(middle.before), middle.before)

    def after(self, choice: int, text: str) -> str:
        """What stands after the visible ``text`` of a choice: notices, then the label."""
        added = ""
        if self._settings.notices:
            for zh, en in self._answer.pending_notices(choice):
                notice = zh if answer_language(_sample(text), self._settings.language) == "zh" else en
                self._answer.notices.append(notice)
                if not self._structured:
                    added += "\n\n" + notice
        if self._position in ("middle", "suffix") and text.strip() and choice not in self._answer.labelled:
            self._answer.labelled.add(choice)
            self._places.add("suffix")
            added += label_suffix(at_the_end(self._label(text)), text + added)
        return added

    def _label(self, sample: str) -> TextLabel:
        label = label_for(self._settings, _sample(sample), structured=self._structured)
        told = label
        if self._places == {"suffix"}:
            told = at_the_end(label)
        elif len(self._places) == 2:
            told = replace(label, reason="texts without a suitable break in their middle have it at their end")
        stored = {"position": told.position, "text": told.text, "lang": told.lang, "reason": told.reason}
        self._exchange.label = {name: value for name, value in stored.items() if value}
        return label


def _sample(text: str) -> str:
    """The beginning of the text without the files in it."""
    words, at = "", 0
    for found in _DATA.finditer(text):
        words += text[at : found.start()]
        at = found.end()
        if len(words) >= _SAMPLE_CHARS:
            break
    return (words + text[at : at + _SAMPLE_CHARS])[:_SAMPLE_CHARS]
