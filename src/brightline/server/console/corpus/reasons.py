"""Why a sampled document fails: the 31 risks of the safety standard (TC260-003, Annex A), nine of them on number keys. Pure.

The nine were chosen because text from the web breaks them most often (own choice, by the shares in ``shared/reference/corpus.md``'s
peers' rules); the order is that of the annex. Bad quality is no risk of the annex and comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from brightline.model import Rule
from brightline.rulebook import Rulebook
from brightline.server.face import msgid as _

__all__ = ["QUALITY", "Reason", "reasons_of", "rules_in"]

QUALITY = "quality.unusable"
"""Not a rule of the book: nobody could learn from it (boilerplate, gibberish, torn text)."""

_ON_KEYS = ("RISK-A.1-f", "RISK-A.1-g", "RISK-A.1-h", "RISK-A.2-i", "RISK-A.3-a", "RISK-A.4-c", "RISK-A.4-e", "RISK-A.4-f", QUALITY)
_FIELD = "rule_"
_QUALITY_WORDS = _("Unusable: torn, empty of meaning or boilerplate")


class Reason(NamedTuple):
    """One reason. ``key``: the number that ticks it, empty for the others; ``name``: in the reader's language, or a msgid of ours."""

    id: str
    key: str
    name: str
    is_ours: bool

    @property
    def field(self) -> str:
        """Its name in the form."""
        return _FIELD + self.id


def reasons_of(book: Rulebook, lang: str) -> tuple[list[Reason], list[Reason]]:
    """Those on keys, and all others in the order of the annex."""
    risks = {rule_id: rule for rule_id, rule in book.rules.items() if rule_id.startswith("RISK-")}
    keyed = [
        Reason(rule_id, str(number), *_name(risks.get(rule_id), lang))
        for number, rule_id in enumerate(_ON_KEYS, 1)
        if rule_id == QUALITY or rule_id in risks
    ]
    others = [Reason(rule_id, "", *_name(rule, lang)) for rule_id, rule in sorted(risks.items()) if rule_id not in _ON_KEYS]
    return keyed, others


def rules_in(form: Mapping[str, str]) -> tuple[str, ...]:
    """The reasons that a form names, in its order."""
    return tuple(name.removeprefix(_FIELD) for name, value in form.items() if name.startswith(_FIELD) and value)


def _name(rule: Rule | None, lang: str) -> tuple[str, bool]:
    if rule is None:
        return _QUALITY_WORDS, True
    return (rule.title_en if lang == "en" else rule.title_zh), False
