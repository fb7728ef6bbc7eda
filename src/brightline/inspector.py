"""The Python door: ``from brightline import Inspector``.

    decision = Inspector().inspect("…")
    decision.outcome, decision.rules, decision.findings, decision.reason("zh")

An Inspector decides and returns; it keeps nothing. To have decisions stored, in the ledger and appealable, post the
item to the HTTP API of a running service or use ``brightline check --record``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

from brightline.config import Settings, load_settings
from brightline.errors import TooLarge
from brightline.model import AgeBand, Decision, Door, Item, ItemKind, Part, Side, Strictness
from brightline.pipeline import Pipeline

__all__ = ["AsyncInspector", "Inspector"]


class Inspector:
    """Inspects texts and Items in this process. Building one loads all rules (about half a second); reuse it.

    ``side`` says from where the text comes: ``post`` (default, somebody published it), ``listing``, ``prompt`` or
    ``answer`` of an own model. Thread-safe: it holds immutable data only.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        side: Side | str = Side.POST,
        strictness: Strictness | str | None = None,
        age_band: AgeBand | str = AgeBand.UNKNOWN,
    ) -> None:
        self._pipeline = Pipeline(settings or load_settings())
        self._side = Side(side)
        self._strictness = Strictness(strictness) if strictness else None
        self._age_band = AgeBand(age_band)

    def inspect(self, item: str | Item, *, side: Side | str | None = None) -> Decision:
        """Decide on one text or Item. Raises ``TooLarge`` BL-INPUT-413 over ``max_text_chars``, never skips a part."""
        subject = _as_item(item, Side(side) if side else self._side)
        length = sum(len(part.text) for part in subject.parts)
        limit = self._pipeline.settings.max_text_chars
        if length > limit:
            raise TooLarge(
                "BL-INPUT-413", f"{length} characters are more than max_text_chars = {limit}", "split the text, or raise the setting"
            )
        context = self._pipeline.context(Door.PYTHON, strictness=self._strictness, age_band=self._age_band)
        return self._pipeline.decide_item(subject, context)

    def inspect_many(self, items: Iterable[str | Item], *, side: Side | str | None = None) -> Iterator[Decision]:
        """Decide on each of many, lazily and in order."""
        return (self.inspect(item, side=side) for item in items)


class AsyncInspector:
    """The same for asyncio: each inspection runs in a worker thread, so a long text does not hold up the event loop."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        side: Side | str = Side.POST,
        strictness: Strictness | str | None = None,
        age_band: AgeBand | str = AgeBand.UNKNOWN,
    ) -> None:
        self._inspector = Inspector(settings, side=side, strictness=strictness, age_band=age_band)

    async def inspect(self, item: str | Item, *, side: Side | str | None = None) -> Decision:
        """As ``Inspector.inspect``."""
        return await asyncio.to_thread(self._inspector.inspect, item, side=side)

    async def inspect_many(
        self, items: Iterable[str | Item] | AsyncIterable[str | Item], *, side: Side | str | None = None
    ) -> AsyncIterator[Decision]:
        """As ``Inspector.inspect_many``; takes ordinary and asynchronous iterables."""
        if isinstance(items, AsyncIterable):
            async for item in items:
                yield await self.inspect(item, side=side)
        else:
            for item in items:
                yield await self.inspect(item, side=side)


def _as_item(item: str | Item, side: Side) -> Item:
    if isinstance(item, Item):
        return item
    return Item(ItemKind.TEXT, (Part("text", side, item),))
