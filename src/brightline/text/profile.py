"""How often ordinary people write what: in how many texts of which kind each short run of tokens stands.

The profile holds hashes and counts, no text: ``data/profile.npz``, built by ``build_profile`` from open data sets. It answers, for
tens of thousands of list entries at once, which share of ordinary texts each of them would hit in the base or the skip lane.

A *token* is a word of Latin letters, a number, or any other single character, separators left out as the skip lane does it: at most
three a gap, never over a sentence end. Runs of one to four tokens are counted. An entry of up to four tokens is looked up as it is; a
longer one cannot be more frequent than its rarest run of four. Runs that stand in fewer than ``fewest`` texts of a domain are not
kept: they count as zero. Hashes have 32 bits: one look-up in some six thousand meets a foreign run, and the price is too high then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.text.lanes import BREAK, normalise

__all__ = ["LONGEST_RUN", "PROFILE_FILE", "Profile", "Shares", "Tokens", "load_profile", "save_profile", "tokens_of"]

PROFILE_FILE = Path(__file__).parent / "data" / "profile.npz"
LONGEST_RUN = 4
MOST_DOMAINS = 8  # one bit each

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_INVERSE = pow(_BASE, -1, 1 << 64)
_PLACES = tuple(np.uint64(factor) for factor in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F))

_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]
_U64 = NDArray[np.uint64]


class Tokens(NamedTuple):
    """The tokens of several texts in a row: ``hash``; ``stretch``, different on both sides of what no entry reaches over; ``text``,
    the number of the text; ``is_long`` for words and numbers of several characters.
    """

    hash: _U64
    stretch: _Ints
    text: _Ints
    is_long: _Flags

    def runs(self, length: int) -> _Ints:
        """Where runs of that many tokens begin."""
        last = max(len(self.hash) - length + 1, 0)
        return np.flatnonzero(self.stretch[:last] == self.stretch[length - 1 :])

    def keys(self, at: _Ints, length: int) -> NDArray[np.uint32]:
        """The hash of the run of that length at each place."""
        total = np.full(len(at), length, np.uint64)
        for place in range(length):
            total += self.hash[at + place] * _PLACES[place]
        return (_mixed(total) >> np.uint64(32)).astype(np.uint32)


def tokens_of(texts: Sequence[str]) -> Tokens:
    """All tokens of the texts, which may have any code points."""
    piece = normalise(BREAK.join(texts))  # a line break ends a sentence, so texts never run into each other
    codes = np.frombuffer(piece.kept.encode("utf-32-le", "surrogatepass"), np.uint32)
    at = np.asarray(piece.kept_at, np.int64)
    raw = np.asarray(piece.at, np.int64)[at]
    text = np.searchsorted(np.cumsum([len(text) + 1 for text in texts]), raw, "right")
    is_break = codes == ord(BREAK)
    letters, digits = (codes >= ord("a")) & (codes <= ord("z")), (codes >= ord("0")) & (codes <= ord("9"))
    kind = letters + 2 * digits.astype(np.uint8)
    begins = np.ones(len(codes), np.bool_)
    begins[1:] = (kind[1:] == 0) | (kind[1:] != kind[:-1]) | (at[1:] != at[:-1] + 1)
    starts = np.flatnonzero(begins)
    lengths = np.diff(np.append(starts, len(codes)))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(_mixed(codes.astype(np.uint64)) * _powers(_BASE, len(codes)), out=sums[1:])
    hashes = _mixed((sums[starts + lengths] - sums[starts]) * _powers(_INVERSE, len(codes))[starts])
    wanted = ~is_break[starts]
    starts = starts[wanted]
    return Tokens(hashes[wanted], np.cumsum(is_break)[starts], text[starts], lengths[wanted] > 1)


class Shares(NamedTuple):
    """``by_domain[e, d]``: share of the texts of domain d that entry e hits. ``exact[e]``: counted as it stands, not an upper bound."""

    by_domain: NDArray[np.float64]
    exact: _Flags

    @property
    def overall(self) -> NDArray[np.float64]:
        """One figure an entry: the mean of the domains, so that none counts for more because more of its texts were at hand."""
        return np.asarray(self.by_domain.mean(axis=1))


@dataclass(frozen=True, slots=True)
class Profile:
    """``keys`` are sorted. Run n stands in ``counts[starts[n]:]`` texts of the domains whose bits are set in ``masks[n]``, in their order."""

    domains: tuple[str, ...]
    texts: tuple[int, ...]
    fewest: int
    keys: NDArray[np.uint32]
    masks: NDArray[np.uint8]
    starts: _Ints | NDArray[np.int32]
    counts: NDArray[np.uint16]
    digest: str = ""

    @classmethod
    def of(cls, texts: Mapping[str, Sequence[str]], fewest: int = 1) -> Profile:
        """Count the runs of ``texts``, given by domain."""
        if not 0 < len(texts) <= MOST_DOMAINS:
            raise ValueError(f"{len(texts)} domains; a profile has 1 to {MOST_DOMAINS}")
        counted = [_texts_with_each(rows, fewest) for rows in texts.values()]
        keys = np.concatenate([seen for seen, _ in counted])
        domains = np.repeat(np.arange(len(counted)), [len(seen) for seen, _ in counted])
        order = np.lexsort((domains, keys))
        counts = np.minimum(np.concatenate([number for _, number in counted])[order], np.iinfo(np.uint16).max)
        distinct, first = np.unique(keys[order], return_index=True)
        bits = np.left_shift(1, domains[order]).astype(np.uint8)
        masks = np.bitwise_or.reduceat(bits, first) if len(first) else np.zeros(0, np.uint8)
        return cls(tuple(texts), tuple(map(len, texts.values())), fewest, distinct, masks, first, counts.astype(np.uint16))

    def shares(self, entries: Sequence[str]) -> Shares:
        """The share of ordinary texts of each domain that would be hit by each entry (as the base lane has it)."""
        tokens = tokens_of(entries)
        per_entry = np.bincount(tokens.text, minlength=len(entries))
        rarest = np.full((len(entries), len(self.domains)), np.inf)
        for length in range(1, LONGEST_RUN + 1):
            at = tokens.runs(length)
            of = tokens.text[at]
            told = (per_entry[of] == length) if length < LONGEST_RUN else np.ones(len(at), np.bool_)
            np.minimum.at(rarest, of[told], self._texts_with(tokens.keys(at[told], length)))
        unknown = np.isinf(rarest[:, 0])
        rarest[unknown] = np.array(self.texts)
        exact = ~unknown & (per_entry <= LONGEST_RUN)
        # The skip lane also joins the pieces of a word or number that was cut apart, which no count of whole words can know.
        exact[tokens.text[tokens.is_long]] = False
        return Shares(rarest / np.array(self.texts, np.float64), exact)

    def _texts_with(self, keys: NDArray[np.uint32]) -> NDArray[np.float64]:
        """In how many texts of each domain the runs stand."""
        found = np.zeros((len(keys), len(self.domains)))
        if not len(self.keys):
            return found
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = self.keys[at] == keys
        place, mask = self.starts[at], self.masks[at]
        for domain in range(len(self.domains)):
            has = known & ((mask >> domain) & 1).astype(np.bool_)
            found[has, domain] = self.counts[place[has]]
            place = place + has
        return found


@cache
def load_profile() -> Profile:
    """The shipped profile; read on first use, shared by all of a process."""
    content = PROFILE_FILE.read_bytes()
    with np.load(PROFILE_FILE, allow_pickle=False) as file:
        keys = np.cumsum(_from_planes(file["steps"], np.uint32), dtype=np.uint32)
        masks = file["masks"]
        starts = np.zeros(len(masks), np.int32)
        np.cumsum(np.bitwise_count(masks[:-1]), out=starts[1:])
        domains = tuple(str(name) for name in file["domains"])
        texts = tuple(int(number) for number in file["texts"])
        return Profile(
            domains,
            texts,
            int(file["fewest"]),
            keys,
            masks,
            starts,
            _from_planes(file["counts"], np.uint16),
            hashlib.sha256(content).hexdigest(),
        )


def save_profile(profile: Profile, path: Path) -> None:
    """Write a profile. Numbers are split into planes of bytes, of which all but the lowest compress to little."""
    np.savez_compressed(
        path,
        domains=np.array(profile.domains),
        texts=np.array(profile.texts),
        fewest=np.array(profile.fewest),
        steps=_planes(np.diff(profile.keys, prepend=np.uint32(0))),
        masks=profile.masks,
        counts=_planes(profile.counts),
    )


def _texts_with_each(texts: Sequence[str], fewest: int) -> tuple[NDArray[np.uint32], _Ints]:
    """Every run that stands in at least ``fewest`` of the texts, and in how many."""
    tokens = tokens_of(texts)
    pairs = []
    for length in range(1, LONGEST_RUN + 1):
        at = tokens.runs(length)
        pairs.append(np.unique(tokens.keys(at, length).astype(np.uint64) << np.uint64(32) | tokens.text[at].astype(np.uint64)))
    keys, counts = np.unique((np.concatenate(pairs) >> np.uint64(32)).astype(np.uint32), return_counts=True)
    return keys[counts >= fewest], counts[counts >= fewest]


def _mixed(values: _U64) -> _U64:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _powers(base: int, count: int) -> _U64:
    factors = np.full(count, base, np.uint64)
    factors[:1] = 1
    return np.multiply.accumulate(factors)


def _planes(values: NDArray[np.unsignedinteger]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(values.view(np.uint8).reshape(len(values), values.itemsize).T)


def _from_planes(planes: NDArray[np.uint8], kind: type[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
    return np.ascontiguousarray(planes.T).view(kind).reshape(-1)
