"""Traces in the entries of a file: found in every place, never in quotations, with evidence that is short enough to show."""

from __future__ import annotations

import pytest

from brightline.labels.containers.reading import Entry
from brightline.labels.verification.traces import Trace, digital_source_type, named_values
from brightline.labels.verification.traces import traces_in as traces_of
from tests.labels.quirks.file_forms import xmp

SETTINGS = "a fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def traces_in(entries: list[Entry]) -> tuple[Trace, ...]:
    return traces_of(named_values(entries)[0])


def source_type(entries: list[Entry]) -> str:
    return digital_source_type(named_values(entries)[0])


def packet(**properties: str) -> Entry:
    body = "".join(f"<Iptc4xmpExt:{name}>{value}</Iptc4xmpExt:{name}>" for name, value in properties.items())
    return Entry("jpeg.app1.xmp", "XMP", xmp(body), 20, 600, "xmp")


def test_a_generators_settings_are_a_trace_with_the_entry_as_evidence() -> None:
    (trace,) = traces_in([Entry("png.IHDR", "Title", "x", 8, 4), Entry("png.tEXt", "parameters", SETTINGS, 33, 120)])

    assert (trace.id, trace.means, trace.rule) == ("trace.a1111", "trace", "LM-6.3")
    assert (trace.place, trace.key, trace.offset, trace.length) == ("png.tEXt", "parameters", 33, 120)


def test_a_quotation_shows_no_trace() -> None:
    assert traces_in([Entry("markdown.fence.quoted", "parameters", SETTINGS, 33, 120)]) == ()


def test_a_long_prompt_is_cut_in_the_evidence() -> None:
    (trace,) = traces_in([Entry("png.tEXt", "parameters", "fox " * 500 + "\n" + SETTINGS, 33, 2200)])

    assert len(trace.excerpt) == 120
    assert trace.excerpt.endswith("…")


@pytest.mark.parametrize(
    ("term", "means"),
    [
        ("trainedAlgorithmicMedia", {"statement"}),
        ("compositeWithTrainedAlgorithmicMedia", {"statement"}),
        ("compositeSynthetic", {"trace"}),
        ("algorithmicMedia", set()),
        ("digitalCapture", set()),
    ],
)
def test_an_iptc_source_type_is_a_statement_only_where_it_names_a_trained_model(term: str, means: set[str]) -> None:
    entries = [packet(DigitalSourceType=SOURCE + term)]

    assert {trace.means for trace in traces_in(entries)} == means
    assert source_type(entries) == SOURCE + term


def test_no_source_type_is_an_empty_one() -> None:
    assert source_type([packet(Event="x"), Entry("png.tEXt", "Software", "DigitalSourceType", 8, 9)]) == ""


def test_two_fields_that_belong_together_may_stand_in_two_entries() -> None:
    made = [Entry("jpeg.exif", "Make", "Black Forest Labs", 8, 9), Entry("jpeg.exif", "Software", "AI generated;txt2img;flux", 30, 9)]

    assert [trace.id for trace in traces_in(made)] == ["trace.black_forest_labs"]
    assert traces_in(made[:1]) == ()


def test_a_packet_that_cannot_be_read_is_named() -> None:
    bomb = Entry("jpeg.APP1.XMP", "XMP", "<a>" * 500 + "</a>" * 500, 20, 600, "xmp")
    garbage = Entry("jpeg.APP1.XMP", "XMP", "<x:xmpmeta", 20, 600, "xmp")
    blank = Entry("jpeg.APP1.XMP", "XMP", " \n\x00", 20, 600, "xmp")

    assert named_values([bomb, garbage, blank])[1] == [bomb, garbage]
    assert named_values([packet(Event="x")])[1] == []
