"""Files of a linear model: ``weights.npz`` (numbers), ``card.json`` (what they are). Read with suspicion, written the same way twice.

The weights are one int8 code for each of 2^bits buckets, in an uncompressed archive without pickles; a code c stands for the whole
number c·|c|, so that the many small weights keep their differences. The card holds their
SHA-256, the thresholds, and where everything came from. Whatever does not fit is a ``DataError`` that names file and cure:

    BL-DATA-250  a file is missing, unreadable or too large     BL-DATA-253  written by a newer Brightline
    BL-DATA-251  the card is no card (field, type, range)       BL-DATA-254  the archive does not hold the codes
    BL-DATA-252  the weights are not those of the card          BL-DATA-255  the rules of a family do not ground a review
"""

from __future__ import annotations

import hashlib
import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from brightline.errors import DataError

__all__ = ["CARD_FILE", "FORMAT", "MAX_BITS", "WEIGHTS_FILE", "ModelCard", "load_weights", "save_weights"]

FORMAT = 1
"""Raised when the reading, the hash or the files of a model change; older models are then trained anew."""

WEIGHTS_FILE, CARD_FILE = "weights.npz", "card.json"
MIN_BITS, MAX_BITS = 8, 20
_MAX_CARD_BYTES = 1 << 20
_OVERHEAD_BYTES = 4096  # of a zip with one array beside the array itself


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model is: its family, what it may ground, how scores are read, and (``about``) data, licences and measurements.

    ``slope`` and ``intercept`` turn a score into a probability; ``borderline`` and ``violating`` are probabilities.
    """

    family: str
    title_zh: str
    title_en: str
    rules: tuple[str, ...]
    problem_types: tuple[int, ...]
    bits: int
    slope: float
    intercept: float
    borderline: float
    violating: float
    sha256: str
    format: int = FORMAT
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def goal(self) -> str:
        """The goal id under which findings of this model stand."""
        return f"model.{self.family}"

    def probability(self, score: float) -> float:
        """How probable harm is at a score, on the scale that the card's model was calibrated to (Platt 1999)."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, self.slope * score + self.intercept))))


def load_weights(folder: Path) -> tuple[ModelCard, NDArray[np.float32]]:
    """Card and weights (whole numbers up to 127² either way) of a folder, checked against each other. Raises ``DataError`` BL-DATA-250 to 254."""
    card = _card(folder / CARD_FILE)
    file = folder / WEIGHTS_FILE
    content = _bytes(file, (1 << card.bits) + _OVERHEAD_BYTES)
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise DataError(
            "BL-DATA-252",
            f"the weights do not have the SHA-256 that {CARD_FILE} names",
            "copy both files again from where the model was trained, or train it anew",
            file=str(file),
        )
    codes = _array(content, card.bits, file).astype(np.float32)
    return card, codes * np.abs(codes)


def save_weights(folder: Path, card: ModelCard, codes: NDArray[np.int8]) -> ModelCard:
    """Write both files; the card's hash is filled in. The same codes give the same bytes. Returns the card as written."""
    buffer = io.BytesIO()
    np.savez(buffer, codes=codes)
    written = asdict(card) | {"sha256": hashlib.sha256(buffer.getvalue()).hexdigest()}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS_FILE).write_bytes(buffer.getvalue())
    (folder / CARD_FILE).write_bytes(orjson.dumps(written, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return _card(folder / CARD_FILE)


def _bytes(file: Path, limit: int) -> bytes:
    try:
        if file.stat().st_size > limit:
            raise DataError("BL-DATA-250", f"larger than {limit} bytes", "this is no model's file; restore the folder", file=str(file))
        return file.read_bytes()
    except OSError as problem:
        raise DataError(
            "BL-DATA-250",
            f"cannot be read: {problem.strerror}",
            f"a model is a folder with {WEIGHTS_FILE} and {CARD_FILE}",
            file=str(file),
        ) from None


def _card(file: Path) -> ModelCard:
    try:
        content = orjson.loads(_bytes(file, _MAX_CARD_BYTES))
    except orjson.JSONDecodeError as problem:
        raise DataError("BL-DATA-251", f"not JSON: {problem.msg}", "restore the card, or train the model anew", file=str(file)) from None
    if not isinstance(content, dict):
        raise _wrong(file, "not an object")
    found = content.get("format")
    if type(found) is int and found > FORMAT:
        raise DataError(
            "BL-DATA-253", f"format {found}, but this version reads {FORMAT}", "update Brightline, or train the model anew", file=str(file)
        )
    known = {
        "family": str, "title_zh": str, "title_en": str, "rules": list, "problem_types": list, "bits": int, "slope": float, "intercept": float,
        "borderline": float, "violating": float, "sha256": str, "format": int, "about": dict,
    }  # fmt: skip
    for name, kind in known.items():
        value = content.get(name)
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise _wrong(file, f"{name}: expected {kind.__name__}, found {value!r:.60}")
    if extra := content.keys() - known:
        raise _wrong(file, f"unknown field {min(extra)!r}")
    return _in_range(ModelCard(**content | {"rules": tuple(content["rules"]), "problem_types": tuple(content["problem_types"])}), file)


def _in_range(card: ModelCard, file: Path) -> ModelCard:
    checks = {
        "format: expected 1": card.format == FORMAT,
        "family: lower-case letters, digits and _": card.family.isascii() and card.family.isidentifier() and card.family.islower(),
        "rules: rulebook ids": bool(card.rules) and all(isinstance(rule, str) for rule in card.rules),
        "problem_types: numbers from 1 to 13": all(type(number) is int and 1 <= number <= 13 for number in card.problem_types),
        f"bits: {MIN_BITS} to {MAX_BITS}": MIN_BITS <= card.bits <= MAX_BITS,
        "slope: a number over 0": math.isfinite(card.slope) and card.slope > 0,
        "intercept: a number": math.isfinite(card.intercept),
        "0 < borderline <= violating <= 1": 0 < card.borderline <= card.violating <= 1,
    }
    for what, holds in checks.items():
        if not holds:
            raise _wrong(file, what)
    return card


def _wrong(file: Path, what: str) -> DataError:
    return DataError("BL-DATA-251", f"not a model card: {what}", "restore the card, or train the model anew", file=str(file))


def _array(content: bytes, bits: int, file: Path) -> NDArray[np.int8]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            codes = archive["codes"]
    except (
        ValueError,
        KeyError,
        OSError,
        EOFError,
        MemoryError,
        TypeError,
        AttributeError,
        NotImplementedError,
        zipfile.BadZipFile,
    ) as problem:
        raise _no_weights(file, str(problem) or type(problem).__name__) from None
    if not isinstance(codes, np.ndarray) or codes.dtype != np.int8 or codes.shape != (1 << bits,):
        found = f"{getattr(codes, 'dtype', '?')} of shape {getattr(codes, 'shape', '?')}"
        raise _no_weights(file, f"expected int8 of shape ({1 << bits},), found {found}")
    codes[codes == -128] = -127  # has no opposite; never written
    return codes


def _no_weights(file: Path, what: str) -> DataError:
    return DataError("BL-DATA-254", f"no usable weights: {what:.200}", "restore the file, or train the model anew", file=str(file))
