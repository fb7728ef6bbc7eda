"""``brightline keys sm2``: makes a key once, shows its public half ever after."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from brightline.cli import main
from brightline.labels.errors import LabelError
from brightline.labels.security import Sm2Key, load_pins

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Command:
    """``brightline keys sm2 …`` in this process: exit code, what it printed, what it complained of."""
    monkeypatch.setenv("BRIGHTLINE_HOME", str(tmp_path / "home"))

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["keys", "sm2", *map(str, arguments)])
        said = capsysbinary.readouterr()
        return int(ended.value.code or 0), said.out.decode(), said.err.decode()

    return run


def test_the_first_call_makes_the_key_and_the_second_shows_the_same(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "sm2.pem"
    answers = [json.loads(command(path, "--json")[1]) for _ in range(2)]
    assert [answer["made"] for answer in answers] == [True, False]
    assert answers[0]["key_id"] == answers[1]["key_id"] == Sm2Key.load(path).key_id


def test_the_printed_entry_can_be_pinned_as_it_is(tmp_path: Path, producer: str, command: Command) -> None:
    path = tmp_path / "sm2.pem"
    code, out, _ = command(path, "--provider", producer)
    assert code == 0
    pins = tmp_path / "pins.yaml"
    pins.write_text(out[out.index("- provider") :], "utf-8")
    assert [key.key_id for key in load_pins(pins).of(producer)] == [Sm2Key.load(path).key_id]


def test_who_misses_the_key_is_told_the_command_that_makes_one(tmp_path: Path, command: Command) -> None:
    with pytest.raises(LabelError) as missing:
        Sm2Key.load(tmp_path / "sm2.pem")
    assert missing.value.hint == "brightline keys sm2 FILE makes one"
    assert command(tmp_path / "sm2.pem")[0] == 0
    assert Sm2Key.load(tmp_path / "sm2.pem")


def test_a_file_that_is_no_key_stays_as_it_is(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "sm2.pem"
    path.write_text("not a key", "ascii")
    path.chmod(0o600)
    code, out, complaint = command(path)
    assert code != 0
    assert out == ""
    assert "BL-LABEL-030" in complaint
    assert path.read_text("ascii") == "not a key"
