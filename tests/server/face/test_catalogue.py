"""Everything a person reads exists in both languages: no message missing, none fuzzy, none stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from tools.messages import catalogue_path, extracted, rooms

import brightline.server
from brightline.errors import DataError
from brightline.server.face import catalogue as module
from brightline.server.face.catalogue import LOCALES, catalogue, catalogue_files

ROOM = Path(brightline.server.__file__).parent
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
EVERYWHERE = [(room, lang) for room in rooms() for lang in sorted(LOCALES)]
# What a Chinese page may show as it is: names and placeholders.
NAMES = re.compile(r"(API|CSV|JSON|JSONL|Parquet|OpenID|Brightline|TOTP|SHA-256|Ed25519|curl|%\(\w+\)s|[ ·:：/%-])+")
Key = tuple[str | None, str | tuple[str, ...]]


def by_key(catalog: Catalog) -> dict[Key, Message]:
    return {(message.context, message.id): message for message in catalog if message.id}


def messages(room: str, lang: str) -> dict[Key, Message]:
    path = catalogue_path(room, LOCALES[lang])
    if not path.is_file():
        return {}
    with path.open("rb") as source:
        return by_key(read_po(source, locale=LOCALES[lang], abort_invalid=True))


def strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (str(message.string),)


def sources(key: Key) -> tuple[str, ...]:
    return key[1] if isinstance(key[1], tuple) else (key[1],)


@pytest.mark.parametrize(("room", "lang"), EVERYWHERE)
def test_a_catalogue_has_exactly_the_messages_that_its_room_uses(room: str, lang: str) -> None:
    assert set(messages(room, lang)) == set(by_key(extracted(room)))


@pytest.mark.parametrize(("room", "lang"), EVERYWHERE)
def test_no_message_is_missing_or_fuzzy(room: str, lang: str) -> None:
    assert [key for key, message in messages(room, lang).items() if not all(strings(message)) or message.fuzzy] == []


@pytest.mark.parametrize(("room", "lang"), EVERYWHERE)
def test_a_translation_has_the_placeholders_of_its_source(room: str, lang: str) -> None:
    for key, message in messages(room, lang).items():
        wanted = set(PLACEHOLDER.findall(sources(key)[-1]))
        for string in strings(message):
            assert set(PLACEHOLDER.findall(string)) == wanted, key


def test_every_catalogue_is_loaded() -> None:
    for lang, locale in LOCALES.items():
        assert set(catalogue_files(lang)) == {path for room in rooms() if (path := catalogue_path(room, locale)).is_file()}


def test_a_message_of_two_rooms_has_one_translation() -> None:
    said: dict[Key, tuple[str, str]] = {}
    for room in rooms():
        for key, message in messages(room, "zh").items():
            there = said.setdefault(key, (room, str(message.string)))
            assert there[1] == str(message.string), f"{key} differs between {there[0]} and {room}"


def test_a_chinese_message_is_chinese() -> None:
    found = [
        key for room in rooms() for key, message in messages(room, "zh").items() if not re.search(r"[\u4e00-\u9fff]", str(message.string))
    ]
    assert [key for key in found if not NAMES.fullmatch(sources(key)[0])] == []


def test_a_clean_clone_has_its_messages_without_a_build_step() -> None:
    assert not list((ROOM / "face" / "locale").rglob("*.mo"))
    assert catalogue("zh").gettext("Statement of reasons") == "理由说明"


def test_a_broken_catalogue_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "messages.po"
    broken.write_text("not a catalogue", "utf-8")
    monkeypatch.setattr(module, "catalogue_files", lambda _: [broken])
    catalogue.cache_clear()
    try:
        with pytest.raises(DataError, match=r"messages\.po") as caught:
            catalogue("zh")
        assert caught.value.code == "BL-DATA-900"
    finally:
        catalogue.cache_clear()
