"""What speaks against training on a source: each objection with its clause, and whether it forbids or only warns.

An illegal source is one that the operator cannot show to be a legal one (Interim Measures for generative AI, Art. 7(1): data and base models of
legal origin). So what is known to be refused forbids, and so does what would be the ground and is missing altogether: no licence for
open data, no authorisation for user input. A missing file of evidence warns: the ground may be there, the proof is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from brightline.corpus.sources.licences import forbidden_by
from brightline.corpus.sources.source import Source

__all__ = ["Objection", "Use", "is_usable", "objections"]

_ORIGIN = "IM-GENAI Art. 7(1); TC260-003 5.1"
_RIGHTS = "IM-GENAI Art. 7(2); TC260-003 5.2"
_PERSONAL = "IM-GENAI Art. 7(3)"


@dataclass(frozen=True, slots=True)
class Use:
    """What the corpus is for: ``commercial`` service, ``derivatives`` (data are changed: cleaned, translated), ``production``."""

    commercial: bool = True
    derivatives: bool = True
    production: bool = True


@dataclass(frozen=True, slots=True)
class Objection:
    """``code``: a stable word. ``forbids``: the source is not to be trained on as long as it stands."""

    code: str
    forbids: bool
    rule: str
    clause: str
    zh: str
    en: str


_ANY_USE = Use()


def objections(source: Source, *, use: Use = _ANY_USE, today: date) -> tuple[Objection, ...]:
    """Everything that speaks against a source on a day, the gravest first."""
    found = [*_of_status(source), *_of_contract(source, today), *_of_licence(source, use), *_of_refusals(source), *_of_persons(source)]
    return tuple(sorted(found, key=lambda each: not each.forbids))


def is_usable(source: Source, *, use: Use = _ANY_USE, today: date) -> bool:
    """Whether nothing forbids training on it."""
    return not any(each.forbids for each in objections(source, use=use, today=today))


def _of_status(source: Source) -> Iterator[Objection]:
    if source.status == "blacklisted":
        yield Objection("blacklisted", True, "SEC-D2", "TC260-003 5.1", "来源已列入黑名单", "the source is blacklisted")
    elif source.status == "suspended":
        yield Objection("suspended", True, "SEC-D4", _ORIGIN, "来源已暂停使用", "the source is suspended")
    elif source.status == "retired":
        yield Objection("retired", True, "SEC-D4", _ORIGIN, "来源已停用", "the source is retired")
    elif source.status == "proposed":
        yield Objection("not_approved", False, "SEC-D4", _ORIGIN, "来源尚未批准", "nobody has approved the source yet")


def _of_contract(source: Source, today: date) -> Iterator[Objection]:
    contract = source.contract
    if source.kind == "purchase" and not contract.number:
        yield Objection("no_contract", True, "SEC-D4", _ORIGIN, "购买的语料没有合同", "bought data without a contract")
    if contract.valid_until is not None and contract.valid_until < today:
        yield Objection(
            "contract_expired",
            True,
            "SEC-D4",
            _ORIGIN,
            f"合同已于 {contract.valid_until} 到期",
            f"the contract ended on {contract.valid_until}",
        )
    if contract.valid_from is not None and contract.valid_from > today:
        yield Objection(
            "contract_not_begun",
            True,
            "SEC-D4",
            _ORIGIN,
            f"合同自 {contract.valid_from} 起生效",
            f"the contract begins on {contract.valid_from}",
        )
    if contract.permits_training is False:
        yield Objection(
            "contract_excludes_training", True, "SEC-D4", _RIGHTS, "合同不许可用于训练", "the contract does not permit training"
        )
    if source.kind == "purchase" and contract.number and contract.warrants_origin is False:
        yield Objection("no_warranty", True, "SEC-D4", _ORIGIN, "相对方未承诺来源合法", "the seller does not warrant a legal origin")


def _of_licence(source: Source, use: Use) -> Iterator[Objection]:
    if source.kind in ("open_data", "licence") and not source.licence.spdx:
        yield Objection("no_licence", True, "SEC-D4", _ORIGIN, "没有许可协议", "there is no licence")
    elif source.kind in ("open_data", "licence") and not source.licence.evidence.where:
        yield Objection("no_evidence", False, "SEC-D4", _ORIGIN, "许可协议没有证据", "the licence has no evidence")
    for terms in forbidden_by(source.licence.spdx):
        for word in sorted(terms.forbids):
            if getattr(use, word):
                zh, en = _FORBIDDEN[word]
                yield Objection(f"licence_forbids_{word}", True, "SEC-D4", terms.clause, zh, en)


_FORBIDDEN = {
    "commercial": ("许可协议禁止商业使用", "the licence forbids commercial use"),
    "derivatives": ("许可协议禁止演绎", "the licence forbids adapted material"),
    "production": ("许可协议禁止生产使用", "the licence forbids production use"),
}


def _of_refusals(source: Source) -> Iterator[Objection]:
    if source.robots.verdict in ("refused", "partly"):
        whole = source.robots.verdict == "refused"
        zh, en = ("robots 协议拒绝采集", "robots.txt refuses") if whole else ("robots 协议拒绝采集部分路径", "robots.txt refuses parts")
        yield Objection("robots_refuse" if whole else "robots_refuse_parts", whole, "SEC-D4", _ORIGIN, zh, en)
    if source.opt_out.verdict in ("refused", "partly"):
        whole = source.opt_out.verdict == "refused"
        zh, en = (
            ("权利人拒绝用于训练", "the owner has opted out") if whole else ("权利人部分拒绝用于训练", "the owner has opted out in part")
        )
        yield Objection("opted_out" if whole else "opted_out_in_part", whole, "SEC-D4", _RIGHTS, zh, en)
    if source.kind == "user_input" and not source.authorisation.where:
        yield Objection("no_authorisation", True, "SEC-D4", _ORIGIN, "没有使用者授权记录", "there is no record of users' authorisation")


def _of_persons(source: Source) -> Iterator[Objection]:
    personal = source.personal
    if not personal.basis and (personal.sensitive or personal.minors):
        yield Objection("no_basis", True, "SEC-D5", f"{_PERSONAL}; PIPL 13", "含个人信息但没有处理依据", "personal data without a basis")
    if personal.sensitive and personal.separate_consent is not True:
        yield Objection(
            "no_separate_consent",
            True,
            "SEC-D5",
            f"{_PERSONAL}; PIPL 29",
            "敏感个人信息没有单独同意",
            "sensitive personal data without separate consent",
        )
    if personal.minors and personal.guardian_consent is not True:
        yield Objection(
            "no_guardian_consent",
            True,
            "SEC-D5",
            f"{_PERSONAL}; PIPL 31",
            "未成年人信息没有监护人同意",
            "data of minors without their guardians' consent",
        )
