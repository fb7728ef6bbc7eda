"""What each role may do in the console. Whatever is not named here is refused.

Reference: review-ledger-console.md, section 5: an admin configures and decides nothing, an auditor reads and verifies and
changes nothing, a rule author writes rules and manages nobody. Every door of the console names one permission (``desk.py``);
a test walks all roles through all doors.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["ROLES", "Permission", "Role", "may"]


class Role(StrEnum):
    """What a user of the console is."""

    ADMIN = "admin"
    LEAD = "lead"
    REVIEWER = "reviewer"
    RULE_AUTHOR = "rule_author"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a door asks for. The first four ask for a state of the session, the others for a right of the role."""

    ANYONE = "anyone"  # no session needed
    SECOND_FACTOR = "second_factor"  # the password was right, the second factor is due
    NEW_PASSWORD = "new_password"  # noqa: S105 - signed in, also with a one-time password that must be changed first
    SIGNED_IN = "signed_in"  # any role

    OVERVIEW_READ = "overview.read"
    DECISIONS_READ = "decisions.read"
    TEXTS_READ = "texts.read"  # open folded evidence; each opening is a ledger entry
    DECISIONS_REPLAY = "decisions.replay"
    DECISIONS_EXPORT = "decisions.export"
    VIEWS_SAVE = "views.save"
    RULEBOOK_READ = "rulebook.read"
    LABELS_VERIFY = "labels.verify"  # verify a file or a text, compare two files
    LABELS_READ = "labels.read"  # which files were labelled here, and who got a copy without a visible label
    LABELS_WRITE = "labels.write"
    CORPUS_READ = "corpus.read"  # sources, runs, samples, reports; texts of documents ask for texts.read besides
    CORPUS_REVIEW = "corpus.review"  # answer sampled documents, contest what a run decided
    CORPUS_DECIDE = "corpus.decide"  # sources and their status, complaints, appeals, disagreements, the end of a sample
    TRY = "try"
    EXAMPLES_WRITE = "examples.write"
    LEDGER_READ = "ledger.read"
    LEDGER_VERIFY = "ledger.verify"
    LEDGER_EXPORT = "ledger.export"
    KEYS_READ = "keys.read"
    KEYS_MANAGE = "keys.manage"
    SETTINGS_READ = "settings.read"
    SETTINGS_CHANGE = "settings.change"
    HEALTH_READ = "health.read"
    API_USE = "api.use"
    USERS_READ = "users.read"
    USERS_MANAGE = "users.manage"


_EVERYBODY = frozenset(
    {
        Permission.OVERVIEW_READ,
        Permission.DECISIONS_READ,
        Permission.VIEWS_SAVE,
        Permission.RULEBOOK_READ,
        Permission.CORPUS_READ,
        Permission.LEDGER_READ,
        Permission.LEDGER_VERIFY,
        Permission.HEALTH_READ,
    }
)

ROLES: Mapping[Role, frozenset[Permission]] = {
    Role.ADMIN: _EVERYBODY
    | {
        Permission.TRY,
        Permission.LABELS_VERIFY,
        Permission.LABELS_READ,
        Permission.LABELS_WRITE,
        Permission.KEYS_READ,
        Permission.KEYS_MANAGE,
        Permission.SETTINGS_READ,
        Permission.SETTINGS_CHANGE,
        Permission.API_USE,
        Permission.USERS_READ,
        Permission.USERS_MANAGE,
        Permission.LEDGER_EXPORT,
        Permission.DECISIONS_REPLAY,
    },
    Role.LEAD: _EVERYBODY
    | {
        Permission.TEXTS_READ,
        Permission.DECISIONS_REPLAY,
        Permission.DECISIONS_EXPORT,
        Permission.TRY,
        Permission.LABELS_VERIFY,
        Permission.LABELS_READ,
        Permission.LABELS_WRITE,
        Permission.CORPUS_REVIEW,
        Permission.CORPUS_DECIDE,
        Permission.EXAMPLES_WRITE,
        Permission.LEDGER_EXPORT,
        Permission.SETTINGS_READ,
        Permission.API_USE,
    },
    Role.REVIEWER: _EVERYBODY
    | {Permission.TEXTS_READ, Permission.DECISIONS_REPLAY, Permission.TRY, Permission.LABELS_VERIFY, Permission.CORPUS_REVIEW},
    Role.RULE_AUTHOR: _EVERYBODY
    | {
        Permission.TEXTS_READ,
        Permission.DECISIONS_REPLAY,
        Permission.TRY,
        Permission.EXAMPLES_WRITE,
        Permission.API_USE,
    },
    Role.AUDITOR: _EVERYBODY
    | {
        Permission.TEXTS_READ,
        Permission.DECISIONS_REPLAY,
        Permission.DECISIONS_EXPORT,
        Permission.LABELS_VERIFY,
        Permission.LABELS_READ,
        Permission.LEDGER_EXPORT,
        Permission.KEYS_READ,
        Permission.SETTINGS_READ,
        Permission.USERS_READ,
    },
}


def may(role: str, permission: Permission) -> bool:
    """True if ``role`` has that right. An unknown role has none."""
    try:
        return permission in ROLES[Role(role)]
    except ValueError:
        return False
