"""Postal addresses: Chinese ones by their grammar (division, road or village, number, building, room), others by theirs.

A road and a number alone are no address of anybody's: a province or city of GB/T 2260 (``data/divisions.csv``), a district, a building
with its unit or room, or a label has to stand beside them. Behind a label (地址, 住址, 寄到 …) a whole field is read as long as its parts
look like those of an address. It cannot be told from the grammar who lives there, so shops and offices are found as well. Traditional
characters are read as simplified ones. What the grammar misses: places without a number and without a label, landmarks, and romanised
addresses without a road.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.corpus.personal.context import before, heading, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.tables import divisions

__all__ = ["addresses_in_columns", "chinese_addresses", "english_addresses"]

_DOORS = "号楼|号院|号宿舍楼?|宿舍楼|公寓楼?|号|支弄|弄|巷|社|组|队|幢|栋|座|楼|单元|门|室|房|户|层|排|院|舍|期|区|馆|团|连|塔"
_TYPES = "大道|大街|横街|胡同|环路|公路|社区|小区|花园|新村|家园|公寓|大厦|中心|广场|庄园|工业园|科技园|产业园|工业城|商业广场|家属院|里弄|路|街|道|巷|弄|里|村|屯|庄|苑|园|寨|坊|城|湾|府|邸|庭|居|墅|轩|阁|台|院"
_LABELS = r"地\s{0,4}址|住\s{0,4}址|位于|坐落[于在]?|住所地?|家住|现住|住在|住(?=[: ]?(?!址)[\u4e00-\u9fff]{2,6}[区县市镇乡路])|居住于|居住在|户籍(?:地|所在地)?|户口所在地|籍贯|收货|寄到|寄往|送到|送至|发到|发往|搬到了?|搬去|邮寄|我家|房子在|出险地点|案发地点?|事发地点?|所在地|宿舍|(?<![A-Za-z])addr(?:ess)?"
TRACES = (
    r"(?:[路街道巷弄里村屯庄苑园寨坊城湾府邸庭居墅轩阁区厦场寓队段期东西南北]|胡同)[ ]?(?:附|第)?(?:[0-9０-９]{1,5}|[零〇一二三四五六七八九十百]{1,5}|[甲乙丙丁A-Za-z][0-9]{0,3})甲?(?:[-－][0-9A-Za-z]{1,4}){0,3} ?(?:[号號弄巷社组組队隊幢栋棟座楼樓单單门門室房户戶层層排院舍])"
    r"|(?:[0-9０-９]|[一二三四五六七八九十A-Z])(?:栋|棟|幢|号楼|單元|单元|號樓|号宿舍)|[0-9]{2,3}团[0-9]"
    r"|地[ 　]{0,4}址|住[ 　]{0,4}址|住所|户籍|户口|籍贯|家住|现住|坐落|(?i:P\.? ?O\.? ?Box) [0-9]|[0-9]{1,5}(?:/[0-9]{1,4})?[A-Za-z]?,? (?:[A-Z0-9][A-Za-z0-9'.-]{0,20} ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Terrace|Ter|Square|Sq|Crescent|Close|Parkway|Pkwy|Circle|Cir|Gardens|Grove|Hill|Row|Mews|Parade|Lu|Jie|Dajie|Dadao|Hutong)\b"
    r"|[0-9]{1,3}/F,|[a-zß](?:straße|strasse|str\.|platz|allee|gasse) [0-9]|[0-9],? (?i:rue|avenue|boulevard|chemin|impasse) d"
)
COLUMNS = r"(?:收[件货]|家庭|联系|通讯|户籍|现|详细|居住|工作|单位|寄件)?(?:地址|住址)|(?:home|street|mailing|shipping|detail)?_?addr(?:ess)?(?:_?line_?1)?|住所|籍贯"
_H = r"[\u4e00-\u9fff]"
_N = r"(?:[甲乙丙丁]?(?:[0-9]{1,5}甲?|[零〇一二三四五六七八九十百]{1,5})|[甲乙丙丁]|[A-Za-z][0-9]{0,3})"
_DIVISION = rf"(?:{divisions().names})(?:省|市|自治区|特别行政区|地区|自治州|州|盟)?"
_STEP = rf"(?:(?:(?![路街道巷弄]){_H}|道(?=[里外真孚县])){{1,8}}?(?:新区|开发区|高新区|园区|自治县|自治旗|街道|区|县|市|旗|镇|乡|苏木|办事处|嘎查|盟|州))"
_STREET = rf"(?:{_H}|[0-9A-Za-z]){{1,12}}?(?:{_TYPES})(?:[东西南北中一二三四五六七八九十0-9]{{0,2}}[段侧口区期]|[东西南北]里)?"
_TAIL = rf"(?:[ \n]?(?:附|第)?{_N}(?:-[0-9A-Za-z]{{1,4}}){{0,3}} ?(?:{_DOORS})(?:之[0-9]{{1,2}})?| ?[东西南北中]单元)"
_ROOM = r"(?: ?[0-9]{1,2}-[0-9]{1,2}(?:-[0-9]{1,4})?(?![0-9-])| ?[0-9]{2,4}(?:室|房)?(?![0-9元米年月日点个人平岁次.%])|(?<=[楼层座])[A-Z](?![A-Za-z])(?:座|室)?)?"
_MORE = rf"(?:[ ,，\n]?(?:(?:{_H}|[0-9A-Za-z]){{1,10}}?(?:{_TYPES}|出租屋|宿舍|校区)?)??{_TAIL}){{0,5}}{_ROOM}"
_CORE = rf"{_STREET}(?:{_STREET})?{_TAIL}{_MORE}"
_ESTATE = rf"{_H}{{2,8}}?{_N} ?(?:栋|幢|号楼|座|期)(?: ?{_N} ?(?:单元|栋|幢|号楼|楼|层)){{0,2}} ?(?:{_N} ?(?:室|房|单元)|[0-9]{{3,4}}(?![0-9元米年月日点个人平岁次.%]))"
_BETWEEN = r"(?: {1,3}|[,，·\n/-])?"
_FULL = re.compile(
    rf"(?:中国)?{_DIVISION}(?:{_BETWEEN}{_DIVISION}(?={_BETWEEN}(?:{_STEP}|{_STREET})))?(?:{_BETWEEN}{_STEP}){{0,4}}(?:(?<=[省市区县州旗镇乡道盟]){_BETWEEN})?(?:{_CORE}|{_ESTATE}|(?<=[镇乡区市])[0-9]{{2,3}}团[0-9]{{1,2}}连)"
)
_LABELLED = re.compile(
    rf"(?:{_LABELS})[\"']?(?:是|为|位于|坐落[于在]|在|于|了)?[ :|\t=\"'>\n]{{0,4}}"
    rf"((?:{_DIVISION}{_BETWEEN}){{0,2}}(?:{_STEP}{_BETWEEN}){{0,4}}(?:{_CORE}|{_ESTATE}|(?<=[区县镇乡市道旗]){_STREET}))",
    re.IGNORECASE,
)
_DISTRICT = re.compile(rf"(?<!{_H}){_H}{{2,6}}(?:区|县|市|镇)(?:{_STEP}){{0,2}}{_CORE}")
_ROAD = re.compile(  # a road, a number, and a building or a room: somebody's door, without a city
    rf"(?<!{_H})((?:{_H}{{2,8}}?)(?:路|街|大道|大街|巷|胡同|弄){_N}(?:-[0-9]{{1,4}})?[号弄](?:{_STREET})??{_TAIL}{_MORE})"
)
_BUILDING = re.compile(
    rf"(?<!{_H})({_H}{{2,10}}?{_N} ?(?:栋|幢|号楼)(?: ?{_N} ?单元| ?[东西南北中]单元)? ?(?:{_N} ?(?:室|房|单元)|[0-9]{{3,4}}(?![0-9元米年月日点个人平岁次.%])))"
)
_PREFIXED = re.compile(
    r"^(?:[\u4e00-\u9fff]{0,4}(?:(?:地址|住址|住所)(?:位于|是|为|在)?|位于|住在|送到|寄到|发到|发往|坐落于?)|(?:我|我们|他|她|客户)?家?(?:就?住在?|现住|就?在)|位于|送到?|寄到|发到|放|搬到了?|来到|前往|到|家住|我家|房子在)(?=.{2,}[路街道巷弄区县市镇乡栋幢楼])"
)
_ENGLISH_TYPES = "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Terrace|Ter|Square|Sq|Crescent|Close|Parkway|Pkwy|Circle|Cir|Gardens|Grove|Hill|Row|Mews|Parade|Lu|Jie|Dajie|Dadao|Hutong"
_TOWN = r"(?:(?:St|Ft|Mt)\. )?[A-Z][A-Za-z'-]{1,20}"
_PLACE = rf"{_TOWN}(?: {_TOWN}){{0,2}}"
_ZIP = r"(?:[0-9]{5,6}(?:-[0-9]{4})?(?![0-9])|[0-9]{4}(?![0-9A-Za-z])|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9])"
_TOWNS = (
    rf"(?:(?:,? ?\n?{_PLACE}){{0,4}}(?:,? ?\n?[A-Z]{{2,3}})?,? ?\n?{_ZIP}(?:, ?{_PLACE})?"
    rf"|(?:, ?{_PLACE} ?(?:District|Dist\.?|City|County|Province|Qu|Town))(?:, ?{_PLACE}){{0,3}}|,? ?\n?{_PLACE}(?![A-Za-z:]))?"
)
_ROOMS = r"(?:(?:Room|Rm\.?|Flat|Unit|Apt\.?|Apartment|Suite|Ste\.?|Floor|Block|Blk\.?|Building|Bldg\.?|Tower|Villa|House|Sec\.|No\.) ?#?[0-9A-Za-z-]{1,6}(?:/(?=[0-9]))?,? ?|[0-9]{1,3}/?F,? ?|(?:[A-Z][a-z]{1,20} ){1,2}(?:Garden|Court|House|Mansion|Plaza|Estate)s?, )"
_BOX = re.compile(rf"(?<![A-Za-z])P\.? ?O\.? ?Box [0-9]{{1,6}}{_TOWNS}", re.IGNORECASE)
_VAGUE = re.compile(r"^.{0,6}(?:[的了是有在]|和(?![平谐兴田县顺静硕龙政睦浩美布林]))")
_VAGUE_INSIDE = re.compile(r"[的了是有在与及等被这那]|共(?![和青同])|将(?!军)|和(?![平谐兴田县顺静硕龙政睦浩美布林])")
_PROSE = re.compile("[的了是在]")  # a sentence goes on
_MASKED = re.compile(r"某某|[XxＸ×*＊?？_]{2,}|[XＸ×](?=[栋单号幢室层])")
_COUNTED = re.compile(rf"(?:[0-9]|[零〇一二三四五六七八九十百])(?:{_DOORS})|第[0-9一二三四五六七八九十]")
_DIVISIONS_ONLY = re.compile(rf"({_DIVISION}(?:{_DIVISION})?{_STEP}{{1,4}}(?:{_STREET})?(?:[\u4e00-\u9fff]{{1,4}}?[村屯庄])?)")
_HOME_WORDS = r"地址|住址|户籍|户口|住所|籍贯|家住|老家|address"
_ENGLISH = re.compile(
    rf"(?<![0-9A-Za-z.-])(?:{_ROOMS}){{0,5}}(?:No\.? ?)?[0-9]{{1,5}}(?:[-/][0-9]{{1,4}})?[A-Z]?,? (?:[NSEW]\.? |North |South |East |West )?(?:[A-Z][A-Za-z'.-]{{0,20}} |[0-9]{{1,3}}(?:st|nd|rd|th) ){{1,4}}"
    rf"(?:{_ENGLISH_TYPES})(?![A-Za-z])\.?(?: (?:NW|NE|SW|SE)(?![A-Za-z]))?"
    rf"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|#)\.? ?#?[0-9A-Za-z-]{{1,6}})?{_TOWNS}"
)
_HONG_KONG = re.compile(
    r"(?<![0-9A-Za-z])(?:Flat|Room|Rm\.?|Unit|Shop) [0-9A-Z]{1,5}, ?[0-9]{1,3}/F(?:, ?[A-Z0-9][A-Za-z0-9'. -]{1,30}){1,6}"
)
_GERMAN = re.compile(
    r"(?<![A-Za-z])[A-ZÄÖÜ][A-Za-zäöüß-]{2,24}(?:straße|strasse|str\.|platz|allee|gasse|weg) [0-9]{1,4}[a-z]?(?:,? ?\n?[0-9]{5} [A-ZÄÖÜ][a-zäöüß-]{2,24})?"
)
_FRENCH = re.compile(
    r"(?<![0-9A-Za-z])[0-9]{1,4}(?: bis| ter)?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Cc]hemin|[Ii]mpasse) (?:d[eu]s? |d')(?:[A-Za-zÀ-ÿ'-]{1,20} ?){1,4}(?:,? ?[0-9]{5} [A-ZÀ-Ý][A-Za-zÀ-ÿ-]{1,24})?"
)
_FIGURES = re.compile(r"^[0-9]{4} ")
_FIELD_LABEL = re.compile(
    r"(?:(?<!IP)(?<!网)(?<!内存)(?<!邮箱)(?<!物理)(?:地\s{0,4}址|住\s{0,4}址)|户籍(?:地|所在地)|户口所在地|籍贯|宿舍|房屋坐落|出险地点)[\"']?(?: ?\([^()\n]{1,12}\))?(?:[ ]?[:=|\t>][ \"'\n]{0,3}|是|为| {1,3})(?=[\u4e00-\u9fffA-Z0-9])"
)
_PART = re.compile(r"[\u4e00-\u9fffA-Za-z0-9#()-]{2,40}")
_NEXT = re.compile(r"(?: {1,3}|[,，/·]|\n)(?=[\u4e00-\u9fff0-9A-Z])")
_MARK = re.compile(
    rf"[0-9A-Za-z一二三四五六七八九十](?:{_DOORS})|{_DIVISION}|{_H}(?:新区|开发区|区|县|市|旗|镇|乡|村|屯|嘎查|苏木|街道|社区|小区|花园|公寓|大厦|广场|家属院|宿舍|路|街|大道|巷|弄|胡同|苑|园|对面|隔壁|旁边|附近|路口|公里)|K[0-9]{{1,4}}\+[0-9]{{2,3}}"
)
_OTHER_LABEL = re.compile(r"(?:电话|手机|联系|邮编|邮政|姓名|收件|收货人|备注|身份证|性别|年龄|职业|单位|QQ|微信|邮箱|民族|出生|日期|时间)")
_TRADITIONAL = re.compile("[號樓區縣鄉鎮臺灣廣東單園門場莊層戶棟組隊]")
_SIMPLIFIED = str.maketrans(
    "號樓區縣鄉鎮臺灣廣東單園門場莊層戶棟組隊蘇慶漢陽濟寧長瀋遼龍興貴雲陝肅內蒙義華衛鐵錦",
    "号楼区县乡镇台湾广东单园门场庄层户栋组队苏庆汉阳济宁长沈辽龙兴贵云陕肃内蒙义华卫铁锦",
)


def chinese_addresses(text: str, focus: int = 0) -> Iterator[Found]:
    """Addresses in China; not those whose road, number or building somebody has masked (XX路XX号, 某某小区)."""
    if _TRADITIONAL.search(text):
        text = text.translate(_SIMPLIFIED)  # sign by sign: places stay as they are
    for found in _chinese(text, focus):
        if not _is_masked(text, found):
            yield found


def _is_masked(text: str, found: Found) -> bool:
    written = text[max(0, found.start - 2) : found.end + 2]
    return _MASKED.search(written) is not None and _COUNTED.search(text, found.start, found.end) is None


def _chinese(text: str, focus: int) -> Iterator[Found]:
    for match in _FULL.finditer(text, focus):
        if _VAGUE_INSIDE.search(match.group()) and not _LABELLED.search(text, max(0, match.start() - 12), match.end()):
            continue
        label = words(_HOME_WORDS).search(heading(text, match.start()) or before(text, match.start(), 12))
        yield Found("personal.address", *match.span(), "gb2260+grammar" + ("+context" if label else ""), 0.8 if label else 0.6)
    for match in _LABELLED.finditer(text, focus):
        start, end = match.start(1), _end_before_prose(text, *match.span(1))
        if end > start and not _VAGUE.match(match.group(1)):
            yield Found("personal.address", start, end, "label+grammar", 0.7)
    for match in _FIELD_LABEL.finditer(text, focus):
        end = _field(text, match.end())
        if end:
            yield Found("personal.address", match.end(), end, "label+parts", 0.65)
    for pattern in (_DISTRICT, _ROAD, _BUILDING):
        for match in pattern.finditer(text, focus):
            lead = _PREFIXED.match(match.group())
            start = match.start() + (lead.end() if lead else 0)
            if not _VAGUE.match(text[start : match.end()]):
                yield Found("personal.address", start, match.end(), "grammar", 0.5)
    for match in _DIVISIONS_ONLY.finditer(text, focus):
        if words(_HOME_WORDS).search(heading(text, match.start()) or before(text, match.start(), 8)) and len(match.group()) >= 8:
            yield Found("personal.address", *match.span(), "gb2260+context", 0.6)


def _end_before_prose(text: str, start: int, end: int) -> int:
    """Where an address ends that a sentence follows: at the comma before the sentence; ``start`` where there is none."""
    prose = _PROSE.search(text, start, end)
    return end if prose is None else max(start, *(text.rfind(sign, start, prose.start()) for sign in ",，"))


def _field(text: str, start: int) -> int:
    """Where the address in the field of a form ends; 0 if there is none: two parts of an address, or one and eight signs."""
    end, marks = 0, 0
    place = start
    for _ in range(8):  # parts: province, city, county, town, road, house, stairs, room
        part = _PART.match(text, place)
        if part is None or _OTHER_LABEL.match(part.group()) or _PROSE.search(part.group()):
            break
        more = len(_MARK.findall(part.group()))
        if not more and not (marks and re.fullmatch(r"[0-9]{2,4}(?:室|房)?", part.group())):
            break
        marks, end = marks + more, part.end()
        following = _NEXT.match(text, end)
        if following is None:
            break
        place = following.end()
    return end if marks >= 2 or (marks and end - start >= 8) else 0


def addresses_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """The same under the heading of a column."""
    for match in re.finditer(r"(?:^|(?<=[|\t,\n('\"])) *(?=[\u4e00-\u9fff0-9A-Z])", text[focus:]):
        start = focus + match.end()
        over = heading(text, start)
        if over and words(r"地址|住址|住所|籍贯|addr").search(over):
            end = _field(text, start)
            found = _ENGLISH.match(text, start)
            if end or found:
                yield Found("personal.address", start, max(end, found.end() if found else 0), "column+parts", 0.65)


def english_addresses(text: str, focus: int = 0) -> Iterator[Found]:
    """Addresses as they are written in the United States, Britain and their like, in Hong Kong, Germany and France, and romanised Chinese ones."""
    for pattern in (_BOX, _HONG_KONG, _GERMAN, _FRENCH):
        for match in pattern.finditer(text, focus):
            yield Found("personal.address", *match.span(), "grammar", 0.7)
    for match in _ENGLISH.finditer(text, focus):
        coded = bool(re.search(r"[0-9]{5}(?:-[0-9]{4})?$|[0-9][A-Z]{2}$|Apt|Flat|Suite|Unit|Room|Rm|#|District|Dist", match.group()))
        label = words(r"address|street|lives? at|living at|ship|deliver|mail|reside|住址|地址").search(before(text, match.start(), 32))
        if coded or label or not _FIGURES.match(match.group()):
            yield Found("personal.address", *match.span(), "grammar" + ("+context" if label else ""), 0.7 if coded or label else 0.5)
