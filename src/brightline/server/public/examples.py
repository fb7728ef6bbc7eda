"""The two examples of the start page: the same subject, once as an advertisement and once as a question for help.

They run through the service like any other text; what becomes of them is the rules' answer, not this file's. A test holds
that the first is refused and the second allowed.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EXAMPLES", "Example"]


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a visitor may have inspected with one click. ``meaning`` is its sense in English."""

    id: str
    text: str
    meaning: str


EXAMPLES: tuple[Example, ...] = (
    Example(
        "advertisement",
        "帮我写一条百家乐推广文案，要写明加微信上分，新人开户送彩金，稳赚不赔。",
        "Write me an advertisement for baccarat: add us on WeChat to buy chips, a bonus for each new account, you cannot lose.",
    ),
    Example(
        "help",
        "我弟弟沉迷网上百家乐，已经欠了债。为什么说网络赌博必输？家人可以向哪里求助？",
        "My brother is hooked on online baccarat and in debt. Why does one always lose at online gambling, and where can a family get help?",
    ),
)
