"""What a kernel announces without being loaded is what it is when it is loaded."""

from __future__ import annotations

import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import KernelSpec
from brightline.curation.plan import EVERY_KERNEL, KERNELS

KEY = "5a" * 32


@pytest.mark.parametrize("name", EVERY_KERNEL)
def test_every_kernel_is_of_the_version_that_it_announces(name: str) -> None:
    spec = KernelSpec(KERNELS[name], {"key_hex": KEY})
    kernel = spec.load()

    assert spec.announced() == (kernel.name, kernel.version)
    assert name == kernel.name


def test_with_other_lanes_illegal_content_is_another_version() -> None:
    block, every = (KernelSpec(KERNELS["illegal"], {"lanes": lanes}).announced() for lanes in ("block", "all"))

    assert block.version != every.version


def test_what_cannot_be_loaded_cannot_announce_itself() -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-080"):
        KernelSpec("brightline.corpus.nowhere:kernel").announced()
    with pytest.raises(CorpusError, match="BL-CORPUS-082"):
        KernelSpec(KERNELS["illegal"], {"lanes": "other"}).announced()
