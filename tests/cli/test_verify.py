"""``brightline verify``: states and exit codes, what ``--require`` asks, reports for build servers, lists of addresses."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import pytest

from brightline.labels.label import Attribute, ImplicitLabel
from brightline.labels.marking import mark
from tests.cli.shell import Shell, picture
from tests.labels.conftest import PRODUCER_CODE


def labelled(path: str | Path, attribute: Attribute = Attribute.IS) -> Path:
    path = picture(path)
    mark(path, ImplicitLabel.first(PRODUCER_CODE, "n-1", attribute), in_place=True)
    return path


def cut(path: str | Path) -> Path:
    """Half a picture: the label may have stood in the other half."""
    path = picture(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def doubtful(path: str | Path) -> Path:
    """A page whose label has no producer: a check fails."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\nAIGC:\n  Label: '1'\n  ContentProducer: ''\n  ProduceID: n-1\n---\n\n# Page\n", "utf-8")
    return path


def reported(path: str) -> ElementTree.Element:
    return ElementTree.parse(path).getroot()  # noqa: S314 - our own output, read as a build server reads it


def test_a_labelled_file_is_confirmed_and_an_ordinary_one_is_none_and_both_are_fine(shell: Shell) -> None:
    ran = shell("verify", labelled("a.png"), picture("b.jpg"), "--json")

    assert ran.status == 0
    assert [(each["file"], each["state"], each["container"]) for each in ran.documents] == [
        ("a.png", "confirmed", "png"),
        ("b.jpg", "none", "jpeg"),
    ]


def test_the_exit_code_tells_what_speaks_against_a_file_from_what_could_not_be_inspected(shell: Shell) -> None:
    good, bad, half = labelled("a.png"), doubtful("b.md"), cut("c.png")

    assert shell("verify", good).status == 0
    assert shell("verify", good, bad).status == 1
    assert shell("verify", good, bad, half).status == 2
    assert shell("verify", good, "nowhere.png").status == 2


@pytest.mark.parametrize(
    ("required", "confirmed", "possible", "unlabelled", "with_defects"),
    [("confirmed", 0, 1, 1, 1), ("labelled", 0, 0, 1, 1), ("compliant", 0, 0, 1, 1)],
)
def test_what_is_required_is_asked_of_every_file(
    shell: Shell, required: str, confirmed: int, possible: int, unlabelled: int, with_defects: int
) -> None:
    files = (labelled("a.png"), labelled("b.png", Attribute.POSSIBLY), picture("c.png"), doubtful("d.md"))

    found = [shell("verify", file, "--require", required).status for file in files]

    assert found == [confirmed, possible, unlabelled, with_defects]


def test_a_declaration_of_the_user_makes_an_unlabelled_file_possible(shell: Shell) -> None:
    (document,) = shell("verify", picture("a.png"), "--declared", "--json").documents

    assert document["state"] == "possible"


def test_the_sentences_are_in_the_language_that_is_asked_for(shell: Shell) -> None:
    file = labelled("a.png")

    assert "该图片属于人工智能生成合成内容" in shell("verify", file, "--lang", "zh").out
    assert "generated" in shell("verify", file, "--lang", "en").out


def test_a_folder_is_walked_and_what_has_no_label_place_is_said_and_never_clean(shell: Shell) -> None:
    labelled("in/a.png")
    labelled("in/deep/b.png")
    labelled("in/.hidden/c.png")
    Path("in/model.xyz").write_bytes(bytes(40))

    table = shell("verify", "in")
    documents = shell("verify", "in", "--json").documents
    required = shell("verify", "in", "--require", "labelled", "--json")

    assert table.status == 0
    assert table.err == "2 verified: 2 confirmed, 1 passed over (no format that carries labels here): in/model.xyz\n"
    assert [(each["file"], each["state"]) for each in documents] == [
        ("in/a.png", "confirmed"),
        ("in/deep/b.png", "confirmed"),
        ("in/model.xyz", "not_inspected"),
    ]
    assert required.status == 1


def test_quiet_prints_only_files_that_something_speaks_against(shell: Shell) -> None:
    ran = shell("verify", labelled("a.png"), doubtful("b.md"), "--quiet")

    assert "b.md" in ran.out
    assert "label.key.empty.ContentProducer" in ran.out
    assert "a.png" not in ran.out


def test_a_build_server_reads_failures_errors_and_what_was_skipped(shell: Shell) -> None:
    labelled("in/a.png")
    doubtful("in/b.md")
    cut("in/c.png")
    Path("in/d.xyz").write_bytes(bytes(40))

    assert shell("verify", "in", "--junit", "report.xml", "--quiet").status == 2
    suite = reported("report.xml")
    cases = {case.get("name"): [child.tag for child in case] for case in suite.findall("testcase")}

    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    assert cases == {"in/a.png": [], "in/b.md": ["failure"], "in/c.png": ["error"], "in/d.xyz": ["skipped"]}
    assert "label.key.empty.ContentProducer" in (suite.findtext("testcase/failure") or "")


def test_a_report_can_be_read_whatever_a_file_is_called(shell: Shell) -> None:
    name = "a\x07<&>.png"
    labelled(name)

    assert shell("verify", name, "--junit", "report.xml", "--quiet").status == 0

    (case,) = reported("report.xml").findall("testcase")
    assert case.get("name") == "a�<&>.png"


def test_a_report_that_cannot_be_written_is_an_error(shell: Shell) -> None:
    ran = shell("verify", labelled("a.png"), "--junit", "nowhere/report.xml")

    assert ran.status == 2
    assert "BL-INPUT-029" in ran.err


def test_nothing_to_verify_and_an_empty_folder_are_errors(shell: Shell) -> None:
    Path("empty").mkdir()

    nothing, empty = shell("verify"), shell("verify", "empty")

    assert (nothing.status, empty.status) == (2, 2)
    assert "BL-INPUT-028" in nothing.err
    assert "BL-INPUT-027" in empty.err


# Lists of addresses


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A server on the loopback: a labelled picture, an address that leads to it, one that never ends leading on, a large file."""
    content = labelled(tmp_path / "served" / "a.png").read_bytes()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/a.png" | "/%E5%9B%BE.png?size=2":
                    self._answer(200, content)
                case "/moved":
                    self._answer(302, b"", "/a.png")
                case "/round":
                    self._answer(302, b"", "/round")
                case "/large.png":
                    self._answer(200, content + bytes(2_000_000))
                case _:
                    self._answer(404, b"gone")

        def _answer(self, status: int, body: bytes, to: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if to:
                self.send_header("Location", to)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *values: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_address_of_a_list_is_fetched_and_verified_under_its_own_name(shell: Shell, site: str) -> None:
    Path("list.txt").write_text(f"# pictures\n\n{site}/a.png\n{site}/%E5%9B%BE.png?size=2\n{site}/moved\n", "utf-8")

    ran = shell("verify", "--urls", "list.txt", "--json")

    assert ran.status == 0
    assert [(each["file"], each["state"]) for each in ran.documents] == [
        (f"{site}/a.png", "confirmed"),
        (f"{site}/%E5%9B%BE.png?size=2", "confirmed"),
        (f"{site}/moved", "confirmed"),
    ]


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("{site}/gone.png", "BL-INPUT-067", "404"),
        ("{site}/large.png", "BL-INPUT-067", "label_max_file_bytes"),
        ("{site}/round", "BL-INPUT-067", "redirect"),
        ("http://127.0.0.1:1/a.png", "BL-INPUT-067", "was not fetched"),
        ("http://[::1/a.png", "BL-INPUT-066", "no http or https address"),
        ("ftp://example.org/a.png", "BL-INPUT-066", "no http or https address"),
        ("file:///etc/hostname", "BL-INPUT-066", "no http or https address"),
        ("a.png", "BL-INPUT-066", "no http or https address"),
    ],
)
def test_an_address_that_cannot_be_fetched_is_an_error_with_its_line_and_the_others_are_verified(
    shell: Shell, site: str, monkeypatch: pytest.MonkeyPatch, address: str, code: str, said: str
) -> None:
    monkeypatch.setenv("BRIGHTLINE_LABEL_MAX_FILE_BYTES", "1000000")
    Path("list.txt").write_text(f"{address.format(site=site)}\n{site}/a.png\n", "utf-8")

    ran = shell("verify", "--urls", "list.txt", "--json")

    assert ran.status == 2
    assert [each["state"] for each in ran.documents] == ["confirmed"]
    assert code in ran.err
    assert "list.txt:1" in ran.err
    assert said in ran.err.replace("\n", " ").lower() or said in ran.err


def test_a_list_that_is_not_there_is_an_error(shell: Shell) -> None:
    ran = shell("verify", "--urls", "nowhere.txt")

    assert ran.status == 2
    assert "BL-INPUT-020" in ran.err


def test_of_a_file_and_a_link_to_it_the_file_is_named_and_a_pipe_is_no_file(shell: Shell) -> None:
    labelled("folder/b.png")
    Path("folder/a.png").symlink_to("b.png")
    Path("folder/c.png").symlink_to("b.png")
    os.mkfifo("pipe.png")

    ran = shell("verify", "folder", "pipe.png", "--json")

    assert ran.status == 2
    assert [each["file"] for each in ran.documents if "state" in each] == ["folder/b.png"]
    assert "pipe.png cannot be read: it is neither a file nor a folder" in ran.err
