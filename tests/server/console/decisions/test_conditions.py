"""The conditions of the list: every value is understood or complained about, and each has one way of being written."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.model import Door, Outcome
from brightline.server.console.clock import Clock
from brightline.server.console.decisions.conditions import CONDITIONS, Conditions, conditions_of
from tests.server.console.conftest import Console

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
SHANGHAI = Clock("en", "Asia/Shanghai", NOON)


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1_000_000)


def read(console: Console, query: str, clock: Clock = SHANGHAI) -> Conditions:
    return conditions_of(query, clock, console.site.service)


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ("type=9", "problem_type", 9),
        ("type=09", "problem_type", 9),
        ("rule=CSL-49", "rule", "CSL-49"),
        ("rule=csl-49", "rule", "CSL-49"),
        ("rule=CSL-47", "rule", "CSL-49"),
        ("rule=Cybersecurity+Law,+Art.+49", "rule", "CSL-49"),
        ("rule=中华人民共和国网络安全法》第四十九条", "rule", "CSL-49"),
        ("outcome=refuse", "outcomes", (Outcome.REFUSE,)),
        ("outcome=block&outcome=refuse", "outcomes", (Outcome.REFUSE, Outcome.BLOCK)),
        ("outcome=block,%20refuse", "outcomes", (Outcome.REFUSE, Outcome.BLOCK)),
        ("outcome=flagged", "flagged", True),
        ("outcome=flagged,review", "flagged", True),
        ("door=gateway", "door", Door.GATEWAY),
        ("model=a%25b_c", "model", "a%b_c"),
        ("key=k1", "api_key", "k1"),
        ("account=%20x", "account", " x"),
        ("goal=gambling.promotion", "goal", "gambling.promotion"),
        ("goal=of.yesterday", "goal", "of.yesterday"),
        ("goal=Over turns undress a person", "goal", "likeness.bare_over_turns"),
        ("goal=多轮对话：去除他人衣物", "goal", "likeness.bare_over_turns"),
        ("gaps=yes", "not_inspected", True),
        ("gaps=no", "not_inspected", False),
        ("mode=shadow", "mode", "shadow"),
        ("text=+加微信+", "text", "加微信"),
        ("last=1h", "since", us("2026-11-22T11:00:00Z")),
        ("last=90m", "since", us("2026-11-22T10:30:00Z")),
        ("last=today", "since", us("2026-11-22T00:00:00+08:00")),
        ("last=7d", "since", us("2026-11-15T12:00:00Z")),
        ("since=2026-11-22T09:00", "since", us("2026-11-22T01:00:00Z")),
        ("since=2026-11-22T09:00Z", "since", us("2026-11-22T09:00:00Z")),
        ("since=2026-11-22T09:00:30%2B02:00", "since", us("2026-11-22T07:00:30Z")),
        ("since=2026-11-22", "since", us("2026-11-21T16:00:00Z")),
        ("until=2026-11-22", "until", us("2026-11-22T16:00:00Z")),
        ("until=2026-11-22T09:00", "until", us("2026-11-22T01:00:00Z")),
    ],
)
def test_a_condition_becomes_a_filter(console: Console, query: str, field: str, value: object) -> None:
    conditions = read(console, query)
    assert not conditions.faults
    wanted = conditions.filter("mine")
    assert getattr(wanted, field) == value
    assert wanted.tenant == "mine"
    again = read(console, conditions.query)
    assert again.filter("mine") == wanted, "what is written means the same"
    assert again.query == conditions.query, "there is one way of writing it"


@pytest.mark.parametrize(
    ("query", "name", "code"),
    [
        ("type=0", "type", "BL-INPUT-763"),
        ("type=14", "type", "BL-INPUT-763"),
        ("type=nine", "type", "BL-INPUT-763"),
        ("type=٣", "type", "BL-INPUT-763"),
        ("type=" + "9" * 5000, "type", "BL-INPUT-763"),
        ("type=1&type=2", "type", "BL-INPUT-762"),
        ("rule=no+such+law", "rule", "BL-INPUT-767"),
        ("rule=网络安全法", "rule", "BL-INPUT-767"),
        ("rule=" + "x" * 201, "rule", "BL-INPUT-763"),
        ("outcome=refuse,burn", "outcome", "BL-INPUT-763"),
        ("door=window", "door", "BL-INPUT-763"),
        ("model=" + "m" * 201, "model", "BL-INPUT-763"),
        ("account=" + "a" * 201, "account", "BL-INPUT-763"),
        ("key=" + "k" * 201, "key", "BL-INPUT-763"),
        ("goal=nothing at all like it", "goal", "BL-INPUT-767"),
        ("goal=博彩%20赌博%20推广%20无此词", "goal", "BL-INPUT-767"),
        ("gaps=maybe", "gaps", "BL-INPUT-763"),
        ("mode=dry", "mode", "BL-INPUT-763"),
        ("text=" + "字" * 201, "text", "BL-INPUT-763"),
        ("last=yesterday", "last", "BL-INPUT-763"),
        ("last=0h", "last", "BL-INPUT-763"),
        ("last=99999d", "last", "BL-INPUT-763"),
        ("since=2026-13-01", "since", "BL-INPUT-764"),
        ("since=2026-02-30T10:00", "since", "BL-INPUT-764"),
        ("since=0001-01-01", "since", "BL-INPUT-764"),
        ("since=275760-09-13T00:00", "since", "BL-INPUT-764"),
        ("until=9999-12-31", "until", "BL-INPUT-764"),
        ("until=now", "until", "BL-INPUT-764"),
        ("since=2026-11-22T10:00Z&until=2026-11-22T09:00Z", "until", "BL-INPUT-764"),
        ("last=1h&until=2026-11-20", "until", "BL-INPUT-764"),
        ("color=blue", "", "BL-INPUT-761"),
        ("rows=7", "rows", "BL-INPUT-765"),
        ("after=somewhere", "after", "BL-INPUT-766"),
        ("before=12." + "x" * 70, "before", "BL-INPUT-766"),
        ("text=" + "a" * 20_000, "", "BL-INPUT-760"),
        ("&".join(f"x{number}=1" for number in range(200)), "", "BL-INPUT-760"),
    ],
)
def test_a_value_of_no_use_is_told_at_its_field(console: Console, query: str, name: str, code: str) -> None:
    conditions = read(console, query)
    assert conditions.faults[name].code == code
    assert conditions.faults[name].text
    assert conditions.faults[name].hint
    with pytest.raises(ValueError, match="cannot be used"):
        conditions.filter("mine")


def test_words_that_fit_several_rules_are_offered(console: Console) -> None:
    fault = read(console, "rule=网络安全法").faults["rule"]
    assert 1 < len(fault.offers) <= 8
    for offer in fault.offers:
        assert read(console, urlencode({"rule": offer.value})).values == {"rule": offer.value}
        assert "Cybersecurity Law" in offer.words


def test_empty_conditions_are_left_out(console: Console) -> None:
    form = urlencode(dict.fromkeys((*CONDITIONS, "rows", "after", "before"), "")) + "&outcome=refuse"
    assert read(console, form).address_query == "outcome=refuse"


def test_conditions_stand_in_one_order_whatever_the_order_they_came_in(console: Console) -> None:
    assert (
        read(console, "since=2026-11-22T01:00Z&outcome=block,refuse&type=9").query == "type=9&outcome=refuse,block&since=2026-11-22T01:00Z"
    )


def test_two_beginnings_narrow_each_other(console: Console) -> None:
    assert read(console, "last=1h&since=2026-11-22T11:30Z").filter("t").since == us("2026-11-22T11:30:00Z")
    assert read(console, "last=1h&since=2026-11-20").filter("t").since == us("2026-11-22T11:00:00Z")


def test_the_place_in_the_list_is_kept_apart_from_the_conditions(console: Console) -> None:
    conditions = read(console, "type=9&rows=100&after=123.abc")
    assert conditions.query == "type=9"
    assert conditions.address_query == "type=9&rows=100&after=123.abc"
    assert conditions.at(before=conditions.after) == "type=9&rows=100&before=123.abc"
    assert conditions.without("type") == ""
    assert conditions.having(last="1h") == "type=9&last=1h"


def test_what_may_name_a_person_stands_in_no_event(console: Console) -> None:
    told = read(console, "text=秘密&account=user-1&type=9").on_record()
    assert told["type"] == "9"
    assert told["text"].startswith("sha256:")
    assert told["account"].startswith("sha256:")


def test_a_moment_is_shown_in_the_readers_zone(console: Console) -> None:
    assert read(console, "since=2026-11-22T01:00Z").local("since", SHANGHAI) == "2026-11-22T09:00"
    assert read(console, "since=nonsense").local("since", SHANGHAI) == "nonsense"


text = st.text(max_size=40)
pairs = st.lists(
    st.tuples(st.sampled_from((*CONDITIONS, "rows", "after", "before", "x")), text | st.sampled_from(["1", "7d", "2026-11-22"])), max_size=8
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs)
def test_no_pairs_of_any_kind_are_too_much(console: Console, given_pairs: list[tuple[str, str]]) -> None:
    conditions = read(console, urlencode(given_pairs, errors="replace"))
    if not conditions.faults:
        again = read(console, conditions.address_query)
        assert again.address_query == conditions.address_query
        assert again.filter("t") == conditions.filter("t")
    asked = {name for name, value in given_pairs if value.strip()}
    assert asked <= conditions.values.keys() | conditions.faults.keys() | {"rows", "after", "before"} or "" in conditions.faults


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda raw: quote(raw)))
def test_no_address_at_all_is_too_much(console: Console, query: str) -> None:
    conditions = read(console, query)
    assert parse_qsl(conditions.query) == list(conditions.values.items()) or conditions.faults
