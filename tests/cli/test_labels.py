"""``brightline labels``: what a tool did to a label, whose text this is, what an agreement says, what is checked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from brightline.cli.own_records import own_records
from brightline.config import load_settings
from brightline.labels.label import Attribute, ImplicitLabel, propagated
from brightline.labels.marking import mark
from tests.cli.shell import Shell, picture
from tests.labels.conftest import PLATFORM_CODE, PRODUCER_CODE

LABEL = ImplicitLabel.first(PRODUCER_CODE, "n-1")
ANSWER = "长城始建于春秋战国时期，历代多次修筑，今天保存较好的多为明代所筑。它东起山海关，西至嘉峪关，沿途有关隘、敌楼与烽火台。"
AGREEMENT = (
    "本服务对生成合成内容添加显式标识和隐式标识：图片右下角标注“人工智能生成”字样，文件元数据写入隐式标识。\n"
    "请您仔细阅读并理解上述标识要求。您不得删除、篡改、伪造、隐匿标识。\n"
)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A labelled film of ten frames."""
    path = tmp_path / "a.mp4"
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-nostdin",
        "-f",
        "lavfi",
        "-i",
        "testsrc=duration=1:size=64x48:rate=10",
        "-c:v",
        "libx264",
        str(path),
    ]
    subprocess.run(command, check=True, timeout=60)
    mark(path, LABEL, in_place=True)
    return path


# diff


def test_ffmpeg_without_a_word_loses_the_label_of_a_film(shell: Shell, film: Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(film), "-c", "copy", "b.mp4"], check=True, timeout=60)

    ran = shell("labels", "diff", film, "b.mp4", "--json")

    (document,) = ran.documents
    assert ran.status == 1
    assert (document["change"], document["breaks_rule"], document["rules"]) == ("lost", True, ["LM-10.2"])


def test_a_platform_that_adds_its_own_keys_breaks_nothing(shell: Shell) -> None:
    before = picture("a.png")
    mark(before, LABEL, in_place=True)
    mark(before, propagated(LABEL, Attribute.IS, PLATFORM_CODE, "p-1"), out="b.png", propagating=True)

    ran = shell("labels", "diff", before, "b.png")

    assert ran.status == 0
    assert ran.out.startswith("changed")
    assert "ContentPropagator" in ran.out


def test_saving_again_loses_a_picture_label_and_the_table_says_from_where(shell: Shell) -> None:
    before = picture("a.png")
    mark(before, LABEL, in_place=True)
    with Image.open(before) as image:
        image.save("b.jpg")

    ran = shell("labels", "diff", before, "b.jpg")

    assert ran.status == 1
    assert ran.out.startswith("lost")
    assert "before: png.iTXt" in ran.out


def test_what_cannot_be_compared_is_not_called_kept(shell: Shell) -> None:
    before = picture("a.png")
    mark(before, LABEL, in_place=True)
    Path("b.png").write_bytes(before.read_bytes()[:60])

    assert shell("labels", "diff", before, "b.png").status == 2
    missing = shell("labels", "diff", before, "nowhere.png")
    assert missing.status == 2
    assert "BL-INPUT-020" in missing.err


# text


def remembered(*answers: str) -> None:
    with own_records(load_settings()) as labelling:
        labelling.remember_answers([(f"decision-{number}", answer) for number, answer in enumerate(answers)])


def test_our_own_answer_is_known_again_with_other_signs_and_in_a_longer_text(shell: Shell) -> None:
    remembered(ANSWER)
    Path("same.txt").write_text(ANSWER.replace("，", " , "), "utf-8")

    same = shell("labels", "text", "same.txt", "--json")
    within = shell("labels", "text", "-", stdin=f"某人在文章里写道：{ANSWER}他还写了别的事情，与此无关。".encode())

    (document,) = same.documents
    assert same.status == 1
    assert [(match["decision"], match["exact"]) for match in document["matches"]] == [("decision-0", True)]  # type: ignore[attr-defined]  # JSON
    assert within.status == 1
    assert "decision-0" in within.out
    assert "passages" in within.out


def test_a_text_that_nobody_here_generated_is_not_known(shell: Shell) -> None:
    remembered(ANSWER)

    ran = shell("labels", "text", "-", stdin=("黄河发源于青藏高原，流经九个省区，最后注入渤海。" * 3).encode())

    assert ran.status == 0
    assert "proves nothing" in ran.out


def test_what_is_too_short_or_no_text_is_an_error(shell: Shell) -> None:
    Path("note.txt").write_text("好的，我来帮您。", "utf-8")
    Path("old.txt").write_bytes("编码".encode("gb18030"))

    short, other, missing = (shell("labels", "text", name) for name in ("note.txt", "old.txt", "nowhere.txt"))

    assert (short.status, other.status, missing.status) == (2, 2, 2)
    assert "BL-INPUT-071" in short.err
    assert "BL-INPUT-070" in other.err
    assert "BL-INPUT-020" in missing.err


def test_a_home_that_cannot_be_made_is_an_error(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").touch()
    monkeypatch.setenv("BRIGHTLINE_HOME", "file/home")

    ran = shell("labels", "text", "-", stdin=ANSWER.encode())

    assert ran.status == 2
    assert "BL-INPUT-072" in ran.err


# agreement


def test_an_agreement_that_speaks_of_labels_shows_its_sentences(shell: Shell) -> None:
    Path("terms.md").write_text(AGREEMENT, "utf-8")

    ran = shell("labels", "agreement", "terms.md", "--lang", "zh")

    assert ran.status == 0
    assert "右下角标注“人工智能生成”字样" in ran.out
    assert "请您仔细阅读并理解上述标识要求" in ran.out


def test_an_agreement_without_them_gets_clauses_to_begin_from(shell: Shell) -> None:
    ran = shell("labels", "agreement", "-", "--lang", "en", stdin="您同意我们的服务条款。".encode())
    document = shell("labels", "agreement", "-", "--json", stdin="您同意我们的服务条款。".encode())

    assert (ran.status, document.status) == (1, 1)
    assert ran.out.count("missing") >= 3
    assert document.documents[0]["state"] == "missing"


# checks


def test_the_checks_are_listed_with_their_rules_in_both_languages(shell: Shell) -> None:
    rows = shell("labels", "checks", "--json")
    shown = shell("labels", "checks", "--lang", "zh")

    assert rows.status == shown.status == 0
    (listed,) = rows.documents
    assert len(listed) >= 30
    assert all(each["id"] and each["rule"] and each["title"]["zh"] and each["title"]["en"] for each in listed)
    assert "只有一个标识" in shown.out
