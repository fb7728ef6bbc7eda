"""Vehicles: licence plates (GA 36-2018) of all provinces, also new-energy ones, and vehicle identification numbers (GB 16735-2019).

Plates of the army and the armed police (and 警) are left out: they belong to the State, so they are nobody's personal data. Embassies'
(使, 领) are left out for the same reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.corpus.personal.context import before, heading, says, words
from brightline.corpus.personal.found import Found

__all__ = ["PROVINCES", "plates", "vehicle_digit", "vehicle_numbers"]

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"  # GA 36-2018, annex A
_SIGNS = "A-HJ-NP-Z0-9"
_PLATE = re.compile(
    rf"(?<![A-Za-z0-9])[{PROVINCES}] ?[A-HJ-NP-Za-hj-np-z] ?[·.-]? ?(?:([DABCEFGHJK][{_SIGNS}][0-9]{{4}}|[0-9]{{5}}[DABCEFGHJK]|[DABCEFGHJK][{_SIGNS}]{{5}})|([{_SIGNS}]{{5}})|([{_SIGNS}]{{4}}[挂学港澳]))(?![A-Za-z0-9]|[·.-][0-9])",
    re.IGNORECASE,
)
_SPACED = re.compile(rf"(?<![A-Za-z0-9])[{PROVINCES}] [A-HJ-NP-Z](?: [{_SIGNS}]){{5,6}}(?![A-Za-z0-9])")
_WORDS = r"车牌|号牌|牌照|车号|plate|车辆|汽车|轿车|司机|车主|驾驶|停车|停放|违章|违停|肇事|货车|面包车|小车|licen[cs]e|我的车|车是|开着|开的车|一辆"
_LABEL = r"车牌|号牌|牌照|车号|plate"
_VIN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NPR-Z0-9]{17}(?![A-Za-z0-9])", re.IGNORECASE | re.ASCII)  # not the Kelvin sign for a K
_VIN_WORDS = r"(?<![A-Za-z])VIN|车架|車架|识别代号|识别代码|识别码|大架号|chassis|vehicle id"
_VIN_VALUES = {**{str(digit): digit for digit in range(10)}, **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))}  # fmt: skip
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def plates(text: str, focus: int = 0) -> Iterator[Found]:
    """Licence plates."""
    for pattern in (_PLATE, _SPACED):
        for match in pattern.finditer(text, focus):
            near = says(_WORDS, text, *match.span())
            if _regular(match.group()) and (near or _written_as_a_plate(match.group())):
                yield Found("personal.plate", *match.span(), "ga36" + ("+context" if near else ""), 0.9 if near else 0.75)
            elif words(_LABEL).search(heading(text, match.start()) or before(text, match.start(), 6)) and re.search(
                r"[0-9]", match.group()
            ):
                yield Found("personal.plate", *match.span(), "pattern+context", 0.6)


def _signs(plate: str) -> str:
    """What stands behind province and city."""
    return re.sub(r"[ ·.-]", "", plate)[2:]


def _regular(plate: str) -> bool:
    """At most two letters among the last five or six signs (GA 36-2018, annex B), so at least three digits."""
    signs = _signs(plate)
    return sum(sign.isdigit() for sign in signs) >= 3 and sum(sign.isascii() and sign.isalpha() for sign in signs) <= 2


def _written_as_a_plate(plate: str) -> bool:
    """Four digits or a letter among them, in capitals, spaced evenly or not at all."""
    signs = _signs(plate)
    lettered = any(sign.isascii() and sign.isalpha() for sign in signs)
    return (lettered or sum(sign.isdigit() for sign in signs) >= 4) and plate.upper() == plate and plate.count(" ") != 1


def vehicle_numbers(text: str, focus: int = 0) -> Iterator[Found]:
    """Vehicle identification numbers whose ninth sign is the check digit, where a word says so."""
    for match in _VIN.finditer(text, focus):
        code = match.group().upper()
        if (
            sum(sign.isdigit() for sign in code) >= 5
            and not code.isdigit()
            and vehicle_digit(code) == code[8]
            and says(_VIN_WORDS, text, *match.span())
        ):
            yield Found("personal.vin", *match.span(), "gb16735+context", 0.85)


def vehicle_digit(code: str) -> str:
    """The ninth sign of a vehicle identification number (GB 16735-2019, annex A; ISO 3779)."""
    rest = sum(_VIN_VALUES[sign] * weight for sign, weight in zip(code, _VIN_WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)
