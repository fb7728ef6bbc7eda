"""What the operator's own model made leaves labelled and on record, or does not leave (Labelling Measures, Art. 4, 5, 9)."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import event

from brightline.errors import ConfigError, InputError, StoreError
from brightline.labelling import Labelling
from brightline.labelling.keys import own_secret
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError
from brightline.labels.provenance import Credential
from brightline.labels.registry import read
from brightline.labels.rendering import watermark_in
from brightline.labels.security import Sm2Key
from brightline.store import SHORTEST_KEPT_DAYS
from brightline.store.clock import now_us
from tests.labelling.conftest import Installation
from tests.labels.conftest import PLATFORM_CODE, PRODUCER_CODE
from tests.labels.containers.pdf_files import classic, one_page


def fields(file: bytes | Path, name: str = "") -> dict[str, str]:
    (site,) = read(file, name).labels
    return dict(site.fields)


def saved_again(data: bytes, size: tuple[int, int]) -> bytes:
    """As a messenger passes pictures on: smaller, as JPEG, without metadata."""
    out = BytesIO()
    with Image.open(BytesIO(data)) as image:
        image.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=80)
    return out.getvalue()


def pixels(data: bytes) -> np.ndarray:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")).astype(np.int16)


def as_png(levels: np.ndarray) -> bytes:
    out = BytesIO()
    Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@contextmanager
def looking_at_statements(here: Installation, look: Callable[[str], None]) -> Iterator[None]:
    """``look`` sees every statement before the database does; what it raises, the database raises."""

    def listener(_: object, __: object, statement: str, *___: object) -> None:
        look(statement.lstrip().lower())

    engine = here.store.database.engine
    event.listen(engine, "before_cursor_execute", listener)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", listener)


def refusing_rows_for(here: Installation, table: str) -> AbstractContextManager[None]:
    """The database takes no rows for one table, as when its disk is full."""

    def look(statement: str) -> None:
        if statement.startswith(f"insert into {table}"):
            raise StoreError("BL-STORE-001", "the disk is full", "make room")

    return looking_at_statements(here, look)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A place for the result in a folder of its own."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "labelled.png"


# Labels and records


def test_a_generated_picture_leaves_with_both_labels_and_is_on_record(here: Installation, photo: bytes) -> None:
    labelled = here.labelling().label_generated(photo, account="user-1", decision="d-1")

    data = labelled.marked.data
    assert data is not None
    label = fields(data)
    assert (label["Label"], label["ContentProducer"], label["ContentPropagator"]) == ("1", PRODUCER_CODE, PRODUCER_CODE)
    assert label["ProduceID"] == label["PropagateID"] == labelled.record.content_id
    assert labelled.marked.rendered is not None
    assert labelled.marked.rendered.drawn is not None
    assert here.store.labelled_files.by_content(labelled.record.content_id) == [labelled.record]
    record = labelled.record
    assert (record.role, record.attribute, record.account, record.decision) == ("producer", "1", "user-1", "d-1")
    assert record.file_digest == hashlib.sha256(data).hexdigest()


def test_the_settings_say_whether_the_label_is_seen_and_a_call_may_say_otherwise(here: Installation, photo: bytes) -> None:
    labelling = here.labelling(label_media="implicit")

    assert labelling.label_generated(photo).marked.rendered is None
    assert labelling.label_generated(photo, explicit=True).marked.rendered is not None


def test_a_content_keeps_the_number_that_it_has(here: Installation, photo: bytes) -> None:
    labelled = here.labelling().label_generated(photo, content_id="job-2026-11-23/7", explicit=False)

    assert labelled.record.content_id == "job-2026-11-23/7"
    assert labelled.marked.label.produce_id == "job-2026-11-23/7"


def test_a_copy_without_metadata_is_known_again_by_its_watermark(here: Installation, photo: bytes) -> None:
    labelling = here.labelling(label_watermark=True)
    labelled = labelling.label_generated(photo, explicit=False)
    assert labelled.marked.data is not None

    copy = saved_again(labelled.marked.data, (300, 300))

    answer = labelling.verify(copy, name="copy.jpg")
    assert (answer.state, answer.presence) == ("confirmed", "none")
    assert answer.decided_by is not None
    assert (answer.decided_by.kind, answer.decided_by.what) == ("record", labelled.record.content_id)


def test_who_makes_watermarks_no_longer_still_finds_those_that_were_made(here: Installation, photo: bytes) -> None:
    data = here.labelling(label_watermark=True).label_generated(photo, explicit=False).marked.data
    assert data is not None

    answer = here.labelling(label_watermark=False).verify(saved_again(data, (384, 384)))

    assert answer.decided_by is not None
    assert (answer.state, answer.decided_by.kind) == ("confirmed", "record")


def test_where_no_watermark_is_on_record_none_is_looked_for_and_that_is_said(here: Installation, photo: bytes) -> None:
    answer = here.labelling(label_watermark=True, tenant="nobody").verify(photo)

    assert "watermark" in {gap.stage for gap in answer.gaps}


def test_a_mark_that_was_lifted_and_laid_over_another_picture_is_not_taken_for_ours(here: Installation, photo: bytes) -> None:
    labelling = here.labelling(label_watermark=True)
    marked = labelling.label_generated(photo, explicit=False).marked.data
    assert marked is not None
    slope = np.repeat(np.linspace(90, 170, 384)[:, np.newaxis], 384, axis=1)[:, :, np.newaxis]
    forged = as_png(slope + pixels(marked) - pixels(photo))

    found = watermark_in(Source(forged), own_secret(here.home / "keys" / "watermark.key"))

    assert found is not None
    assert labelling.verify(forged).state == "none"


def test_a_sound_without_metadata_is_known_again_by_its_watermark(here: Installation, tune: bytes, tmp_path: Path) -> None:
    labelling = here.labelling(label_watermark=True)
    labelled = labelling.label_generated(tune, name="tune.wav")
    (tmp_path / "labelled.wav").write_bytes(labelled.marked.data or b"")

    subprocess.run(["ffmpeg", "-v", "error", "-i", tmp_path / "labelled.wav", "-b:a", "96k", tmp_path / "copy.mp3"], check=True, timeout=60)

    answer = labelling.verify(tmp_path / "copy.mp3")
    assert answer.decided_by is not None
    assert (answer.decided_by.kind, answer.decided_by.what) == ("record", labelled.record.content_id)
    assert labelling.verify(tune, name="tune.wav").decided_by is None


def test_a_file_that_can_carry_no_mark_is_labelled_without_one_unless_the_mark_was_asked_for(here: Installation, tune: bytes) -> None:
    small, short = as_png(np.zeros((40, 40, 3))), tune[: 44 + 16_000]
    short = short[:4] + (len(short) - 8).to_bytes(4, "little") + short[8:40] + (len(short) - 44).to_bytes(4, "little") + short[44:]
    silent = b"fLaC\x80\0\0\x22" + bytes.fromhex("10001000" + "00" * 6 + "0ac442f0" + "00" * 20) + b"\xff\xf8" + bytes(64)
    labelling = here.labelling(label_watermark=True)

    for data, name in ((small, "small.png"), (short, "short.wav"), (silent, "undecodable.flac")):
        labelled = labelling.label_generated(data, name=name, explicit=False)
        assert fields(labelled.marked.data or b"")["Label"] == "1"
        assert any(note.startswith("there is no watermark:") for note in labelled.marked.notes)
        assert labelled.record.watermark is None
        with pytest.raises(LabelError, match=r"BL-LABEL-0(59|61|65)"):
            labelling.label_generated(data, name=name, explicit=False, watermark=True)


def test_a_label_is_signed_with_the_operators_key_and_its_manifest_with_their_certificate(
    here: Installation, photo: bytes, key: Sm2Key, credential: Credential, tmp_path: Path
) -> None:
    files = {name: tmp_path / name for name in ("sm2.pem", "chain.pem", "key.pem", "anchors.pem", "pins.yaml")}
    key.save(files["sm2.pem"])
    credential.save(files["chain.pem"], files["key.pem"])
    files["anchors.pem"].write_text(credential.root, "ascii")
    pem = "\n".join(f"      {line}" for line in key.public_pem().splitlines())
    files["pins.yaml"].write_text(f"- provider: {PRODUCER_CODE}\n  source: made for the test\n  keys:\n    - |\n{pem}\n", "ascii")
    labelling = here.labelling(
        label_key_file=files["sm2.pem"],
        label_c2pa_chain=files["chain.pem"],
        label_c2pa_key=files["key.pem"],
        label_c2pa_anchors=files["anchors.pem"],
        label_pins_file=files["pins.yaml"],
    )

    data = labelling.label_generated(photo).marked.data

    assert data is not None
    answer = labelling.verify(data, full=True)
    checks = ("security.signature", "security.key_pinned", "security.binding", "c2pa.hash", "c2pa.trusted")
    assert {check: answer.check(check).result for check in checks} == dict.fromkeys(checks, "pass")
    assert (answer.state, answer.presence, answer.integrity) == ("confirmed", "declared_signed", "ok")


def test_a_replaced_key_signs_the_next_file_without_a_restart(here: Installation, photo: bytes, key: Sm2Key, tmp_path: Path) -> None:
    path = tmp_path / "sm2.pem"
    key.save(path)
    labelling = here.labelling(label_key_file=path)
    before = labelling.label_generated(photo, explicit=False).marked.label.reserved_code1

    path.unlink()
    Sm2Key.of(9_999).save(path)

    after = labelling.label_generated(photo, explicit=False).marked.label.reserved_code1
    assert key.key_id in before
    assert key.key_id not in after
    assert Sm2Key.of(9_999).key_id in after


@pytest.fixture
def with_certificate(here: Installation, credential: Credential, tmp_path: Path) -> Labelling:
    chain, private = tmp_path / "chain.pem", tmp_path / "key.pem"
    credential.save(chain, private)
    return here.labelling(label_c2pa_chain=chain, label_c2pa_key=private)


def a_document() -> bytes:
    out = BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def a_signed_page() -> bytes:
    """A PDF whose form says that a digital signature stands in it."""
    return classic(one_page(catalogue=b" /AcroForm << /SigFlags 3 /Fields [] >>"))


@pytest.mark.parametrize(("name", "data"), [("note.md", "# 标题\n".encode()), ("report.docx", a_document())])
def test_a_format_without_a_place_for_a_manifest_is_labelled_without_one(with_certificate: Labelling, name: str, data: bytes) -> None:
    marked = with_certificate.label_generated(data, name=name).marked

    assert marked.data is not None
    assert fields(marked.data, name)["ContentProducer"] == PRODUCER_CODE
    assert marked.notes[-1] == "there is no C2PA manifest: this format has no place for one"
    with pytest.raises(LabelError, match="BL-LABEL-041"):
        with_certificate.label_generated(data, name=name, c2pa=True)


def test_a_manifest_that_would_break_a_signed_page_is_left_out(with_certificate: Labelling) -> None:
    marked = with_certificate.label_generated(a_signed_page(), name="contract.pdf", explicit=False).marked

    assert marked.data is not None
    assert marked.data.startswith(a_signed_page())
    assert "digital signature would break" in marked.notes[-1]


def test_a_certificate_that_cannot_sign_is_an_error_and_never_left_out(
    here: Installation, credential: Credential, photo: bytes, tmp_path: Path
) -> None:
    chain, private = tmp_path / "chain.pem", tmp_path / "key.pem"
    credential.save(chain, private)
    private.chmod(0o644)

    with pytest.raises(LabelError, match="BL-LABEL-040"):
        here.labelling(label_c2pa_chain=chain, label_c2pa_key=private).label_generated(photo)


# What cannot be labelled does not leave


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "is not set"),
        (PLATFORM_CODE, "role digit is 2, not 1"),
        (PRODUCER_CODE[:21] + "Z" + PRODUCER_CODE[22:], "check digit|not of the"),
    ],
)
def test_without_a_code_of_ones_own_nothing_is_labelled(here: Installation, photo: bytes, out: Path, code: str, why: str) -> None:
    labelling = here.labelling(label_provider_code=code)

    with pytest.raises(LabelError, match=f"BL-LABEL-080.*({why})"):
        labelling.label_generated(photo)
    assert "label_provider_code" in labelling.provider_problem


def test_each_role_has_a_code_of_its_own(here: Installation) -> None:
    labelling = here.labelling(label_platform_code=PRODUCER_CODE)

    assert labelling.provider_problem == ""
    assert "role digit is 1, not 2" in labelling.platform_problem
    assert here.labelling().platform_problem == ""


@pytest.mark.parametrize("asked", [{"watermark": True}, {"c2pa": True}])
def test_a_mark_that_was_asked_for_is_made_or_nothing_is(here: Installation, asked: dict[str, bool]) -> None:
    with pytest.raises(LabelError, match="BL-LABEL-081"):
        here.labelling().label_generated("# 标题\n".encode(), name="note.md", **asked)  # type: ignore[arg-type]  # a mapping of flags


def test_a_file_whose_record_cannot_be_kept_is_not_put_out(here: Installation, photo: bytes, tmp_path: Path, out: Path) -> None:
    source = tmp_path / "photo.png"
    source.write_bytes(photo)
    labelling = here.labelling(label_watermark=True)

    with refusing_rows_for(here, "labelled_files"), pytest.raises(StoreError):
        labelling.label_generated(source, out=out)

    assert files_in(out.parent) == []


# Copies without an explicit label (Art. 9)


AGREED = {"recipient": "user-7", "agreement": "terms-3", "purpose": "print"}


def test_a_copy_without_an_explicit_label_keeps_the_implicit_one_and_is_logged(here: Installation, photo: bytes) -> None:
    labelled, copy = here.labelling().give_unlabelled_copy(photo, agreed_at=now_us() - 1, **AGREED)

    data = labelled.marked.data
    assert data is not None
    assert labelled.marked.rendered is None
    assert fields(data)["ContentProducer"] == PRODUCER_CODE
    assert here.store.unlabelled_copies.of_content(labelled.record.content_id) == [copy]
    assert (copy.recipient, copy.agreement, copy.purpose) == ("user-7", "terms-3", "print")
    assert copy.file_digest == labelled.record.file_digest == hashlib.sha256(data).hexdigest()
    assert copy.kept_until - copy.given_at >= SHORTEST_KEPT_DAYS * 86_400_000_000


def test_the_log_is_kept_for_as_long_as_the_setting_says_and_never_under_six_months(here: Installation, photo: bytes) -> None:
    _, copy = here.labelling(label_copy_log_days=365).give_unlabelled_copy(photo, agreed_at=1, **AGREED)

    assert copy.kept_until - copy.given_at == 365 * 86_400_000_000
    with pytest.raises(ConfigError, match="label_copy_log_days"):
        here.labelling(label_copy_log_days=183).give_unlabelled_copy(photo, agreed_at=1, **AGREED)


@pytest.mark.parametrize("change", [{"recipient": " "}, {"agreement": ""}, {"agreed_at": 1 << 62}])
def test_without_an_agreement_no_copy_is_left_anywhere(
    here: Installation, photo: bytes, tmp_path: Path, out: Path, change: dict[str, str | int]
) -> None:
    source = tmp_path / "photo.png"
    source.write_bytes(photo)
    before = len(list(here.store.unlabelled_copies.walk()))

    for file, place in ((source, out), (photo, None)):
        with pytest.raises(InputError, match="BL-INPUT-860"):
            here.labelling().give_unlabelled_copy(file, out=place, **({"agreed_at": 1} | AGREED | change))  # type: ignore[arg-type]  # mixed values

    assert files_in(out.parent) == []
    assert len(list(here.store.unlabelled_copies.walk())) == before


def test_a_copy_is_on_the_log_before_it_stands_where_it_goes(here: Installation, photo: bytes, tmp_path: Path, out: Path) -> None:
    source = tmp_path / "photo.png"
    source.write_bytes(photo)
    there: list[bool] = []

    def look(statement: str) -> None:
        if statement.startswith("insert into unlabelled_copies"):
            there.append(out.exists())

    with looking_at_statements(here, look):
        here.labelling().give_unlabelled_copy(source, out=out, agreed_at=1, **AGREED)

    assert there == [False]
    assert out.exists()


@pytest.mark.parametrize("table", ["unlabelled_copies", "labelled_files"])
def test_a_copy_that_cannot_be_logged_or_recorded_is_not_given(
    here: Installation, photo: bytes, tmp_path: Path, out: Path, table: str
) -> None:
    source = tmp_path / "photo.png"
    source.write_bytes(photo)

    with refusing_rows_for(here, table), pytest.raises(StoreError):
        here.labelling().give_unlabelled_copy(source, out=out, agreed_at=1, **AGREED)

    assert files_in(out.parent) == []


def test_a_copy_that_cannot_be_made_is_not_on_the_log(here: Installation, photo: bytes) -> None:
    before = len(list(here.store.unlabelled_copies.walk()))

    with pytest.raises(LabelError, match=r"BL-LABEL-01\d"):
        here.labelling().give_unlabelled_copy(photo[:2000], agreed_at=1, **AGREED)

    assert len(list(here.store.unlabelled_copies.walk())) == before


# Texts


ANSWER = "桂林的山水以喀斯特地貌闻名，漓江两岸的山峰倒映在水中，清晨有薄雾的时候最好看，建议早些出发，沿江步行两个小时。"


def test_an_answer_is_known_again_whole_and_in_part(here: Installation) -> None:
    labelling = here.labelling()

    assert labelling.remember_answers([("d-text-1", ANSWER), ("d-text-2", "好的。")]) == 1

    assert labelling.whose_text(f" {ANSWER.replace('，', ', ')}")[0].decision == "d-text-1"
    assert labelling.verify(f"# 游记\n\n{ANSWER}\n".encode(), name="note.md").state == "suspected"
    assert labelling.verify(ANSWER.encode(), name="note.txt").state == "confirmed"
    assert labelling.whose_text(f"{ANSWER}\n\n（本内容由人工智能生成）")[0].exact
    assert (
        labelling.whose_text(
            "一段与此无关、但也足够长的文字：今天去超市买了土豆、西红柿、两斤排骨，还有给孩子的酸奶和面包，一共花了一百二十块钱。"
        )
        == []
    )


def test_fingerprints_that_are_left_are_looked_at_though_no_more_are_taken(here: Installation) -> None:
    here.labelling().remember_answers([("d-text-3", ANSWER[::-1])])
    without = here.labelling(label_fingerprint_days=0)

    assert without.remember_answers([("d-text-4", ANSWER)]) == 0
    assert without.verify(ANSWER[::-1].encode(), name="note.txt").state == "confirmed"


def test_an_installation_does_not_know_the_texts_of_another(here: Installation, tmp_path: Path) -> None:
    here.labelling().remember_answers([("d-text-5", ANSWER + "完")])

    assert replace(here, home=tmp_path / "another").labelling().whose_text(ANSWER + "完") == []
