"""Two files compared, a text looked up, and what is on record, over HTTP."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from secrets import token_urlsafe
from typing import TYPE_CHECKING

import pytest
import uuid_utils
from PIL import Image

from brightline.labels import ImplicitLabel, mark
from brightline.store.clock import now_us
from tests.labels.conftest import PLATFORM_CODE
from tests.server.api.label_files import with_half_a_pair
from tests.server.console.conftest import eventually
from tests.server.console.labels.conftest import send

if TYPE_CHECKING:
    from tests.server.console.conftest import Console

COMPARE, TEXTS = "/console/labels/compare", "/console/labels/texts"
ANSWER = "山里的清晨很安静，雾气贴着水面慢慢散开，远处的钟声一下一下传来，挑水的老人沿着石阶走下去，桶里的水映出半个天空。"


@pytest.fixture(scope="module")
def labelled(console: Console, picture: bytes) -> bytes:
    code = console.site.service.settings.label_provider_code
    made = mark(picture, ImplicitLabel.first(code, "compare-1"), name="a.png").data
    assert made is not None
    return made


class TestTwoFiles:
    def test_a_tool_that_saves_the_picture_again_has_lost_the_label(self, console: Console, labelled: bytes) -> None:
        saved = io.BytesIO()
        with Image.open(io.BytesIO(labelled)) as image:
            Image.frombytes(image.mode, image.size, image.tobytes()).save(saved, "PNG")
        page = send(console.as_("reviewer"), COMPARE, {"before": ("a.png", labelled), "after": ("b.png", saved.getvalue())}).text
        assert 'data-change="lost"' in page
        assert "The rules forbid this" in page
        assert 'href="/console/rulebook/LM-10.2"' in page

    def test_what_a_platform_adds_is_told_as_that(self, console: Console, labelled: bytes, picture: bytes) -> None:
        code = console.site.service.settings.label_provider_code
        other = ImplicitLabel("1", code, "compare-1", "", PLATFORM_CODE, "p-9", "")
        passed_on = mark(picture, other, name="a.png", propagating=True).data
        assert passed_on is not None
        page = send(console.as_("lead", "zh"), COMPARE, {"before": ("a.png", labelled), "after": ("b.png", passed_on)}).text
        assert 'data-change="changed"' in page
        assert "只改变了平台传播时应当写入的内容" in page
        assert "内容传播编号" in page

    def test_both_files_are_needed(self, console: Console, labelled: bytes) -> None:
        answer = send(console.as_("lead"), COMPARE, {"before": ("a.png", labelled), "after": ("", b"")})
        assert (answer.status_code, "Choose both files first." in answer.text) == (422, True)

    def test_half_a_surrogate_pair_in_a_label_is_shown_as_a_question_mark(self, console: Console, picture: bytes) -> None:
        answer = send(console.as_("lead"), COMPARE, {"before": ("a.png", picture), "after": ("b.png", with_half_a_pair())})
        assert (answer.status_code, 'data-change="added"' in answer.text, "some?body" in answer.text) == (200, True, True)

    def test_what_cannot_be_read_is_not_called_lost(self, console: Console, labelled: bytes) -> None:
        page = send(console.as_("lead"), COMPARE, {"before": ("a.png", labelled), "after": ("b.png", labelled[:40])}).text
        assert 'data-change="unreadable"' in page


@pytest.fixture(scope="module")
def remembered(console: Console) -> str:
    """The decision of an answer whose fingerprint is kept."""
    decision = console.decide()
    console.site.service.labelling.remember_answers([(decision.id, ANSWER)])
    return decision.id


@pytest.mark.usefixtures("remembered")
class TestTexts:
    def find(self, console: Console, text: str, role: str = "reviewer") -> str:
        return console.as_(role).post(TEXTS, {"text": text}).text

    def test_an_answer_is_known_again_whatever_its_width_and_punctuation(self, console: Console, remembered: str) -> None:
        page = self.find(console, ANSWER.replace("，", " , "))
        assert "This is an answer of this installation" in page
        assert f'href="/console/decisions/{remembered}"' in page

    def test_a_passage_is_a_shared_passage(self, console: Console) -> None:
        page = self.find(console, "我今天读到这样一段话：" + ANSWER[:45] + "后来呢？谁也没有再提起这件事情，日子就这样过去了。")
        assert "It shares passages with answers of this installation" in page

    def test_somebody_elses_text_is_nothing_and_the_page_says_what_that_means(self, console: Console) -> None:
        page = self.find(
            console, "The committee met on Tuesday to discuss the budget for the coming year, and adjourned without a vote on it."
        )
        assert "No answer of this installation matches." in page
        assert "proves nothing" in page

    def test_a_short_text_is_not_looked_up(self, console: Console) -> None:
        assert "this one has 4" in self.find(console, "好的谢谢。")

    def test_a_label_in_the_words_is_told(self, console: Console) -> None:
        assert "begins or ends with an explicit label" in self.find(console, ANSWER + "（本内容由人工智能生成）")

    def test_an_empty_text_and_one_over_the_limit_are_refused(self, console: Console) -> None:
        person = console.as_("reviewer")
        empty, long = person.post(TEXTS, {"text": "  \n"}), person.post(TEXTS, {"text": "长" * 50_001})
        assert (empty.status_code, "Paste a text first." in empty.text) == (400, True)
        assert (long.status_code, "longer than 50,000 characters" in long.text) == (413, True)

    def test_the_text_is_not_kept_and_never_markup(self, console: Console) -> None:
        page = self.find(console, "<script>alert(1)</script>" + ANSWER)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


class TestRecords:
    def test_labelled_files_are_found_by_number_and_by_digest(self, console: Console, picture: bytes) -> None:
        made = console.site.service.labelling.label_generated(
            picture, name="a.png", content_id="record-1", account="somebody", explicit=False
        )
        lead = console.as_("lead")
        for asked in ("record-1", made.record.file_digest, made.record.media_digest.upper()):
            page = lead.get("/console/labels/files", q=asked).text
            assert "record-1" in page, asked
            assert "somebody" in page
        assert "No labelled file has this number" in lead.get("/console/labels/files", q="record-2").text

    def test_the_list_goes_on_where_the_page_before_ended(self, console: Console) -> None:
        store = console.site.service.store
        for number in range(55):
            store.labelled_files.add(
                role="producer", attribute="1", content_id=f"page-{number:02}", container="png", file_digest="f" * 64, media_digest="m" * 64
            )
        lead = console.as_("lead")
        first = lead.get("/console/labels/files").text
        assert "page-54" in first
        assert "page-04" not in first
        older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        assert "page-04" in lead.get(older).text
        assert lead.get("/console/labels/files", after="' or 1=1").status_code == 200

    def test_the_log_of_copies_is_shown_and_exported_on_record(self, console: Console) -> None:
        store = console.site.service.store
        assert "Nobody got such a copy." in console.as_("auditor").get("/console/labels/copies").text
        store.unlabelled_copies.record(
            content_id="c-1", file_digest="a" * 64, recipient="=cmd|' /C calc'!A0", agreement="terms-2026-09", agreed_at=now_us() - 9, purpose="海报"
        )  # fmt: skip
        auditor = console.as_("auditor")
        page = auditor.get("/console/labels/copies").text
        assert "terms-2026-09" in page
        answer = auditor.post("/console/labels/copies.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [(row["content_id"], row["purpose"], row["file_sha256"]) for row in rows] == [("c-1", "海报", "a" * 64)]
        assert rows[0]["recipient"].startswith("'=")
        assert rows[0]["kept_until"] > rows[0]["given_at"]
        ended, begun = eventually(
            lambda: found if len(found := store.audit.events(kind="label.copies_exported", tenant="default")) == 2 else None
        )
        assert auditor.user is not None
        assert begun.actor == ended.actor == auditor.user.id
        assert (begun.detail["phase"], ended.detail["phase"], ended.detail["how"], ended.detail["rows"]) == ("begun", "ended", "whole", 1)
        assert "Log of copies without a visible label exported" in auditor.get("/console/ledger/events").text

    def test_who_may_not_see_them_has_no_way_there(self, console: Console) -> None:
        reviewer = console.as_("reviewer")
        assert "/console/labels/copies" not in reviewer.get("/console/labels").text
        assert reviewer.get("/console/labels/copies").status_code == 403


def test_a_decision_on_files_leads_to_their_records(console: Console) -> None:
    told = {"place": "data[0].b64_json", "container": "png", "content_id": "record-9", "implicit": "written", "explicit": "image"}
    decision = replace(console.decide(), id=str(uuid_utils.uuid7()), token=token_urlsafe(16), label={"media": [told]})
    console.site.record(decision)
    page = console.as_("lead").get(f"/console/decisions/{decision.id}").text
    assert "Labels of the files" in page
    assert "drawn on the picture" in page
    assert 'href="/console/labels/files?q=record-9"' in page
    assert "no label was due" not in page
