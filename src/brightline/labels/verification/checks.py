"""All checks of one file, in the order of their ids: what applies, what holds, what was not looked at."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from brightline.labels.verification.check_catalogue import CheckResult, Outcome, catalogue, result_of
from brightline.labels.verification.examined import Examined
from brightline.labels.verification.label_checks import label_outcomes
from brightline.labels.verification.provider_checks import provider_outcomes, security_outcomes
from brightline.labels.verification.signal_checks import signal_outcomes
from brightline.labels.verification.verdict import Compliance

__all__ = ["compliance_of", "run_checks"]

# Checks whose failure says something of the file or of its media, and nothing of whether the label keeps the standard.
_NOT_OF_THE_LABEL = ("c2pa.", "explicit.", "file.", "fingerprint.", "security.", "traces.", "watermark.")


def run_checks(examined: Examined) -> tuple[CheckResult, ...]:
    """Every check of the catalogue exactly once, in the order of ids."""
    outcomes: dict[str, Outcome] = {}
    for outcome in chain(label_outcomes(examined), provider_outcomes(examined), security_outcomes(examined), signal_outcomes(examined)):
        outcomes[outcome.id] = outcome
    return tuple(result_of(check, outcomes.get(check.id)) for check in catalogue().values())


def compliance_of(examined: Examined, checks: Iterable[CheckResult]) -> Compliance:
    """Whether the label keeps the standard. Warnings do not count: readers warn and never reject (rules.md, 2.3)."""
    if not examined.labels:
        return Compliance.NOT_APPLICABLE
    failed = any(check.result == "fail" and not check.id.startswith(_NOT_OF_THE_LABEL) for check in checks)
    return Compliance.DEFECTS if failed else Compliance.OK
