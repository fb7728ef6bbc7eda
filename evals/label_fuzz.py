"""Coverage-guided fuzzing of everything in ``labels`` that reads bytes of others: what breaks, hangs, or writes a file that does not hold?

    .venv/bin/python evals/label_fuzz.py [TARGET …] [--seconds 60] [--python PYTHON] [--keep DIR] [--json]

A target is a container (``png``, ``mp4``, ``docx`` by its handler's name …), or ``xmp``, ``exif``, ``sites``, ``security``,
``provider``, ``verify``; none named means all, one after the other. Each runs in a process of its own, guided by coverage where its
interpreter has atheris (``python -m venv DIR && DIR/bin/pip install atheris``, then ``--python DIR/bin/python``; only that package is needed in it);
without atheris inputs are changed blindly, which finds less and still finds something. Seeds are built by code: the quirk corpus, and
the files that the tests of the containers build, each with and without a label.

A finding is: any exception but ``LabelError``; more than ``--input-seconds`` of processor time for one input; more memory than
1 GB over the start; media ranges outside the file; more than forty times the file read; and for writing, an output in which the label does
not stand alone, whose coded or decoded media differs (Pillow, zipfile), or which changes when it is labelled again. The first input of
each finding is kept under ``--keep``. Exit status 1 if there is a finding.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

TOKENS = (  # what the label code looks for; libFuzzer mixes them in
    "AIGC", "TC260:AIGC", "Label", "ContentProducer", "ProduceID", "AIGC{", '{"AIGC":', "AIGC=", "XML:com.adobe.xmp", "iTXt", "zTXt", "eXIf",
    "moov", "udta", "meta", "keys", "ilst", "mdta", "uuid", "free", "co64", "stco", "iloc", "iinf", "LIST", "INFO", "VP8X", "XMP ", "id3 ", "TXXX",
    "endobj", "startxref", "/Prev ", "/Info ", "/Metadata ", "/ObjStm", "---\\x0a", "<meta ", "</head>", "<!--", "]]>", "<![CDATA[",
    "\\xff\\xff\\xff\\xff", "\\x80\\x00\\x00\\x00", "\\x00\\x00\\x00\\x80", "\\x7f\\xff\\xff\\xff", "\\xff\\xfe", "\\xfe\\xff",
)  # fmt: skip
GRACE_S = 120  # for building the seeds' coverage, and the end of the last input


def main() -> int:
    options = _options()
    from evals.labels.fuzz_seeds import TARGETS, write_seeds

    unknown = [target for target in options.targets if target not in TARGETS]
    if unknown:
        print(f"no target {', '.join(unknown)}; known: {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    reports = []
    with tempfile.TemporaryDirectory(prefix="brightline-fuzz-") as folder:
        home = Path(folder)
        (home / "tokens").write_text("".join(f'"{_quoted(token)}"\n' for token in TOKENS), encoding="ascii")
        for target in options.targets or TARGETS:
            write_seeds(target, home / target)
            reports.append(_run(target, home, options))
            if not options.json:
                _print(reports[-1])
    if options.json:
        print(json.dumps(reports, indent=2))
    return int(any(report["findings"] for report in reports))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--input-seconds", type=float, default=5.0, help="processor time for one input")
    parser.add_argument("--python", default=sys.executable, help="the interpreter to fuzz in: one with atheris")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "brightline-findings")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _quoted(token: str) -> str:
    return re.sub(r'(?<!\\)"|\\(?!x)', lambda found: "\\" + found.group(), token)


def _run(target: str, home: Path, options: argparse.Namespace) -> dict[str, object]:
    """Fuzz one target in a process of its own, and read what it reports."""
    keep = options.keep / target
    keep.mkdir(parents=True, exist_ok=True)
    report = home / f"{target}.json"
    command = [options.python, str(ROOT / "evals" / "labels" / "fuzz_target.py"), target, str(home / target), str(home / "tokens")]
    command += [str(keep), str(report), str(options.seconds), str(options.input_seconds)]
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=options.seconds + GRACE_S)
        log, ended = done.stderr.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired as problem:
        log, ended = (problem.stderr or b"").decode("utf-8", "replace"), -1
    found = json.loads(report.read_text()) if report.exists() else {"executions": 0, "findings": []}
    if ended:  # the process died of its input: libFuzzer keeps that one itself
        found["findings"].append({"what": f"the process ended with {ended}", "where": log[-400:], "file": str(keep)})
    features = list(_coverage(log))
    return {"target": target, **found, "coverage": features[-1] if features else None}


def _coverage(log: str) -> Iterator[int]:
    """The edges reached, as libFuzzer counts them."""
    return (int(found) for found in re.findall(r"cov: (\d+)", log))


def _print(report: dict[str, object]) -> None:
    findings = report["findings"]
    assert isinstance(findings, list)
    print(
        f"{report['target']:<12} {report['executions']:>9} executions  coverage {report['coverage'] or '-'}  {len(findings)} findings",
        flush=True,
    )
    for finding in findings:
        print(f"    {finding['what']}\n        {finding['where']}\n        {finding['file']}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
