"""Every check can hold and can be violated, for the reason that its name says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from brightline.labels.containers.reading import Entry
from brightline.labels.security import Sm2Key, sign_label
from brightline.labels.sites import Site, sites_in
from brightline.labels.verification.check_catalogue import catalogue
from brightline.labels.verification.checks import compliance_of, run_checks
from brightline.labels.verification.examined import Examined, OwnRecord, ProvenanceSeen, SignatureSeen, Skipped
from brightline.labels.verification.traces import named_values, traces_in
from brightline.labels.verification.verdict import Compliance, Integrity
from brightline.labels.verification.visible import TextBox, VisibleLabel, visible_labels
from tests.labels.conftest import PLATFORM_CODE, PRODUCER_CODE

SEVEN = {
    "Label": "1",
    "ContentProducer": PRODUCER_CODE,
    "ProduceID": "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11",
    "ReservedCode1": "",
    "ContentPropagator": PLATFORM_CODE,
    "PropagateID": "c-20260101-17",
    "ReservedCode2": "",
}
WRONG_DIGIT = PRODUCER_CODE[:21] + ("0" if PRODUCER_CODE[21] != "0" else "1") + PRODUCER_CODE[22:]
TRACE = traces_in(named_values([Entry("jpeg.exif", "Make", "Ideogram AI", 30, 11)])[0])


def sites(*values: Any, place: str = "mp4.moov.udta.meta.keys", key: str = "AIGC", standard: bool = True) -> tuple[Site, ...]:
    texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
    return tuple(sites_in([Entry(place, key, text, 8, 90, standard=standard) for text in texts]))


def seven(**changed: Any) -> dict[str, Any]:
    return SEVEN | changed


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in SEVEN.items() if name != key}


def xmp_site(*defects: str) -> Site:
    (site,) = sites(SEVEN, place="png.iTXt.xmp", key="XMP")
    return replace(site, form="element", defects=defects)


def signed(reason: str, media: str = "unbound", integrity: Integrity = Integrity.UNKNOWN) -> dict[int, SignatureSeen]:
    return {0: SignatureSeen(integrity, reason, signed=True, key_id="k1", media=media)}


def seen(height: float, left: float = 880) -> tuple[VisibleLabel, ...]:
    return visible_labels([TextBox("AI生成", left, 400, left + 100, 400 + height)], 1000, 800)


def base(**changed: Any) -> Examined:
    values: dict[str, Any] = {"name": "a.mp4", "container": "mp4", "suffixes": (".mp4",), "sites": sites(SEVEN)} | changed
    return Examined(**values)


EMPTY = {key: seven(**{key: ""}) for key in SEVEN}
BAD: dict[str, Examined] = {
    "c2pa.hash": base(provenance=ProvenanceSeen("tampered", (), "dataHash.mismatch")),
    "c2pa.readable": base(provenance=ProvenanceSeen("unreadable", (), "broken")),
    "c2pa.source_type": base(sites=(), provenance=ProvenanceSeen("trusted", ("trainedAlgorithmicMedia",))),
    "c2pa.trusted": base(provenance=ProvenanceSeen("expired", ())),
    "explicit.elements": base(visible=()),
    "explicit.height": base(visible=seen(20)),
    "explicit.place": base(visible=seen(60, left=400)),
    "explicit.rhythm": base(rhythm=()),
    "explicit.text": base(text_label=False),
    "file.complete": base(skipped=(Skipped("container", "bytes behind the end", 900, decides=True),)),
    "file.known_format": base(problem="BL-LABEL-013: unknown"),
    "file.suffix_agrees": base(name="a.png"),
    "fingerprint.own": base(sites=(), fingerprint_asked=True, fingerprint=OwnRecord("r-1", exact=True)),
    "id.produce.placeholder": base(sites=sites(seven(ProduceID="00000000-0000-0000-0000-000000000000"))),
    "id.propagate.placeholder": base(sites=sites(seven(PropagateID="unknown"))),
    "id.reserved_repeats": base(sites=sites(seven(ReservedCode1=SEVEN["ProduceID"]))),
    "iptc.agrees": base(source_type="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"),
    "label.agree": base(sites=sites(SEVEN, seven(Label="3"))),
    "label.attribute.value": base(sites=sites(seven(Label="AIGC"))),
    "label.base64": base(sites=sites("eyJMYWJlbCI6IjEiLCJDb250ZW50UHJvZHVjZXIiOiJwIiwiUHJvZHVjZUlEIjoibi03In0=")),
    "label.duplicate_keys": base(sites=sites(json.dumps(SEVEN)[:-1] + ',"Label":"1"}')),
    "label.escaped": base(sites=sites(json.dumps(SEVEN).replace('"', "&quot;"))),
    "label.exactly_one": base(sites=sites(SEVEN, SEVEN)),
    "label.extra_keys": base(sites=sites(seven(Colour="blue"))),
    "label.form": base(sites=sites({"AIGC": SEVEN})),
    **{f"label.key.empty.{key}": base(sites=sites(EMPTY[key])) for key in SEVEN if not key.startswith("Reserved")},
    **{f"label.key.missing.{key}": base(sites=sites(without(key))) for key in SEVEN},
    "label.key.spelling": base(sites=sites({**without("ReservedCode1"), "ReserveCode1": ""})),
    "label.not_quoted": base(sites=sites(SEVEN, place="markdown.fence.quoted", standard=False)),
    "label.object": base(sites=sites("yes")),
    "label.standard_place": base(sites=sites(SEVEN, place="mp4.moov.meta", standard=False)),
    "label.structured": base(sites=(xmp_site("structured"),)),
    "label.value.charset": base(sites=sites(seven(ContentProducer="某某公司"))),
    "label.value.length": base(sites=sites(seven(ProduceID="n" * 2049))),
    "label.value.type": base(sites=sites(seven(Label=1))),
    "label.vendor_schema": base(sites=sites({"AIGC": {"ServiceProvider": "p", "ServiceUser": "u", "Time": "t", "ContentId": "c"}})),
    "producer.code.check_digit": base(sites=sites(seven(ContentProducer=WRONG_DIGIT))),
    "producer.code.shape": base(sites=sites(seven(ContentProducer="made-up"))),
    "producer.code.subject": base(sites=sites(seven(ContentProducer="009" + PRODUCER_CODE[3:]))),
    "producer.role_digit": base(sites=sites(seven(ContentProducer=PLATFORM_CODE))),
    "propagator.code.check_digit": base(sites=sites(seven(ContentPropagator=WRONG_DIGIT))),
    "propagator.code.shape": base(sites=sites(seven(ContentPropagator="made-up"))),
    "propagator.pair": base(sites=sites(seven(PropagateID=""))),
    "propagator.role_digit": base(sites=sites(seven(ContentPropagator=PRODUCER_CODE[:-4] + "0002"))),
    "reserved.security_data.shape": base(sites=sites(seven(ReservedCode1='{"SecurityData":1}'))),
    "security.binding": base(signatures=signed("media_changed", "changed", Integrity.TAMPERED)),
    "security.key_pinned": base(signatures=signed("key_not_pinned")),
    "security.signature": base(signatures=signed("signature_wrong", integrity=Integrity.TAMPERED)),
    "traces.labelled": base(sites=(), traces=TRACE),
    "watermark.own": base(sites=(), watermark_asked=True, watermark=OwnRecord("r-1", exact=True)),
    "xmp.namespace": base(sites=(xmp_site("xmp-namespace"),)),
    "xmp.well_formed": base(sites=(xmp_site("xmp-not-well-formed"),)),
}

GOOD = base(
    signatures=signed("signed_by_pinned_key", "same", Integrity.OK),
    provenance=ProvenanceSeen("trusted", ("trainedAlgorithmicMedia",)),
    traces=TRACE,
    source_type="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    text_label=True,
    visible=seen(60),
    rhythm=(0.0,),
    watermark_asked=True,
    watermark=OwnRecord("r-1", exact=True),
    fingerprint_asked=True,
    fingerprint=OwnRecord("r-2", exact=True),
)
GOOD_ELSEWHERE = {
    "label.agree": base(sites=sites(SEVEN, SEVEN)),
    "xmp.namespace": base(sites=(xmp_site(),)),
    "xmp.well_formed": base(sites=(xmp_site(),)),
}


def results(examined: Examined) -> dict[str, str]:
    return {check.id: check.result for check in run_checks(examined)}


def test_every_check_has_a_violation_here() -> None:
    assert set(BAD) == set(catalogue())


@pytest.mark.parametrize("check", BAD)
def test_a_violation_is_told_with_what_the_catalogue_makes_of_it(check: str) -> None:
    found = next(each for each in run_checks(BAD[check]) if each.id == check)

    assert found.result == catalogue()[check].worst
    assert found.zh != found.en


@pytest.mark.parametrize("check", sorted(set(catalogue()) - {"reserved.security_data.shape"}))
def test_the_same_check_passes_where_all_is_well(check: str) -> None:
    assert results(GOOD_ELSEWHERE.get(check, GOOD))[check] == "pass"


def test_security_data_of_our_own_has_the_guides_shape(label: Any) -> None:
    signed_label = sign_label(label, Sm2Key.generate())

    assert results(base(sites=sites(signed_label.fields)))["reserved.security_data.shape"] == "pass"


@pytest.mark.parametrize("check", BAD)
def test_each_file_gets_every_check_once_in_order(check: str) -> None:
    assert [each.id for each in run_checks(BAD[check])] == list(catalogue())


def test_a_file_without_a_label_has_no_checks_of_labels() -> None:
    found = results(base(sites=()))

    assert {found[check] for check in found if check.startswith(("label.key", "producer", "propagator", "id."))} == {"not_applicable"}
    assert found["label.exactly_one"] == "not_applicable"


def test_warnings_are_no_defects_and_a_broken_signature_is_none_of_the_label() -> None:
    def judged(examined: Examined) -> Compliance:
        return compliance_of(examined, run_checks(examined))

    assert judged(base()) is Compliance.OK
    assert judged(BAD["producer.code.shape"]) is Compliance.OK
    assert judged(BAD["security.signature"]) is Compliance.OK
    assert judged(BAD["label.exactly_one"]) is Compliance.DEFECTS
    assert judged(base(sites=())) is Compliance.NOT_APPLICABLE


@pytest.mark.parametrize(
    "value",
    ["0", "0000", "00000000-0000-0000-0000-000000000000", "xxxx", "null", "N/A", "test", "unknown", "ContentID"],
)
def test_placeholders_are_known(value: str) -> None:
    assert results(base(sites=sites(seven(ProduceID=value))))["id.produce.placeholder"] == "fail"


@pytest.mark.parametrize("value", ["7", "0190c2a4", "a1", "testing-4711", "资料/报告.md", "20260101"])
def test_ordinary_numbers_are_no_placeholders(value: str) -> None:
    assert results(base(sites=sites(seven(ProduceID=value))))["id.produce.placeholder"] == "pass"


@pytest.mark.parametrize(
    ("place", "key", "value", "result"),
    [
        ("jpeg.exif.UserComment", "UserComment", {"AIGC": SEVEN}, "pass"),
        ("png.tEXt", "AIGC", {"AIGC": SEVEN}, "pass"),
        ("png.tEXt", "AIGC", SEVEN, "warn"),
        ("jpeg.exif.ImageDescription", "ImageDescription", {"AIGC": SEVEN}, "warn"),
    ],
)
def test_the_image_guides_alternative_places_count_in_the_wrapped_form(place: str, key: str, value: Any, result: str) -> None:
    assert results(base(container="png", sites=sites(value, place=place, key=key, standard=False)))["label.standard_place"] == result


def test_the_rule_of_a_place_is_the_guide_of_the_format() -> None:
    (found,) = [check for check in run_checks(base(container="wav")) if check.id == "label.standard_place"]

    assert found.rule == "PG-WAV"
