"""Which of the standard's 31 risks nothing automatic looked for: said beside every total, because "0 found" of what nobody looked for is no result.

The standard (TC260-003 and GB/T 45654-2025, Annex A) names 31 risks. Some have no rule (``annotators/data/risks.tsv`` says why), others have
one whose kernel a run left out. Machine spin (text that a program rewrote) is no risk of the annex, but reported in the same places:
``annotators/spin.py`` looks for it, in Chinese and English only, and older runs did not.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from brightline.corpus.annotators.risks import Risk, risks

__all__ = ["looking_for", "looks_for_spin", "uncovered_risks"]

_KERNEL_OF = {"falsehood": "quality"}
"""The kernel of a family of rules, where it has another name."""

_SPIN_SINCE = 2
"""The first version of the kernel "quality" that looks for machine spin."""

_MODELS = "illegal.model."
"""Rules of the family models, which look only where the plan asks for them."""


def looking_for(risk: Risk, kernels: Container[str], *, models: bool = False) -> list[str]:
    """The rules that look for a risk in a run of these kernels."""
    return [rule for rule in risk.rules if _looks(rule, kernels, models)]


def uncovered_risks(kernels: Container[str], *, models: bool = False) -> list[Risk]:
    """The risks for which none does, in the order of the annex."""
    return [risk for risk in risks() if not looking_for(risk, kernels, models=models)]


def looks_for_spin(versions: Mapping[str, str]) -> bool:
    """True if these kernels look for machine spin; ``versions``: name → version, as a run noted it."""
    code = versions.get("quality", "").partition("+")[0]
    return code.isdecimal() and int(code) >= _SPIN_SINCE


def _looks(rule: str, kernels: Container[str], models: bool) -> bool:
    family = rule.partition(".")[0]
    return _KERNEL_OF.get(family, family) in kernels and (models or not rule.startswith(_MODELS))
