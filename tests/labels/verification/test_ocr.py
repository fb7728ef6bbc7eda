"""Text in pictures: absent without its extra, and boxes cut to the height of the letters."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PIL import Image

from brightline.labels.verification.ocr import ocr_is_installed, upright

WITHOUT_THE_EXTRA = """
import sys
from importlib.machinery import PathFinder

class Hidden:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name.partition(".")[0] in ("rapidocr", "onnxruntime") else PathFinder.find_spec(name, path, target)

sys.meta_path[:] = [Hidden if finder is PathFinder else finder for finder in sys.meta_path]
from brightline.labels.verification import verify
import io
from PIL import Image
out = io.BytesIO()
Image.new("RGB", (64, 64)).save(out, "png")
answer = verify(out.getvalue(), name="a.png", ocr=True)
print(answer.state, answer.check("explicit.elements").result, answer.check("explicit.elements").en)
"""


def test_without_its_extra_the_stage_is_not_inspected_and_says_what_to_install() -> None:
    ran = subprocess.run([sys.executable, "-c", WITHOUT_THE_EXTRA], capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout.startswith("none not_inspected")
    assert "cannot be read here" in ran.stdout


def test_whether_the_extra_is_there_can_be_asked() -> None:
    assert ocr_is_installed() in (True, False)


@pytest.mark.parametrize(("text", "height"), [("AI生成", 60), ("AI-generated", 47)])
def test_a_detected_box_is_cut_to_the_letters_in_it(text: str, height: int) -> None:
    box = upright([[10, 20], [210, 24], [210, 120], [10, 116]], text)

    assert (box.left, box.right) == (10, 210)
    assert box.height == pytest.approx(height)
    assert (box.top + box.bottom) / 2 == pytest.approx(70)


def test_a_turned_picture_is_read_as_it_is_shown() -> None:
    import io

    from brightline.labels.containers.source import Source
    from brightline.labels.verification.stages import picture_of

    tags = Image.Exif()
    tags[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "jpeg", exif=tags)

    assert picture_of(Source(out.getvalue())).size == (20, 40)
