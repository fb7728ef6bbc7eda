"""A plan comes back from its record as it was, and what cannot be done is refused before anything is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.shard import ReadOptions
from brightline.curation.plan import KERNELS, RunPlan

PLAN = RunPlan("town", ("corpus/",), "var/corpora/town")


def test_a_plan_comes_back_from_its_record_whatever_it_says() -> None:
    reading = ReadOptions(text=("body.text",), source="town-news", sources_by_file={"z*": "a", "a*": "b"})
    plan = replace(PLAN, kernels=("keywords", "personal"), keywords="keywords/1.txt", engine="ray", address="ray://h:1", reading=reading)

    again = RunPlan.from_document(orjson.loads(orjson.dumps(plan.to_document(), option=orjson.OPT_SORT_KEYS)))

    assert again == plan
    assert list(again.reading.sources_by_file) == ["z*", "a*"]


def test_a_plan_runs_every_kernel_but_keywords_where_no_library_is_named() -> None:
    assert set(PLAN.kernels) == set(KERNELS) - {"keywords"}


@pytest.mark.parametrize(
    "changes",
    [
        {"corpus": " "},
        {"corpus": "n" * 121},
        {"inputs": ()},
        {"kernels": ("personal", "taste")},
        {"kernels": ()},
        {"engine": "spark"},
        {"address": "ray://h:1"},
        {"kernels": ("keywords",)},
        {"keywords": "keywords/1.txt"},
    ],
)
def test_what_cannot_be_done_is_refused_with_a_code(changes: dict[str, Any]) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-004"):
        replace(PLAN, **changes)


@pytest.mark.parametrize(
    "document", [{}, {"corpus": "town"}, {**PLAN.to_document(), "colour": "red"}, {**PLAN.to_document(), "reading": 3}]
)
def test_a_record_of_another_version_is_an_error_and_not_half_a_plan(document: dict[str, Any]) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-005"):
        RunPlan.from_document(document)
