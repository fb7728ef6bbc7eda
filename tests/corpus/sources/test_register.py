from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from brightline.corpus.errors import CorpusError, NotRegistered
from brightline.corpus.sources import (
    COMPLAINT_KINDS,
    Complaint,
    Licence,
    Register,
    Source,
    Targets,
    Withdrawn,
    check_rows,
    decide_complaint,
    dump_sources,
    receive_complaint,
)
from brightline.errors import InputError, NotFound
from brightline.store import CorpusComplaints, Store

WIKI = Source("wiki", "维基", "open_data", licence=Licence("CC-BY-SA-4.0"))
DOC = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('register') / 'brightline.db'}")
    yield store
    store.close()


@pytest.fixture
def tenant(request: pytest.FixtureRequest) -> str:
    """A tenant of its own for each test, in one database."""
    return str(request.node.name)


@pytest.fixture
def register(opened: Store, tenant: str) -> Register:
    return Register(opened.database, tenant=tenant)


def complain(store: Store, tenant: str, **said: object) -> Complaint:
    given = {"kind": "copyright", "what": "这是我的小说", "contact": "author@example.org"} | said
    return receive_complaint(store.database, tenant=tenant, **given)  # type: ignore[arg-type]


def test_a_source_is_registered_approved_and_suspended(register: Register) -> None:
    assert register.save(WIKI, by="ada", revision=0).revision == 1
    assert register.set_status("wiki", "approved", reason="checked", by="bob").revision == 2
    assert register.set_status("wiki", "suspended", reason="complaint", by="bob").source.status == "suspended"
    assert [row.source.status for row in register.revisions("wiki")] == ["suspended", "approved", "proposed"]
    assert [row.made_by for row in register.revisions("wiki")] == ["bob", "bob", "ada"]
    assert [row.source.id for row in register.all(status="suspended")] == ["wiki"]


def test_what_is_forbidden_is_not_approved(register: Register) -> None:
    register.save(Source("nc", "NC", "open_data", licence=Licence("CC-BY-NC-4.0")), by="ada")
    with pytest.raises(CorpusError, match=r"BL-CORPUS-042.*commercial"):
        register.set_status("nc", "approved", reason="please", by="ada")
    with pytest.raises(CorpusError, match="BL-CORPUS-042"):
        register.save(Source("bare", "B", "open_data", "approved"), by="ada")
    assert [row.source.status for row in register.all()] == ["proposed"]


def test_a_change_of_status_has_a_reason(register: Register) -> None:
    register.save(WIKI, by="ada")
    for status, reason in (("approved", "  "), ("excellent", "why not")):
        with pytest.raises(CorpusError, match="BL-CORPUS-042"):
            register.set_status("wiki", status, reason=reason, by="ada")


def test_who_is_not_registered_is_told(register: Register) -> None:
    for step in (register.get, register.revisions, lambda name: register.set_status(name, "retired", reason="x", by="ada")):
        with pytest.raises(NotRegistered, match="BL-CORPUS-040"):
            step("nobody")
    with pytest.raises(InputError, match="BL-CORPUS-043"):
        register.save(WIKI, by="ada", revision=3)


def test_a_file_is_taken_over_and_says_what_it_did(register: Register, tmp_path: Path) -> None:
    other = Source("own", "Own", "own")
    register.save(WIKI, by="ada")
    path = tmp_path / "sources.yaml"
    path.write_text(dump_sources([WIKI, other]), encoding="utf-8")
    assert register.import_file(path, "ada") == (("own",), (), ("wiki",))
    assert register.import_sources([Source("own", "Own data", "own")], by="ada").changed == ("own",)
    assert {row.source.id for row in register.all()} == {"wiki", "own"}


def test_an_old_file_brings_no_suspended_source_back(register: Register) -> None:
    register.save(WIKI, by="ada")
    register.set_status("wiki", "approved", reason="checked", by="bob")
    file = [row.source for row in register.all()]
    register.set_status("wiki", "suspended", reason="complaint", by="bob")
    assert register.import_sources(file, by="ada").unchanged == ("wiki",)
    assert register.import_sources([WIKI], by="ada").unchanged == ("wiki",)
    assert register.get("wiki").source.status == "suspended"


class Meanwhile(list[Source]):
    """A file during whose reading somebody suspends its first source."""

    def __init__(self, sources: list[Source], register: Register) -> None:
        super().__init__(sources)
        self._register = register

    def __iter__(self) -> Iterator[Source]:
        self._register.set_status("wiki", "suspended", reason="complaint", by="bob")
        return super().__iter__()


def test_a_source_suspended_while_a_file_is_read_stays_suspended(register: Register) -> None:
    register.save(WIKI, by="ada")
    register.set_status("wiki", "approved", reason="checked", by="bob")
    with pytest.raises(InputError, match="BL-CORPUS-043"):
        register.import_sources(Meanwhile([WIKI], register), by="ada")
    assert register.get("wiki").source.status == "suspended"


def test_rows_are_counted_against_the_register_and_never_guessed(register: Register) -> None:
    register.save(WIKI, by="ada")
    check = check_rows({"wiki": 90, "wikipedia": 7, None: 2, "": 1, "none": 0}, register.all())
    assert (check.registered, check.unregistered, check.unnamed) == ({"wiki": 90}, {"wikipedia": 7}, 3)
    assert check.covered == 0.9
    assert check_rows({}, ["wiki"]).covered == 1.0


def test_a_complaint_is_received_and_due_in_time(opened: Store, tenant: str) -> None:
    made = complain(opened, tenant, source="wiki", doc_ids=[DOC, DOC], urls=["https://a.example/novel/*"], pattern="第.章")
    assert made.due_at - made.made_at == 15 * 86_400_000_000
    assert made.targets == Targets((DOC,), ("https://a.example/novel/*",), "第.章")
    assert (made.status, made.risk, made.received_by) == ("open", "A.3-a", "public")
    assert Complaint.of(CorpusComplaints(opened.database).get(made.id, tenant=tenant)) == made


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "boredom"}, "045"),
        ({"what": " "}, "045"),
        ({"what": "x" * 5_001}, "045"),
        ({"contact": ""}, "045"),
        ({"evidence": "x" * 501}, "045"),
        ({"doc_ids": ["no id"]}, "047"),
        ({"doc_ids": [DOC] * 1_001}, "047"),
        ({"urls": ["https://*"]}, "047"),
        ({"urls": ["*"]}, "047"),
        ({"urls": ["https://www.*"]}, "047"),  # whose?
        ({"urls": ["https://site.exam*"]}, "047"),
        ({"urls": ["https://*.example/novel"]}, "047"),
        ({"urls": ["novels.example/one"]}, "047"),
        ({"urls": ["https://a.example/" + "x" * 2_000]}, "047"),
        ({"pattern": "."}, "047"),
        ({"pattern": "的"}, "047"),
        ({"pattern": r"\w|\s"}, "047"),
        ({"pattern": "("}, "047"),
        ({"pattern": "a*"}, "047"),
        ({"pattern": "x" * 501}, "047"),
    ],
)
def test_what_cannot_be_a_complaint_is_refused(opened: Store, tenant: str, said: dict[str, object], code: str) -> None:
    with pytest.raises(CorpusError, match=f"BL-CORPUS-{code}"):
        complain(opened, tenant, **said)
    assert CorpusComplaints(opened.database).counts(tenant=tenant) == {}


def test_an_upheld_complaint_takes_its_documents_out(opened: Store, tenant: str) -> None:
    made = complain(opened, tenant, doc_ids=[DOC])
    assert not Withdrawn.load(opened.database, tenant=tenant)  # nobody has decided yet
    targets = Targets((DOC,), ("https://a.example/novel/*", "https://b.example/one"), r"第[一二三]章\s+我的小说")
    decided = decide_complaint(
        opened.database, made.id, uphold=True, remedy="drop_documents", reason="真的", by="bob", targets=targets, tenant=tenant
    )
    assert (decided.status, decided.closed_by, decided.remedy) == ("upheld", "bob", "drop_documents")
    withdrawn = Withdrawn.load(opened.database, tenant=tenant)
    for travelled in (withdrawn, pickle.loads(pickle.dumps(withdrawn))):  # noqa: S301 - as it travels to a worker
        assert travelled.needs_text
        assert travelled.complaint_about(doc_id=DOC) == made.id
        assert travelled.complaint_about(doc_id="f" * 32, url="https://a.example/novel/7") == made.id
        assert travelled.complaint_about(doc_id="f" * 32, url="https://b.example/one") == made.id
        assert travelled.complaint_about(doc_id="f" * 32, url="https://b.example/one/2", text="别的小说") == ""
        assert travelled.complaint_about(doc_id="f" * 32, text="…第二章 我的小说…") == made.id


def test_an_upheld_complaint_suspends_its_source(opened: Store, tenant: str, register: Register) -> None:
    register.save(WIKI, by="ada")
    made = complain(opened, tenant, source="wiki")
    decide_complaint(opened.database, made.id, uphold=True, remedy="suspend_source", reason="true", by="bob", tenant=tenant)
    assert register.get("wiki").source.status == "suspended"
    assert not Withdrawn.load(opened.database, tenant=tenant)


def test_an_upheld_complaint_lets_no_blacklisted_source_off(opened: Store, tenant: str, register: Register) -> None:
    register.save(WIKI, by="ada")
    register.set_status("wiki", "blacklisted", reason="more than 5 %", by="ada")
    made = complain(opened, tenant, source="wiki")
    decided = decide_complaint(opened.database, made.id, uphold=True, remedy="suspend_source", reason="true", by="bob", tenant=tenant)
    assert (decided.status, register.get("wiki").source.status) == ("upheld", "blacklisted")


def test_a_rejected_complaint_changes_nothing(opened: Store, tenant: str, register: Register) -> None:
    register.save(WIKI, by="ada")
    made = complain(opened, tenant, source="wiki", doc_ids=[DOC])
    decided = decide_complaint(
        opened.database, made.id, uphold=False, remedy="suspend_source", reason="not theirs", by="bob", tenant=tenant
    )
    assert (decided.status, decided.remedy) == ("rejected", "none")
    assert register.get("wiki").source.status == "proposed"
    assert not Withdrawn.load(opened.database, tenant=tenant)


def test_who_took_a_complaint_in_does_not_decide_on_it(opened: Store, tenant: str) -> None:
    made = complain(opened, tenant, by="ada", doc_ids=[DOC])
    with pytest.raises(CorpusError, match="BL-CORPUS-046"):
        decide_complaint(opened.database, made.id, uphold=False, reason="no", by="ada", tenant=tenant)
    decide_complaint(opened.database, made.id, uphold=False, reason="no", by="bob", tenant=tenant)
    with pytest.raises(InputError, match="BL-CORPUS-046"):
        decide_complaint(opened.database, made.id, uphold=True, remedy="drop_documents", reason="yes", by="cid", tenant=tenant)


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        ({"uphold": True, "remedy": "none", "reason": "yes"}, "046"),
        ({"uphold": True, "remedy": "drop_documents", "reason": "yes"}, "046"),  # which?
        ({"uphold": False, "reason": "  "}, "046"),
        ({"uphold": True, "remedy": "suspend_source", "reason": "yes"}, "040"),  # of which source?
    ],
)
def test_a_decision_has_a_reason_and_an_object(opened: Store, tenant: str, decision: dict[str, object], code: str) -> None:
    made = complain(opened, tenant)
    with pytest.raises(CorpusError, match=f"BL-CORPUS-{code}"):
        decide_complaint(opened.database, made.id, by="bob", tenant=tenant, **decision)  # type: ignore[arg-type]
    assert CorpusComplaints(opened.database).counts(tenant=tenant) == {"open": 1}


def test_an_unknown_complaint_is_told(opened: Store, tenant: str) -> None:
    with pytest.raises(NotFound, match="BL-CORPUS-044"):
        decide_complaint(opened.database, "nothing", uphold=False, reason="x", by="bob", tenant=tenant)


def test_every_kind_of_complaint_names_a_risk_of_the_standard() -> None:
    assert [kind for kind, risk in COMPLAINT_KINDS.items() if not risk] == ["other"]
