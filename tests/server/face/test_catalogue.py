"""Everything a person reads exists in both languages: no message missing, none fuzzy, none stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import brightline.server
from brightline.errors import DataError
from brightline.server.face import catalogue as module
from brightline.server.face.catalogue import LOCALES, catalogue, catalogue_file

ROOM = Path(brightline.server.__file__).parent
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def extracted() -> set[tuple[str | None, str]]:
    with (ROOM / "face" / "babel.cfg").open() as source:
        methods, options = parse_mapping_cfg(source)  # type: ignore[no-untyped-call]
    found = extract_from_dir(ROOM, methods, options, keywords=KEYWORDS)
    return {(context, str(message)) for _, _, message, _, context in found}


KEYWORDS = {"_": None, "gettext": None, "pgettext": ((1, "c"), 2)}


def loaded(lang: str) -> Catalog:
    with catalogue_file(lang).open("rb") as source:
        return read_po(source, locale=LOCALES[lang], abort_invalid=True)


def messages(lang: str) -> dict[tuple[str | None, str], Message]:
    return {(message.context, str(message.id)): message for message in loaded(lang) if message.id}


@pytest.mark.parametrize("lang", sorted(LOCALES))
def test_the_catalogue_has_exactly_the_messages_that_pages_use(lang: str) -> None:
    assert set(messages(lang)) == extracted()


@pytest.mark.parametrize("lang", sorted(LOCALES))
def test_no_message_is_missing_or_fuzzy(lang: str) -> None:
    assert [key for key, message in messages(lang).items() if not message.string or message.fuzzy] == []


@pytest.mark.parametrize("lang", sorted(LOCALES))
def test_a_translation_has_the_placeholders_of_its_source(lang: str) -> None:
    for (_, source), message in messages(lang).items():
        assert sorted(PLACEHOLDER.findall(str(message.string))) == sorted(PLACEHOLDER.findall(source)), source


def test_a_chinese_message_is_chinese() -> None:
    latin_only = [source for (_, source), message in messages("zh").items() if not re.search(r"[\u4e00-\u9fff]", str(message.string))]
    assert latin_only == []


def test_a_clean_clone_has_its_messages_without_a_build_step() -> None:
    assert not list((ROOM / "face" / "locale").rglob("*.mo"))
    assert catalogue("zh").gettext("Statement of reasons") == "理由说明"


def test_a_broken_catalogue_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "messages.po"
    broken.write_text("not a catalogue", "utf-8")
    monkeypatch.setattr(module, "catalogue_file", lambda _: broken)
    catalogue.cache_clear()
    try:
        with pytest.raises(DataError, match=r"messages\.po") as caught:
            catalogue("zh")
        assert caught.value.code == "BL-DATA-900"
    finally:
        catalogue.cache_clear()
