"""Label files, verify them, pass them on, compare them and give copies, over HTTP with real files."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import ClassVar

import httpx2 as httpx
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.labels.conftest import PLATFORM_CODE, PRODUCER_CODE
from tests.server.api.label_files import aigc_of, document_and_files, film, picture, pixels, spooled
from tests.server.face.site import Site, running_site

LABELS = "/api/v1/labels"


@pytest.fixture(autouse=True)
def nothing_stays(site: Site) -> None:
    assert spooled(site) == []


class TestMarking:
    """What the operator's own model made gets its labels."""

    def test_the_file_comes_back_with_its_label_and_the_same_pixels(self, client: httpx.Client) -> None:
        answer = client.post(f"{LABELS}/mark?explicit=false&name=cat.png", content=picture(), headers={"Content-Type": "image/png"})
        assert answer.status_code == 200, answer.text
        label = aigc_of(answer.content)
        assert pixels(answer.content) == pixels(picture())
        assert (label["Label"], label["ContentProducer"]) == ("1", PRODUCER_CODE)
        assert label["ProduceID"] == answer.headers["x-brightline-content-id"]
        assert json.loads(answer.headers["x-brightline-label"]) == {k: v for k, v in label.items() if not k.startswith("Reserved")}
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-disposition"] == 'attachment; filename="cat.png"'
        assert answer.headers["cache-control"] == "no-store"

    def test_a_form_brings_the_file_as_well_and_a_number_may_be_given(self, client: httpx.Client) -> None:
        answer = client.post(
            f"{LABELS}/mark?explicit=true&content_id=order-4711&account=user-42", files={"file": ("图.png", picture(), "image/png")}
        )
        assert aigc_of(answer.content)["ProduceID"] == "order-4711"
        assert pixels(answer.content) != pixels(picture())
        assert answer.headers["content-disposition"].endswith("filename*=UTF-8''%E5%9B%BE.png")
        record = client.get(f"{LABELS}/contents/order-4711").json()["records"][0]
        assert (record["account"], record["role"], record["file_digest"]) == (
            "user-42", "producer", hashlib.sha256(answer.content).hexdigest(),
        )  # fmt: skip

    def test_both_is_the_document_and_the_file_that_it_speaks_of(self, client: httpx.Client) -> None:
        answer = client.post(f"{LABELS}/mark?answer=both&explicit=false", files={"file": ("film.mp4", film())})
        document, files = document_and_files(answer)
        assert document["file"] == {
            "name": "film.mp4", "size": len(files["file"][1]), "sha256": hashlib.sha256(files["file"][1]).hexdigest(),
        }  # fmt: skip
        assert files["file"][0] == "film.mp4"
        assert aigc_of(files["file"][1]) == document["label"]
        assert {step["outcome"] for step in document["steps"]} <= {"passed", "not_inspected"}

    def test_the_document_alone_is_json(self, client: httpx.Client) -> None:
        answer = client.post(f"{LABELS}/mark?answer=document&watermark=true&explicit=false", content=picture(side=256))
        assert answer.headers["content-type"] == "application/json"
        assert (answer.json()["watermark"], answer.json()["explicit"], answer.json()["container"]) == (True, False, "png")

    def test_the_label_of_plain_text_comes_as_a_side_car_or_not_at_all(self, client: httpx.Client) -> None:
        text = "春天来了，万物复苏。\n".encode()
        alone = client.post(f"{LABELS}/mark?name=poem.txt", content=text)
        assert (alone.status_code, alone.json()["code"]) == (400, "BL-INPUT-211")
        document, files = document_and_files(client.post(f"{LABELS}/mark?name=poem.txt&answer=both&explicit=false", content=text))
        assert files["file"] == ("poem.txt", text)
        assert files["sidecar"][0] == "poem.txt.aigc.json"
        side_car = json.loads(files["sidecar"][1])
        assert side_car["content"]["name"] == "poem.txt"
        assert document["how"] == "beside"

    @pytest.mark.parametrize(
        ("content", "name", "code"),
        [
            (b"", "a.png", "BL-LABEL-013"),
            (b"\x7fELF" + bytes(500), "a.png", "BL-LABEL-013"),
            (picture()[:200], "a.png", "BL-LABEL-011"),
        ],
        ids=["empty", "a program", "cut off"],
    )
    def test_what_cannot_be_labelled_is_a_problem_document_and_no_file(
        self, client: httpx.Client, content: bytes, name: str, code: str
    ) -> None:
        answer = client.post(f"{LABELS}/mark?name={name}", content=content)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "spool" not in answer.text

    def test_a_file_that_lies_about_its_kind_is_taken_for_what_it_is(self, client: httpx.Client) -> None:
        answer = client.post(f"{LABELS}/mark?explicit=false&name=song.mp3", content=picture("JPEG"), headers={"Content-Type": "audio/mpeg"})
        assert answer.headers["content-type"] == "image/jpeg"
        assert aigc_of(answer.content)["Label"] == "1"

    @pytest.mark.parametrize(
        ("part", "said"),
        [
            ("explicit", "write ?explicit=… behind the address"),
            ("colour", "takes, once each: file"),
            ("<script>", "takes, once each: file"),
        ],
    )
    def test_an_option_in_the_form_is_sent_to_the_address(self, client: httpx.Client, part: str, said: str) -> None:
        answer = client.post(f"{LABELS}/mark", data={part: "true"}, files={"file": ("a.png", picture())})
        assert answer.json()["code"] == "BL-INPUT-210"
        assert said in answer.json()["hint"]
        assert "<script>" not in answer.text

    def test_a_watermark_that_cannot_be_made_is_refused(self, client: httpx.Client) -> None:
        answer = client.post(f"{LABELS}/mark?watermark=true", content=film())
        assert (answer.status_code, answer.json()["code"]) == (422, "BL-LABEL-081")


class TestVerification:
    """What a file says of being generated."""

    def test_a_labelled_file_is_confirmed_with_the_place_of_its_label(self, client: httpx.Client) -> None:
        labelled = client.post(f"{LABELS}/mark?explicit=false", content=picture()).content
        found = client.post(f"{LABELS}/verify?name=cat.png", content=labelled).json()
        assert (found["format"], found["state"], found["presence"]) == ("brightline-verification/1", "confirmed", "declared")
        (site,) = found["sites"]
        assert labelled[site["offset"] : site["offset"] + site["length"]].count(b"ContentProducer") == 1
        assert all(found["notice"].values())
        assert found["articles"]

    def test_a_file_without_a_label_has_no_state_unless_its_user_declared_it(self, client: httpx.Client) -> None:
        states = [client.post(f"{LABELS}/verify?{query}", content=picture()).json()["state"] for query in ("", "declared=true")]
        assert states == ["none", "possible"]

    def test_what_cannot_be_read_is_inconclusive_and_no_error(self, client: httpx.Client) -> None:
        found = client.post(f"{LABELS}/verify", files={"file": ("a.png", picture()[:200])}).json()
        assert found["state"] == "inconclusive"
        assert found["gaps"]

    def test_nothing_is_decided_or_recorded(self, client: httpx.Client) -> None:
        before = client.get("/api/v1/decisions").json()
        client.post(f"{LABELS}/verify?declared=true", content=picture())
        assert client.get("/api/v1/decisions").json() == before


class TestPassingOn:
    """The platform's part: verify, decide, record, and write the label for the next platform."""

    def test_an_upload_with_a_label_goes_on_with_the_platforms_keys_beside_the_producers(self, client: httpx.Client) -> None:
        labelled = client.post(f"{LABELS}/mark?explicit=false&content_id=made-1", content=picture()).content
        answer = client.post(f"{LABELS}/pass-on?answer=both&content_id=post-1&account=user-7", files={"file": ("a.png", labelled)})
        document, files = document_and_files(answer)
        label = aigc_of(files["file"][1])
        assert (label["ContentProducer"], label["ProduceID"]) == (PRODUCER_CODE, "made-1")
        assert (label["ContentPropagator"], label["PropagateID"]) == (PLATFORM_CODE, "post-1")
        assert document["verification"]["state"] == "confirmed"
        assert document["labelled"]["role"] == "platform"
        decision = client.get(f"/api/v1/decisions/{document['decision']['id']}").json()
        assert (decision["outcome"], decision["account"], decision["door"]) == ("label", "user-7", "api")
        assert pixels(files["file"][1]) == pixels(picture())

    def test_headers_say_state_decision_and_statement_where_only_the_file_is_asked_for(self, client: httpx.Client) -> None:
        answer = client.post(f"{LABELS}/pass-on?declared=true", content=picture())
        assert aigc_of(answer.content)["Label"] == "2"
        assert answer.headers["x-brightline-state"] == "possible"
        assert client.get(f"/api/v1/decisions/{answer.headers['x-brightline-decision']}").status_code == 200
        assert httpx.get(answer.headers["x-brightline-statement"]).status_code == 200

    def test_a_file_without_a_state_comes_back_as_it_was_with_its_decision(self, client: httpx.Client) -> None:
        document, files = document_and_files(client.post(f"{LABELS}/pass-on?answer=both&name=a.png", content=picture()))
        assert files["file"] == ("a.png", picture())
        assert (document["labelled"], document["decision"]["outcome"]) == (None, "allow")
        assert document["note"]


def with_label(text: str) -> bytes:
    """A picture with somebody's label, as that somebody wrote it."""
    info, made = PngInfo(), io.BytesIO()
    info.add_itxt("AIGC", text)
    Image.open(io.BytesIO(picture())).save(made, "PNG", pnginfo=info)
    return made.getvalue()


class TestForeignLabels:
    """What others write into their labels."""

    @pytest.mark.parametrize("number", ["图片-1", "\\ud800", "x" * 2000], ids=["Chinese", "a lone surrogate", "long"])
    def test_whatever_number_a_producer_gave_the_file_goes_on_and_the_answers_are_sound(self, client: httpx.Client, number: str) -> None:
        came = with_label(f'{{"Label":"1","ContentProducer":"{PRODUCER_CODE}","ProduceID":"{number}"}}')
        for route in ("verify", "pass-on?answer=document", "pass-on"):
            answer = client.post(f"{LABELS}/{route}", content=came)
            assert answer.status_code == 200, answer.text
        assert aigc_of(answer.content)["ContentPropagator"] == PLATFORM_CODE
        compared = client.post(f"{LABELS}/diff", files={"before": ("a.png", came), "after": ("b.png", answer.content)})
        assert compared.json()["propagated"] is True


class TestCopies:
    """Copies without an explicit label, Art. 9."""

    AGREED: ClassVar = {"recipient": "user-42", "agreement": "labels-2026-01", "agreed_at": "1767225600000000", "purpose": "film"}

    def test_who_got_one_is_logged_before_it_leaves(self, client: httpx.Client) -> None:
        answer = client.post(f"{LABELS}/unlabelled-copies", data=self.AGREED, files={"file": ("a.png", picture())})
        assert answer.status_code == 200, answer.text
        assert pixels(answer.content) == pixels(picture())
        assert aigc_of(answer.content)["ProduceID"] == answer.headers["x-brightline-content-id"]
        (copy,) = [
            copy for copy in client.get(f"{LABELS}/unlabelled-copies").json()["copies"] if copy["id"] == answer.headers["x-brightline-copy"]
        ]
        assert (copy["recipient"], copy["agreement"], copy["purpose"]) == ("user-42", "labels-2026-01", "film")
        assert copy["file_digest"] == hashlib.sha256(answer.content).hexdigest()
        assert copy["kept_until"] - copy["given_at"] >= 184 * 86_400_000_000
        assert client.get(f"{LABELS}/contents/{copy['content_id']}").json()["copies"] == [copy]

    @pytest.mark.parametrize(
        ("wrong", "status", "code"),
        [
            ({"recipient": ""}, 422, "BL-INPUT-422"),
            ({"agreed_at": "yesterday"}, 422, "BL-INPUT-422"),
            ({"recipient": "  "}, 400, "BL-INPUT-860"),
            ({"agreed_at": str(2**52)}, 400, "BL-INPUT-860"),
            ({"friend": "x"}, 400, "BL-INPUT-210"),
        ],
    )
    def test_without_who_and_on_what_terms_there_is_none(self, client: httpx.Client, wrong: dict[str, str], status: int, code: str) -> None:
        before = client.get(f"{LABELS}/unlabelled-copies").json()
        answer = client.post(f"{LABELS}/unlabelled-copies", data=self.AGREED | wrong, files={"file": ("a.png", picture())})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert client.get(f"{LABELS}/unlabelled-copies").json() == before

    def test_the_log_is_read_page_by_page(self, client: httpx.Client) -> None:
        for number in range(3):
            client.post(
                f"{LABELS}/unlabelled-copies?answer=document",
                data=self.AGREED | {"purpose": f"page-{number}"},
                files={"file": ("a.png", picture())},
            )
        seen, after = [], ""
        while True:
            page = client.get(f"{LABELS}/unlabelled-copies", params={"limit": 2, "after": after}).json()
            seen += [copy["purpose"] for copy in page["copies"]]
            if "next" not in page:
                break
            after = page["next"]
        assert seen[:3] == ["page-2", "page-1", "page-0"]
        assert len(seen) == len(client.get(f"{LABELS}/unlabelled-copies", params={"limit": 200}).json()["copies"])

    @pytest.mark.parametrize("after", ["x", "1", "99999999999999999999.019aaaaa-0000-7000-8000-000000000000"])
    def test_a_place_that_is_none_is_refused(self, client: httpx.Client, after: str) -> None:
        assert client.get(f"{LABELS}/unlabelled-copies", params={"after": after}).json()["code"] == "BL-INPUT-206"


class TestComparing:
    """What a transformation did to a label."""

    def test_a_label_that_a_tool_lost_is_named(self, client: httpx.Client) -> None:
        labelled = client.post(f"{LABELS}/mark?explicit=false", content=picture()).content
        answer = client.post(f"{LABELS}/diff", files={"before": ("a.png", labelled), "after": ("b.png", picture())})
        assert (answer.json()["change"], answer.json()["breaks_rule"], answer.json()["rules"]) == ("lost", True, ["LM-10.2"])

    def test_one_file_is_not_enough(self, client: httpx.Client) -> None:
        answer = client.post(f"{LABELS}/diff", files={"before": ("a.png", picture())})
        assert (answer.status_code, answer.json()["code"]) == (400, "BL-INPUT-210")
        refused = client.post(f"{LABELS}/diff", content=picture())
        assert (refused.status_code, refused.json()["code"]) == (415, "BL-INPUT-415")
        assert "multipart/form-data" in refused.json()["detail"]
        assert "application/json" not in refused.json()["hint"]


def test_without_a_code_nothing_is_labelled_and_the_answer_says_what_is_missing(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        for route, setting in (("mark", "provider"), ("pass-on", "platform"), ("unlabelled-copies", "provider")):
            answer = httpx.post(f"{site.url}{LABELS}/{route}", content=picture(), headers=site.authorization)
            assert (answer.status_code, answer.json()["code"]) == (503, "BL-LABEL-080")
            assert f"label_{setting}_code" in answer.json()["hint"]
        assert httpx.post(f"{site.url}{LABELS}/verify", content=picture(), headers=site.authorization).json()["state"] == "none"


def test_each_route_asks_for_its_scope(site: Site) -> None:
    _, secret = site.service.store.keys.create("reader", ("read",))
    for route in ("mark", "verify", "pass-on", "unlabelled-copies", "diff"):
        answer = httpx.post(f"{site.url}{LABELS}/{route}", content=picture(), headers={"Authorization": f"Bearer {secret}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "BL-ACCESS-004"), route
        assert httpx.post(f"{site.url}{LABELS}/{route}", content=picture()).status_code == 401


class TestOtherTenants:
    """A store may hold keys of other tenants; codes and records are those of this one."""

    def test_a_key_of_theirs_labels_nothing_in_our_name(self, site: Site) -> None:
        _, secret = site.service.store.keys.create("stranger", ("gateway", "inspect"), tenant="elsewhere")
        with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {secret}"}, timeout=30) as stranger:
            for call in ("mark", "pass-on", "unlabelled-copies"):
                answer = stranger.post(f"{LABELS}/{call}", files={"file": ("a.png", picture())})
                assert (answer.status_code, answer.json()["code"]) == (403, "BL-ACCESS-007")

    def test_a_key_of_theirs_does_not_learn_what_we_generated(self, site: Site, client: httpx.Client) -> None:
        text = "长城始建于春秋战国时期，历代均有修筑，现存遗迹多为明代所建，东起鸭绿江，西至嘉峪关，横贯中国北方的山岭与荒漠。"
        decision = site.decide(text).id
        site.service.labelling.remember_answers([(decision, text)])
        _, secret = site.service.store.keys.create("stranger", ("inspect",), tenant="elsewhere")
        asked = {"content": text.encode(), "timeout": 30}
        ours = client.post(f"{LABELS}/verify?name=a.txt", **asked)
        theirs = httpx.post(f"{site.url}{LABELS}/verify?name=a.txt", headers={"Authorization": f"Bearer {secret}"}, **asked)
        assert (ours.json()["state"], theirs.json()["state"]) == ("confirmed", "none")
        assert decision not in theirs.text


def test_a_new_limit_counts_at_once(site: Site, client: httpx.Client) -> None:
    assert client.post(f"{LABELS}/verify", content=picture()).status_code == 200
    site.service.store.setting_changes.record("label_max_file_bytes", "1024", "test")
    site.service.refresh_settings()
    try:
        for body in ({"content": bytes(2000)}, {"files": {"file": ("a", bytes(2000))}}, {"content": iter([bytes(100)] * 20)}):
            answer = client.post(f"{LABELS}/verify", **body)  # type: ignore[arg-type]  # content or files
            assert (answer.status_code, answer.json()["code"]) == (413, "BL-INPUT-413")
    finally:
        site.service.store.setting_changes.record("label_max_file_bytes", None, "test")
        site.service.refresh_settings()
