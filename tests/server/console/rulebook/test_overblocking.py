"""The over-blocking page: what the rules in force do to the ordinary texts, and nothing else."""

from __future__ import annotations

import csv
import html
import io
from typing import TYPE_CHECKING

import pytest

from brightline.model import Outcome, Part, Side
from brightline.moderation.benign import ordinary_texts
from brightline.server.console.rulebook.overblocking import overblocking

if TYPE_CHECKING:
    from conftest import Console

PATH = "/console/rulebook/over-blocking"


def rows_of(console: Console, sheet: str) -> list[dict[str, str]]:
    answer = console.as_("auditor").get(f"{PATH}.csv?of={sheet}")
    assert answer.headers["content-type"].startswith("text/csv")
    assert f"over-blocking-{sheet}.csv" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_page_counts_what_decisions_would_say(console: Console) -> None:
    pipeline = console.site.service.pipeline
    found = overblocking(pipeline)
    assert found.texts == len(ordinary_texts()) == sum(domain.texts for domain in found.domains)
    assert {cost.id for cost in found.costs} == {goal.id for goal in pipeline.engine.book} | set(pipeline.model_cards)
    assert 0 <= found.stopped <= found.disturbed <= found.texts
    page = html.unescape(console.as_("rule_author").get(PATH).text)
    for piece in (found.costs[0].id, f"{found.stopped}", "not measured yet"):
        assert piece in page, piece


def test_every_text_that_counts_is_one_that_a_decision_would_disturb(console: Console) -> None:
    pipeline = console.site.service.pipeline
    for cost in overblocking(pipeline).costs:
        for text in cost.hits:
            sides = [Side.ANSWER] if text.voice == "model" else [Side.PROMPT, Side.POST, Side.LISTING]
            seen = pipeline.inspect([Part("", side, text.text) for side in sides])
            assert any(one.goal == cost.id and not one.exceptions and one.effect is not Outcome.ALLOW for one in seen)


def test_models_have_rows_beside_goals(console: Console) -> None:
    pipeline = console.site.service.pipeline
    models = [row for row in rows_of(console, "goals") if row["kind"] == "model"]
    assert {row["goal"] for row in models} == set(pipeline.model_cards)
    found = overblocking(pipeline)
    page = html.unescape(console.as_("rule_author").get(PATH).text)
    for cost in found.costs:
        if cost.goal is None and cost.number:
            assert f"{cost.title_en} " in page
            assert cost.id in page


def test_a_spreadsheet_has_a_row_for_every_goal(console: Console) -> None:
    found = overblocking(console.site.service.pipeline)
    assert {row["goal"]: int(row["ordinary_texts_hit"]) for row in rows_of(console, "goals")} == {
        cost.id: cost.number for cost in found.costs
    }


def test_a_spreadsheet_has_a_row_for_every_rule_that_is_cited(console: Console) -> None:
    pipeline = console.site.service.pipeline
    rows = rows_of(console, "rules")
    cited = {rule for goal in pipeline.engine.book for rule in goal.rules} | {
        rule for card in pipeline.model_cards.values() for rule in card.rules
    }
    assert {row["rule"] for row in rows} == cited
    assert len(rows) == len(cited)
    found = overblocking(pipeline)
    assert {row["rule"]: int(row["ordinary_texts_hit"]) for row in rows if row["ordinary_texts_hit"] != "0"} == {
        one.rule: one.hits for one in found.rules
    }
    assert all(int(row["stopped"]) <= int(row["ordinary_texts_hit"]) <= found.texts for row in rows)


def test_a_spreadsheet_has_a_row_for_every_domain(console: Console) -> None:
    found = overblocking(console.site.service.pipeline)
    assert [(row["domain"], int(row["texts"]), int(row["disturbed"])) for row in rows_of(console, "domains")] == [
        (each.domain, each.texts, each.disturbed) for each in found.domains
    ]


def test_a_spreadsheet_has_the_price_of_every_entry(console: Console) -> None:
    rows = rows_of(console, "entries")
    book = console.site.service.pipeline.engine.book
    assert len(rows) == sum(len(slot.entries) for goal in book for slot in goal.slots)
    shares = [float(row["share"]) for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert {row["alone"] for row in rows} == {"true", "false"}
    dearest = overblocking(console.site.service.pipeline).words[0]
    assert {"goal": dearest.goal, "entry": dearest.word}.items() <= next(row for row in rows if row["alone"] == "true").items()


def test_a_sheet_that_there_is_not_is_the_one_of_goals(console: Console) -> None:
    answer = console.as_("auditor").get(f"{PATH}.csv?of=../secrets")
    assert "over-blocking-goals.csv" in answer.headers["content-disposition"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tab_leads_there_in_both_languages(console: Console, lang: str) -> None:
    page = console.as_("lead").get(f"/console/rulebook?lang={lang}").text
    assert {"zh": "误拦", "en": "Over-blocking"}[lang] in page
