"""The map of a file: every byte once, the label always to be seen."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.reading import Entry, Range, Reading
from brightline.labels.sites import Site
from brightline.server.console.labels.file_map import WIDTH, drawn, map_of, segments_of

SIZE = 5_000
spans = st.tuples(st.integers(-1, SIZE + 200), st.integers(0, 900))


def site(offset: int, length: int, *, quoted: bool = False) -> Site:
    return Site("png.iTXt", "AIGC", offset, length, "bare", "{}", quoted=quoted)


def entry(offset: int, length: int) -> Entry:
    return Entry("png.tEXt", "parameters", "x", offset, length)


@settings(max_examples=100, deadline=None)
@given(st.lists(spans, max_size=12), st.lists(spans, max_size=4), st.lists(spans, max_size=8), st.integers(0, SIZE))
def test_every_byte_is_in_exactly_one_segment(
    entries: list[tuple[int, int]], sites: list[tuple[int, int]], media: list[tuple[int, int]], size: int
) -> None:
    ranges = tuple(Range(max(0, start), max(0, start) + length) for start, length in media)
    reading = Reading("png", tuple(entry(*each) for each in entries), ranges)
    found = segments_of(reading, [site(*each) for each in sites], size)
    assert [one.start for one in found] == [0, *(one.stop for one in found[:-1])] if size else found == []
    assert not size or found[-1].stop == size
    bar = drawn(found)
    assert not size or abs(sum(one.width for one in bar) - WIDTH) < 1
    assert all(one.width > 0 for one in bar)


def test_the_label_wins_over_metadata_and_media() -> None:
    found = segments_of(Reading("png", (entry(10, 30),), (Range(0, 100),)), [site(20, 10)], 100)
    assert [(one.start, one.stop, one.kind) for one in found] == [
        (0, 10, "media"), (10, 20, "metadata"), (20, 30, "label"), (30, 40, "metadata"), (40, 100, "media"),
    ]  # fmt: skip


def test_a_label_of_a_few_bytes_is_seen_in_a_film() -> None:
    size = 4 << 30
    bar = drawn(segments_of(Reading("mp4", (), (Range(0, size),)), [site(1 << 30, 200)], size))
    assert min(one.width for one in bar if one.segment.kind == "label") >= 7


def test_a_file_of_a_thousand_parts_is_drawn_in_sixty_and_keeps_its_label() -> None:
    media = tuple(Range(start, start + 5) for start in range(0, 4_000, 20))
    bar = drawn(segments_of(Reading("flv", tuple(entry(start + 7, 5) for start in range(0, 4_000, 20)), media), [site(1_234, 3)], 4_000))
    assert len(bar) <= 60
    assert [one.segment.kind for one in bar].count("label") == 1


def test_a_quotation_is_no_label() -> None:
    told = map_of(Reading("markdown", ()), [site(3, 4, quoted=True)], 10)
    assert [row["kind"] for row in told["rows"]] == ["quoted"]
    assert told["sums"] == [{"kind": "other", "parts": 2, "start": 0, "stop": 10, "bytes": 6}]


def test_a_label_beside_the_file_has_no_place_in_it() -> None:
    assert map_of(Reading("text", ()), [site(-1, 0)], 0) == {"size": 0, "bar": [], "rows": [], "sums": []}
