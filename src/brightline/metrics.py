"""What an operator can watch: Prometheus counters and histograms of one installation. No user text, no account names."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from brightline.model import Decision

__all__ = ["Metrics"]

# Seconds; the gateway's own share of a call is around a millisecond, the upstream's up to minutes.
_OWN_TIME = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0)
_WHOLE_TIME = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)


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
            "brightline_own_seconds", "Seconds a gateway call spent in Brightline itself.", buckets=_OWN_TIME, registry=self.registry
        )
        self.call_seconds = Histogram(
            "brightline_call_seconds", "Seconds of a whole gateway call.", buckets=_WHOLE_TIME, registry=self.registry
        )
        self.ledger_size = Gauge("brightline_ledger_entries", "Entries in the ledger's last signed head.", registry=self.registry)
        self.ledger_pending = Gauge("brightline_ledger_pending", "Decisions recorded but not yet in a signed head.", registry=self.registry)
        self.ledger_halted = Gauge("brightline_ledger_halted", "1 while the ledger refuses to sign.", registry=self.registry)
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

    def render(self) -> bytes:
        """The text exposition format that Prometheus reads."""
        return generate_latest(self.registry)
