"""The shape lane reads look-alikes, leetspeak and numbers, and leaves ordinary technical text alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.text.lanes import normalise
from brightline.text.shape_tables import english_words, field_words, leet_signs, look_alikes, numerals
from brightline.text.shapes import shape_edits
from brightline.text.views import View

ANY_TEXT = st.text(
    st.characters()
    | st.characters(categories=["Cs"])
    | st.sampled_from("аеорсхіѕαοη0134579@$!|vsexporn壹叁零〇幺ol. -\u200b\u0301㎏①ａ１\x00"),
    max_size=80,
)
WORDS = sorted(word for word in field_words() if len(word) > 4)


def read(text: str, *known: str) -> str:
    """``text`` in the base lane, as the shape lane reads it."""
    return normalise(View.of(text).edited(shape_edits(text, frozenset(known))).text).base


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("vіаgrа pills", "viagra pills"), ("сасіnо", "casino".replace("s", "c")), ("саsinо", "casino"), ("tеlеgrаm", "telegram"), ("加vх聊", "加vx聊"), ("ΡΟRΝ", "porn"),
        ("Ꮪex", "sex"), ("ᴘᴏʀɴ", "porn"), ("pørn", "porn"), ("рorn", "porn"), ("ѕех here", "sex here"), ("加ѕех", "加sex"), ("ｐоrn", "porn"), ("p\u200bоrn", "porn"),
    ],
)  # fmt: skip
def test_letters_that_look_like_latin_ones_are_read_as_those(written: str, seen: str) -> None:
    assert read(written) == seen


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("v1agra", "viagra"), ("p0rn", "porn"), ("t3legram", "telegram"), ("$ex", "sex"), ("5ex", "sex"), ("h3r01n", "heroin"), ("c0c@ine", "cocaine"), ("ch!ld", "child"),
        ("k1ll", "kill"), ("p1ll", "pill"), ("f@ke", "fake"), ("W3ED", "weed"), ("c@$ino", "casino"), ("ｐ0ｒn", "porn"), ("p\u200b0rn", "porn"), ("ⓟ0ⓡⓝ", "porn"),
        ("p0rn!", "porn!"), ("|v1agra|", "|viagra|"), ("h4ck3rs", "hackers"), ("рorn p0гn", "porn porn"), ("便宜v1agra出售", "便宜viagra出售"), ("6un", "gun"), ("m€th", "meth"),
        ("h0w t0 m4k3 a b0mb", "how to make a bomb"), ("h0w 70 m4k3 4 b0mb", "how to make a bomb"), ("17'5 f4k3 m0n3y", "it's fake money"),
    ],
)  # fmt: skip
def test_leetspeak_is_read_as_the_word_it_gives(written: str, seen: str) -> None:
    assert read(written) == seen


def test_what_one_is_follows_from_the_known_words() -> None:
    assert read("f1oat b1ack p1ece") == "float black piece"
    assert read("z0lp1dem") == "z0lp1dem"
    assert read("z0lp1dem", "zolpidem") == "zolpidem"
    assert read("xy1to", "xyito", "xylto") == "xyito"
    assert read("undr3ssing", "undress") == "undressing"


@pytest.mark.parametrize(
    ("written", "seen"), [("一克३𑃰೦", "一克300"), ("५岁", "5岁"), ("bet叁陆伍", "bet365"), ("r௧୮", "r18"), ("一克叁捌零", "一克380")]
)
def test_digits_of_scripts_that_the_message_does_not_use_are_digits(written: str, seen: str) -> None:
    assert read(written) == seen


@pytest.mark.parametrize(("written", "seen"), [("wheΝ wiӀl ӏ", "when will i"), ("write а bоmb", "write a bomb"), ("kiӀӏ", "kill")])
def test_single_letters_and_open_ones_follow_from_the_words(written: str, seen: str) -> None:
    assert read(written) == seen


@pytest.mark.parametrize(
    "written", ["v.1.a.g.r.a", "v 1 a g r a", "v1-agra", "v-1-agra", "v-і-a-g-r-a", "v1🐔agra", "v*1*a*g*r*a", "vi~4gra"]
)
def test_a_word_cut_into_pieces_is_read_too(written: str) -> None:
    assert normalise(View.of(written).edited(shape_edits(written)).text).kept == "viagra"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("电话壹叁捌零零幺叁捌零零零", "电话13800138000"), ("QQ：一二三九八", "qq:12398"), ("加v幺叁捌零零幺叁捌", "加v13800138"), ("138OO138OOO", "13800138000"), ("l38OO138OOO", "13800138000"),
        ("1З8OO1З8OOO", "13800138000"), ("一 三 八 零 零", "1 3 8 0 0"), ("二-三-九-〇-七", "2-3-9-0-7"), ("٠١٣٤٩", "01349"), ("qq 五5六6七7", "qq 556677"), ("①③八零零", "13800"),
        ("vx1380O138000", "vx13800138000"), ("洞幺拐三五六", "017356"), ("〡〢〥〦〧〨", "125678"),
    ],
)  # fmt: skip
def test_a_number_written_with_anything_but_digits_is_read_in_digits(written: str, seen: str) -> None:
    assert read(written) == seen


ORDINARY = [
    # models, units, names, versions
    "iPhone15", "iPhone 15 Pro Max", "RTX4090", "h2o", "CO2", "mp3", "mp4", "covid19", "COVID-19", "B2B", "B2C", "O2O", "3D", "4K", "1080p", "720P", "i18n", "l10n", "a11y", "k8s", "k3s", "e2e",
    "p2p", "w3c", "h264", "x86_64", "amd64", "arm64", "i386", "ipv4", "IPv6", "utf8", "UTF-16", "sha1", "sha256", "md5", "base64", "b64", "oauth2", "log4j", "s3", "ec2", "ps5", "xbox360", "gpt4", "gpt-4o",
    "o1-mini", "c3po", "r2d2", "web3", "web2.0", "html5", "css3", "es6", "d3.js", "vue3", "python3", "py311", "win10", "win11", "usb3.0", "5g", "4G", "wifi6", "90s", "80后", "1st", "2nd", "3rd", "4th", "5th",
    "10th", "7am", "9pm", "8oz", "5ft", "7in", "8in", "10000l", "5kg", "3kg", "100m", "15min", "24h", "7x24", "4x4", "1on1", "24/7", "room5", "file3", "step4", "top10", "no1", "v1", "v2.0", "v1beta1",
    "A55", "S24", "M4A1", "AK47", "MG42", "F16", "J20", "T34", "H7N9", "vitamin b12", "omega3", "pm2.5", "PM10", "a4纸", "n95", "18k金", "c4d", "3ds max", "7zip", "51job", "58同城", "360安全", "12306", "1password",
    "4chan", "9gag", "n8n", "mi5", "g20", "g7", "f1", "u23", "r18", "t0", "p0级", "b站", "b612", "m3u8", "id3", "s1e1", "S01E02", "q&a", "c++", "c#", ".net", "node.js", "e-mail", "i/o",
    # addresses, identifiers, code
    "https://example.com/p0rn/v1agra", "http://a1.b2/c3?d=4e&f5=g", "someone@163.com", "user.name+tag@example.org", "@a1ice", "d41d8cd98f00b204e9800998ecf8427e", "d670460b4b4aece5915caf5c68d12f560a9fe3e4",
    "123e4567-e89b-12d3-a456-426614174000", "0xdeadbeef", "0o777", "0o644", "#L471-L478", "src/f1le/a1.py", "f1le.txt", "my_v4r_1", "$port = 80", "$age", "for i in range(10):", "a[0], b[1]", "x1 = y0 + z2",
    "f'{s[[0]]}\\n'", "(\\w{3,6}day|\\d{1,4})", "0[1-9]|1[012]", "int32_t u8 = 0;", "lambda x: x@w", "printf(\"%d\", a1)", "SELECT a1, b2 FROM t3", "2024-11-22T10:00:00Z", "1,000,000", "3.1415926", "-273.15", "1e-5",
    "138-0013-8000", "13800138000", "010-12345678", "+86 138 0013 8000", "6222 0200 1234 5678", "京A12345", "G1234次", "ISBN 978-7-111-54742-6", "100-120克", "30%", "$5", "$100", "€20", "£3.50", "¥99",
    # other scripts
    "Привет, как дела?", "Он сказал: сор, рос, око", "SMSки и VIPам", "Καλημέρα κόσμε", "αβγ", "μm", "μs", "kΩ", "ρgh", "Δt", "IFNα-2a", "PPARγ", "TNF-α", "π/2", "Ελλάδα 2004", "/ˈvaɪəɡrə/", "København", "Łódź",
    "Ærø", "smørrebrød", "før", "ılık", "đường", "Հայաստան", "ᏣᎳᎩ", "한국어", "日本語です", "café naïve", "Straße",
    # Chinese with numerals
    "二〇二四年十一月", "一九九八年", "三三两两", "一五一十", "第一、第二、第三", "一、二、三、四、五", "一二三四五，上山打老虎", "1000一平", "8000一平米，不贵", "100一120克", "不超过30一50克", "4399 三十五服", "一万二千三百四十五",
    "九九八十一", "70*103三次方", "零零碎碎", "三十五岁", "大陆一侧", "陆陆续续", "(๑•̀ㅂ•́)", "تأسست عام ٢٠٠٤ في", "喝幺六", "五六个人，七八条枪",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert shape_edits(text) == []


@pytest.mark.parametrize("word", WORDS)
def test_every_field_word_survives_leetspeak(word: str) -> None:
    signs = {"o": "0", "i": "1", "e": "3", "a": "4", "s": "5", "t": "7"}
    inner = [n for n in range(1, len(word) - 1) if word[n] in signs][:2]
    written = "".join(signs[letter] if n in inner else letter for n, letter in enumerate(word))
    assert read(f"buy {written} now") == f"buy {word} now"


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(WORDS), st.randoms(use_true_random=False))
def test_every_field_word_survives_look_alikes(word: str, random: object) -> None:
    table = look_alikes()
    strangers: dict[str, list[str]] = {}
    for character, letter in table.reads.items():
        if character in table.sure - table.latin - table.greek:
            strangers.setdefault(letter, []).append(character)
    places = [n for n, letter in enumerate(word) if letter in strangers]
    chosen = set(random.sample(places, min(2, len(places), len(word) - 1)))  # type: ignore[attr-defined]
    written = "".join(random.choice(strangers[letter]) if n in chosen else letter for n, letter in enumerate(word))  # type: ignore[attr-defined]
    assert read(f"buy {written} now") == f"buy {word} now"


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=6, max_size=14), st.randoms(use_true_random=False))
def test_every_number_survives_numerals(number: str, random: object) -> None:
    assume(number not in "0123456789")
    signs: dict[str, list[str]] = {}
    for character, digit in numerals().items():
        if character not in "洞拐勾зʒ○◯⚪⭕丨":
            signs.setdefault(digit, []).append(character)
    written = "".join(random.choice(signs[digit]) for digit in number)  # type: ignore[attr-defined]
    assert read(f"加{written}。") == f"加{number}。"


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_edits_are_sorted_apart_and_say_something_new(text: str) -> None:
    edits = shape_edits(text)
    assert all(0 <= edit.start < edit.end <= len(text) and edit.lane == "shape" for edit in edits)
    assert all(left.end <= right.start for left, right in pairwise(edits))
    assert all(normalise(text[edit.start : edit.end]).base != edit.reads for edit in edits)


@pytest.mark.parametrize(
    "text",
    ["a1" * 500_000, "1 " * 500_000, "ol1" * 330_000, "v-1" * 330_000, "v1" + "\u0301" * 100_000, "\ud800" * 100_000, "0" * 1_000_000, "а1b" * 200_000, "a " * 400_000 + "1", "|!$@" * 200_000],
    ids=range(10),
)  # fmt: skip
def test_a_long_hostile_text_gives_no_more_edits_than_characters(text: str) -> None:
    assert len(shape_edits(text)) <= len(text)


def test_every_look_alike_is_one_character_of_the_base_lane_and_no_ascii() -> None:
    for character, letter in look_alikes().reads.items():
        base = normalise(character).base
        assert len(base) == 1, hex(ord(character))
        assert not base.isascii(), hex(ord(character))
        assert "a" <= letter <= "z"


def test_the_word_lists_have_the_words_that_the_lane_needs() -> None:
    assert len(english_words()) > 10_000
    assert {"how", "make", "the"} <= english_words()
    assert not {word for word in field_words() if word in leet_signs()}


@pytest.mark.parametrize(
    ("reader", "rows"),
    [
        (look_alikes, "0430\tа\ta\tunicode\tA\n0430\tа\ta\tunicode\tA"), (look_alikes, "0431\tа\ta\tunicode\tA"), (look_alikes, "0430\tа\tab\town\tA"), (look_alikes, "0430\tа"),
        (leet_signs, "0\to"), (leet_signs, "a\tb\tno sign"), (numerals, "零\tx\tno digit"), (numerals, "零\t0\tonce\n零\t0\ttwice"), (english_words, "Upper"), (field_words, "x"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_file_and_line(tmp_path, reader, rows) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "table.tsv"
    path.write_text("heading\n" + rows + "\n" if reader not in (english_words, field_words) else rows + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"BL-DATA-240: table\.tsv:[123]:"):
        reader(path)
