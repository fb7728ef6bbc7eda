"""What kernels announce without their tables is what they are when they are loaded."""

from __future__ import annotations

import pytest

from brightline.corpus.kernel import KernelSpec
from brightline.curation.plan import KERNELS

_KEY = "ab" * 16


@pytest.mark.parametrize("name", ["bands", "exact", "personal"])
def test_a_kernel_is_what_was_announced(name: str) -> None:
    spec = KernelSpec(KERNELS[name], {"key_hex": _KEY})
    loaded = spec.load()
    assert spec.announced() == (loaded.name, loaded.version)
