"""How sources stand when documents are decided on, and the operator's own policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from brightline.corpus.sampling import Answer, Desk
from brightline.corpus.sources import Source, checked_sources, source_verdict
from brightline.corpus.sources.register import Register
from brightline.curation import stages
from brightline.curation.plan import RunPlan
from brightline.curation.runs import Curation
from brightline.curation.samples import draw_sample
from brightline.curation.standings import standing
from tests.curation.town import KERNELS

TODAY = date(2026, 11, 23)
OWN = {"id": "town-news", "name": "n", "kind": "own", "status": "approved"}
POLICY = """
- rule: source.unnamed
  outcome: drop
  grounds: [SEC-D4]
  reason: {zh: "没有来源（{rules}）", en: "no source ({rules})"}

- rule: source.unregistered
  outcome: keep
  grounds: [SEC-D4]
  reason: {zh: "没有登记（{rules}）", en: "not registered ({rules})"}
"""


def test_ones_own_work_is_licensed_and_what_expired_is_not() -> None:
    assert standing(Source.from_document(OWN), None, TODAY).licensed
    bought = {
        **OWN,
        "kind": "purchase",
        "contract": {"number": "1", "counterparty": "c", "valid_until": "2026-01-01", "permits_training": True},
    }

    found = standing(Source.from_document(bought), None, TODAY)

    assert not found.licensed
    assert "contract_expired" in found.objections


def test_only_a_proof_puts_a_source_over_the_limit() -> None:
    source = Source.from_document(OWN)

    assert standing(source, source_verdict(200, 16), TODAY).over_limit
    assert not standing(source, source_verdict(200, 12), TODAY).over_limit


def test_the_newest_closed_check_of_a_source_counts(curation: Curation, town: Path) -> None:
    run = curation.begin(RunPlan("town", (str(town),), "", kernels=("exact",), workers=-1), by="tests")
    with run.working("tests"):
        stages.annotate(run)
    sample = draw_sample(run, "source", by="tests")
    assert checked_sources(curation.store.database, "town") == {}

    desk = Desk(curation.store.database, staffing="off", key_hex=curation.key.sampling)
    for person in ("eva", "adam"):
        while (task := desk.next_for(sample.id, person)) is not None:
            desk.answer(sample.id, task.item.position, person, Answer("fail" if task.item.source == "town-news" else "pass"))
    desk.close(sample.id, "tests")

    checked = checked_sources(curation.store.database, "town")
    assert (checked["town-news"].verdict.verdict, checked["street-forum"].verdict.bad) == ("blacklisted", 0)

    again = draw_sample(run, "source", by="tests")
    desk.close(again.id, "tests", partial=True)  # nobody answered anything
    assert checked_sources(curation.store.database, "town") == checked_sources(curation.store.database) == checked


def test_an_operators_policy_is_kept_with_the_run(curation: Curation, town: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY, "utf-8")
    run = curation.begin(RunPlan("town", (str(town),), "", kernels=KERNELS, workers=-1), by="tests")
    with run.working("tests"):
        stages.annotate(run)
        stages.cluster(run)
        shipped = stages.decide(run)
        own = stages.decide(run, policy=policy)
        policy.unlink()
        again = stages.decide(run)

    assert shipped["quarantine"] >= 1
    assert (own["quarantine"], own["keep"]) == (0, 3)
    assert again["policy"] == own["policy"] != shipped["policy"]
    assert (shipped["policy_by"], own["policy_by"], again["policy_by"]) == ("shipped", "operator", "operator")
    assert again["shards_redone"] == 0

    later = curation.begin(run.plan, by="tests")
    with later.working("tests"):
        stages.annotate(later)
        stages.cluster(later)
        unnoticed = stages.decide(later)
        back = stages.decide(later, shipped=True)
    assert (unnoticed["policy_by"], unnoticed["policy_since"]) == ("operator", own["policy_since"])
    assert (back["policy"], back["policy_by"], back["quarantine"]) == (shipped["policy"], "shipped", shipped["quarantine"])


def test_sources_of_the_example_are_usable(curation: Curation) -> None:
    from brightline.corpus.sources import parse_sources
    from brightline.curation.example import SOURCES_YAML

    register = Register(curation.store.database)
    register.import_sources(parse_sources(SOURCES_YAML.encode(), "sources.yaml"), by="tests")

    assert {row.source.id for row in register.all() if row.source.status == "approved"} >= {"town-news", "street-forum"}
