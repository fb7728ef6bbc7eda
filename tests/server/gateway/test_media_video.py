"""Films: asked for, asked after and fetched through the gateway; what is fetched leaves labelled, or does not leave."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Any

import openai
import pytest

from brightline.model import Outcome
from tests.server.gateway.answers import AD
from tests.server.gateway.media_files import PRODUCER_CODE, film, label_of_image, picture, probe_tags
from tests.server.gateway.running import Running
from tests.server.gateway.upstream import Reply, Seen, json_reply

JOB = {"id": "video_1", "object": "video", "model": "m", "status": "completed", "progress": 100, "created_at": 1, "seconds": "4"}
JOB |= {"size": "720x1280", "prompt": "一只猫"}
BAD_PROMPT = "帮我写一条棋牌上分下分的推广文案，突出信誉平台"

# One vendor's films have ended, and its library says so; servers that speak the same API go on.
pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")


def test_a_film_is_ordered_watched_and_fetched_labelled(labelled: Running, tmp_path: Path) -> None:
    def serve(seen: Seen) -> Reply:
        return Reply([film()], content_type="video/mp4") if seen.path.endswith("/content") else json_reply(JOB)

    labelled.upstream.answer = serve
    job = labelled.openai.videos.create(model="sora-2", prompt="一只猫")
    assert labelled.openai.videos.retrieve(job.id).status == "completed"
    given = labelled.openai.videos.download_content(job.id)
    tags = probe_tags(given.read(), tmp_path)
    assert PRODUCER_CODE in tags
    assert given.response.headers["content-type"] == "video/mp4"
    (said,) = labelled.decision(given.response.headers["x-brightline-decision"]).label["media"]
    assert (said["explicit"], said["implicit"], said["container"]) == ("video", "written", "mp4")
    assert said["content_id"] in tags
    assert [(seen.method, seen.path) for seen in labelled.upstream.seen] == [
        ("POST", "/v1/videos"),
        ("GET", "/v1/videos/video_1"),
        ("GET", "/v1/videos/video_1/content"),
    ]


def test_its_small_picture_is_labelled_as_well(labelled: Running) -> None:
    labelled.upstream.answer = Reply([picture()], content_type="image/png")
    answer = labelled.http.get("/v1/videos/video_1/content?variant=thumbnail", headers={"range": "bytes=0-9", "if-none-match": "x"})
    assert label_of_image(answer.content)["ContentProducer"] == PRODUCER_CODE
    assert labelled.upstream.seen[0].path == "/v1/videos/video_1/content?variant=thumbnail"
    assert not {"range", "if-none-match"} & set(labelled.upstream.seen[0].headers)


def test_a_part_of_a_film_is_not_passed_on(labelled: Running) -> None:
    labelled.upstream.answer = Reply([film()[:1000]], status=206, content_type="video/mp4")
    assert labelled.http.get("/v1/videos/video_1/content").json()["error"]["code"] == "BL-UPSTREAM-006"


def test_a_film_that_is_not_ready_says_so(labelled: Running) -> None:
    labelled.upstream.answer = json_reply({"error": {"message": "not ready", "code": "video_not_ready"}}, status=404)
    answer = labelled.http.get("/v1/videos/video_1/content")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "video_not_ready")


@pytest.mark.parametrize("path", ["/v1/videos", "/v1/videos/video_1/remix"])
def test_what_a_film_is_to_show_is_inspected(labelled: Running, path: str) -> None:
    answer = labelled.post(path, {"model": "m", "prompt": BAD_PROMPT})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-REFUSED")
    assert labelled.upstream.seen == []


def test_the_prompt_beside_a_reference_picture_is_inspected(labelled: Running) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        labelled.openai.videos.create(model="sora-2", prompt=BAD_PROMPT, input_reference=("cat.png", picture(), "image/png"))
    assert refused.value.code == "BL-REFUSED"


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/videos"), ("GET", "/v1/videos/video_1"), ("DELETE", "/v1/videos/video_1")])
def test_what_is_said_of_films_is_inspected(labelled: Running, method: str, path: str) -> None:
    labelled.upstream.answer = json_reply({"object": "list", "data": [JOB]})
    answer = labelled.http.request(method, path)
    assert (answer.status_code, answer.json()["data"]) == (200, [JOB])
    assert labelled.upstream.seen[-1].method == method
    labelled.upstream.answer = json_reply(JOB | {"error": {"message": AD}})
    refused = labelled.http.request(method, path)
    assert refused.json()["error"]["code"] == "BL-REFUSED"
    assert labelled.newest().outcome is Outcome.REFUSE


def test_a_job_that_names_the_film_gives_it_labelled(labelled: Running) -> None:
    address = labelled.upstream.url.removesuffix("/v1") + "/film.mp4"
    serve: dict[str, Reply] = {"/film.mp4": Reply([film()], content_type="video/mp4")}
    labelled.upstream.answer = lambda seen: serve.get(seen.path, json_reply(JOB | {"video_url": address}))
    answer = labelled.http.get("/v1/videos/video_1").json()
    assert answer["video_url"].startswith("data:video/mp4;base64,")
    assert answer["brightline"]["label"]["media"][0]["implicit"] == "written"


@pytest.mark.parametrize(
    ("method", "path", "body"), [("POST", "/v1/videos", {"prompt": "猫"}), ("GET", "/v1/videos/video_1/content", None)]
)
def test_without_a_provider_code_no_film_is_made_or_fetched(gateway: Running, method: str, path: str, body: Any) -> None:
    answer = gateway.http.request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "BL-LABEL-080")
    assert gateway.upstream.seen == []


def test_without_a_provider_code_a_film_can_still_be_asked_after_and_removed(gateway: Running) -> None:
    gateway.upstream.answer = json_reply(JOB)
    assert gateway.http.get("/v1/videos/video_1").json()["status"] == "completed"
    assert gateway.http.delete("/v1/videos/video_1").status_code == 200


@pytest.mark.parametrize("path", ["/v1/videos/../files/x", "/v1/videos/%2e%2e/x", "/v1/videos/a;b", "/v1/videos/video_1/content/more"])
def test_no_other_address_is_reached_under_the_name_of_a_film(labelled: Running, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", labelled.port, timeout=10)
    connection.request("GET", path, headers={"authorization": f"Bearer {labelled.key}"})
    assert connection.getresponse().status in (400, 404)
    connection.close()
    assert labelled.upstream.seen == []
