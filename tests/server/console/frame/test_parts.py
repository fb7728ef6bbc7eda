"""The words and signs that all rooms share: numbers with their doubt, times in the reader's zone, evidence that stays text."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request

from brightline.config import load_settings
from brightline.server import console
from brightline.server.console.clock import Clock
from brightline.server.console.frame.charts import Bar, bar_list
from brightline.server.face import Face

TEMPLATES = Path(console.__file__).parent / "templates"
AT = 1_795_377_603_042_000  # 2026-11-22 20:00:03.042 UTC
Written = Callable[..., str]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write what ``source`` makes of the shared macros, in a language and a zone."""
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    face = Face(load_settings(home=tmp_path), folder)
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "server": ("127.0.0.1", 80), "scheme": "http"}

    def write(source: str, lang: str = "en", zone: str = "UTC", **values: Any) -> str:
        name = f"probe-{len(list(folder.glob('probe-*')))}.html"  # the template of a name is read once
        (folder / name).write_text('{% import "console_parts.html" as parts with context %}\n' + source, "utf-8")
        request = Request(scope | {"headers": [(b"cookie", f"brightline_lang={lang}".encode())]})
        visit = SimpleNamespace(csrf="token", lang=lang, zone=zone)
        return bytes(face.render(request, name, visit=visit, clock=Clock(lang, zone, now=AT / 1e6 + 200), **values).body).decode()

    return write


def text_of(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", markup)).split())


@pytest.mark.parametrize(("part", "whole"), [(12, 375), (0, 20), (20, 20), (1, 3), (999_999, 1_000_000)])
def test_a_share_comes_with_its_wilson_interval(written: Written, part: int, whole: int) -> None:
    share, low, high = (float(number) for number in re.findall(r"\d+\.\d", text_of(written("{{ parts.percent(p, w) }}", p=part, w=whole))))
    z, p = 1.959964, part / whole
    middle, reach = p + z * z / (2 * whole), z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole**2))
    norm = 1 + z * z / whole
    assert share == pytest.approx(100 * p, abs=0.051)
    assert low == pytest.approx(100 * (middle - reach) / norm, abs=0.051)
    assert high == pytest.approx(100 * (middle + reach) / norm, abs=0.051)
    assert 0 <= low <= share <= high <= 100


def test_a_share_of_nothing_is_no_number(written: Written) -> None:
    assert text_of(written("{{ parts.percent(0, 0) }}")) == "–"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("full", "2026-11-23 04:00:03"),
        ("short", "11-23 04:00:03"),
        ("time", "04:00:03"),
        ("day", "2026-11-23"),
        ("exact", "2026-11-23 04:00:03.042 UTC+08:00"),
    ],
)
def test_times_are_in_the_reader_s_zone(written: Written, form: str, said: str) -> None:
    markup = written("{{ parts.moment(at, form) }}", zone="Asia/Shanghai", at=AT, form=form)
    assert text_of(markup) == said
    assert 'datetime="2026-11-22T20:00:03Z"' in markup


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("UTC", "+00:00"),
        ("Pacific/Kiritimati", "+14:00"),
        ("Etc/GMT+12", "-12:00"),
        ("Asia/Kathmandu", "+05:45"),
        ("America/St_Johns", "-03:30"),
    ],
)
@pytest.mark.parametrize("hour", [0, 5, 13, 22])
def test_an_exact_time_says_how_far_it_is_from_utc(written: Written, zone: str, offset: str, hour: int) -> None:
    said = text_of(written("{{ parts.moment(at, 'exact') }}", zone=zone, at=AT + hour * 3_600_000_000))
    assert said.endswith(f" UTC{offset}")


def test_a_short_time_of_another_year_names_the_year(written: Written) -> None:
    assert text_of(written("{{ parts.moment(at, 'short') }}", at=AT - 400 * 86_400_000_000)) == "2025-10-18 20:00"


@pytest.mark.parametrize(("lang", "said"), [("en", "3 minutes ago"), ("zh", "3分钟前")])
def test_how_long_ago_is_said_in_the_reader_s_language(written: Written, lang: str, said: str) -> None:
    assert text_of(written("{{ parts.ago(at) }}", lang, at=AT)) == said


@pytest.mark.parametrize(("ms", "said"), [(0.214, "0.21 ms"), (41.26, "41.3 ms"), (1234.4, "1,234 ms"), (61_000, "61.0 s")])
def test_durations_keep_three_figures(written: Written, ms: float, said: str) -> None:
    assert text_of(written("{{ parts.duration(ms) }}", ms=ms)) == said


def test_evidence_is_marked_with_its_numbers_and_never_becomes_markup(written: Written) -> None:
    segments = [
        SimpleNamespace(text="<b>", numbers=()),
        SimpleNamespace(text="<script>", numbers=(1, 3)),
        SimpleNamespace(text="x\n y", numbers=(8,)),
    ]
    markup = written("{{ parts.evidence(segments) }}", segments=segments)
    assert "<script>" not in markup
    assert '<mark class="ev ev-1" data-n="1 3" data-ends="1 3">&lt;script&gt;</mark>' in markup
    assert '<mark class="ev ev-2" data-n="8" data-ends="8">x\n y</mark>' in markup
    assert unescape(re.sub(r"</?mark[^>]*>", "", markup)).strip() == "<b><script>x\n y"


def test_an_id_is_whole_for_those_who_copy_it(written: Written) -> None:
    value = "01a20456-ae4e-7183-a499-2f4f9a6568fd"
    markup = written("{{ parts.id(value, short=true) }}", value=value)
    assert "01a20456…68fd" in markup
    assert f'data-copy="{value}"' in markup
    assert f'title="{value}"' in markup


def test_a_field_names_its_help_and_its_error(written: Written) -> None:
    markup = written("{{ parts.input('limit', 'Limit', value='\"x', help='A number.', error='Not a number.', required=true) }}")
    assert '<label for="limit">Limit</label>' in markup
    assert 'aria-describedby="limit-help limit-error"' in markup
    assert 'aria-invalid="true"' in markup
    assert 'value="&#34;x"' in markup


def test_a_text_area_keeps_its_first_line_break(written: Written) -> None:
    assert ">\n\nsecond line</textarea>" in written("{{ parts.textarea('t', 'Text', value='\\nsecond line') }}")


def test_a_drawing_has_a_table_beside_it(written: Written) -> None:
    drawing = bar_list([Bar("Fraud & <theft>", 7)], label="By type", columns=("Type", "Decisions"))
    markup = written("{{ parts.as_table(drawing) }}", drawing=drawing)
    assert '<th scope="row">Fraud &amp; &lt;theft&gt;</th><td class="num">7</td>' in markup


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_badge_and_state_has_a_word(written: Written, lang: str) -> None:
    for kind in ("unverified", "pending", "erased", "shadow", "sensitive", "new", "revoked", "expired", "default", "changed"):
        assert text_of(written("{{ parts.badge(kind) }}", lang, kind=kind))
    for kind in ("ok", "warn", "bad", "off", "wait"):
        assert text_of(written("{{ parts.state(kind, 'Word') }}", lang, kind=kind)) == "Word"
