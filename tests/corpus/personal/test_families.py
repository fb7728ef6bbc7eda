"""Traces are necessary: whatever a detector finds in a whole text is found through traces as well."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from brightline.corpus.personal import find
from brightline.corpus.personal.families import FAMILIES, Family, trace
from brightline.corpus.personal.found import Found
from tests.corpus.personal import invented


def _texts(rng: random.Random) -> Iterator[str]:
    yield f"身份证{invented.id_card(rng)}，手机{invented.mobile(rng)}，银行卡{invented.bank_card(rng)}，串号{invented.device(rng)}"
    yield f"电话010-62345678转801，+852 2345 6789，(212) 736-5000，{' '.join(invented.mobile(rng))}"
    yield f"护照E12345678 香港身份证{invented.hong_kong_id(rng)} 身分證{invented.taiwan_id(rng)} 台胞证12345678"
    yield f"IBAN {invented.british_account(rng)} 车架号{invented.vehicle_number(rng)} {invented.credit_code(rng)}"
    yield "CPF 111.444.777-35 RCCMNL83S18D969H aadhaar 2341 2341 2346"
    yield "lisi@163.com a(at)qq(dot)com 202.96.128.86 2408:8207:60a0:1234::1 a4:5e:60:c1:2b:7f"
    yield f"AKIA{invented.signs(rng, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')} password=Xk9#mP2q mysql://a:Xk9mP2qz@h:1/d 密码：852741"
    yield "QQ123456789 微信zhang_wei88 病历号00234567 社保号3301061234567 SSN: 536-90-4399 AB 12 34 56 C 生日1990-03-07 GPS 39.908823,116.397470"
    yield "姓名：张伟 我叫王小明 李建国先生 Name: John Smith Mr. Peter Parker"
    yield "北京市朝阳区建国路88号2单元501室 350 Fifth Avenue, New York, NY 10118"
    yield "京A12345 沪AD12345"
    yield "|姓名|QQ号|生日|\n|张伟|123456789|1990-03-07|"


@pytest.mark.parametrize("family", FAMILIES, ids=[family.name for family in FAMILIES])
def test_what_the_detectors_of_a_family_find_has_a_trace(family: Family, rng: random.Random) -> None:
    for text in _texts(rng):
        same = [other for other in FAMILIES if other.detect is family.detect]
        traces = [match.span() for other in same for match in trace(other.traces).finditer(text.encode())]
        for hit in family.detect(text, 0):
            start, end = len(text[: hit.start].encode()), len(text[: hit.end].encode())
            near = any(begin - family.lead <= start and end <= stop + family.behind for begin, stop in traces)
            assert near, (family.name, text[hit.start : hit.end])


def test_the_whole_finds_what_all_detectors_find(rng: random.Random) -> None:
    for text in _texts(rng):
        every: list[Found] = [hit for family in FAMILIES for hit in family.detect(text, 0)]
        found = find(text)
        assert all(any(hit.start < other.end and other.start < hit.end for other in found) for hit in every)


def test_ordinary_text_has_next_to_no_traces() -> None:
    text = "今天我们去公园散步，看见很多花。The weather is fine, and nobody is in a hurry. 2024年会更好。".encode() * 50
    assert sum(1 for family in FAMILIES for _ in trace(family.traces).finditer(text)) == 0
