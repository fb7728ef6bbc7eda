"""Remembered clean texts change nothing but the time it takes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Part, Side
from brightline.server.gateway.clean_texts import CleanTexts
from brightline.service import Service
from tests.server.gateway.answers import AD, DOSE, PLAIN

parts = st.builds(
    Part, st.sampled_from(["a", "b"]), st.sampled_from([Side.PROMPT, Side.ANSWER]), st.sampled_from([AD, DOSE, PLAIN, "", "x"])
)


@settings(deadline=None)  # the first inspection builds what all share
@given(st.lists(st.lists(parts, max_size=6), max_size=6))
def test_findings_are_the_same_as_without_a_memory(service: Service, requests: list[list[Part]]) -> None:
    memory = CleanTexts(service.pipeline, generation=2)
    for request in requests:
        assert memory.inspect(request) == service.pipeline.inspect(request)


def test_a_text_with_a_finding_on_one_side_only_is_not_clean_on_the_other(service: Service) -> None:
    memory = CleanTexts(service.pipeline)
    assert memory.inspect([Part("p", Side.PROMPT, DOSE)]) == []
    assert memory.inspect([Part("p", Side.ANSWER, DOSE)]) != []
