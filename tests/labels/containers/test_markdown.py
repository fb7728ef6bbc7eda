"""Markdown labels: one mapping in the front matter, every other line as it was."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brightline.labels.containers.markdown import MARKDOWN, front_matter_stop
from brightline.labels.containers.reading import Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, OverLimit, Unsupported
from brightline.labels.label import KEYS, ImplicitLabel
from brightline.labels.sites import sites_in
from brightline.labels.writing import written

BODY = "# 标题\n\nText with --- dashes.\n\n---\n\nMore.\n"
ZHIPU = "AIGC:\n    ContentProducer: '001'\n    Label: '1'\n    ProduceID: 'a b'\n"


def read(data: bytes) -> Reading:
    return MARKDOWN.read(Source(data, "a.md"))


def labelled(data: bytes, value: str) -> bytes:
    source = Source(data, "a.md")
    return written(source, MARKDOWN.plan(source, value))


def media(data: bytes) -> bytes:
    return b"".join(data[start:stop] for start, stop in read(data).media)


def mapping(label: ImplicitLabel, line_end: str = "\n") -> str:
    return "AIGC:" + line_end + "".join(f'  {key}: "{label.fields[key]}"{line_end}' for key in KEYS)


def test_a_text_without_front_matter_gets_some(label: ImplicitLabel) -> None:
    result = labelled(BODY.encode(), label.to_json())
    assert result.decode() == f"---\n{mapping(label)}---\n{BODY}"
    (site,) = sites_in(read(result).entries)
    assert (site.place, site.label, site.standard, site.form, site.defects) == ("markdown.front_matter", label, True, "yaml", ())
    assert yaml.safe_load(result.decode().split("---")[1]) == {"AIGC": label.fields}
    assert media(result) == media(BODY.encode()) == BODY.encode()


@pytest.mark.parametrize("closing", ["---", "..."])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_front_matter_that_is_there_keeps_its_lines(label: ImplicitLabel, closing: str, line_end: str, mark: bytes) -> None:
    front = f"---\ntitle:   'x: y'  # kept\ntags:\n- a\n- b\n{closing}\n".replace("\n", line_end)
    body = BODY.replace("\n", line_end)
    original = mark + (front + body).encode()
    result = labelled(original, label.to_json())
    tail = f"{closing}{line_end}"
    assert result == mark + (front.removesuffix(tail) + mapping(label, line_end) + tail + body).encode()
    assert media(result) == media(original) == body.encode()
    assert labelled(result, label.to_json()) == result


@pytest.mark.parametrize(
    "old",
    [
        ZHIPU,
        "AIGC: {Label: 1, ProduceID: 'x}'}\n",
        'AIGC: {\n"Label": "1",\n"ProduceID": "}"\n}\n',
        'AIGC: \'{"Label":"1","ProduceID":"p"}\'\n',
        '"AIGC": |\n  {"Label":"1",\n\n  "ProduceID":"p"}\n',
        "aigc:\n  Label: AIGC\n  ProduceID: '0000'\nAIGC:\n\tLabel: x\n",
    ],
)
def test_a_label_that_is_there_is_replaced_where_it_stands(old: str, label: ImplicitLabel) -> None:
    original = f"---\ntitle: x\n{old}# a comment\nauthor: y\n---\n{BODY}"
    assert sites_in(read(original.encode()).entries)
    result = labelled(original.encode(), label.to_json())
    assert result.decode() == f"---\ntitle: x\n{mapping(label)}# a comment\nauthor: y\n---\n{BODY}"


def test_a_second_block_and_a_trailing_block_are_read_and_taken_out(label: ImplicitLabel) -> None:
    original = f"---\ntitle: x\n---\n\n---\n{ZHIPU}---\n{BODY}\n---\n{ZHIPU}---\n"
    assert [site.place for site in sites_in(read(original.encode()).entries)] == ["markdown.second_block", "markdown.trailing_block"]
    result = labelled(original.encode(), label.to_json())
    assert result.decode() == f"---\ntitle: x\n{mapping(label)}---\n\n{BODY}\n"
    assert media(result) == media(original.encode())


def test_a_label_block_before_the_front_matter_of_the_text_is_replaced_in_its_place(label: ImplicitLabel) -> None:
    original = f"---\n{ZHIPU}---\n---\ntitle: x\n---\n{BODY}"
    assert labelled(original.encode(), label.to_json()).decode() == f"---\n{mapping(label)}---\n---\ntitle: x\n---\n{BODY}"


def test_a_trailing_block_without_its_closing_line_is_read(label: ImplicitLabel) -> None:
    original = f"{BODY}\n---\n{ZHIPU}".encode()
    assert [site.place for site in sites_in(read(original).entries)] == ["markdown.trailing_block"]
    result = labelled(original, label.to_json())
    assert len(sites_in(read(result).entries)) == 1
    assert media(result) == media(original)


def test_other_keys_of_a_trailing_block_stay(label: ImplicitLabel) -> None:
    original = f"{BODY}\n---\n{ZHIPU}source: x\n---\n".encode()
    result = labelled(original, label.to_json())
    assert result.decode() == f"---\n{mapping(label)}---\n{BODY}\n---\nsource: x\n---\n"
    assert media(result) == media(original)


def test_a_label_in_a_code_fence_is_a_quotation_that_stays(label: ImplicitLabel) -> None:
    quoted = f'<details>\n\n```yaml\n---\n{ZHIPU}---\n```\n</details>\n~~~json\n{{"AIGC":{{"Label":"1","ProduceID":"p"}}}}\n~~~\n'
    sites = sites_in(read((BODY + quoted).encode()).entries)
    assert [(site.place, site.quoted) for site in sites] == [("markdown.fence.quoted", True)] * 2
    result = labelled((BODY + quoted).encode(), label.to_json())
    assert result.decode().endswith(BODY + quoted)
    assert [site.quoted for site in sites_in(read(result).entries)] == [False, True, True]


def test_a_trailing_block_in_an_open_fence_is_no_label() -> None:
    assert not [site for site in sites_in(read(f"{BODY}```\n---\n{ZHIPU}---\n".encode()).entries) if not site.quoted]


@pytest.mark.parametrize(
    "start", ["---\n\nA line between rules.\n\n---\n", "---\ntitle: never closed\n", "--- x\na: b\n---\n", "---\n- a\n- b\n---\n"]
)
def test_what_only_looks_like_front_matter_is_body(start: str, label: ImplicitLabel) -> None:
    result = labelled((start + BODY).encode(), label.to_json())
    assert result.decode() == f"---\n{mapping(label)}---\n{start}{BODY}"
    assert len(sites_in(read(result).entries)) == 1
    assert media(result) == media((start + BODY).encode())


def test_an_empty_file_and_an_empty_block_are_labelled(label: ImplicitLabel) -> None:
    for original in (b"", b"---\n---\n", b"\xef\xbb\xbf"):
        result = labelled(original, label.to_json())
        assert len(sites_in(read(result).entries)) == 1


def test_text_in_gb18030_keeps_its_bytes(label: ImplicitLabel) -> None:
    original = "---\n标题: 甲\n---\n正文\n".encode("gb18030")
    result = labelled(original, label.to_json())
    assert "标题: 甲" in read(result).entries[0].value
    assert media(result) == "正文\n".encode("gb18030")


@pytest.mark.parametrize(
    "data", [b"+++\ntitle = 'x'\n+++\n", b"---\n{title: x}\n---\n", "---\na: b\n---\n".encode("utf-16"), b"---\n# c\n[a]\n---\n"]
)
def test_other_front_matter_and_utf16_are_refused(data: bytes, label: ImplicitLabel) -> None:
    with pytest.raises(Unsupported):
        labelled(data, label.to_json())


def test_text_in_utf16_says_that_it_was_not_searched() -> None:
    assert read("---\nAIGC: x\n---\n".encode("utf-16")).gaps


def test_front_matter_without_an_end_in_a_huge_file_is_over_the_limit(label: ImplicitLabel) -> None:
    with pytest.raises(OverLimit):
        labelled(b"---\ntitle: x\n" + b"a: b\n" * 200_000, label.to_json())


def test_a_long_text_is_read_at_its_ends_only(label: ImplicitLabel) -> None:
    source = Source(BODY.encode() * 100_000 + f"\n---\n{ZHIPU}---\n".encode(), "a.md")
    assert [site.place for site in sites_in(MARKDOWN.read(source).entries)] == ["markdown.trailing_block"]
    assert source.bytes_read < 700_000


@pytest.mark.parametrize(
    "data",
    [
        b"---\nAIGC: x\n" + b" \n" * 200_000 + b"  a: b\n---\n",
        b'---\nAIGC: {"' + b'\\"' * 200_000 + b"\n---\n",
        b"---\n" + b"AIGC: {\n" * 50_000 + b"---\n",
        b"```\n" * 100_000,
        b"---\nAIGC:" * 40_000,
        b"---\nAIGC: x\n...\n" * 40_000,
    ],
)
def test_hostile_texts_end_soon(data: bytes) -> None:
    for step in (MARKDOWN.read, lambda source: MARKDOWN.plan(source, '{"Label":"1"}')):
        try:
            step(Source(data, "a.md"))
        except LabelError:
            continue


def test_the_body_begins_behind_mark_and_front_matter() -> None:
    assert front_matter_stop(b"\xef\xbb\xbf---\na: b\n---\nText") == 16
    assert front_matter_stop(b"Text") == 0


_PIECES = st.sampled_from(
    [
        "---\n",
        "...\n",
        "AIGC:\n",
        "  Label: '1'\n",
        "aigc: {\n",
        "}\n",
        "title: x\n",
        "```\n",
        "\n",
        "Text\n",
        "# c\n",
        "'",
        '"',
        "\r\n",
        "\ufeff",
        "- a\n",
    ]
)


@settings(max_examples=100, deadline=None)
@example(
    ["\n", "---\n", "AIGC:\n", "---\n", "---\n"]
)  # behind a blank line: no front matter yet, and a second block of it once there is one
@example(["...\n", "---\n", "AIGC:\n", "...\n", "---\n", "AIGC:\n"])  # once the block at the end is out, another stands there
@example(["\ufeff", "```\n", "```\n", "...\n", "---\n", "AIGC:\n"])  # a fence right behind the byte-order mark
@given(st.lists(_PIECES, max_size=24))
def test_any_text_is_labelled_once_or_refused_and_keeps_its_body(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    value = ImplicitLabel("1", "a", "b").to_json()
    try:
        result = labelled(data, value)
    except LabelError:
        return
    labels = [site for site in sites_in(read(result).entries) if not site.quoted]
    assert media(result) == media(data)
    assert labelled(result, value) == result
    assert labels[0].place == "markdown.front_matter"


def test_front_matter_that_ends_beyond_what_is_read_is_a_gap() -> None:
    data = b"---\n" + b"k: b\n" * 200_000 + b"AIGC: x\n---\nText\n"
    reading = MARKDOWN.read(Source(data))
    assert [gap.offset for gap in reading.gaps] == [0]
    assert not MARKDOWN.read(Source(b"---\nk: b\n---\n" + data)).gaps
    assert not MARKDOWN.read(Source(b"Text\n" + data)).gaps
