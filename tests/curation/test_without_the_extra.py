"""Everything but inspecting itself works where the extra is not installed: its modules are refused to a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.installation import environment

_PROGRAM = """
import sys

class Refuses:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pyarrow", "daft", "rensa", "stdnum", "phonenumbers", "fastwarc", "fsspec", "ray", "s3fs", "zstandard", "typst"):
            raise ImportError(name, name=name)

sys.meta_path.insert(0, Refuses())
import brightline.cli.corpus, brightline.examination, brightline.server.app
from brightline import Corpus
from brightline.corpus.errors import NotInstalled
try:
    Corpus("nowhere", name="x").inspect()
except NotInstalled as problem:
    print(problem.code)
from brightline.cli import main
for command in ("inspect . --name x", "decide town", "emit town", "sample town", "report town", "resume town"):
    try:
        main(["corpus", *command.split()])
    except SystemExit as end:
        print(command, end.code)
main(["corpus", "status"])
"""


def test_imports_work_and_what_needs_the_extra_says_so(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("BL-CORPUS-020") == 6, ran.stderr
    said = ran.stdout.splitlines()
    assert said[0] == "BL-CORPUS-020"
    assert [line.rsplit(" ", 1)[1] for line in said[1:7]] == ["2"] * 6
    assert said[7].startswith("No corpus was inspected yet")
