"""Invisible watermarks: our own keyed marks in pictures and sound, each a pointer to a record of the ledger.

    marked = embed(image, payload=secrets.randbits(64), key=key)        # a Pillow image; PSNR >= 40 dB
    hit = extract(photo_of_it, key)                                     # Hit or None
    if hit and agrees(hit, record_hash, photo_of_it): ...               # only now is the picture said to be the operator's

A watermark is an addition to the labels of GB 45438-2025, never a substitute: the standard asks for what people see or hear and
for metadata (5, 6), and only encourages digital watermarks as implicit labels (Labelling Measures, Art. 5(2)). What it survives
and what it does not is measured in docs/watermark.md. Imported on use, because numpy's transforms and Pillow come with it.
"""

from __future__ import annotations

from brightline.labels.watermark.extract import Hit, extract
from brightline.labels.watermark.image import embed
from brightline.labels.watermark.phash import PerceptualHash, agrees, distance, perceptual_hash
from brightline.labels.watermark.sound import SoundHit, embed_sound, extract_sound
from brightline.labels.watermark.sound_hash import SoundHash, SoundHasher, sound_agrees

__all__ = [
    "Hit",
    "PerceptualHash",
    "SoundHash",
    "SoundHasher",
    "SoundHit",
    "agrees",
    "distance",
    "embed",
    "embed_sound",
    "extract",
    "extract_sound",
    "perceptual_hash",
    "sound_agrees",
]
