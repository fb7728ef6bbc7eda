"""Files of vectors: the shipped exemplars' with their weights, and those that an installation computed of its own goals.

BL-DATA-270  the file is missing or unreadable     BL-DATA-272  it is of another model, or of another table of exemplars
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from brightline.errors import DataError
from brightline.moderation.semantic.exemplars import REBUILD, TABLE, VECTORS, table_digest
from brightline.moderation.semantic.margin import Floats, Projection

__all__ = ["VectorFile", "shipped_vectors"]

_MOST_BYTES = 4 << 20
_ARRAYS = {"keys": (np.uint64, 1), "vectors": (np.float16, 2), "weights": (np.float32, 1), "mean": (np.float32, 1), "axes": (np.float16, 2)}


@dataclass(frozen=True, slots=True)
class VectorFile:
    """Projected vectors by row, the keys of their texts and their weights. ``threshold``: from which margin on a person is to look."""

    model: str
    threshold: float
    keys: NDArray[np.uint64]
    vectors: NDArray[np.float16]
    weights: Floats
    projection: Projection
    table: str = ""
    about: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path) -> VectorFile:
        """Raises ``DataError`` BL-DATA-270."""
        try:
            if file.stat().st_size > _MOST_BYTES:
                raise ValueError("larger than any that Brightline writes")
            with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as held:
                arrays = {name: held[name] for name in _ARRAYS}
                about = orjson.loads(held["about"].tobytes())
            if any((arrays[name].dtype, arrays[name].ndim) != form for name, form in _ARRAYS.items()):
                raise ValueError("its arrays have another form")
            rows, dimensions = arrays["vectors"].shape
            if not len(arrays["keys"]) == len(arrays["weights"]) == rows or arrays["axes"].shape != (len(arrays["mean"]), dimensions):
                raise ValueError("its arrays do not fit together")
            if not all(np.isfinite(arrays[name]).all() for name in ("vectors", "weights", "mean", "axes")):
                raise ValueError("it holds what is no number")
            return cls(
                model=str(about.pop("model")),
                threshold=float(about.pop("threshold")),
                table=str(about.pop("table")),
                keys=arrays["keys"],
                vectors=arrays["vectors"],
                weights=arrays["weights"],
                projection=Projection(arrays["mean"], arrays["axes"].astype(np.float32)),
                about=about,
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as problem:
            raise DataError("BL-DATA-270", f"cannot be read: {problem}", f"build it anew with `{REBUILD}`", file=str(file)) from None

    def save(self, file: Path) -> None:
        """Written whole or not at all, and the same bytes for the same content."""
        about = {**self.about, "model": self.model, "threshold": self.threshold, "table": self.table}
        arrays: dict[str, NDArray[np.generic]] = {
            "about": np.frombuffer(orjson.dumps(about, option=orjson.OPT_SORT_KEYS), np.uint8),
            "keys": self.keys,
            "vectors": self.vectors,
            "weights": self.weights,
            "mean": self.projection.mean,
            "axes": self.projection.axes.astype(np.float16),
        }
        new = tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False)  # noqa: SIM115 (closed below)
        with new, zipfile.ZipFile(new, "w") as archive:
            for name, array in arrays.items():
                content = io.BytesIO()
                np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), content.getvalue(), zipfile.ZIP_DEFLATED)
        Path(new.name).chmod(0o644)
        Path(new.name).replace(file)


def shipped_vectors(model: str, table: Path = TABLE, file: Path = VECTORS) -> VectorFile:
    """The vectors of the shipped exemplars. Raises ``DataError`` BL-DATA-270 or -272."""
    held = VectorFile.load(file)
    for what, here, there in (("another model", model, held.model), ("another table of exemplars", table_digest(table), held.table)):
        if here != there:
            raise DataError("BL-DATA-272", f"holds vectors of {what}", f"build it anew with `{REBUILD}`", file=str(file))
    return held
