"""What the standard wants to be known of a source and is not there, field by field, each with its clause.

    TC260-003, 5.1 (SEC-D4)  open-source data: licence; crawled data: crawl record and respect for refusals; bought data: contract with the seller's
                             commitments and their proof; user input: record of authorisation
    TC260-003, 5.2 (SEC-D5)  who answers for intellectual property; consent for personal information
    TC260-003, 5.1 (SEC-D3)  language, type and country, without which diversity and the mix with overseas sources cannot be told
    GB/T 45652-2025          provenance of pre-training and fine-tuning data can be traced (clauses were not readable)
    PIPL, Art. 13, 29, 31    basis of processing, separate consent, guardians' consent

Field coverage of 100 % is what traceability asks for, so the report counts what is asked, not what would be nice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from brightline.corpus.sources.source import KINDS, Source

__all__ = ["Completeness", "Missing", "completeness"]

_TRACE = "TC260-003 5.1; GB/T 45652-2025"
_DIVERSITY = "TC260-003 5.1"
_CONTENT = "TC260-003 5.2"


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that is asked for and empty. ``rule``: the rulebook's id."""

    field: str
    rule: str
    clause: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """``asked``: number of fields that the standard asks for from a source of this kind."""

    source: str
    asked: int
    missing: tuple[Missing, ...]

    @property
    def share(self) -> float:
        """Share of the fields asked for that are there."""
        return 1.0 - len(self.missing) / self.asked


@dataclass(frozen=True, slots=True)
class _Asked:
    missing: Missing
    kinds: tuple[str, ...]
    is_there: Callable[[Source], bool]
    applies: Callable[[Source], bool]


def completeness(source: Source) -> Completeness:
    """What is missing of a source."""
    asked = [each for each in _EVERY if source.kind in each.kinds and each.applies(source)]
    return Completeness(source.id, len(asked), tuple(each.missing for each in asked if not each.is_there(source)))


def _ask(
    field: str,
    rule: str,
    clause: str,
    zh: str,
    en: str,
    is_there: Callable[[Source], bool],
    *,
    kinds: tuple[str, ...] = KINDS,
    applies: Callable[[Source], bool] = lambda _source: True,
) -> _Asked:
    return _Asked(Missing(field, rule, clause, zh, en), kinds, is_there, applies)


_EVERY = (
    _ask("owner", "SEC-D5", _CONTENT, "责任人", "who answers for it", lambda s: bool(s.owner)),
    _ask("acquisition", "SEC-D4", _TRACE, "获取方式", "how it was obtained", lambda s: bool(s.acquisition or s.url)),
    _ask("collected_from", "SEC-D4", _TRACE, "采集时间", "when it was collected", lambda s: s.collected_from is not None),
    _ask("country", "SEC-D3", _DIVERSITY, "来源国家或地区", "country of origin", lambda s: bool(s.country)),
    _ask("languages", "SEC-D3", _DIVERSITY, "语种", "languages", lambda s: bool(s.languages)),
    _ask("media", "SEC-D3", _DIVERSITY, "语料类型", "kinds of media", lambda s: bool(s.media)),
    _ask(
        "licence.spdx", "SEC-D4", _TRACE, "开源许可协议", "the open-source licence", lambda s: bool(s.licence.spdx),
        kinds=("open_data", "licence"),
    ),
    _ask(
        "licence.evidence", "SEC-D4", _TRACE, "许可协议证据", "evidence of the licence",
        lambda s: bool(s.licence.evidence.where and s.licence.evidence.sha256), kinds=("open_data", "licence"),
    ),
    _ask("url", "SEC-D4", _TRACE, "采集地址", "the address that was crawled", lambda s: bool(s.url), kinds=("crawl",)),
    _ask(
        "robots", "SEC-D4", _TRACE, "robots 协议快照", "a snapshot of robots.txt",
        lambda s: bool(s.robots.verdict and s.robots.fetched_on), kinds=("crawl",),
    ),
    _ask(
        "opt_out", "SEC-D4", _TRACE, "拒绝采集声明快照", "a snapshot of opt-out statements",
        lambda s: bool(s.opt_out.verdict and s.opt_out.fetched_on), kinds=("crawl",),
    ),
    _ask("contract.number", "SEC-D4", _TRACE, "合同编号", "the contract's number", lambda s: bool(s.contract.number), kinds=("purchase",)),
    _ask("contract.counterparty", "SEC-D4", _TRACE, "合同相对方", "the counterparty", lambda s: bool(s.contract.counterparty), kinds=("purchase",)),
    _ask("contract.valid_from", "SEC-D4", _TRACE, "合同期限", "the term of the contract", lambda s: s.contract.valid_from is not None, kinds=("purchase",)),
    _ask(
        "contract.permits_training", "SEC-D4", _TRACE, "合同是否许可训练", "whether the contract permits training",
        lambda s: s.contract.permits_training is not None, kinds=("purchase",),
    ),
    _ask(
        "contract.warrants_origin", "SEC-D4", _TRACE, "相对方对来源、质量、安全的承诺", "the seller's commitment on origin, quality and safety",
        lambda s: s.contract.warrants_origin is not None, kinds=("purchase",),
    ),
    _ask(
        "contract.evidence", "SEC-D4", _TRACE, "合同及证明材料", "the contract and its proof",
        lambda s: bool(s.contract.evidence.where), kinds=("purchase",),
    ),
    _ask(
        "authorisation", "SEC-D4", _TRACE, "使用者授权记录", "the record of users' authorisation",
        lambda s: bool(s.authorisation.where), kinds=("user_input",),
    ),
    _ask(
        "personal.basis", "SEC-D5", f"{_CONTENT}; PIPL 13", "是否含个人信息及处理依据", "whether there are personal data, and on what basis",
        lambda s: bool(s.personal.basis),
    ),
    _ask(
        "personal.evidence", "SEC-D5", f"{_CONTENT}; PIPL 13", "个人信息处理依据的证据", "evidence of the basis for personal data",
        lambda s: bool(s.personal.evidence.where), applies=lambda s: s.personal.basis in ("consent", "contract", "law"),
    ),
    _ask(
        "personal.sensitive", "SEC-D5", f"{_CONTENT}; PIPL 28", "是否含敏感个人信息", "whether there are sensitive personal data",
        lambda s: s.personal.sensitive is not None, applies=lambda s: s.personal.basis not in ("", "none"),
    ),
    _ask(
        "personal.minors", "SEC-D5", f"{_CONTENT}; PIPL 31", "是否含未成年人信息", "whether there are data of minors",
        lambda s: s.personal.minors is not None, applies=lambda s: s.personal.basis not in ("", "none"),
    ),
)  # fmt: skip
