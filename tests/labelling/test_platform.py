"""An upload on its way: verified, its state decided by the rules of Article 6, the label of the next platform written or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from brightline.labelling.judging import kept_label, kind_of_item, left_out
from brightline.labels.errors import LabelError
from brightline.labels.label import Attribute, ImplicitLabel, propagated
from brightline.labels.provenance import Credential
from brightline.labels.registry import read
from brightline.labels.security import Sm2Key, sign_label
from brightline.labels.verification import verify
from brightline.model import Door, ItemKind, Outcome
from brightline.review import render_statement
from brightline.rulebook import load_rulebook
from tests.labelling.conftest import Installation
from tests.labels.conftest import PLATFORM_CODE, PRODUCER_CODE

OTHER_PLATFORM = PLATFORM_CODE[:-4] + "0002"
OTHER_PRODUCER = PRODUCER_CODE[:-4] + "0002"
FIRST = ImplicitLabel.first(OTHER_PRODUCER, "theirs-1")
TRACE = "a lighthouse\nSteps: 28, Sampler: Euler a, CFG scale: 7, Seed: 4211, Size: 832x1216"

Labelled = Callable[..., bytes]


def picture(**texts: str) -> bytes:
    """A small picture with texts in its metadata, in their order."""
    info, out = PngInfo(), BytesIO()
    for key, value in texts.items():
        info.add_text(key, value)
    Image.effect_noise((40, 30), 30).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def fields(file: bytes | Path) -> dict[str, str]:
    (site,) = read(file).labels
    return dict(site.fields)


# States


STATES = {
    "confirmed": (picture(AIGC=FIRST.to_wrapped_json()), False, Attribute.IS, "LM-6.1", "第六条第一项"),
    "possible": (picture(), True, Attribute.POSSIBLY, "LM-6.2", "第六条第二项"),
    "suspected": (picture(parameters=TRACE), False, Attribute.SUSPECTED, "LM-6.3", "第六条第三项"),
}


@pytest.mark.parametrize("state", STATES)
def test_a_state_leads_to_its_decision_its_label_and_its_record(here: Installation, state: str) -> None:
    data, declared, attribute, rule, article = STATES[state]

    passed = here.labelling().pass_on(data, door=Door.API, name="a.png", declared=declared, account="user-3", api_key="key-1")

    assert (passed.verification.state, passed.note) == (state, "")
    decision = passed.decision
    assert (decision.outcome, decision.rules, decision.item_kind) == (Outcome.LABEL, (rule,), ItemKind.IMAGE)
    assert (decision.account, decision.api_key, decision.request["state"]) == ("user-3", "key-1", state)
    assert passed.marked is not None
    assert passed.marked.data is not None
    label = fields(passed.marked.data)
    assert (label["Label"], label["ContentPropagator"]) == (attribute, PLATFORM_CODE)
    assert PLATFORM_CODE[22] == "2"  # the role digit of propagation (TC260 guide on codes; rules.md, 2.4)
    assert passed.record is not None
    assert (passed.record.role, passed.record.attribute, passed.record.decision) == ("platform", attribute, decision.id)
    assert passed.record.content_id == label["PropagateID"]
    statement = render_statement(decision, load_rulebook(), "zh", base_url="https://made-up.example", seq=None)
    assert article in statement.reason
    assert [stated.id for stated in statement.rules] == [rule]


def test_where_there_was_no_label_the_producer_stays_empty(here: Installation) -> None:
    data, declared, *_ = STATES["possible"]

    passed = here.labelling().pass_on(data, door=Door.API, declared=declared)

    assert passed.marked is not None
    assert passed.marked.data is not None
    label = fields(passed.marked.data)
    assert (label["ContentProducer"], label["ProduceID"], label["ReservedCode1"]) == ("", "", "")


def test_the_next_platform_reads_the_same_state(here: Installation) -> None:
    for state, (data, declared, *_) in STATES.items():
        passed = here.labelling().pass_on(data, door=Door.API, declared=declared)
        assert passed.marked is not None
        assert passed.marked.data is not None
        assert verify(passed.marked.data).state == state


@pytest.mark.parametrize(("data", "state"), [(picture(), "none"), (picture()[:60], "inconclusive"), (b"\x00\x01\x02", "inconclusive")])
def test_without_a_state_nothing_is_written_and_that_is_said(here: Installation, data: bytes, state: str) -> None:
    passed = here.labelling().pass_on(data, door=Door.API, name="a.png")

    assert (passed.verification.state, passed.marked, passed.record) == (state, None, None)
    assert "nothing is written" in passed.note
    assert (passed.decision.outcome, passed.decision.rules) == (Outcome.ALLOW, ())
    assert bool(passed.decision.not_inspected) == (state == "inconclusive")


def test_a_platform_without_a_code_decides_and_says_why_it_writes_nothing(here: Installation) -> None:
    passed = here.labelling(label_platform_code="").pass_on(STATES["confirmed"][0], door=Door.API)

    assert (passed.decision.outcome, passed.marked) == (Outcome.LABEL, None)
    assert passed.note == "label_platform_code is not set"


def test_a_path_goes_to_its_place(here: Installation, tmp_path: Path) -> None:
    source, out = tmp_path / "upload.png", tmp_path / "published.png"
    source.write_bytes(STATES["confirmed"][0])

    passed = here.labelling().pass_on(source, door=Door.API, out=out, content_id="post-9")

    assert passed.marked is not None
    assert passed.marked.path == out
    assert fields(out)["PropagateID"] == "post-9"
    assert source.read_bytes() == STATES["confirmed"][0]


# The producer stays


def test_the_producers_keys_stay_with_their_signature_and_the_last_platforms_go(here: Installation, key: Sm2Key, tmp_path: Path) -> None:
    signed = sign_label(FIRST, key)
    earlier = replace(propagated(signed, Attribute.IS, OTHER_PLATFORM, "post-1"), reserved_code2="theirs")
    ours = tmp_path / "sm2.pem"
    Sm2Key.of(4_321).save(ours)

    passed = here.labelling(label_key_file=ours).pass_on(picture(AIGC=earlier.to_wrapped_json()), door=Door.API)

    assert passed.marked is not None
    assert passed.marked.data is not None
    label = fields(passed.marked.data)
    for each in ("Label", "ContentProducer", "ProduceID", "ReservedCode1"):
        assert label[each] == signed.fields[each]
    assert label["ContentPropagator"] == PLATFORM_CODE
    assert Sm2Key.of(4_321).key_id in label["ReservedCode2"]
    assert verify(passed.marked.data).check("security.signature").result == "pass"


def test_producers_that_write_other_characters_are_passed_on_as_they_are(here: Installation) -> None:
    theirs = replace(FIRST, content_producer="Some Agent AI", produce_id="作品/一.md#1")

    passed = here.labelling().pass_on(picture(AIGC=theirs.to_wrapped_json()), door=Door.API)

    assert passed.marked is not None
    assert passed.marked.data is not None
    label = fields(passed.marked.data)
    assert (label["ContentProducer"], label["ProduceID"]) == ("Some Agent AI", "作品/一.md#1")


def test_a_manifest_is_signed_anew_over_the_file_as_it_came(
    here: Installation, labelled: Labelled, credential: Credential, tmp_path: Path
) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    credential.save(chain, key)
    came = labelled(FIRST, credential=Credential.made("Somebody else"))

    passed = here.labelling(label_c2pa_chain=chain, label_c2pa_key=key).pass_on(came, door=Door.API)
    without = here.labelling().pass_on(came, door=Door.API)

    assert passed.marked is not None
    assert passed.marked.steps[-1].detail == "2 manifests"
    assert passed.note == ""
    assert "C2PA manifest" in without.note


def test_texts_are_passed_on_without_a_manifest_though_there_is_a_certificate(
    here: Installation, credential: Credential, tmp_path: Path
) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    credential.save(chain, key)
    labelling = here.labelling(label_c2pa_chain=chain, label_c2pa_key=key)

    passed = labelling.pass_on("# 标题\n".encode(), door=Door.API, name="note.md", declared=True)

    assert passed.marked is not None
    assert passed.note == "there is no C2PA manifest: this format has no place for one"


# Of several labels one producer stays


SECOND = ImplicitLabel.first(PRODUCER_CODE, "ours-2")
NO = replace(SECOND, label="0")
MAYBE = propagated(SECOND, Attribute.POSSIBLY, OTHER_PLATFORM, "post-2")


@pytest.mark.parametrize(
    ("labels", "state", "kept"),
    [
        ((FIRST, SECOND), "confirmed", FIRST),  # the first of equals
        ((MAYBE, FIRST), "confirmed", FIRST),  # the one that decides the state
        ((FIRST, MAYBE), "confirmed", FIRST),
        ((NO, FIRST), "confirmed", FIRST),  # who says that it is not generated is no producer of it
        ((NO,), "none", None),
        ((MAYBE,), "possible", MAYBE),
    ],
)
def test_the_label_that_counted_most_keeps_its_producer(labels: tuple[ImplicitLabel, ...], state: str, kept: ImplicitLabel | None) -> None:
    found = verify(picture(**{key: label.to_wrapped_json() for key, label in zip(("AIGC", "Comment"), labels, strict=False)}))

    assert (found.state, kept_label(found)) == (state, kept)


def tampered(label: ImplicitLabel, key: Sm2Key) -> ImplicitLabel:
    """Signed, and changed since."""
    return replace(sign_label(label, key), produce_id="changed-since")


def test_an_intact_label_keeps_its_producer_before_one_that_was_tampered_with(key: Sm2Key) -> None:
    intact = propagated(SECOND, Attribute.SUSPECTED, OTHER_PLATFORM, "post-3")

    found = verify(picture(AIGC=tampered(FIRST, key).to_wrapped_json(), Comment=intact.to_wrapped_json()))

    assert (found.state, found.integrity) == ("suspected", "tampered")
    assert kept_label(found) == intact


def test_a_tampered_label_alone_is_passed_on_as_a_suspicion_with_what_shows_it(here: Installation, key: Sm2Key) -> None:
    passed = here.labelling().pass_on(picture(AIGC=tampered(FIRST, key).to_wrapped_json()), door=Door.API)

    assert passed.verification.state == "suspected"
    assert passed.marked is not None
    assert passed.marked.data is not None
    label = fields(passed.marked.data)
    assert (label["Label"], label["ProduceID"]) == ("3", "changed-since")
    again = verify(passed.marked.data)
    assert (again.state, again.integrity) == ("suspected", "tampered")


def test_quotations_keep_no_producer() -> None:
    found = verify(f"```json\n{FIRST.to_wrapped_json()}\n```\n".encode(), name="article.md", declared=True)

    assert (found.state, kept_label(found)) == ("possible", None)


def test_the_note_says_on_what_the_labels_disagreed(here: Installation) -> None:
    both = picture(AIGC=FIRST.to_wrapped_json(), Comment=SECOND.to_wrapped_json())

    passed = here.labelling().pass_on(both, door=Door.API)

    assert left_out(passed.verification) == ("ContentProducer", "ProduceID")
    assert passed.note == "the file's labels disagreed on ContentProducer, ProduceID; one of them stays"
    assert left_out(verify(picture(AIGC=FIRST.to_wrapped_json(), Comment=FIRST.to_wrapped_json()))) == ()


# Around it


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/avif", ItemKind.IMAGE),
        ("audio/mp4", ItemKind.AUDIO),
        ("video/webm", ItemKind.VIDEO),
        ("text/html", ItemKind.TEXT),
        ("application/json", ItemKind.TEXT),
        ("application/pdf", ItemKind.DOCUMENT),
        ("", ItemKind.TEXT),
    ],
)
def test_a_file_is_the_kind_of_item_that_its_media_type_says(media_type: str, kind: ItemKind) -> None:
    assert kind_of_item(media_type) is kind


def test_a_file_that_cannot_be_written_is_not_passed_on_without_a_label(here: Installation) -> None:
    """Its state is known, but there is no place for front matter in UTF-16."""
    utf_16 = "# 标题\n".encode("utf-16")

    with pytest.raises(LabelError):
        here.labelling().pass_on(utf_16, door=Door.API, name="note.md", declared=True)
