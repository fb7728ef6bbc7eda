"""The explicit label and the notices of an answer. What the label reads and where it may stand is the labels room's.

Once for each choice, in its first visible text: before its beginning or after its end. Never in tool arguments,
reasoning, or an answer that a program will parse; there it is left to the interface, which finds it in the header
and in the ``brightline`` member.
"""

from __future__ import annotations

from brightline.labels import TextLabel, answer_language, label_for, label_prefix, label_suffix
from brightline.server.gateway.exchange import Exchange

__all__ = ["Labeller"]

_SAMPLE_CHARS = 400
"""Enough of a text to tell its language by."""


class Labeller:
    """Labels one answer as the operator's settings say."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._answer = exchange.answer
        self._settings = exchange.service.settings
        self._structured = exchange.prompt.structured
        self._position = self._label(exchange.prompt.asked if exchange.prompt.stream else "").position

    def before(self, choice: int, sample: str) -> str:
        """What stands before the first visible text of a choice, of which ``sample`` is the beginning."""
        if self._position != "prefix" or choice in self._answer.labelled:
            return ""
        self._answer.labelled.add(choice)
        return label_prefix(self._label(sample))

    def after(self, choice: int, text: str) -> str:
        """What stands after the visible ``text`` of a choice: notices, then the label."""
        added = ""
        if self._settings.notices:
            for zh, en in self._answer.pending_notices(choice):
                notice = zh if answer_language(text[:_SAMPLE_CHARS], self._settings.language) == "zh" else en
                self._answer.notices.append(notice)
                if not self._structured:
                    added += "\n\n" + notice
        if self._position == "suffix" and text and choice not in self._answer.labelled:
            self._answer.labelled.add(choice)
            added += label_suffix(self._label(text), text + added)
        return added

    def _label(self, sample: str) -> TextLabel:
        label = label_for(self._settings, sample[:_SAMPLE_CHARS], structured=self._structured)
        stored = {"position": label.position, "text": label.text, "lang": label.lang, "reason": label.reason}
        self._exchange.label = {name: value for name, value in stored.items() if value}
        return label
