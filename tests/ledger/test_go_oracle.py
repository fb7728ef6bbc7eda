"""A second implementation judges our log: Go's golang.org/x/mod/sumdb, which shares no code with ours.

Needs the Debian packages golang-go and golang-golang-x-mod-dev, which ``make test`` installs; skipped where they are missing.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from brightline.ledger import Sequencer, Signer
from brightline.ledger.tree import consistency_proof
from tests.ledger.memory import MemoryLedger

GOPATH = Path("/usr/share/gocode")
SOURCE = Path(__file__).parent / "go_oracle" / "main.go"

Claim = dict[str, Any]
Judge = Callable[[Iterable[Claim]], list[str]]

pytestmark = [
    pytest.mark.skipif(shutil.which("go") is None, reason="no go: apt-get install golang-go golang-golang-x-mod-dev"),
    pytest.mark.skipif(
        not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir(), reason="no x/mod: apt-get install golang-golang-x-mod-dev"
    ),
]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Builds the Go program; hands it claims and returns its answers."""
    folder = tmp_path_factory.mktemp("go")
    program = folder / "oracle"
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(GOPATH),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
        "CGO_ENABLED": "0",
    }
    subprocess.run(["go", "build", "-o", str(program), str(SOURCE)], env=environment, check=True, timeout=300)

    def judge(claims: Iterable[Claim]) -> list[str]:
        lines = "".join(json.dumps(claim) + "\n" for claim in claims)
        return subprocess.run([str(program)], input=lines, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()

    return judge


class Log:
    """A log of growing size with every head that was signed on the way."""

    def __init__(self, folder: Path) -> None:
        self.ledger = MemoryLedger()
        self.signer = Signer.load_or_create(folder / "key", "example.org/log")
        self.sequencer = Sequencer(self.ledger, self.signer, folder / "head")
        self.heads: dict[int, str] = {}
        self.subjects: list[str] = []
        for count in (1, 1, 1, 1, 2, 1, 1, 5, 3, 1, 15, 1, 31, 1):
            self.subjects += self.ledger.submit(count)
            head = self.sequencer.round()
            assert head is not None
            self.heads[head.size] = head.note

    def claim(self, kind: str, **fields: Any) -> Claim:
        return {"kind": kind, "vkey": self.signer.vkey, **fields}

    def checkpoints(self) -> list[Claim]:
        return [self.claim("checkpoint", note=note) for note in self.heads.values()]

    def inclusions(self) -> list[Claim]:
        evidences = [self.sequencer.evidence(subject) for subject in self.subjects]
        return [self.claim("inclusion", entry=base64.b64encode(each.entry).decode(), proof=each.proof) for each in evidences]

    def consistencies(self) -> list[Claim]:
        claims = []
        with self.ledger.reading() as transaction:
            for new, note in self.heads.items():
                for old, older in self.heads.items():
                    if old <= new:
                        hashes = [base64.b64encode(each).decode() for each in consistency_proof(old, new, transaction.node)]
                        claims.append(self.claim("consistency", note=note, old=older, hashes=hashes))
        return claims


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return Log(tmp_path_factory.mktemp("log"))


def flip_character(text: str, position: int) -> str:
    """Changes one of the upper four bits of a character of base64: the lower two of the last one before ``=`` are padding, which Go ignores."""
    replacement = "Q" if text[position] in "ABCD" else "B"
    return text[:position] + replacement + text[position + 1 :]


def test_go_accepts_every_checkpoint_inclusion_and_consistency_proof(judge: Judge, log: Log) -> None:
    claims = [*log.checkpoints(), *log.inclusions(), *log.consistencies()]
    assert len(claims) == 14 + 65 + 105
    assert judge(claims) == ["ok"] * len(claims)


def test_go_refuses_tampered_checkpoints(judge: Judge, log: Log) -> None:
    note = log.heads[65]
    claims = [
        log.claim("checkpoint", note=flip_character(note, position)) for position in range(len(note)) if note[position] not in "\n\u2014 "
    ]
    assert all(answer.startswith("refused: ") for answer in judge(claims))


def test_go_refuses_tampered_proofs(judge: Judge, log: Log) -> None:
    inclusion = log.inclusions()[40]
    lines = inclusion["proof"].split("\n")
    claims = [
        inclusion | {"entry": base64.b64encode(b"another").decode()},
        inclusion | {"proof": inclusion["proof"].replace("index 40", "index 41")},
        inclusion | {"proof": "\n".join([*lines[:2], *lines[3:]])},
        inclusion | {"proof": "\n".join([*lines[:3], lines[2], *lines[3:]])},
        *(inclusion | {"proof": flip_character(inclusion["proof"], 40 + step)} for step in range(0, 200, 45)),
    ]
    for consistency in log.consistencies():
        if consistency["hashes"]:
            first, *others = consistency["hashes"]
            claims += [
                consistency | {"hashes": [flip_character(first, 3), *others]},
                consistency | {"hashes": others},
                consistency | {"old": consistency["note"], "note": consistency["old"]},
            ]
    answers = judge(claims)
    assert len(answers) == len(claims)
    assert all(answer.startswith("refused: ") for answer in answers), answers


def test_go_and_the_python_key_agree_on_the_key(judge: Judge, log: Log, tmp_path: Path) -> None:
    stranger = Signer.load_or_create(tmp_path / "key", "example.org/log")
    claims = [claim | {"vkey": stranger.vkey} for claim in log.checkpoints()]
    assert all(answer.startswith("refused: ") for answer in judge(claims))
