"""The table of rules and the tables beside it: complete, sorted, sourced, and refused with file and line when they are wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.personal import RULES, placeholder, tables
from brightline.corpus.personal.rules import read_rules

HEAD = "id,title_zh,title_en,placeholder_zh,placeholder_en,class,score,source\n"
ROW = "personal.a,甲,A,甲,A,general,0.5,somewhere\n"


def test_every_rule_has_both_languages_a_class_and_a_source() -> None:
    for rule in RULES.values():
        assert rule.title_zh
        assert rule.title_en
        assert rule.source
        assert placeholder(rule.id) == f"[{rule.placeholder_zh}]"
        assert placeholder(rule.id, "en").isascii()
    assert len({rule.placeholder_en for rule in RULES.values()}) == len(RULES)


def test_sensitive_are_identity_money_health_places_and_secrets() -> None:
    assert {"personal.id_card", "personal.bank_card", "personal.medical_record", "personal.coordinates", "personal.api_key"} <= {
        rule.id for rule in RULES.values() if rule.sensitive
    }
    assert not RULES["personal.email"].sensitive
    assert [rule.id for rule in RULES.values() if rule.informational] == ["personal.uscc"]


@pytest.mark.parametrize(
    "row",
    [
        ROW,  # twice
        "personal.0,甲,A,甲,A,general,0.5,s\n",  # not sorted
        "other.b,甲,A,甲,A,general,0.5,s\n",
        "personal.b,甲,A,甲,A,secretive,0.5,s\n",
        "personal.b,甲,A,甲,A,general,1.5,s\n",
        "personal.b,甲,A,甲,A,general,much,s\n",
        "personal.b,,A,甲,A,general,0.5,s\n",
        "personal.b,甲,A,甲,A,general,0.5\n",
    ],
)
def test_a_wrong_rule_is_refused_with_its_line(row: str) -> None:
    with pytest.raises(CorpusError, match=r"rules\.csv:3") as caught:
        read_rules(HEAD + ROW + row)
    assert caught.value.code == "BL-CORPUS-081"


def test_a_wrong_row_of_another_table_is_refused_with_its_line() -> None:
    def read(row: tables.Row) -> int:
        return int(row["number"])

    assert list(tables.rows_of("number,source\n1,s\n2,s\n", "t.csv", read)) == [1, 2]
    for wrong in ("x,s", "1,", "1"):
        with pytest.raises(CorpusError, match=r"t\.csv:3") as caught:
            list(tables.rows_of(f"number,source\n1,s\n{wrong}\n", "t.csv", read))
        assert caught.value.code == "BL-CORPUS-081"


def test_the_tables_hold_what_detectors_need() -> None:
    assert len(tables.card_prefixes()) > 1500
    assert tables.network_of("6" + "2" * 18)
    assert not tables.network_of("9" * 16)
    assert {"11", "65", "71", "82"} <= tables.divisions().provinces
    assert tables.surnames()["王"] == "common"
    assert tables.surnames()["欧阳"] == "double"
    assert "石家庄" in tables.not_names()
    assert "John" in tables.given_names()
    assert len(tables.key_patterns()) > 20
    assert {number.validator for number in tables.foreign_numbers()} >= {"br.cpf", "in_.aadhaar"}


def test_the_rules_need_nothing_but_python() -> None:
    code = "import sys; import brightline.corpus.personal; print([name for name in ('pyarrow', 'stdnum', 'phonenumbers') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
