"""What follows from a state in words: the text shown to the public, and what the platform's people should know.

The notice is that of ``explicit.wording`` for the attribute and the kind of content; none for ``none`` and ``inconclusive``,
because saying nothing is right where nothing was found, and a guess is no notice.
"""

from __future__ import annotations

from collections.abc import Iterable

from brightline.labels.explicit.wording import Kind, notice
from brightline.labels.label import Attribute
from brightline.labels.verification.verdict import GroundKind, State
from brightline.labels.verification.verification import Article
from brightline.rulebook import load_rulebook

__all__ = ["ATTRIBUTES", "advice", "articles", "kind_of", "notice_for"]

ATTRIBUTES = {State.CONFIRMED: Attribute.IS, State.POSSIBLE: Attribute.POSSIBLY, State.SUSPECTED: Attribute.SUSPECTED}
"""The attribute that a platform writes when it passes the content on (Labelling Measures, Art. 6, last paragraph)."""

_ADVICE = {
    State.CONFIRMED: (
        "文件已标明为生成合成内容：在发布内容周边显著提示公众该内容属于生成合成内容。",
        "The file says that it is generated: show the public, conspicuously around the content, that it is.",
    ),
    State.POSSIBLE: (
        "未核验到表明“属于”的隐式标识，但用户或此前的平台声明为生成合成内容：提示公众该内容可能为生成合成内容。",
        "No label says that it is generated, but its user or an earlier platform declared it: show that it may be.",
    ),
    State.SUSPECTED: (
        "检测到显式标识、无法采信的隐式标识或其他生成痕迹：可提示公众该内容疑似生成合成内容；发布者可申诉。",
        "An explicit label, a label that cannot be relied on, or another trace was found: you may show that it is suspected; its publisher may appeal.",
    ),
    State.NONE: (
        "未发现标识、声明或者生成痕迹。没有标识不证明内容不是生成的。",
        "No label, declaration or trace was found. A missing label proves nothing about the content.",
    ),
    State.INCONCLUSIVE: (
        "文件未能完整检查，不能得出结论；未检查的部分见列表。",
        "The file could not be inspected in full, so there is no conclusion; the list names what is missing.",
    ),
}


_KNOWN_BY_RECORD = (
    "本服务的记录表明该内容由本服务生成：在发布内容周边显著提示公众该内容属于生成合成内容。",
    "This installation's records say that it generated this content: show the public, conspicuously around the content, that it is generated.",
)
"""A file without a label says nothing itself; what is known of it is our own record of a watermark or of a text."""


def kind_of(media_type: str) -> Kind:
    """The kind of content of a media type: picture, sound, film; anything else is text."""
    family = media_type.partition("/")[0]
    return "image" if family == "image" else "audio" if family == "audio" else "video" if family == "video" else "text"


def notice_for(state: State, kind: Kind) -> tuple[str, str]:
    """The text to show around the content, zh and en; empty where there is nothing to show."""
    attribute = ATTRIBUTES.get(state)
    return (notice(attribute, kind, "zh"), notice(attribute, kind, "en")) if attribute else ("", "")


def advice(state: State, decided_by: GroundKind | None = None) -> tuple[str, str]:
    """What the state means for the platform, zh and en; ``decided_by``: the kind of ground that gave it."""
    if state is State.CONFIRMED and decided_by is GroundKind.RECORD:
        return _KNOWN_BY_RECORD
    return _ADVICE[state]


def articles(rules: Iterable[str]) -> tuple[Article, ...]:
    """The rules with their citations, each once, in order. Raises ``DataError`` BL-DATA-112 for an id that the rulebook lacks."""
    book = load_rulebook()
    return tuple(Article(rule, book.citation(rule), book.citation(rule, "en")) for rule in dict.fromkeys(rules))
