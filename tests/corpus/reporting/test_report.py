from __future__ import annotations

import json
import re
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.errors import CorpusError
from brightline.corpus.reporting import Report
from brightline.corpus.reporting.building import build
from brightline.corpus.reporting.report import PARTS, fixed, rate
from brightline.corpus.reporting.words import LANGS, catalogue
from tests.corpus.reporting.report_making import document, facts, write_run
from tests.server.face.test_glossary import DATES_AND_NAMES, REPLACED, TYPOGRAPHY


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return build(*write_run(tmp_path, [document(0)]), facts())


def test_a_report_is_read_back_byte_for_byte(report: Report) -> None:
    again = Report.parse(report.canonical)
    assert (again.canonical, again.digest, again.content_digest) == (report.canonical, report.digest, report.content_digest)


def test_when_and_by_whom_it_was_made_is_not_part_of_what_it_says(report: Report) -> None:
    later = Report({**report.document, "made": {**report.document["made"], "at": "2027-01-01T00:00:00Z"}})
    assert later.digest != report.digest
    assert later.content_digest == report.content_digest


def test_a_report_has_no_float_in_it(report: Report) -> None:
    def refuse(number: str) -> None:
        raise AssertionError(number)

    json.loads(report.canonical, parse_float=refuse)


def test_the_document_has_exactly_its_parts(report: Report) -> None:
    assert tuple(sorted(report.document)) == PARTS


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[:-1],
        lambda raw: b"[]",
        lambda raw: raw.replace(b"brightline-corpus-report/1", b"brightline-corpus-report/9"),
        lambda raw: orjson.dumps(orjson.loads(raw), option=orjson.OPT_INDENT_2),
        lambda raw: raw.replace(b'"appeals":', b'"appeaIs":'),
        lambda raw: b"\xff" + raw,
        lambda raw: raw.replace(b'"workers":1', b'"workers":99999999999999999999'),
    ],
    ids=["cut off", "a list", "another format", "indented", "a part is missing", "not UTF-8", "a number beyond JSON"],
)
def test_bytes_that_somebody_touched_are_no_report(report: Report, spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(CorpusError, match="BL-CORPUS-070"):
        Report.parse(spoil(report.canonical))


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_percentage_is_the_nearest_hundredth(count: int, of: int) -> None:
    told = rate(count, of)["percent"]
    hundredth = Fraction(1, 100) if 0 < count < of else Fraction(1, 200)  # nothing is rounded to all or to none
    assert abs(Fraction(told) - Fraction(100 * count, of)) <= hundredth


def test_halves_are_rounded_to_even() -> None:
    assert [rate(count, 80_000)["percent"] for count in (4, 12, 20)] == ["0.01", "0.02", "0.02"]  # not "0.00": that is none
    assert rate(0, 0)["percent"] is None


def test_computed_numbers_are_written_as_decimal_text() -> None:
    assert [fixed(0.04, 4), fixed(-0.00001, 2), fixed(2.5, 1)] == ["0.0400", "0.00", "2.5"]
    for none in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="cannot be written"):
            fixed(none, 2)


def test_every_word_has_both_languages_and_the_same_gaps() -> None:
    first, second = (catalogue(lang) for lang in LANGS)
    assert first.keys() == second.keys()
    for key in first:
        gaps = [sorted(part.split("}")[0] for part in words[key].split("{")[1:]) for words in (first, second)]
        assert gaps[0] == gaps[1], key


def test_the_chinese_words_keep_to_the_glossary_and_to_typography() -> None:
    for key, text in catalogue("zh").items():
        plain = re.sub(r"\{\w+\}", "1", text)
        assert not TYPOGRAPHY.search(DATES_AND_NAMES.sub("", plain)), (key, text)
        assert not [word for word in REPLACED if re.search(word, text)], (key, text)


def test_no_word_is_there_for_nothing() -> None:
    sources = "".join(path.read_text("utf-8") for path in Path(str(files("brightline.corpus.reporting"))).glob("*.py"))
    families = set(re.findall(r"""f["'](\w+)/""", sources)) | {
        "name",
        "limit",
        "reason",
        "tokens",
    }  # names of members, looked up as they come
    alone = [key for key in catalogue("en") if not re.search(f"[\"']{key}[\"']", sources) and key.partition("/")[0] not in families]
    assert alone == []


def test_the_shape_of_a_report_is_published(report: Report) -> None:
    import jsonschema

    schema = json.loads((files("brightline.corpus.reporting") / "data" / "report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(report.canonical), schema)
