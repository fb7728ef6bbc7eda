"""Numbers and names that only their label proves: QQ, WeChat, medical records, social security, driving files, other nations' numbers.

Each is a label, what may stand between, and a value of the right shape. A QQ group is a group of people, no person, and is left out.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from functools import cache

from stdnum.cn import uscc
from stdnum.us import ssn

from brightline.corpus.personal.context import heading, says, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.tables import foreign_numbers

__all__ = ["accounts_in_columns", "foreign_identities", "foreign_signs", "labelled", "organisations"]
TRACES = (  # google-re2, (?i): what a label of these kinds has
    r"[qｑ] ?[qｑ][^a-z群]{0,8}[0-9０-９]|扣扣|企鹅|微信(?:[:：=＝号|\t\n*<>\"是为 ]|[^群支公小读红]?[^群支公小读红]?[a-zａ-ｚ])|wechat|weixin|\bvx|\bwx[^a-z]|薇信|加V|V信|加微|微[:：]"
    r"|(?:病历|病案|住院|门诊|就诊卡?|诊疗卡?|登记|检查|病人|患者)(?:编?号|id|no|[:：#=|\t<\"\n])|\bmrn|medical.?record|patient.?(?:id|no|num)|社保|医保|社会保|公积金|养老保险|驾驶证|驾照|档案编?号"
    r"|driv\w*['’]?s?.?licen|\bssn|social.?security|社安|\bni(?:no)?\b|national insurance|国民保险|[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"
)
COLUMNS = r"QQ号?码?|微信号?|wechat(?: ?id)?|(?:病历|病案|住院|门诊|就诊卡|社保|社会保障|医保|公积金)[卡账]?编?号码?|MRN|medical record"

_IS = r"(?:号码|帐号|账号|号|#|no\.?|number|id)?[ \"']{0,2}(?:[:=|\t\n]|是|为|叫|就是)?[ \"'(]{0,3}"
_LABELLED: tuple[tuple[str, re.Pattern[str], float], ...] = tuple(
    (rule, re.compile(pattern, re.IGNORECASE), score)
    for rule, pattern, score in (
        (
            "personal.qq",
            rf"(?:(?<![A-Za-z])Q ?Q(?!群| ?群|邮箱|音乐|浏览器|空间)|扣扣|企鹅号?)[ _-]?{_IS}(?:(?<=[QqQ])[ ]?)?([1-9][0-9]{{4,10}})(?![0-9A-Za-z@.]|[-/年月][0-9])",
            0.8,
        ),
        (
            "personal.wechat",
            rf"(?:微信(?!群|支付|公众号|公众平台|小程序|读书|红包)|(?<![A-Za-z])(?:we ?chat|weixin|vx|wx)(?![A-Za-z])|(?<![A-Za-z])vx(?=[a-z]+[_-]?[0-9])|薇信|威信号|加V|V信|加微|微(?=:))[ _-]?{_IS}([A-Za-z][A-Za-z0-9_-]{{5,19}})(?![0-9A-Za-z_@.-])",
            0.7,
        ),
        (
            "personal.medical_record",
            r"(?:病历|病案|住院|门诊|就诊卡?|诊疗卡?|登记|病人|患者|检查|(?<![A-Za-z])MRN|medical[ _-]?record|patient[ _-]?(?:id|no|number)|chart)(?:编?号码?|ID|[ _-]?n(?:o|um(?:ber)?)\.?|[ _-]?id|(?=[ ]?[:#=]))?[ \"']{0,2}(?:[:=#|\t\n]|是|为)?[ \"'(]{0,3}([A-Za-z]{0,4}-?[0-9][0-9-]{4,16}[0-9])(?![0-9A-Za-z]|[./年][0-9])",
            0.8,
        ),
        (
            "personal.social_security",
            rf"(?:社会保障|社会保险|社保|医保|公积金|养老保险)(?:个人)?(?:卡|账户|帐户|电脑|个人)?(?:编号|号码|号|账号|帐号){_IS}([A-Za-z]{{0,2}}[0-9]{{6,19}}[0-9Xx]?)(?![0-9A-Za-z])",
            0.8,
        ),
        (
            "personal.driving_licence",
            rf"(?:(?:驾驶证|驾照)(?:编|证)?(?:号码|号)?|(?:驾驶证|驾照)?档案编?号|driv(?:er'?s?|ing)[ _-]?licen[cs]e(?:[ _-]?(?:no\.?|num(?:ber)?))?){_IS}([0-9]{{12}}(?:[0-9]{{6}})?|[A-Z]{{1,5}}[0-9]{{4,6}}[0-9A-Z]{{0,7}})(?![0-9A-Za-z])",
            0.75,
        ),
        ("personal.us_ssn", r"(?<![0-9-])((?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4})(?![0-9-])", 0.85),
        (
            "personal.uk_nino",
            r"(?<![0-9A-Za-z])((?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D])(?![0-9A-Za-z])",
            0.85,
        ),
    )
)
_NEED_WORDS = {
    "personal.us_ssn": r"(?<![A-Za-z])SSN|social[ _-]?security|社会安全|社安",
    "personal.uk_nino": r"(?<![A-Za-z])NI(?:NO)?(?![A-Za-z])|national insurance|国民保险",
}
_USCC = re.compile(r"(?<![0-9A-Za-z])[159ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])")
_LOOK_AROUND = re.compile(r"\(\?<?!.*?\)")
_NO_ACCOUNT = re.compile(
    r"^(?:official|wechat|weixin|payment|public|support|service|account|number|group|login|message|mini|moments|android|iphone)",
    re.IGNORECASE,
)


def labelled(text: str, focus: int = 0) -> Iterator[Found]:
    """Everything whose label stands beside it."""
    for rule, pattern, score in _LABELLED:
        for match in pattern.finditer(text, focus):
            if _fits(rule, text, match):
                yield Found(rule, *match.span(1), "label" if rule not in _NEED_WORDS else "pattern+context", score)


def _fits(rule: str, text: str, match: re.Match[str]) -> bool:
    value = match.group(1)
    if rule == "personal.wechat":
        own = bool(re.search(r"[0-9_-]", value)) or "号" in match.group()
        return own and not _NO_ACCOUNT.match(value)
    if rule == "personal.us_ssn":
        return ssn.is_valid(value) and says(_NEED_WORDS[rule], text, *match.span(1))
    if rule == "personal.uk_nino":
        return says(_NEED_WORDS[rule], text, *match.span(1)) or value.count(" ") >= 3
    if rule == "personal.medical_record":
        return bool(
            re.search(r"号|ID|id|no|No|NO|number|MRN|record|#|:", match.group()[: match.start(1) - match.start()])
        ) and not re.fullmatch(r"(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}", value)
    return True


_COLUMNS = {
    "personal.qq": (r"^\W*QQ(?:号码?)?\W*$", re.compile(r"[1-9][0-9]{4,10}")),
    "personal.wechat": (r"^\W*(?:微信|wechat)(?:号|id)?\W*$", re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,19}")),
    "personal.medical_record": (
        r"^\W*(?:病历|病案|住院|门诊|就诊卡|MRN|medical record)(?:编?号|no)?\W*$",
        re.compile(r"[A-Za-z]{0,4}-?[0-9][0-9-]{4,16}[0-9]"),
    ),
    "personal.social_security": (
        r"^\W*(?:社保|社会保障|医保|公积金)(?:卡|账)?(?:编?号码?|号)\W*$",
        re.compile(r"[A-Za-z]{0,2}[0-9]{6,19}[0-9Xx]?"),
    ),
}
_CELL_VALUE = re.compile(r"(?:(?:^|(?<=[|\t,\n])) *|(?<=  ))([A-Za-z0-9][A-Za-z0-9_-]{4,22}) *(?=[|\t,\n]|  |$)")


def accounts_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """The same under the heading of a column."""
    for match in _CELL_VALUE.finditer(text, focus):
        over = heading(text, match.start(1))
        for rule, (label, shape) in _COLUMNS.items():
            if over and words(label).search(over) and shape.fullmatch(match.group(1)):
                yield Found(rule, *match.span(1), "column", 0.75)


@cache
def _validator(name: str) -> Callable[[str], bool]:
    is_valid: Callable[[str], bool] = importlib.import_module(f"stdnum.{name}").is_valid
    return is_valid


def foreign_identities(text: str, focus: int = 0) -> Iterator[Found]:
    """Identity numbers of other countries: their check digit and, where that is weak, a word near them."""
    for number in foreign_numbers():
        for match in number.pattern.finditer(text, focus):
            if (not number.context or says(number.context, text, *match.span())) and _validator(number.validator)(match.group()):
                proof = number.validator + ("+context" if number.context else "")
                yield Found("personal.national_id", *match.span(), proof, 0.8)


def foreign_signs() -> str:
    """An expression for the words that make a number one of another country's, and for the numbers that need none."""
    signs = (f"(?i:{number.context})" if number.context else number.pattern.pattern for number in foreign_numbers())
    return _LOOK_AROUND.sub("", "|".join(signs))


_USCC_SPREAD = re.compile(r"(?<![0-9A-Za-z])[159ANY](?: {0,2}[-·]? {0,2}[0-9A-HJ-NPQRTUWXY]){17}(?![0-9A-Za-z])")


def organisations(text: str, focus: int = 0) -> Iterator[Found]:
    """Unified social credit codes (GB 32100-2015, check character of ISO 7064 MOD 31-3): of a sole trader it is a person's."""
    for match in _USCC.finditer(text, focus):
        if uscc.is_valid(match.group()):
            yield Found("personal.uscc", *match.span(), "cn.uscc", 0.2)
    for match in _USCC_SPREAD.finditer(text, focus):
        if uscc.is_valid(re.sub(r"[^0-9A-Z]", "", match.group())):
            yield Found("personal.uscc", *match.span(), "cn.uscc", 0.2)
