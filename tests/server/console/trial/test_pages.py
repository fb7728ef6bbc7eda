"""The page, over HTTP: by button and while typing, who may, how often, and that nothing is kept."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import TYPE_CHECKING

import pytest

from brightline.server.console.trial import bench, judging
from tests.server.face.site import REFUSED

if TYPE_CHECKING:
    from conftest import Console, Person

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>百家乐推广，加微信上分，开户送彩金"


def stored(console: Console) -> int:
    return sum(console.site.service.store.counts().values())


def events(console: Console, kind: str) -> list[object]:
    return list(console.site.service.store.audit.events(kind=kind, limit=1000))


def test_a_text_is_judged_by_the_button(console: Console) -> None:
    answer = console.as_("reviewer").post("/console/try", {"text": REFUSED, "side": "prompt"})
    assert answer.status_code == 200
    for said in (
        "<html",
        "Refused",
        "Public Security Administration Punishments Law, Art. 82",
        "gambling.promotion",
        "Nearly found",
        "µs of processor time",
    ):
        assert said in answer.text
    assert 'data-n="1' in answer.text


def test_a_fragment_is_what_a_script_gets(console: Console) -> None:
    answer = console.as_("reviewer").post("/console/try", {"text": REFUSED}, htmx=True)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'data-verdict="Refused"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("query", ["", "?sample=help", "?sample=advertisement", "?sample=disguised", "?goal=gambling.promotion&example=1", "?goal=gambling.promotion&twin=0", "?goal=nope&example=9", "?sample=nope", "?example=%C2%B2"])  # fmt: skip
def test_samples_and_examples_are_named_by_the_address_and_no_text_is(console: Console, query: str, lang: str) -> None:
    answer = console.as_("rule_author", lang).get(f"/console/try{query}")
    assert answer.status_code == 200
    if lang == "zh":
        ours = re.sub(
            r"<(code|blockquote|option|optgroup|script|style|title)\b.*?</\1>|<span class=\"(id|slot-name)[^>]*>.*?</span>|<[^>]+>",
            "\n",
            answer.text,
            flags=re.DOTALL,
        )
        lines = [line.strip() for line in ours.split("\n")]
        assert [line for line in lines if re.search(r"[A-Za-z]{2,} [a-z]{2,}", line) and not re.search(r"[\u4e00-\u9fff]", line)] == []


def test_the_ordinary_sample_passes_and_the_advertisement_does_not(console: Console) -> None:
    person = console.as_("reviewer")
    assert 'data-verdict="Allowed"' in person.get("/console/try?sample=help").text
    assert 'data-verdict="Refused"' in person.get("/console/try?sample=advertisement").text
    disguised = person.get("/console/try?sample=disguised").text
    assert 'data-verdict="Blocked"' in disguised
    assert "Skip lane" in disguised


def test_a_text_in_the_address_is_not_taken(console: Console) -> None:
    assert "百家乐" not in console.as_("reviewer").get("/console/try?text=百家乐").text


def test_nothing_is_recorded_or_logged_of_a_trial(console: Console, capfd: pytest.CaptureFixture[str]) -> None:
    person = console.as_("reviewer")
    before, logged = stored(console), len(events(console, "rule.example"))
    person.post("/console/try", {"text": REFUSED + "独特标记"})
    assert stored(console) == before
    assert len(events(console, "rule.example")) == logged
    said = capfd.readouterr()
    assert "独特标记" not in said.out + said.err


def test_a_hostile_text_stays_text(console: Console) -> None:
    for htmx in (True, False):
        html = console.as_("rule_author").post("/console/try", {"text": EVIL, "side": "post"}, htmx=htmx).text
        assert "<img src=x" not in html
        assert "<script>alert" not in html
        assert "&lt;img src=x" in html


def test_what_is_shown_as_evidence_is_the_raw_text(console: Console) -> None:
    text = "👨\u200d👩\u200d👧 𝐛e\u0301 百\u200b家*乐，开\u200b户送彩金"
    html = console.as_("reviewer").post("/console/try", {"text": text, "side": "post"}, htmx=True).text
    quoted = re.search(r'<blockquote class="said tall"[^>]*>(.*?)</blockquote>', html, re.DOTALL)
    assert quoted
    assert unescape(re.sub(r"<[^>]+>", "", quoted[1])) == text
    marked = {unescape(one) for one in re.findall(r"<mark[^>]*>(.*?)</mark>", quoted[1])}
    assert "百\u200b家*乐" in marked


@pytest.mark.parametrize("text", ["", "   \n ", "\x00", "a" * 10_000, "\ufeff", "🐔" * 5_000])
def test_any_text_is_answered(console: Console, text: str) -> None:
    assert console.as_("reviewer").post("/console/try", {"text": text}, htmx=True).status_code == 200


def test_too_long_a_text_is_refused_in_words_and_stays_in_its_field(console: Console) -> None:
    answer = console.as_("reviewer").post("/console/try", {"text": "长" * 10_001})
    assert answer.status_code == 413
    assert "longer than 10,000 characters" in answer.text
    assert answer.text.count("长") == 10_001


def test_every_setting_is_told_and_the_chosen_one_marked(console: Console) -> None:
    html = (
        console.as_("reviewer")
        .post("/console/try", {"text": REFUSED, "side": "listing", "strictness": "strict", "age_band": "minor"}, htmx=True)
        .text
    )
    table = html.partition('<table class="data keyed outcomes">')[2].partition("</table>")[0]
    assert table.count('<span class="outcome ') == 36
    assert table.count('class="is-now"') == 1


def test_the_law_of_another_day_may_be_asked_for(console: Console) -> None:
    person = console.as_("reviewer")
    today = person.post("/console/try", {"text": REFUSED, "on": "2026-11-22"}, htmx=True).text
    before = person.post("/console/try", {"text": REFUSED, "on": "2005-01-01"}, htmx=True).text
    assert 'data-verdict="Refused"' in today
    assert 'data-verdict="Refused"' not in before or "PSA-82" not in before.partition("</section>")[0]


def test_who_may_try_and_who_may_make_examples(console: Console) -> None:
    assert console.as_("auditor").get("/console/try").status_code == 403
    assert console.as_("reviewer").post("/console/try/example", {"text": "a", "goal": "gambling.promotion"}).status_code == 403
    assert "Make an example" not in console.as_("reviewer").get("/console/try").text
    assert "Make an example" in console.as_("rule_author").get("/console/try").text


def test_an_example_goes_on_record_without_its_text(console: Console) -> None:
    before = len(events(console, "rule.example"))
    answer = console.as_("rule_author").post(
        "/console/try/example", {"text": "独特标记 百家乐注册送彩金", "side": "post", "goal": "gambling.promotion", "must": "hit"}
    )
    assert answer.status_code == 200
    assert "It holds." in answer.text
    assert "add under `examples:`" in answer.text
    assert "ships with Brightline" in answer.text
    (event, *_) = console.site.service.store.audit.events(kind="rule.example", limit=1)
    assert len(events(console, "rule.example")) == before + 1
    assert event.subject == "gambling.promotion"
    assert event.actor == console.as_("rule_author").user.id  # type: ignore[union-attr]
    assert event.detail == {"must": "hit", "side": "post", "holds": True, "characters": 13}


def test_an_example_that_does_not_hold_says_so(console: Console) -> None:
    answer = console.as_("lead").post(
        "/console/try/example", {"text": "今天天气很好", "side": "post", "goal": "gambling.promotion", "must": "hit"}, htmx=True
    )
    assert "It does not hold yet." in answer.text
    assert "<html" not in answer.text


def test_an_example_comes_as_a_file(console: Console) -> None:
    answer = console.as_("lead").post(
        "/console/try/example", {"text": '百家乐"注册送彩金', "side": "post", "goal": "gambling.promotion", "must": "pass", "as": "file"}
    )
    assert answer.headers["content-disposition"] == 'attachment; filename="gambling.promotion-twins.yaml"'
    assert answer.headers["content-type"].startswith("application/yaml")
    assert '- {text: "百家乐\\"注册送彩金", side: post}' in answer.text


@pytest.mark.parametrize(
    "form",
    [{"text": "a", "goal": "nope"}, {"text": "", "goal": "gambling.promotion"}, {"text": "a" * 10_001, "goal": "gambling.promotion"}],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_an_example_of_nothing_is_refused_in_words(console: Console, form: dict[str, str], htmx: bool) -> None:
    answer = console.as_("lead").post("/console/try/example", form, htmx=htmx)
    assert answer.status_code in (400, 413)
    assert "BL-INPUT-" in answer.text


def test_too_many_in_a_minute_is_said_kindly(console: Console) -> None:
    person = console.new("reviewer", "fast-typist")

    def one(_: int) -> int:
        return person.post("/console/try", {"text": "快"}, htmx=True).status_code

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(one, range(bench.PER_MINUTE + 3)))
    assert answers.count(429) >= 1
    refused = person.post("/console/try", {"text": "独特"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "That was a lot in one minute" in refused.text
    assert "独特</textarea>" in refused.text
    assert console.as_("lead").post("/console/try", {"text": "好"}).status_code == 200, "others are not held up"


def test_one_runs_at_a_time_and_the_rest_of_the_service_goes_on(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock, gate = 0, 0, threading.Lock(), threading.Event()
    real = judging.try_text

    def counted(*given: object) -> object:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait(20)
        try:
            return real(*given)  # type: ignore[arg-type]
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(bench, "try_text", counted)
    people = [console.new("reviewer", f"typist-{number}") for number in range(3)]

    def ask(person: Person) -> int:
        return person.post("/console/try", {"text": "好"}, htmx=True).status_code

    with ThreadPoolExecutor(12) as threads:
        waiting = [threads.submit(ask, people[number % 3]) for number in range(12)]
        deadline = time.monotonic() + 20
        while running < bench.AT_A_TIME and time.monotonic() < deadline:
            console.as_("lead").get("/console/rulebook/PSA-82")
        assert console.as_("lead").get("/console/rulebook").status_code == 200, "the service answers while trials run"
        gate.set()
        answers = [one.result() for one in waiting]
    assert most == bench.AT_A_TIME
    assert set(answers) <= {200, 429}
    assert answers.count(200) >= bench.AT_A_TIME
