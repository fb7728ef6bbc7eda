"""The words of the room: what the stable ids of verification, marking and comparison are called. English msgids; see ``face/catalogue.py``."""

from __future__ import annotations

from brightline.labels.label import KEYS
from brightline.server.face import msgid as _

__all__ = [
    "ATTRIBUTES",
    "CHANGES",
    "COMPLIANCE",
    "DEFECTS",
    "FORMS",
    "GROUNDS",
    "INTEGRITY",
    "KEY_WORDS",
    "KINDS",
    "PRESENCE",
    "PROBLEMS",
    "RESULTS",
    "ROLES",
    "STAGES",
    "STATES",
    "STEPS",
    "STORES",
    "UNINSPECTED",
]

STATES = {
    "confirmed": ("ok", _("This is generated content")),
    "possible": ("warn", _("This may be generated content")),
    "suspected": ("warn", _("This is suspected to be generated content")),
    "none": ("off", _("Nothing was found that says it is generated")),
    "inconclusive": ("wait", _("No conclusion: not all of the file could be read")),
}
PRESENCE = {
    "none": ("off", _("No implicit label")),
    "declared": ("ok", _("Implicit label, not signed")),
    "declared_signed": ("ok", _("Implicit label with a signature")),
}
INTEGRITY = {
    "ok": ("ok", _("As its writer signed it")),
    "unknown": ("off", _("Not known: nothing signed that could be checked")),
    "tampered": ("bad", _("Changed after it was signed")),
}
COMPLIANCE = {
    "ok": ("ok", _("Keeps the standard")),
    "defects": ("bad", _("Has defects")),
    "not_applicable": ("off", _("No label that could be judged")),
}
GROUNDS = {
    "label": _("an implicit label"),
    "provenance": _("a C2PA credential"),
    "statement": _("a statement in terms of a standard"),
    "record": _("a record of this installation"),
    "declaration": _("the declaration of its user"),
    "explicit": _("an explicit label"),
    "trace": _("a trace of a generator"),
}
RESULTS = {
    "fail": ("bad", _("Defect")),
    "warn": ("warn", _("Unusual")),
    "not_inspected": ("wait", _("Not inspected")),
    "pass": ("ok", _("Holds")),
    "not_applicable": ("off", _("Does not apply")),
}
KINDS = {
    "label": _("Label"),
    "quoted": _("Quoted label, does not count"),
    "metadata": _("Other metadata"),
    "media": _("Media"),
    "other": _("Structure and the rest"),
}
KEY_WORDS = dict(
    zip(
        KEYS,
        (
            _("What it says of the content"),
            _("Who generated it"),
            _("Number that the generator gave it"),
            _("Reserved for the generator (signature)"),
            _("Who passed it on"),
            _("Number that the platform gave it"),
            _("Reserved for the platform (signature)"),
        ),
        strict=True,
    )
)
ATTRIBUTES = {"1": _("is generated"), "2": _("may be generated"), "3": _("is suspected to be generated")}
ROLES = {"1": _("generation"), "2": _("propagation"), "producer": _("as its generator"), "platform": _("as a platform")}
FORMS = {
    "bare": _("plain JSON, as the standard writes it"),
    "wrapped": _("JSON under one key AIGC"),
    "element": _("XMP element"),
    "attribute": _("XMP attribute"),
    "escaped": _("escaped JSON"),
    "yaml": _("YAML"),
    "vendor": _("a vendor's own fields"),
    "blob": _("bytes without a name"),
    "unreadable": _("cannot be read"),
}
DEFECTS = {
    "base64": _("the value is Base64"),
    "charset": _("a character outside Annex E j)"),
    "cut-off": _("the value ends in the middle"),
    "duplicate-key": _("a key stands twice"),
    "escaped": _("escaped once too often"),
    "extra-key": _("keys that the standard does not know"),
    "key-case": _("a key spelt in another case"),
    "key-missing": _("a key is missing"),
    "key-name": _("a key under another name"),
    "not-a-string": _("a value is not a string"),
    "not-an-object": _("no object"),
    "structured": _("XMP properties instead of one value"),
    "vendor-schema": _("a vendor's own fields"),
    "xmp-namespace": _("another XMP namespace"),
    "xmp-not-well-formed": _("XMP is not well-formed"),
}
STAGES = {
    "container": _("the file itself"),
    "signature": _("the signature"),
    "binding": _("whether signature and content belong together"),
    "provenance": _("the C2PA credential"),
    "text": _("the words of the file"),
    "ocr": _("text in the picture"),
    "rhythm": _("the spoken or sounded label"),
    "watermark": _("the watermark"),
    "fingerprint": _("the fingerprint of the text"),
}
STEPS = {
    "label.alone": _("The label reads back, alone and at its place"),
    "media.coded": _("No byte of the media changed"),
    "media.digest": _("The media has the same digest"),
    "media.decoded": _("Both files decode to the same media"),
    "reader.library": _("A library of others reads the label"),
    "c2pa.verified": _("The C2PA credential reads back intact"),
    "c2pa.media": _("The media is as it was before the C2PA credential went in"),
}
CHANGES = {
    "kept": ("ok", _("The label is kept")),
    "added": ("ok", _("A label was added")),
    "lost": ("bad", _("The label is lost")),
    "changed": ("warn", _("The label was changed")),
    "duplicated": ("bad", _("There is more than one label now")),
    "unreadable": ("wait", _("One of the files cannot be read to its end, so nothing is known")),
    "none": ("off", _("Neither file has a label")),
}
STORES = {"kept": _("kept"), "added": _("added"), "lost": _("lost"), "none": _("none in either file")}
"""What became of a C2PA manifest store."""

UNINSPECTED = {
    "container": _("This part of the file could not be read."),
    "signature": _("The signature could not be checked."),
    "binding": _("The content was not compared with the signed binding."),
    "provenance": _("The C2PA credential could not be read."),
    "text": _("The words of the text could not be read."),
    "ocr": _("The words in the picture could not be read."),
    "rhythm": _("The sound could not be listened to."),
    "watermark": _("The watermark could not be looked for."),
    "fingerprint": _("The text could not be looked up in the records."),
}
"""What a stage that could not look leaves open, before its reason in the words of the program."""

PROBLEMS = {
    "BL-LABEL-011": _("The file is damaged, or not what its name says. Nothing was changed."),
    "BL-LABEL-012": _("The file ends in the middle. Was it cut off on its way here?"),
    "BL-LABEL-013": _("A file of this kind cannot be labelled in this way. Leave the explicit label out, or choose another format."),
    "BL-LABEL-014": _("The file asks for more than is allowed: too many parts or too large ones."),
    "BL-LABEL-043": _("A digital signature in the file would break, so nothing was written."),
    "BL-LABEL-050": _("ffmpeg is not installed; it draws labels into sound and film."),
    "BL-LABEL-054": _("The picture is too small for a legible label."),
    "BL-LABEL-061": _("The picture is too small for a watermark."),
    "BL-LABEL-062": _("This kind of picture cannot carry a watermark."),
    "BL-LABEL-065": _("The sound is too short or too quiet to carry a watermark, or has one already."),
    "BL-LABEL-080": _("No provider code is set, so nothing can be labelled."),
    "BL-LABEL-081": _("A watermark or a C2PA credential was asked for that cannot be put on this file here."),
    "BL-LABEL-082": _("A key of this installation cannot be used. The health page names it."),
}
"""What a person is told for an error code; others are told in general, with the code and the message of the program."""
