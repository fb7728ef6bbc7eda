"""The over-blocking page: what the rules in force do to the ordinary texts, and nothing else."""

from __future__ import annotations

import csv
import html
import io
from typing import TYPE_CHECKING

import pytest

from brightline.model import Side
from brightline.moderation.benign import ordinary_texts
from brightline.server.console.rulebook.overblocking import overblocking

if TYPE_CHECKING:
    from conftest import Console

PATH = "/console/rulebook/over-blocking"


def test_the_page_counts_what_the_engine_does(console: Console) -> None:
    pipeline = console.site.service.pipeline
    found = overblocking(pipeline)
    assert found.texts == len(ordinary_texts()) == sum(domain.texts for domain in found.domains)
    assert len(found.costs) == len(pipeline.engine.book)
    assert 0 <= found.stopped <= found.disturbed <= found.texts
    dearest = found.costs[0]
    side = next(side for side in dearest.goal.sides if side is not Side.ANSWER)
    for text in dearest.hits:
        assert any(one.goal == dearest.goal.id for one in pipeline.engine.scan(text.text, side))
    page = html.unescape(console.as_("rule_author").get(PATH).text)
    for piece in (dearest.goal.id, f"{found.stopped}", "not measured yet"):
        assert piece in page, piece


def test_a_spreadsheet_has_a_row_for_every_goal(console: Console) -> None:
    answer = console.as_("auditor").get(f"{PATH}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    found = overblocking(console.site.service.pipeline)
    assert {row["goal"]: int(row["ordinary_texts_hit"]) for row in rows} == {cost.goal.id: cost.number for cost in found.costs}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tab_leads_there_in_both_languages(console: Console, lang: str) -> None:
    page = console.as_("lead").get(f"/console/rulebook?lang={lang}").text
    assert {"zh": "误拦", "en": "Over-blocking"}[lang] in page
