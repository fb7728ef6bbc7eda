"""What an installation needs, looked at one by one: the same for ``brightline doctor`` and for the console's page of health.

Nothing here repairs anything, and ``upstream_check`` alone talks to another machine.
"""

from __future__ import annotations

from brightline.examination.check import PROBLEM, Check, failed
from brightline.examination.installation import machine_check, secret_checks, service_checks, settings_check
from brightline.examination.upstream import upstream_check, without_password

__all__ = [
    "PROBLEM",
    "Check",
    "failed",
    "machine_check",
    "secret_checks",
    "service_checks",
    "settings_check",
    "upstream_check",
    "without_password",
]
