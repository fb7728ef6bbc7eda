"""The explicit label on a text answer: a prompt that names AI and generation or synthesis (GB 45438-2025, 5.1).

The Labelling Measures, Article 4(1), let it stand at the start, the end or a suitable middle place of the text, or in the
interface around it. This module chooses language and place, writes the label so that Markdown and streams survive it,
recognises a label that is already there, and says in the API what was done. Pure functions throughout.

A label that is missing is a breach, one that stands twice is not; so recognition asks for the *shape* of a label (a
short line or a bracket at the very start or end, a paragraph of its own where one in the middle would stand), and an article about
AI-generated content is still labelled. Which place in the middle is suitable says ``text_places``.

Not done here: implicit labels and metadata (text that travels as JSON has no metadata place).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol
from urllib.parse import quote

from brightline.labels.text_places import WITHIN_CHARS, MiddlePlace, middle_breaks

__all__ = [
    "CLAUSE",
    "LabelSettings",
    "TextLabel",
    "add_label",
    "answer_language",
    "at_the_end",
    "has_text_label",
    "label_for",
    "label_header",
    "label_member",
    "label_middle",
    "label_prefix",
    "label_suffix",
    "label_text",
]

Position = Literal["prefix", "middle", "suffix", "interface", "none"]
Lang = Literal["zh", "en"]

CLAUSE = "GB 45438-2025 5.1"
INTERFACE_CLAUSE = "GB 45438-2025 5.6"
WINDOW = 64  # characters looked at from either end; labels.md, 6.2 (chat: first and last 64 characters)
CHINESE_SHARE = 0.1  # own choice: a tenth of the letters is about a third of the words, as an English word has five letters

_IN_TEXT = ("GB-5.1", "LM-4.1")
_RULES = {"prefix": _IN_TEXT, "middle": _IN_TEXT, "suffix": _IN_TEXT, "interface": ("GB-5.6", "LM-4.1")}


class LabelSettings(Protocol):
    """What this module needs of the settings."""

    @property
    def label_text(self) -> Position: ...
    @property
    def label_text_zh(self) -> str: ...
    @property
    def label_text_en(self) -> str: ...
    @property
    def language(self) -> Lang: ...


@dataclass(frozen=True, slots=True)
class TextLabel:
    """A label as decided: where it stands, what it reads, in which language; ``reason`` says why it left its usual place."""

    position: Position
    text: str
    lang: Lang
    reason: str = ""


def label_text(answer_lang: str, settings: LabelSettings) -> str:
    """The wording for answers in ``answer_lang`` (``zh…``, anything else is served by the English wording)."""
    return settings.label_text_zh if answer_lang.lower().startswith("zh") else settings.label_text_en


def answer_language(sample: str, default: Lang = "zh") -> Lang:
    """``zh`` if at least ``CHINESE_SHARE`` of the letters are ideographs and kana are rarer than those.

    Fenced code does not count, where there is anything beside it; ``default`` answers for a sample without letters.
    """
    prose = _CODE_BLOCK.sub("", sample)
    if not any(map(str.isalpha, prose)):
        prose = sample
    letters = sum(map(str.isalpha, prose))
    if not letters:
        return default
    ideographs = len(_IDEOGRAPH.findall(prose))
    kana = len(_KANA.findall(prose))
    return "zh" if ideographs >= CHINESE_SHARE * letters and kana * 4 < ideographs else "en"


def label_for(settings: LabelSettings, sample: str, *, structured: bool = False) -> TextLabel:
    """Decide the label of an answer of which ``sample`` is known: the answer, its beginning, or (for a prefix) the prompt.

    ``structured``: a program will parse the answer (``response_format`` JSON, tool calls). A label inside would break it,
    so it moves to the interface, and the API member says so.
    """
    lang = answer_language(sample, settings.language)
    position = settings.label_text
    if position == "none":
        return TextLabel("none", "", lang, "the operator's setting leaves the label out")
    if structured and position in ("prefix", "middle", "suffix"):
        return TextLabel("interface", label_text(lang, settings), lang, "the answer is structured data that a label would break")
    return TextLabel(position, label_text(lang, settings), lang)


def at_the_end(label: TextLabel) -> TextLabel:
    """A label for the middle as it stands in a text without a suitable place there; any other as it is."""
    if label.position != "middle":
        return label
    return replace(label, position="suffix", reason="the text has no suitable break between paragraphs in its middle")


def label_prefix(label: TextLabel) -> str:
    """What leaves before the first character of the answer: the label on its own line, or nothing."""
    return f"{label.text}\n\n" if label.position == "prefix" else ""


def label_middle(label: TextLabel, before: str) -> str:
    """What leaves at the place in the middle (``text_places``), behind ``before``: the label as a paragraph, or nothing.

    Nothing if ``before`` has a label that also counts for the whole text: at its beginning, or as a paragraph where one in the middle
    is looked for. A bracket at the end of a paragraph does not, once more text follows.
    """
    is_labelled = _begins_with_label(before.strip(), label.text) or _has_label_in_the_middle(before, label.text)
    return f"{label.text}\n\n" if label.position == "middle" and not is_labelled else ""


def label_suffix(label: TextLabel, answer: str) -> str:
    """What leaves after the last character of ``answer``: the label on a line of its own, or nothing.

    Nothing if the answer is empty or already ends (or begins) with a label. A code fence that the answer left open is
    closed first: inside it the label would become part of the code.
    """
    if label.position != "suffix" or not answer.strip() or has_text_label(answer, label.text):
        return ""
    fence = _open_fence(answer)
    if fence:
        return f"{'' if answer.endswith(chr(10)) else chr(10)}{fence}\n\n{label.text}"
    return _line_break(answer) + label.text


def add_label(answer: str, label: TextLabel) -> str:
    """The whole answer with its label; unchanged where it is empty or labelled already, or the label stands elsewhere."""
    if not answer.strip() or has_text_label(answer, label.text):
        return answer
    place = MiddlePlace().feed(answer) if label.position == "middle" else None
    if place is not None:
        return answer[:place] + label_middle(label, answer[:place]) + answer[place:]
    label = at_the_end(label)
    return label_prefix(label) + answer + label_suffix(label, answer)


def has_text_label(text: str, wording: str = "") -> bool:
    """True if ``text`` has a label: ``wording`` itself, or a prompt with both elements of GB 45438-2025, 5.1.

    Looks at the first and last ``WINDOW`` characters, and where a label in the middle would stand. A prompt is a line, or a bracket at
    the very start or end, that says nothing else; in the middle it is a paragraph in brackets or about "this" text. A sentence about
    AI-generated content is none, nor is a denial, nor an example elsewhere in a text.
    """
    stripped = text.strip()
    if not stripped:
        return False
    return _begins_with_label(stripped, wording) or _ends_with_label(stripped, wording) or _has_label_in_the_middle(text, wording)


def _begins_with_label(stripped: str, wording: str) -> bool:
    head = stripped[:WINDOW]
    return (bool(wording) and stripped.startswith(wording)) or _is_prompt(head.split("\n", 1)[0], _HEAD_BRACKET.match(head))


def _ends_with_label(stripped: str, wording: str) -> bool:
    tail = stripped[-WINDOW:]
    return (bool(wording) and stripped.endswith(wording)) or _is_prompt(tail.rsplit("\n", 1)[-1], _TAIL_BRACKET.search(tail))


def _is_prompt(line: str, bracket: re.Match[str] | None) -> bool:
    candidates = [line, bracket.group(1)] if bracket else [line]
    return any(_PROMPT.fullmatch(candidate.strip(_DECORATION)) for candidate in candidates)


def _has_label_in_the_middle(text: str, wording: str) -> bool:
    beginning = text[: WITHIN_CHARS + len(wording) + WINDOW]
    if not (any(word in beginning for word in _GENERATED) or (wording and wording in beginning)):
        return False
    return any(_is_label_paragraph(text, place, wording) for place in middle_breaks(text))


def _is_label_paragraph(text: str, place: int, wording: str) -> bool:
    """True if nothing but a label stands between ``place`` and the next blank line."""
    if wording and text.startswith(wording, place) and _ENDS_PARAGRAPH.match(text, place + len(wording)):
        return True
    line = text[place : place + 2 * WINDOW].split("\n", 1)[0]
    is_alone = len(line) <= WINDOW and _ENDS_PARAGRAPH.match(text, place + len(line))
    return bool(is_alone and _ABOUT_ITSELF.match(line) and _PROMPT.fullmatch(line.rstrip().strip(_DECORATION)))


def label_member(label: TextLabel | Mapping[str, Any]) -> dict[str, Any]:
    """The label as the API's ``brightline`` member shows it: place, wording, language, clause and rules; ``explicit`` null without one.

    Takes a ``TextLabel`` or the stored form of a Decision (``position``, ``text``, ``lang``, ``reason``).
    """
    stored = _stored(label)
    position = stored["position"]
    if position not in _RULES:
        return {"explicit": None, "reason": stored["reason"] or "no label was due"}
    explicit: dict[str, Any] = {
        "position": position,
        "text": stored["text"],
        "lang": stored["lang"],
        "clause": INTERFACE_CLAUSE if position == "interface" else CLAUSE,
        "rules": list(_RULES[position]),
    }
    if position == "interface":
        explicit["duty"] = "the interface must show this text continuously near the answer"
    if stored["reason"]:
        explicit["reason"] = stored["reason"]
    return {"explicit": explicit}


def label_header(label: TextLabel | Mapping[str, Any]) -> str:
    """One line of ASCII for an HTTP header; the wording is percent-encoded UTF-8 (RFC 8187) where the interface must show it."""
    stored = _stored(label)
    position = stored["position"]
    if position not in _RULES:
        return "none"
    line = f'{position}; lang={stored["lang"]}; clause="{INTERFACE_CLAUSE if position == "interface" else CLAUSE}"'
    return f"{line}; text*=UTF-8''{quote(stored['text'], safe='')}" if position == "interface" else line


def _stored(label: TextLabel | Mapping[str, Any]) -> dict[str, str]:
    if isinstance(label, TextLabel):
        return {"position": label.position, "text": label.text, "lang": label.lang, "reason": label.reason}
    return {field: str(label.get(field, "")) for field in ("position", "text", "lang", "reason")}


def _line_break(answer: str) -> str:
    return "" if answer.endswith("\n\n") else "\n" if answer.endswith("\n") else "\n\n"


def _open_fence(answer: str) -> str:
    """The fence that closes an open code block of ``answer`` (CommonMark 4.5), or nothing."""
    opened = ""
    for found in _FENCE.finditer(answer):
        marker, info = found.group(1), found.group(2).strip()
        if not opened:
            if not (marker[0] == "`" and "`" in info):
                opened = marker
        elif marker[0] == opened[0] and len(marker) >= len(opened) and not info:
            opened = ""
    return opened


_IDEOGRAPH = re.compile("[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_KANA = re.compile("[぀-ヿㇰ-ㇿ]")
_CODE_BLOCK = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)

_GENERATED = ("生成", "合成", "enerated", "ynthesi", "ENERATED", "YNTHESI")  # one of them stands in every prompt
_ENDS_PARAGRAPH = re.compile(r"[^\S\n]*(?:\n[^\S\n]*(?:\n|\Z)|\Z)")
_ABOUT_ITSELF = re.compile(r"[*_]{0,2}(?:[（(\[【「]|本|此|该|以上|以下|上述|这段|这篇|this\b|the (?:above|following)\b)", re.IGNORECASE)
_DECORATION = " \t*_>-—~·•|（）()[]【】「」《》“”\"'。.!！"
_HEAD_BRACKET = re.compile(r"[（(\[【「]([^（）()\[\]【】「」\n]{2,60})[）)\]】」]")
_TAIL_BRACKET = re.compile(r"[（(\[【「]([^（）()\[\]【】「」\n]{2,60})[）)\]】」][。.]?\Z")
_PROMPT = re.compile(
    r"(?:提示|注|说明|声明|标识|note|notice|disclaimer)?\s?[:：]?\s?"
    r"(?:"
    r"(?:本|此|该|以上|以下|上述|这段|这篇)?(?:全文|文|内容|文本|文字|回答|答案|回复|文章|结果|信息|作品)?(?:均|全部|部分)?(?:由|为|是|系|经|使用|利用)?"
    r"\s?(?:人工智能|AI|ai)(?:大?模型|技术|助手|工具)?\s?(?:辅助|自动)?(?:生成|合成)(?:合成)?(?:的|内容|文本)?"
    r"(?:[,，]\s?(?:仅供参考|请注意甄别|请仔细甄别|请谨慎甄别|请核实))?"
    r"|"
    r"(?:this|the above|the following)?\s?(?:content|text|answer|response|article|reply)?\s?(?:is|was|has been)?\s?"
    r"(?:partly |fully )?(?:(?:generated|synthesi[sz]ed)\s(?:by|with|using)\s(?:an?\s)?(?:AI|artificial intelligence)(?:\s(?:model|assistant|system))?"
    r"|(?:AI|artificial intelligence)[-\s](?:generated|synthesi[sz]ed)(?:\s(?:content|text|answer|response))?)"
    r"(?:\s?人工智能(?:生成|合成))?"
    r")",
    re.IGNORECASE,
)
