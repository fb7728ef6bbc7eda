"""The rulebook: every rule with its instrument, frozen, with a digest that a Decision carries so that it can be replayed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from types import MappingProxyType
from typing import Any

from brightline.documents import canonical_json
from brightline.errors import DataError
from brightline.model import Instrument, Rule
from brightline.rulebook.basis import Basis, BlockGround
from brightline.rulebook.citation import cite
from brightline.rulebook.renumbered import Renumbered, article_of

__all__ = ["Rulebook"]


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Instruments, rules, old ids and numbers, and the basis of each problem type. Build it with ``Rulebook.of`` or ``load_rulebook``."""

    instruments: Mapping[str, Instrument]
    rules: Mapping[str, Rule]
    aliases: Mapping[str, str]
    bases: Mapping[int, Basis]
    renumbered: Mapping[str, Renumbered]
    digest: str
    _haystacks: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(
        cls,
        instruments: Iterable[Instrument],
        rules: Iterable[Rule],
        aliases: Mapping[str, str] | None = None,
        bases: Iterable[Basis] = (),
        renumbered: Iterable[Renumbered] = (),
    ) -> Rulebook:
        """A rulebook from checked parts. ``digest`` is the SHA-256 (hex) over the canonical JSON of all of them."""
        by_instrument = {each.id: each for each in sorted(instruments, key=lambda each: each.id)}
        by_rule = {each.id: each for each in sorted(rules, key=lambda each: each.id)}
        by_type = {each.problem_type: each for each in sorted(bases, key=lambda each: each.problem_type)}
        old_ids = dict(sorted((aliases or {}).items()))
        old_numbers = {each.id: each for each in sorted(renumbered, key=lambda each: each.id)}
        former = old_ids | {each.id: each.now for each in old_numbers.values()}
        return cls(
            instruments=MappingProxyType(by_instrument),
            rules=MappingProxyType(by_rule),
            aliases=MappingProxyType(old_ids),
            bases=MappingProxyType(by_type),
            renumbered=MappingProxyType(old_numbers),
            digest=_digest(by_instrument, by_rule, old_ids, by_type, old_numbers),
            _haystacks=MappingProxyType({each.id: _haystack(each, by_instrument[each.instrument], former) for each in by_rule.values()}),
        )

    def __getitem__(self, rule_id: str) -> Rule:
        """The rule of this id or former id. Raises ``DataError`` BL-DATA-112 where there is none."""
        rule = self.get(rule_id)
        if rule is None:
            raise DataError("BL-DATA-112", f"no rule has the id `{rule_id}`", "`brightline rules search` finds ids by words")
        return rule

    def __contains__(self, rule_id: object) -> bool:
        return isinstance(rule_id, str) and self.get(rule_id) is not None

    def get(self, rule_id: str) -> Rule | None:
        """The rule of this id, former id or former number, or None. Whoever takes new citations in asks ``stale`` besides."""
        rule = self.rules.get(rule_id) or self.rules.get(self.aliases.get(rule_id, ""))
        left = None if rule else self.stale(rule_id)
        return self.rules[left.now] if left else rule

    def stale(self, rule_id: str) -> Renumbered | None:
        """What became of a former article number (``CSL-47``, ``CSL-47.1``); None for an id that stands."""
        return None if rule_id in self.rules or rule_id in self.aliases else self.renumbered.get(article_of(rule_id))

    def former_ids(self, rule_id: str) -> tuple[str, ...]:
        """The former ids and numbers that lead to this rule."""
        numbers = (each.id for each in self.renumbered.values() if each.now == rule_id)
        return (*(old for old, new in self.aliases.items() if new == rule_id), *numbers)

    def search(self, text: str) -> list[Rule]:
        """Rules that contain every word of ``text`` in id, former id, title, obligation or instrument, in either language."""
        words = text.casefold().split()
        return [rule for rule in self.rules.values() if words and all(word in self._haystacks[rule.id] for word in words)]

    def citation(self, rule_id: str, lang: str = "zh") -> str:
        """Official name and article: 《中华人民共和国网络安全法》第四十九条, or ``Cybersecurity Law, Art. 49`` in ``en``."""
        rule = self[rule_id]
        return cite(rule, self.instruments[rule.instrument], lang)

    def basis(self, problem_type: int, on: date) -> Basis:
        """What may follow for a problem type (1–13) on that day, with rules not in force left out. ``DataError`` otherwise."""
        if problem_type not in self.bases:
            raise DataError("BL-DATA-113", f"there is no problem type {problem_type}", "problem types run from 1 to 13")
        return self.bases[problem_type].on(on, self)


def _haystack(rule: Rule, instrument: Instrument, aliases: Mapping[str, str]) -> str:
    former = (old for old, new in aliases.items() if new == rule.id)
    words = (
        rule.id,
        *former,
        rule.title_zh,
        rule.title_en,
        rule.obligation_zh,
        rule.obligation_en,
        instrument.title_zh,
        instrument.title_en,
    )
    return "\n".join((*words, instrument.number)).casefold()


def _digest(
    instruments: Mapping[str, Instrument],
    rules: Mapping[str, Rule],
    aliases: Mapping[str, str],
    bases: Mapping[int, Basis],
    renumbered: Mapping[str, Renumbered],
) -> str:
    document = {
        "format": "brightline-rulebook/1",
        "instruments": [_fields(each) for each in instruments.values()],
        "rules": [_fields(each) for each in rules.values()],
        "aliases": aliases,
        "bases": [_fields(each) | {"grounds": [_fields(ground) for ground in each.grounds]} for each in bases.values()],
        "renumbered": [_fields(each) for each in renumbered.values()],
    }
    return hashlib.sha256(canonical_json(document)).hexdigest()


def _fields(row: Instrument | Rule | Basis | BlockGround | Renumbered) -> dict[str, Any]:
    return {each.name: getattr(row, each.name) for each in fields(row)}
