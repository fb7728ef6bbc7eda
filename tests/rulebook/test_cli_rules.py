"""``brightline rules``: words for people, JSON for programs, exit codes, and every command that docs/rulebook.md shows."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from brightline.cli import rules
from brightline.errors import DataError, InputError
from brightline.rulebook import load_rulebook
from tests.installation import brightline

BOOK = load_rulebook()
PAGE = Path(__file__).parents[2] / "docs" / "rulebook.md"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rules.app, arguments, env={"COLUMNS": "200"})


def answer(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_rule_is_shown_with_citation_rank_force_limit_verification_and_source() -> None:
    shown = run("show", "CSL-49", "--on", "2026-11-22").stdout
    for words in (
        "CSL-49",
        "《中华人民共和国网络安全法》第四十九条",
        "法律",
        "施行中",
        "处置依据",
        "阻断",
        "已核验",
        "just-laws",
        "网络运营者",
    ):
        assert words in shown


def test_a_rule_is_shown_in_english() -> None:
    shown = run("show", "CSL-49", "--on", "2026-11-22", "--lang", "en").stdout
    for words in ("Cybersecurity Law, Art. 49", "in force", "B (obliges)", "block", "verified", "network operator"):
        assert words in shown


def test_a_former_id_shows_the_rule_now_in_force() -> None:
    assert answer("show", "CSL-47")["id"] == "CSL-49"
    assert "CSL-47" in run("show", "CSL-49").stdout


def test_a_former_number_is_shown_with_the_number_that_it_has_now() -> None:
    assert answer("show", "CSL-47")["renumbered"]["now"] == "CSL-49"
    assert "renumbered" not in answer("show", "CSL-49")
    assert "自 2026-01-01 起为 CSL-49" in run("show", "CSL-47").stdout
    assert "until 2025-10-14" in run("show", "AUC-11", "--lang", "en").stdout


def test_an_unverified_rule_says_that_its_basis_is_pending_review() -> None:
    assert "依据待核" in run("show", "ECO-10").stdout
    assert "basis pending review" in run("show", "ECO-10", "--lang", "en").stdout
    assert "article number pending review" in run("show", "ECO-24", "--lang", "en").stdout


def test_a_rule_of_another_day_is_shown_as_not_in_force() -> None:
    assert "not in force" in run("show", "TML-57", "--on", "2027-01-01", "--lang", "en").stdout
    assert answer("show", "TML-57", "--on", "2027-01-01")["in_force"] is False
    assert answer("show", "TML-57", "--on", "2026-12-31")["in_force"] is True


def test_what_only_manifest_cases_justify_is_said() -> None:
    assert "manifest cases only" in run("show", "IIS-16", "--lang", "en").stdout


def test_json_has_the_whole_rule_with_its_instrument() -> None:
    document = answer("show", "QL25-2.6d")
    assert document["instrument"]["title_zh"].startswith("中央网信办")
    assert document["maps_to"] == ["QL26-2.7"]
    assert set(document["citation"]) == {"zh", "en"}
    assert (document["status"], document["verified"], document["number_verified"]) == ("campaign", True, False)


def test_counterparts_of_one_edition_are_listed() -> None:
    shown = run("show", "QL26-1.6", "--edition", "QL25").stdout
    assert "QL25-1.1c" in shown
    assert "QL25-1.1c" not in run("show", "QL26-1.6", "--edition", "QL26").stdout


def test_the_list_holds_every_rule() -> None:
    assert [each["id"] for each in answer("list")] == list(BOOK.rules)


def test_the_list_is_narrowed_by_type_rank_key_day_and_edition() -> None:
    for document in answer("list", "--type", "9", "--status", "law", "--key", "A", "--on", "2026-11-22"):
        assert 9 in document["problem_types"]
        assert document["status"] == "law"
        assert "A" in document["keys"]
        assert document["in_force"]
    edition = [each["id"] for each in answer("list", "--type", "3", "--edition", "QL26")]
    assert {"QL26-1.3", "QL26-1.4", "QL25-1.3a"} <= set(edition)
    assert "IM-7" not in edition
    assert "TML-72" not in [each["id"] for each in answer("list", "--on", "2026-11-22")]


def test_unverified_rules_can_be_listed_alone() -> None:
    listed = answer("list", "--unverified")
    assert {each["id"] for each in listed} == {rule.id for rule in BOOK.rules.values() if not (rule.verified and rule.number_verified)}


def test_a_list_without_a_match_says_so() -> None:
    assert "No rule matches" in run("list", "--type", "1", "--key", "exception", "--status", "campaign", "--lang", "en").stdout


def test_search_finds_by_words_of_either_language() -> None:
    assert "CSL-49" in [each["id"] for each in answer("search", "网络安全法", "违法信息")]
    assert "CIV-1023" in [each["id"] for each in answer("search", "voice", "portrait")]
    assert "PSA-82" in run("search", "赌博").stdout


def test_search_without_a_match_gives_exit_code_1() -> None:
    result = run("search", "无此词语", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, [])


def test_grounds_show_both_keys_exceptions_and_what_nothing_grounds() -> None:
    shown = run("grounds", "9", "--lang", "en").stdout
    for words in ("key A: forbids", "key B: obliges", "exceptions, tested first", "CRI-367", "no ground for blocking", "fantasy gore"):
        assert words in shown
    shown = run("grounds", "7").stdout
    for words in ("禁止性依据", "处置依据", "没有阻断依据", "意见、预测", "条款序号待核对"):
        assert words in shown


def test_grounds_follow_the_day_and_name_the_campaign_rows() -> None:
    document = answer("grounds", "12", "--on", "2027-01-01", "--edition", "QL26")
    assert "TML-72" in document["grounds"][0]["key_a"]
    assert document["campaign"] == ["QL26-2.7"]
    assert document["citations"]["AUC-7"]["zh"] == "《中华人民共和国反不正当竞争法》第七条"
    assert document["rulebook"] == BOOK.digest
    assert "QL26-2.7" in run("grounds", "12", "--edition", "QL26").stdout


@pytest.mark.parametrize(
    ("arguments", "error", "code"),
    [
        (["show", "NO-SUCH"], DataError, "BL-DATA-112"),
        (["grounds", "14"], DataError, "BL-DATA-113"),
        (["grounds", "0"], DataError, "BL-DATA-113"),
        (["list", "--on", "tomorrow"], InputError, "BL-INPUT-026"),
        (["show", "CSL-49", "--on", "2026-13-01"], InputError, "BL-INPUT-026"),
    ],
)
def test_wrong_input_is_an_error_with_a_code(arguments: list[str], error: type[DataError | InputError], code: str) -> None:
    raised = run(*arguments).exception
    assert isinstance(raised, error)
    assert raised.code == code
    assert raised.hint


@pytest.mark.parametrize(
    "arguments", [["list", "--type", "14"], ["list", "--status", "lex"], ["show"], ["grounds", "x"], ["list", "--edition", "QL24"]]
)
def test_wrong_usage_gives_exit_code_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_an_unknown_rule_gives_exit_code_2_and_a_clear_message(tmp_path: Path) -> None:
    result = brightline(tmp_path, "rules", "show", "NO-SUCH")
    assert result.returncode == 2
    assert result.stdout == b""
    message = result.stderr.decode()
    assert "BL-DATA-112" in message
    assert "no rule has the id `NO-SUCH`" in message
    assert "brightline rules search" in message


def commands() -> Iterator[str]:
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("brightline rules "):
            yield line.removeprefix("brightline rules ").split("  #")[0]


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_of_the_page_works(command: str) -> None:
    result = run(*shlex.split(command))
    assert result.exit_code == 0, result.output
    assert result.stdout


def test_the_counts_of_the_page_are_those_of_the_rulebook() -> None:
    said = {name: int(value) for value, name in re.findall(r"^\| (\d+) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)}
    rows = list(BOOK.rules.values())
    assert said == {
        "rules": len(rows),
        "texts (laws, regulations, rules, standards, guides, notices)": len(BOOK.instruments),
        "rules whose text is verified": sum(rule.verified for rule in rows),
        "rules whose text is pending review": sum(not rule.verified for rule in rows),
        "verified rules whose article number is pending review": sum(rule.verified and not rule.number_verified for rule in rows),
        "rules that can be key A of a block": _keys("A"),
        "rules that can be key B of a block": _keys("B"),
    }


def _keys(key: str) -> int:
    return sum(
        key in rule.keys and rule.verified and rule.number_verified and rule.status.binding and "block" in rule.at_most
        for rule in BOOK.rules.values()
    )
