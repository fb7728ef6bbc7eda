"""Which of the standard's 31 risks nothing automatic looked for: said beside every total, because "0 found" of what nobody looked for is no result.

The standard (TC260-003 and GB/T 45654-2025, Annex A) names 31 risks. Some have no rule (``annotators/data/risks.tsv`` says why), others have
one whose kernel a run left out. No kernel looks for machine spin (text that a program rewrote) either, which is no risk of the annex
(``annotators/quality.py``).
"""

from __future__ import annotations

from collections.abc import Container

from brightline.corpus.annotators.risks import Risk, risks

__all__ = ["looking_for", "uncovered_risks"]

_KERNEL_OF = {"falsehood": "quality"}
"""The kernel of a family of rules, where it has another name."""

_MODELS = "illegal.model."
"""Rules of the family models, which look only where the plan asks for them."""


def looking_for(risk: Risk, kernels: Container[str], *, models: bool = False) -> list[str]:
    """The rules that look for a risk in a run of these kernels."""
    return [rule for rule in risk.rules if _looks(rule, kernels, models)]


def uncovered_risks(kernels: Container[str], *, models: bool = False) -> list[Risk]:
    """The risks for which none does, in the order of the annex."""
    return [risk for risk in risks() if not looking_for(risk, kernels, models=models)]


def _looks(rule: str, kernels: Container[str], models: bool) -> bool:
    family = rule.partition(".")[0]
    return _KERNEL_OF.get(family, family) in kernels and (models or not rule.startswith(_MODELS))
