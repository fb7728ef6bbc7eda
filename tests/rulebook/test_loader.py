"""The loader: a good rulebook loads, and every bad row is refused with file, line and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import brightline.rulebook
from brightline.errors import DataError
from brightline.model import Key, Status
from brightline.rulebook import Rulebook, load_rulebook

INSTRUMENTS = """\
- id: LAW
  title: {zh: 某法, en: Some Law}
  status: law
  number: ""
  in_force: {from: 2020-01-01, to: null}
  source: read

- id: NOTE
  title: {zh: 某通知, en: Some Notice}
  status: campaign
  number: ""
  in_force: {from: 2020-01-01, to: 2030-12-31}
  source: read
"""
RULE = """\
- id: LAW-1
  instrument: LAW
  article: "1.2"
  status: law
  title: {zh: 禁止, en: Ban}
  obligation: {zh: 不得。, en: Nobody may.}
  types: [1, 9]
  keys: [A, B]
  at_most: [limit, block]
  binds: [USR]
  in_force: {from: 2021-01-01, to: null}
  verified: true
  number_verified: true
  evidence: T2
  readers: 2
  source: read
  read_on: 2026-11-22
"""
NOTICE = """\
- id: NOTE-1
  instrument: NOTE
  article: "1.1"
  status: campaign
  title: {zh: 问题, en: Problem}
  obligation: {zh: 整治。, en: Rectify.}
  types: [9]
  editions: [QL25]
  maps_to: [LAW-1]
  keys: [A]
  at_most: [limit]
  binds: [USR]
  in_force: {from: 2020-01-01, to: 2030-12-31}
  verified: true
  number_verified: false
  evidence: T
  readers: 1
  source: read
  read_on: 2026-11-22
"""
BASIS = """\
- type: 9
  title: {zh: 色情, en: Porn}
  label: []
  limit: [LAW-1]
  block:
    - id: 9.ban
      title: {zh: 淫秽, en: Obscenity}
      key_a: [LAW-1]
      key_b: [LAW-1]
  verified: true
  no_ground: {zh: 无, en: None}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a rulebook of one law, one notice, one basis; each part can be replaced."""

    def write(rule: str = RULE, *, instruments: str = INSTRUMENTS, notice: str = NOTICE, basis: str = BASIS) -> Path:
        for name, text in (("instruments", instruments), ("a", rule), ("b", notice), ("basis", basis)):
            (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
        return tmp_path

    return write


def refusal(folder: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        load_rulebook(folder)
    return caught.value


def line_of(text: str, beginning: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(beginning))


def test_a_good_rulebook_loads(write: Write) -> None:
    book = load_rulebook(write())
    rule = book["LAW-1"]
    assert (rule.status, rule.keys, rule.at_most) == (Status.LAW, (Key.A, Key.B), ("limit", "block"))
    assert (rule.in_force_from, rule.in_force_to, rule.read_on) == (date(2021, 1, 1), None, date(2026, 11, 22))
    assert rule.problem_types == (1, 9)
    assert book["NOTE-1"].maps_to == ("LAW-1",)
    assert book.basis(9, date(2026, 1, 1)).block == ("LAW-1",)


def test_the_shipped_rulebook_is_read_once() -> None:
    assert load_rulebook() is load_rulebook()


@pytest.mark.parametrize(
    ("old", "new", "code", "at", "says"),
    [
        ("  types: [1, 9]", "  typos: [1, 9]", "BL-DATA-103", "  typos", "unknown field `typos`"),
        ("  source: read\n", "", "BL-DATA-104", "- id", "field `source` is missing"),
        ("  source: read", "  source:", "BL-DATA-104", "  source", "field `source` is empty"),
        ("  status: law", "  status: lex", "BL-DATA-105", "  status", "`lex` is not a value of `status`"),
        ("  status: law", "  status: rule", "BL-DATA-109", "  status", "its instrument has law"),
        ("  keys: [A, B]", "  keys: [A, C]", "BL-DATA-105", "  keys", "`C` is not a value"),
        ("  keys: [A, B]", "  keys: []", "BL-DATA-104", "  keys", "must each name something"),
        ("  keys: [A, B]", "  keys: A", "BL-DATA-105", "  keys", "must be a list"),
        ("  at_most: [limit, block]", "  at_most: [delete]", "BL-DATA-105", "  at_most", "`delete`"),
        ("  at_most: [limit, block]", "  at_most: [limit, limit]", "BL-DATA-105", "  at_most", "repeats"),
        ("  binds: [USR]", "  binds: [ANYBODY]", "BL-DATA-105", "  binds", "`ANYBODY`"),
        ("  types: [1, 9]", "  types: [14]", "BL-DATA-105", "  types", "from 1 to 13"),
        ("  evidence: T2", "  evidence: T9", "BL-DATA-105", "  evidence", "`T9`"),
        ("  evidence: T2", "  evidence: S", "BL-DATA-111", "  verified", "grade S cannot verify"),
        ("  evidence: T2", "  evidence: M", "BL-DATA-111", "  verified", "grade M cannot verify"),
        ("  verified: true", "  verified: yes", "BL-DATA-105", "  verified", "true or false"),
        ("  readers: 2", "  readers: two", "BL-DATA-105", "  readers", "whole number"),
        ("  read_on: 2026-11-22", "  read_on: 22.11.2026", "BL-DATA-105", "  read_on", "not a date"),
        ("  read_on: 2026-11-22", "  read_on: 2026-02-30", "BL-DATA-105", "  read_on", "not a date"),
        ("  instrument: LAW", "  instrument: LORE", "BL-DATA-107", "  instrument", "no instrument `LORE`"),
        ("  evidence: T2", "  evidence: [T2]", "BL-DATA-105", "  evidence", "must be a text"),
        ("{from: 2021-01-01, to: null}", "{to: null}", "BL-DATA-104", "  in_force", "field `from` is missing"),
        ('  article: "1.2"', '  article: "one"', "BL-DATA-105", "  article", "not an article"),
        ("{from: 2021-01-01, to: null}", "{from: 2019-01-01, to: null}", "BL-DATA-109", "  in_force", "beyond its instrument"),
        ("{from: 2021-01-01, to: null}", "{from: 2021-01-01, to: 2020-06-01}", "BL-DATA-105", "  in_force", "before it begins"),
        ("{from: 2021-01-01, to: null}", "{from: 2021-01-01, until: null}", "BL-DATA-103", "  in_force", "unknown field `until`"),
        ("  title: {zh: 禁止, en: Ban}", "  title: Ban", "BL-DATA-102", "  title", "mapping"),
        ("  title: {zh: 禁止, en: Ban}", "  title: {zh: 禁止}", "BL-DATA-104", "  title", "field `en` is missing"),
        ("  readers: 2", "  readers: 2\n  readers: 3", "BL-DATA-105", "  readers: 3", "stands twice"),
        ("  readers: 2", "  readers: 2\n  ? [a]\n  : b", "BL-DATA-105", "  ? [a]", "plain word"),
        ("  readers: 2", "  readers: 2\n  aliases: [NOTE-1]", "BL-DATA-106", "", "`NOTE-1` is taken"),
        ("- id: LAW-1", "- id: NOTE-1", "BL-DATA-106", "", "`NOTE-1` is taken"),
        ("  readers: 2", "\treaders: 2", "BL-DATA-101", "", "is not YAML"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(write: Write, old: str, new: str, code: str, at: str, says: str) -> None:
    assert old in RULE
    text = RULE.replace(old, new)
    error = refusal(write(text))
    assert error.code == code
    assert says in error.message
    if at:
        assert (error.file, error.line) == ("a.yaml", line_of(text, at))
    assert f"{error.file}:{error.line}: " in str(error)


@pytest.mark.parametrize(
    ("part", "old", "new", "code", "says"),
    [
        ("notice", "  at_most: [limit]", "  at_most: [block]", "BL-DATA-110", "a campaign cannot justify a block"),
        ("notice", "  maps_to: [LAW-1]", "  maps_to: [LAW-9]", "BL-DATA-108", "maps_to names `LAW-9`"),
        ("notice", "2020-01-01, to: 2030-12-31", "2020-01-01, to: null", "BL-DATA-109", "beyond its instrument"),
        ("notice", "  editions: [QL25]", "  editions: [QL99]", "BL-DATA-105", "`QL99`"),
        ("instruments", "- id: NOTE", "- id: LAW", "BL-DATA-106", "`LAW` is taken"),
        ("instruments", "  status: campaign", "  status: rumour", "BL-DATA-105", "`rumour`"),
        ("instruments", "2020-01-01, to: 2030-12-31", "2020-01-01, to: 2010-12-31", "BL-DATA-105", "before it begins"),
        ("basis", "      key_a: [LAW-1]", "      key_a: [LAW-7]", "BL-DATA-108", "`key_a` names `LAW-7`"),
        ("basis", "      key_a: [LAW-1]\n", "", "BL-DATA-104", "field `key_a` is missing"),
        ("basis", "      key_b: [LAW-1]", "      key_b: [NOTE-1]", "BL-DATA-109", "`NOTE-1` is no key B"),
        ("basis", "      key_a: [LAW-1]", "      key_a: [NOTE-1]", "BL-DATA-111", "no key A here is verified"),
        ("basis", "- type: 9", "- type: 99", "BL-DATA-105", "from 1 to 13"),
        ("basis", "  limit: [LAW-1]", "  limit: [LAW-8]", "BL-DATA-108", "`limit` names `LAW-8`"),
        ("basis", "  block:", "  block: nothing\n  blocks:", "BL-DATA-105", "must be a list of rows"),
    ],
)
def test_a_contradiction_between_rows_is_refused(write: Write, part: str, old: str, new: str, code: str, says: str) -> None:
    whole = {"notice": NOTICE, "instruments": INSTRUMENTS, "basis": BASIS}[part]
    assert old in whole
    error = refusal(write(**{part: whole.replace(old, new)}))
    assert error.code == code
    assert says in error.message
    assert error.line > 0


def test_a_problem_type_has_one_basis(write: Write) -> None:
    assert refusal(write(basis=BASIS + BASIS)).code == "BL-DATA-106"


def test_a_basis_without_a_block_column_has_no_grounds(write: Write) -> None:
    text = BASIS[: BASIS.index("  block:")] + BASIS[BASIS.index("  verified:") :]
    assert load_rulebook(write(basis=text)).basis(9, date(2026, 1, 1)).grounds == ()


RENUMBERED = """\
- id: LAW-7
  now: LAW-1
  since: 2022-01-01
  source: the amending decision
"""


@pytest.mark.parametrize(
    "cited",
    [
        RULE.replace('article: "1.2"', 'article: "7.2"'),
        RULE.replace('article: "1.2"', 'article: "7(2)"').replace("to: null", "to: 2022-01-01"),
    ],
)
def test_a_row_that_cites_an_article_by_its_number_of_before_is_refused(write: Write, cited: str) -> None:
    folder = write(RULE + "\n" + cited.replace("LAW-1", "LAW-2"))
    (folder / "renumbered.yaml").write_text(RENUMBERED, "utf-8")
    error = refusal(folder)
    assert (error.code, error.file) == ("BL-DATA-114", "a.yaml")
    assert "until 2021-12-31" in error.message
    assert "LAW-1 since 2022-01-01" in error.hint


def test_a_row_of_the_days_before_may_have_the_number_of_before(write: Write) -> None:
    before = RULE.replace("LAW-1", "LAW-2").replace('"1.2"', '"7"').replace("to: null", "to: 2021-12-31")
    folder = write(RULE + "\n" + before)
    (folder / "renumbered.yaml").write_text(RENUMBERED, "utf-8")
    assert load_rulebook(folder)["LAW-7"].id == "LAW-1"


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("now: LAW-1", "now: LAW-9", "BL-DATA-108", "`LAW-9`, which is no rule"),
        ("2022-01-01", "2020-06-01", "BL-DATA-109", "not in force on 2020-06-01"),
        ("id: LAW-7", "id: LAW-7.1", "BL-DATA-106", "no whole article"),
        ("id: LAW-7", "id: LAW-1", "BL-DATA-114", "LAW-1 is the article's number until"),
        ("source:", "sauce:", "BL-DATA-104", "`source` is missing"),
        ("2022-01-01", "soon", "BL-DATA-105", "not a date"),
    ],
)
def test_a_bad_row_of_former_numbers_is_refused(write: Write, old: str, new: str, code: str, says: str) -> None:
    folder = write()
    (folder / "renumbered.yaml").write_text(RENUMBERED.replace(old, new), "utf-8")
    error = refusal(folder)
    assert error.code == code
    assert says in error.message


def test_a_former_number_stands_once(write: Write) -> None:
    folder = write()
    (folder / "renumbered.yaml").write_text(RENUMBERED + RENUMBERED, "utf-8")
    assert refusal(folder).code == "BL-DATA-106"


def test_every_refusal_says_what_to_do(write: Write) -> None:
    assert "law, regulation and rule" in refusal(write(notice=NOTICE.replace("[limit]", "[block]"))).hint


@pytest.mark.parametrize("text", ["just words", "a: b", "- 1", "- [a, b]", "- - id: x"])
def test_a_file_that_is_no_list_of_rows_is_refused(write: Write, text: str) -> None:
    assert refusal(write(text)).code == "BL-DATA-102"


@pytest.mark.parametrize("text", ["", "# only a comment\n", "null\n"])
def test_an_empty_file_has_no_rules(write: Write, text: str) -> None:
    assert set(load_rulebook(write(text, notice="", basis="")).rules) == set()


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(write: Write) -> None:
    folder = write()
    (folder / "a.yaml").write_bytes(b"# one\n# two \xff\n")
    error = refusal(folder)
    assert (error.code, error.line) == ("BL-DATA-101", 2)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 100_000,
        "{a: " * 5_000,
        "&a [*a]",
        "- &a {id: *a}",
        "*nowhere",
        "- !!python/name:os.system {}",
        "--- 1\n--- 2",
        "\0",
    ],
)
def test_hostile_yaml_is_refused(write: Write, text: str) -> None:
    assert refusal(write(text)).code in ("BL-DATA-101", "BL-DATA-102", "BL-DATA-105")


def test_a_missing_folder_and_a_folder_without_instruments_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere").code == "BL-DATA-101"
    assert refusal(tmp_path).code == "BL-DATA-101"


def test_a_copy_of_the_shipped_data_has_the_same_digest_and_a_changed_word_another(tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(Path(brightline.rulebook.__file__).with_name("data"), copy)
    assert load_rulebook(copy).digest == load_rulebook().digest
    path = copy / "network-basics.yaml"
    path.write_text(path.read_text("utf-8").replace("立即停止传输，消除", "停止传输，消除", 1), "utf-8")
    assert load_rulebook(copy).digest != load_rulebook().digest


def test_comments_and_order_of_rows_do_not_change_the_digest(write: Write) -> None:
    plain = load_rulebook(write()).digest
    assert load_rulebook(write("# a word\n" + RULE + "\n")).digest == plain
    assert load_rulebook(write(NOTICE, notice=RULE)).digest == plain


YAMLISH = st.text(st.sampled_from("abAB01 \n\t-:?[]{}&*!|>'\"%@`#,~.\\\0\u2028法\ud800"), max_size=80) | st.text(max_size=40)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.text(max_size=8), st.lists(st.text(max_size=3), max_size=3)
)


@given(text=YAMLISH)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_is_refused_or_loads_and_nothing_else_happens(text: str, tmp_path: Path) -> None:
    (tmp_path / "instruments.yaml").write_text(INSTRUMENTS, "utf-8")
    (tmp_path / "a.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    _loads_or_refuses(tmp_path)


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_row_with_strange_values_is_refused_or_loads_and_nothing_else_happens(data: st.DataObject, tmp_path: Path) -> None:
    row = yaml.safe_load(RULE)[0]
    for field in data.draw(st.lists(st.sampled_from(sorted(row)), min_size=1, max_size=3)):
        row[field] = data.draw(VALUES)
    (tmp_path / "instruments.yaml").write_text(INSTRUMENTS, "utf-8")
    (tmp_path / "a.yaml").write_text(yaml.safe_dump([row], allow_unicode=True), "utf-8")
    _loads_or_refuses(tmp_path)


def _loads_or_refuses(folder: Path) -> None:
    try:
        book = load_rulebook(folder)
    except DataError as error:
        assert error.code.startswith("BL-DATA-1")
        assert error.line >= 1
    else:
        assert isinstance(book, Rulebook)
        for rule_id in book.rules:
            assert book.citation(rule_id)
