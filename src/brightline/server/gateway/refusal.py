"""What the person is told when an answer is refused or stopped: that it was, by which rule, and where to object.

In the language of the question. The rule stands there by its official name, with the number of the decision and the
address of its statement of reasons, where the appeal is explained.
"""

from __future__ import annotations

import re

from brightline.model import Decision, Ground
from brightline.rulebook import Rulebook

__all__ = ["citations", "language_of", "refusal_text", "stop_text"]

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LETTER = re.compile("[A-Za-z]")
_READ_CHARS = 4000  # enough to tell a language by
_MOST_CITED = 3

_REFUSED = {
    "zh": "抱歉，这个请求不能回答。{ground}这是自动作出的决定，编号 {id}。决定理由和申诉方式：{url}",
    "en": "Sorry, this request cannot be answered. {ground}The decision was made automatically and has the number {id}."
    " Reasons, and how to appeal: {url}",
}
_STOPPED = {
    "zh": "〔回答到此停止。{ground}这是自动作出的决定，编号 {id}。决定理由和申诉方式：{url}〕",
    "en": "[The answer stops here. {ground}The decision was made automatically and has the number {id}. Reasons, and how to appeal: {url}]",
}
_LEGAL = {"zh": "依据：{rules}。", "en": "It rests on: {rules}. "}
_TERMS = {"zh": "依据：本服务的使用规则。", "en": "It rests on this service's own terms of use. "}


def language_of(text: str, default: str) -> str:
    """``zh`` or ``en``: how to address the writer of ``text``; ``default`` if it has no letters at all."""
    beginning = text[:_READ_CHARS]
    if _HAN.search(beginning):
        return "zh"
    return "en" if _LETTER.search(beginning) else default


def refusal_text(decision: Decision, rulebook: Rulebook, url: str, lang: str) -> str:
    """Why a prompt is not answered."""
    return _REFUSED[lang].format(ground=_ground(decision.ground, decision.rules, rulebook, lang), id=decision.id, url=url)


def stop_text(rules: tuple[str, ...], ground: Ground, rulebook: Rulebook, decision_id: str, url: str, lang: str) -> str:
    """Why an answer ends before its end."""
    return _STOPPED[lang].format(ground=_ground(ground, rules, rulebook, lang), id=decision_id, url=url)


def citations(rules: tuple[str, ...], rulebook: Rulebook, lang: str) -> list[str]:
    """The rules by their official names."""
    return [rulebook.citation(rule, lang) for rule in rules[:_MOST_CITED]]


def _ground(ground: Ground, rules: tuple[str, ...], rulebook: Rulebook, lang: str) -> str:
    if ground is Ground.TERMS or not rules:
        return _TERMS[lang]
    return _LEGAL[lang].format(rules=("；" if lang == "zh" else "; ").join(citations(rules, rulebook, lang)))
