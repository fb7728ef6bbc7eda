"""``brightline verify FILE…|DIR``: what each file says of being generated, what can be proved, what a platform shows for it.

    brightline verify uploads/                 a table
    brightline verify --json picture.png       one JSON object a file
    brightline verify --junit report.xml --require confirmed out/   in a build

Exit code 0: all files were read and nothing speaks against them; 1: a label was altered, a check failed, or ``--require`` is
not met; 2: a file could not be inspected. Not inspected is never counted as clean: files of folders whose kind carries no label are
named as such, and do not meet what is required.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from xml.etree import ElementTree

import typer
from rich.text import Text

from brightline.cli.label_files import PASSED_OVER, Found, Tracked, files_in, summed_up
from brightline.cli.terminal import console, print_json, report
from brightline.config import Settings, load_settings
from brightline.errors import InputError

if TYPE_CHECKING:
    from brightline.labels.verification import Verification

__all__ = ["verify"]

_COLOURS = {"confirmed": "cyan", "possible": "blue", "suspected": "yellow", "none": "dim", "inconclusive": "magenta"}


class Required(StrEnum):
    """What ``--require`` can ask of every file."""

    CONFIRMED = "confirmed"
    LABELLED = "labelled"
    COMPLIANT = "compliant"


def verify(
    files: Annotated[list[Path] | None, typer.Argument(help="Files and folders (with all that lies in them).")] = None,
    urls: Annotated[Path | None, typer.Option(help="A text file with one http(s) address a line; each is fetched and verified.")] = None,
    declared: Annotated[bool, typer.Option("--declared", help="Their user declares them to be generated.")] = False,
    require: Annotated[Required | None, typer.Option(help="Fail unless every file is that.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Also compare the content with a signed binding; reads all of each file.")] = False,
    ocr: Annotated[bool, typer.Option("--ocr", help="Also look for a visible label in pictures (optional extra: ocr).")] = False,
    own: Annotated[
        bool, typer.Option("--own", help="Also ask this installation's records: watermarks of pictures and sound, fingerprints of texts.")
    ] = False,
    lang: Annotated[str, typer.Option(help="Language of the sentences: zh or en.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit XML report there.", metavar="FILE")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only files that something speaks against.")] = False,
) -> None:
    """Verify labels, signatures and traces of generators. Exit code 1: something speaks against a file; 2: not inspected in full."""
    settings = load_settings()
    chosen = "en" if (lang or settings.language) == "en" else "zh"
    problems: list[InputError] = []
    if not files and urls is None:
        raise InputError("BL-INPUT-028", "nothing to verify", "name files, folders, or a list of addresses with --urls")
    worst, answers = 0, []
    with _fetched(urls, settings, problems) as fetched, _verifier(settings, own, declared=declared, full=full, ocr=ocr) as verified:
        meant = files_in(files or [], problems)
        for found in Tracked([*meant.files, *fetched], "verifying", quiet=quiet or as_json):
            try:
                answer = verified(found)
            except OSError as problem:
                problems.append(InputError("BL-INPUT-020", f"{found.path} cannot be read: {problem.strerror}", "check the permissions"))
                continue
            code = _code(answer, require)
            worst = max(worst, code)
            answers.append((found.shown, answer, code))
            if as_json:
                print_json({"file": found.shown, **answer.to_document()})
            elif code or not quiet:
                _print(found.shown, answer, chosen)
    for each in meant.passed_over:
        if as_json:
            print_json({"file": each.shown, "state": "not_inspected", "reason": PASSED_OVER})
    if junit is not None:
        _write_junit(junit, answers, meant.passed_over, require)
    for trouble in problems:
        report(trouble)
    if meant.passed_over or (len(answers) + len(problems) > 1 and not (quiet or as_json)):
        states = Counter(str(answer.state) for _, answer, _ in answers)
        counted = ", ".join(f"{count} {state}" for state, count in states.items())
        summed_up(f"{len(answers)} verified{': ' if counted else ''}{counted}", problems, meant.passed_over)
    unmet = 1 if require and meant.passed_over else 0
    raise typer.Exit(2 if problems else max(worst, unmet))


@contextmanager
def _verifier(settings: Settings, own: bool, *, declared: bool, full: bool, ocr: bool) -> Iterator[Callable[[Found], Verification]]:
    """What verifies one file: with keys and anchors of the settings; ``own``: with the records of this installation as well."""
    if own:
        from brightline.cli.own_records import own_records

        with own_records(settings) as labelling:
            yield lambda found: labelling.verify(found.path, name=found.relative.name, declared=declared, full=full, ocr=ocr)
        return
    from brightline.labelling import trust_of
    from brightline.labels.verification import verify as verify_file

    trust = trust_of(settings)
    yield lambda found: verify_file(
        found.path,
        name=found.relative.name,
        declared=declared,
        proof="full" if full else "quick",
        pins=trust.pins,
        provenance=trust.provenance,
        ocr=ocr,
    )


def _code(answer: Verification, require: Required | None) -> int:
    if answer.state == "inconclusive":
        return 2
    if answer.integrity == "tampered" or answer.compliance == "defects":
        return 1
    met = {
        None: True,
        Required.CONFIRMED: answer.state == "confirmed",
        Required.LABELLED: answer.presence != "none",
        Required.COMPLIANT: answer.presence != "none" and answer.compliance == "ok",
    }
    return 0 if met[require] else 1


def _print(name: str, answer: Verification, lang: str) -> None:
    line = Text()
    line.append(f"{answer.state:13}", style=f"bold {_COLOURS[answer.state]}")
    line.append(f"{name}")
    line.append(f"  {answer.container} · label {answer.presence} · integrity {answer.integrity} · form {answer.compliance}", style="dim")
    console.print(line, soft_wrap=True)
    for site in answer.sites:
        quoted = " (quoted, does not count)" if site.quoted else ""
        console.print(Text(f"             {site.place} at byte {site.offset}{quoted}", style="dim"), soft_wrap=True)
    for trace in answer.traces:
        console.print(Text(f"             {trace.generator}: {trace.place} {trace.key}", style="dim"), soft_wrap=True)
    for ground in answer.grounds:
        if ground.kind not in ("label", "trace"):  # those stand above, each with its place
            console.print(Text(f"             {ground.kind}: {ground.what}".rstrip(": "), style="dim"), soft_wrap=True)
    for check in answer.defects:
        console.print(
            Text(f"             ✗ {check.id}  {check.zh if lang == 'zh' else check.en}  [{check.rule}]", style="red"), soft_wrap=True
        )
    for gap in answer.gaps:
        if gap.decides:
            console.print(Text(f"             not inspected: {gap.reason}", style="magenta"), soft_wrap=True)
    notice = answer.notice_zh if lang == "zh" else answer.notice_en
    if notice:
        articles = "、".join(article.zh for article in answer.articles) if lang == "zh" else ", ".join(a.en for a in answer.articles)
        console.print(Text(f"             {notice}  {articles}"), soft_wrap=True)


def _write_junit(target: Path, answers: list[tuple[str, Verification, int]], passed_over: list[Found], require: Required | None) -> None:
    """JUnit XML as build servers read it: one test case a file; a failed check fails it, an uninspected file is an error.

    Files passed over are skipped, or failures where something is required of every file.
    """
    suite = ElementTree.Element(
        "testsuite",
        name="brightline verify",
        tests=str(len(answers) + len(passed_over)),
        failures=str(sum(code == 1 for *_, code in answers) + (len(passed_over) if require else 0)),
        errors=str(sum(code == 2 for *_, code in answers)),
        skipped=str(0 if require else len(passed_over)),
    )
    for name, answer, code in answers:
        case = ElementTree.SubElement(suite, "testcase", classname=f"labels.{answer.container}", name=_xml(name))
        said = "\n".join(f"{check.id}: {check.en}" for check in answer.defects) or f"state {answer.state}, required {require or 'nothing'}"
        if code == 1:
            ElementTree.SubElement(case, "failure", message=f"{answer.state}, integrity {answer.integrity}").text = _xml(said)
        elif code == 2:
            gaps = "\n".join(gap.reason for gap in answer.gaps)
            ElementTree.SubElement(case, "error", message="not inspected").text = _xml(gaps)
    for each in passed_over:
        case = ElementTree.SubElement(suite, "testcase", classname="labels.unknown", name=_xml(each.shown))
        ElementTree.SubElement(case, "failure" if require else "skipped", message=f"not inspected: {PASSED_OVER}")
    try:
        ElementTree.ElementTree(suite).write(target, encoding="utf-8", xml_declaration=True)
    except OSError as problem:
        raise InputError("BL-INPUT-029", f"{target} cannot be written: {problem.strerror}", "name another file") from None


def _xml(text: str) -> str:
    # XML 1.0, 2.2: most control characters cannot be written at all.
    return "".join(character if character in "\t\n" or " " <= character < "\ufffe" or character > "\uffff" else "�" for character in text)


@contextmanager
def _fetched(listed: Path | None, settings: Settings, problems: list[InputError]) -> Iterator[list[Found]]:
    """The files behind the addresses of a list, in a temporary folder that goes with the command."""
    if listed is None:
        yield []
        return
    from brightline.cli.fetching import fetched_files

    with tempfile.TemporaryDirectory(prefix="brightline-verify-") as folder:
        try:
            yield [
                Found(path, Path(path.name), address)
                for path, address in fetched_files(listed, Path(folder), settings.label_max_file_bytes, problems)
            ]
        except OSError as problem:
            raise InputError("BL-INPUT-020", f"{listed} cannot be read: {problem.strerror}", "check the name") from None
