"""The file of pinned keys: what it may say, and how it is told what is wrong with it, by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.errors import DataError
from brightline.labels.label import ImplicitLabel
from brightline.labels.security import NO_PINS, Pins, Sm2Key, load_pins, sign_label, verify_label
from brightline.labels.security.keys import public_key_info


def _file(folder: Path, text: str) -> Path:
    path = folder / "pins.yaml"
    path.write_text(text, "utf-8")
    return path


def _entry(provider: str, *keys: str) -> str:
    rows = "".join(f"    - {key}\n" for key in keys)
    return f"- provider: '{provider}'\n  source: 提供者随备案材料提交\n  keys:\n{rows}"


def test_a_pinned_provider_is_found_by_its_code_and_by_any_of_its_keys(
    tmp_path: Path, producer: str, label: ImplicitLabel, key: Sm2Key, other_key: Sm2Key
) -> None:
    text = _entry(producer, public_key_info(key.public).hex(), "04" + other_key.public.raw.hex())
    pins = load_pins(_file(tmp_path, "# 已核实的公钥\n" + text))
    assert len(pins.of(producer)) == 2
    for signer in (key, other_key):
        assert verify_label(sign_label(label, signer), pins).state == "ok"
    assert pins.of("") == pins.of("somebody") == ()


def test_a_key_may_be_a_pem_block(tmp_path: Path, producer: str, key: Sm2Key) -> None:
    block = "".join(f"      {line}\n" for line in key.public_pem().splitlines())
    pins = load_pins(_file(tmp_path, f"- provider: {producer}\n  source: 随备案材料\n  keys:\n    - |\n{block}"))
    assert [pinned.key_id for pinned in pins.of(producer)] == [key.key_id]


def test_an_empty_file_pins_nothing(tmp_path: Path) -> None:
    assert load_pins(_file(tmp_path, "# nothing yet\n")) == NO_PINS == Pins()


def test_every_mistake_is_told_with_its_code_and_line(tmp_path: Path, producer: str, key: Sm2Key) -> None:
    good = public_key_info(key.public).hex()
    broken_code = producer[:20] + ("0" if producer[20] != "0" else "1") + producer[21:]
    cases = [
        ("- provider: x\n  keys: [aa]\n", 261, 1),
        ("- just a text\n", 261, 1),
        ("- provider: x\n  source: y\n  keys: []\n", 261, 1),
        (_entry(producer, good) + _entry(producer, good), 262, 5),
        (_entry(broken_code, good), 262, 1),
        (_entry(producer, good, "abcd"), 263, 5),
        (_entry(producer, "00" + key.public.raw[:32].hex()), 263, 4),
        ("- provider: [\n", 201, 2),
        ("provider: x\n", 202, 1),
        ("- provider: x\n  source: ''\n  keys: [aa]\n", 202, 2),
    ]
    for text, code, line in cases:
        with pytest.raises(DataError) as raised:
            load_pins(_file(tmp_path, text))
        assert (raised.value.code, raised.value.line) == (f"BL-DATA-{code}", line), text


def test_a_file_that_is_not_there_or_far_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="BL-DATA-260"):
        load_pins(tmp_path / "missing.yaml")
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(5 << 20)
    with pytest.raises(DataError, match="BL-DATA-260"):
        load_pins(huge)
