"""Labels found in entries: every form of real files, what is odd about each, and nothing where there is none."""

from __future__ import annotations

import base64
import html
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.labels.containers.reading import Entry, EntryKind
from brightline.labels.label import KEYS, ImplicitLabel
from brightline.labels.sites import DEFECTS, MOST_SITES, Site, is_label, sites_in
from brightline.labels.verification import verify
from brightline.labels.verification.verdict import Claim, claim_of

LABEL = ImplicitLabel.first("00119100000000000000001", "n-1")
JSON = LABEL.to_json()
ESCAPED = JSON.replace('"', '\\"')


def entry(key: str, value: str, kind: EntryKind = "text", place: str = "png.tEXt", **more: Any) -> Entry:
    return Entry(place, key, value, 40, 200, kind, **more)


def only(found: Entry) -> Site:
    sites = sites_in([found])
    assert len(sites) == 1
    return sites[0]


@pytest.mark.parametrize(
    ("found", "form", "defects"),
    [
        (entry("AIGC", JSON), "bare", ()),
        (entry("TXXX:aigc", JSON + "\x00"), "bare", ()),
        (entry("AIGC", "\ufeff" + JSON + "\r\n\x00"), "bare", ()),
        (entry("UserComment", ("\ufeff" + LABEL.to_wrapped_json()).encode().decode("latin-1")), "wrapped", ()),
        (entry("AIGC", LABEL.to_wrapped_json()), "wrapped", ()),
        (entry("UserComment", LABEL.to_wrapped_json()), "wrapped", ()),
        (entry("AIGC", json.dumps({"AIGC": JSON})), "escaped", ()),
        (entry("AIGC", html.escape(JSON)), "escaped", ("escaped",)),
        (entry("AIGC", html.escape(html.escape(JSON))), "escaped", ("escaped",)),
        (entry("AIGC", json.dumps(JSON)), "escaped", ("escaped",)),
        (entry("AIGC", ESCAPED), "escaped", ("escaped",)),
        (entry("comment", "Exif\x00 AIGC" + JSON + "\xff\xd8", "blob"), "blob", ()),
        (entry("wav.behind", "AIGC\xd9\x00\x00\x00" + JSON, "blob"), "blob", ()),
        (entry("comment", 'x "AIGC": ' + JSON, "blob"), "blob", ()),
        (entry("\u00a9cmt", JSON), "bare", ()),
        (entry("MyAIGC", JSON), "bare", ()),
        (entry("AIGC", base64.urlsafe_b64encode(JSON.encode()).decode()), "bare", ("base64",)),
        (entry("AIGC", json.dumps(LABEL.fields | {"Label": 1})), "bare", ("not-a-string",)),
        (entry("AIGC", json.dumps(LABEL.fields | {"Extra": "x"})), "bare", ("extra-key",)),
        (entry("AIGC", JSON.replace('"Label"', '"label"')), "bare", ("key-case",)),
        (entry("AIGC", JSON.replace("ReservedCode1", "ReserveCode1").replace("PropagateID", "PropatorID")), "bare", ("key-name",)),
        (entry("AIGC", JSON[:-1] + ',"Label":"1"}'), "bare", ("duplicate-key",)),
    ],
)
def test_a_label_is_found_in_every_form(found: Entry, form: str, defects: tuple[str, ...]) -> None:
    site = only(found)

    assert (site.form, site.defects) == (form, defects)
    assert site.label == LABEL
    assert is_label(found)
    assert (site.place, site.offset, site.length) == ("png.tEXt", 40, 200)


@pytest.mark.parametrize(
    ("block", "defects"),
    [
        ("AIGC:\n" + "".join(f"  {key}: {json.dumps(value)}\n" for key, value in LABEL.fields.items()), ()),
        ("title: x\nAIGC:\n" + "".join(f"    {key}: '{value}'\n" for key, value in LABEL.fields.items()) + "tags: [a]\n", ()),
        ("AIGC: '" + JSON + "'\n", ()),
        ("AIGC:\n  Label: 1\n" + "".join(f"  {key}: '{LABEL.fields[key]}'\n" for key in KEYS[1:]), ()),
    ],
)
def test_front_matter_holds_a_mapping_or_json(block: str, defects: tuple[str, ...]) -> None:
    site = only(entry("front matter", block, "yaml", "markdown.front-matter"))

    assert (site.form, site.defects, site.label) == ("yaml", defects, LABEL)


def test_an_agents_front_matter_is_read_with_what_is_wrong_about_it() -> None:
    site = only(entry("front matter", 'AIGC:\n  Label: AIGC\n  ContentProducer: Some Agent AI\n  ProduceID: "000"\n', "yaml"))

    assert site.fields == {"Label": "AIGC", "ContentProducer": "Some Agent AI", "ProduceID": "000"}
    assert site.defects == ("charset", "key-missing")


def test_a_vendors_own_fields_are_a_site_without_the_seven_keys() -> None:
    site = only(entry("UserComment", json.dumps({"ServiceProvider": "a", "ServiceUser": "b", "Time": "1", "ContentId": "2"})))

    assert (site.form, site.label, site.defects) == ("vendor", None, ("vendor-schema",))


@pytest.mark.parametrize("value", ["nonsense", "[1, 2]", '"text"', "{", "{}", '{"AIGC": 5}', '{"AIGC": "text"}'])
def test_a_field_of_the_name_that_holds_no_label_is_unreadable_not_absent(value: str) -> None:
    site = only(entry("AIGC", value))

    assert (site.form, site.label) == ("unreadable", None)
    assert "not-an-object" in site.defects or value == '{"AIGC": 5}'


@pytest.mark.parametrize(
    "found",
    [
        entry("AIGC", ""),
        entry("AIGC", "  "),
        entry("Title", "GB 45438-2025：ContentProducer 与 ProduceID 的填写"),
        entry("Software", "AIGC-Studio {v2}"),
        entry("Comment", "a talk on AIGC {and} labels"),
        entry("Comment", 'AIGC: {"speaker": "x"}'),
        entry("AigcInfo", '{"aigc_label_type": 0}'),
        entry("x-aigc-api", "v2"),
        entry("parameters", '{"Label": "1", "value": 3}'),
        entry("workflow", '{"nodes": [{"Label": "1"}], "AIGC": false}'),
        entry("front matter", "title: About AIGC labels\n", "yaml"),
        entry("front matter", "tags: [AIGC]\n", "yaml"),
        entry("XMP", "<x:xmpmeta xmlns:x='adobe:ns:meta/'>AIGC</x:xmpmeta>", "xmp"),
    ],
)
def test_what_only_speaks_of_labels_is_none(found: Entry) -> None:
    assert sites_in([found]) == []
    assert not is_label(found)


@pytest.mark.parametrize("length", [31, 60, 100, 160])
@pytest.mark.parametrize(
    "form", [LABEL.to_wrapped_json(), html.escape(LABEL.to_wrapped_json()), LABEL.to_wrapped_json().replace('"', '\\"')]
)
def test_a_label_that_a_short_field_cuts_off_is_not_absent(form: str, length: int) -> None:
    whole = form.index("1", form.index("Label")) + 8  # the attribute and the comma behind it
    site = only(entry("Description", form[: max(whole, length)]))

    assert (site.form, site.label) == ("unreadable", None)
    assert site.defects == ("cut-off", "not-an-object")
    assert claim_of(site) is Claim.UNCLEAR
    assert is_label(entry("Description", form[: max(whole, length)]))


@pytest.mark.parametrize(
    "text",
    [
        "The example " + LABEL.to_wrapped_json()[:60],
        LABEL.to_wrapped_json()[:60] + "...",
        LABEL.to_wrapped_json()[:60] + "…",
        '{"AIGC":{"Lab',
        '{"AIGC":{"speaker":"x","Label',
        '{"Label":"1","value":3,"ContentProd',
        '{"Label":"Produce","Content',
    ],
)
def test_a_quotation_that_is_cut_off_is_none(text: str) -> None:
    assert sites_in([entry("Description", text)]) == []


def test_a_quotation_is_a_site_that_does_not_count() -> None:
    quoted = entry("AIGC", JSON, place="markdown.fence.quoted")

    assert only(quoted).quoted
    assert not is_label(quoted)


def test_an_alias_in_front_matter_is_not_followed() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{('*' + chr(97 + n) + ',') * 9}]\n" for n in range(9))

    assert only(entry("front matter", bomb + "AIGC: *j\n", "yaml")).form == "unreadable"


def test_an_entry_full_of_beginnings_is_given_up_soon() -> None:
    assert sites_in([entry("comment", "AIGC{" * 200_000, "blob")]) == []


def test_a_nested_object_keeps_its_text() -> None:
    site = only(entry("AIGC", json.dumps(LABEL.fields | {"ReservedCode1": {"Type": "TC260PG", "PubSD": [1]}})))

    assert site.fields["ReservedCode1"] == '{"Type":"TC260PG","PubSD":[1]}'
    assert site.defects == ("not-a-string",)


def test_the_number_of_sites_is_bounded() -> None:
    assert len(sites_in([entry("AIGC", JSON)] * 1_000)) == MOST_SITES


def test_every_defect_is_named() -> None:
    assert list(DEFECTS) == sorted(DEFECTS)


@given(
    st.text(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)).map(json.dumps),
    st.sampled_from(["text", "xmp", "yaml", "html", "blob"]),
    st.sampled_from(["AIGC", "UserComment"]),
    st.sampled_from(["", "AIGC", '{"AIGC":', "AIGC: ", "<TC260:AIGC>"]),
)
def test_whatever_stands_in_an_entry_the_reader_answers(text: str, kind: EntryKind, key: str, before: str) -> None:
    for site in sites_in([entry(key, before + text, kind)]):
        assert set(site.defects) <= set(DEFECTS)


def test_a_packet_whose_label_may_lie_in_an_entity_is_unreadable() -> None:
    declared = '<!DOCTYPE x [<!ENTITY l "AIGC &#123;hidden&#125;">]>'
    packet = declared + '<x:xmpmeta xmlns:x="adobe:ns:meta/">&l;</x:xmpmeta>'
    assert only(entry("XMP", packet, "xmp")).form == "unreadable"


@pytest.mark.parametrize("flow", ["[" * 100_000, "[" + "a," * 60_000 + "]", "{a: " * 40 + "}" * 40])
def test_front_matter_that_is_too_deep_or_too_much_is_unreadable(flow: str) -> None:
    assert only(entry("front matter", f"AIGC: {flow}\n", "yaml")).form == "unreadable"


def test_a_label_far_behind_in_front_matter_that_is_too_much_to_read_is_a_trace(label: ImplicitLabel) -> None:
    data = b"---\n" + b"".join(b"k%d: b\n" % n for n in range(10_000)) + b"AIGC: '" + label.to_json().encode() + b"'\n---\nText\n"
    assert verify(data, name="a.md").state == "suspected"
