"""The same answer, whole or streamed in any cutting, leads to the same Decision, in every API shape and for every goal."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.model import Decision, Side
from brightline.moderation import goal_paths
from brightline.rulebook import load_rulebook
from brightline.service import Service
from brightline.text.goal_loader import read_goals
from tests.server.gateway import answers
from tests.server.gateway.channels import CHANNELS
from tests.server.gateway.exchanges import streamed, whole

EXAMPLES = {
    goal.id: next(example.text for example in goal.examples if example.side is Side.ANSWER)
    for goal in read_goals(goal_paths(), load_rulebook(), trying=()).book
    if any(example.side is Side.ANSWER for example in goal.examples)
}
TEXTS = [*EXAMPLES.values(), answers.PLAIN, answers.DOSE + answers.AD, answers.PLAIN * 5 + answers.AD + answers.PLAIN]


def essence(decision: Decision) -> Any:
    findings = {(finding.goal, finding.part, finding.spans, finding.exceptions) for finding in decision.findings}
    return decision.outcome, decision.rules, decision.ground, findings, decision.reason_zh


def chunks_of(events: list[bytes], data: st.DataObject) -> list[bytes]:
    raw = b"".join(events)
    cuts = data.draw(st.lists(st.integers(0, len(raw)), max_size=8))
    return [raw[start:end] for start, end in pairwise(sorted({0, len(raw), *cuts}))]


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_goal_leads_to_the_same_decision_whole_and_streamed(service: Service, channel: str) -> None:
    shape, answer, stream, write = CHANNELS[channel]
    for goal, example in EXAMPLES.items():
        text = write(example)
        first, _ = whole(service, shape, answer(text))
        second, _ = streamed(service, shape, stream(answers.cut(text)), stream=True)
        assert essence(first) == essence(second), goal
        assert goal in {finding.goal for finding in first.findings} or first.outcome.stops, goal


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_cutting_leads_to_the_same_decision(service: Service, channel: str, data: st.DataObject) -> None:
    shape, answer, stream, write = CHANNELS[channel]
    text = write(data.draw(st.sampled_from(TEXTS)))
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=20))
    pieces = [text[start:end] for start, end in pairwise(sorted({0, len(text), *cuts}))]
    first, _ = whole(service, shape, answer(text))
    second, _ = streamed(service, shape, chunks_of(stream(pieces), data), stream=True)
    assert essence(first) == essence(second)
