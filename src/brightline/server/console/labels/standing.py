"""How labels stand in this installation: which codes and keys are set, what is missing, and which setting mends it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from brightline.config import Settings
from brightline.errors import BrightlineError
from brightline.labelling import Labelling, credential_of, signing_key, trust_of
from brightline.labels.provider_code import ProviderCode, parse_provider_code
from brightline.server.face import msgid as _

__all__ = ["Line", "standing"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: its name and what follows from how it stands (msgids), and the setting behind it; ``code`` taken apart where it is one."""

    name: str
    state: Literal["ok", "warn", "bad", "off"]
    says: str
    setting: str = ""
    code: ProviderCode | None = None
    problem: str = ""


class _Words(NamedTuple):
    name: str
    good: str
    unset: str


_WORDS = {
    "label_provider_code": _Words(
        _("Provider code"), _("generated files can be labelled"), _("not set: nothing can be labelled, and media are not generated")
    ),
    "label_platform_code": _Words(
        _("Platform code"), _("uploads are passed on with a label"), _("not set: uploads are verified, but passed on without a label")
    ),
    "label_key_file": _Words(_("Signing key"), _("labels are signed and bound to their content"), _("not set: labels are not signed")),
    "label_c2pa_chain": _Words(_("C2PA certificate"), _("files get a C2PA credential"), _("not set: no C2PA credential is written")),
    "label_pins_file": _Words(
        _("Trusted keys"),
        _("signatures of known providers count"),
        _("not set: a signature shows that nothing changed, but not who signed"),
    ),
    "label_c2pa_anchors": _Words(
        _("Trusted C2PA signers"), _("C2PA credentials of known signers count"), _("not set: C2PA signers are not known")
    ),
}


def standing(settings: Settings, labelling: Labelling) -> list[Line]:
    """The lines, what labelling needs most first. Blocks: reads key files."""
    return [*_codes(settings, labelling), *_files(settings), *_switches(settings), *_programs()]


def _codes(settings: Settings, labelling: Labelling) -> Iterator[Line]:
    for setting, code, problem in (
        ("label_provider_code", settings.label_provider_code, labelling.provider_problem),
        ("label_platform_code", settings.label_platform_code, labelling.platform_problem),
    ):
        words = _WORDS[setting]
        parts = parse_provider_code(code)
        if not code:
            yield Line(words.name, "warn", words.unset, setting)
        elif problem:
            yield Line(words.name, "bad", _("this code cannot be used"), setting, parts, problem)
        else:
            yield Line(words.name, "ok", words.good, setting, parts)


def _files(settings: Settings) -> Iterator[Line]:
    for setting, load in (
        ("label_key_file", lambda: signing_key(settings.label_key_file)),
        ("label_c2pa_chain", lambda: credential_of(settings.label_c2pa_chain, settings.label_c2pa_key)),
        ("label_pins_file", lambda: trust_of(settings)),
        ("label_c2pa_anchors", lambda: trust_of(settings)),
    ):
        is_set = getattr(settings, setting) is not None
        yield _file(setting, load) if is_set else Line(_WORDS[setting].name, "off", _WORDS[setting].unset, setting)


def _file(setting: str, load: Callable[[], object]) -> Line:
    words = _WORDS[setting]
    try:
        load()
    except (BrightlineError, OSError) as problem:
        return Line(words.name, "bad", _("this file cannot be used"), setting, problem=str(problem))
    return Line(words.name, "ok", words.good, setting)


def _switches(settings: Settings) -> Iterator[Line]:
    for setting, name, is_on, says in (
        (
            "label_watermark",
            _("Watermark"),
            settings.label_watermark,
            _("pictures and sound get a watermark by which they are known again"),
        ),
        (
            "label_fingerprint_days",
            _("Text fingerprints"),
            settings.label_fingerprint_days > 0,
            _("answers of this installation are known again"),
        ),
    ):
        yield Line(name, "ok", says, setting) if is_on else Line(name, "off", _("switched off"), setting)


def _programs() -> Iterator[Line]:
    from brightline.labels.verification.ocr import ocr_is_installed

    if shutil.which("ffmpeg"):
        yield Line("ffmpeg", "ok", _("sound and film can get an explicit label"))
    else:
        yield Line("ffmpeg", "warn", _("not installed: no explicit label in sound and film"))
    if ocr_is_installed():
        yield Line(_("Text recognition"), "ok", _("explicit labels in pictures are found"))
    else:
        yield Line(_("Text recognition"), "off", _("not installed (extra ocr): explicit labels in pictures are not looked for"))
