"""``verify`` over whole files: what is asked for is looked at, what is not is named, and no file makes it raise."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from brightline.documents import canonical_json
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError
from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.security import Pins, Sm2Key, media_digest, read_public_key, sign_label
from brightline.labels.verification import OwnRecord, ProvenanceSeen, State, TextBox, Verification, verify
from tests.labels.quirks import file_forms as forms

SETTINGS = "a fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"
PLAIN = forms.png()


def picture(width: int = 200, height: int = 100) -> bytes:
    out = io.BytesIO()
    Image.effect_mandelbrot((width, height), (-2, -1, 1, 1), 40).save(out, "png")
    return out.getvalue()


def labelled(label: ImplicitLabel, data: bytes = PLAIN) -> bytes:
    marked = write_label(data, label, name="a.png").data
    assert marked is not None
    return marked


def result(answer: Verification, check: str) -> str:
    return answer.check(check).result


def test_a_labelled_file_is_confirmed_with_its_articles_and_notice(label: ImplicitLabel) -> None:
    answer = verify(labelled(label), name="a.png")

    assert (answer.state, answer.presence, answer.integrity, answer.compliance) == ("confirmed", "declared", "unknown", "ok")
    assert answer.defects == ()
    assert [article.rule for article in answer.articles] == ["LM-6.1", "LM-6.5"]
    assert answer.articles[0].zh == "《人工智能生成合成内容标识办法》第六条第一项"
    assert answer.notice_zh == "该图片属于人工智能生成合成内容"
    assert answer.decided_by is not None
    assert answer.decided_by.kind == "label"


def test_a_file_with_nothing_in_it_is_none_and_says_what_that_is_worth() -> None:
    answer = verify(PLAIN, name="a.png", appeal_url="https://example.org/appeal")

    assert (answer.state, answer.presence, answer.compliance) == ("none", "none", "not_applicable")
    assert (answer.notice_zh, answer.notice_en) == ("", "")
    assert "proves nothing" in answer.advice_en
    assert answer.appeal_url == "https://example.org/appeal"


def test_a_users_declaration_alone_makes_it_possible() -> None:
    answer = verify(PLAIN, name="a.png", declared=True)

    assert answer.state is State.POSSIBLE
    assert answer.notice_zh == "该图片可能为人工智能生成合成内容"
    assert [article.rule for article in answer.articles] == ["LM-6.2", "LM-6.5"]


def test_a_trace_alone_makes_it_suspected_and_a_declaration_on_top_possible() -> None:
    data = forms.png(forms.text_chunk("parameters", SETTINGS))

    assert verify(data, name="a.png").state is State.SUSPECTED
    assert result(verify(data, name="a.png"), "traces.labelled") == "warn"
    assert verify(data, name="a.png", declared=True).state is State.POSSIBLE


def test_a_label_beside_a_trace_is_a_label(label: ImplicitLabel) -> None:
    answer = verify(labelled(label, forms.png(forms.text_chunk("parameters", SETTINGS))), name="a.png")

    assert answer.state is State.CONFIRMED
    assert result(answer, "traces.labelled") == "pass"


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04", PLAIN[:40], PLAIN[:20], b"\x7fELF" + bytes(60)])
def test_a_file_that_cannot_be_read_is_inconclusive_and_never_none(data: bytes) -> None:
    answer = verify(data, name="a.png")

    assert answer.state is State.INCONCLUSIVE
    assert result(answer, "file.complete") == "warn"
    assert any(gap.decides for gap in answer.gaps)


def test_a_declaration_for_an_unreadable_file_still_counts() -> None:
    assert verify(b"x", declared=True).state is State.POSSIBLE


def test_a_path_that_cannot_be_opened_is_the_callers_problem(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "absent.png")


def test_a_path_gives_its_name_and_size(tmp_path: Path) -> None:
    path = tmp_path / "wrong.jpg"
    path.write_bytes(PLAIN)

    answer = verify(path)

    assert (answer.name, answer.size, answer.container) == ("wrong.jpg", len(PLAIN), "png")
    assert result(answer, "file.suffix_agrees") == "warn"


def signed(label: ImplicitLabel, data: bytes, key: Sm2Key, *, bound: bool = False) -> bytes:
    digest = None
    if bound:
        source = Source(data, "a.png")
        from brightline.labels.registry import container_for

        digest = media_digest(source, container_for(source).read(source).media)
    return labelled(sign_label(label, key, media_digest=digest), data)


def pinned(label: ImplicitLabel, key: Sm2Key) -> Pins:
    public = read_public_key(key.public_pem())
    assert public is not None
    return Pins({label.content_producer: (public,)})


def test_a_signature_by_a_pinned_key_is_proof(label: ImplicitLabel) -> None:
    key = Sm2Key.generate()

    answer = verify(signed(label, PLAIN, key), name="a.png", pins=pinned(label, key))

    assert (answer.state, answer.presence, answer.integrity) == ("confirmed", "declared_signed", "ok")
    assert result(answer, "security.signature") == result(answer, "security.key_pinned") == "pass"
    assert result(answer, "reserved.security_data.shape") == "pass"


def test_a_key_in_the_file_proves_integrity_and_not_identity(label: ImplicitLabel) -> None:
    answer = verify(signed(label, PLAIN, Sm2Key.generate()), name="a.png")

    assert (answer.presence, answer.integrity) == ("declared_signed", "unknown")
    assert result(answer, "security.key_pinned") == "warn"


def test_a_label_changed_after_signing_is_suspected_and_names_the_ban(label: ImplicitLabel) -> None:
    key = Sm2Key.generate()
    changed = replace(sign_label(label, key), produce_id="another-number")

    answer = verify(labelled(changed), name="a.png", pins=pinned(label, key))

    assert (answer.state, answer.integrity, answer.compliance) == ("suspected", "tampered", "ok")
    assert result(answer, "security.signature") == "fail"
    assert [article.rule for article in answer.articles] == ["LM-6.3", "LM-6.5", "LM-10.2"]


def test_a_binding_is_compared_only_where_the_whole_proof_was_asked_for(label: ImplicitLabel) -> None:
    key = Sm2Key.generate()
    data = signed(label, picture(), key, bound=True)

    quick = verify(data, name="a.png", pins=pinned(label, key))
    full = verify(data, name="a.png", pins=pinned(label, key), proof="full")

    assert result(quick, "security.binding") == "not_inspected"
    assert any(gap.stage == "binding" for gap in quick.gaps)
    assert result(full, "security.binding") == "pass"


def test_a_label_moved_to_another_picture_is_noticed(label: ImplicitLabel) -> None:
    key = Sm2Key.generate()
    digest = media_digest_of(picture())
    moved = labelled(sign_label(label, key, media_digest=digest), picture(120, 90))

    answer = verify(moved, name="a.png", pins=pinned(label, key), proof="full")

    assert (answer.state, answer.integrity) == ("suspected", "tampered")
    assert result(answer, "security.binding") == "fail"


def media_digest_of(data: bytes) -> str:
    from brightline.labels.registry import container_for

    source = Source(data, "a.png")
    return media_digest(source, container_for(source).read(source).media)


@pytest.mark.parametrize(
    ("standing", "terms", "state", "integrity"),
    [
        ("trusted", ("trainedAlgorithmicMedia",), "confirmed", "ok"),
        ("untrusted", ("trainedAlgorithmicMedia",), "confirmed", "unknown"),
        ("expired", ("compositeWithTrainedAlgorithmicMedia",), "confirmed", "unknown"),
        ("tampered", ("trainedAlgorithmicMedia",), "suspected", "tampered"),
        ("trusted", ("compositeSynthetic",), "suspected", "ok"),
        ("trusted", (), "none", "ok"),
        ("unreadable", (), "inconclusive", "unknown"),
    ],
)
def test_a_credential_is_worth_what_its_hash_and_signer_are(standing: str, terms: tuple[str, ...], state: str, integrity: str) -> None:
    data = forms.png((b"caBX", b"\0\0\0\x10jumb" + bytes(8)))

    answer = verify(data, name="a.png", provenance=lambda source: ProvenanceSeen(standing, terms, "detail"))  # type: ignore[arg-type]  # the cells

    assert (answer.state, answer.integrity) == (state, integrity)
    assert result(answer, "c2pa.hash") == {"tampered": "fail", "unreadable": "not_applicable"}.get(standing, "pass")


def test_a_model_that_took_part_is_a_trace() -> None:
    seen = ProvenanceSeen("trusted", (), disclosures=("made-up model",))

    answer = verify(forms.png((b"caBX", b"\0\0\0\x10jumb" + bytes(8))), name="a.png", provenance=lambda source: seen)

    assert (answer.state, answer.integrity) == ("suspected", "ok")


def test_a_store_that_is_no_credential_leaves_the_answer_open() -> None:
    answer = verify(forms.png((b"caBX", b"\0\0\0\x10jumb" + bytes(8))), name="a.png")

    assert answer.state is State.INCONCLUSIVE
    assert any(gap.stage == "provenance" for gap in answer.gaps)


def reader(picture: Image.Image) -> Sequence[TextBox]:
    return [TextBox("AI生成", picture.width - 60, picture.height - 14, picture.width - 4, picture.height - 4)]


def test_a_label_that_is_only_seen_makes_it_suspected() -> None:
    answer = verify(picture(), name="a.png", ocr=reader)

    assert answer.state is State.SUSPECTED
    assert result(answer, "explicit.elements") == result(answer, "explicit.height") == result(answer, "explicit.place") == "pass"


def test_words_in_a_picture_are_not_looked_for_unless_asked() -> None:
    answer = verify(picture(), name="a.png")

    assert result(answer, "explicit.elements") == "not_inspected"
    assert answer.state is State.NONE


def test_a_picture_without_words_needs_no_label_unless_something_says_generated(label: ImplicitLabel) -> None:
    assert result(verify(picture(), name="a.png", ocr=lambda _: ()), "explicit.elements") == "not_applicable"
    assert result(verify(labelled(label), name="a.png", ocr=lambda _: ()), "explicit.elements") == "warn"


def test_a_picture_that_cannot_be_decoded_was_not_looked_at() -> None:
    broken = PLAIN.replace(b"IDAT", b"IDAT", 1)
    at = broken.index(b"IDAT") + 4
    broken = broken[:at] + b"\xff" * 8 + broken[at + 8 :]

    answer = verify(broken, name="a.png", ocr=reader)

    assert [gap.stage for gap in answer.gaps if "BL-LABEL-071" in gap.reason] == ["ocr"]


def test_a_rhythm_that_is_heard_makes_it_suspected() -> None:
    answer = verify(forms.wav(), name="a.wav", rhythm=lambda source: (0.5, 9.0))

    assert answer.state is State.SUSPECTED
    assert result(answer, "explicit.rhythm") == "pass"
    assert "0.5 s" in answer.check("explicit.rhythm").en


def test_a_sound_that_nobody_listened_to_is_said_to_be_so() -> None:
    answer = verify(forms.wav(), name="a.wav")

    assert result(answer, "explicit.rhythm") == "not_inspected"


def deaf(source: Source) -> tuple[float, ...]:
    raise LabelError("BL-LABEL-059", "no decoder", "")


def test_a_stage_that_fails_is_a_gap_and_no_error() -> None:
    answer = verify(forms.wav(), name="a.wav", rhythm=deaf)

    assert any("BL-LABEL-059" in gap.reason for gap in answer.gaps)


@pytest.mark.parametrize(("exact", "state"), [(True, "confirmed"), (False, "suspected")])
def test_our_own_records_count_as_far_as_they_agree(exact: bool, state: str) -> None:
    by_mark = verify(PLAIN, name="a.png", watermark=lambda source: OwnRecord("r-1", exact))
    by_words = verify("一段由本服务生成的文字。".encode() * 9, name="a.txt", fingerprints=lambda words: OwnRecord("r-2", exact))

    assert by_mark.state == by_words.state == state
    assert result(by_mark, "watermark.own") == result(by_words, "fingerprint.own") == "warn"


def test_records_without_a_hit_say_nothing() -> None:
    answer = verify(PLAIN, name="a.png", watermark=lambda source: None)

    assert answer.state is State.NONE
    assert result(answer, "watermark.own") == "pass"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "长城始建于春秋战国时期。\n\n（本内容由人工智能生成）\n"),
        ("a.md", "---\ntitle: 长城\n---\n\n长城始建于春秋战国时期。\n\n（本内容由人工智能生成）\n"),
        ("a.html", "<!doctype html><html><head><title>t</title></head><body><p>长城。</p><p>（本内容由人工智能生成）</p></body></html>"),
    ],
)
def test_a_prompt_at_the_end_of_a_text_is_an_explicit_label(name: str, text: str) -> None:
    answer = verify(text.encode(), name=name)

    assert answer.state is State.SUSPECTED
    assert answer.decided_by is not None
    assert answer.decided_by.kind == "explicit"
    assert result(answer, "explicit.text") == "pass"


def test_an_article_about_labels_is_none() -> None:
    text = "# 标识办法解读\n\n平台应当核验元数据中是否含有隐式标识（AIGC 字段），对生成合成内容加注“AI生成”。\n\n参考：GB 45438-2025。\n"

    assert verify(text.encode(), name="a.md").state is State.NONE


def test_the_answer_is_a_document_with_stable_ids_and_no_fractions(label: ImplicitLabel) -> None:
    document = verify(labelled(label), name="a.png").to_document()

    assert json.loads(canonical_json(document)) == document
    assert document["format"] == "brightline-verification/1"
    assert document["state"] == "confirmed"
    assert document["sites"][0]["fields"]["ContentProducer"] == label.content_producer
    assert [check["id"] for check in document["checks"]] == sorted({check["id"] for check in document["checks"]})
    assert not any(isinstance(value, float) for value in values_of(document))


def values_of(document: object) -> list[object]:
    if isinstance(document, dict):
        return [value for each in document.values() for value in values_of(each)]
    return [value for each in document for value in values_of(each)] if isinstance(document, list) else [document]


def test_hostile_text_in_a_label_still_makes_a_document() -> None:
    data = forms.png(forms.text_chunk("AIGC", '{"Label":"1","ContentProducer":"\\ud800{0}%s","ProduceID":"{what}"}'))

    assert canonical_json(verify(data, name="a.png").to_document())


SAMPLES = [
    forms.png(forms.text_chunk("AIGC", '{"AIGC":{"Label":"1"}}'), forms.text_chunk("parameters", SETTINGS)),
    forms.jpeg(forms.xmp_segment(forms.xmp("<TC260:AIGC>{}</TC260:AIGC>"))),
    forms.mp4(forms.box(b"udta", forms.keyed_meta("AIGC", "{}"))),
    forms.wav((b"AIGC", b"{}")),
    forms.docx({"AIGC": "{}"}),
    forms.pdf({"AIGC": "{}"}),
    b"---\nAIGC:\n    Label: '1'\n---\n",
]


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_file_gets_an_answer_and_never_an_error(sample: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(sample) - 1))
    damaged = sample[:at] + draw.draw(st.binary(max_size=12)) + sample[at + draw.draw(st.integers(0, 12)) :]

    answer = verify(damaged, name=draw.draw(st.sampled_from(["a.png", "a.md", "a.txt", ""])), ocr=lambda _: ())

    assert answer.state in set(State)
    assert canonical_json(answer.to_document())


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_never_confirmed(data: bytes) -> None:
    assert verify(data).state in (State.NONE, State.INCONCLUSIVE)


@pytest.mark.parametrize(("made", "name", "word"), [("m4a", "a.m4a", "音频"), ("mp4", "a.mp4", "视频"), ("mkv", "a.mka", "音频")])
def test_sound_in_a_format_of_films_is_called_sound(made: str, name: str, word: str, label: ImplicitLabel) -> None:
    assert verify(forms.by_ffmpeg(made, label.to_json()), name=name).notice_zh.startswith(f"该{word}属于")
