"""Manifests: signed last over a labelled file, and judged so that tampering is told apart from all that only looks like it.

``expired.png`` is a picture of 16 × 16 pixels signed with a leaf that was valid for three more seconds (root: ``expired_root.pem``).
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import c2pa
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, NumberObject, PdfObject

from brightline.labels.containers.source import opened
from brightline.labels.errors import LabelError
from brightline.labels.label import Attribute, ImplicitLabel, propagated
from brightline.labels.marking import mark
from brightline.labels.provenance import (
    AI_SOURCES,
    SOURCE_TYPES,
    STATES,
    Credential,
    Provenance,
    carries_manifests,
    is_written_anew,
    sign_c2pa,
    verify_c2pa,
)
from brightline.labels.provenance.verifying import _from_report
from brightline.labels.registry import read
from brightline.labels.security import Sm2Key, media_digest, sign_label, verify_label
from tests.labels.provenance.conftest import MEDIA_TYPES, PICTURES

HERE = Path(__file__).parent
CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
LABELLED = ("png", "jpg", "webp", "tiff", "avif", "mp4", "mov", "m4a", "wav", "mp3", "flac", "avi", "pdf", "gif", "heic", "svg")


def _signed(folder: Path, sample: Path, label: ImplicitLabel, credential: Credential) -> Path:
    """The sample with its label, then its manifest."""
    labelled, out = folder / f"labelled{sample.suffix}", folder / f"signed{sample.suffix}"
    mark(sample, label, out=labelled)
    sign_c2pa(labelled, out, credential, label, media_type=MEDIA_TYPES[sample.suffix[1:]])
    return out


@pytest.fixture(scope="session")
def signed_png(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path], label: ImplicitLabel, credential: Credential) -> bytes:
    """A labelled and signed picture."""
    return _signed(tmp_path_factory.mktemp("signed"), samples["png"], label, credential).read_bytes()


@pytest.fixture(scope="session")
def every_signed(
    tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> dict[str, bytes]:
    """A signed file of each format, by suffix."""
    folder = tmp_path_factory.mktemp("every")
    return {suffix: _signed(folder, samples[suffix], label, credential).read_bytes() for suffix in LABELLED}


def _decoded(path: Path) -> object:
    if path.suffix[1:] in PICTURES:
        with Image.open(path) as picture:
            return [picture.convert("RGB").tobytes()]
    if path.suffix == ".pdf":
        return None
    if path.suffix in (".heic", ".svg"):  # no decoder here: the bytes that a decoder gets
        with opened(path) as source:
            return media_digest(source, read(path).reading.media, "sha256")
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "framemd5", "-"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.splitlines()[-3:]


# --- label first, manifest last --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", LABELLED)
def test_a_labelled_file_is_signed_and_both_are_read_back(
    suffix: str, tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> None:
    out = _signed(tmp_path, samples[suffix], label, credential)
    found = verify_c2pa(out, MEDIA_TYPES[suffix], credential.root)
    assert (found.state, found.codes, found.ai_sources) == ("trusted", (), ("trainedAlgorithmicMedia",))
    assert found.label == label
    assert "Brightline test" in found.signer
    assert [site.label for site in read(out).labels] == [label]
    assert _decoded(out) == _decoded(samples[suffix])
    assert out.stat().st_size - samples[suffix].stat().st_size < 16_000  # no thumbnail came in
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"labelled.{suffix}", f"signed.{suffix}"]


@pytest.mark.parametrize("suffix", ["png", "jpg", "mp4"])
def test_a_label_written_after_the_manifest_reads_as_tampering(
    suffix: str, tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> None:
    unlabelled, after = tmp_path / f"signed.{suffix}", tmp_path / f"after.{suffix}"
    sign_c2pa(samples[suffix], unlabelled, credential, label, media_type=MEDIA_TYPES[suffix])
    mark(unlabelled, label, out=after)
    found = verify_c2pa(after, MEDIA_TYPES[suffix], credential.root)
    assert found.state == "tampered"
    assert any("Hash.mismatch" in code for code in found.codes)


@pytest.mark.parametrize("suffix", ["png", "jpg", "mp4"])
def test_a_platform_signs_anew_with_the_original_as_parent(
    suffix: str, tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, platform: str, credential: Credential
) -> None:
    original = _signed(tmp_path, samples[suffix], label, credential)
    theirs = propagated(label, Attribute.IS, platform, "content-7")
    passed_on, out = tmp_path / f"passed-on.{suffix}", tmp_path / f"out.{suffix}"
    mark(original, theirs, out=passed_on)
    with pytest.raises(LabelError, match="BL-LABEL-042"):
        sign_c2pa(passed_on, out, credential, theirs, media_type=MEDIA_TYPES[suffix])
    assert not out.exists()
    sign_c2pa(passed_on, out, credential, theirs, media_type=MEDIA_TYPES[suffix], parent=original, anchors=credential.root)
    found = verify_c2pa(out, MEDIA_TYPES[suffix], credential.root)
    assert (found.state, found.manifests, found.ingredient_codes) == ("trusted", 2, ())
    assert found.label == theirs
    assert found.ai_sources == ("trainedAlgorithmicMedia",)  # said by the producer's manifest, deeper in the store
    assert [site.label for site in read(out).labels] == [theirs]
    assert _decoded(out) == _decoded(samples[suffix])


def test_a_parent_that_was_tampered_with_is_said_but_does_not_decide(
    tmp_path: Path, signed_png: bytes, label: ImplicitLabel, platform: str, credential: Credential
) -> None:
    theirs = propagated(label, Attribute.IS, platform, "8")
    original, labelled, out = (tmp_path / name for name in ("original.png", "labelled.png", "out.png"))
    (tmp_path / "signed.png").write_bytes(signed_png)
    mark(tmp_path / "signed.png", propagated(label, Attribute.IS, platform, "somebody's"), out=original)
    mark(original, theirs, out=labelled)
    sign_c2pa(labelled, out, credential, theirs, media_type="image/png", parent=original)
    found = verify_c2pa(out, "image/png", credential.root)
    assert found.state == "trusted"
    assert "assertion.dataHash.mismatch" in found.ingredient_codes


def test_who_only_supposes_does_not_claim_to_have_made_it(
    tmp_path: Path, samples: dict[str, Path], platform: str, credential: Credential
) -> None:
    suspected = propagated(None, Attribute.SUSPECTED, platform, "9")
    with pytest.raises(LabelError, match="BL-LABEL-042"):
        sign_c2pa(samples["png"], tmp_path / "out.png", credential, suspected, media_type="image/png")
    sign_c2pa(samples["png"], tmp_path / "out.png", credential, suspected, media_type="image/png", parent=samples["png"])
    found = verify_c2pa(tmp_path / "out.png", "image/png", credential.root)
    assert (found.state, found.ai_sources, found.label) == ("trusted", (), suspected)


@pytest.mark.parametrize("source_type", AI_SOURCES)
def test_every_kind_of_generated_content_is_said_and_found(
    source_type: str, tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> None:
    sign_c2pa(samples["png"], tmp_path / "out.png", credential, label, media_type="image/png", source_type=source_type)
    assert verify_c2pa(tmp_path / "out.png", "image/png").ai_sources == (source_type,)
    assert SOURCE_TYPES[source_type].endswith(source_type)


def test_what_was_drawn_and_watermarked_is_said_in_its_order(
    tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> None:
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    sign_c2pa(samples["png"], first, credential, label, media_type="image/png", drawn=True, watermarked=True)
    sign_c2pa(samples["png"], second, credential, label, media_type="image/png", parent=first, drawn=True)
    assert _actions(first) == ["c2pa.created", "c2pa.edited", "c2pa.watermarked.unbound"]
    assert _actions(second) == ["c2pa.opened", "c2pa.edited", "c2pa.edited.metadata"]
    assert verify_c2pa(second, "image/png", credential.root).state == "trusted"


def _actions(path: Path) -> list[str]:
    with c2pa.Reader(path) as reader:
        manifest = reader.get_active_manifest()
    assert manifest is not None
    (actions,) = (assertion for assertion in manifest["assertions"] if assertion["label"].startswith("c2pa.actions"))
    return [action["action"] for action in actions["data"]["actions"]]


@pytest.mark.parametrize("suffix", [suffix for suffix in LABELLED if not is_written_anew(MEDIA_TYPES[suffix])])
def test_a_bound_label_stays_bound_through_labelling_and_signing(
    suffix: str, tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> None:
    def digest_of(path: Path) -> str:
        with opened(path) as source:
            return media_digest(source, read(path).reading.media)

    bound = sign_label(label, Sm2Key.of(4711), media_digest=digest_of(samples[suffix]))
    out = _signed(tmp_path, samples[suffix], bound, credential)
    (site,) = read(out).labels
    assert site.label is not None
    assert verify_label(site.label, media_digest=digest_of(out)).media == "same"


def test_a_disclosure_of_ai_is_told_but_is_no_statement_of_origin(
    tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> None:
    manifest = {
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": CAPTURE}]}},
            {"label": "c2pa.ai-disclosure", "data": {"modelType": "c2pa.types.model", "modelName": "Example Model"}},
        ]
    }
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=credential.chain.encode(), private_key=credential.key.encode(), ta_url=None)
    disclosed, passed_on = tmp_path / "disclosed.png", tmp_path / "passed-on.png"
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(manifest) as builder:
        builder.sign_file(samples["png"], disclosed, signer)
    sign_c2pa(disclosed, passed_on, credential, label, media_type="image/png", parent=disclosed)
    for path in (disclosed, passed_on):
        found = verify_c2pa(path, "image/png", credential.root)
        assert (found.state, found.ai_sources, found.ai_disclosures) == ("trusted", (), ("Example Model",))


# --- states ----------------------------------------------------------------------------------------------------------------


def _with_flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_root_that_nobody_trusts_is_untrusted_not_tampered(signed_png: bytes) -> None:
    for anchors in ("", Credential.made("somebody else").root):
        found = verify_c2pa(signed_png, "image/png", anchors)
        assert (found.state, found.codes) == ("untrusted", ("signingCredential.untrusted",))


def test_an_expired_certificate_is_expired_not_tampered() -> None:
    root = (HERE / "expired_root.pem").read_text("ascii")
    for anchors in (root, ""):
        found = verify_c2pa(HERE / "expired.png", "image/png", anchors)
        assert found.state == "expired"
        assert found.ai_sources == ("trainedAlgorithmicMedia",)
    changed = (HERE / "expired.png").read_bytes()
    assert verify_c2pa(_with_flipped(changed, changed.rindex(b"IDAT") + 6), "image/png", root).state == "tampered"


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (lambda data: data.rindex(b"IDAT") + 40, "assertion.dataHash.mismatch"),
        (lambda data: data.index(b"ContentProducer", data.index(b"caBX")) + 30, "assertion.hashedURI.mismatch"),
        (lambda data: data.index(b"jBrightline", data.index(b"caBX")) + 3, "claimSignature.mismatch"),
    ],
    ids=["picture", "label in the manifest", "claim"],
)
def test_one_changed_bit_is_tampering(signed_png: bytes, credential: Credential, where: Callable[[bytes], int], code: str) -> None:
    found = verify_c2pa(_with_flipped(signed_png, where(signed_png)), "image/png", credential.root)
    assert found.state == "tampered"
    assert code in found.codes


def test_a_manifest_moved_to_another_picture_is_tampering(signed_png: bytes, credential: Credential) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (20, 20)).save(picture, "PNG")
    start = signed_png.index(b"caBX") - 4
    chunk = signed_png[start : start + 12 + int.from_bytes(signed_png[start : start + 4], "big")]
    moved = picture.getvalue()[:33] + chunk + picture.getvalue()[33:]
    assert verify_c2pa(moved, "image/png", credential.root).state == "tampered"


@pytest.mark.parametrize("suffix", [*LABELLED, "docx"])
def test_a_file_without_manifest_has_none(suffix: str, samples: dict[str, Path]) -> None:
    assert verify_c2pa(samples[suffix], MEDIA_TYPES[suffix]) == Provenance("none")


def test_a_format_without_a_place_for_manifests_has_none(samples: dict[str, Path]) -> None:
    assert verify_c2pa(samples["mkv"], "video/x-matroska") == Provenance("none", ("format.unsupported",))
    assert not carries_manifests("text/markdown; charset=utf-8")
    assert carries_manifests("IMAGE/JPG")


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: b"junk" * 20, lambda data: data[: data.index(b"caBX") + 400]])
def test_what_the_parser_cannot_read_is_inconclusive_never_none(signed_png: bytes, spoil: Callable[[bytes], bytes]) -> None:
    found = verify_c2pa(spoil(signed_png), "image/png")
    assert found.state == "inconclusive"
    assert found.codes != ()


def test_a_failure_of_another_kind_leaves_it_open() -> None:
    report = {
        "active_manifest": "m",
        "manifests": {"m": {}},
        "validation_results": {"activeManifest": {"failure": [{"code": "assertion.action.malformed"}]}},
    }
    assert _from_report(report).state == "inconclusive"
    assert _from_report({}).state == "inconclusive"


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_changed_bit_outside_the_manifest_is_trusted_and_none_raises(
    signed_png: bytes, credential: Credential, at: int, bit: int
) -> None:
    at %= len(signed_png)
    changed = signed_png[:at] + bytes([signed_png[at] ^ 1 << bit]) + signed_png[at + 1 :]
    found = verify_c2pa(changed, "image/png", credential.root)
    start = signed_png.index(b"caBX") - 4
    inside = start <= at < start + 12 + int.from_bytes(signed_png[start : start + 4], "big")
    assert found.state in STATES
    assert inside or found.state != "trusted"


def test_a_large_film_is_hashed_leaf_by_leaf_and_one_changed_byte_in_it_is_found(
    tmp_path: Path, label: ImplicitLabel, credential: Credential
) -> None:
    film, out = tmp_path / "film.mov", tmp_path / "signed.mov"
    noise = ["-f", "lavfi", "-i", "anoisesrc=d=25:r=48000", "-ac", "8", "-c:a", "pcm_s32le"]
    subprocess.run(["ffmpeg", "-v", "error", *noise, str(film)], check=True, timeout=60)
    assert film.stat().st_size > 32 << 20
    sign_c2pa(film, out, credential, label, media_type="video/quicktime")
    assert verify_c2pa(out, "video/quicktime", credential.root).state == "trusted"
    with out.open("r+b") as file:
        file.seek(out.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, io.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    found = verify_c2pa(out, "video/quicktime", credential.root)
    assert (found.state, found.codes) == ("tampered", ("assertion.bmffHash.mismatch",))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_damage_to_a_signed_file_of_any_format_raises(every_signed: dict[str, bytes], data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from(sorted(every_signed)))
    whole = bytearray(every_signed[suffix])
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=6)):
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(whole))))
    assert verify_c2pa(bytes(whole[:cut]), MEDIA_TYPES[suffix]).state in STATES


# --- refusals --------------------------------------------------------------------------------------------------------------


def test_a_format_that_cannot_carry_a_manifest_is_refused(
    tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-041"):
        sign_c2pa(samples["mkv"], tmp_path / "out.mkv", credential, label, media_type="video/x-matroska")
    with pytest.raises(LabelError, match=r"BL-LABEL-041.*compression"):
        sign_c2pa(samples["docx"], tmp_path / "out.docx", credential, label, media_type=MEDIA_TYPES["docx"])
    assert list(tmp_path.iterdir()) == []


def test_a_pdf_whose_bytes_matter_to_others_is_not_written_anew(
    tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> None:
    bound = sign_label(label, Sm2Key.of(4711), media_digest="sm3:" + "00" * 32)
    with pytest.raises(LabelError, match=r"BL-LABEL-043.*bound to its bytes"):
        sign_c2pa(samples["pdf"], tmp_path / "out.pdf", credential, bound, media_type="application/pdf")
    signed = tmp_path / "signed.pdf"
    signature = {"/Type": "/Sig", "/ByteRange": [0, 1, 2, 3], "/Contents": b"00"}
    document = PdfWriter(clone_from=samples["pdf"])
    entries = {NameObject(key): _pdf_object(value) for key, value in signature.items()}
    field = DictionaryObject({NameObject("/FT"): NameObject("/Sig"), NameObject("/V"): document._add_object(DictionaryObject(entries))})
    fields = ArrayObject([document._add_object(field)])
    document._root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Fields"): fields, NameObject("/SigFlags"): NumberObject(3)}
    )
    document.write(signed)
    with pytest.raises(LabelError, match=r"BL-LABEL-043.*digital signature"):
        sign_c2pa(signed, tmp_path / "out.pdf", credential, label, media_type="application/pdf")
    assert list(tmp_path.iterdir()) == [signed]
    sign_c2pa(samples["pdf"], tmp_path / "out.pdf", credential, sign_label(label, Sm2Key.of(4711)), media_type="application/pdf")
    assert _pages(tmp_path / "out.pdf") == _pages(samples["pdf"])


def _pages(path: Path) -> list[bytes]:
    with pypdfium2.PdfDocument(path) as document:
        return [page.render().to_pil().tobytes() for page in document]


def _pdf_object(value: object) -> PdfObject:
    if isinstance(value, list):
        return ArrayObject(NumberObject(number) for number in value)
    return ByteStringObject(value) if isinstance(value, bytes) else NameObject(value)


def test_a_signing_that_fails_leaves_nothing_behind(
    tmp_path: Path, samples: dict[str, Path], label: ImplicitLabel, credential: Credential
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(samples["png"].read_bytes())
    out = tmp_path / "out.jpg"
    unusable = Credential(credential.chain, Credential.made("other").key)
    with pytest.raises(LabelError, match=r"BL-LABEL-04[12]"):
        sign_c2pa(broken, out, credential, label, media_type="image/jpeg")
    with pytest.raises(LabelError, match="BL-LABEL-041"):
        sign_c2pa(samples["png"], tmp_path / "out.png", unusable, label, media_type="image/png")
    assert list(tmp_path.iterdir()) == [broken]


def test_every_state_has_both_languages(signed_png: bytes) -> None:
    for chinese, english in STATES.values():
        assert any("一" <= character <= "鿿" for character in chinese)
        assert english.isascii()
    found = verify_c2pa(signed_png, "image/png")
    assert found.sentence() == STATES["untrusted"][0]
    assert found.sentence("en") == STATES["untrusted"][1]
