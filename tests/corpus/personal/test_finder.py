"""Properties of the whole: it never fails, spans lie in their text, and neighbours do not change what is found."""

from __future__ import annotations

import random
import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from brightline.corpus.personal import RULES, find
from brightline.corpus.personal.finder import BETWEEN, best_of, find_in
from brightline.corpus.personal.found import Found
from tests.corpus.personal import invented

_FRAGMENTS = st.sampled_from(
    [
        "身份证",
        "电话：",
        "1380013",
        "8000",
        "@",
        ".com",
        "qq",
        "QQ:",
        "AKIA",
        "password=",
        "-----BEGIN",
        "eyJ",
        "京A",
        "路",
        "88号",
        "北京市",
        "<td>",
        "&nbsp;",
        "\\u4e2d",
        "\u200b",
        "|",
        "\n",
        "\t",
        "：",
        "13812345678",
        "://a:b@c",
        "姓名",
        "先生",
        "生日",
        "::",
        "2001:",
        "39.90",
        "①",
        "一三八",
        "\ud800",
        "\x00",
        "x" * 40,
        "9" * 40,
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(_FRAGMENTS, max_size=25).map("".join)))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_and_spans_lie_in_it(text: str) -> None:
    found = find(text)
    assert all(0 <= hit.start < hit.end <= len(text) and hit.rule in RULES and 0 < hit.score <= 1 and hit.validator for hit in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


_DENSE = st.text("0123456789 -.()+XKABab@:/%|,\n京Aſ\u212a号码电话手机卡身份证", max_size=120)


@given(st.sampled_from(["手机", "身份证", "车架号", "护照", "SSN CPF DNI PAN NHS", "IBAN", "坐标", "病历号：", ""]), _DENSE)
@settings(max_examples=100, deadline=None)
def test_any_run_of_digits_and_signs_is_read_behind_any_label(label: str, dense: str) -> None:
    assert all(0 <= hit.start < hit.end <= len(label + dense) for hit in find(label + dense))


def test_a_number_behind_an_operators_code_is_read() -> None:
    assert find("手机 1 259 312 3456") == []
    assert find("手机12593123456") == []


def test_a_letter_that_only_folds_to_a_k_makes_no_vehicle_number() -> None:
    assert find("车架号LSVAA4182E212345\u212a") == []


def _sentences(rng: random.Random) -> list[str]:
    return [
        f"身份证号{invented.id_card(rng)}",
        f"请打{invented.mobile(rng)}",
        f"卡号 {invented.bank_card(rng)}",
        "联系人：王小明",
        "护照号：E12345678",
        "今天天气很好",
        "发到lisi@163.com",
        "地址：北京市朝阳区建国路88号",
        "order no. 13812345678",
        '{"phone": "\\u7535\\u8bdd13912345678"}',
        "车牌京A12345",
    ]


@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 10), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_paragraphs_keep_their_findings_wherever_they_stand(rng: random.Random, order: list[int]) -> None:
    sentences = _sentences(rng)
    pieces = [sentences[number] for number in order]
    between = "\n\n" + "好" * 200 + "\n\n"
    text, expected = "", []
    for piece in pieces:
        expected += [(hit.rule, hit.start + len(text), hit.end + len(text)) for hit in find(piece)]
        text += piece + between
    assert [(hit.rule, hit.start, hit.end) for hit in find(text)] == expected


@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 10), max_size=8))
@settings(max_examples=60, deadline=None)
def test_documents_are_found_alike_alone_and_together(rng: random.Random, order: list[int]) -> None:
    sentences = _sentences(rng)
    texts = [sentences[number] for number in order] or [""]
    bounds = [0]
    for text in texts:
        bounds.append(bounds[-1] + len(text.encode()) + len(BETWEEN))
    bounds[-1] -= len(BETWEEN)
    together = dict(find_in(BETWEEN.join(text.encode() for text in texts), bounds))
    assert [together.get(number, []) for number in range(len(texts))] == [find(text) for text in texts]


@given(st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_evidence_proves_itself_again(rng: random.Random) -> None:
    for hit, evidence in ((hit, text[hit.start : hit.end]) for text in _sentences(rng) for hit in find(text)):
        digits = re.sub(r"[^0-9X]", "", evidence.upper())
        if hit.rule == "personal.id_card":
            assert ric.calc_check_digit(digits) == digits[-1]
        if hit.rule == "personal.bank_card":
            assert luhn.is_valid(digits)


def test_a_digit_more_makes_it_another_number() -> None:
    rng = random.Random(1)
    assert find(f"5{invented.id_card(rng)}") == []
    assert find(f"{invented.mobile(rng)}5") == []


def test_the_longer_finding_wins() -> None:
    (hit,) = find("邮箱13812345678@qq.com")
    assert hit.rule == "personal.email"


def test_spans_count_code_points_of_the_raw_text() -> None:
    text = "😀\u200b中文" * 50 + "电话13812345678"
    (hit,) = find(text)
    assert text[hit.start : hit.end] == "13812345678"


_HITS = st.builds(
    lambda rule, start, size, score: Found(rule, start, start + size, "", score),
    st.sampled_from(["personal.mobile", "personal.email", "personal.uscc"]),
    st.integers(0, 30),
    st.integers(1, 9),
    st.sampled_from([0.6, 0.9]),
)


@given(st.lists(_HITS, max_size=14))
def test_what_overlaps_a_longer_or_surer_finding_gives_way(found: list[Found]) -> None:
    kept: list[Found] = []
    for hit in sorted(found, key=lambda hit: (RULES[hit.rule].informational, hit.start - hit.end, -hit.score, hit.start, hit.rule)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    assert best_of(found) == sorted(kept, key=lambda hit: hit.start)
