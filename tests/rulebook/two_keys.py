"""The two-key rule once more, in the words of the law and independent of the policy: what the policy is held against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from brightline.model import (
    Key,
    Rule,
    Status,
)
from brightline.rulebook.book import Rulebook


def key_a_for(rule: Rule, day: date, measures: set[str], manifest: bool) -> bool:
    """A verified law, regulation or departmental rule, in force that day, that forbids and permits one of the measures."""
    return (
        Key.A in rule.keys
        and rule.status in {Status.LAW, Status.REGULATION, Status.RULE}
        and rule.verified
        and rule.number_verified
        and rule.in_force_from <= day
        and (rule.in_force_to is None or day <= rule.in_force_to)
        and bool(set(rule.at_most) & measures)
        and (manifest or not rule.manifest_only)
    )


def key_b_for(rule: Rule, day: date) -> bool:
    """The same, of a text that obliges to act."""
    return Key.B in rule.keys and key_a_for(replace(rule, keys=(Key.A,)), day, {"block"}, manifest=True)


def has_two_keys(rule_ids: tuple[str, ...], book: Rulebook, day: date) -> bool:
    cited = [book.rules[rule_id] for rule_id in rule_ids if rule_id in book.rules]
    for forbids in cited:
        for obliges in cited:
            if not key_a_for(forbids, day, {"block"}, manifest=True) or not key_b_for(obliges, day):
                continue
            # CSL 49: stop what laws and administrative regulations forbid.
            if obliges.id == "CSL-49" and forbids.status is Status.RULE:
                continue
            return True
    return False


def has_key_a(rule_ids: tuple[str, ...], book: Rulebook, day: date, manifest: bool) -> bool:
    cited = [book.rules[rule_id] for rule_id in rule_ids if rule_id in book.rules]
    return any(key_a_for(rule, day, {"limit", "block"}, manifest) for rule in cited)
