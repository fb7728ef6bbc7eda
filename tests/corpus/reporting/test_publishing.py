from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.reporting import FILES, Report, pdf
from brightline.corpus.reporting.forms import content_of
from brightline.corpus.reporting.publishing import publish
from brightline.corpus.reporting.report import PARTS
from brightline.corpus.storage import Workspace


def test_every_form_is_written_and_the_json_is_the_signed_one(full_report: Report, tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    assert publish(workspace, full_report) == list(FILES)
    assert sorted(workspace.names("report/")) == sorted(f"report/{name}" for name in FILES)
    assert workspace.read_bytes("report/report.json") == full_report.canonical
    assert all(workspace.size(f"report/{name}") for name in FILES)


def test_the_same_report_is_published_in_the_same_bytes(full_report: Report, tmp_path: Path) -> None:
    once, again = (Workspace(str(tmp_path / name)) for name in ("once", "again"))
    for workspace in (once, again):
        publish(workspace, Report.parse(full_report.canonical))
    for name in FILES:
        assert once.sha256(f"report/{name}") == again.sha256(f"report/{name}"), name


def test_without_a_typeface_the_rest_is_written_and_an_old_pdf_goes(
    full_report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(str(tmp_path))
    workspace.write_bytes("report/report.zh.pdf", b"of another report")
    monkeypatch.setattr(pdf, "CHINESE_TYPEFACES", ("No Such Typeface",))
    written = publish(workspace, full_report)
    assert [name for name in FILES if name not in written] == ["report.zh.pdf", "report.en.pdf"]
    assert not workspace.exists("report/report.zh.pdf")


def test_what_is_wrong_with_a_report_is_not_swallowed(full_report: Report, tmp_path: Path) -> None:
    broken = Report({**full_report.document, "made": {**full_report.document["made"], "at": "yesterday"}})
    with pytest.raises(CorpusError, match="BL-CORPUS-076"):
        publish(Workspace(str(tmp_path)), broken)
    assert not (tmp_path / "report" / "report.json").exists()


def test_there_is_no_form_of_another_name(full_report: Report) -> None:
    for name in ("report.fr.html", "secrets.json", "report.html"):
        with pytest.raises(KeyError):
            content_of(full_report, name)


DOCS = Path(__file__).parents[3] / "docs" / "corpus-report.md"

_WITHOUT = """
import sys
for name in ("pyarrow", "typst", "daft", "stdnum", "phonenumbers", "rensa", "fastwarc", "fsspec"):
    sys.modules[name] = None
from brightline.corpus.errors import NotInstalled
from brightline.corpus.reporting import FILES, Report, diff, gathering
from brightline.corpus.reporting.forms import content_of
report = Report.parse(open(sys.argv[1], "rb").read())
for name in FILES:
    try:
        print(name, len(content_of(report, name)) > 0)
    except NotInstalled as problem:
        print(name, problem.code)
assert diff(report, report).empty
"""


def test_the_console_shows_reports_where_the_extra_is_not_installed(full_report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(full_report.canonical)
    done = subprocess.run([sys.executable, "-c", _WITHOUT, str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = dict(line.split(" ") for line in done.stdout.splitlines())
    assert {name for name, word in told.items() if word != "True"} == {"report.zh.pdf", "report.en.pdf"}
    assert told["report.zh.pdf"] == "BL-CORPUS-020"


def test_the_example_of_the_documentation_runs(full_report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(Workspace(str(tmp_path)), full_report)
    (tmp_path / "before.json").write_bytes(full_report.canonical)
    monkeypatch.chdir(tmp_path)
    code = DOCS.read_text("utf-8").split("```python\n")[1].split("```")[0]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("SEC-D2 not_met blacklisted_used\n")
    assert done.stdout.endswith("Nothing changed.\n\n")


def test_the_documentation_names_every_form_and_part() -> None:
    page = DOCS.read_text("utf-8")
    assert not [name for name in (*FILES, *PARTS) if f"`{name}`" not in page and name != "format"]
