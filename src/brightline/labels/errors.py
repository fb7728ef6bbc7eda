"""Errors of the labels room; each is an ``InputError`` with a code of its own, so doors answer 400, 413 or 422.

    LabelError            BL-LABEL-…    a label or a file cannot be used; the original is untouched
    ├── Malformed         BL-LABEL-011  the file breaks its format's rules, with the offset
    ├── Truncated         BL-LABEL-012  it ends in the middle
    ├── Unsupported       BL-LABEL-013  no such format here, or a variant that cannot be labelled (encrypted, DRM)
    ├── OverLimit         BL-LABEL-014  a count or length over what is allowed (bombs)
    ├── ProofFailed       BL-LABEL-02x  what was written does not read back as it should: no output
    └── NotSetUp          BL-LABEL-080  the installation has no code to label with

Blocks: 00x fields of a label · 01x containers · 02x writing and proof · 03x SecurityData and keys · 04x C2PA · 05x explicit
labels · 06x watermarks · 07x verification · 08x platform flow and fingerprints.
"""

from __future__ import annotations

from brightline.errors import InputError

__all__ = ["LabelError", "Malformed", "NotSetUp", "OverLimit", "ProofFailed", "Truncated", "Unsupported"]


class LabelError(InputError):
    """A label or a file cannot be used as asked. The original is untouched, and nothing was put out."""

    http_status = 422


class Malformed(LabelError):
    """The file breaks the rules of its format; ``offset`` says where."""

    def __init__(
        self, message: str, offset: int = -1, hint: str = "the file is damaged or not what its name says; nothing was changed"
    ) -> None:
        super().__init__("BL-LABEL-011", message + (f" (at byte {offset})" if offset >= 0 else ""), hint)
        self.offset = offset


class Truncated(LabelError):
    """The file ends before the bytes that its own headers promise."""

    def __init__(self, offset: int, length: int, size: int) -> None:
        super().__init__(
            "BL-LABEL-012",
            f"the file ends at byte {size}, but {length} bytes are expected from byte {offset} on",
            "it was cut off on its way here: fetch it again; nothing was changed",
        )
        self.offset = offset


class Unsupported(LabelError):
    """This format, or this variant of it, cannot be read or labelled."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__("BL-LABEL-013", message, hint)


class OverLimit(LabelError):
    """A count or a length in the file is over what Brightline is ready to follow."""

    http_status = 413

    def __init__(self, message: str, offset: int = -1) -> None:
        where = f" (at byte {offset})" if offset >= 0 else ""
        super().__init__("BL-LABEL-014", message + where, "the file is damaged or made to exhaust its reader; nothing was changed")
        self.offset = offset


class ProofFailed(LabelError):
    """What was written does not read back as it should. Nothing is put out; the original is untouched."""

    http_status = 500

    def __init__(
        self,
        message: str,
        hint: str = "this is a defect of Brightline: please report it with the file's format",
        code: str = "BL-LABEL-020",
    ) -> None:
        super().__init__(code, message, hint)


class NotSetUp(LabelError):
    """The installation lacks a code, so that no label can be written. Trying again does not help; its operator does."""

    http_status = 503

    def __init__(self, problem: str, setting: str) -> None:
        super().__init__("BL-LABEL-080", problem, f"the operator sets {setting} to their own code; docs/labels.md says how it is made")
