"""A row of the list over real HTTP: what it says and to whom, what it never lets through, and a row that cannot be read."""

from __future__ import annotations

from urllib.parse import urlencode

from brightline.model import NotInspected, Span
from tests.server.console.decisions.conftest import (
    HOSTILE,
    MINUTE,
    Filled,
    damage,
    decision,
    finding,
    look,
    sheet,
    various,
)

HOME = "/console/decisions"


def test_a_row_says_rule_goal_model_time_and_place(growing: Filled) -> None:
    made = decision(
        growing.now - 2 * MINUTE, rules=("CSL-49", "PSA-82"), account="user-42", not_inspected=(NotInspected("a", "gateway", "x"),)
    )
    with growing.console.site.service.sequencer._lock:  # the sequencer of the running site has to wait
        growing.add(made)
        text = sheet(growing.console.as_("lead").get(HOME)).text
    for piece in (
        "Refused",
        "Cybersecurity Law, Art. 49",
        "+1",
        "qwen3",
        "the gateway",
        "user-42",
        "12.5 ms",
        "Pending",
        "2 minutes ago",
        "Gap",
    ):
        assert piece in text, piece
    growing.settle()
    page = growing.console.as_("lead").get(HOME)
    assert "Pending" not in page.text
    assert f"#{growing.console.site.service.store.decision(made.id).seq + 1:,}" in page.text


def test_evidence_is_for_roles_that_read_texts_and_sensitive_evidence_is_folded(growing: Filled) -> None:
    plain = decision(growing.now - MINUTE)
    sensitive = decision(
        growing.now, findings=(finding(problem_types=(13,), excerpt="不宜直接显示的话", spans=(Span(0, 2),), evidence=("不宜",)),)
    )
    growing.add(plain, sensitive)
    site = growing.console.site
    lead, admin = growing.console.as_("lead"), growing.console.as_("admin")
    answer = lead.get(HOME)
    assert "<mark>刷单</mark>" in answer.text
    assert "不宜" not in answer.text
    assert "it may be hard to look at" in answer.text
    for text in ("刷单", "不宜"):
        assert text not in admin.get(HOME).text
    assert "your role does not read texts" in admin.get(HOME).text
    assert site.service.store.audit.events(kind="decision.opened") == []

    assert lead.user is not None
    site.service.store.users.set_preferences(lead.user.id, {"fold": "none"})
    assert "<mark>不宜</mark>直接显示的话" in lead.get(HOME).text
    (event,) = site.service.store.audit.events(kind="decision.opened")
    assert event.actor == lead.user.id
    assert event.detail == {"decisions": [sensitive.id]}
    site.service.store.users.set_preferences(lead.user.id, {"fold": "all"})
    assert "刷单" not in lead.get(HOME).text


def test_who_may_not_read_texts_may_not_look_for_one(filled: Filled) -> None:
    admin = filled.console.as_("admin")
    for path in (HOME, f"{HOME}/more", f"{HOME}/news"):
        answer = admin.get(f"{path}?text=gold_bars&than=0")
        assert answer.status_code in (400, 404)
        assert sheet(answer).ids == []
    assert "BL-ACCESS-041" in admin.get(f"{HOME}?text=gold_bars").text
    assert sheet(admin.get(HOME)).field("text") is None


def test_the_line_shows_where_the_text_was_found(growing: Filled) -> None:
    long = "开头" + "很长的前文" * 60 + "要找的话" + "后文" * 40
    growing.add(decision(growing.now, findings=(finding(excerpt=long, spans=(Span(0, 2),), evidence=("开头",)),)))
    assert "要找的话" in sheet(growing.console.as_("lead").get(f"{HOME}?text=要找的话")).text.split("Decisions, newest first")[1]


def test_an_erased_decision_keeps_its_row_and_loses_its_words(growing: Filled) -> None:
    made = decision(growing.now, account="user-9", texts={"a": "整段话"})
    growing.add(made)
    growing.settle()
    lead = growing.console.as_("lead")
    assert sheet(lead.get(f"{HOME}?text=刷单")).ids == [made.id]
    growing.console.site.service.store.erase_payload(made.id)
    answer = lead.get(HOME)
    assert sheet(answer).ids == [made.id]
    assert "The texts were erased" in answer.text
    for gone in ("刷单", "user-9", "整段话"):
        assert gone not in answer.text
    assert sheet(lead.get(f"{HOME}?text=刷单")).ids == []
    assert sheet(lead.get(f"{HOME}?account=user-9")).ids == []


def test_no_name_becomes_markup(growing: Filled) -> None:
    evil = [
        decision(
            growing.now + number,
            account=name,
            api_key="k",
            request={"model": name, "endpoint": name, "ms": {"total": name}},
            rules=(name,),
            not_inspected=(NotInspected(name, name, name),),
            findings=(finding(goal=name, part=name, excerpt=f"{name}…", evidence=(name,), spans=(Span(0, len(name)),), problem_types=()),),
        )
        for number, name in enumerate(HOSTILE)
    ]
    growing.add(*evil)
    for lang in ("en", "zh"):
        for query in ("", urlencode({"text": "<script>alert(1)</script>"}), urlencode({"account": HOSTILE[1], "model": HOSTILE[1]})):
            page = look(growing.console.as_("lead", lang), f"{HOME}?{query}" if query else HOME)
            assert page.ids
            tags = [tag for tag, _ in page.tags]
            assert "img" not in tags[tags.index("main") :]
            assert [attributes for tag, attributes in page.tags if tag == "script" and not attributes.get("src")] == []
            assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
            assert len([tag for tag in tags if tag == "h1"]) == 1
            assert "49" not in page.text.split(), "nothing in a name is worked out"
    for query in (
        {"goal": HOSTILE[0]},
        {"type": HOSTILE[1]},
        {"rule": HOSTILE[5]},
        {HOSTILE[0]: "1"},
        {"since": HOSTILE[2]},
        {"key": HOSTILE[3]},
    ):
        page = sheet(growing.console.as_("lead").get(f"{HOME}?{urlencode(query)}"))
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
        assert [attributes for tag, attributes in page.tags if tag == "script" and not attributes.get("src")] == []


def test_a_row_that_cannot_be_read_says_so_and_the_others_are_there(growing: Filled) -> None:
    growing.add(*various(120, growing.now - MINUTE, seed=3))
    bad = growing.made[70]
    damage(growing.console, bad.id, b'{"x":1}')
    lead = growing.console.as_("lead")
    first, second = (sheet(lead.get(each)) for each in (HOME, str(sheet(lead.get(HOME)).link(data_page="]"))))
    assert first.ids + second.ids == [each.id for each in growing.made[:100]]
    assert "This decision cannot be read" in second.text
    assert "This decision cannot be read" not in first.text
    back = look(lead, str(second.link(data_page="[")))
    assert back.ids == first.ids
    beside = lead.get(f"{HOME}/{growing.made[69].id}")
    assert beside.status_code == 200
    assert f"{HOME}/{bad.id}" in beside.text
    assert f"{HOME}/{bad.id}" in lead.get("/console/palette", htmx=True, q=bad.id).text
    assert lead.get("/console").status_code == 200


def test_a_new_row_that_cannot_be_read_arrives_like_another(growing: Filled) -> None:
    than = growing.console.site.service.store.tail()
    growing.add(*various(3, growing.now, seed=4))
    growing.settle()
    damage(growing.console, growing.made[1].id, b"[]")
    news = growing.console.as_("lead").get(f"{HOME}/news", htmx=True, than=str(than))
    assert sheet(news).ids == [each.id for each in growing.made]


def test_the_page_of_a_row_that_cannot_be_read_says_what_to_do(growing: Filled) -> None:
    growing.add(decision(growing.now))
    damage(growing.console, growing.made[0].id)
    answer = growing.console.as_("lead").get(f"{HOME}/{growing.made[0].id}")
    assert answer.status_code == 503
    assert "BL-STORE-007" in answer.text
    assert "cannot be read" in answer.text
    assert "record anything" not in answer.text


def test_the_number_of_rows_that_are_left_is_bounded(growing: Filled) -> None:
    growing.add(*various(60, growing.now, seed=6))
    for left in ("0001999999999", "9" * 5_000, "0", "-1"):
        answer = growing.console.as_("lead").get(f"{HOME}/more", htmx=True, left=left)
        assert len(sheet(answer).ids) == 50
