"""What is signed, how it stands in the label, and what each kind of change does to the answer."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.reading import Range
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Truncated
from brightline.labels.label import Attribute, ImplicitLabel, charset_problem, checked, propagated
from brightline.labels.security import (
    REASONS,
    Pins,
    Sm2Key,
    label_message,
    media_digest,
    read_public_key,
    read_security_data,
    sign_label,
    verify_label,
)
from brightline.labels.security.integrity import Reason
from brightline.labels.security.sm2 import sm3

DIGEST = "sm3:" + "ab" * 32


def _edited(label: ImplicitLabel, edit: Callable[[dict[str, Any]], object]) -> ImplicitLabel:
    whole = json.loads(label.reserved_code1)
    edit(whole["SecurityData"])
    return replace(label, reserved_code1=json.dumps(whole, separators=(",", ":")))


def _vendor_label(label: ImplicitLabel, key: Sm2Key, message: bytes, **spelling: str) -> ImplicitLabel:
    """A label in the spelling of producers seen, with whatever was signed."""
    entry = {
        "Type": "DS",
        "AlgID": "1.2.156.10197.1.501",
        "TBSData": {"Type": "LabelMataData"},
        "Signature": key.sign(message).hex().upper(),
    }
    public = {"Type": "PubKey", "AlgID": "1.2.156.10197.1.501", "KeyValue": "00" + key.public.raw[:32].hex()}
    public.update(spelling)
    return replace(label, reserved_code1=json.dumps({"SecurityData": {"Type": "TC260PG", "Version": 1, "PubSD": [entry, public]}}))


def test_the_message_is_the_three_pairs_in_the_order_of_annex_e(label: ImplicitLabel, producer: str) -> None:
    expected = f'"Label":"1","ContentProducer":"{producer}","ProduceID":"{label.produce_id}"'
    assert label_message(label, "producer") == expected.encode()
    assert label_message(replace(label, content_propagator="P", propagate_id="7"), "platform") == (
        b'"Label":"1","ContentPropagator":"P","PropagateID":"7"'
    )


def test_values_cannot_pretend_to_be_other_pairs() -> None:
    one = ImplicitLabel("1", 'a","ProduceID":"b', "c")
    two = ImplicitLabel("1", "a", 'b","ProduceID":"c')
    assert label_message(one, "producer") != label_message(two, "producer")


def test_a_signed_label_may_be_written_and_keeps_its_other_values(signed: ImplicitLabel, label: ImplicitLabel) -> None:
    assert checked(signed) is signed
    assert charset_problem(signed.reserved_code1) == ""
    assert replace(signed, reserved_code1="") == label
    assert ImplicitLabel.from_fields(json.loads(signed.to_json())) == signed
    assert ImplicitLabel.from_fields(json.loads(signed.to_wrapped_json())["AIGC"]) == signed


def test_signing_again_replaces_the_signature(signed: ImplicitLabel, other_key: Sm2Key, pins: Pins) -> None:
    again = sign_label(signed, other_key)
    assert verify_label(again).key_id == other_key.key_id
    assert verify_label(again, pins).reason == "foreign_key"


def test_a_pinned_key_makes_it_ok_and_an_unpinned_one_leaves_the_signer_open(signed: ImplicitLabel, pins: Pins, key: Sm2Key) -> None:
    sure = verify_label(signed, pins)
    assert (sure.state, sure.reason, sure.role, sure.key_id) == ("ok", "signed_by_pinned_key", "producer", key.key_id)
    open_answer = verify_label(signed)
    assert (open_answer.state, open_answer.reason, open_answer.key_id) == ("unknown", "key_not_pinned", key.key_id)
    assert [part.reason for part in sure.parts] == ["signed_by_pinned_key", "unsigned"]


@pytest.mark.parametrize("field", ["label", "content_producer", "produce_id"])
def test_one_changed_character_in_a_signed_value_is_tampering(signed: ImplicitLabel, pins: Pins, field: str) -> None:
    value = getattr(signed, field)
    changed = replace(signed, **{field: value[:-1] + ("2" if value[-1] != "2" else "3")})
    assert verify_label(changed).reason == "signature_wrong"
    assert verify_label(changed).state == "tampered"
    assert verify_label(changed, Pins({changed.content_producer: pins.keys[signed.content_producer]})).reason == "signature_wrong"


def test_values_outside_the_signature_may_change(signed: ImplicitLabel, pins: Pins, platform: str) -> None:
    passed_on = propagated(signed, Attribute.IS, platform, "9")
    assert verify_label(passed_on, pins).state == "ok"


def test_a_label_signed_by_somebody_else_is_not_the_providers(label: ImplicitLabel, other_key: Sm2Key, pins: Pins) -> None:
    forged = verify_label(sign_label(label, other_key), pins)
    assert (forged.state, forged.reason, forged.key_id) == ("tampered", "foreign_key", other_key.key_id)


def test_a_swapped_key_does_not_verify(signed: ImplicitLabel, other_key: Sm2Key, pins: Pins) -> None:
    foreign = other_key.public.raw.hex()

    def swap(security: dict[str, Any]) -> None:
        security["PubSD"][-1]["KeyValue"] = foreign

    assert verify_label(_edited(signed, swap)).reason == "signature_wrong"
    assert verify_label(_edited(signed, swap), pins).state == "ok"  # the pinned key decides, not the one in the file


def test_the_first_key_of_an_id_counts(signed: ImplicitLabel, other_key: Sm2Key) -> None:
    def add(security: dict[str, Any]) -> None:
        security["PubSD"].append({**security["PubSD"][-1], "KeyValue": other_key.public.raw.hex()})

    assert verify_label(_edited(signed, add)).reason == "key_not_pinned"


def test_a_platform_signs_its_own_pair_and_the_producers_signature_stays(
    signed: ImplicitLabel, pins: Pins, platform: str, other_key: Sm2Key
) -> None:
    passed_on = sign_label(replace(signed, content_propagator=platform, propagate_id="77"), other_key, role="platform")
    assert passed_on.reserved_code1 == signed.reserved_code1
    pinned = read_public_key(other_key.public_pem())
    assert pinned is not None
    both = Pins({**pins.keys, platform: (pinned,)})
    assert [part.state for part in verify_label(passed_on, both).parts] == ["ok", "ok"]
    changed = verify_label(replace(passed_on, propagate_id="78"), both)
    assert (changed.state, changed.reason, changed.role) == ("tampered", "signature_wrong", "platform")
    unpinned = verify_label(replace(passed_on, propagate_id="78"), pins)
    assert unpinned.parts[1].reason == "signature_unfitting"
    assert unpinned.state == "ok"


def test_where_only_the_platform_signed_its_answer_decides(platform: str, other_key: Sm2Key) -> None:
    found = ImplicitLabel("3", "", "", "", platform, "5")
    answer = verify_label(sign_label(found, other_key, role="platform"))
    assert (answer.role, answer.reason) == ("platform", "key_not_pinned")


def test_what_cannot_be_signed_is_refused(label: ImplicitLabel, key: Sm2Key) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-003"):
        sign_label(ImplicitLabel("1"), key)
    with pytest.raises(LabelError, match="BL-LABEL-003"):
        sign_label(replace(label, content_propagator="", propagate_id=""), key, role="platform")
    with pytest.raises(LabelError, match="BL-LABEL-001"):
        sign_label(replace(label, produce_id="有汉字"), key)
    with pytest.raises(LabelError, match="BL-LABEL-032"):
        sign_label(label, key, media_digest="md5:00")


# --- content binding -----------------------------------------------------------------------------------------------------


def test_the_media_digest_is_over_the_ranges_and_nothing_else() -> None:
    source = Source(b"head" + b"pixels" + b"label" + b"more" + b"tail")
    ranges = [Range(4, 10), Range(15, 19)]
    assert media_digest(source, ranges) == "sm3:" + sm3(b"pixelsmore").hex()
    assert media_digest(source, ranges, "sha256").startswith("sha256:")
    assert media_digest(Source(io.BytesIO(b"pixelsmore")), [Range(0, 10)]) == media_digest(source, ranges)


def test_a_digest_needs_media_that_is_there() -> None:
    with pytest.raises(LabelError, match="BL-LABEL-032"):
        media_digest(Source(b"abc"), [])
    with pytest.raises(LabelError, match="BL-LABEL-032"):
        media_digest(Source(b"abc"), [Range(1, 1)], "sha256")
    with pytest.raises(Truncated):
        media_digest(Source(b"abc"), [Range(0, 9)])


def test_a_bound_label_knows_its_media(label: ImplicitLabel, key: Sm2Key, pins: Pins) -> None:
    bound = sign_label(label, key, media_digest=DIGEST)
    assert checked(bound) is bound
    same = verify_label(bound, pins, DIGEST)
    assert (same.state, same.media) == ("ok", "same")
    moved = verify_label(bound, pins, "sm3:" + "cd" * 32)
    assert (moved.state, moved.reason, moved.media) == ("tampered", "media_changed", "changed")
    assert verify_label(bound, media_digest="sm3:" + "cd" * 32).reason == "media_changed"  # the file contradicts itself
    assert verify_label(bound, pins).media == "not_compared"
    assert verify_label(bound, pins, "sha256:" + "ab" * 32).media == "not_compared"


def test_the_digest_is_only_computed_where_a_label_is_bound(signed: ImplicitLabel, label: ImplicitLabel, key: Sm2Key) -> None:
    asked: list[str] = []

    def digest_of(algorithm: str) -> str:
        asked.append(algorithm)
        return "sha256:" + "ab" * 32

    assert verify_label(signed, media_digest=digest_of).media == "unbound"
    assert asked == []
    bound = sign_label(label, key, media_digest="sha256:" + "ab" * 32)
    assert verify_label(bound, media_digest=digest_of).media == "same"
    assert asked == ["sha256"]


def test_a_known_platform_that_encodes_anew_answers_for_the_content(
    label: ImplicitLabel, key: Sm2Key, other_key: Sm2Key, pins: Pins, platform: str
) -> None:
    encoded = "sm3:" + "cd" * 32
    bound = sign_label(label, key, media_digest=DIGEST)
    theirs = sign_label(replace(bound, content_propagator=platform, propagate_id="7"), other_key, media_digest=encoded, role="platform")
    pinned = read_public_key(other_key.public_pem())
    assert pinned is not None
    both = Pins({**pins.keys, platform: (pinned,)})
    answer = verify_label(theirs, both, encoded)
    assert (answer.state, answer.role, answer.media) == ("ok", "platform", "same")
    assert answer.parts[0].reason == "media_changed"
    assert verify_label(theirs, both, DIGEST).role == "platform"  # now the platform's content is not what it signed
    assert verify_label(theirs, both, DIGEST).reason == "media_changed"
    assert verify_label(theirs, pins, encoded).reason == "media_changed"  # nobody vouches for this platform
    assert verify_label(replace(theirs, propagate_id="8"), both, encoded).state == "tampered"


def test_the_digest_is_computed_once_for_both_parts(label: ImplicitLabel, key: Sm2Key, platform: str) -> None:
    asked: list[str] = []

    def digest_of(algorithm: str) -> str:
        asked.append(algorithm)
        return DIGEST

    bound = sign_label(label, key, media_digest=DIGEST)
    both = sign_label(replace(bound, content_propagator=platform, propagate_id="7"), key, media_digest=DIGEST, role="platform")
    assert [part.media for part in verify_label(both, media_digest=digest_of).parts] == ["same", "same"]
    assert asked == ["sm3"]


def test_a_binding_cannot_be_changed_nor_moved_to_another_label(label: ImplicitLabel, key: Sm2Key, pins: Pins) -> None:
    bound = sign_label(label, key, media_digest=DIGEST)

    def change(security: dict[str, Any]) -> None:
        security["Bindings"][0]["Value"] = "cd" * 32

    assert verify_label(_edited(bound, change), pins, "sm3:" + "cd" * 32).reason == "binding_wrong"
    other = sign_label(replace(label, produce_id="another"), key, media_digest="sm3:" + "cd" * 32)
    theirs = json.loads(other.reserved_code1)["SecurityData"]

    def move(security: dict[str, Any]) -> None:
        security["Bindings"], security["PubSD"][1] = theirs["Bindings"], theirs["PubSD"][1]

    assert verify_label(_edited(bound, move), pins, "sm3:" + "cd" * 32).reason == "binding_wrong"


def test_a_binding_that_is_taken_away_leaves_the_label_unbound(label: ImplicitLabel, key: Sm2Key, pins: Pins) -> None:
    bound = sign_label(label, key, media_digest=DIGEST)

    def strip(security: dict[str, Any]) -> None:
        del security["Bindings"], security["PubSD"][1]

    answer = verify_label(_edited(bound, strip), pins, "sm3:" + "cd" * 32)
    assert (answer.state, answer.media) == ("ok", "unbound")


# --- other producers' spellings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digest_first", [False, True])
def test_both_messages_of_producers_seen_are_verified(label: ImplicitLabel, key: Sm2Key, pins: Pins, digest_first: bool) -> None:
    message = label_message(label, "producer")
    seen = _vendor_label(label, key, sm3(message) if digest_first else message)
    assert verify_label(seen).reason == "key_not_pinned"
    assert verify_label(seen, pins).state == "ok"
    changed = replace(seen, produce_id="0")
    assert verify_label(changed).reason == "signature_unfitting"
    assert verify_label(changed, pins).reason == "signature_wrong"


def test_a_binding_of_another_spelling_is_neither_believed_nor_compared(label: ImplicitLabel, key: Sm2Key) -> None:
    entry = {"BType": 0, "HashAlg": "SM3", "Hash": "00" * 32}
    seen = json.loads(_vendor_label(label, key, label_message(label, "producer")).reserved_code1)
    seen["SecurityData"]["Bindings"] = [entry]
    signature = key.sign(json.dumps(entry, separators=(",", ":")).encode())
    seen["SecurityData"]["PubSD"].append(
        {"Type": "DS", "AlgID": "1.2.156.10197.1.501", "TBSData": {"Type": "Binding"}, "Signature": signature.hex()}
    )
    answer = verify_label(replace(label, reserved_code1=json.dumps(seen)), media_digest=DIGEST)
    assert (answer.reason, answer.media) == ("key_not_pinned", "unbound")


@pytest.mark.parametrize(
    "spelling", [lambda text: text.replace('"', "&quot;"), lambda text: text.replace('"', '\\"'), lambda text: f"  {text}\n"]
)
def test_escaped_quotes_and_blanks_around_are_read(signed: ImplicitLabel, pins: Pins, spelling: Callable[[str], str]) -> None:
    assert verify_label(replace(signed, reserved_code1=spelling(signed.reserved_code1)), pins).state == "ok"


def test_a_label_without_a_key_verifies_with_the_pinned_one(signed: ImplicitLabel, pins: Pins) -> None:
    def drop(security: dict[str, Any]) -> None:
        security["PubSD"].pop()

    assert verify_label(_edited(signed, drop), pins).state == "ok"
    assert verify_label(_edited(signed, drop)).reason == "no_key"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "unsigned"),
        ("S7Wr/Evf+Mq+T3SWymUoO7naAs0WPNLrahOqG9WzR+o=", "opaque"),
        ("[1,2]", "opaque"),
        ('{"SecurityData":{"Type":"OTHER"}}', "opaque"),
        ('{"SecurityData":{"Type":"TC260PG","Version":1}}', "unsigned"),
        ('{"SecurityData":{"Type":"TC260PG","PubSD":[{"Type":"DS","AlgID":"1.2.3","TBSData":{"Type":"Md"}}]}}', "unsupported"),
        ('{"SecurityData":{"Type":"TC260PG","PubSd":[{"Type":"DS","AlgID":"SM3withSM2","TBSData":7}]}}', "unsupported"),
        ('{"SecurityData":' * 3000, "opaque"),
        ("{" + '"a":[' * 5000, "opaque"),
        ("{" * 100_000, "opaque"),
    ],
)
def test_what_is_no_signature_is_unknown_and_says_why(label: ImplicitLabel, code: str, reason: str) -> None:
    answer = verify_label(replace(label, reserved_code1=code))
    assert (answer.state, answer.reason) == ("unknown", reason)


def test_a_hostile_binding_raises_nothing(label: ImplicitLabel, key: Sm2Key) -> None:
    for value in ("zz", "", None, 7, ["ab" * 32], "AB" * 31):
        bound = sign_label(label, key, media_digest=DIGEST)

        def spoil(security: dict[str, Any], value: object = value) -> None:
            security["Bindings"][0]["Value"] = value

        assert verify_label(_edited(bound, spoil), media_digest=DIGEST).reason == "binding_wrong"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_text_in_a_reserved_code_gives_an_answer(data: st.DataObject) -> None:
    leaves = (
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["DS", "Md", "PubKey", "1.2.156.10197.1.501"])
    )
    keys = st.sampled_from(["Type", "PubSD", "Bindings", "TBSData", "AlgID", "KeyID", "KeyValue", "Signature", "Value", "CntSel"])
    tree = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6), max_leaves=20)
    inner = data.draw(tree)
    security = {**inner, "Type": "TC260PG"} if isinstance(inner, dict) else inner
    code = data.draw(st.text(max_size=50) | st.just(json.dumps({"SecurityData": security})))
    label = ImplicitLabel("1", data.draw(st.text(max_size=5)), "1", code, "", "", code)
    answer = verify_label(label, media_digest=DIGEST)
    assert answer.reason in REASONS
    assert read_security_data(code) is None or answer.reason != "opaque"


def test_every_reason_has_its_state_and_both_languages() -> None:
    assert set(REASONS) == set(get_args(Reason))
    for state, chinese, english in REASONS.values():
        assert state in ("ok", "unknown", "tampered")
        assert any("一" <= character <= "鿿" for character in chinese)
        assert english.isascii()
