"""The figures on top: a number, how it went, what it was before, and the decisions behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from brightline.model import Outcome
from brightline.server.console.frame.charts import Drawing, sparkline
from brightline.server.console.overview.breakdowns import list_address
from brightline.server.console.overview.picture import Picture
from brightline.server.face import msgid as _

__all__ = ["Figure", "figures_of"]

_WORTH_PER_CENT = 20
"""From how many cases on a difference is given in per cent: below, one case more or less already looks like a trend."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. ``parts`` are the outcomes in it with their own numbers and lists, where it has several."""

    key: str
    title: str
    value: int
    before: int
    spark: Drawing
    href: str
    parts: tuple[tuple[Outcome, int, str], ...] = ()

    @property
    def change(self) -> int | None:
        """Difference to before in per cent, None where there were too few cases to say so."""
        return round(100 * (self.value - self.before) / self.before) if min(self.value, self.before) >= _WORTH_PER_CENT else None


_STOPPED = tuple(outcome for outcome in Outcome if outcome.stops)
_MEASURES = (
    ("held", _("Sent to a person"), (Outcome.REVIEW,)),
    ("limited", _("Limited or rewritten"), (Outcome.LIMIT, Outcome.REWRITE)),
    ("marked", _("Labelled or with a notice"), (Outcome.LABEL, Outcome.NOTICE)),
)


def figures_of(picture: Picture, text: Callable[[str], str]) -> list[Figure]:
    """All figures, in the order of the page; ``text`` translates the names of the small charts."""
    found = picture.decisions.by_outcome()
    zeros = (0,) * len(picture.decisions.starts)

    def line(outcomes: Iterable[Outcome]) -> tuple[int, ...]:
        return tuple(map(sum, zip(zeros, *(found[outcome] for outcome in outcomes if outcome in found), strict=True)))

    def of_outcomes(key: str, title: str, outcomes: tuple[Outcome, ...], color: str) -> Figure:
        counts = line(outcomes)
        parts = tuple((one, picture.outcomes.get(one, 0), list_address(picture, outcome=one.value)) for one in outcomes)
        before = sum(picture.before.outcomes.get(outcome, 0) for outcome in outcomes)
        href = list_address(picture, outcome=",".join(outcomes))
        return Figure(key, title, sum(counts), before, spark(title, counts, color), href, parts if len(parts) > 1 else ())

    def spark(title: str, counts: tuple[int, ...], color: str) -> Drawing:
        # A step that is not over would always look like a fall.
        whole = counts[:-1] if picture.period.running and len(counts) > 2 else counts
        return sparkline(whole, label=text(title), width=220, color=color)

    everything = line(Outcome)
    requests, streams, gaps = picture.requests.per_step(), picture.streams_stopped, picture.gaps
    missed = tuple(map(sum, zip((0,) * len(gaps.starts), *gaps.lines.values(), strict=True)))
    before = picture.before
    figures = [
        Figure("requests", _("Requests"), sum(requests), before.requests, spark(_("Requests"), requests, "c-1"), "#chart-requests"),
        Figure(
            "decisions",
            _("Decisions"),
            sum(everything),
            sum(before.outcomes.values()),
            spark(_("Decisions"), everything, "c-1"),
            list_address(picture),
        ),
        of_outcomes("stopped", _("Refused or blocked"), _STOPPED, "c-refuse"),
    ]
    figures += [of_outcomes(key, title, outcomes, f"c-{outcomes[0].value}") for key, title, outcomes in _MEASURES]
    figures += [
        Figure(
            "streams",
            _("Streams stopped"),
            streams.total(),
            before.streams_stopped,
            spark(_("Streams stopped"), streams.per_step(), "c-refuse"),
            list_address(picture, outcome=",".join(_STOPPED), door="gateway"),
        ),
        Figure(
            "gaps",
            _("Not inspected in full"),
            sum(missed),
            before.gaps,
            spark(_("Not inspected in full"), missed, "c-5"),
            list_address(picture, gaps="yes"),
        ),
    ]
    return figures
