"""A WAV file whose lengths nobody knew when it began gets them now that it is there whole.

Speech services write the head before the samples are made, and put a placeholder where RIFF wants lengths: 0xFFFFFFFF (ffmpeg, and
RF64's mark of EBU Tech 3306 without its ``ds64``), 0, or a number close to 2**31. Players read on to the end of such a file; a label
can only be put into it once its samples have an end. A length that is merely longer than the file is no placeholder: such a file is cut off.
"""

from __future__ import annotations

import struct

__all__ = ["with_lengths"]

_MOST_CHUNKS = 64
"""Before the samples. Own choice: real files have five at most."""

_PLACEHOLDERS_FROM = 0x7FFF_FF00
"""Own choice: 2 GiB less a head; no answer that the gateway holds is as long."""


def with_lengths(data: bytes) -> bytes:
    """``data`` with the true lengths of the file and its samples, if they are placeholders; else as it is."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return data
    riff = struct.unpack_from("<I", data, 4)[0]
    at, block = 12, 1
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return data
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"fmt " and at + 22 <= len(data):
            block = max(1, struct.unpack_from("<H", data, at + 20)[0])
        if kind == b"data":
            if not (length >= _PLACEHOLDERS_FROM or (length == 0 and (riff == 0 or riff >= _PLACEHOLDERS_FROM))):
                return data
            samples = (len(data) - at - 8) // block * block
            whole = data[: at + 8 + samples] + b"\0" * (samples % 2)
            return b"".join((b"RIFF", struct.pack("<I", len(whole) - 8), whole[8 : at + 4], struct.pack("<I", samples), whole[at + 8 :]))
        at += 8 + length + length % 2
    return data
