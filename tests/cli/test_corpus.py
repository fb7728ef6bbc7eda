"""``brightline corpus``: a small corpus from its register to its report, and every command's errors, in a home of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from brightline.cli.corpus.sampling import visible
from tests.cli.shell import Ran, Shell
from tests.curation.town import KERNELS, write_town

SOURCES = """
- {id: town-news, name: 小城新闻, kind: own, status: approved, personal: {basis: none}}
- {id: street-forum, name: 街坊论坛, kind: own, status: approved, personal: {basis: none}}
"""
QUICK = ",".join(KERNELS)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return write_town(tmp_path / "town")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def inspected(shell: Shell, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the town, its register, its home and a run that inspected it: made once, and put back as it was for each test."""
    place, kept = shelf / "place", shelf / "kept"
    shutil.rmtree(place, ignore_errors=True)
    if kept.exists():
        shutil.copytree(kept, place)
    place.mkdir(exist_ok=True)
    monkeypatch.chdir(place)
    monkeypatch.setenv("BRIGHTLINE_HOME", str(place / "home"))
    if not kept.exists():
        (place / "sources.yaml").write_text(SOURCES, "utf-8")
        shell("corpus", "register", "sources.yaml")
        assert _inspect(shell, write_town(place / "town")).status == 0
        shutil.copytree(place, kept)
    return place


def _inspect(shell: Shell, town: Path, kernels: str = QUICK) -> Ran:
    return shell("corpus", "inspect", town, "--name", "town", "--kernels", kernels, "--workers", "1", "--json")


def test_a_corpus_goes_from_its_register_to_a_signed_report(shell: Shell, town: Path, tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES, "utf-8")
    assert shell("corpus", "register", "sources.yaml", "--json").documents == [
        {"added": ["town-news", "street-forum"], "changed": [], "unchanged": []}
    ]

    inspected = _inspect(shell, town, f"{QUICK},personal")
    assert inspected.status == 0, inspected.err
    (document,) = inspected.documents
    figures: Any = document["figures"]
    assert (figures["annotate"]["documents"], figures["annotate"]["rejects"], figures["cluster"]["clusters"]) == (6, 1, 1)

    (decided,) = shell("corpus", "decide", "town", "--json").documents
    assert "it cannot be met: 1 documents stand for the whole" in shell("corpus", "sample", "town", "--size", "1").out
    figures = decided["figures"]
    # Two copies go, the telephone number is covered, and the row without a source waits for somebody.
    assert {name: figures[name] for name in ("keep", "redact", "quarantine", "drop")} == {
        "keep": 2,
        "redact": 1,
        "quarantine": 1,
        "drop": 2,
    }

    (emitted,) = shell("corpus", "emit", "town", "--out", "clean-town", "--json").documents
    figures = emitted["figures"]
    assert (figures["documents"], figures["redacted"], figures["unproven"]) == (3, 1, 0)
    texts = [
        json.loads(line)["text"] for path in sorted((tmp_path / "clean-town" / "clean").iterdir()) for line in path.read_text().splitlines()
    ]
    assert len(texts) == 3
    assert not any("13812345678" in text for text in texts)
    assert any("[手机号" in text for text in texts)

    (reported,) = shell("corpus", "report", "town", "--json").documents
    folder = Path(str(reported["folder"]))
    assert {"report.json", "report.zh.html", "croissant.json", "ml-bom.json"} <= {path.name for path in folder.iterdir()}
    assert shell("corpus", "verify", folder / "report.json").status == 0
    (folder / "report.json").write_bytes((folder / "report.json").read_bytes() + b" ")
    assert shell("corpus", "verify", folder / "report.json").status == 1

    lineage = pq.read_table(tmp_path / "home" / "corpora" / "town" / "lineage" / "000000.parquet")
    assert lineage.column("line").to_pylist() == [1, 2, 3]


def test_decisions_are_contested_by_one_and_decided_by_another(shell: Shell, inspected: Path) -> None:
    shell("corpus", "decide", "town")
    table = pq.read_table(inspected / "home" / "corpora" / "town" / "decisions" / "000002.parquet").to_pylist()
    contested = table[0]["doc_id"]

    opened = shell("corpus", "appeal", "town", contested, "--reason", "it is my own text", "--as", "eva", "--json").documents[0]
    assert opened["document"]["contested"] == "quarantine" == table[0]["outcome"]
    appeal = str(opened["id"])
    same = shell("corpus", "appeal", "town", "--decide", appeal, "--restore", "--reason", "so be it", "--as", "eva")
    assert (same.status, "BL-CORPUS-065" in same.err) == (2, True)
    assert shell("corpus", "appeal", "town", "--decide", appeal, "--as", "adam").status == 2
    restored = shell("corpus", "appeal", "town", "--decide", appeal, "--restore", "--reason", "so be it", "--as", "adam")
    assert restored.status == 0, restored.err

    (decided,) = shell("corpus", "decide", "town", "--json").documents
    figures: Any = decided["figures"]
    assert (figures["quarantine"], figures["keep"]) == (0, 4)


def test_a_sample_is_drawn_reviewed_with_keys_closed_and_drawn_again(shell: Shell, inspected: Path, tmp_path: Path) -> None:
    (drawn,) = shell("corpus", "sample", "town", "--kind", "source", "--json").documents
    sample = str(drawn["sample"])
    assert [row["sample"] for row in shell("corpus", "review", "--json").documents] == [sample]
    assert str(sample) in shell("corpus", "review").out

    eva = shell("corpus", "review", sample, "--as", "eva", "--json", stdin=b"p\np\nb\np\nf 4 1 sold as news\np\np\np\np\nq\n")
    assert json.loads(eva.out.splitlines()[-1])["answered"] == 6
    adam = shell("corpus", "review", sample, "--as", "adam", stdin=b"p\n" * 6)
    assert "1 wait for a third person" in adam.out
    assert shell("corpus", "review", sample, "--close").status == 2

    third = shell("corpus", "review", sample, "--as", "zoe", "--adjudicate", stdin=b"p\n")
    assert "sold as news" in third.out
    closed = shell("corpus", "review", sample, "--close", "--json")
    assert closed.status == 0, closed.err
    (outcome,) = closed.documents
    assert (outcome["size"], outcome["failures"], outcome["undecided"]) == (6, 0, 0)

    sheet, pairs = tmp_path / "sheet.json", tmp_path / "pairs.tsv"
    sheet.write_text(shell("corpus", "sheet", sample).out, "utf-8")
    pairs.write_text(shell("corpus", "sheet", sample, "--population").out, "utf-8")
    assert "6 documents are drawn again" in shell("corpus", "verify", sheet).out
    assert shell("corpus", "verify", sheet, "--documents", pairs, "--json").documents == [{"drawn_again": True, "problems": []}]
    pairs.write_text(pairs.read_text("utf-8").partition("\n")[2], "utf-8")
    assert shell("corpus", "verify", sheet, "--documents", pairs).status == 1
    other = json.loads(sheet.read_text("utf-8"))
    other["sample"] = drawn["run"]
    sheet.write_text(json.dumps(other), "utf-8")
    told = shell("corpus", "verify", sheet)
    assert (told.status, "the ledger has no sample of these documents" in told.out) == (1, True)
    for name in ("plan", "sample", "documents_sha256", "commitment"):
        sheet.write_text(json.dumps({key: value for key, value in other.items() if key != name}), "utf-8")
        told = shell("corpus", "verify", sheet)
        assert (told.status, "BL-CORPUS-051" in told.err) == (2, True), name


def test_a_library_of_refutations_and_own_answers_are_looked_for(shell: Shell, tmp_path: Path) -> None:
    claim = "喝白酒可以杀死肺里的全部病毒，不用打疫苗"
    (tmp_path / "refuted.jsonl").write_text(
        json.dumps({"claim": claim, "refutation": "不能", "url": "https://piyao.example/1", "published_at": "2026-01-01"}) + "\n", "utf-8"
    )
    (tmp_path / "one.jsonl").write_text(json.dumps({"text": f"群里都在转：{claim}。大家快看。"}, ensure_ascii=False) + "\n", "utf-8")
    ran = shell(
        "corpus", "inspect", "one.jsonl", "--name", "one", "--kernels", "quality,generated", "--workers", "1",
        "--refutations", "refuted.jsonl", "--own-answers",
    )  # fmt: skip
    assert ran.status == 0, ran.err
    assert "no answer of this installation is on record" in ran.err
    found = pq.read_table(tmp_path / "home" / "corpora" / "one" / "annotations" / "quality" / "000000.parquet").to_pylist()
    assert "falsehood.refuted_claim" in {each["rule"] for each in found[0]["findings"]}
    (snapshot,) = (tmp_path / "home" / "keys" / "own-answers").iterdir()
    assert snapshot.stat().st_mode & 0o077 == 0
    assert "BL-CORPUS-084" in shell("corpus", "inspect", "one.jsonl", "--name", "one", "--kernels", "quality", "--refutations", "none").err


def test_a_policy_of_ones_own_counts_until_it_is_taken_back(shell: Shell, town: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        "- rule: source.unregistered\n  outcome: keep\n  grounds: [SEC-D4]\n  reason: {zh: '未登记（{rules}）', en: 'not registered ({rules})'}\n",
        "utf-8",
    )
    _inspect(shell, town)
    assert "by a policy of your own" in shell("corpus", "decide", "town", "--policy", "policy.yaml").out
    _inspect(shell, town)
    assert "by a policy of your own" in shell("corpus", "decide", "town").out
    assert "by the policy that ships" in shell("corpus", "decide", "town", "--shipped-policy").out
    assert shell("corpus", "decide", "town", "--shipped-policy", "--policy", "policy.yaml").status == 2


def test_a_file_that_changed_before_it_is_put_out_is_named(shell: Shell, inspected: Path) -> None:
    shell("corpus", "decide", "town")
    with (inspected / "town" / "b.jsonl").open("a") as file:
        file.write('{"source": "town-news", "text": "one more"}\n')

    ran = shell("corpus", "emit", "town", "--out", "clean-town")

    assert ran.status == 1
    assert "BL-CORPUS-012" in ran.out
    assert "b.jsonl" in ran.out
    assert not (inspected / "clean-town" / "clean" / "000001.jsonl").exists()


def test_what_nobody_sees_is_shown_to_reviewers(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "hidden.jsonl").write_text('{"source": "a", "text": "an ordinary\\u200b sentence"}\n')
    shell("corpus", "inspect", "hidden.jsonl", "--name", "h", "--kernels", "exact", "--workers", "1")
    (drawn,) = shell("corpus", "sample", "h", "--kind", "source", "--json").documents

    assert "⟨U+200B⟩" in shell("corpus", "review", str(drawn["sample"]), stdin=b"q\n").out


def test_status_tells_of_runs_and_of_one(shell: Shell, town: Path) -> None:
    assert "No corpus was inspected yet" in shell("corpus", "status").out
    _inspect(shell, town)

    (row,) = shell("corpus", "status", "--json").documents
    assert (row["corpus"], row["status"]) == ("town", "done")
    one = shell("corpus", "status", "town", "--json")
    assert one.status == 0
    assert one.documents[0]["shards"]["annotate"] == {"done": 3}
    assert "town" in shell("corpus", "status").out
    assert "done" in shell("corpus", "status", "town").out


def test_an_interrupted_run_is_gone_on_with(shell: Shell, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("brightline.curation.stages.find_copies", pressed)
        stopped = _inspect(shell, town)
    assert stopped.status == 130
    assert "brightline corpus resume" in stopped.err
    assert shell("corpus", "status", "--json").documents[0]["status"] == "interrupted"

    again = shell("corpus", "resume", "town", "--json")

    assert again.status == 0, again.err
    figures: Any = again.documents[0]["figures"]
    assert (figures["annotate"]["shards_redone"], figures["cluster"]["clusters"]) == (0, 1)


def test_a_complaint_is_received_and_upheld_by_another(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES, "utf-8")
    shell("corpus", "register", "sources.yaml")
    assert "No complaint" in shell("corpus", "complain").out
    words = ("my book is in it", "--source", "town-news", "--contact", "a@example.com", "--as", "eva", "--json")
    complaint = str(shell("corpus", "complain", *words).documents[0]["id"])

    assert shell("corpus", "complain", "--decide", complaint, "--as", "adam").status == 2
    upheld = shell(
        "corpus", "complain", "--decide", complaint, "--uphold", "--remedy", "suspend_source", "--reason", "it is", "--as", "adam", "--json"
    )
    assert upheld.documents[0]["status"] == "upheld"
    shown = shell("corpus", "register", "--show", "town-news", "--json").documents[0]
    assert shown["source"]["status"] == "suspended"  # type: ignore[index]  # JSON


def test_the_register_is_listed_shown_and_exported(shell: Shell, tmp_path: Path) -> None:
    assert "No source is registered" in shell("corpus", "register").out
    (tmp_path / "sources.yaml").write_text(SOURCES, "utf-8")
    shell("corpus", "register", "sources.yaml")

    assert "town-news" in shell("corpus", "register").out
    assert "missing" in shell("corpus", "register", "--show", "town-news").out
    exported = shell("corpus", "register", "--export").out
    (tmp_path / "again.yaml").write_text(exported, "utf-8")
    assert shell("corpus", "register", "again.yaml", "--json").documents[0]["unchanged"] == ["street-forum", "town-news"]


def test_two_reports_are_compared(shell: Shell, inspected: Path) -> None:
    shell("corpus", "decide", "town")
    assert shell("corpus", "diff", "town").status == 2
    first = str(shell("corpus", "report", "town", "--json").documents[0]["report"])
    (inspected / "town" / "c.jsonl").unlink()
    _inspect(shell, inspected / "town")
    shell("corpus", "decide", "town")
    second = str(shell("corpus", "report", "town", "--json").documents[0]["report"])

    assert shell("corpus", "diff", "town").status == 1
    assert shell("corpus", "diff", first, second, "--lang", "zh").status == 1
    assert shell("corpus", "diff", first, first).status == 0


def test_a_schedule_is_set_shown_and_ended(shell: Shell) -> None:
    assert "No corpus is inspected by schedule" in shell("corpus", "schedule").out
    (row,) = shell("corpus", "schedule", "town", "--every", "90", "--json").documents
    assert (row["every_days"], row["is_due"]) == (90, False)
    assert "90 days" in shell("corpus", "schedule").out
    shell("corpus", "schedule", "town", "--end")
    assert shell("corpus", "schedule", "town", "--end").status == 2


def test_an_example_is_made_once(shell: Shell) -> None:
    (made,) = shell("corpus", "example", "try", "--mb", "0.1", "--json").documents
    assert made["files"] == ["part-000.jsonl"]
    again = shell("corpus", "example", "try")
    assert (again.status, "BL-CORPUS-099" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("inspect", "nowhere", "--name", "x", "--kernels", "exact"), "BL-CORPUS-001"),
        (("inspect", "nowhere", "--name", "x", "--kernels", "taste"), "BL-CORPUS-004"),
        (("inspect", "nowhere", "--name", "x", "--engine", "spark"), "BL-CORPUS-092"),
        (("inspect", "nowhere", "--name", "x", "--address", "ray://h:1"), "BL-CORPUS-004"),
        (("inspect", "nowhere", "--name", "x", "--encoding", "*.csv=latin-9"), "BL-CORPUS-008"),
        (("resume", "nothing"), "BL-CORPUS-036"),
        (("decide", "nothing"), "BL-CORPUS-036"),
        (("emit", "nothing", "--style", "crayon"), "BL-CORPUS-097"),
        (("status", "nothing"), "BL-CORPUS-036"),
        (("sample", "nothing", "--kind", "free"), "BL-CORPUS-094"),
        (("review", "nothing"), "BL-CORPUS-055"),
        (("report", "nothing"), "BL-CORPUS-036"),
        (("verify", "nothing.json"), "BL-INPUT-020"),
    ],
)
def test_what_cannot_be_done_says_why_and_ends_with_2(shell: Shell, arguments: tuple[str, ...], code: str) -> None:
    ran = shell("corpus", *arguments)

    assert ran.status == 2
    assert code in ran.err


def test_nothing_is_decided_emitted_or_sampled_before_its_time(shell: Shell, town: Path) -> None:
    told = shell("corpus", "inspect", town, "--name", "town", "--kernels", "exact", "--workers", "1").out
    assert "rejected: 1 not_json, first b.jsonl:2: " in told
    assert "home/corpora/town/rejects" in told

    assert "BL-CORPUS-093" in shell("corpus", "emit", "town").err
    assert "BL-CORPUS-093" in shell("corpus", "sample", "town").err


def test_without_the_extra_the_command_says_what_to_install(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "brightline.curation.runs", None)

    ran = shell("corpus", "resume", "town")

    assert ran.status == 2
    assert "BL-CORPUS-020" in ran.err
    assert "pip install" in ran.err


@pytest.mark.parametrize("hidden", ["\x1b[8m", "\x9b8m", "\x07", "\r", "\u2066", "\u202e", "\u00ad", "\ufeff", "\U000e0041", "\U000e0100"])
def test_a_reviewer_sees_what_hides_in_a_text_and_the_terminal_obeys_none_of_it(hidden: str) -> None:
    assert visible(f"before{hidden}after") == f"before⟨U+{ord(hidden[0]):04X}⟩{hidden[1:]}after"
    assert visible("一行\r\n\ttwo 😀\n") == "一行\n\ttwo 😀\n"
