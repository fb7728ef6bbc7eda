"""Brightline: every decision about AI content names its rule and its evidence, and can be appealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brightline._version import __version__

if TYPE_CHECKING:
    from brightline.curation.corpus import Corpus
    from brightline.inspector import AsyncInspector, Inspector

__all__ = ["AsyncInspector", "Corpus", "Inspector", "__version__"]


def __getattr__(name: str) -> Any:
    # Loading the text engine costs time that `import brightline` alone should not pay.
    if name in ("Inspector", "AsyncInspector"):
        from brightline import inspector

        return getattr(inspector, name)
    if name == "Corpus":
        from brightline.curation import corpus

        return corpus.Corpus
    raise AttributeError(name)
