"""The seven keys as they are written: order, characters, what is refused and with which code."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.labels.errors import LabelError
from brightline.labels.label import KEYS, LONGEST_VALUE, Attribute, ImplicitLabel, charset_problem, checked, propagated
from brightline.labels.provider_code import parse_provider_code, provider_code_problem, uscc_is_valid

printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="\\"), max_size=60)


def test_the_value_is_one_line_of_ascii_json_in_the_order_of_annex_e(label: ImplicitLabel) -> None:
    text = label.to_json()

    assert list(json.loads(text)) == list(KEYS)
    assert text.isascii()
    assert " " not in text


def test_at_the_first_writing_the_propagator_pair_repeats_the_producers(producer: str) -> None:
    label = ImplicitLabel.first(producer, "n-1")

    assert (label.content_propagator, label.propagate_id) == (label.content_producer, label.produce_id) == (producer, "n-1")


@given(st.lists(printable, min_size=7, max_size=7))
def test_whatever_may_be_written_reads_back(values: list[str]) -> None:
    label = ImplicitLabel(*values)

    assert ImplicitLabel.from_fields(json.loads(label.to_json())) == label
    assert json.loads(label.to_wrapped_json()) == {"AIGC": label.fields}


@pytest.mark.parametrize("value", ["某公司", "with space", "tab\t", "back\\slash", "\x7f", "é", "\x00"])
def test_characters_outside_the_set_of_annex_e_are_refused(label: ImplicitLabel, value: str) -> None:
    assert charset_problem(value)
    with pytest.raises(LabelError, match="BL-LABEL-001"):
        checked(replace(label, produce_id=value))


def test_a_quote_is_allowed_because_json_escapes_it(label: ImplicitLabel) -> None:
    assert checked(replace(label, reserved_code1='{"Type":"TC260PG"}'))


def test_values_have_a_longest_length_and_reserved_codes_a_longer_one(label: ImplicitLabel) -> None:
    assert checked(replace(label, produce_id="x" * LONGEST_VALUE, reserved_code1="x" * (LONGEST_VALUE + 1)))
    with pytest.raises(LabelError, match="BL-LABEL-001"):
        checked(replace(label, produce_id="x" * (LONGEST_VALUE + 1)))


@pytest.mark.parametrize("attribute", ["", "0", "4", "AIGC", "１"])
def test_an_attribute_is_one_two_or_three(label: ImplicitLabel, attribute: str) -> None:
    with pytest.raises(LabelError, match=r"BL-LABEL-00[12]"):
        checked(replace(label, label=attribute))


def test_a_producer_names_itself_and_the_content(label: ImplicitLabel) -> None:
    with pytest.raises(LabelError, match=r"BL-LABEL-003: ContentProducer may"):
        checked(replace(label, content_producer=""))
    with pytest.raises(LabelError, match=r"BL-LABEL-003: ProduceID may"):
        checked(replace(label, produce_id=""))


def test_a_platform_may_pass_on_what_has_no_known_producer(platform: str) -> None:
    label = propagated(None, Attribute.POSSIBLY, platform, "c-7")

    assert checked(label, propagating=True) is label
    assert label.fields["ContentProducer"] == ""
    with pytest.raises(LabelError, match="BL-LABEL-003"):
        checked(replace(label, propagate_id=""), propagating=True)


def test_a_platform_hands_on_producers_keys_that_it_would_not_write_itself(label: ImplicitLabel, platform: str) -> None:
    odd = replace(label, content_producer="Some Agent AI", produce_id="作品/一.md", reserved_code1="a b")

    passed_on = propagated(odd, Attribute.IS, platform, "c-7")

    assert checked(passed_on, propagating=True) is passed_on
    for refused in (replace(passed_on, propagate_id="作品"), replace(passed_on, reserved_code2="a b"), odd):
        with pytest.raises(LabelError, match="BL-LABEL-001"):
            checked(refused, propagating=refused is not odd)
    with pytest.raises(LabelError, match="BL-LABEL-001"):
        checked(replace(passed_on, produce_id="x" * (LONGEST_VALUE + 1)), propagating=True)


def test_a_platform_keeps_the_producers_keys_and_writes_its_own(label: ImplicitLabel, platform: str) -> None:
    signed = replace(label, reserved_code1="producer-signature", reserved_code2="old-signature")

    passed_on = propagated(signed, Attribute.IS, platform, "c-7")

    assert passed_on.fields | {"ContentPropagator": "", "PropagateID": "", "ReservedCode2": ""} == signed.fields | {
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }
    assert (passed_on.content_propagator, passed_on.propagate_id, passed_on.reserved_code2) == (platform, "c-7", "")


def test_the_parts_of_a_provider_code(producer: str, platform: str) -> None:
    parts, other = parse_provider_code(producer), parse_provider_code(platform)

    assert parts is not None
    assert other is not None
    assert uscc_is_valid(parts.uscc)
    assert (parts.role, other.role) == ("1", "2")
    assert parts.uscc == other.uscc


def test_a_wrong_check_digit_is_refused(label: ImplicitLabel, producer: str) -> None:
    wrong = producer[:21] + ("0" if producer[21] != "0" else "1") + producer[22:]

    assert "check digit" in provider_code_problem(wrong)
    with pytest.raises(LabelError, match="BL-LABEL-004"):
        checked(replace(label, content_producer=wrong))


@given(st.integers(0, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_changed_character_never_keeps_the_check_digit(producer: str, position: int, character: str) -> None:
    parts = parse_provider_code(producer)
    assert parts is not None
    changed = parts.uscc[:position] + character + parts.uscc[position + 1 :]

    assert uscc_is_valid(changed) is (changed == parts.uscc)


def test_the_standard_allows_a_name_instead_of_a_code() -> None:
    assert provider_code_problem("ExampleCompany") == ""
    assert provider_code_problem("0019") == ""
    assert provider_code_problem("001" + "-" * 24)
