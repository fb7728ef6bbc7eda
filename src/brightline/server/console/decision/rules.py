"""Rules as a reader of one decision needs them: official name and article, rank, what was verified, and what they are for here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from brightline.model import Decision, Key
from brightline.rulebook import Rulebook

__all__ = ["CitedRule", "cited", "cited_by"]


class CitedRule(NamedTuple):
    """One rule. ``gone``: today's rulebook has it no more. ``carries``: the outcome rests on it. ``role``: forbids, obliges, both, supports.

    ``in_force`` is about the day whose law was applied; ``source`` says where it was read.
    """

    id: str
    citation: str
    title: str
    obligation: str
    status: str
    role: str
    verified: bool
    number_verified: bool
    in_force: bool
    carries: bool
    gone: bool
    source: str
    at_most: tuple[str, ...]


def cited(rule_ids: Iterable[str], decision: Decision, rulebook: Rulebook, lang: str) -> list[CitedRule]:
    """These rules, once each, those that carry the outcome first."""
    carrying = [_own_id(rule_id, rulebook) for rule_id in decision.rules]
    ids = list(dict.fromkeys(_own_id(rule_id, rulebook) for rule_id in rule_ids))
    ids.sort(key=lambda rule_id: carrying.index(rule_id) if rule_id in carrying else len(carrying))
    return [_cited(rule_id, rule_id in carrying, decision, rulebook, lang) for rule_id in ids]


def cited_by(decision: Decision, rulebook: Rulebook, lang: str) -> list[CitedRule]:
    """The rules that carry the outcome, in the order of the reason."""
    return cited(decision.rules, decision, rulebook, lang)


def _own_id(rule_id: str, rulebook: Rulebook) -> str:
    rule = rulebook.get(rule_id)
    return rule.id if rule else rule_id


def _cited(rule_id: str, carries: bool, decision: Decision, rulebook: Rulebook, lang: str) -> CitedRule:
    rule = rulebook.get(rule_id)
    if rule is None:
        return CitedRule(rule_id, rule_id, "", "", "", "", False, False, False, carries, True, "", ())
    english = lang == "en"
    forbids, obliges = (rule.status.binding and key in rule.keys for key in (Key.A, Key.B))
    return CitedRule(
        id=rule.id,
        citation=rulebook.citation(rule.id, lang),
        title=(rule.title_en if english else "") or rule.title_zh,
        obligation=(rule.obligation_en if english else "") or rule.obligation_zh,
        status=rule.status.value,
        role="both" if forbids and obliges else "forbids" if forbids else "obliges" if obliges else "supports",
        verified=rule.verified,
        number_verified=rule.number_verified,
        in_force=rule.in_force(decision.context.on),
        carries=carries,
        gone=False,
        source=rule.source,
        at_most=rule.at_most,
    )
