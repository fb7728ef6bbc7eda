"""Personal data and secrets in texts, Chinese and international: exact spans, proved by check digits, tables and context.

``RULES`` and ``placeholder`` need nothing but Python. ``find`` needs python-stdnum and phonenumbers, ``kernel`` pyarrow as well (the
extra ``corpus``); both are imported on use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from brightline.corpus.personal.found import Found
from brightline.corpus.personal.rules import RULES, PersonalRule, placeholder

if TYPE_CHECKING:
    from brightline.corpus.kernel import Kernel

__all__ = ["RULES", "Found", "PersonalRule", "find", "kernel", "placeholder"]


def find(text: str) -> list[Found]:
    """All personal data in a text, in its order, not overlapping. Raises ImportError where the extra ``corpus`` is missing."""
    from brightline.corpus.personal import finder

    return finder.find(text)


def kernel(key_hex: str, detectors: Sequence[str] | None = None) -> Kernel:
    """The kernel "personal". ``key_hex``: the installation's key for evidence hashes (16–64 bytes in hex). ``detectors``: ids of rules,
    all if None. Raises ``CorpusError`` BL-CORPUS-082 for an unknown rule or a key that is none."""
    from brightline.corpus.personal.annotator import PersonalKernel

    return PersonalKernel(key_hex, detectors)
