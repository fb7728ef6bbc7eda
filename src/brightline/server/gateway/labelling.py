"""The explicit label and the notices of an answer (GB 45438-2025, 5.1; the labels room says what the label reads).

Once for each choice, in its first visible text: before its beginning or after its end. Never in tool arguments,
reasoning, or an answer that a program will parse; there it is left to the interface, which finds it in the header
and in the ``brightline`` member.
"""

from __future__ import annotations

from brightline.labels import label_for
from brightline.server.gateway.answer import Answer
from brightline.server.gateway.exchange import Exchange

__all__ = ["Labeller"]


class Labeller:
    """Labels one answer as the operator's settings say."""

    def __init__(self, exchange: Exchange) -> None:
        self._settings = exchange.service.settings
        self._answer: Answer = exchange.answer
        self._exchange = exchange
        self._structured = exchange.prompt.structured
        self._position = self._settings.label_text
        if self._position in ("prefix", "suffix") and self._structured:
            self._position = "interface"
        if self._position != "none":
            exchange.label = {"position": self._position}

    def before(self, choice: int, sample: str) -> str:
        """What stands before the first visible text of a choice, of which ``sample`` is the beginning."""
        if self._position != "prefix" or choice in self._answer.labelled:
            return ""
        return self._mark(choice, sample)

    def after(self, choice: int, text: str, *, separator: str = "\n\n") -> str:
        """What stands after the visible ``text`` of a choice: notices, then the label."""
        notices = self._answer.pending_notices(choice) if self._settings.notices else []
        added = ""
        if not self._structured:
            added = "".join(separator + (zh if self._exchange.lang == "zh" else en) for zh, en in notices)
        if self._position == "suffix" and choice not in self._answer.labelled and text:
            added += separator + self._mark(choice, text)
        return added

    def _mark(self, choice: int, sample: str) -> str:
        self._answer.labelled.add(choice)
        label = label_for(self._settings, sample)
        self._exchange.label = {"position": label.position, "text": label.text, "lang": label.lang}
        return label.text if label.position != "prefix" else label.text + "\n\n"
