"""Settings that are changed while the service runs: which ones, what is in force, what waits for the next start.

Precedence, highest first: environment, changes made in the console, settings file, default. A change is checked by the
same rules as a value at the start (``config.with_changes``); one that does not pass, or that the environment overrules, stays on
record and changes nothing.

``Settings`` stay immutable. Whoever reads a setting of ``AT_ONCE`` reads it from ``service.settings`` each time it is needed, and that
object is replaced as a whole: a call sees the old values or the new ones, and reading costs what an attribute costs.
What is read only when something is opened stands in ``NEXT_START``. All others say where things lie, where prompts go or who
may come in (folders, addresses, the upstream, secrets, single sign-on): those are for whoever has the host, not for whoever has a password.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from brightline.config import Settings, with_changes
from brightline.errors import ConfigError

__all__ = ["AT_ONCE", "NEXT_START", "LiveSettings", "SettingsState", "when_applied"]

AT_ONCE = frozenset(
    {
        "age_band_header",
        "appeal_url",
        "console_idle_minutes",
        "console_session_hours",
        "contact",
        "end_user_header",
        "label_copy_log_days",
        "label_fingerprint_days",
        "label_image_position",
        "label_max_file_bytes",
        "label_media",
        "label_text",
        "label_text_en",
        "label_text_zh",
        "ledger_interval_s",
        "max_answer_bytes",
        "max_body_bytes",
        "max_text_chars",
        "notices",
        "rate_limit_per_minute",
        "sample_allow",
        "sector",
        "strictness",
        "unknown_paths",
    }
)
"""Read from ``service.settings`` at each call, decision, statement or round."""

NEXT_START = frozenset(
    {
        "commit_wait_ms",  # the journal, when it is opened
        "language",  # the pages, when their templates are loaded
        "upstream_connect_timeout_s",  # the connections to the upstream, when they are opened
        "upstream_timeout_s",
    }
)
"""Read once, when the service starts."""


def when_applied(key: str) -> Literal["at_once", "next_start", "never"]:
    """When a change of this setting in the console takes effect; ``never``: it cannot be changed there."""
    if key in AT_ONCE:
        return "at_once"
    return "next_start" if key in NEXT_START else "never"


@dataclass(frozen=True, slots=True)
class SettingsState:
    """What holds. ``from_console``: settings whose value in force was set in the console; ``waiting``: the values that others will have
    from the next start on; ``overruled``: changes that do not hold, and why (``environment``, ``unknown``, ``never``, or the problem).
    """

    in_force: Settings
    from_console: frozenset[str] = frozenset()
    waiting: Mapping[str, Any] = field(default_factory=dict)
    overruled: Mapping[str, str] = field(default_factory=dict)


class LiveSettings:
    """The settings of one process: those that it was started with, and the changes above them."""

    def __init__(self, base: Settings, changes: Mapping[str, str]) -> None:
        """``base`` is what environment, file and defaults give, ``changes`` the JSON text of each changed setting."""
        self.base = base
        self._changes = dict(changes)
        self.state = self._started = _overlaid(base, self._changes)

    def apply(self, changes: Mapping[str, str]) -> bool:
        """Take the changes as they are now; true if anything is different from before."""
        if changes == self._changes:
            return False
        self._changes = dict(changes)
        wanted, started = _overlaid(self.base, self._changes), self._started
        at_next_start = {key: getattr(wanted.in_force, key) for key in NEXT_START}
        kept = {key: getattr(started.in_force, key) for key in NEXT_START}
        self.state = SettingsState(
            wanted.in_force.model_copy(update=kept),
            (wanted.from_console & AT_ONCE) | (started.from_console & NEXT_START),
            {key: value for key, value in sorted(at_next_start.items()) if value != kept[key]},
            wanted.overruled,
        )
        return True

    def origin_of(self, key: str) -> Literal["environment", "console", "file", "default"]:
        """Where the value in force came from."""
        if key in self.state.from_console:
            return "console"
        origin = self.base.origin_of(key)
        return "file" if origin == "file or code" else origin


def _overlaid(base: Settings, changes: Mapping[str, str]) -> SettingsState:
    """``base`` under ``changes``, as a start would have it."""
    settings, held, overruled = base, set(), {}
    for key, text in sorted(changes.items()):
        if key not in Settings.model_fields:
            overruled[key] = "unknown"
        elif when_applied(key) == "never":
            overruled[key] = "never"
        elif base.origin_of(key) == "environment":
            overruled[key] = "environment"
        else:
            try:
                settings = with_changes(settings, {key: orjson.loads(text)})
                held.add(key)
            except ConfigError as problem:
                overruled[key] = problem.message
            except ValueError:  # nothing of ours writes that
                overruled[key] = "the stored value is not JSON"
    return SettingsState(settings, frozenset(held), {}, overruled)
