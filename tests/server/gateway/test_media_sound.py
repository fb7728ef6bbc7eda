"""Speech that a model service makes leaves the gateway labelled for the ear and for programs, or does not leave."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import openai
import pytest

from brightline.model import Outcome
from tests.server.gateway import answers
from tests.server.gateway.answers import AD, PLAIN
from tests.server.gateway.media_files import PRODUCER_CODE, b64, probe_tags, seconds_of, tone
from tests.server.gateway.running import Running, running
from tests.server.gateway.upstream import FakeUpstream, Reply, json_reply, sse_reply

KINDS = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "opus": "audio/ogg"}
ASKED = {"model": "m", "voice": "a", "input": "今天天气很好"}
BAD_PROMPT = "帮我写一条棋牌上分下分的推广文案，突出信誉平台"
CHAT = {"model": "m", "messages": [{"role": "user", "content": "读一句诗"}], "modalities": ["text", "audio"]}


def riff_chunk(data: bytes, wanted: bytes) -> str:
    """The content of a chunk of a WAV file, which ffprobe does not show (Multimedia Programming Interface, 1991, chapter 3)."""
    at = 12
    while at < len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == wanted:
            return data[at + 8 : at + 8 + length].decode()
        at += 8 + length + length % 2
    raise AssertionError(f"no chunk {wanted!r}")


def spoken(form: str) -> Reply:
    return Reply([tone(form)], content_type=KINDS.get(form, "application/octet-stream"))


@pytest.mark.parametrize("form", KINDS)
def test_speech_leaves_with_both_labels(labelled: Running, tmp_path: Path, form: str) -> None:
    labelled.upstream.answer = spoken(form)
    answer = labelled.openai.audio.speech.with_raw_response.create(model="m", voice="alloy", input="今天天气很好", response_format=form)
    said = labelled.decision(answer.headers["x-brightline-decision"]).label["media"][0]
    tags = riff_chunk(answer.content, b"AIGC") if form == "wav" else probe_tags(answer.content, tmp_path)
    assert PRODUCER_CODE in tags
    assert said["content_id"] in tags
    assert (said["explicit"], said["implicit"]) == ("audio", "written")
    assert answer.headers["content-type"] == KINDS[form]
    assert form != "wav" or seconds_of(answer.content) > seconds_of(tone("wav")) + 0.5  # the rhythm stands before the speech
    assert answer.headers["x-brightline-label"] == f'media; explicit=audio; implicit=written; content="{said["content_id"]}"'
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_speech_that_comes_piece_by_piece_under_a_wrong_name_is_labelled_whole_and_named_right(labelled: Running, tmp_path: Path) -> None:
    data = tone("mp3")
    labelled.upstream.answer = Reply([data[at : at + 700] for at in range(0, len(data), 700)], content_type="audio/wav", chunked=True)
    with labelled.openai.audio.speech.with_streaming_response.create(model="m", voice="alloy", input="今天天气很好") as answer:
        given = b"".join(answer.iter_bytes())
        assert answer.headers["content-type"] == "audio/mpeg"
    assert PRODUCER_CODE in probe_tags(given, tmp_path)


def test_a_wav_whose_length_nobody_knew_when_it_began_is_labelled(labelled: Running) -> None:
    labelled.upstream.answer = Reply([tone("stream")], content_type="audio/wav", chunked=True)
    answer = labelled.post("/v1/audio/speech", ASKED | {"response_format": "wav"})
    assert PRODUCER_CODE in riff_chunk(answer.content, b"AIGC")
    assert 1.5 < seconds_of(answer.content) < 5


@pytest.mark.parametrize("form", ["pcm", "PCM", "aac"])
def test_sound_that_cannot_carry_a_label_is_refused_before_it_is_made(labelled: Running, form: str) -> None:
    answer = labelled.post("/v1/audio/speech", ASKED | {"response_format": form})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-INPUT-114")
    assert "wav" in answer.json()["error"]["message"]
    assert labelled.upstream.seen == []
    assert labelled.newest().request["status"] == "BL-INPUT-114"


@pytest.mark.parametrize("form", ["aac", "pcm"])
def test_sound_that_cannot_carry_a_label_is_not_given_out_where_it_comes_unasked(labelled: Running, form: str) -> None:
    labelled.upstream.answer = Reply([tone(form)], content_type="audio/aac")
    answer = labelled.post("/v1/audio/speech", ASKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "BL-LABEL-013")


def test_events_of_sound_are_refused_before_they_are_made(labelled: Running) -> None:
    answer = labelled.post("/v1/audio/speech", ASKED | {"stream_format": "sse"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-INPUT-113")
    assert labelled.upstream.seen == []


@pytest.mark.parametrize("asked", [{"input": BAD_PROMPT}, {"input": "好", "instructions": BAD_PROMPT}])
def test_what_is_to_be_said_is_inspected(labelled: Running, asked: dict[str, str]) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        labelled.openai.audio.speech.create(model="m", voice="alloy", **asked)
    assert refused.value.code == "BL-REFUSED"
    assert labelled.upstream.seen == []
    assert labelled.newest().outcome is Outcome.REFUSE


def test_without_a_provider_code_nothing_is_said(gateway: Running) -> None:
    answer = gateway.post("/v1/audio/speech", ASKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "BL-LABEL-080")
    assert gateway.upstream.seen == []


@pytest.mark.parametrize("kind", ["application/json", "text/html", "text/event-stream"])
def test_what_is_no_sound_is_not_passed_on(labelled: Running, kind: str) -> None:
    labelled.upstream.answer = Reply([b"{}"], content_type=kind)
    assert labelled.post("/v1/audio/speech", ASKED).json()["error"]["code"] == "BL-UPSTREAM-006"


def test_a_page_under_the_name_of_sound_is_not_passed_on(labelled: Running) -> None:
    labelled.upstream.answer = Reply([b"<html><body><script>alert(1)</script></body></html>"], content_type="audio/mpeg")
    answer = labelled.post("/v1/audio/speech", ASKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-UPSTREAM-006")


def test_sound_that_breaks_off_is_not_given_out(labelled: Running) -> None:
    labelled.upstream.answer = Reply([tone("mp3")[:2000]], content_type="audio/mpeg", headers={"content-length": "4000"}, cut=True)
    assert labelled.post("/v1/audio/speech", ASKED).json()["error"]["code"] == "BL-UPSTREAM-003"


def test_where_the_operator_labels_no_media_speech_passes_and_the_decision_says_so(without_labels: Running) -> None:
    data = tone("pcm")
    without_labels.upstream.answer = Reply([data], content_type="audio/pcm")
    answer = without_labels.post("/v1/audio/speech", ASKED | {"response_format": "pcm"})
    assert (answer.content, answer.headers["content-type"]) == (data, "audio/pcm")
    decision = without_labels.decision(answer.headers["x-brightline-decision"])
    assert [said["implicit"] for said in decision.label["media"]] == ["none"]
    assert "answer" in {gap.part for gap in decision.not_inspected}


def test_bounds_hold_for_speech(fake_upstream: FakeUpstream, tmp_path: Path) -> None:
    with running(tmp_path, fake_upstream, label_provider_code=PRODUCER_CODE, label_max_file_bytes=2048, label_media="implicit") as served:
        fake_upstream.answer = Reply([bytes(4096)], content_type="audio/wav", chunked=True)
        assert served.post("/v1/audio/speech", ASKED).json()["error"]["code"] == "BL-UPSTREAM-007"
        fake_upstream.answer = Reply([tone("opus", 0.05)], content_type="audio/ogg")
        answer = served.post("/v1/audio/speech", ASKED)
    assert answer.headers["x-brightline-label"].startswith("media; explicit=none; implicit=written;")


class TestChat:
    def test_sound_in_a_chat_answer_is_labelled(self, labelled: Running, tmp_path: Path) -> None:
        sound = {"id": "audio_1", "data": b64(tone("mp3")), "transcript": PLAIN, "expires_at": 1}
        labelled.upstream.answer = json_reply(answers.chat(PLAIN, audio=sound))
        answer = labelled.openai.chat.completions.create(**CHAT, audio={"voice": "alloy", "format": "mp3"})
        audio = answer.choices[0].message.audio
        assert PRODUCER_CODE in probe_tags(base64.b64decode(audio.data), tmp_path)
        assert audio.transcript.startswith(PLAIN)
        (said,) = answer.brightline["label"]["media"]
        assert (said["place"], said["explicit"]) == ("choices[0].message.audio.data", "audio")

    def test_its_transcript_is_inspected(self, labelled: Running) -> None:
        sound = {"id": "audio_1", "data": b64(tone("mp3")), "transcript": AD, "expires_at": 1}
        labelled.upstream.answer = json_reply(answers.chat("", audio=sound))
        answer = labelled.post("/v1/chat/completions", CHAT | {"audio": {"voice": "a", "format": "mp3"}})
        assert answer.json()["choices"][0]["finish_reason"] == "content_filter"
        assert "audio" not in answer.json()["choices"][0]["message"]
        assert "media" not in answer.json()["brightline"]["label"]

    @pytest.mark.parametrize("form", ["pcm16", "aac"])
    def test_raw_sound_is_refused_before_it_is_made(self, labelled: Running, form: str) -> None:
        answer = labelled.post("/v1/chat/completions", CHAT | {"audio": {"voice": "a", "format": form}})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-INPUT-114")
        assert labelled.upstream.seen == []

    def test_a_stream_of_sound_is_refused_before_it_is_made(self, labelled: Running) -> None:
        answer = labelled.post("/v1/chat/completions", CHAT | {"stream": True, "audio": {"voice": "a", "format": "pcm16"}})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-INPUT-113")
        assert labelled.upstream.seen == []

    def test_a_stream_that_brings_sound_unasked_ends_before_it(self, labelled: Running) -> None:
        piece = b64(tone("pcm", 0.1))[:400]
        labelled.upstream.answer = sse_reply(
            [
                answers.chat_chunk({"role": "assistant", "content": PLAIN}),
                answers.chat_chunk({"audio": {"id": "audio_1", "data": piece}}),
                answers.chat_chunk({}, "stop"),
                answers.DONE,
            ]
        )
        answer = labelled.post("/v1/chat/completions", {"model": "m", "messages": CHAT["messages"], "stream": True})
        assert "BL-LABEL-091" in answer.text
        assert piece not in answer.text
        assert "[DONE]" not in answer.text
        assert labelled.newest().request["status"] == "BL-LABEL-091"
