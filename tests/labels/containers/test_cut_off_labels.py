"""Labels that a field of a limited length cut off: a trace that somebody labelled the file, and gone when it is labelled anew."""

from __future__ import annotations

import json

import pytest

from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import read
from brightline.labels.verification import verify
from brightline.labels.verification.verdict import State
from tests.labels.quirks import file_forms as forms

CUT = json.dumps({"AIGC": ImplicitLabel("1", "BRIGHTLINE-TEST", "n-1").fields}, separators=(",", ":"))[:60]
ID3V1 = b"TAG" + b"A song".ljust(94, b"\0") + CUT[:30].encode() + b"\x0c"
INFO = b"INFO" + b"ICMT" + len(CUT).to_bytes(4, "little") + CUT.encode()
FILES = {
    "a.png": forms.png(forms.text_chunk("Description", CUT)),
    "b.jpg": forms.jpeg(exif={0x010E: CUT}),
    "c.jpg": forms.jpeg(exif_sub={0x9286: forms.user_comment(CUT)}),
    "d.jpg": forms.jpeg((0xFE, CUT.encode())),
    "e.mp4": forms.mp4(forms.box(b"udta", forms.keyless_meta(b"\xa9cmt", CUT))),
    "f.wav": forms.wav((b"LIST", INFO)),
    "g.mp3": forms.mp3("comment", CUT),
    "h.mp3": forms.mp3("comment", "x") + ID3V1,
    "i.pdf": forms.pdf({"Subject": CUT}),
    "j.docx": forms.docx(core={"dc:description": CUT}),
    "k.html": f"<!doctype html><html><head><meta name=\"description\" content='{CUT}'></head><body><p>Text</p></body></html>".encode(),
    "l.svg": f'<svg xmlns="http://www.w3.org/2000/svg"><desc>{CUT}</desc><path d="M0 0"/></svg>'.encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_a_label_cut_off_is_a_trace_and_makes_way_for_a_whole_one(name: str, label: ImplicitLabel) -> None:
    answer = verify(FILES[name], name=name)
    assert (answer.state, answer.check("label.object").result) == (State.SUSPECTED, "fail")
    assert answer.decided_by is not None
    assert answer.decided_by.rule == "LM-6.3"
    result = write_label(FILES[name], label, name=name).data
    assert result is not None
    assert [site.label for site in read(result, name).labels] == [label]
    assert verify(result, name=name).state is State.CONFIRMED
