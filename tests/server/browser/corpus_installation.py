"""An installation in which a small corpus was inspected: sources, a run with its stages, samples, a complaint, an appeal, a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from brightline.corpus.sampling import Answer, Desk
from brightline.corpus.sampling.flow import Label
from brightline.corpus.sources import Register, Source, receive_complaint
from brightline.curation import stages
from brightline.curation.plan import RunPlan
from brightline.curation.runs import Curation
from brightline.curation.samples import draw_sample
from brightline.store import CorpusAppeals, CorpusReports, StoredSample
from tests.corpus.reporting.conftest import make_full_report
from tests.server.face.site import Site, running_site

KERNELS = ("bands", "exact", "personal")
STORY = "小镇的早晨从面包房开始，面粉的香气顺着石板路一直飘到河边，卖花的老人把木桶摆成一排，等第一班渡船靠岸。" * 3


@dataclass
class Installation:
    """The site, the run, what was drawn from it, and its report."""

    site: Site
    run: str
    sample: StoredSample
    removed: StoredSample
    report: str

    @property
    def at(self) -> str:
        return f"/console/corpus/runs/{self.run}"

    def samples(self, more: str = "") -> str:
        return f"/console/corpus/samples/{self.sample.id}{more}"


@contextmanager
def inspected(home: Path) -> Iterator[Installation]:
    """Everything that the room can show is there once."""
    corpus = home / "corpus"
    corpus.mkdir()
    (corpus / "town.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows()), "utf-8")
    with running_site(home / "home") as site:
        store = site.service.store
        town = {"id": "town", "name": "小镇日报", "kind": "own", "status": "approved", "owner": "data desk", "url": "https://town.example/"}
        Register(store.database).save(Source.from_document(town), by="test")
        curation = Curation(site.service.settings, store)
        run = curation.begin(RunPlan("town", (str(corpus),), str(home / "work"), kernels=KERNELS, workers=1), by="test")
        with run.working("test"):
            for name in ("annotate", "cluster", "decide"):
                stages.STAGES[name](run)
        sample, removed = draw_sample(run, "human", by="test"), draw_sample(run, "removed", by="test")
        _answer_some(Desk(store.database, staffing="off"), sample)
        for number, made_at in enumerate(("2026-10-01T08:00:00Z", "2026-11-01T08:00:00Z")):
            report = make_full_report(_folder(home / f"report-{number}"), made_at, 50 + 10 * number)
            signed = CorpusReports(store.database).sign(run.id, report.canonical, content_digest=report.content_digest, made_by="test")
        receive_complaint(
            store.database, kind="copyright", what="整篇转载了我社文章，请删除。", contact="desk@press.example", source="town"
        )
        CorpusAppeals(store.database).open(run.id, "0" * 32, by="somebody", reason="来源清楚，请恢复。", contested="quarantine")
        site.sequence()
        yield Installation(site, run.id, sample, removed, signed.id)


def _rows() -> Iterator[dict[str, str]]:
    yield {"id": "kept", "source": "town", "text": STORY}
    yield {"id": "same", "source": "town", "text": STORY}
    yield {"id": "alike", "source": "town", "text": STORY.replace("老人", "人")}
    yield {"id": "phone", "source": "town", "text": "请拨打13912345678联系我们，\u200b或者到前台登记。"}
    yield {"id": "stray", "source": "nobody", "text": "一份来历不明的文档，谁也不知道它从哪里来。"}
    for number in range(12):
        yield {"id": f"day-{number}", "source": "town", "text": f"第{number}天的日记：河水涨了{number}寸，渡船改在下午靠岸。"}


def _answer_some(desk: Desk, sample: StoredSample) -> None:
    """Two people, who disagree about the second document."""
    both: tuple[tuple[str, tuple[Label, ...]], ...] = (("first", ("pass", "fail", "pass")), ("second", ("pass", "pass", "pass")))
    for person, labels in both:
        for label in labels:
            task = desk.next_for(sample.id, person)
            assert task is not None
            answer = Answer(label, ("RISK-A.4-f",), ((0, 6),)) if label == "fail" else Answer(label)
            desk.answer(sample.id, task.item.position, person, answer)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
