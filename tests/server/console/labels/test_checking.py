"""Verifying and labelling one file in the console, over HTTP."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from brightline.labels import read
from brightline.server.face.headers import DATA_POLICY
from tests.server.console.labels.conftest import drawn, kept, send

if TYPE_CHECKING:
    from tests.server.console.conftest import Console

VERIFY, MARK = "/console/labels/verify", "/console/labels/mark"


class TestVerifying:
    def test_the_verdict_says_state_notice_articles_and_three_answers(self, console: Console, prompted: bytes) -> None:
        person = console.as_("reviewer")
        page = person.get(kept(person, VERIFY, "sketch.png", prompted)).text
        assert "This is suspected to be generated content" in page
        assert "该图片疑似人工智能生成合成内容" in page
        assert "https://example.org/appeal" in page
        assert 'href="/console/rulebook/LM-6.3"' in page
        assert all(words in page for words in ("No implicit label", "Not known: nothing signed", "No label that could be judged"))

    def test_a_trace_is_shown_with_its_evidence(self, console: Console, prompted: bytes) -> None:
        person = console.as_("reviewer")
        page = person.get(kept(person, VERIFY, "sketch.png", prompted)).text
        assert "Stable Diffusion web UI" in page
        assert "a mountain at dawn" in page
        assert re.search(r'png\.tEXt</span> <span class="id">parameters</span> at byte 33', page)

    def test_the_label_is_told_in_plain_words_with_its_code_taken_apart(self, console: Console, picture: bytes) -> None:
        lead = console.as_("lead")
        made = kept(lead, MARK, "hill.png", picture)
        labelled = lead.get(f"{made}/file").content
        page = lead.get(kept(lead, VERIFY, "hill.png", labelled)).text
        code = console.site.service.settings.label_provider_code
        for part in (code, code[4:22], "organisation", "generation", "is generated", "where the guide puts it"):
            assert part in page, part
        site = read(labelled).labels[0]
        assert f"from byte {site.offset}, {site.length:,} bytes" in page
        assert f'<td class="num" data-name="From byte">{site.offset}</td>' in page

    def test_what_the_user_declared_counts_where_nothing_was_found(self, console: Console, picture: bytes) -> None:
        person = console.as_("lead")
        assert "Nothing was found" in person.get(kept(person, VERIFY, "hill.png", picture)).text
        assert "This may be generated content" in person.get(kept(person, VERIFY, "hill.png", picture, declared="yes")).text

    def test_what_cannot_be_read_is_no_conclusion_and_says_why(self, console: Console) -> None:
        person = console.as_("lead", "zh")
        page = person.get(kept(person, VERIFY, "某文件.bin", b"\x00\x01\x02\x03" * 64)).text
        assert "无法得出结论" in page
        assert "文件的这一部分无法读取。" in page
        assert "BL-LABEL-013" in page

    def test_a_name_and_metadata_of_the_file_never_become_markup(self, console: Console) -> None:
        person = console.as_("lead")
        data = drawn("<script>alert(1)</script>\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Model: m")
        page = person.get(kept(person, VERIFY, "<b>x.png", data)).text
        assert "<script>alert" not in page
        assert "<b>x" not in page
        assert "&lt;b&gt;x.png" in page

    def test_no_file_is_asked_for_again_on_the_same_page(self, console: Console) -> None:
        answer = send(console.as_("lead"), VERIFY, {"file": ("", b"")})
        assert answer.status_code == 422
        assert "Choose a file first." in answer.text

    def test_an_empty_file_is_a_file(self, console: Console) -> None:
        person = console.as_("lead")
        page = person.get(kept(person, VERIFY, "empty.png", b"")).text
        assert "No conclusion" in page
        assert "The file is empty." in page

    def test_a_file_over_the_limit_is_refused_and_the_limit_is_that_of_the_settings_now(self, console: Console) -> None:
        answer = send(console.as_("lead"), VERIFY, {"file": ("large.bin", b"\x00" * 2_000_001)})
        assert (answer.status_code, "BL-INPUT-413" in answer.text) == (413, True)
        assert "at most 2 MB" in console.as_("lead").get("/console/labels").text

    def test_a_form_with_files_wants_its_token_and_its_origin(self, console: Console, picture: bytes) -> None:
        person = console.as_("lead")
        parts = {"file": ("x.png", picture, "image/png")}
        own = {"Accept": "text/html", "Origin": person.site.url, "Sec-Fetch-Site": "same-origin"}
        other = {"Accept": "text/html", "Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        stranger = console.as_("reviewer").csrf
        for headers, token in ((own, ""), (own, stranger), (other, person.csrf)):
            assert person._send("POST", VERIFY, False, headers, data={"csrf": token}, files=parts).status_code == 403


class TestLabelling:
    def test_the_labelled_file_is_downloaded_with_its_label_and_recorded(self, console: Console, picture: bytes) -> None:
        lead = console.as_("lead")
        made = kept(lead, MARK, "山景.png", picture, content_id="order-77", explicit="no")
        page = lead.get(made).text
        assert "Labelled, and proved" in page
        assert "No explicit label was put on it" in page
        answer = lead.get(f"{made}/file")
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%B1%B1%E6%99%AF.labelled.png"
        assert answer.headers["content-security-policy"] == DATA_POLICY
        label = read(answer.content).labels[0].label
        assert label is not None
        assert label.produce_id == "order-77"
        record = console.site.service.store.labelled_files.by_content("order-77")[0]
        assert record.file_digest == hashlib.sha256(answer.content).hexdigest()
        assert lead.user is not None
        assert record.account == f"user:{lead.user.id}"

    def test_the_explicit_label_is_outlined_where_it_was_drawn(self, console: Console, picture: bytes) -> None:
        lead = console.as_("lead")
        made = kept(lead, MARK, "hill.png", picture, explicit="yes")
        page = lead.get(made).text
        box = re.search(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/>', page.partition("shown-frame")[2])
        assert box
        x, y, width, height = map(float, box.groups())
        assert 240 < x < x + width <= 480
        assert 160 < y < y + height <= 320
        assert '<span class="said-line" lang="zh-CN">AI生成</span>' in page

    def test_a_verified_file_is_labelled_without_being_sent_again(self, console: Console, picture: bytes) -> None:
        lead = console.as_("lead")
        verdict = kept(lead, VERIFY, "hill.png", picture)
        answer = lead.post(MARK, {"token": verdict.rpartition("/")[2]})
        assert answer.status_code == 303
        assert "Labelled, and proved" in lead.get(answer.headers["location"]).text
        assert lead.get(verdict).status_code == 200, "the verdict stays as long as it was promised"

    def test_the_label_of_a_plain_text_is_a_second_download(self, console: Console) -> None:
        lead = console.as_("lead")
        made = kept(lead, MARK, "story.txt", "从前有座山。".encode() * 20)
        beside = lead.get(f"{made}/beside")
        assert beside.headers["content-disposition"].endswith("story.labelled.txt.aigc.json")
        assert b'"AIGC"' in beside.content

    def test_a_picture_too_small_for_a_label_is_said_so_and_nothing_is_recorded(self, console: Console) -> None:
        tiny = io.BytesIO()
        Image.new("RGB", (12, 9)).save(tiny, "PNG")
        answer = send(console.as_("lead"), MARK, {"file": ("tiny.png", tiny.getvalue())}, content_id="tiny-1", explicit="yes")
        assert answer.status_code == 422
        assert "too small for a legible label" in answer.text
        assert console.site.service.store.labelled_files.by_content("tiny-1") == []

    def test_a_verified_file_that_cannot_be_labelled_leads_back_to_its_verdict(self, console: Console) -> None:
        lead = console.as_("lead")
        verdict = kept(lead, VERIFY, "thing.bin", b"\x00\x01\x02\x03" * 64)
        answer = lead.post(MARK, {"token": verdict.rpartition("/")[2]})
        assert answer.status_code == 422
        assert "A file of this kind cannot be labelled in this way." in answer.text
        assert f'href="{verdict}"' in answer.text

    def test_a_watermark_is_put_on_where_it_is_asked_for_and_found_again(self, console: Console) -> None:
        noise = io.BytesIO()
        Image.effect_noise((512, 512), 60).convert("RGB").save(noise, "PNG")
        lead = console.as_("lead")
        made = kept(lead, MARK, "noise.png", noise.getvalue(), content_id="marked-1", watermark="yes", explicit="no")
        assert "leads back to the record" in lead.get(made).text
        assert console.site.service.store.labelled_files.by_content("marked-1")[0].watermark is not None
        bare = io.BytesIO()
        with Image.open(io.BytesIO(lead.get(f"{made}/file").content)) as image:
            Image.frombytes(image.mode, image.size, image.tobytes()).save(bare, "PNG")
        page = lead.get(kept(lead, VERIFY, "copy.png", bare.getvalue())).text
        assert "This is generated content" in page
        assert "a record of this installation" in page

    def test_who_may_only_verify_is_offered_no_label_and_cannot_make_one(self, console: Console, picture: bytes) -> None:
        reviewer = console.as_("reviewer")
        assert "/console/labels/mark" not in reviewer.get("/console/labels").text
        assert send(reviewer, MARK, {"file": ("x.png", picture)}).status_code == 403


class TestKeeping:
    def test_the_preview_is_small_without_metadata_and_for_this_session_only(self, console: Console, prompted: bytes) -> None:
        person = console.new("lead", "somebody-with-a-picture")
        page = kept(person, VERIFY, "sketch.png", prompted)
        answer = person.get(f"{page}/picture.png", accept="image/png")
        assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("image/png", "nosniff")
        assert answer.headers["cache-control"] == "no-store"
        with Image.open(io.BytesIO(answer.content)) as small:
            assert small.size == (480, 320)
            assert "parameters" not in small.info
        for path in (page, f"{page}/picture.png", f"{page}/file"):
            assert console.as_("lead").get(path).status_code == 404

    def test_what_was_only_verified_is_not_given_back(self, console: Console, picture: bytes) -> None:
        lead = console.as_("lead")
        assert lead.get(kept(lead, VERIFY, "hill.png", picture) + "/file").status_code == 404

    def test_it_can_be_forgotten_at_once(self, console: Console, picture: bytes, home: Path) -> None:
        person = console.new("lead", "somebody-who-forgets")
        page = kept(person, VERIFY, "hill.png", picture)
        folder = next(home.glob(f"spool/console/*/{page.rpartition('/')[2]}"))
        assert person.post(f"{page}/drop").status_code == 303
        assert not folder.exists()
        assert person.get(page).status_code == 404

    @pytest.mark.parametrize("token", ["..%2f..%2fkeys", "A" * 22, "about.json"])
    def test_an_address_of_nobody_leads_nowhere(self, console: Console, token: str) -> None:
        answer = console.as_("lead").get(f"/console/labels/kept/{token}")
        assert answer.status_code == 404

    def test_no_room_is_left_behind(self, console: Console, picture: bytes, home: Path) -> None:
        lead = console.as_("lead")
        kept(lead, VERIFY, "hill.png", picture)
        send(lead, VERIFY, {"file": ("", b"")})
        assert list(home.glob("spool/spool-*/room-*")) == []
