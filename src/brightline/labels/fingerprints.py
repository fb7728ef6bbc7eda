"""Fingerprints of generated text: "did we generate this?", without touching the text and without keeping it.

Winnowing (Schleimer, Wilkerson, Aiken: *Winnowing: Local Algorithms for Document Fingerprinting*, SIGMOD 2003): of every window
of ``WINDOW`` consecutive n-grams the one with the smallest hash is kept, so that two texts which share ``GRAM + WINDOW - 1``
characters in a row always share a kept gram. The normalised text drops what copying changes: width and compatibility forms
(NFKC), case, white space, punctuation and invisible characters; and lines that are nothing but a label of generated text, which
answers get on their way out and lose when somebody quotes them.

What is kept is hashed under a key (BLAKE2b), so that who has the database but not the key can neither guess an answer nor look
for a phrase. It does not recognise a paraphrase or a translation, and short or formulaic answers carry too little to be anybody's.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from brightline.labels.text_label import WINDOW as TEXT_WINDOW
from brightline.labels.text_label import has_text_label

__all__ = ["GRAM", "LEAST_LETTERS", "MOST_GRAMS", "WINDOW", "TextFingerprint", "fingerprint", "normalised_letters"]

GRAM = 8
"""Characters in a gram. Own choice: eight Chinese characters are a clause, which two people seldom write alike."""

WINDOW = 16
"""Grams in a window: any 23 characters in common are noticed, and 2 of 17 grams are kept (winnowing's expected density 2/(w+1))."""

LEAST_LETTERS = 40
"""Shorter answers get no fingerprint: own choice, about two sentences. "好的，我来帮您。" is nobody's."""

MOST_GRAMS = 512
"""Grams kept of one text, spread evenly: enough for some 4,300 letters whole; of longer ones every n-th is kept."""

_NAMES_AI = re.compile("AI|人工智能|artificial intelligence", re.IGNORECASE)
"""The element of GB 45438-2025, 5.1, without which a line is no label."""

_LONGEST = 200_000  # letters that are looked at; an answer of a model is far shorter


@dataclass(frozen=True, slots=True)
class TextFingerprint:
    """``digest``: keyed hash of the normalised text (hex); ``grams``: signed 64-bit keyed hashes, sorted, each once."""

    digest: str
    grams: tuple[int, ...]


def fingerprint(text: str, key: bytes, labels: Collection[str] = ()) -> TextFingerprint | None:
    """The fingerprint of ``text``; None for one of fewer than ``LEAST_LETTERS`` letters. ``key``: 16 to 64 secret bytes.

    ``labels``: an operator's own wordings of the label, beside the usual ones.
    """
    letters = normalised_letters(text, labels)[:_LONGEST]
    if len(letters) < LEAST_LETTERS:
        return None
    digest = hashlib.blake2b(_bytes(letters), digest_size=16, key=key, person=b"bl-text").hexdigest()
    kept = _winnowed(_gram_hashes(letters))
    if len(kept) > MOST_GRAMS:
        kept = kept[np.linspace(0, len(kept) - 1, MOST_GRAMS).astype(np.intp)]
    grams = {_keyed(letters[at : at + GRAM], key) for at in kept.tolist()}
    return TextFingerprint(digest, tuple(sorted(grams)))


def normalised_letters(text: str, labels: Collection[str] = ()) -> str:
    """Letters and digits of ``text`` in NFKC and lower case, without its labels; nothing else."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", _without_labels(text, labels)).lower()))


def _without_labels(text: str, labels: Collection[str]) -> str:
    if not _NAMES_AI.search(text) and not any(label in text for label in labels):
        return text
    return "\n".join(line for line in text.split("\n") if not _is_label(line, labels))


def _is_label(line: str, labels: Collection[str]) -> bool:
    stripped = line.strip()
    return stripped in labels or (len(stripped) <= TEXT_WINDOW and _NAMES_AI.search(stripped) is not None and has_text_label(stripped))


def _keyed(gram: str, key: bytes) -> int:
    """Signed 64 bits of BLAKE2b (RFC 7693) under the key: what is kept of a gram."""
    return int.from_bytes(hashlib.blake2b(_bytes(gram), digest_size=8, key=key, person=b"bl-gram").digest(), "little", signed=True)


def _bytes(letters: str) -> bytes:
    return letters.encode("utf-32-le", "surrogatepass")


def _gram_hashes(letters: str) -> np.ndarray:
    """A hash of every n-gram, only to choose between them: a polynomial over the code points, mixed as splitmix64 mixes."""
    points = np.frombuffer(_bytes(letters), dtype="<u4").astype(np.uint64)
    count = len(points) - GRAM + 1
    total = np.zeros(count, dtype=np.uint64)
    for place in range(GRAM):
        total = total * _FACTOR + points[place : place + count]
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        total = (total ^ (total >> np.uint64(shift))) * np.uint64(factor)
    mixed: np.ndarray = total ^ (total >> np.uint64(31))
    return mixed


def _winnowed(hashes: np.ndarray) -> np.ndarray:
    """Positions of the smallest hash of every window, in their order, each once (the rightmost of equals)."""
    if len(hashes) <= WINDOW:
        return np.array([len(hashes) - 1 - int(np.argmin(hashes[::-1]))])
    windows = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW)
    return np.unique(np.arange(len(windows)) + WINDOW - 1 - np.argmin(windows[:, ::-1], axis=1))


_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # splitmix64's odd constant: 2**64 over the golden ratio
