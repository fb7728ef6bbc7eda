"""``brightline label``: what it labels and where, what it refuses before it touches a file, and its exit codes."""

from __future__ import annotations

import fcntl
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from brightline.labels.provenance import Credential
from brightline.labels.registry import read
from brightline.labels.security import Sm2Key
from brightline.labels.verification import verify
from tests.cli.shell import Shell, picture, pixels
from tests.installation import environment
from tests.labels.conftest import PLATFORM_CODE, PRODUCER_CODE


def test_a_labelled_copy_goes_into_the_folder_and_the_original_stays(shell: Shell) -> None:
    came = picture("came.png")
    before = came.read_bytes()

    ran = shell("label", came, "--out", "out", "--json")

    assert ran.status == 0
    (document,) = ran.documents
    assert (document["file"], document["out"], document["container"]) == ("came.png", "out/came.png", "png")
    assert came.read_bytes() == before
    (site,) = read(Path("out/came.png")).labels
    assert dict(site.fields) == document["label"]
    assert site.fields["ContentProducer"] == PRODUCER_CODE
    assert pixels(Path("out/came.png")) == pixels(came)


def test_a_folder_keeps_its_subfolders_and_leaves_hidden_and_unknown_files_out(shell: Shell) -> None:
    picture("in/a.png")
    picture("in/deep/er/b.jpg")
    picture("in/.hidden/c.png")
    Path("in/notes.xyz").write_text("none of ours", "utf-8")

    ran = shell("label", "in", "--out", "out")

    assert ran.status == 0
    assert ran.err == "2 labelled, 1 passed over (no format that carries labels here): in/notes.xyz\n"
    assert sorted(str(path) for path in Path("out").rglob("*.*")) == ["out/a.png", "out/deep/er/b.jpg"]
    numbers = {read(path).labels[0].fields["ProduceID"] for path in Path("out").rglob("*.*")}
    assert len(numbers) == 2


def test_what_a_folder_holds_besides_is_named_for_programs_too(shell: Shell) -> None:
    picture("in/a.png")
    Path("in/notes.xyz").write_text("none of ours", "utf-8")

    ran = shell("label", "in", "--out", "out", "--json")

    assert ran.status == 0
    assert [document["file"] for document in ran.documents if "label" in document] == ["in/a.png"]
    assert [document for document in ran.documents if "passed_over" in document] == [
        {"file": "in/notes.xyz", "passed_over": "no format that carries labels here"}
    ]


def test_in_place_the_file_itself_carries_the_label_and_a_second_run_replaces_it(shell: Shell) -> None:
    came = picture("came.webp")
    shown = pixels(came)

    assert shell("label", came, "--in-place", "--number", "n-1").status == 0
    again = shell("label", came, "--in-place", "--number", "n-2")

    assert again.status == 0
    assert "in place" in again.out
    assert "replacing 1" in again.out
    assert [site.fields["ProduceID"] for site in read(came).labels] == ["n-2"]
    assert pixels(came) == shown


def test_among_files_that_fail_the_others_are_labelled_and_each_failure_names_its_file(shell: Shell) -> None:
    good = picture("in/good.png")
    cut, empty, odd = Path("in/cut.png"), Path("in/empty.jpg"), Path("in/odd.bin")
    cut.write_bytes(good.read_bytes()[:100])
    empty.touch()
    odd.write_bytes(bytes(range(256)))
    before = {path: path.read_bytes() for path in (cut, empty, odd)}

    ran = shell("label", "in", odd, "nowhere.png", "--in-place", "--json")

    assert ran.status == 2
    assert {path: path.read_bytes() for path in before} == before
    assert len(read(good).labels) == 1
    failures = {str(row["file"]): row["error"] for row in ran.documents if "error" in row}
    assert {name: error["code"] for name, error in failures.items() if isinstance(error, dict)} == {
        "in/cut.png": "BL-LABEL-011",
        "in/empty.jpg": "BL-LABEL-013",
        "in/odd.bin": "BL-LABEL-013",
    }
    for name in ("in/cut.png", "in/empty.jpg", "in/odd.bin", "nowhere.png"):
        assert name in ran.err
    assert ran.err.splitlines()[-1] == "1 labelled, 4 not (BL-INPUT-020, BL-LABEL-011, BL-LABEL-013 × 2)"
    assert sorted(path.name for path in Path("in").iterdir()) == ["cut.png", "empty.jpg", "good.png", "odd.bin"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "BL-INPUT-060"),
        (("--out", "out", "--in-place"), "BL-INPUT-060"),
        (("--out", "out", "--attribute", "maybe"), "BL-INPUT-061"),
        (("--out", "out", "--number", "n-1"), "BL-INPUT-062"),
        (("--out", "out", "--c2pa"), "BL-INPUT-063"),
        (("--out", "out", "--explicit", "--position", "middle"), "BL-INPUT-064"),
        (("--out", "out", "--provider", "001191000000MA0BR1GHTX10001"), "BL-LABEL-004"),
        (("--out", "in"), "BL-INPUT-069"),
        (("other/a.png", "--out", "out"), "BL-INPUT-068"),
    ],
)
def test_what_is_wrong_with_the_command_is_said_before_any_file_is_touched(shell: Shell, arguments: tuple[str, ...], code: str) -> None:
    named = [picture("in/a.png"), picture("in/b.png"), picture("other/a.png")]
    before = [path.read_bytes() for path in named]

    ran = shell("label", "in", *arguments)

    assert (ran.status, ran.out) == (2, "")
    assert code in ran.err
    assert [path.read_bytes() for path in named] == before
    assert not Path("out").exists()


def test_without_a_provider_code_nothing_is_labelled(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRIGHTLINE_LABEL_PROVIDER_CODE")

    ran = shell("label", picture("a.png"), "--out", "out")

    assert ran.status == 2
    assert "BL-INPUT-065" in ran.err
    assert "label_provider_code" in ran.err


def test_words_that_do_not_name_ai_and_generation_are_refused(shell: Shell) -> None:
    ran = shell("label", picture("a.png"), "--out", "out", "--explicit", "--text", "nice picture")

    assert ran.status == 2
    assert "BL-LABEL-05" in ran.err
    assert not Path("out").exists()


def test_an_explicit_label_is_drawn_in_the_corner_that_was_named(shell: Shell) -> None:
    came = picture("a.png", (400, 300))

    ran = shell("label", came, "--out", "out", "--explicit", "--position", "top-left", "--text", "人工智能生成")

    assert ran.status == 0, ran.err
    with Image.open(came) as before, Image.open("out/a.png") as after:
        corner, rest = (0, 0, 200, 150), (200, 150, 400, 300)
        assert before.crop(corner).tobytes() != after.crop(corner).tobytes()
        assert before.crop(rest).tobytes() == after.crop(rest).tobytes()
    assert verify(Path("out/a.png")).state == "confirmed"


def test_the_attribute_and_another_provider_stand_in_the_label(shell: Shell) -> None:
    other = PLATFORM_CODE

    assert shell("label", picture("a.png"), "--out", "out", "--attribute", "possibly", "--provider", other).status == 0

    (site,) = read(Path("out/a.png")).labels
    assert (site.fields["Label"], site.fields["ContentProducer"]) == ("2", other)


def test_the_settings_key_and_certificate_sign_label_and_manifest(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Sm2Key.generate().save(tmp_path / "sm2.pem")
    Credential.made("Made for a test").save(tmp_path / "chain.pem", tmp_path / "key.pem")
    monkeypatch.setenv("BRIGHTLINE_LABEL_KEY_FILE", str(tmp_path / "sm2.pem"))
    monkeypatch.setenv("BRIGHTLINE_LABEL_C2PA_CHAIN", str(tmp_path / "chain.pem"))
    monkeypatch.setenv("BRIGHTLINE_LABEL_C2PA_KEY", str(tmp_path / "key.pem"))

    ran = shell("label", picture("a.png"), "--out", "out", "--c2pa", "--json")

    assert ran.status == 0, ran.err
    found = verify(Path("out/a.png"), proof="full")
    assert (found.state, found.presence) == ("confirmed", "declared_signed")
    assert found.check("security.signature").result == "pass"
    assert found.check("security.binding").result == "pass"
    assert found.check("c2pa.hash").result == "pass"


def test_a_watermark_leads_back_to_this_installation_when_the_metadata_is_gone(shell: Shell) -> None:
    came = picture("a.png", (640, 480))

    assert shell("label", came, "--out", "out", "--watermark").status == 0
    with Image.open("out/a.png") as image:
        image.save("stripped.jpg", quality=85)
    with_records = shell("verify", "stripped.jpg", "--own", "--json")
    without = shell("verify", "stripped.jpg", "--json")

    assert with_records.documents[0]["state"] == "confirmed"
    assert f"record: {with_records.documents[0]['decided_by']['what']}" in shell("verify", "stripped.jpg", "--own").out
    assert without.documents[0]["state"] == "none"
    assert shell("verify", picture("b.png", (128, 96)), "--own", "--json").documents[0]["state"] == "none"


def test_a_watermarked_file_is_not_put_out_when_its_record_cannot_be_kept(shell: Shell, tmp_path: Path) -> None:
    came = picture("a.png", (640, 480))
    before = came.read_bytes()
    assert shell("label", picture("b.png"), "--in-place", "--watermark").status == 0
    with closing(sqlite3.connect(tmp_path / "home" / "brightline.db")) as database, database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON labelled_files BEGIN SELECT RAISE(ABORT, 'no room'); END")

    in_place = shell("label", came, "--in-place", "--watermark")
    beside = shell("label", came, "--out", "out", "--watermark")

    assert (in_place.status, beside.status) == (2, 2)
    assert "a.png" in in_place.err
    assert came.read_bytes() == before
    assert list(Path("out").iterdir()) == []


def test_a_file_that_somebody_else_is_labelling_is_left_to_them(shell: Shell) -> None:
    came = picture("a.png")
    before = came.read_bytes()

    with came.open("r+b") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        ran = shell("label", came, "--in-place")

    assert ran.status == 2
    assert "BL-LABEL-021" in ran.err
    assert came.read_bytes() == before
    assert shell("label", came, "--in-place").status == 0


def test_text_gets_a_side_car_which_a_folder_does_not_label_again(shell: Shell) -> None:
    note = Path("in/note.txt")
    note.parent.mkdir()
    note.write_text("由模型写成。", "utf-8")

    assert shell("label", "in", "--in-place").status == 0
    assert shell("label", "in", "--in-place").status == 0

    assert sorted(path.name for path in note.parent.iterdir()) == ["note.txt", "note.txt.aigc.json"]
    assert verify(note).state == "confirmed"


def test_a_full_proof_names_the_readers_that_saw_the_label(shell: Shell) -> None:
    ran = shell("label", picture("a.jpg"), "--out", "out", "--full", "--json")

    (document,) = ran.documents
    steps = document["proof"]
    assert isinstance(steps, list)
    passed = {step["step"] for step in steps if step["outcome"] == "passed"}
    assert passed >= {"label.alone", "media.coded", "media.decoded", "reader.pillow", "reader.exiftool"}


def test_a_target_that_cannot_be_made_is_an_error_with_its_name(shell: Shell) -> None:
    Path("out").write_text("a file", "utf-8")
    came = picture("a.png")
    before = came.read_bytes()

    ran = shell("label", came, "--out", "out/deep", "--json")

    assert ran.status == 2
    assert "BL-INPUT-020" in ran.err
    assert "a.png" in ran.err
    assert came.read_bytes() == before


def test_quiet_says_nothing_of_what_went_well(shell: Shell) -> None:
    ran = shell("label", picture("a.png"), "--out", "out", "--quiet")

    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_the_bar_is_drawn_on_a_terminal_only_and_never_into_the_output(shell: Shell, tmp_path: Path) -> None:
    for number in range(6):
        picture(f"in/{number}.png", (40, 30))
    command = ("label", "in", "--out", "out")

    piped = subprocess.run(_started(*command), env=_environ(tmp_path), capture_output=True, text=True, timeout=60, check=True)
    watched, bar = _watched(tmp_path, *command)

    assert piped.stderr == "6 labelled\n"
    assert "6/6" in bar
    assert [line.split()[0] for line in watched.splitlines() if "→" in line] == ["labelled"] * 6


def test_a_film_that_is_encoded_anew_has_a_bar_of_its_own(shell: Shell, tmp_path: Path) -> None:
    film = ["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=duration=3:size=64x48:rate=10", "-c:v", "libx264", "a.mp4"]
    subprocess.run(film, check=True, timeout=60)

    watched, bar = _watched(tmp_path, "label", "a.mp4", "--out", "out", "--explicit")

    assert "labelling" in bar
    assert watched.startswith("labelled a.mp4 → out/a.mp4")


def _started(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "brightline", *arguments]


def _environ(folder: Path) -> dict[str, str]:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return environment(home, label_provider_code=PRODUCER_CODE) | {"TERM": "xterm", "COLUMNS": "100"}


def _watched(folder: Path, *arguments: str) -> tuple[str, str]:
    """What the command prints, and what it shows on the terminal where its errors go."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            _started(*arguments), env=_environ(folder), stdout=subprocess.PIPE, stderr=theirs, text=True, timeout=60, check=True
        )
        return done.stdout, os.read(ours, 65536).decode("utf-8", "replace")
    finally:
        os.close(ours)
        os.close(theirs)
