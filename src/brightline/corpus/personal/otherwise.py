"""What stands beside a number that is nobody's: it is called an order or a thing, it is an amount, or the line of a service.

Eleven digits that begin with 13–19 are a mobile number of China unless somebody says otherwise, so what they are called decides. It is
read directly before the number, at the head of a list of such numbers (``items 1…, 1… and 1…``), in the question that is answered
(``单号多少？``), behind the number (``1…是我的订单号``) and over its column. Words and reaches are own choices, measured by own phrasings.
"""

from __future__ import annotations

import re

from brightline.corpus.personal.context import before, heading, words

__all__ = ["is_amount", "is_called_otherwise", "is_item", "is_service"]

_NUMBER = r"(?: ?的?(?:号码|编号|单号|号|码|number|num|no\.?|id))?"
NOT_PERSONAL = (
    r"(?:订单|訂單|(?<!名)[单單]號|[单單]号|运单|快递|物流|流水|交易|编号|編號|序列|货号|型号|批[号次]|条形?码|发票|合同|期[号数]|税号|版本|工单|票[号据]|车次|物料|料号|学[号籍]|考号|文号|案[号件]|保单|准考证|证书|报名"
    r"|取[件货]码|验证码|设备|箱号|提单|股票|基金|邮编|编码|代码|条码|凭证|档案|受理|回执|资产|商品|产品|宝贝|房[号间]|时间戳|(?<![A-Za-z])S/?N(?![A-Za-z])|申请号|登记号|注册号|备案号|会员卡|积分卡|户号|宽带|[电水气燃]表"
    r"|ISBN|ISSN|DOI|EAN|UPC|SKU|order|invoice|track(?:ing)?|serial|timestamp|version|ticket|part[ _-]?n|batch|commit|uuid|build|hash|md5|sha|waybill|shipment|parcel|consignment|receipt|confirmation|transaction|(?<![A-Za-z])AWB(?![A-Za-z])|(?<![A-Za-z])POD?(?= ?(?:#|no|num|:)))"
    + _NUMBER
)
_CLAUSE = re.compile(r"[，。；！？\n,;!?]")
_ANSWER = re.compile(
    r"(?:^|\n)(?:\[[^\]\n]{1,20}\] ?)?[^\n:：,，。]{0,12}[:：]?[ \"'(【\[]{0,3}$"
)  # who speaks, and nothing else in the line
_QUESTION = re.compile(rf"(?:{NOT_PERSONAL})[^0-9A-Za-z\n]{{0,8}}$", re.IGNORECASE)
_ITEM = re.compile(  # the number of a thing stands directly behind what it is called
    r"(?:(?<![A-Za-z])(?:items?|articles?|products?|goods|asset|object|record|row|task|job|event|request|trace|session|post|topic|thread|node|device|material|model|lot|case|ref(?:erence)?|batch|part|(?:[a-z]+[_-]?)?ids?|[a-z]+_?no|code|skus?|spu|asin|gtin|barcode|nonce|seed|offset|count|size|bytes|ts|epoch|claim|policy|booking|invoices?|orders?|tickets?|msgid|p\.?o\.?)"
    r"|编号|编码|号牌编码|物料|料号|货号|款号|品号|条码|标识|主键|流水|序号|批次|工单|单据|商品|样本|档号|索引|计数|哈希|时间戳|(?<![名菜简传])单|订单|分别是|顺丰|圆通|中通|申通|韵达|极兔|京东|邮政|EMS)"
    r"[\"']? ?(?:号码?|id|no\.?|number|num|#)?[\"']?(?: ?[:=#|]| is| are| in|是|为)?[ \"'(#\t\[]{0,3}$",
    re.IGNORECASE,
)
_ITEM_COLUMN = re.compile(
    r"(?:(?:item|article|product|goods|asset|object|record|task|job|event|request|trace|session|post|topic|thread|node|device|material|model|lot|case|batch|part|order|trade|waybill|invoice|ticket|sku|spu)s?(?:id|no|code|num|number)?|.*itemid|id|.{0,16}(?:编号|编码|单号|货号|条码|序号))",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[\W_]+")
_LISTED = re.compile(r"[0-9]{11}(?:[\"']? ?(?:[/、,]|和|与|及|and|&| ) ?[\"']?|[^0-9\n]{0,6}(?:改用|改为|换成|替换为|->|→) ?)$")
_SEVERAL = re.compile(
    r"(?:(?:ids|items|orders|skus|products|tickets|invoices)[\"']?[ :=]{0,3}|分别是|这[两几些]单 ?|[\[(])[\"']?$", re.IGNORECASE
)  # a comma or a space after one number alone ends what it is called
_MOST_LISTED = 40  # numbers of a list that are gone back over (own choice; keeps the work bounded)
_BEHIND = re.compile(
    r"[\"' ]{0,2}(?:号(?=[订运快工单服])|\(|,? ?(?:这|那|此)个?|(?:就|都|也)?(?:是|为)(?:[我你您他她]们?的?|该|本次|此次|这个|一个)?|的|这样的) ?"
    r"(?:(?:订单|运单|快递单|物流单|工单|服务单|保单|流水|受理|单据|商品|货|设备|会员)(?:号码?|编号|ID)?|单号|编号|货号|(?<=这)单(?=什|到|还|没|[ ,])|(?:order|tracking|invoice|ticket|reference|serial) ?(?:no\.?|number|id|#)?)(?!电话|手机|联系)",
    re.IGNORECASE,
)
_AMOUNT_BEFORE = re.compile(
    r"(?:[$€£¥￥]|(?<![A-Za-z])(?:RMB|CNY|USD|EUR|GBP|JPY|HKD|VND|KRW|INR)|人民币|金额|总?额|余额|合计|[总共]计|总数|总[价值]|营业?收入?|利润|市值|注册资本|售价|价格|成交|赏金|欠款|赔款|产量|销量|播放量|阅读量|访问量|人口|用[电水]|里程|距离|大小"
    r"|(?<![A-Za-z])(?:amount|balance|total|price|total_price|sum|cost|revenue|profit|population|size|bytes|views|count))"
    r"[\"']?(?: ?[:=]|约?[为是达]| (?:is|of|was))?[ \"'(约]{0,3}$",
    re.IGNORECASE,
)
_AMOUNT_BEHIND = re.compile(
    r"(?:[元万亿块个吨件份%]| (?:[元万亿块吨]整?|%)(?![\u4e00-\u9fff0-9])| ?(?:次(?![日晨]|女士|先生)|人次|人民币|美元|日元|欧元|港[元币]|英镑|韩元|卢[比布]|越南盾|泰铢|金币|积分|千瓦时|公里|千米|平方|人口|字节|毫秒|微秒|像素"
    r"|(?:px|ms|us|ns|kb|mb|gb|km|bytes?|rows?|views|dollars?|yuan|euros?|yen|usd|rmb|cny|eur|gbp|jpy|hkd|vnd)(?![a-z])))",
    re.IGNORECASE,
)
_AMOUNT_COLUMN = re.compile(
    r"金额|总额|余额|收入|利润|市值|价格|售价|单价|销量|产量|人口|\((?:元|美元|人民币|吨|个|件)\)|amount|balance|price|revenue|total|population|size"
)
_SERVICE_WORDS = r"(?:客服|客户服务|服务|售后|咨询|投诉|举报|监督|挂号|急诊|值班|订[座餐票房]|预[约订]|报名|招[生商聘]|新闻|爆料|广告|救助|援助|维修|抢修|报修|报警|求助|物业|总台|人工|消费者|公开)(?:中心|部|台|处|室|服务){0,2}(?:联系)?(?:电话|热线|专线|号码|固话|座机)|热线|专线|客服|总机|前台|客户服务中心|服务台"
_SERVICE_LATIN = r"(?<![A-Za-z])(?:customer (?:service|care|support)|support line|help ?line|hot ?line|toll[ -]?free|free ?phone|switchboard|reception|front desk|crisis line)"
_SERVICE_BEFORE = re.compile(
    rf"(?:{_SERVICE_WORDS}|{_SERVICE_LATIN})(?:电话|号码)?(?: (?:at|on|is|number|no\.?|line))?[\"']?[ :=是为(\"']{{0,4}}$", re.IGNORECASE
)
_SERVICE_BEHIND = re.compile(rf" ?[(\[]?(?:是|为)?(?:我们|本店|公司|酒店|医院)?的?(?:{_SERVICE_WORDS}|{_SERVICE_LATIN})", re.IGNORECASE)
_SOMEBODY = re.compile(r"[^。\n]{0,4}(?:联系人|联络人|contact|ask for|找[\u4e00-\u9fff])", re.IGNORECASE)
_EXTENSION = re.compile(r"转|轉|#|ext|x|分机|(?<=[0-9]{7})-[0-9]{1,4}$", re.IGNORECASE)


def is_called_otherwise(text: str, start: int, wanted: str) -> bool:
    """Does the last label before a number (or over its column) call it an order, a parcel, a version …, and not what is ``wanted``?"""
    over = heading(text, start)
    near = over or _asked(text, start, wanted)
    other = [match.end() for match in words(NOT_PERSONAL).finditer(near)]
    own = [match.end() for match in words(wanted).finditer(near)]
    return bool(other) and (bool(over) or len(near) - other[-1] <= 10) and (not own or other[-1] >= own[-1])


def _asked(text: str, start: int, wanted: str) -> str:
    """The clause before a number, or the line before where its own has nothing but who speaks: ``A：单号多少\\nB：1…``."""
    near = before(text, start, 48)
    answer = _ANSWER.search(near)
    if answer is not None and answer.start() > 0 and words(wanted).search(answer.group()) is None:
        asked = near[: answer.start()].rsplit("\n", 1)[-1][-24:]
        if _QUESTION.search(asked):
            return asked
    return _CLAUSE.split(near[-24:])[-1]


def is_item(text: str, start: int, end: int, wanted: str) -> bool:
    """Is a number that of a thing: called so directly before it, at the head of its list, behind it or over its column?"""
    if _ITEM.search(before(text, start, 24)):
        return True
    over = heading(text, start)
    if over:
        return _ITEM_COLUMN.fullmatch(_SIGNS.sub("", re.sub(r"\(.{0,24}?\)", "", over))) is not None
    head = _head_of_list(text, start)
    if head < start and (_ITEM.search(before(text, head, 24)) or is_called_otherwise(text, head, wanted)):
        return True
    return _BEHIND.match(text, end) is not None and words(wanted).search(before(text, start, 16)) is None


def _head_of_list(text: str, start: int) -> int:
    """Where the first of a list of numbers of eleven digits begins, which the number at ``start`` goes on."""
    head, commas = start, False
    for _ in range(_MOST_LISTED):
        found = _LISTED.search(text, max(0, head - 24), head)
        if found is None or text[found.start() - 1 : found.start()].isdigit():
            break
        head, commas = found.start(), commas or found.group().rstrip(" \"'").endswith((",", *"0123456789"))
    return start if commas and _SEVERAL.search(before(text, head, 16)) is None else head


def is_amount(text: str, start: int, end: int) -> bool:
    """Is a number money, or so many of something?"""
    if _AMOUNT_BEHIND.match(text, end) or _AMOUNT_BEFORE.search(before(text, start, 20)):
        return True
    over = heading(text, start)
    return bool(over) and _AMOUNT_COLUMN.search(over) is not None


def is_service(text: str, start: int, end: int) -> bool:
    """Is a number called the line of a service, a switchboard or a front desk? Not with an extension or somebody's name beside it."""
    if _EXTENSION.search(text, start, end) or _SOMEBODY.match(text, end):
        return False
    return _SERVICE_BEFORE.search(before(text, start, 32)) is not None or _SERVICE_BEHIND.match(text, end) is not None
