"""Reasons in a person's language: what was decided, on which official text, by whom, and what nobody looked at.

``explain`` builds the short paragraph that is stored with a Decision, shown in refusals and quoted in the Statement.
All sentences stand in one catalogue at the end of the file, with the same keys in both languages. They follow three
habits: say what happened to the text and not what the person is; cite by official name and article; claim no law
where none is meant.

It deliberately decides nothing: ``policy`` hands over what it found and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from brightline.model import NotInspected, Outcome, Side
from brightline.rulebook.contexts import context_name

__all__ = ["PART_WORDS", "Because", "Why", "explain"]


class Why(StrEnum):
    """Why a finding became what it became; the most telling first."""

    KEYS = "keys"
    TIGHTENED = "tightened"
    TERMS = "terms"
    GROUNDED = "grounded"
    SHORT = "short"
    DOUBTFUL = "doubtful"
    UNVERIFIED = "unverified"
    EXCEPTION = "exception"
    NO_GROUND = "no_ground"
    UNLIKELY = "unlikely"
    NOTHING_ASKED = "nothing_asked"


@dataclass(frozen=True, slots=True)
class Because:
    """What a reason is built from. Texts are citations in the language of the reason.

    ``forbids`` and ``obliges`` are the keys that were turned; ``concerns`` all rules that the matter touches.
    """

    outcome: Outcome
    side: Side
    why: Why
    forbids: tuple[str, ...] = ()
    obliges: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    for_a_minor: bool = False
    by_conversation: bool = False


def explain(because: Because, not_inspected: Sequence[NotInspected] = (), lang: Literal["zh", "en"] = "zh") -> str:
    """The reason as one paragraph. An ``allow`` has one line, or none if nothing needs to be said."""
    words = SENTENCES[lang]
    headline = words.get(f"{because.outcome}/{because.side}", "")
    sentences = [headline, _ground(because, lang)]
    if because.outcome is not Outcome.ALLOW:
        sentences.append(words["automated"])
    if not_inspected:
        key = "gaps" if len(not_inspected) > 1 else "gap"
        parts = _listed((PART_WORDS.get(gap.part, {}).get(lang, gap.part) or gap.detector for gap in not_inspected), lang, most=3)
        sentences.append(words[key].format(count=len(not_inspected), parts=parts))
    return words["between sentences"].join(sentence for sentence in sentences if sentence)


_CITED = 2  # a reason stays readable; the Statement lists every rule


def _ground(because: Because, lang: Literal["zh", "en"]) -> str:
    forbids = _listed(because.forbids, lang, most=_CITED)
    obliges = _listed(because.obliges, lang, most=_CITED)
    key = str(because.why)
    if because.why is Why.KEYS:
        key = "keys/refuse" if because.outcome is Outcome.REFUSE else "keys/block"
        if key == "keys/block" and forbids == obliges:
            key = "keys/block by one rule"
    elif because.why is Why.TIGHTENED:
        key = "tightened/minor" if because.for_a_minor else "tightened/conversation" if because.by_conversation else "tightened/strict"
    quote = SENTENCES[lang]["quote"]
    return SENTENCES[lang][key].format(
        forbids=forbids,
        obliges=obliges,
        concerns=_listed(because.concerns, lang, most=_CITED),
        terms=_listed([quote.format(term) for term in because.terms], lang, most=len(because.terms)),
        contexts=_listed([context_name(name, lang) for name in because.contexts], lang, most=len(because.contexts)),
    )


def _listed(names: Iterable[str], lang: Literal["zh", "en"], *, most: int) -> str:
    distinct = list(dict.fromkeys(names))
    text = SENTENCES[lang]["between names"].join(distinct[:most])
    return text + SENTENCES[lang]["and others"] if len(distinct) > most else text


PART_WORDS: dict[str, dict[Literal["zh", "en"], str]] = {
    "answer": {"zh": "模型的回答", "en": "the model's answer"},
    "request": {"zh": "请求", "en": "the request"},
}
"""Parts that have a name of their own; all other parts are places such as ``messages[0].content``."""


SENTENCES: dict[Literal["zh", "en"], dict[str, str]] = {
    "zh": {
        "between sentences": "",
        "between names": "、",
        "and others": "等",
        "quote": "“{}”",
        "block/post": "这条内容已停止传播。",
        "block/listing": "这项商品或服务信息已停止展示。",
        "refuse/prompt": "这项请求没有得到回答。",
        "refuse/answer": "这段回答没有提供给您。",
        "review/prompt": "这项请求将由工作人员复核。",
        "review/answer": "这段回答将由工作人员复核。",
        "review/post": "这条内容将由工作人员复核。",
        "review/listing": "这项商品或服务信息将由工作人员复核。",
        "limit/prompt": "这项请求可用的功能受到限制。",
        "limit/answer": "这段回答的使用范围受到限制。",
        "limit/post": "这条内容的展示范围受到限制。",
        "limit/listing": "这项商品或服务信息的展示范围受到限制。",
        "rewrite/prompt": "这项请求的部分表述作了调整。",
        "rewrite/answer": "这段回答的部分表述作了调整。",
        "rewrite/post": "这条内容的部分表述作了调整。",
        "rewrite/listing": "这项商品或服务信息的部分表述作了调整。",
        "notice/prompt": "这项请求附上了一则提示。",
        "notice/answer": "这段回答附上了一则提示。",
        "notice/post": "这条内容附上了一则提示。",
        "notice/listing": "这项商品或服务信息附上了一则提示。",
        "label/prompt": "这项请求加注了标识。",
        "label/answer": "这段回答加注了标识。",
        "label/post": "这条内容加注了标识。",
        "label/listing": "这项商品或服务信息加注了标识。",
        "keys/block": "内容明显属于{forbids}禁止的情形，{obliges}要求服务提供者发现后予以处置。",
        "keys/block by one rule": "内容明显属于{forbids}禁止的情形，该条同时要求服务提供者发现后予以处置。",
        "keys/refuse": "所涉内容明显属于{forbids}禁止的情形，本服务不予生成。",
        "tightened/minor": "所涉内容可能属于{forbids}禁止的情形；本次服务面向未成年人，存疑时不予生成。",
        "tightened/conversation": "所涉内容可能属于{forbids}禁止的情形；此前的对话中已有可疑请求，存疑时不予生成。",
        "tightened/strict": "所涉内容可能属于{forbids}禁止的情形；本服务采用从严的设定，存疑时不予生成。",
        "terms": "本决定不主张法律依据；运营者依据自己公布的规则处理：{terms}。",
        "grounded": "依据：{concerns}。",
        "short": "内容涉及{concerns}；这些依据不足以支持更严厉的措施。",
        "doubtful": "内容可能涉及{concerns}，但尚不明显，不由系统单独认定。",
        "unverified": "可能涉及的依据（{concerns}）仍待核对，核对之前只作提示，不据以处置。",
        "exception": "有关内容处于正当语境（{contexts}），不作处置。",
        "no_ground": "有关内容没有可以据以处置的依据，予以放行。",
        "unlikely": "检出的线索把握不足，按运营者的设定予以放行。",
        "nothing_asked": "",
        "automated": "本决定由系统自动作出。",
        "gap": "有一处内容未经检查（{parts}），本决定不涉及该处内容。",
        "gaps": "有{count}处内容未经检查（{parts}），本决定不涉及这些内容。",
    },
    "en": {
        "between sentences": " ",
        "between names": "; ",
        "and others": " and others",
        "quote": "“{}”",
        "block/post": "This post is no longer shown.",
        "block/listing": "This listing is no longer shown.",
        "refuse/prompt": "This request was not answered.",
        "refuse/answer": "This answer was not delivered.",
        "review/prompt": "A person will review this request.",
        "review/answer": "A person will review this answer.",
        "review/post": "A person will review this post.",
        "review/listing": "A person will review this listing.",
        "limit/prompt": "The functions available to this request are limited.",
        "limit/answer": "The use of this answer is limited.",
        "limit/post": "The reach of this post is limited.",
        "limit/listing": "The reach of this listing is limited.",
        "rewrite/prompt": "Some wording of this request was changed.",
        "rewrite/answer": "Some wording of this answer was changed.",
        "rewrite/post": "Some wording of this post was changed.",
        "rewrite/listing": "Some wording of this listing was changed.",
        "notice/prompt": "A notice was added to this request.",
        "notice/answer": "A notice was added to this answer.",
        "notice/post": "A notice was added to this post.",
        "notice/listing": "A notice was added to this listing.",
        "label/prompt": "This request carries a label.",
        "label/answer": "This answer carries a label.",
        "label/post": "This post carries a label.",
        "label/listing": "This listing carries a label.",
        "keys/block": "The content is manifestly of a kind that is forbidden ({forbids}), and the provider is obliged to act once it is found ({obliges}).",
        "keys/block by one rule": "The content is manifestly of a kind that is forbidden and on which the provider is obliged to act once it is found ({forbids}).",
        "keys/refuse": "What was asked for or said is manifestly of a kind that is forbidden ({forbids}), so this service does not generate it.",
        "tightened/minor": "It may be of a kind that is forbidden ({forbids}); this session serves a minor, so in doubt it is not generated.",
        "tightened/conversation": "It may be of a kind that is forbidden ({forbids}); after what was asked for earlier in this conversation, in doubt it is not generated.",
        "tightened/strict": "It may be of a kind that is forbidden ({forbids}); this service runs under a strict setting, so in doubt it is not generated.",
        "terms": "No legal ground is claimed; the operator acts under its own published terms: {terms}.",
        "grounded": "Ground: {concerns}.",
        "short": "The matter concerns these texts: {concerns}. They do not support a harsher measure.",
        "doubtful": "The content may fall under these texts: {concerns}. This is not manifest, and a system alone does not settle it.",
        "unverified": "The texts that may apply ({concerns}) are pending review; until then they only raise a flag and ground no measure.",
        "exception": "The content stands in a legitimate context ({contexts}), so nothing follows.",
        "no_ground": "There is no ground on which to act on this content, so it passes.",
        "unlikely": "The sign that was found is too uncertain; under the operator's setting it passes.",
        "nothing_asked": "",
        "automated": "This decision was made automatically.",
        "gap": "One part was not inspected ({parts}); this decision does not cover it.",
        "gaps": "{count} parts were not inspected ({parts}); this decision does not cover them.",
    },
}
"""The catalogue: both languages have the same keys, and the same gaps in each sentence."""
