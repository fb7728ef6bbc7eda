"""Labels of generated content: write, read, verify, on every medium (GB 45438-2025, Labelling Measures; docs/labels.md).

    from brightline import labels

    label = labels.ImplicitLabel.first(provider_code, content_number)
    labels.mark("picture.png", label, out="labelled.png", explicit=labels.Explicit("人工智能生成"))
    labels.read("labelled.png").labels           # the sites, with offset and fields
    answer = labels.verify("labelled.png")       # .state .sites .checks .integrity
    labels.difference("labelled.png", "after-some-tool.png").change

The labels of text answers come with this import; what needs Pillow, lxml or a container handler is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from brightline.labels.errors import LabelError, Malformed, OverLimit, ProofFailed, Truncated, Unsupported
from brightline.labels.label import Attribute, ImplicitLabel, propagated
from brightline.labels.text_label import (
    TextLabel,
    add_label,
    answer_language,
    at_the_end,
    has_text_label,
    label_for,
    label_header,
    label_member,
    label_middle,
    label_prefix,
    label_suffix,
    label_text,
)

if TYPE_CHECKING:
    from brightline.labels.comparing import Difference, difference
    from brightline.labels.fingerprints import TextFingerprint, fingerprint
    from brightline.labels.marking import Marked, mark
    from brightline.labels.registry import Read, read
    from brightline.labels.rendering import Explicit, Watermark
    from brightline.labels.sites import Site
    from brightline.labels.verification import State, Verification, verify

__all__ = [
    "Attribute",
    "Difference",
    "Explicit",
    "ImplicitLabel",
    "LabelError",
    "Malformed",
    "Marked",
    "OverLimit",
    "ProofFailed",
    "Read",
    "Site",
    "State",
    "TextFingerprint",
    "TextLabel",
    "Truncated",
    "Unsupported",
    "Verification",
    "Watermark",
    "add_label",
    "answer_language",
    "at_the_end",
    "difference",
    "fingerprint",
    "has_text_label",
    "label_for",
    "label_header",
    "label_member",
    "label_middle",
    "label_prefix",
    "label_suffix",
    "label_text",
    "mark",
    "propagated",
    "read",
    "verify",
]

_ON_USE = {
    "Difference": "comparing",
    "Explicit": "rendering",
    "Marked": "marking",
    "Read": "registry",
    "Site": "sites",
    "State": "verification",
    "TextFingerprint": "fingerprints",
    "Verification": "verification",
    "Watermark": "rendering",
    "difference": "comparing",
    "fingerprint": "fingerprints",
    "mark": "marking",
    "read": "registry",
    "verify": "verification",
}


def __getattr__(name: str) -> Any:
    if name not in _ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ON_USE[name]}"), name)
