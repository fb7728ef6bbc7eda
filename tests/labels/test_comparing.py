"""What transforms of other tools do to a label, told by one word: kept, lost, changed, duplicated."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from brightline.labels.comparing import difference
from brightline.labels.label import Attribute, ImplicitLabel, propagated
from brightline.labels.marking import mark


def picture(**texts: str) -> bytes:
    info, out = PngInfo(), BytesIO()
    for key, value in texts.items():
        info.add_text(key, value)
    Image.effect_noise((40, 30), 30).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def labelled(label: ImplicitLabel, data: bytes | None = None, *, propagating: bool = False) -> bytes:
    marked = mark(data or picture(Author="somebody"), label, propagating=propagating)
    assert marked.data is not None
    return marked.data


def saved_again(data: bytes, kind: str = "PNG") -> bytes:
    out = BytesIO()
    with Image.open(BytesIO(data)) as image:
        image.convert("RGB").save(out, kind)
    return out.getvalue()


def test_an_untouched_label_is_kept(label: ImplicitLabel) -> None:
    found = difference(labelled(label), labelled(label, picture(Author="somebody")))

    assert (found.change, found.breaks_rule, found.rules, found.fields) == ("kept", False, (), {})


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_pillow_loses_the_label_when_it_saves(label: ImplicitLabel, kind: str) -> None:
    found = difference(labelled(label), saved_again(labelled(label), kind))

    assert (found.change, found.breaks_rule, found.rules) == ("lost", True, ("LM-10.2",))
    assert "Author" in found.lost_metadata


def test_ffmpeg_loses_the_label_of_a_wav_and_says_nothing(label: ImplicitLabel, tmp_path: Path) -> None:
    plain, marked, copied = (tmp_path / name for name in ("plain.wav", "marked.wav", "copied.wav"))
    ffmpeg = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    subprocess.run([*ffmpeg, "-f", "lavfi", "-i", "sine=duration=0.2", str(plain)], check=True)
    mark(plain, label, out=marked)
    subprocess.run([*ffmpeg, "-i", str(marked), "-c", "copy", str(copied)], check=True)

    assert difference(marked, copied).change == "lost"


def test_a_platform_that_passes_on_changes_only_its_own_keys(label: ImplicitLabel, platform: str) -> None:
    passed_on = propagated(label, Attribute.IS, platform, "c-7")

    found = difference(labelled(label), labelled(passed_on, propagating=True))

    assert (found.change, found.propagated, found.breaks_rule) == ("changed", True, False)
    assert set(found.fields) == {"ContentPropagator", "PropagateID"}


def test_who_changes_the_producers_keys_breaks_the_rule(label: ImplicitLabel) -> None:
    found = difference(labelled(label), labelled(replace(label, produce_id="n-9")))

    assert (found.change, found.propagated, found.rules) == ("changed", False, ("LM-10.2",))
    assert found.fields == {"ProduceID": (label.produce_id, "n-9")}


def test_who_changes_the_attribute_without_saying_who_they_are_breaks_the_rule(label: ImplicitLabel, platform: str) -> None:
    weaker = replace(label, label=Attribute.SUSPECTED)

    assert difference(labelled(label), labelled(weaker)).breaks_rule
    suspected = replace(weaker, content_propagator=platform, propagate_id="c-7")
    assert not difference(labelled(label), labelled(suspected, propagating=True)).breaks_rule


def test_a_second_label_is_one_too_many(label: ImplicitLabel) -> None:
    found = difference(labelled(label), picture(AIGC=label.to_json(), Comment=label.to_wrapped_json()))

    assert (found.change, found.rules, found.moved) == ("duplicated", ("GB-6.1c",), True)


@pytest.mark.parametrize("kept", [0, 1])
def test_of_two_labels_the_one_that_stays_is_compared(label: ImplicitLabel, platform: str, kept: int) -> None:
    two = (label, replace(label, produce_id="n-9"))
    before = picture(AIGC=two[0].to_json(), Comment=two[1].to_wrapped_json())

    assert difference(before, labelled(two[kept])).change == "kept"
    found = difference(before, labelled(propagated(two[kept], Attribute.IS, platform, "c-7"), propagating=True))
    assert (found.change, found.propagated, found.breaks_rule) == ("changed", True, False)


def test_a_new_label_and_none_at_all(label: ImplicitLabel) -> None:
    assert difference(picture(), labelled(label)).change == "added"
    assert difference(picture(), picture()).change == "none"


def test_of_a_file_that_cannot_be_read_nothing_is_known(label: ImplicitLabel) -> None:
    found = difference(labelled(label), b"\x00\x01\x02")

    assert (found.change, found.breaks_rule, found.rules) == ("unreadable", True, ())
    assert "BL-LABEL-013" in found.gaps[0]
    assert found.to_document()["change"] == "unreadable"
