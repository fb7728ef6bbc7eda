"""What an operator can watch: Prometheus counters and histograms of one installation. No user text, no account names.

The same numbers go into the database every few seconds (``Sampler``), so that the console can draw them over time without a
metrics server.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.samples import Sample

from brightline.model import Decision
from brightline.store.traffic import CALL_BOUNDS, OWN_BOUNDS, Amounts

__all__ = ["Metrics", "Sampler"]


class Metrics:
    """One registry per service, so that two services in one process (tests) do not share numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.decisions = Counter("brightline_decisions", "Decisions by outcome and door.", ["outcome", "door"], registry=self.registry)
        self.rules = Counter(
            "brightline_rule_hits", "Findings by goal and outcome of their decision.", ["goal", "outcome"], registry=self.registry
        )
        self.not_inspected = Counter(
            "brightline_not_inspected", "Parts that a detector did not look at.", ["detector"], registry=self.registry
        )
        self.requests = Counter(
            "brightline_gateway_requests", "Gateway calls by endpoint and HTTP status.", ["endpoint", "status"], registry=self.registry
        )
        self.streams_stopped = Counter("brightline_streams_stopped", "Streamed answers stopped before their end.", registry=self.registry)
        self.upstream_errors = Counter("brightline_upstream_errors", "Failures of the upstream by code.", ["code"], registry=self.registry)
        self.own_seconds = Histogram(
            "brightline_own_seconds", "Seconds a gateway call spent in Brightline itself.", buckets=OWN_BOUNDS, registry=self.registry
        )
        self.call_seconds = Histogram(
            "brightline_call_seconds", "Seconds of a whole gateway call.", buckets=CALL_BOUNDS, registry=self.registry
        )
        self.ledger_size = Gauge("brightline_ledger_entries", "Entries in the ledger's last signed head.", registry=self.registry)
        self.ledger_pending = Gauge("brightline_ledger_pending", "Decisions recorded but not yet in a signed head.", registry=self.registry)
        self.ledger_halted = Gauge("brightline_ledger_halted", "1 while the ledger refuses to sign.", registry=self.registry)
        self.upstream_answered_at: int | None = None
        """When the model service last answered a call (UTC microseconds)."""
        self.upstream_failed: tuple[int, str] | None = None
        """When it last failed, and the code of the failure."""
        self._by_outcome: dict[tuple[str, str], Counter] = {}

    def decided(self, decision: Decision) -> None:
        """Count one recorded Decision."""
        key = (decision.outcome.value, decision.door.value)
        counter = self._by_outcome.get(key)
        if counter is None:
            counter = self._by_outcome[key] = self.decisions.labels(*key)
        counter.inc()
        for finding in decision.findings:
            self.rules.labels(finding.goal, decision.outcome.value).inc()
        for gap in decision.not_inspected:
            self.not_inspected.labels(gap.detector).inc()
        self._note_upstream(decision)

    def _note_upstream(self, decision: Decision) -> None:
        status = str(decision.request.get("status", ""))
        if status.startswith(("BL-UPSTREAM", "upstream_error")):
            self.upstream_failed = (decision.made_at, status)
        elif "upstream_status" in decision.request:
            self.upstream_answered_at = decision.made_at

    def render(self) -> bytes:
        """The text exposition format that Prometheus reads."""
        return generate_latest(self.registry)


class Sampler:
    """What has happened since the last time that it was written down."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._written: dict[tuple[str, str], float] = {}
        self._taken: dict[tuple[str, str], float] = {}

    def take(self) -> Amounts:
        """Everything new since the last ``written``. Taking again without it gives the same, and what came meanwhile."""
        self._taken = dict(_counted(self._metrics))
        times = _last_times(self._metrics)
        new = {key: amount - self._written.get(key, 0.0) for key, amount in self._taken.items()}
        new |= {key: at for key, at in times.items() if at != self._written.get(key)}
        self._taken |= times
        return {key: amount for key, amount in new.items() if amount}

    def written(self) -> None:
        """What was taken last is in the database."""
        self._written = self._taken


def _counted(metrics: Metrics) -> Iterator[tuple[tuple[str, str], float]]:
    for series, histogram in (("own", metrics.own_seconds), ("call", metrics.call_seconds)):
        below = 0.0
        for sample in _samples(histogram, "_bucket"):
            yield (series, sample.labels["le"]), sample.value - below
            below = sample.value
    for sample in _samples(metrics.requests, "_total"):
        yield ("requests", f"{sample.labels['endpoint']} {sample.labels['status']}"), sample.value
    for sample in _samples(metrics.upstream_errors, "_total"):
        yield ("upstream_errors", sample.labels["code"]), sample.value
    for sample in _samples(metrics.streams_stopped, "_total"):
        yield ("streams_stopped", ""), sample.value


def _samples(metric: Counter | Histogram, ending: str) -> Iterator[Sample]:
    for family in metric.collect():
        yield from (sample for sample in family.samples if sample.name.endswith(ending))


def _last_times(metrics: Metrics) -> dict[tuple[str, str], float]:
    answered, failed = metrics.upstream_answered_at, metrics.upstream_failed
    times = {} if answered is None else {("answered_at", ""): answered / 1e6}
    if failed is not None:
        times["failed_at", failed[1]] = failed[0] / 1e6
    return times
