from __future__ import annotations

import dataclasses

import pytest

from brightline.server.console.decision.facts import call_shape, label_of, media_labels_of, timing_of
from tests.server.console.decision.test_passages import decision

GATEWAY = {
    "endpoint": "chat.completions",
    "model": "qwen",
    "stream": True,
    "status": "stopped",
    "upstream_status": 200,
    "bytes_in": 812,
    "usage": {"prompt_tokens": 4, "completion_tokens": 8},
    "channels": ["choices[0].message.content"],
    "ms": {"parse": 0.2, "inspect": 0.9, "upstream": 812.5, "total": 815.2},
    "left_out": 1,
}


def test_a_call_through_the_gateway_is_told_in_words() -> None:
    call = call_shape(dataclasses.replace(decision(), request=GATEWAY))
    assert (call.endpoint, call.model, call.stream, call.status) == ("chat.completions", "qwen", True, "stopped")
    assert call.usage == (("prompt_tokens", 4), ("completion_tokens", 8))
    assert call.others == (("left_out", "1"),)


def test_own_time_is_what_the_model_service_did_not_take() -> None:
    timing = timing_of(dataclasses.replace(decision(), request=GATEWAY))
    assert timing is not None
    assert timing.own == pytest.approx(2.7)
    assert timing.upstream_first is None


@pytest.mark.parametrize("ms", [None, 5, [], {}, {"total": "soon"}, {"total": -1}, {"total": True}])
def test_a_door_that_measured_nothing_tells_no_time(ms: object) -> None:
    assert timing_of(dataclasses.replace(decision(), request={"ms": ms})) is None


def test_fields_of_another_type_are_shown_and_never_trusted() -> None:
    strange = {"endpoint": ["<b>"], "stream": "yes", "usage": "much", "channels": 3, "bytes_in": -1, "model": {"a": 1}, "method": 5}
    call = call_shape(dataclasses.replace(decision(), request=strange))
    assert call.endpoint == '["<b>"]'
    assert call.stream is None
    assert call.usage == ()
    assert call.channels == ()
    assert call.bytes_in is None
    assert call.model == '{"a":1}'


def test_the_label_is_told_with_its_clause_or_with_the_reason_why_there_is_none() -> None:
    written = label_of(dataclasses.replace(decision(), label={"position": "suffix", "text": "（AI生成）", "lang": "zh"}))
    assert written is not None
    assert (written.position, written.text, written.clause) == ("suffix", "（AI生成）", "GB 45438-2025 5.1")
    none = label_of(dataclasses.replace(decision(), label={"position": "none", "reason": "the operator's setting leaves the label out"}))
    assert none is not None
    assert (none.position, none.reason) == ("none", "the operator's setting leaves the label out")
    assert label_of(decision()) is None


def test_files_of_an_answer_are_told_one_by_one_and_no_text_label_is_made_up() -> None:
    picture = {
        "place": "data[0]",
        "container": "png",
        "content_id": "c-1",
        "implicit": "written",
        "explicit": "image",
        "proof": ["label.alone: passed"],
    }
    small = {"place": "data[1]", "implicit": "written", "explicit": "interface", "reason": "too small"}
    made = dataclasses.replace(decision(), label={"media": [picture, small]})
    assert label_of(made) is None
    assert [tuple(file) for file in media_labels_of(made)] == [
        ("data[0]", "png", "c-1", True, "image", ""),
        ("data[1]", "", "", True, "interface", "too small"),
    ]
    both = dataclasses.replace(decision(), label={"position": "suffix", "text": "（AI生成）", "lang": "zh", "media": [picture]})
    assert (label_of(both) is not None, len(media_labels_of(both))) == (True, 1)


@pytest.mark.parametrize("media", [None, 5, "x", {}, ["x", 3, None]])
def test_strange_records_of_files_are_no_files(media: object) -> None:
    assert media_labels_of(dataclasses.replace(decision(), label={"media": media})) == ()
