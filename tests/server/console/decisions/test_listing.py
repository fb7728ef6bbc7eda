"""The list over real HTTP: what it finds, page by page, under one address, for whom, and what is new."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import pytest

from brightline.model import Door, Outcome
from brightline.server.console.clock import Clock
from brightline.server.console.decisions.conditions import conditions_of
from tests.server.console.decisions.conftest import (
    DAY,
    HOSTILE,
    HOUR,
    MINUTE,
    Filled,
    allowed,
    decision,
    fitting,
    look,
    pages,
    sheet,
    various,
)

HOME = "/console/decisions"


# ---- What is found ----

QUERIES = [
    "",
    "type=9",
    "type=2&outcome=flagged",
    "rule=CSL-49",
    "rule=PSA-82&door=gateway",
    "outcome=refuse",
    "outcome=refuse,block,allow",
    "outcome=allow&gaps=yes",
    "door=cli",
    "model=qwen3",
    "key=k1&outcome=flagged",
    "account=user-1",
    "goal=gambling.promotion",
    "goal=of.yesterday",
    "gaps=yes",
    "gaps=no&type=13",
    "mode=shadow",
    "text=刷单",
    "text=gold_bars",
    "text=GOLD_BARS&outcome=flagged",
    "text=100%25",
    "text=%25",
    "text=_",
    "text=\\",
    "text=<b>VX</b>",
    "text=gold%bars",
    "last=1h",
    "last=1d&type=9",
    "text=加微信&last=2d&door=gateway&outcome=flagged",
    "type=9&rule=CSL-49&outcome=flagged&mode=live&gaps=no",
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_filter_finds_what_going_through_all_finds(filled: Filled, query: str) -> None:
    asked = urlencode([(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&")) if name])
    wanted = conditions_of(asked, Clock("en"), filled.console.site.service).filter("default")
    found = [each for page in pages(filled.console.as_("lead"), f"{HOME}?{asked}") for each in page.ids]
    assert found == filled.ids(lambda each: fitting(wanted, each))


@pytest.mark.parametrize("account", HOSTILE[:4])
def test_an_end_user_is_found_by_the_exact_name(filled: Filled, account: str) -> None:
    found = [each for page in pages(filled.console.as_("lead"), f"{HOME}?{urlencode({'account': account})}") for each in page.ids]
    assert found == filled.ids(lambda each: each.account == account)
    assert found


def test_a_day_by_the_readers_clock(filled: Filled) -> None:
    there = filled.console.as_("lead")
    there.cookies["brightline_zone"] = "Asia/Shanghai"
    day = filled.made[len(filled.made) // 2].made_at
    midnight = (day + 8 * HOUR) // DAY * DAY - 8 * HOUR
    name = time.strftime("%Y-%m-%d", time.gmtime((day + 8 * HOUR) / 1e6))
    found = [each for page in pages(there, f"{HOME}?since={name}&until={name}") for each in page.ids]
    assert found == filled.ids(lambda each: midnight <= each.made_at < midnight + DAY)


def test_the_count_is_exact_estimated_or_modest(filled: Filled) -> None:
    lead = filled.console.as_("lead")
    exact = len(filled.ids(lambda each: each.account == "user-1" and each.door is Door.CLI))
    assert f"{exact} decision" in look(lead, f"{HOME}?account=user-1&door=cli").text
    assert f"about {len(filled.made)} decisions" in sheet(lead.get(HOME)).text
    flagged = len(filled.ids(lambda each: each.outcome is not Outcome.ALLOW))
    assert f"about {flagged} decisions" in sheet(lead.get(f"{HOME}?outcome=flagged")).text
    of_rule = len(filled.ids(lambda each: "CSL-49" in each.rules))
    assert f"about {of_rule} decisions" in sheet(lead.get(f"{HOME}?rule=CSL-49")).text
    assert "more than 50 decisions" in look(lead, f"{HOME}?outcome=flagged&gaps=no&mode=live").text


# ---- Page by page ----


def test_pages_meet_each_row_once_in_both_directions_while_rows_are_added(growing: Filled) -> None:
    now = growing.now
    growing.add(*various(170, now - MINUTE, seed=5))
    lead = growing.console.as_("lead")
    before = [each.id for each in growing.made]
    first = sheet(lead.get(HOME))
    assert first.ids == before[:50]
    assert first.link(data_page="[") is None
    forward, page = [first], first
    while there := page.link(data_page="]"):
        growing.add(decision(growing.now), allowed(now - 2 * DAY - len(forward)))
        page = sheet(lead.get(there))
        forward.append(page)
    met = [each for page in forward for each in page.ids]
    assert len(met) == len(set(met))
    assert [each for each in met if each in set(before)] == before

    back = []
    while there := page.link(data_page="["):
        answer = lead.get(there)
        if answer.status_code == 303:  # less than a page is left: the first one, whole
            assert answer.headers["location"] == HOME
            page = sheet(lead.get(HOME))
            back.append(page)
            break
        growing.add(decision(growing.now))
        page = sheet(answer)
        back.append(page)
    everything = [each.id for each in growing.made]
    assert back[-1].ids == everything[:50]
    rows = [each for page in back[:-1] for each in page.ids]
    assert len(rows) == len(set(rows))
    for page in back:
        place = everything.index(page.ids[0])
        assert page.ids == everything[place : place + len(page.ids)], "a page has no holes"


def test_pages_of_a_hundred(filled: Filled) -> None:
    found = pages(filled.console.as_("lead"), f"{HOME}?rows=100")
    assert [len(page.ids) for page in found] == [100, 100, 40]


def test_a_page_behind_the_last_row_leads_back(filled: Filled) -> None:
    page = sheet(filled.console.as_("lead").get(f"{HOME}?after=1.0"))
    assert page.ids == []
    assert page.link(data_page="[")


# ---- Its address ----


def test_a_form_leads_to_the_one_short_address(filled: Filled) -> None:
    lead = filled.console.as_("lead")
    answer = lead.get(f"{HOME}?type=&rule=&text=&outcome=refuse&outcome=block&last=&since=&until=&door=gateway&model=")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{HOME}?outcome=refuse,block&door=gateway"
    assert lead.get(answer.headers["location"]).status_code == 200
    assert lead.get(f"{HOME}?type=").headers["location"] == HOME


def test_the_language_goes_with_the_way_to_the_short_address(filled: Filled) -> None:
    assert filled.console.as_("lead").get(f"{HOME}?type=&lang=zh").headers["location"] == f"{HOME}?lang=zh"


def test_active_conditions_stand_above_the_list_and_each_can_be_taken_away(filled: Filled) -> None:
    page = sheet(filled.console.as_("lead").get(f"{HOME}?type=9&rule=CSL-49&outcome=flagged"))
    assert f"{HOME}?rule=CSL-49&outcome=flagged" in page.links()
    assert f"{HOME}?type=9&outcome=flagged" in page.links()
    assert f"{HOME}?type=9&rule=CSL-49" in page.links()
    assert "Cybersecurity Law, Art. 49" in page.text
    assert "everything but allowed" in page.text


@pytest.mark.parametrize(
    ("query", "code"),
    [("type=99", "BL-INPUT-763"), ("since=tomorrow", "BL-INPUT-764"), ("nonsense=1", "BL-INPUT-761"), ("rule=zzz", "BL-INPUT-767")],
)
def test_a_wrong_value_is_told_and_finds_nothing(filled: Filled, query: str, code: str) -> None:
    answer = filled.console.as_("lead").get(f"{HOME}?outcome=refuse&{query}")
    page = sheet(answer)
    assert answer.status_code == 400
    assert code in page.text
    assert page.ids == []


def test_words_of_several_rules_lead_to_each_of_them(filled: Filled) -> None:
    page = sheet(filled.console.as_("lead", "zh").get(f"{HOME}?rule=网络安全法&outcome=refuse"))
    offered = [link for link in page.links(f"{HOME}?rule=CSL-") if link.endswith("&outcome=refuse")]
    assert 1 < len(offered) <= 8
    assert filled.console.as_("lead").get(offered[0]).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["text=" + "%F0%9F%98%80" * 150, "model=" + "%00" * 20, "account=%ED%A0%80", "text=%FF%FE", "after=999999999999999999.x", "rule=%00"],
)
def test_odd_bytes_are_no_failure(filled: Filled, query: str) -> None:
    assert filled.console.as_("lead").get(f"{HOME}?{query}").status_code in (200, 303, 400)


def test_what_fits_nothing_says_what_to_do(filled: Filled) -> None:
    page = sheet(filled.console.as_("lead").get(f"{HOME}?account=nobody"))
    assert "No decision fits these conditions." in page.text
    assert "Widen the time" in page.text


def test_both_languages_say_the_filter_in_their_own_order(filled: Filled) -> None:
    english = sheet(filled.console.as_("lead").get(HOME)).text
    chinese = sheet(filled.console.as_("lead", "zh").get(HOME)).text
    assert english.index("any type") < english.index("any time")
    assert chinese.index("任何时间") < chinese.index("任何类型")


# ---- More, new, and what to type ----


def test_a_search_that_ran_out_of_time_goes_on_from_where_it_was(filled: Filled) -> None:
    lead = filled.console.as_("lead")
    middle = filled.made[120]
    answer = lead.get(f"{HOME}/more?outcome=flagged&after={middle.made_at}.{middle.id}&left=7", htmx=True)
    rest = [each.id for each in filled.made[121:] if each.outcome is not Outcome.ALLOW]
    assert sheet(answer).ids == rest[:7]
    assert sheet(answer).link(data_older="") is None or "after=" in str(answer.text)
    assert sheet(lead.get(f"{HOME}/more?account=user-1&after={filled.made[-1].made_at}.{filled.made[-1].id}")).ids == []
    assert lead.get(f"{HOME}/more?type=99").status_code == 404


def test_news_come_once_and_carry_the_place_to_go_on_from(growing: Filled) -> None:
    growing.add(decision(growing.now - MINUTE))
    growing.settle()
    lead = growing.console.as_("lead")
    page = sheet(lead.get(HOME))
    (than,) = [attributes["data-tail"] for _, attributes in page.tags if "data-tail" in attributes]
    assert lead.get(f"{HOME}/news?than={than}").status_code == 204
    new = [decision(growing.now), allowed(growing.now + 1)]
    growing.add(*new)
    growing.settle()
    answer = lead.get(f"{HOME}/news?than={than}")
    assert sheet(answer).ids == [each.id for each in reversed(new)]
    assert sheet(lead.get(f"{HOME}/news?outcome=refuse&than={than}")).ids == [new[0].id]
    assert lead.get(f"{HOME}/news?than={answer.headers['brightline-position']}").status_code == 204
    for than in ("", "x", "-1", "9" * 30, "١"):
        assert lead.get(f"{HOME}/news?than={than}").status_code == 404


def test_only_the_first_page_of_an_open_time_can_be_followed(filled: Filled) -> None:
    def follows(query: str) -> bool:
        page = look(filled.console.as_("lead"), f"{HOME}{query}")
        return any("data-follows" in attributes for _, attributes in page.tags)

    assert follows("")
    assert follows("?last=7d&outcome=flagged")
    assert not follows("?until=2090-01-01T00:00Z")
    assert not follows(f"?after={filled.made[3].made_at}.{filled.made[3].id}")


def test_suggestions_are_names_and_keys_are_for_those_who_may_see_them(filled: Filled) -> None:
    lead, auditor = filled.console.as_("lead"), filled.console.as_("auditor", "zh")
    assert 'value="CSL-49" label="Cybersecurity Law, Art. 49"' in lead.get(f"{HOME}/suggestions/rule").text
    assert 'value="gambling.promotion"' in lead.get(f"{HOME}/suggestions/goal").text
    assert 'value="deepseek-v3"' in lead.get(f"{HOME}/suggestions/model").text
    assert "<script>" not in lead.get(f"{HOME}/suggestions/model").text
    assert "option" not in lead.get(f"{HOME}/suggestions/key").text
    assert "first client" in auditor.get(f"{HOME}/suggestions/key").text
    assert "《中华人民共和国网络安全法》第四十九条" in auditor.get(f"{HOME}/suggestions/rule").text
    assert lead.get(f"{HOME}/suggestions/account").status_code == 404


def test_the_list_keeps_to_its_tenant(growing: Filled) -> None:
    mine, theirs = decision(growing.now), decision(growing.now + 1, tenant="somebody-else")
    growing.add(mine, theirs)
    growing.settle()
    lead = growing.console.as_("lead")
    assert sheet(lead.get(HOME)).ids == [mine.id]
    assert sheet(lead.get(f"{HOME}/news?than=0")).ids == [mine.id]
    assert sheet(lead.get(f"{HOME}?before={mine.made_at - 5}.x")).ids in ([], [mine.id])


def test_a_row_leads_to_its_decision_and_remembers_the_list(filled: Filled) -> None:
    lead = filled.console.as_("lead")
    page = look(lead, f"{HOME}?type=9&outcome=flagged")
    assert page.links(f"{HOME}/{page.ids[0]}") == [f"{HOME}/{page.ids[0]}?list=type%3D9%26outcome%3Dflagged"]
    assert look(lead, HOME).links(f"{HOME}/{filled.made[0].id}") == [f"{HOME}/{filled.made[0].id}"]
