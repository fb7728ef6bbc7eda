"""``brightline check``: what it finds, what it refuses, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.installation import brightline, in_process

CLEAN = "今天天气很好，我们一起去公园散步。"
GAMBLING = "澳门百家乐线上开户送彩金，加微信上分秒到账。"


def test_a_clean_file_gives_0_and_a_finding_gives_1(tmp_path: Path) -> None:
    (tmp_path / "clean.txt").write_text(CLEAN, "utf-8")
    (tmp_path / "ad.md").write_text(GAMBLING, "utf-8")
    assert in_process(tmp_path, "check", "clean.txt").returncode == 0
    found = brightline(tmp_path, "check", "clean.txt", "ad.md", "--json")
    assert found.returncode == 1
    clean, ad = (json.loads(line) for line in found.stdout.splitlines())
    assert (clean["source"], clean["outcome"]) == ("clean.txt", "allow")
    assert ad["outcome"] == "block"
    assert ad["rules"]
    assert "百家乐" in {evidence for finding in ad["findings"] for evidence in finding["evidence"]}


def test_evidence_stands_in_the_raw_text_at_the_span_given(tmp_path: Path) -> None:
    text = "通知：" + GAMBLING
    found = json.loads(in_process(tmp_path, "check", "-", "--json", stdin=text.encode()).stdout)
    for finding in found["findings"]:
        for (start, end), evidence in zip(finding["spans"], finding["evidence"], strict=True):
            assert text[start:end] == evidence


def test_standard_input_may_be_text_or_jsonl(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in (CLEAN, {"text": GAMBLING}, {"text": CLEAN}))
    found = in_process(tmp_path, "check", "-", "--jsonl", "--json", stdin=lines.encode())
    assert [json.loads(line)["outcome"] for line in found.stdout.splitlines()] == ["allow", "block", "allow"]
    assert found.returncode == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("rows.jsonl", b'{"text": "a"}\n{"text": \n{"text": "b"}\n', "BL-INPUT-022"),
        ("rows.jsonl", b'{"text": "a"}\n{"body": "x"}\n{"text": "b"}\n', "BL-INPUT-023"),
        ("rows.jsonl", b'{"text": "a"}\n{"text": "\\ud800"}\n{"text": "b"}\n', "BL-INPUT-022"),
        ("rows.jsonl", b'{"text": "a"}\n{"text": "\xff"}\n{"text": "b"}\n', "BL-INPUT-022"),
    ],
)
def test_a_bad_line_is_an_error_with_its_number_and_the_others_are_inspected(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    found = in_process(tmp_path, "check", name, "--json")
    assert found.returncode == 2
    assert [json.loads(line)["source"] for line in found.stdout.splitlines()] == ["rows.jsonl:1", "rows.jsonl:3"]
    assert code in found.stderr.decode()
    assert "rows.jsonl:2" in found.stderr.decode()


@pytest.mark.parametrize(("name", "content", "code"), [("a.txt", b"\xff\xfe\x00", "BL-INPUT-024"), ("a.pdf", b"%PDF-1.7", "BL-INPUT-021")])
def test_what_cannot_be_read_is_never_passed_as_clean(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    found = in_process(tmp_path, "check", name)
    assert found.returncode == 2
    assert code in found.stderr.decode()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    found = in_process(tmp_path, "check", "nowhere.txt")
    assert found.returncode == 2
    assert "BL-INPUT-020" in found.stderr.decode()


def test_recorded_decisions_are_listed_shown_replayed_and_proved(tmp_path: Path) -> None:
    assert in_process(tmp_path, "check", "-", "--record", stdin=GAMBLING.encode()).returncode == 1
    listed = [json.loads(line) for line in in_process(tmp_path, "decisions", "--json").stdout.splitlines()]
    assert [(row["outcome"], row["door"], row["ledger"]["state"]) for row in listed] == [("block", "cli", "sequenced")]
    decision_id = listed[0]["id"]
    shown = in_process(tmp_path, "decisions", "show", decision_id).stdout.decode()
    assert decision_id in shown
    assert "第" in shown
    assert in_process(tmp_path, "decisions", "replay", decision_id).returncode == 0
    assert in_process(tmp_path, "ledger", "prove", decision_id, "-o", "proof.json").returncode == 0
    assert (tmp_path / "proof.json").stat().st_size > 0
    filtered = in_process(tmp_path, "decisions", "--outcome", "allow", "--json")
    assert filtered.stdout == b""
    unknown = in_process(tmp_path, "decisions", "show", "nonsense")
    assert unknown.returncode == 2
    assert "BL-INPUT-404" in unknown.stderr.decode()


def test_an_explanation_shows_lanes_slots_and_what_came_near(tmp_path: Path) -> None:
    disguised = "澳门百佳楽线上开户送彩金 bm90aGluZyB0byBzZWUgaGVyZQ=="
    text = in_process(tmp_path, "check", "-", "--explain", stdin=disguised.encode()).stdout.decode()
    for piece in ("base lane", "skip lane", "decoded lane", "nothing to see here", "gambling.promotion", "百佳楽", "(sound)"):
        assert piece in text, piece
    near = in_process(tmp_path, "check", "-", "--explain", stdin="百家乐是什么意思".encode()).stdout.decode()
    assert "near" in near
    assert "not there: offer" in near
    document = json.loads(in_process(tmp_path, "check", "-", "--explain", "--json", stdin=disguised.encode()).stdout)
    seen = document["explanation"][0]
    assert [lane["name"] for lane in seen["lanes"]] == ["base", "skip", "decoded"]
    assert {met["goal"] for met in seen["met"]} == {finding["goal"] for finding in document["findings"] if finding["detector"] == "text"}
    for met in seen["met"]:
        assert all(disguised[slot["start"] : slot["end"]] for slot in met["slots"])


EXCUSED = "警方捣毁百家乐推广团伙，加微信上分的都被抓"
BORDERING = "某小区居民刘先生被“兼职点赞”骗走三万元"  # looks like an offer to one goal; what it says as a whole is ordinary


def test_an_explanation_says_of_each_finding_what_the_decision_says(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(text) for text in (EXCUSED, BORDERING, GAMBLING))
    printed = in_process(tmp_path, "check", "-", "--jsonl", "--explain", "--json", stdin=lines.encode()).stdout
    for document in map(json.loads, printed.splitlines()):
        (seen,) = document["explanation"]
        decided = {finding["goal"]: sorted(finding.get("exceptions", ())) for finding in document["findings"]}
        assert decided
        assert {one["goal"]: one["excused_by"] for one in (*seen["met"], *seen["models"])} == decided


@pytest.mark.parametrize(("lang", "words"), [("en", "· excused: news reporting"), ("zh", "· excused: 新闻报道")])
def test_what_is_excused_is_marked_so_in_the_reader_s_language(tmp_path: Path, lang: str, words: str) -> None:
    printed = in_process(tmp_path, "check", "-", "--jsonl", "--explain", "--lang", lang, stdin=json.dumps(EXCUSED).encode())
    assert printed.returncode == 0
    told = " ".join(printed.stdout.decode().split())
    assert f"gambling.promotion · lane base {words}" in told
    assert words in told.partition("met gambling.promotion")[2]


def test_a_text_too_long_to_explain_is_still_inspected(tmp_path: Path) -> None:
    found = in_process(tmp_path, "check", "-", "--explain", stdin=("好" * 70_000 + GAMBLING).encode())
    assert found.returncode == 1
    assert "too long to explain" in found.stdout.decode()
