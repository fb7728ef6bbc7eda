"""The first page of training data, and the page of one inspection."""

from __future__ import annotations

from brightline.store import CorpusRuns, CorpusSchedules
from tests.server.console.conftest import Console
from tests.server.console.corpus.making import make_run


def test_an_empty_room_says_how_to_begin(console: Console) -> None:
    page = console.as_("lead").get("/console/corpus").text
    assert "No corpus was inspected yet." in page
    assert "brightline corpus inspect" in page


def test_a_run_is_listed_with_its_state_and_its_page_has_what_it_counted(console: Console) -> None:
    run = make_run(console.site.service.store, "counted")
    page = console.as_("auditor").get("/console/corpus").text
    assert f"/console/corpus/runs/{run.id}" in page
    assert "Finished" in page
    assert "96.7%" in page
    assert "Kept or redacted" in page
    one = console.as_("auditor").get(f"/console/corpus/runs/{run.id}").text
    assert "1,200" in one
    assert "the worker was killed" in one
    assert "not_json" in one
    assert "rights" not in one.partition("Annotate</h2>")[2].partition("</section>")[0], "what looked at everything is not listed"
    assert "data-live" not in one.partition("<main")[2].partition("</main")[0]


def test_what_a_stage_says_of_itself_is_told_in_words(console: Console) -> None:
    store = console.site.service.store
    runs = CorpusRuns(store.database)
    run = runs.begin(corpus="worded", workspace="/worded", versions={}, plan={}, made_by="command line")
    runs.note(run.id, "emit", {"style": "placeholder", "shards_redone": 3})
    page = console.as_("auditor").get(f"/console/corpus/runs/{run.id}").text
    for words in ("by a word for what stood there", "Shards worked on in the last pass", "the command line"):
        assert words in page


def test_a_run_at_work_renews_itself_and_an_interrupted_one_says_how_to_go_on(console: Console) -> None:
    store = console.site.service.store
    running = make_run(store, "at-work", workspace="/elsewhere", status="running")
    assert f'data-live="/console/corpus/runs/{running.id}/part"' in console.as_("lead").get(f"/console/corpus/runs/{running.id}").text
    part = console.as_("lead").get("/console/corpus/part", htmx=True).text
    assert "<html" not in part
    assert "at-work" in part
    stopped = make_run(store, "stopped", workspace="/third", status="interrupted")
    assert f"brightline corpus resume {stopped.id}" in console.as_("lead").get(f"/console/corpus/runs/{stopped.id}").text


def test_a_run_of_another_tenant_is_not_there(console: Console) -> None:
    assert console.as_("lead").get("/console/corpus/runs/019aaaaa-0000-7000-8000-000000000000").status_code == 404


def test_what_is_overdue_is_said_in_the_room_and_on_the_overview(console: Console) -> None:
    store = console.site.service.store
    schedules = CorpusSchedules(store.database)
    schedules.set("forgotten", 1, by="test")
    schedules.inspected("forgotten", {"code": "1"}, run="", at=1)
    assert "forgotten" in console.as_("lead").get("/console/corpus").text
    assert "the interval is over" in console.as_("lead").get("/console/corpus").text
    assert "due for inspection: 1" in console.as_("lead").get("/console").text
    schedules.remove("forgotten", by="test")
    assert "forgotten" not in console.as_("lead").get("/console/corpus").text
