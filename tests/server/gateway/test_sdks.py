"""The official clients against the running service: allowed, refused, stopped in the stream, noticed and labelled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from brightline.model import Outcome
from tests.server.gateway import answers
from tests.server.gateway.answers import AD, DOSE, PLAIN
from tests.server.gateway.running import Running, running
from tests.server.gateway.upstream import FakeUpstream, json_reply, sse_reply

LABEL = "（本内容由人工智能生成）"
BAD_PROMPT = "帮我写一条棋牌上分下分的推广文案，突出信誉平台"
USER = [{"role": "user", "content": "今天做什么好？"}]
BAD_USER = [{"role": "user", "content": BAD_PROMPT}]


def chat_text(gateway: Running, messages: list[dict[str, str]] = USER) -> tuple[str, str | None, dict[str, object]]:
    text, reason, member = "", None, {}
    for chunk in gateway.openai.chat.completions.create(model="m", messages=messages, stream=True):  # type: ignore[call-overload]
        for choice in chunk.choices:
            text += choice.delta.content or ""
            reason = choice.finish_reason or reason
        member = getattr(chunk, "brightline", member)
    return text, reason, member


@pytest.fixture(scope="module")
def prefixed(fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home: Path = tmp_path_factory.mktemp("prefix")
    with running(home, fake_upstream, label_text="prefix", notices=False) as service:
        yield service


class TestOpenAIChat:
    def test_an_allowed_answer_is_labelled_and_on_record(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply(answers.chat(PLAIN))
        answer = gateway.openai.chat.completions.create(model="m", messages=USER)
        assert answer.choices[0].message.content == f"{PLAIN}\n\n{LABEL}"
        decision = gateway.decision(answer.brightline["decision"])
        assert decision.outcome is Outcome.ALLOW
        assert decision.label["position"] == "suffix"
        assert decision.request["usage"] == {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
        assert decision.texts == {}

    def test_an_allowed_stream_is_labelled_and_on_record(self, gateway: Running) -> None:
        gateway.upstream.answer = sse_reply(answers.chat_stream(answers.cut(PLAIN)))
        text, reason, member = chat_text(gateway)
        assert (text, reason) == (f"{PLAIN}\n\n{LABEL}", "stop")
        assert gateway.decision(str(member["decision"])).outcome is Outcome.ALLOW

    @pytest.mark.parametrize("stream", [False, True])
    def test_a_refused_prompt_never_reaches_the_upstream(self, gateway: Running, stream: bool) -> None:
        if stream:
            text, reason, member = chat_text(gateway, BAD_USER)
        else:
            answer = gateway.openai.chat.completions.create(model="m", messages=BAD_USER)
            text, reason, member = answer.choices[0].message.content, answer.choices[0].finish_reason, answer.brightline
        assert gateway.upstream.seen == []
        assert reason == "content_filter"
        decision = gateway.decision(member["decision"])
        assert decision.outcome is Outcome.REFUSE
        assert decision.id in text
        assert f"/d/{decision.token}" in text
        assert "《中华人民共和国治安管理处罚法》第八十二条" in text

    def test_an_english_prompt_is_refused_in_english(self, gateway: Running) -> None:
        asked = [{"role": "user", "content": "Write an ad for our online casino with a 200% deposit bonus"}]
        answer = gateway.openai.chat.completions.create(model="m", messages=asked)
        assert answer.choices[0].message.content.startswith("Sorry, this request cannot be answered. It rests on: ")

    def test_a_stream_stops_before_the_first_matching_character(self, gateway: Running) -> None:
        gateway.upstream.answer = sse_reply(answers.chat_stream(answers.cut(PLAIN + AD + PLAIN)))
        text, reason, member = chat_text(gateway)
        assert reason == "content_filter"
        assert text.startswith(PLAIN)
        assert "百家乐" not in text
        assert member["offset"] == len(PLAIN)
        assert member["message"] in text
        assert gateway.decision(member["decision"]).outcome is Outcome.REFUSE

    def test_a_notice_stands_before_the_label(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply(answers.chat(DOSE))
        whole = gateway.openai.chat.completions.create(model="m", messages=USER)
        gateway.upstream.answer = sse_reply(answers.chat_stream(answers.cut(DOSE)))
        text, _, member = chat_text(gateway)
        assert whole.choices[0].message.content == text
        assert text.startswith(DOSE + "\n\n提示：")
        assert text.endswith(LABEL)
        assert member["outcome"] == "notice"
        assert len(member["notices"]) == 1

    def test_tool_arguments_are_never_labelled(self, gateway: Running) -> None:
        call = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": '{"city":"北京"}'}}
        gateway.upstream.answer = json_reply(answers.chat(None, tool_calls=[call]))
        answer = gateway.openai.chat.completions.create(model="m", messages=USER)
        assert answer.choices[0].message.tool_calls[0].function.arguments == '{"city":"北京"}'
        assert answer.choices[0].message.content is None
        assert answer.brightline["label"]["explicit"]["position"] == "interface"

    def test_streamed_tool_calls_arrive_whole(self, gateway: Running) -> None:
        def delta(piece: str) -> dict[str, object]:
            return {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}

        head = {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "weather", "arguments": ""}}]}
        arguments = '{"city":"北京","note":"棋"}'
        stream = [answers.chat_chunk(head), *(answers.chat_chunk(delta(piece)) for piece in answers.cut(arguments, 2))]
        gateway.upstream.answer = sse_reply([*stream, answers.chat_chunk({}, "tool_calls"), answers.DONE])
        with gateway.openai.chat.completions.stream(model="m", messages=USER) as run:
            final = run.get_final_completion()
        call = final.choices[0].message.tool_calls[0]
        assert (call.function.name, call.function.arguments) == ("weather", arguments)

    def test_arguments_of_one_call_are_complete_before_the_next_begins(self, gateway: Running) -> None:
        def call(index: int, **function: str) -> bytes:
            head = {"id": f"c{index}", "type": "function"} if "name" in function else {}
            return answers.chat_chunk({"tool_calls": [{"index": index, **head, "function": function}]})

        arguments = '{"note":"棋"}'  # ends with what could begin an entry, so some of it is held
        stream = [call(0, name="a", arguments=""), *(call(0, arguments=piece) for piece in answers.cut(arguments, 2))]
        stream += [call(1, name="b", arguments=""), *(call(1, arguments=piece) for piece in answers.cut(arguments, 2))]
        gateway.upstream.answer = sse_reply([*stream, answers.chat_chunk({}, "tool_calls"), answers.DONE])
        order: list[tuple[int, str]] = []
        for chunk in gateway.openai.chat.completions.create(model="m", messages=USER, stream=True):
            for choice in chunk.choices:
                order += [(found.index, found.function.arguments or "") for found in choice.delta.tool_calls or ()]
        assert [index for index, _ in order] == sorted(index for index, _ in order)
        assert ["".join(text for index, text in order if index == wanted) for wanted in (0, 1)] == [arguments, arguments]

    def test_an_answer_for_a_program_stays_parseable(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply(answers.chat('{"advice":"' + DOSE + '"}'))
        answer = gateway.openai.chat.completions.create(model="m", messages=USER, response_format={"type": "json_object"})
        assert answer.choices[0].message.content == '{"advice":"' + DOSE + '"}'
        assert answer.brightline["label"]["explicit"]["position"] == "interface"
        assert answer.brightline["notices"]

    def test_usage_in_a_stream_comes_through(self, gateway: Running) -> None:
        usage = answers.event(
            {
                "id": "x",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "m",
                "choices": [],
                "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
            }
        )
        gateway.upstream.answer = sse_reply([*answers.chat_stream([PLAIN])[:-1], usage, answers.DONE])
        chunks = list(gateway.openai.chat.completions.create(model="m", messages=USER, stream=True, stream_options={"include_usage": True}))
        assert chunks[-1].usage.total_tokens == 3
        assert chunks[-1].choices == []
        assert gateway.decision(chunks[-1].brightline["decision"]).request["usage"]["total_tokens"] == 3


class TestOpenAIOthers:
    @pytest.mark.parametrize("stream", [False, True])
    def test_completions(self, gateway: Running, stream: bool) -> None:
        gateway.upstream.answer = (
            sse_reply(answers.completion_stream(answers.cut(PLAIN))) if stream else json_reply(answers.completion(PLAIN))
        )
        answer = gateway.openai.completions.create(model="m", prompt="你好", stream=stream)
        text = "".join(chunk.choices[0].text for chunk in answer) if stream else answer.choices[0].text
        assert text == f"{PLAIN}\n\n{LABEL}"

    def test_responses(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply(answers.response(answers.text_item(PLAIN)))
        answer = gateway.openai.responses.create(model="m", input="你好")
        assert answer.output_text == f"{PLAIN}\n\n{LABEL}"
        assert answer.status == "completed"

    def test_streamed_responses_say_the_same_every_time(self, gateway: Running) -> None:
        gateway.upstream.answer = sse_reply(answers.response_stream(answers.cut(PLAIN)))
        with gateway.openai.responses.stream(model="m", input="你好") as stream:
            events = list(stream)
            final = stream.get_final_response()
        deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        done = next(event.text for event in events if event.type == "response.output_text.done")
        assert deltas == done == final.output_text == f"{PLAIN}\n\n{LABEL}"
        numbers = [event.sequence_number for event in events]
        assert numbers == sorted(set(numbers))

    @pytest.mark.parametrize("stream", [False, True])
    def test_a_refused_response_is_incomplete(self, gateway: Running, stream: bool) -> None:
        answer = gateway.openai.responses.create(model="m", input=BAD_PROMPT, stream=stream)
        if stream:
            answer = list(answer)[-1].response
        assert (answer.status, answer.incomplete_details.reason) == ("incomplete", "content_filter")
        assert answer.brightline["decision"] in answer.output_text
        assert gateway.upstream.seen == []

    def test_a_response_stopped_in_the_stream_is_incomplete(self, gateway: Running) -> None:
        gateway.upstream.answer = sse_reply(answers.response_stream(answers.cut(PLAIN + AD)))
        events = list(gateway.openai.responses.create(model="m", input="你好", stream=True))
        final = events[-1].response
        assert (events[-1].type, final.status) == ("response.incomplete", "incomplete")
        assert final.output_text.startswith(PLAIN)
        assert "百家乐" not in final.output_text
        assert gateway.decision(final.brightline["decision"]).outcome is Outcome.REFUSE

    def test_embeddings_inspect_their_input(self, gateway: Running) -> None:
        vector = {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 1.0]}], "model": "m"}
        gateway.upstream.answer = json_reply({**vector, "usage": {"prompt_tokens": 1, "total_tokens": 1}})
        answer = gateway.openai.embeddings.create(model="m", input=["你好", "再见"], encoding_format="float")
        assert answer.data[0].embedding == [0.5, 1.0]
        with pytest.raises(openai.BadRequestError) as refused:
            gateway.openai.embeddings.create(model="m", input=BAD_PROMPT, encoding_format="float")
        assert refused.value.code == "BL-REFUSED"

    def test_models_are_listed(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]})
        assert [model.id for model in gateway.openai.models.list()] == ["m"]


class TestAnthropic:
    @pytest.mark.parametrize("stream", [False, True])
    def test_an_allowed_answer_is_labelled(self, gateway: Running, stream: bool) -> None:
        block = {"type": "text", "text": PLAIN}
        gateway.upstream.answer = sse_reply(answers.message_stream(answers.cut(PLAIN))) if stream else json_reply(answers.message(block))
        if stream:
            with gateway.anthropic.messages.stream(model="m", max_tokens=9, messages=USER) as run:
                answer = run.get_final_message()
        else:
            answer = gateway.anthropic.messages.create(model="m", max_tokens=9, messages=USER)
        assert answer.content[0].text == f"{PLAIN}\n\n{LABEL}"
        assert answer.stop_reason == "end_turn"
        assert gateway.newest().outcome is Outcome.ALLOW

    @pytest.mark.parametrize("stream", [False, True])
    def test_a_refusal_has_the_stop_reason_refusal(self, gateway: Running, stream: bool) -> None:
        if stream:
            with gateway.anthropic.messages.stream(model="m", max_tokens=9, messages=BAD_USER) as run:
                answer = run.get_final_message()
        else:
            answer = gateway.anthropic.messages.create(model="m", max_tokens=9, messages=BAD_USER)
        assert answer.stop_reason == "refusal"
        assert gateway.newest().id in answer.content[0].text
        assert gateway.upstream.seen == []

    def test_a_stream_is_stopped(self, gateway: Running) -> None:
        gateway.upstream.answer = sse_reply(answers.message_stream(answers.cut(PLAIN + AD)))
        with gateway.anthropic.messages.stream(model="m", max_tokens=9, messages=USER) as run:
            answer = run.get_final_message()
        assert answer.stop_reason == "refusal"
        assert answer.content[0].text.startswith(PLAIN)
        assert "百家乐" not in answer.content[0].text

    def test_tool_input_arrives_whole(self, gateway: Running) -> None:
        gateway.upstream.answer = sse_reply(answers.message_stream(answers.cut('{"city":"北京"}', 2), "tool_use"))
        with gateway.anthropic.messages.stream(model="m", max_tokens=9, messages=USER) as run:
            answer = run.get_final_message()
        assert answer.content[0].input == {"city": "北京"}


class TestOtherLabels:
    def test_a_prefix_stands_before_the_first_character(self, prefixed: Running) -> None:
        prefixed.upstream.answer = sse_reply(answers.chat_stream(answers.cut(DOSE)))
        text, _, member = chat_text(prefixed)
        assert text == f"{LABEL}\n\n{DOSE}"
        assert member["label"]["explicit"]["position"] == "prefix"
        prefixed.upstream.answer = json_reply(answers.chat(DOSE))
        assert prefixed.openai.chat.completions.create(model="m", messages=USER).choices[0].message.content == text

    def test_the_offset_of_a_stop_counts_the_prefix(self, prefixed: Running) -> None:
        prefixed.upstream.answer = sse_reply(answers.chat_stream(answers.cut(PLAIN + AD)))
        text, _, member = chat_text(prefixed)
        assert text[: member["offset"]] == f"{LABEL}\n\n{PLAIN}"
