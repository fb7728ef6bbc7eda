"""Signs a label: fills ReservedCode1 as its producer, or ReservedCode2 as a platform that passes the content on.

The message (TC260-PG-202511A, A.1, as quoted by those who verified real files with it) is the UTF-8 text of three pairs of the
label in the order of Annex E, without braces or spaces, values as JSON strings:

    producer   "Label":"1","ContentProducer":"…","ProduceID":"…"
    platform   "Label":"1","ContentPropagator":"…","PropagateID":"…"

The platform's form is ours, by analogy: what is quoted of the guide has the producer's only. With a media digest a second
signature, named ``Md+Bnd``, covers the message, a comma, and ``"Bindings":[…]`` as it stands in the object; the guide's ``Bnd``
alone would let a binding be moved from one label of a producer to another.

The producer's signature covers ``Label``: a platform that writes another attribute than the producer's breaks it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from brightline.labels.label import ImplicitLabel, checked
from brightline.labels.security.keys import Sm2Key
from brightline.labels.security.security_data import binding_text, security_data_text

__all__ = ["Role", "bound_message", "label_message", "sign_label"]

Role = Literal["producer", "platform"]

_PAIRS: dict[Role, tuple[str, str]] = {
    "producer": ("ContentProducer", "ProduceID"),
    "platform": ("ContentPropagator", "PropagateID"),
}


def label_message(label: ImplicitLabel, role: Role, *, ascii_only: bool = False) -> bytes:
    """The bytes that a signature of this role covers. ``ascii_only``: other characters as ``\\u`` escapes, as some files have them."""
    fields = label.fields
    pairs = (f'"{key}":{json.dumps(fields[key], ensure_ascii=ascii_only)}' for key in ("Label", *_PAIRS[role]))
    return ",".join(pairs).encode("utf-8", "surrogatepass")


def bound_message(message: bytes, bindings: Iterable[str]) -> bytes:
    """``message`` together with the bindings, given as the compact JSON of each."""
    return message + f',"Bindings":[{",".join(bindings)}]'.encode("utf-8", "surrogatepass")


def sign_label(label: ImplicitLabel, key: Sm2Key, *, media_digest: str | None = None, role: Role = "producer") -> ImplicitLabel:
    """The label with its reserved code filled; a code that was there is replaced.

    ``media_digest``: what ``binding.media_digest`` says of the file, to bind the label to its content. Raises ``LabelError``:
    BL-LABEL-001 to -004 for a label that may not be written (the pair to sign is empty, for one), -032 for another digest.
    """
    checked(label, propagating=role == "platform")
    message = label_message(label, role)
    signatures, bindings = [("Md", key.sign(message))], []
    if media_digest is not None:
        bindings.append(binding_text(media_digest))
        signatures.append(("Md+Bnd", key.sign(bound_message(message, bindings))))
    text = security_data_text(key, signatures, bindings)
    return replace(label, reserved_code1=text) if role == "producer" else replace(label, reserved_code2=text)
