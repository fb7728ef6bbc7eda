"""Whether a label is as its writer signed it: ``ok``, ``unknown`` or ``tampered``, with the reason and the key.

A key that travels in the file proves that nobody without that key changed the label since, never who signed it: ``ok`` needs a
key that the operator pinned for this provider. ``tampered`` is an accusation and is only said where the signed message is known:
of the producer's part when the key is pinned or the object follows the guide's spelling, of a platform's part only with a pinned
key. Producers are known whose spelling differs and whose platform part nobody could reproduce; theirs is ``unknown``.

Two messages are tried: the pairs themselves (``signing.py``), and the SM3 digest of the pairs taken as the message, which one
producer's public files have (verified with their embedded key, 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from brightline.labels.label import ImplicitLabel
from brightline.labels.security.binding import Algorithm, digest_parts
from brightline.labels.security.pins import NO_PINS, Pins
from brightline.labels.security.public_key import PublicKey, bytes_of_text, family_of, read_public_key
from brightline.labels.security.security_data import SecurityData, SignedPart, read_security_data
from brightline.labels.security.signing import Role, bound_message, label_message
from brightline.labels.security.sm2 import sm3

__all__ = ["REASONS", "DigestOf", "Integrity", "Media", "Reason", "State", "verify_label"]

State = Literal["ok", "unknown", "tampered"]
Media = Literal["unbound", "not_compared", "same", "changed"]
Reason = Literal[
    "signed_by_pinned_key",
    "unsigned",
    "opaque",
    "unsupported",
    "no_key",
    "key_not_pinned",
    "signature_unfitting",
    "signature_wrong",
    "foreign_key",
    "binding_wrong",
    "media_changed",
]
DigestOf = Callable[[Algorithm], str]
"""Computes the media digest when it is asked for: only where the label carries a binding, because it reads the whole media."""

REASONS: dict[Reason, tuple[State, str, str]] = {
    "signed_by_pinned_key": ("ok", "签名由该服务提供者已登记的公钥核验通过", "the signature verifies with a key pinned for this provider"),
    "unsigned": ("unknown", "标识未签名，无法判断是否被改动", "the label is not signed; whether it was changed cannot be told"),
    "opaque": ("unknown", "预留字段不是 SecurityData，含义不明", "the reserved code is no SecurityData; what it says is not known"),
    "unsupported": ("unknown", "签名算法或签名范围不受支持", "the signature's algorithm or what it covers is not supported"),
    "no_key": (
        "unknown",
        "标识中没有公钥，也没有登记该服务提供者的公钥",
        "there is no key in the label, and none pinned for this provider",
    ),
    "key_not_pinned": (
        "unknown",
        "签名与标识自带的公钥相符，但该公钥未登记：标识签名后未被改动，签名者身份未经证实",
        "the signature fits the key in the label, which is not pinned: unchanged since it was signed, by whom is not proved",
    ),
    "signature_unfitting": (
        "unknown",
        "签名与已知的签名内容不符；该写法的签名内容不明，不能据此认定被改动",
        "the signature fits no message known; what this spelling signs is not known, so a change cannot be concluded",
    ),
    "signature_wrong": (
        "tampered",
        "签名与标识内容不符：签名后标识被改动",
        "the signature does not fit the label: it was changed after signing",
    ),
    "foreign_key": (
        "tampered",
        "签名使用的公钥不是该服务提供者已登记的公钥：标识系伪造，或该服务提供者已更换密钥",
        "signed with another key than those pinned for this provider: forged, or the provider has changed its key",
    ),
    "binding_wrong": (
        "tampered",
        "内容绑定与签名不符：签名后绑定信息被改动",
        "the content binding does not fit its signature: it was changed after signing",
    ),
    "media_changed": (
        "tampered",
        "标识与内容不符：内容在签名后被改动或重新编码，或标识取自其他文件",
        "the media is not what was signed: edited or re-encoded since, or the label is of another file",
    ),
}
"""What follows from each reason, and its sentence in zh and en."""


@dataclass(frozen=True, slots=True)
class Integrity:
    """What the signatures of a label say.

    ``role``: whose signature decided; ``key_id``: our id of its key (``keys.key_id_of``), empty where none fits; ``media``:
    whether the content is what was signed. ``parts``: the answers for the producer's and the platform's reserved code.
    """

    reason: Reason
    role: Role = "producer"
    key_id: str = ""
    media: Media = "unbound"
    parts: tuple[Integrity, ...] = ()

    @property
    def state(self) -> State:
        """The answer in one word."""
        return REASONS[self.reason][0]

    def sentence(self, language: str = "zh") -> str:
        """The reason as a sentence, in ``zh`` or ``en``."""
        return REASONS[self.reason][1 if language.startswith("zh") else 2]


def verify_label(label: ImplicitLabel, pins: Pins = NO_PINS, media_digest: str | DigestOf | None = None) -> Integrity:
    """The integrity of a label, from both reserved codes.

    A tampered part decides; else the producer's, unless only the platform signed. Content that is not the producer's any more is
    in order where a platform with a pinned key signed it as it is: it encoded it anew, and answers for that. ``media_digest``:
    what ``binding.media_digest`` says of the file, or a function that computes it, called at most once an algorithm. Raises
    only what that function raises.
    """
    digest = lru_cache(media_digest) if callable(media_digest) else media_digest
    producer, platform = _judged(label, "producer", pins, digest), _judged(label, "platform", pins, digest)
    return replace(_decisive(producer, platform), parts=(producer, platform))


def _decisive(producer: Integrity, platform: Integrity) -> Integrity:
    answers_for_the_content = platform.state == "ok" and platform.media == "same"
    if answers_for_the_content and producer.reason == "media_changed":
        return platform
    for part in (producer, platform):
        if part.state == "tampered":
            return part
    return platform if producer.reason == "unsigned" and platform.reason != "unsigned" else producer


_LABEL_SIGNATURES = ("label", "label and binding")


@dataclass(frozen=True, slots=True)
class _Signer:
    key: PublicKey
    pinned: bool


def _judged(label: ImplicitLabel, role: Role, pins: Pins, media_digest: str | DigestOf | None) -> Integrity:
    code = label.reserved_code1 if role == "producer" else label.reserved_code2
    if not code:
        return Integrity("unsigned", role)
    data = read_security_data(code)
    if data is None:
        return Integrity("opaque", role)
    parts = [part for part in data.signatures if part.covers in _LABEL_SIGNATURES and family_of(part.algorithm)]
    if not parts:
        return Integrity("unsupported" if data.signatures else "unsigned", role)
    pinned = pins.of(label.content_producer if role == "producer" else label.content_propagator)
    messages = _messages(label, role)
    plain = [part for part in parts if part.covers == "label"] or parts
    signer = _signer(plain, data, pinned, messages)
    if signer is None:
        if not pinned and not data.keys:
            return Integrity("no_key", role)
        return Integrity("signature_wrong" if _accusable(plain, role, pinned=bool(pinned)) else "signature_unfitting", role)
    if pinned and not signer.pinned:
        return Integrity("foreign_key", role, signer.key.key_id)
    bound = [part for part in parts if part.covers == "label and binding"]
    media = _media(bound, data, signer.key, messages, media_digest)
    reason: Reason = "signed_by_pinned_key" if signer.pinned else "key_not_pinned"
    if media is None:
        return Integrity("binding_wrong", role, signer.key.key_id)
    return Integrity("media_changed" if media == "changed" else reason, role, signer.key.key_id, media)


def _messages(label: ImplicitLabel, role: Role) -> list[bytes]:
    """The candidates for what was signed, without repetition."""
    return list(dict.fromkeys(label_message(label, role, ascii_only=ascii_only) for ascii_only in (False, True)))


def _with_digests(messages: Sequence[bytes]) -> list[bytes]:
    return [*messages, *(sm3(message) for message in messages)]


def _signer(parts: Sequence[SignedPart], data: SecurityData, pinned: Sequence[PublicKey], messages: Sequence[bytes]) -> _Signer | None:
    """Whose signature holds: a pinned key's if any does, else that of a key in the label."""
    for part in parts:
        candidates = _with_digests(_covered(part, data, messages))
        for key in pinned:
            if _holds(key, part, candidates):
                return _Signer(key, pinned=True)
    for part in parts:
        candidates = _with_digests(_covered(part, data, messages))
        for key in _keys_in_label(data, part.key_id):
            if _holds(key, part, candidates):
                return _Signer(key, pinned=False)
    return None


def _covered(part: SignedPart, data: SecurityData, messages: Sequence[bytes]) -> list[bytes]:
    if part.covers == "label":
        return list(messages)
    return [bound_message(message, [binding.text for binding in data.bindings]) for message in messages]


def _holds(key: PublicKey, part: SignedPart, candidates: Sequence[bytes]) -> bool:
    signature = bytes_of_text(part.signature)
    return signature is not None and key.signed(part.algorithm, signature, candidates) is not None


def _keys_in_label(data: SecurityData, key_id: str) -> Iterator[PublicKey]:
    """The key that the signature names (the first of its id), or every key where it names none of them."""
    named = [value for name, value in data.keys if name == key_id][:1]
    for value in named or [value for _, value in data.keys]:
        key = read_public_key(value)
        if key is not None:
            yield key


def _accusable(parts: Sequence[SignedPart], role: Role, *, pinned: bool) -> bool:
    """True where a signature that does not hold shows a change, because what it should be over is known."""
    to_the_letter = any(part.type_name in ("Md", "Md+Bnd") for part in parts)
    return (pinned or to_the_letter) if role == "producer" else (pinned and to_the_letter)


def _media(
    bound: Sequence[SignedPart], data: SecurityData, key: PublicKey, messages: Sequence[bytes], media_digest: str | DigestOf | None
) -> Media | None:
    """Whether the content is what was signed; None where a binding is there but its signature does not hold."""
    if not bound:
        return "unbound"
    if not any(_holds(key, part, _with_digests(_covered(part, data, messages))) for part in bound):
        return None
    digest = next((binding.digest for binding in data.bindings if binding.digest), "")
    if not digest or media_digest is None:
        return "not_compared" if digest else "unbound"
    algorithm, _ = digest_parts(digest)
    found = media_digest if isinstance(media_digest, str) else media_digest(algorithm)
    if digest_parts(found)[0] != algorithm:
        return "not_compared"
    return "same" if found == digest else "changed"
