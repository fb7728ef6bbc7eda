"""Pictures that a model service makes leave the gateway labelled, whatever form the answer has, or do not leave."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import openai
import pytest
from PIL import Image, ImageChops

from brightline.model import Outcome
from brightline.server.gateway.shapes.media_requests import MEDIA_SHAPES
from tests.server.gateway import answers
from tests.server.gateway.answers import AD, PLAIN
from tests.server.gateway.media_files import PRODUCER_CODE, b64, label_of_image, picture
from tests.server.gateway.running import Running
from tests.server.gateway.upstream import Reply, Seen, json_reply

BAD_PROMPT = "帮我写一条棋牌上分下分的推广文案，突出信誉平台"
ASKED = {"model": "m", "prompt": "一只猫"}


def image_answer(*entries: dict[str, str]) -> Reply:
    return json_reply({"created": 1, "data": list(entries)})


def test_a_picture_in_base64_leaves_with_both_labels(labelled: Running) -> None:
    original = picture()
    labelled.upstream.answer = image_answer({"b64_json": b64(original)})
    answer = labelled.openai.images.generate(model="m", prompt="一只猫", response_format="b64_json")
    given = base64.b64decode(answer.data[0].b64_json)
    label = label_of_image(given)
    decision = labelled.decision(answer.brightline["decision"])
    (said,) = decision.label["media"]
    assert (label["Label"], label["ContentProducer"], label["ProduceID"]) == ("1", PRODUCER_CODE, said["content_id"])
    changed = ImageChops.difference(Image.open(io.BytesIO(original)), Image.open(io.BytesIO(given)).convert("RGB")).getbbox()
    assert changed is not None
    assert changed[0] > 100  # the drawn label: bottom right
    assert changed[1] > 100
    assert (said["place"], said["explicit"], said["implicit"], said["container"]) == ("data[0].b64_json", "image", "written", "png")
    assert "label.alone: passed" in said["proof"]
    assert answer.brightline["label"] == {"media": [said]}
    assert "data[0].b64_json" in {gap.part for gap in decision.not_inspected}


def test_the_record_of_a_picture_leads_to_its_decision(labelled: Running) -> None:
    labelled.upstream.answer = image_answer({"b64_json": b64(picture())})
    answer = labelled.post("/v1/images/generations", ASKED, **{"x-brightline-user": "user-7"})
    content_id = answer.json()["brightline"]["label"]["media"][0]["content_id"]
    assert f'media; explicit=image; implicit=written; content="{content_id}"' == answer.headers["x-brightline-label"]
    (stored,) = labelled.service.store.labelled_files.by_content(content_id)
    assert (stored.decision, stored.account) == (answer.headers["x-brightline-decision"], "user-7")


def test_every_picture_of_an_answer_gets_a_number_of_its_own(labelled: Running) -> None:
    labelled.upstream.answer = image_answer({"b64_json": b64(picture())}, {"b64_json": b64(picture("JPEG"))})
    answer = labelled.post("/v1/images/generations", ASKED | {"n": 2}).json()
    said = answer["brightline"]["label"]["media"]
    assert [each["container"] for each in said] == ["png", "jpeg"]
    assert len({each["content_id"] for each in said}) == 2


def test_a_picture_behind_an_address_comes_as_data_with_labels(labelled: Running) -> None:
    address = labelled.upstream.url.removesuffix("/v1") + "/files/cat.png?sig=1"

    def serve(seen: Seen) -> Reply:
        if seen.method == "GET":
            return Reply([picture()], content_type="image/png")
        return image_answer({"url": address})

    labelled.upstream.answer = serve
    answer = labelled.openai.images.generate(model="m", prompt="一只猫")
    head, _, data = answer.data[0].url.partition(",")
    assert head == "data:image/png;base64"
    assert label_of_image(base64.b64decode(data))["ContentProducer"] == PRODUCER_CODE
    fetched = labelled.upstream.seen[-1]
    assert (fetched.path, fetched.headers["authorization"]) == ("/files/cat.png?sig=1", "Bearer sk-upstream")


def test_an_address_named_twice_is_fetched_once_and_labelled_in_both_places(labelled: Running) -> None:
    address = labelled.upstream.url.removesuffix("/v1") + "/cat.png"
    beside = {"images": [{"url": address}], "data": [{"url": address}]}
    labelled.upstream.answer = lambda seen: Reply([picture()]) if seen.method == "GET" else json_reply(beside)
    answer = labelled.post("/v1/images/generations", ASKED).json()
    assert answer["images"] == answer["data"]
    assert answer["data"][0]["url"].startswith("data:image/png;base64,")
    assert [seen.method for seen in labelled.upstream.seen] == ["POST", "GET"]


@pytest.mark.parametrize("beside", [{"output": {"picture": "http://10.0.0.1/cat.png"}}, {"data": ["https://10.0.0.1/cat.png"]}])
def test_no_address_of_an_image_answer_passes_unlabelled(labelled: Running, beside: dict[str, object]) -> None:
    labelled.upstream.answer = json_reply(beside)
    assert labelled.post("/v1/images/generations", ASKED).json()["error"]["code"] == "BL-UPSTREAM-011"


def test_a_redirect_is_followed_to_the_picture(labelled: Running) -> None:
    base = labelled.upstream.url.removesuffix("/v1")

    def serve(seen: Seen) -> Reply:
        if seen.path == "/moved":
            return Reply(status=302, headers={"location": "/files/cat.png"})
        return Reply([picture()], content_type="image/png") if seen.method == "GET" else image_answer({"url": f"{base}/moved"})

    labelled.upstream.answer = serve
    assert labelled.post("/v1/images/generations", ASKED).json()["data"][0]["url"].startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/cat.png",
        "http://localhost:1/cat.png",
        "http://[::1]/cat.png",
        "http://[::ffff:10.0.0.1]/cat.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/cat.png",
        "http://user:secret@192.0.2.1/cat.png",
        "file:///etc/passwd",
        "ftp://example.com/cat.png",
        "//example.com/cat.png",
    ],
)
def test_an_address_into_the_private_network_is_not_fetched(labelled: Running, address: str) -> None:
    labelled.upstream.answer = image_answer({"url": address})
    answer = labelled.post("/v1/images/generations", ASKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-UPSTREAM-011")
    assert labelled.newest().request["status"] == "BL-UPSTREAM-011"


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/cat.png", "file:///etc/passwd"])
def test_a_redirect_into_the_private_network_is_not_followed(labelled: Running, target: str) -> None:
    base = labelled.upstream.url.removesuffix("/v1")
    labelled.upstream.answer = lambda seen: (
        Reply(status=302, headers={"location": target}) if seen.method == "GET" else image_answer({"url": f"{base}/moved"})
    )
    assert labelled.post("/v1/images/generations", ASKED).json()["error"]["code"] == "BL-UPSTREAM-011"


def test_endless_redirects_are_given_up(labelled: Running) -> None:
    base = labelled.upstream.url.removesuffix("/v1")
    labelled.upstream.answer = lambda seen: (
        Reply(status=302, headers={"location": "/moved"}) if seen.method == "GET" else image_answer({"url": f"{base}/moved"})
    )
    assert labelled.post("/v1/images/generations", ASKED).json()["error"]["code"] == "BL-UPSTREAM-011"
    assert len(labelled.upstream.seen) == 5


def test_a_picture_that_is_gone_is_an_error(labelled: Running) -> None:
    base = labelled.upstream.url.removesuffix("/v1")
    labelled.upstream.answer = lambda seen: Reply(status=404) if seen.method == "GET" else image_answer({"url": f"{base}/gone"})
    assert labelled.post("/v1/images/generations", ASKED).json()["error"]["code"] == "BL-UPSTREAM-012"


def test_a_picture_that_cannot_be_labelled_is_not_given_out(labelled: Running) -> None:
    labelled.upstream.answer = image_answer({"b64_json": b64(b"\x00\x01no picture at all" * 20)})
    answer = labelled.post("/v1/images/generations", ASKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "BL-LABEL-013")
    decision = labelled.decision(answer.headers["x-brightline-decision"])
    assert decision.request["status"] == "BL-LABEL-013"
    assert any(gap.part == "answer" and "nothing was passed on" in gap.reason for gap in decision.not_inspected)


def test_a_damaged_picture_is_not_given_out(labelled: Running) -> None:
    labelled.upstream.answer = image_answer({"b64_json": b64(picture()[:-200])})
    answer = labelled.post("/v1/images/generations", ASKED)
    assert answer.json()["error"]["code"].startswith("BL-LABEL-")
    assert "b64_json" not in answer.text


def test_a_page_in_the_place_of_a_picture_is_not_given_out(labelled: Running) -> None:
    labelled.upstream.answer = image_answer({"b64_json": b64(b"<html><body><script>alert(1)</script></body></html>")})
    answer = labelled.post("/v1/images/generations", ASKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-UPSTREAM-006")


def test_what_is_no_base64_is_the_model_services_fault(labelled: Running) -> None:
    labelled.upstream.answer = image_answer({"b64_json": "§§§"})
    assert labelled.post("/v1/images/generations", ASKED).json()["error"]["code"] == "BL-UPSTREAM-009"


def test_a_picture_too_small_for_a_label_is_labelled_where_it_is_shown(labelled: Running) -> None:
    labelled.upstream.answer = image_answer({"b64_json": b64(picture(size=(16, 16)))})
    answer = labelled.post("/v1/images/generations", ASKED).json()
    (said,) = answer["brightline"]["label"]["media"]
    assert (said["explicit"], said["implicit"]) == ("interface", "written")
    assert label_of_image(base64.b64decode(answer["data"][0]["b64_json"]))["ProduceID"] == said["content_id"]


def test_without_a_provider_code_nothing_is_generated(gateway: Running) -> None:
    answer = gateway.post("/v1/images/generations", ASKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "BL-LABEL-080")
    assert gateway.upstream.seen == []
    assert gateway.newest().request["status"] == "BL-LABEL-080"


def test_where_the_operator_labels_no_media_the_decision_says_so(without_labels: Running) -> None:
    original = b64(picture())
    without_labels.upstream.answer = image_answer({"b64_json": original}, {"url": "http://10.0.0.1/cat.png"})
    answer = without_labels.post("/v1/images/generations", ASKED).json()
    assert answer["data"] == [{"b64_json": original}, {"url": "http://10.0.0.1/cat.png"}]
    said = without_labels.decision(answer["brightline"]["decision"]).label["media"]
    assert {each["place"]: each["implicit"] for each in said} == {"data[0].b64_json": "none", "data[1].url": "none"}


@pytest.mark.parametrize("path", [shape.path for shape in MEDIA_SHAPES])
def test_an_error_message_of_a_model_that_makes_media_is_inspected(labelled: Running, path: str) -> None:
    asked = ASKED | {"input": "一只猫"}
    labelled.upstream.answer = json_reply({"error": {"message": PLAIN}}, status=422)
    assert labelled.post(f"/v1{path}", asked).json() == {"error": {"message": PLAIN}}
    labelled.upstream.answer = json_reply({"error": {"message": AD}}, status=422)
    answer = labelled.post(f"/v1{path}", asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-REFUSED")
    assert AD not in answer.text


def test_the_prompt_of_a_picture_is_inspected(labelled: Running) -> None:
    answer = labelled.post("/v1/images/generations", ASKED | {"prompt": BAD_PROMPT})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-REFUSED")
    assert labelled.upstream.seen == []
    assert labelled.decision(answer.headers["x-brightline-decision"]).outcome is Outcome.REFUSE


def test_a_revised_prompt_is_inspected_as_an_answer(labelled: Running) -> None:
    labelled.upstream.answer = image_answer({"b64_json": b64(picture()), "revised_prompt": AD})
    answer = labelled.post("/v1/images/generations", ASKED)
    assert answer.json()["error"]["code"] == "BL-REFUSED"
    assert "data" not in answer.json()
    assert AD not in answer.text


@pytest.mark.parametrize("extra", [{"stream": True}, {"stream": True, "partial_images": 2}])
def test_partial_pictures_are_refused_before_they_are_made(labelled: Running, extra: dict[str, object]) -> None:
    answer = labelled.post("/v1/images/generations", ASKED | extra)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-INPUT-113")
    assert labelled.upstream.seen == []


class TestForms:
    def test_an_edit_goes_on_as_it_came_and_comes_back_labelled(self, labelled: Running) -> None:
        sent = picture()
        labelled.upstream.answer = image_answer({"b64_json": b64(picture())})
        answer = labelled.openai.images.edit(model="m", image=("cat.png", sent, "image/png"), prompt="加一顶帽子")
        assert label_of_image(base64.b64decode(answer.data[0].b64_json))["ContentProducer"] == PRODUCER_CODE
        assert sent in labelled.upstream.seen[-1].body
        assert labelled.upstream.seen[-1].headers["content-type"].startswith("multipart/form-data; boundary=")
        assert "image" in {gap.part for gap in labelled.decision(answer.brightline["decision"]).not_inspected}

    def test_the_prompt_in_a_form_is_inspected(self, labelled: Running) -> None:
        with pytest.raises(openai.BadRequestError) as refused:
            labelled.openai.images.edit(model="m", image=("cat.png", picture(), "image/png"), prompt=BAD_PROMPT)
        assert refused.value.code == "BL-REFUSED"
        assert labelled.upstream.seen == []

    def test_a_file_name_is_a_text_as_well(self, labelled: Running) -> None:
        with pytest.raises(openai.BadRequestError) as refused:
            labelled.openai.images.edit(model="m", image=(f"{AD}.png", picture(), "image/png"), prompt="加一顶帽子")
        assert refused.value.code == "BL-REFUSED"

    def test_a_variation_comes_back_labelled(self, labelled: Running) -> None:
        labelled.upstream.answer = image_answer({"b64_json": b64(picture())})
        with pytest.warns(DeprecationWarning, match="deprecated"):  # by the client library: one model of one vendor has gone
            answer = labelled.openai.images.create_variation(image=("cat.png", picture(), "image/png"))
        assert label_of_image(base64.b64decode(answer.data[0].b64_json))["Label"] == "1"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"--x\r\n",
            b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n\xff\xfe\r\n--x--\r\n',
            b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na\r\n--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nb\r\n--x--\r\n',
            b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
            b'--x\r\nContent-Disposition: form-data; name="prompt"\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n--x--\r\n',
        ],
    )
    def test_a_form_that_could_be_read_in_two_ways_is_refused(self, labelled: Running, body: bytes) -> None:
        answer = labelled.http.post("/v1/images/edits", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] in ("BL-INPUT-101", "BL-INPUT-103")
        assert labelled.upstream.seen == []


class TestConversations:
    def test_a_picture_in_a_chat_answer_is_labelled_in_place(self, labelled: Running) -> None:
        data = f"data:image/png;base64,{b64(picture())}"
        shown = [{"type": "image_url", "image_url": {"url": data}}]
        labelled.upstream.answer = json_reply(answers.chat(PLAIN, images=shown))
        answer = labelled.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "画一只猫"}])
        given = answer.choices[0].message.images[0]["image_url"]["url"]
        assert given != data
        assert label_of_image(base64.b64decode(given.partition(",")[2]))["ContentProducer"] == PRODUCER_CODE
        said = answer.brightline["label"]
        assert said["media"][0]["place"] == "choices[0].message.images[0].image_url.url"
        assert said["explicit"]["position"] == "suffix"

    def test_a_picture_in_markdown_is_labelled_in_place(self, labelled: Running) -> None:
        data = f"data:image/png;base64,{b64(picture())}"
        labelled.upstream.answer = json_reply(answers.chat(f"{PLAIN}\n\n![猫]({data})\n\n再见。"))
        text = (
            labelled.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "画一只猫"}])
            .choices[0]
            .message.content
        )
        head, _, rest = text.partition("data:image/png;base64,")
        given, _, tail = rest.partition(")")
        assert (head, tail) == (f"{PLAIN}\n\n![猫](", "\n\n再见。\n\n（本内容由人工智能生成）")
        assert label_of_image(base64.b64decode(given))["Label"] == "1"

    def test_an_answer_with_more_files_than_are_labelled_is_given_up_before_its_texts_are_read(self, labelled: Running) -> None:
        labelled.upstream.answer = json_reply(answers.chat(f"{PLAIN}![](data:image/png;base64,{b64(picture())})" * 65))
        answer = labelled.post("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "画一只猫"}]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "BL-LABEL-090")
        decision = labelled.newest()
        assert [(gap.part, gap.detector) for gap in decision.not_inspected] == [("answer", "gateway")]
        assert "nothing was passed on" in decision.not_inspected[0].reason

    @pytest.mark.parametrize(
        "part",
        [
            lambda address: {"type": "image_url", "image_url": {"url": address}},
            lambda address: {"type": "image", "source": {"type": "url", "url": address}},
            lambda address: {"image_url": address},
        ],
    )
    def test_a_picture_that_a_chat_answer_names_comes_as_data_with_labels(
        self, labelled: Running, part: Callable[[str], dict[str, object]]
    ) -> None:
        address = labelled.upstream.url.removesuffix("/v1") + "/cat.png"
        body = json_reply(answers.chat(PLAIN, images=[part(address)]))
        labelled.upstream.answer = lambda seen: Reply([picture()]) if seen.method == "GET" else body
        answer = labelled.post("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "画一只猫"}]})
        assert address not in answer.text
        assert "data:image/png;base64," in answer.text
        assert [said["implicit"] for said in answer.json()["brightline"]["label"]["media"]] == ["written"]

    def test_a_citation_is_no_picture(self, labelled: Running) -> None:
        note = {"type": "url_citation", "url_citation": {"url": "http://10.0.0.1/cat.png", "title": "猫", "start_index": 0, "end_index": 1}}
        labelled.upstream.answer = json_reply(answers.chat(f"{PLAIN} ![猫](https://example.com/cat.png)", annotations=[note]))
        answer = labelled.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "猫是什么"}])
        assert answer.choices[0].message.annotations[0].url_citation.url == "http://10.0.0.1/cat.png"
        assert "media" not in answer.brightline["label"]

    def test_code_that_shows_an_address_of_data_is_left_alone(self, labelled: Running) -> None:
        code = f'这样写：\n\n```html\n<img src="data:image/png;base64,{b64(picture(size=(16, 16)))}">\n```\n\n完。'
        labelled.upstream.answer = json_reply(answers.chat(code))
        answer = labelled.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "怎么写"}])
        assert answer.choices[0].message.content.startswith(code)
        assert "media" not in answer.brightline["label"]

    def test_a_picture_of_the_responses_api_is_labelled(self, labelled: Running) -> None:
        body = answers.response(answers.text_item(PLAIN))
        body["output"].insert(0, {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": b64(picture())})
        labelled.upstream.answer = json_reply(body)
        answer = labelled.openai.responses.create(model="m", input="画一只猫", tools=[{"type": "image_generation"}])
        assert label_of_image(base64.b64decode(answer.output[0].result))["ContentProducer"] == PRODUCER_CODE

    def test_an_unknown_member_with_a_picture_is_labelled_on_its_first_day(self, labelled: Running) -> None:
        labelled.upstream.answer = json_reply(answers.chat(PLAIN, drawing={"bytes": b64(picture())}))
        answer = labelled.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "画一只猫"}])
        assert label_of_image(base64.b64decode(answer.choices[0].message.drawing["bytes"]))["Label"] == "1"

    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_a_picture_in_lines_of_base64_is_labelled_as_well(self, labelled: Running, line_end: str) -> None:
        in_lines = base64.encodebytes(picture()).decode().replace("\n", line_end)
        labelled.upstream.answer = json_reply(answers.chat(PLAIN, drawing={"bytes": in_lines}))
        answer = labelled.post("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "画一只猫"}]}).json()
        assert label_of_image(base64.b64decode(answer["choices"][0]["message"]["drawing"]["bytes"]))["Label"] == "1"

    def test_a_chat_that_asks_for_pictures_needs_a_provider_code(self, gateway: Running) -> None:
        asked = {"model": "m", "messages": [{"role": "user", "content": "画一只猫"}], "modalities": ["text", "image"]}
        assert gateway.post("/v1/chat/completions", asked).json()["error"]["code"] == "BL-LABEL-080"
        assert gateway.upstream.seen == []

    def test_an_svg_cannot_be_drawn_on(self, labelled: Running) -> None:
        shown = [{"type": "image_url", "image_url": {"url": f"data:image/svg+xml;base64,{b64(b'<svg></svg>' * 20)}"}}]
        labelled.upstream.answer = json_reply(answers.chat(PLAIN, images=shown))
        answer = labelled.post("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "画"}]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "BL-LABEL-013")
