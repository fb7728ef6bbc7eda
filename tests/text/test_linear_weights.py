"""A model's files are read with suspicion: whatever is wrong with them, the error names the file and what to do."""

from __future__ import annotations

import hashlib
import io
import pickle
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.text.linear import LinearModel
from brightline.text.weights import CARD_FILE, FORMAT, WEIGHTS_FILE, ModelCard, save_weights

BITS = 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    codes = np.arange(-128, 128).clip(-127).astype(np.int8)
    save_weights(tmp_path / "test", ModelCard("test", "试", "test", ("CSL-49",), (9,), BITS, 0.01, -1.0, 0.5, 0.9, ""), codes)
    return tmp_path / "test"


def change(folder: Path, **fields: object) -> None:
    card = orjson.loads((folder / CARD_FILE).read_bytes())
    (folder / CARD_FILE).write_bytes(orjson.dumps({name: value for name, value in (card | fields).items() if value != "gone"}))


def put(folder: Path, content: bytes) -> None:
    """Weights of somebody who also wrote the card."""
    (folder / WEIGHTS_FILE).write_bytes(content)
    change(folder, sha256=hashlib.sha256(content).hexdigest())


def archive(**arrays: object) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def refused(folder: Path, code: str) -> DataError:
    with pytest.raises(DataError, match=code) as problem:
        LinearModel.load(folder)
    assert problem.value.hint
    assert str(folder) in problem.value.message
    return problem.value


def test_what_was_saved_is_loaded_and_codes_become_their_signed_squares(folder: Path) -> None:
    model = LinearModel.load(folder)
    assert model.card.family == "test"
    assert model.weights[-1] == 127**2
    assert model.weights[0] == -(127**2)
    assert model.weights[128 + 3] == 9


def test_the_same_codes_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    model = LinearModel.load(folder)
    codes = np.sign(model.weights) * np.sqrt(np.abs(model.weights))
    save_weights(tmp_path / "again", model.card, codes.astype(np.int8))
    for name in (WEIGHTS_FILE, CARD_FILE):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize("name", [CARD_FILE, WEIGHTS_FILE])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert name in refused(folder, "BL-DATA-250").message


def test_a_huge_file_is_not_read(folder: Path) -> None:
    with (folder / WEIGHTS_FILE).open("r+b") as file:
        file.truncate(1 << 30)
    refused(folder, "BL-DATA-250")


@pytest.mark.parametrize("size", [0, 1, 40, 300])
def test_truncated_weights_have_the_wrong_hash(folder: Path, size: int) -> None:
    (folder / WEIGHTS_FILE).write_bytes((folder / WEIGHTS_FILE).read_bytes()[:size])
    refused(folder, "BL-DATA-252")


def test_a_newer_format_asks_for_an_update(folder: Path) -> None:
    change(folder, format=FORMAT + 1, something_new=1)
    assert "update" in refused(folder, "BL-DATA-253").hint


@pytest.mark.parametrize(
    "fields",
    [
        {"family": "Not A Name"}, {"family": 3}, {"rules": []}, {"rules": [1]}, {"problem_types": [14]}, {"problem_types": "9"}, {"bits": 7},
        {"bits": 21}, {"bits": True}, {"slope": 0}, {"slope": -1.0}, {"slope": None}, {"slope": "gone"}, {"borderline": 0.95}, {"violating": 1.5},
        {"borderline": 0}, {"sha256": None}, {"format": 0}, {"about": []}, {"surprise": 1},
    ],
)  # fmt: skip
def test_a_wrong_card_is_refused(folder: Path, fields: dict[str, object]) -> None:
    change(folder, **fields)
    refused(folder, "BL-DATA-251")


@pytest.mark.parametrize("content", [b"", b"[]", b"3", b"{", b'{"slope": NaN}', b"\xff\xfe"])
def test_a_card_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / CARD_FILE).write_bytes(content)
    refused(folder, "BL-DATA-251")


class Boom:
    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("unpickled",))


@pytest.mark.parametrize(
    "content",
    [
        archive(codes=np.zeros(1 << 9, np.int8)),
        archive(codes=np.zeros((16, 16), np.int8)),
        archive(codes=np.full(1 << BITS, np.nan, np.float32)),
        archive(codes=np.zeros(1 << BITS, np.uint8)),
        archive(codes=np.array([Boom()], object)),
        archive(other=np.zeros(1 << BITS, np.int8)),
        pickle.dumps({"codes": np.zeros(1 << BITS, np.int8)}),
        b"PK\x05\x06" + bytes(18),
        b"no archive",
    ],
    ids=["size", "shape", "nan", "dtype", "objects", "name", "pickle", "empty zip", "text"],
)
def test_an_archive_without_the_codes_is_refused_even_if_the_card_names_its_hash(folder: Path, content: bytes) -> None:
    put(folder, content)
    refused(folder, "BL-DATA-254")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 600), value=st.integers(0, 255), cut=st.integers(0, 600))
def test_no_damaged_archive_breaks_the_loader(folder: Path, place: int, value: int, cut: int) -> None:
    content = bytearray(archive(codes=np.zeros(1 << BITS, np.int8)))
    content[min(place, len(content) - 1)] = value
    put(folder, bytes(content[: len(content) - cut % 40]))
    try:
        assert len(LinearModel.load(folder).weights) == 1 << BITS
    except DataError as problem:
        assert problem.code == "BL-DATA-254"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["family", "bits", "slope", "rules", "about", "violating", "sha256"]),
        st.none() | st.integers(-9, 99) | st.text(max_size=5),
    )
)
def test_no_odd_card_breaks_the_loader(folder: Path, fields: dict[str, object]) -> None:
    change(folder, **fields)
    try:
        LinearModel.load(folder)
    except DataError as problem:
        assert problem.code in {"BL-DATA-250", "BL-DATA-251", "BL-DATA-252"}
