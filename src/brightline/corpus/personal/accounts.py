"""Numbers and names that only their label proves: QQ, WeChat, medical records, social security, driving files; and codes of organisations.

Each kind is its labels in the words of the trades that write them, and the shape of its values; ``labels`` knows how the two stand
together. Shapes: QQ 5–11 digits, the first not 0; WeChat 6–20 signs from a letter on (its help centre), or ``wxid_`` as the service
gives them; a file of a driving licence 12 digits, the first four a division's (GA 482-2012, the licence's second page); social security:
personal numbers of 8–14 digits and card numbers of up to two letters and seven digits and more, each province its own. A QQ group is a group of people, no person, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from stdnum.cn import uscc
from stdnum.us import ssn

from brightline.corpus.personal.context import heading, says, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import Gated, Which, gated
from brightline.corpus.personal.labels import backward, forward, latin, plain
from brightline.corpus.personal.tables import divisions

__all__ = ["accounts_in_columns", "labelled", "organisations"]

_QQ = rf"{latin('Q ?Q|tencent qq', 'QQ|Qq')}(?!群| ?群|邮箱|音乐|浏览器|空间|堂|飞车|游戏|[A-Za-z]{3}(?<!num))(?:联系方式|登录)?(?:[/、和](?:微信|TIM|电话|手机))?|(?<![A-Za-z])Q我(?=[: ])|加我Q(?![A-Za-z])|[扣叩抠口蔻秋]{{2}}(?=[: 号是0-9])|扣(?=[: ]?[1-9][0-9]{{5,10}}(?![0-9]| ?[元块分]))|🐧|(?<![A-Za-z0-9])[qQ](?= [1-9][0-9]{{6}})|[扣叩抠]号|球球号|企鹅号?|(?<![A-Za-z])[加+联系]{{1,2}} ?Q(?![A-Za-z群])|(?<![A-Za-z])Q号|(?<![A-Za-z0-9])Q(?=:)|(?<=[我他她\u4e00-\u9fff])Q(?=[1-9])|qq\.com/msgrd\?[a-z0-9=&]{{0,24}}uin|tencent://message/?\?uin|user\.qzone\.qq\.com/"
_WECHAT = (
    r"[微徽薇威維维徵][-~·.❤♥]{0,2}[信芯](?!群|支付|公众|小程序|读书|红包|版本|开放|商户|视频号|用户)(?:名片|联系方式|二维码)?(?:搜索?|添加|请加|加我?|联系我?|咨询)?[呗吧啊呀哦]?(?:[/、和](?:手机|电话|QQ))?|微亻言|[微薇威维][❤♥]信?|(?:微信|[wvWV][xX]?)同号,? ?(?:或者?|也可以?)?加|加个?[微薇威](?![信\u4e00-\u9fff])|(?<![\u4e00-\u9fff])[微威薇](?= [A-Za-z])|[微Vv]我(?=:|[a-z]{2,12}[_-]?[a-z]{0,8}[0-9])|(?<=[主小大号])[vV](?= )|[vV] [xX](?=:)|(?<=我)[vV](?=$|[\s,。!])|(?<=[\u4e00-\u9fff] )V(?= [a-z])|(?<![A-Za-z])[vV]{3,4}(?=[: ])|(?<![A-Za-z])[wW][-·.❤♥ ][xX](?=[: ])|卫星(?=[: ])|绿泡泡?|绿色软件|💚|🛰|(?<![A-Za-z])wxid(?=[\"' ]{0,2}[:=])|(?:(?<![A-Za-z0-9_./-]))vx(?=(?!lan|works)[a-z]{2,12}[_-]?[0-9]{2})|wei信|v信|[薇威](?=[:❤ ])|[威Vv]❤|(?<=[我他她]的)v(?=是)|卫星号|绿泡泡|(?<![A-Za-z])[加+➕]我?[Vv微](?![a-z]*[ :]*[a-z]*2ray)|(?<![A-Za-z])v(?=: {0,3}[^ \n])|微(?=:)|"
    + latin(
        "we-?chat(?:['’]s)?|weixin|(?-i:(?:vx|wx|VX|WX|Vx|Wx)(?![a-z]| [-+*/=]))|(?-i:VX)(?=(?-i:[a-z]+[_-]?[0-9]))|wx(?=号)",
        "We[Cc]hat|Wx|Wei[Xx]in",
    )
)
_SOCIAL = (
    r"(?:社会保障|社会保险|社保|医疗保险|医疗救助|医保|住房公积金|公积金|养老保险|失业保险|工伤保险|生育保险|退休金)(?:个人|职工|参保人?|联名|电子)?(?:[(\[][^()\[\]\n]{1,12}[)\]])?(?:卡|账户|帐户|电脑|手册|凭证|个人|客户|本)?(?:[(\[][^()\[\]\n]{1,12}[)\]])?(?:编号|号码|号|账号|帐号|账户|识别号|卡号|客户号)"
    r"|(?:社会保障|社保|医保)卡(?=[ :为是]{0,3}[A-Z]{0,2}[0-9])|医疗证号?|参保(?:人|人员)?(?:编?号|编码)|个人编号(?=[(\[]社保)|电脑号|(?:新?农合|合作医疗)(?:医疗)?(?:证|卡)?(?:编?号码?|号)|个人公积金号|(?:社会保障|社保|医保)卡(?:(?= ?卡号)|[上里]的?(?=号))|(?:社保|医保|公积金)(?=是?多少)|退休证|劳保(?=号)|保险手册|社保电脑序|职工编号(?=[(\[]社保)"
    + "|"
    + latin(
        r"social[ _-]?(?:security|insurance)(?:[ _-]?(?:card|account))?|(?:medical|health)[ _-]?insurance(?:[ _-]?card)?|medicare(?:[ _-]?card)?|(?:housing[ _-]?)?(?:provident[ _-]?)?fund[ _-]?(?:account|no)|insured[ _-]?(?=no|id|num)|sbk?h|ybk?h|gjj(?:[ _-]?(?:account|zh))?|sb(?=_no)|yb(?=_no)",
        "SocialSecurity|MedicalInsurance|socialInsurance",
    )
)
_DRIVER = (
    r"(?:机动车)?驾驶(?:人|员)?(?:证|执照)(?:[(\[][^()\[\]\n]{1,8}[)\]])?(?:的?档案)?|驾照(?:的?档案)?|駕駛執照|駕照|(?:驾驶人?|司机)?档案(?=编?号)|档 案(?= 编 号)|(?<=驾驶证)副页|证芯编号|(?:運転)?免許証(?:番号)?|(?:运转)?免许证番号"
    + "|"
    + latin(
        r"driv(?:er|ing)['’]?s?[ _-]?lic(?:en[cs]e|\.)?(?:[ _-]?(?:file|card|id))?|cdl|dvla(?: licen[cs]e)?|permis de conduire|führerschein(?:nummer|nr)?|driver[ _-]?file|operator['’]?s?[ _-]licen[cs]e|licen[cs]e[ _-]?file|licen[cs]e (?:no\.?|number) ?\(driver\)|(?-i:DL)(?=[ #:_N-])(?: [A-Z](?= [A-Z][0-9]))?|(?-i:DLN)|dl_?(?=n(?:o|um))|licen[cs]e(?= ?(?:#|no\.?|number|card)| [A-Z][0-9]{4}-[0-9]{5}-[0-9]{5})|jszh|dabh",
        "Driver[Ll]icen[cs]e|DriverFile",
    )
)
_RESIDENCE = (
    r"居留(?:许可|证件?)(?:, ?证号)?|(?-i:PR)(?= (?:[Nn]o|[Nn]um|card))|(?:临时)?居住[证證]|暂住证|居住登记(?:凭证)?|永久居留(?:身份)?[证證]?|永居[卡证]?|五星卡|绿卡|枫叶卡|在留(?:卡|カ[ー-]ド|资格)(?:番号)?|外国人登[录陆]证|(?-i:BRP)卡?"
    + "|"
    + latin(
        r"(?:biometric )?residence[ _-]?(?:permit|card)|(?:permanent|temporary) resident(?:[ _-]?(?:card|id|permit))?|green[ _-]?card|alien[ _-](?:registration[ _-])?(?=n)|a-(?=number)|uscis|brp(?=[ _-]?n)|pr card|aufenthaltstitel(?: nr\.?)?|(?:titre|carte) de séjour(?: n°)?",
        "Residence[Pp]ermit|GreenCard",
    )
)
_RECORD = r"(?:病历本?|病案|住院|门诊|就诊卡?|诊疗卡?|健康卡|影像|检验|登记|病人|患者|检查|(?<![A-Za-z])(?:MRN|admission|hospital(?= n)|blh|zyh|mzh)|medical[ _-]?record|patient[ _-]?(?:id|no|number)|chart)(?:编?号码?|ID|[ _-]?n(?:o|um(?:ber)?)\.?|[ _-]?id|(?=[ ]?[:#=]))?[ \"']{0,2}(?:[:=#|\t\n]|是|为)?[ \"'(]{0,3}([A-Za-z]{0,4}-?[0-9][0-9-]{4,16}[0-9])(?![0-9A-Za-z]|[./年][0-9])"
_QQ_VALUE = r"[1-9][0-9]{4,10}|[1-9](?: [0-9]){4,10}|[1-9][0-9]{2,3}(?:[ -][0-9]{3,4}){1,2}"
_WECHAT_VALUE = r"(?:(?<![0-9A-Za-z_.-])|(?<=[\u4e00-\u9fff]-)|(?<=(?-i:VX))|(?<=(?-i:vx))(?<![A-Za-z0-9_](?-i:vx))|(?<=[+加➕][vV])|(?<=加我[vV])|(?<=[vV]我))[A-Za-z][A-Za-z0-9_-]{5,19}"
_SOCIAL_VALUE = r"[A-Za-z]{0,2}[0-9]{6,19}[0-9Xx]?"
_DRIVER_VALUE = r"[A-Z][0-9]{6}\([0-9A]\)|[A-Z][0-9]{3}[0-9A-Z]{7}|[0-9]{12,13}(?:[0-9]{5}[0-9Xx])?|[0-9]{3} [0-9]{3} [0-9]{3}|[0-9]{4} [0-9]{4} [0-9]{4}|[A-Z]{1,2}[0-9]{2,4}(?:[ -]?[0-9]{2,5}){1,4}(?:-[0-9])?|[A-Z9]{5} ?[0-9]{6} ?[A-Z9]{2}[0-9][A-Z]{2}|[A-Z]{1,5}[0-9]{4,6}[0-9A-Z]{0,7}|[0-9]{7,10}"
_RESIDENCE_VALUE = r"[0-9]{17}[0-9Xx]|[A-Z]{3}[0-9]{10,12}|[A-Z]{1,2}[0-9]{7,9}(?:[A-Z]{2})?|A?[0-9]{3}-[0-9]{3}-[0-9]{3}|[A-Z]{2}[0-9]{4}-[0-9]{4}|[0-9]{6}-[5-8][0-9]{6}|(?!1[3-9][0-9]{9}(?![0-9]))(?!20[0-9]{6}(?![0-9]))[0-9]{8,16}"
_NUMBER_END = r"(?![0-9A-Za-z@]|\.[0-9A-Za-z]|[-/年月:][0-9]| ?(?:[次元块首个名万亿%篇项]|只(?![要有能是加])|人次|多))"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of account: what it is called before and behind its value, the shape of that, and how its columns are headed (``plain``)."""

    rule: str
    score: float
    literal: re.Pattern[str]
    forward: Gated
    backward: Gated | None
    column: re.Pattern[str]
    cell: re.Pattern[str]


def _kind(rule: str, score: float, literal: str, label: str, value: str, end: str, column: str, cell: str = "") -> _Kind:
    return _Kind(
        f"personal.{rule}",
        score,
        re.compile(literal, re.IGNORECASE),
        forward(label, value, end),
        backward(label, value),
        re.compile(column),
        re.compile(cell or value, re.IGNORECASE),
    )


_OWNERS = r"(?:我的|本人|联系人?|家长|学生|客户|用户|司机|员工|contact|user|customer|member|tencent|my)?"
_NUMBER = r"(?:号码?|账号|帐号|账户|编号|id|no|num|number|account|acct|code)?"
_KINDS: tuple[_Kind, ...] = (
    _kind(
        "qq", 0.8, r"[q扣叩抠口蔻秋🐧]|企鹅|球球|uin", _QQ, _QQ_VALUE, _NUMBER_END, rf"{_OWNERS}(?:qq|扣扣){_NUMBER}", r"[1-9][0-9]{4,10}"
    ),
    _kind(
        "wechat",
        0.7,
        r"[微信薇威维徵]|卫星|绿|💚|🛰|wei|we-?chat|[vw][-·.❤♥ ]?x|[加+➕我]v|v[:我❤♥ ]|vv",
        _WECHAT,
        _WECHAT_VALUE,
        r"(?![0-9A-Za-z_@-]|\.[0-9A-Za-z])",
        rf"{_OWNERS}(?:微信|weixin|wechat|wx|vx|wxid){_NUMBER}",
    ),
    _kind(
        "social_security",
        0.8,
        r"社|医|劳保|保险手册|公积金|养老|电脑号|参保|农合|合作|失业|工伤|生育|退休|social|insurance|medicare|fund|insured|sb|yb|gjj",
        _SOCIAL,
        _SOCIAL_VALUE,
        r"(?![0-9A-Za-z]|\.[0-9]| ?[元万亿%])",
        rf"{_OWNERS}(?:个人)?(?:社保|社会保障|社会保险|医保|医疗保险|公积金|住房公积金|养老保险|参保人?|社保电脑|健康保险|socialsecurity|socialinsurance|medicalinsurance|healthinsurance|housingfund|gjj|sb|yb|insured)(?:个人)?(?:卡|账|card|zh)?(?:卡号|h|kh)?{_NUMBER}",
    ),
    _kind(
        "driving_licence",
        0.75,
        r"驾|駕|档 ?案|证芯|免[許许]|driv|operator|\bc?dl|licen|dvla|permis|führer|jszh|dabh",
        _DRIVER,
        _DRIVER_VALUE,
        r"(?![0-9A-Za-z]|[-./][0-9])",
        rf"(?:机动车)?(?:驾驶证|驾照|驾驶执照|驾驶员证|司机证)(?:档案)?{_NUMBER}|档案编号|{_OWNERS}(?:driver|driving|drivers)lic(?:en[cs]e)?(?:file)?{_NUMBER}|driverfile{_NUMBER}|dl(?:no|num|number|n)|jszh|dabh",
    ),
    _kind(
        "residence_permit",
        0.7,
        r"居|永|暂住|五星|绿卡|枫叶|在留|登[录陆]|brp|resid|green|alien|a-num|uscis|pr card|pr n|aufenth|titre|carte",
        _RESIDENCE,
        _RESIDENCE_VALUE,
        r"(?![0-9A-Za-z@]|[-/年月][0-9]| ?(?:[次元个名万亿%人日天年]))",
        rf"{_OWNERS}(?:居住证|永久?居留?证|永居卡|居留许可|暂住证|residencepermit|residentcard|greencard|brp){_NUMBER}",
    ),
)
_LABELS = Which([(one or kind.forward).pattern.pattern for kind in _KINDS for one in (kind.forward, kind.backward)], re.IGNORECASE)
_RECORDS = gated(_RECORD, re.IGNORECASE)
_SSN = re.compile(r"(?<![0-9-])((?!000|666|9)[0-9]{3}([- .]?)(?!00)[0-9]{2}\2(?!0000)[0-9]{4})(?![0-9-])")
_NINO = gated(
    r"(?<![0-9A-Za-z])((?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-D])(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_SSN_WORDS = r"(?<![A-Za-z])SSN|social[ _-]?security|社会安全|社安|美国社保|(?<![A-Za-z])SS ?(?:#|no|number)|soc(?:ial)?\.? ?sec|my social(?![ -]?[a-hj-z])|(?<![A-Za-z])social ?(?::|#|is|number|\?)"
_NINO_WORDS = r"(?<![A-Za-z])N\.?I\.?(?:NO)?(?![A-Za-z])|(?<![A-Za-z])ni_?num|nat(?:ional|\.)? ?ins(?:urance)?|国民保险|HMRC|(?<![A-Za-z])P(?:45|60)(?![0-9])|pay ?slip"
_WXID = re.compile(r"(?<![0-9A-Za-z_])wxid_[0-9a-z]{12,16}(?![0-9A-Za-z_])")  # what the service gives who chose no name
_USCC = re.compile(r"(?<![0-9A-Za-z])[159ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])")
_NO_ACCOUNT = re.compile(
    r"^(?:official|we-?chat|weixin|payment|public|support|service|account|number|group|login|message|mini|moments|android|iphone|appid|openid|unionid|version|please|contact|wx[0-9a-f]{16})",
    re.IGNORECASE,
)
_OWN_SIGN = re.compile(r"[0-9_-]")
_SURE_LINK = re.compile(
    r"号|(?:we-?chat|weixin|[vw]x|(?<![a-z])(?-i:V))[\"']? ?[:=]|[\u4e00-\u9fff] ?[:=\n|]|id|no|account|num|是", re.IGNORECASE
)
_WORD_BEHIND = re.compile(r" ?[(.]|[ ,]{1,2}[A-Za-z]")
_DRIVER_WORDS = r"驾|駕|司机|准驾|违章|扣\d{1,2}分|driv|车型|licenseclass|免許|免许|证芯|permis"
_DRIVING = r"driving|driver['’]?s? (?!version|update)|driver$|(?<![A-Za-z])(?:dvla|dmv|dvsa|cdl|vehicle|class [a-dm](?![A-Za-z]))|驾|司机"
_FOREIGN_LICENCE = r"driv|驾|operator|(?<![a-z])c?dl|dvla|führer|免許|permis"
_OTHER_FILES = r"科研|项目|卷宗|馆藏|人事|文书|工程|合同|病|学生|毕业|干部|党员|文献|software|MIT"


def labelled(text: str, focus: int = 0) -> Iterator[Found]:
    """Everything whose label stands beside it."""
    may = {number // 2 for number in _LABELS.of(text)}
    for place, kind in enumerate(_KINDS):
        if place not in may or kind.literal.search(text) is None:
            continue
        for match in kind.forward.finditer(text, focus):
            if _fits(kind.rule, text, match, text[match.start() : match.start(1)]):
                yield Found(kind.rule, *match.span(1), "label", kind.score)
        if kind.backward is not None:
            for match in kind.backward.finditer(text, focus):
                if _fits(kind.rule, text, match, text[match.end(1) : match.end()]):
                    yield Found(kind.rule, *match.span(1), "label", kind.score)
    for match in _WXID.finditer(text, focus):
        yield Found("personal.wechat", *match.span(), "shape", 0.9)
    yield from _records(text, focus)
    for match in _SSN.finditer(text, focus):
        if ssn.is_valid(re.sub("[^0-9]", "", match.group(1))) and says(
            _SSN_WORDS, text, *match.span(1), reach=48 if match.group(2) else 24
        ):
            yield Found("personal.us_ssn", *match.span(1), "pattern+context", 0.85)
    for match in _NINO.finditer(text, focus):
        if says(_NINO_WORDS, text, *match.span(1)) or (match.group(1).count(" ") >= 3 and match.group(1).isupper()):
            yield Found("personal.uk_nino", *match.span(1), "pattern+context", 0.85)


def _records(text: str, focus: int) -> Iterator[Found]:
    for match in _RECORDS.finditer(text, focus):
        numbered = re.search(r"号|卡|ID|id|no|No|NO|number|MRN|record|#|:", match.group()[: match.start(1) - match.start()])
        if numbered and not re.fullmatch(r"(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}", match.group(1)):
            yield Found("personal.medical_record", *match.span(1), "label", 0.8)


def _fits(rule: str, text: str, match: re.Match[str], label: str) -> bool:
    """Does what stands around a labelled value leave it one? ``label``: what was written between both, the label with it."""
    value = match.group(1)
    if rule == "personal.wechat":
        if _NO_ACCOUNT.match(value):
            return False
        sure = _SURE_LINK.search(label) is not None
        return _OWN_SIGN.search(value) is not None or (sure and _WORD_BEHIND.match(text, match.end(1)) is None)
    if rule == "personal.driving_licence":
        return _is_licence(text, match, value, label)
    return True


def _is_account(value: str, name: str) -> bool:
    """Is a word under a heading of WeChat an account? Under "WeChat" alone stand names of programs and of ways to pay as well."""
    return not _NO_ACCOUNT.match(value) and (
        _OWN_SIGN.search(value) is not None or not name.isascii() or name.endswith(("id", "no", "number"))
    )


def _is_licence(text: str, match: re.Match[str], value: str, label: str) -> bool:
    """A file's number without a word of driving has to begin with a province; another country's licence needs its own label."""
    if (value.isdecimal() and len(value) in (12, 13)) or value.count(" ") == 2:
        if words(_DRIVER_WORDS).search(label) or says(_DRIVER_WORDS, text, *match.span(1)):
            return True
        return value[:2] in divisions().provinces and not says(_OTHER_FILES, text, *match.span(1))
    if value.isdecimal() and len(value) < 12:
        if "档案" in label or words(r"^c?dl *$").search(label):
            return False
        return words(_FOREIGN_LICENCE).search(label) is not None or says(_DRIVING, text, *match.span(1))
    if words("^licen[cs]e").search(label) and not says(_DRIVING, text, *match.span(1)):
        return False  # of software, of a shop
    return "档" not in label and sum(sign.isdigit() for sign in value) >= 5


_RECORD_COLUMN = re.compile(r"(?:病历|病案|住院|门诊|就诊卡|mrn|medicalrecord|patientid)(?:编?号码?|no|id|number)?")
_RECORD_CELL = re.compile(r"[A-Za-z]{0,4}-?[0-9][0-9-]{4,16}[0-9]")
_COLUMNS = (*((kind.rule, kind.column, kind.cell) for kind in _KINDS), ("personal.medical_record", _RECORD_COLUMN, _RECORD_CELL))
_CELL_VALUE = re.compile(r"(?:(?:^|(?<=[|\t,\n('\"])) *|(?<=  ))([A-Za-z0-9][A-Za-z0-9_-]{4,22}) *(?=[|\t,\n)'\"]|  |$)")
TRACES = (  # google-re2, (?i): what the labels of these kinds begin with
    r"[qｑ] ?[qｑ]|[扣叩抠口蔻秋][扣叩抠号口蔻秋]|扣[:： ]?[1-9][0-9]{5}|🐧|\bq [1-9][0-9]{6}|球球号|企鹅|[加＋+系我]\s?[qｑ]|(?:^|[^a-z0-9])[qｑ][号:：]|uin=|[微徽薇威維维徵v]信(?:[^群支公小读红]|$)|wei信|[薇威vｖ][❤:：]|微[:：]|卫星号|绿泡泡|[加＋+➕][vｖ微]|(?:^|[^a-z0-9])[vｖ][:：]|微 信 号|[微徽薇威維维徵][-~·.❤♥]{1,2}[信芯]?|[威薇微维]芯|微亻言|同号[,，]?\s?(?:或者?|也)?.{0,2}加|加个?[微薇威]|[微威薇]\s[a-z]|[微v]我[:：a-z]|[主小大号]v\s|\bv x[:：]|我v(?:[^a-z0-9]|$)|[^\x00-\x7f]\sv\s[a-z]|\bvvv|\bw[-·.❤♥ ]x[:： ]|卫星[:： ]|绿泡|绿色软件|💚|🛰|_[vw]x\b|we-?chat|weixin|wxid_|\bvx|\bwx(?:[^a-z]|$)|wx_?(?:no|id|acc|num)|[a-z]wx\b"
    r"|(?:病历|病案|住院|门诊|就诊卡?|诊疗卡?|登记|检查|病人|患者)(?:编?号|id|no|[:：#=|\t<\"\n])|病历本|健康卡|诊疗卡|影像号|检验号|\bmrn|medical.?record|patient.?(?:id|no|num)|\bchart n|admission.?n|hospital n|\b(?:blh|zyh|mzh)\b"
    r"|社保|医保|社会保|公积金|养老保险|电脑号|医疗[保证]|参保|农合|合作医疗|失业保险|工伤保险|生育保险|社 保|医 保|social.?(?:sec|ins)|(?:medical|health).?insurance|medicare|fund.?(?:acc|no)|insured|\bsbk?h|\bybk?h|\bgjj|驾[驶照]|駕|档 ?案|driv\w{0,4}['’]?s?.?(?:lic|file)|operator['’]?s?.licen|\bdl[n #:_-]|licen.e[_ -]?file|licen[cs]e [a-z][0-9]{4}-|licen.e ?(?:n|#|card)|jszh|dabh|退休证|劳保号|保险手册|职工编号[(（]社|证芯|免[許许][証证]|permis de cond|f[üu]hrerschein|\bcdl\b|\bdvla|\bdlnum"
    r"|居留[许证]|居住[证證登]|暂住证|永[居久]|五星卡|绿卡|枫叶卡|在留|外国人登[录陆]|\bbrp|residen(?:ce|t).?(?:permit|card|id)|permanent resid|green.?card|alien.(?:reg|num)|\ba-number|uscis|\bpr (?:card|no|num)|aufenthaltst|de séjour"
    r"|\bssn|社会安全|社安|\bss ?(?:#|no|num)|soc\.? sec|\bsocial ?(?:[:#(?]|is|num)|my social|\bni(?:no)?\b|\bn\.i\.|\bni_?num|nat(?:ional|\.)? ?ins|国民保险|[A-Z]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-D]"
)
COLUMNS = (
    r"(?:联系人?|家长|学生|客户|用户|员工|司机|本人|我的|user_?|contact_?|customer_?|member_?|tencent_?)?(?:QQ|微信|wechat|weixin|wx|vx|wxid|扣扣)[号_ ]?(?:码|账号|id|no|num|number|account)?"
    r"|(?:个人)?(?:病历|病案|住院|门诊|就诊卡|社保|社会保[障险]|医保|医疗保险|(?:住房)?公积金|养老保险|健康保险|参保人?|驾驶证|驾照|驾驶执照|驾驶员证|司机证|居住证|永久?居留?证|居留许可)(?:电脑|个人|档案)?[卡账]?(?:卡号|编?号码?|账号)?|MRN|medical[ _]record[_ ]?(?:no|number|id)?"
    r"|(?:social_?(?:security|insurance)|(?:medical|health)_?insurance|housing_?fund|insured|driv(?:er|ing|ers)(?:'s)?_?lic(?:en[cs]e)?|driver_file|dl|gjj|sb|yb)_?(?:card|account|file)?_?(?:no|num|number|id)|(?:social_?security|insured|driv(?:er|ing|ers)_?licen[cs]e|gjj)(?:_?zh)?|sbk?h|ybk?h|jszh|dabh|patient_?id|(?:residence_?permit|resident_?card|green_?card|brp)(?:_?(?:no|num|number|id))?|档案编号|永居卡?号?|暂住证号?"
)


def accounts_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """The same under the heading of a column."""
    for match in _CELL_VALUE.finditer(text, focus):
        over = heading(text, match.start(1))
        for rule, cell, name in _headed(over) if over else ():
            if name == "档案编号" and not says(_DRIVER_WORDS, text, *match.span(1), 400):
                continue  # of whatever
            if cell.fullmatch(match.group(1)) and (rule != "personal.wechat" or _is_account(match.group(1), name)):
                yield Found(rule, *match.span(1), "column", 0.75)


@lru_cache(256)
def _headed(over: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """What stands under a heading: rule, shape of a value, and the heading in plain letters."""
    name = plain(over)
    return tuple((rule, cell, name) for rule, column, cell in _COLUMNS if column.fullmatch(name))


_USCC_SPREAD = gated(r"(?<![0-9A-Za-z])[159ANY](?: {0,2}[-·]? {0,2}[0-9A-HJ-NPQRTUWXY]){17}(?![0-9A-Za-z])")


def organisations(text: str, focus: int = 0) -> Iterator[Found]:
    """Unified social credit codes (GB 32100-2015, check character of ISO 7064 MOD 31-3): of a sole trader it is a person's."""
    for match in _USCC.finditer(text, focus):
        if uscc.is_valid(match.group()):
            yield Found("personal.uscc", *match.span(), "cn.uscc", 0.2)
    for match in _USCC_SPREAD.finditer(text, focus):
        if uscc.is_valid(re.sub(r"[^0-9A-Z]", "", match.group())):
            yield Found("personal.uscc", *match.span(), "cn.uscc", 0.2)
