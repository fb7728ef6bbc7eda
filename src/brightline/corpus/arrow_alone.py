"""Arrow without pandas. At the first array that it is given, Arrow imports pandas, where that is installed, only to ask whether the array is a
Series (``pyarrow/pandas-shim.pxi``): a third of a second of CPU and 40 MB in every process, for an answer that nobody here needs.

For processes of our own: in somebody else's (a notebook, a server) pandas is theirs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from typing import Any

__all__ = ["without_pandas"]


@contextmanager
def without_pandas() -> Iterator[None]:
    """Inside, pandas is not found unless somebody imported it before. Arrow asks once in a process: it knows of none afterwards."""
    finder = _Nowhere()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Nowhere(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is left alone here", name=fullname)
