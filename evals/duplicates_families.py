"""Texts that are alike because their kind is, and no copies of one another: logs, moves of chess, DNA, menus, tables, letters.

``duplicates.py`` puts them into its corpus as texts that nothing may be taken out for. All are made by code from a fixed seed: every line
is drawn anew, so two texts of a family agree by their vocabulary and form only. Names, streets and firms are made up; addresses on
the net are those kept for documentation (RFC 5737).

``TUNED``: families that were looked at while ``duplicates/chance.py`` was written. ``UNSEEN``: written before it was first run on them, and never
looked at while it was changed. ``duplicates_fresh.py`` has more.

In letters and weather reports the form stands in every text and the facts differ; where that is in under a fifth of the characters, such texts
are copies by our measure (docs/corpus-duplicates.md). ``duplicates.py`` says of each text that is taken out how much of it is changed.
"""

from __future__ import annotations

import random
from collections.abc import Callable

__all__ = ["TUNED", "UNSEEN", "Family"]

Family = Callable[[random.Random], str]

_SYLLABLES = ["ba", "be", "bi", "bo", "da", "de", "di", "do", "fa", "fe", "fi", "ga", "go", "ha", "he", "ka", "ke", "ki", "ko", "la", "le", "li", "lo", "ma", "me", "mi", "mo", "na", "ne", "ni", "no", "pa", "pe", "ra", "re", "ri", "ro", "sa", "se", "si", "so", "ta", "te", "ti"]  # fmt: skip
_WORDS = ["alpha", "anchor", "bridge", "candle", "copper", "desert", "ember", "falcon", "garden", "harbor", "island", "jungle", "kettle", "ladder", "marble", "needle", "orange", "pepper", "quartz", "ribbon", "saddle", "timber", "velvet", "walnut", "yellow", "zephyr", "meadow", "pocket", "rocket", "silver", "tunnel", "violet", "window", "basket"]  # fmt: skip
_DISHES_ZH = ["宫保鸡丁", "鱼香肉丝", "麻婆豆腐", "西红柿炒蛋", "红烧排骨", "清蒸鲈鱼", "酸辣土豆丝", "干煸豆角", "水煮牛肉", "糖醋里脊", "蒜蓉西兰花", "地三鲜", "回锅肉", "京酱肉丝", "蚂蚁上树", "白灼菜心", "葱爆羊肉", "口水鸡", "凉拌黄瓜", "皮蛋豆腐", "扬州炒饭", "担担面", "牛肉面", "小笼包", "煎饺", "酸辣汤", "紫菜蛋花汤", "红豆沙", "芒果布丁", "豆浆"]  # fmt: skip
_DISHES = ["tomato soup", "onion soup", "green salad", "caesar salad", "garlic bread", "grilled salmon", "fried rice", "roast chicken", "beef stew", "lamb chops", "mushroom risotto", "vegetable curry", "fish and chips", "cheese omelette", "pork dumplings", "noodle soup", "spinach pie", "baked potato", "lemon tart", "apple crumble", "ice cream", "rice pudding", "black coffee", "green tea", "orange juice"]  # fmt: skip
_GOODS_ZH = ["不锈钢保温杯", "陶瓷马克杯", "竹纤维毛巾", "纯棉床单", "硅胶锅铲", "木质砧板", "折叠晾衣架", "静音风扇", "护眼台灯", "无线鼠标", "机械键盘", "移动电源", "数据线", "蓝牙音箱", "电动牙刷", "空气加湿器", "儿童书包", "登山水壶", "瑜伽垫", "跳绳"]  # fmt: skip
_GOODS = ["steel bottle", "ceramic mug", "bamboo towel", "cotton sheet", "silicone spatula", "cutting board", "folding rack", "quiet fan", "desk lamp", "wireless mouse", "mechanical keyboard", "power bank", "charging cable", "small speaker", "electric toothbrush", "air humidifier", "school bag", "water flask", "yoga mat", "skipping rope"]  # fmt: skip
_STREETS_ZH = ["青石路", "柳荫街", "望江大道", "松涛路", "锦绣街", "云梯巷", "河湾路", "丹枫路", "星火街", "百花巷", "晴川路", "鹤鸣街", "长桥路", "朝晖路", "南塘巷", "北亭街"]  # fmt: skip
_STREETS = ["Elm Street", "Mill Lane", "Harbor Road", "Station Avenue", "Chapel Hill", "Orchard Way", "Meadow Drive", "Castle Street", "Bridge Road", "Church Lane", "Park Crescent", "Queen Street", "Forest Road", "River Walk", "Garden Close", "Tower Street"]  # fmt: skip
_PATHS = ["/", "/index.html", "/api/v1/items", "/api/v1/users", "/login", "/logout", "/static/app.js", "/static/site.css", "/images/logo.png", "/search", "/cart", "/checkout", "/help", "/about"]  # fmt: skip
_SERVICES = ["gateway", "ledger", "inbox", "payment", "search", "catalog"]
_EVENTS = ("connection accepted", "connection closed", "request finished", "cache miss", "cache hit", "retry scheduled", "job started", "job done", "timeout while reading", "queue is empty")  # fmt: skip
_OPENINGS = (
    "e4 e5 Nf3 Nc6 Bb5 a6",
    "e4 c5 Nf3 d6 d4 cxd4",
    "d4 d5 c4 e6 Nc3 Nf6",
    "d4 Nf6 c4 g6 Nc3 Bg7",
    "e4 e6 d4 d5 Nc3 Bb4",
    "c4 e5 Nc3 Nf6 g3 d5",
)


def _name(chooser: random.Random, syllables: int = 3) -> str:
    return "".join(chooser.choices(_SYLLABLES, k=syllables)).capitalize()


def _time(chooser: random.Random) -> str:
    return f"{chooser.randrange(24):02d}:{chooser.randrange(60):02d}:{chooser.randrange(60):02d}"


def _date(chooser: random.Random) -> str:
    return f"20{chooser.randrange(15, 27)}-{chooser.randrange(1, 13):02d}-{chooser.randrange(1, 29):02d}"


def few_words(chooser: random.Random) -> str:
    return " ".join(chooser.choices(_WORDS, k=40))


def access_log(chooser: random.Random) -> str:
    day = _date(chooser)
    return "\n".join(
        f"{chooser.choice(('192.0.2', '198.51.100', '203.0.113'))}.{chooser.randrange(1, 255)} - - [{day} {_time(chooser)}] "
        f'"{chooser.choice(("GET", "GET", "POST"))} {chooser.choice(_PATHS)} HTTP/1.1" {chooser.choice((200, 200, 301, 404, 500))} {chooser.randrange(90_000)}'
        for _ in range(chooser.randrange(10, 30))
    )


def service_log(chooser: random.Random) -> str:
    day = _date(chooser)
    return "\n".join(
        f"{day}T{_time(chooser)}Z {chooser.choice(('INFO', 'INFO', 'WARN', 'DEBUG'))} [{chooser.choice(_SERVICES)}] {chooser.choice(_EVENTS)} "
        f"id={chooser.randrange(1 << 32):08x} took {chooser.randrange(4_000)} ms"
        for _ in range(chooser.randrange(10, 30))
    )


def _move(chooser: random.Random) -> str:
    square = chooser.choice("abcdefgh") + str(chooser.randrange(1, 9))
    kind = chooser.randrange(10)
    if kind < 4:
        return square if kind < 3 else f"{chooser.choice('abcdefgh')}x{square}"
    return (
        "O-O"
        if kind == 4 and chooser.random() < 0.2
        else chooser.choice("NBRQK") + ("x" if kind > 7 else "") + square + ("+" if kind == 9 else "")
    )


def chess(chooser: random.Random) -> str:
    moves = chooser.choice(_OPENINGS).split() + [_move(chooser) for _ in range(chooser.randrange(40, 120))]
    return " ".join(f"{at // 2 + 1}. {move}" if at % 2 == 0 else move for at, move in enumerate(moves)) + chooser.choice(
        (" 1-0", " 0-1", " 1/2-1/2")
    )


def dna(chooser: random.Random) -> str:
    letters = "".join(chooser.choices("acgt", k=chooser.randrange(300, 4_000)))
    return "\n".join(letters[at : at + 60] for at in range(0, len(letters), 60))


def menu_zh(chooser: random.Random) -> str:
    return "\n".join(f"{dish} {chooser.randrange(8, 99)}元" for dish in chooser.sample(_DISHES_ZH, 18))


def menu_en(chooser: random.Random) -> str:
    return "\n".join(f"{dish} {chooser.randrange(3, 40)}.{chooser.choice(('00', '50', '90'))}" for dish in chooser.sample(_DISHES, 15))


def addresses_zh(chooser: random.Random) -> str:
    return "\n".join(f"云江市{chooser.choice('东西南北')}城区{chooser.choice(_STREETS_ZH)}{chooser.randrange(1, 400)}号{chooser.randrange(1, 30)}栋{chooser.randrange(101, 3300)}室" for _ in range(chooser.randrange(8, 25)))  # fmt: skip


def addresses_en(chooser: random.Random) -> str:
    return "\n".join(f"{chooser.randrange(1, 400)} {chooser.choice(_STREETS)}, Apt {chooser.randrange(1, 90)}, {chooser.choice(('North', 'South', 'East', 'West'))} Rivertown {chooser.randrange(10_000, 99_999)}" for _ in range(chooser.randrange(8, 25)))  # fmt: skip


def prices_zh(chooser: random.Random) -> str:
    return "\n".join(f"{goods}\t{chooser.randrange(1, 500)}件\t{chooser.randrange(5, 900)}.{chooser.randrange(10)}0元\t{_date(chooser)}" for goods in chooser.choices(_GOODS_ZH, k=chooser.randrange(10, 25)))  # fmt: skip


def prices_en(chooser: random.Random) -> str:
    return "\n".join(f"{goods} | {chooser.randrange(1, 500)} pcs | ${chooser.randrange(5, 900)}.{chooser.randrange(10)}0 | {_date(chooser)}" for goods in chooser.choices(_GOODS, k=chooser.randrange(10, 25)))  # fmt: skip


def _facts_en(chooser: random.Random) -> str:
    told = ("delivered {a} crates of {b} to {c}", "repaired the {a} at {c} with {b}", "returned {b} and {a} without the papers of {c}", "asked {c} for {a} instead of {b}", "counted {b} beside {a} in the yard of {c}")  # fmt: skip
    return " ".join(
        f"On {_date(chooser)} {_name(chooser)} {_name(chooser)} {chooser.choice(told).format(a=_name(chooser, 4).lower(), b=_name(chooser, 4).lower(), c=_name(chooser))}."
        for _ in range(3)
    )


def letter_en(chooser: random.Random) -> str:
    return (
        f"Dear {_name(chooser)} {_name(chooser)},\nthank you for your letter of {_date(chooser)}, reference {chooser.randrange(10**8):08d}. We have looked into what you "
        f"described. {_facts_en(chooser)} Our colleague {_name(chooser)} {_name(chooser)} will call you within three working days. "
        f"Yours sincerely, {_name(chooser)} {_name(chooser)}, {_name(chooser)} Services"
    )


_EVENTS_ZH = ("仓库漏雨导致纸箱受潮", "送货车在途中更换轮胎", "客服登记时写错了楼层", "签收人当天不在家", "外包装有明显压痕", "赠品与页面图片颜色不同", "快递柜故障无法取件", "两件商品被合并成一单", "安装师傅改约了时间", "退款原路返回需要核对", "电池续航短于说明", "屏幕边缘出现亮线")  # fmt: skip
_ASKED_ZH = (
    "希望重新寄送一件",
    "要求按原价退款",
    "想改为到店自提",
    "请求开具电子凭证",
    "建议延长保修一年",
    "同意更换同款新品",
    "需要补发说明书",
    "打算保留原配件",
)


def letter_zh(chooser: random.Random) -> str:
    return (
        f"尊敬的{_name(chooser)}用户：您好！您于{_date(chooser)}提交的第{chooser.randrange(10**8):08d}号工单已受理。经核实，"
        f"{'；'.join(f'{_date(chooser)}{event}，您{asked}' for event, asked in zip(chooser.sample(_EVENTS_ZH, 3), chooser.sample(_ASKED_ZH, 3), strict=True))}。"
        f"我们将安排{_name(chooser)}在三个工作日内与您联系。感谢您的理解与支持。{_name(chooser)}服务中心"
    )


def arithmetic(chooser: random.Random) -> str:
    lines = []
    for _ in range(chooser.randrange(25, 60)):
        one, other = chooser.randrange(2, 99), chooser.randrange(2, 99)
        lines.append(f"{one} + {other} = {one + other}" if chooser.random() < 0.5 else f"{one} x {other} = {one * other}")
    return "\n".join(lines)


def hex_dump(chooser: random.Random) -> str:
    return "\n".join(
        f"{at * 16:08x}  " + " ".join(f"{chooser.randrange(256):02x}" for _ in range(16)) for at in range(chooser.randrange(8, 40))
    )


def knitting(chooser: random.Random) -> str:
    return "\n".join(f"Row {row}: " + ", ".join(f"{chooser.choice(('k', 'p', 'yo', 'k2tog', 'ssk'))}{chooser.randrange(1, 6)}" for _ in range(10)) for row in range(1, chooser.randrange(10, 40)))  # fmt: skip


def chords(chooser: random.Random) -> str:
    return " | ".join(
        " ".join(chooser.choices(["C", "G", "Am", "F", "Dm", "Em", "D", "A", "E7", "G7", "Bm", "Fmaj7"], k=4))
        for _ in range(chooser.randrange(20, 60))
    )


def results(chooser: random.Random) -> str:
    clubs = [f"{word.capitalize()} {kind}" for word in _WORDS[:12] for kind in ("United", "Rovers")]
    return "\n".join(f"{chooser.choice(clubs)} - {chooser.choice(clubs)} {chooser.randrange(6)}:{chooser.randrange(6)} ({chooser.randrange(4)}:{chooser.randrange(4)})" for _ in range(chooser.randrange(8, 25)))  # fmt: skip


def weather_zh(chooser: random.Random) -> str:
    days = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
    return "\n".join(
        f"{day}{chooser.choice(('晴', '多云', '阴', '小雨', '中雨', '雷阵雨', '小雪'))}转{chooser.choice(('晴', '多云', '阴', '小雨', '阵雨'))}，气温{chooser.randrange(-9, 18)}到{chooser.randrange(18, 39)}度，"
        f"{chooser.choice(('东', '南', '西', '北', '东南', '西北'))}风{chooser.randrange(1, 8)}级，湿度{chooser.randrange(20, 99)}%"
        for day in days
    )


def scale_zh(chooser: random.Random) -> str:
    return " ".join("".join(chooser.choices("哆来咪发唆拉西", k=4)) for _ in range(chooser.randrange(20, 80)))


def stations_zh(chooser: random.Random) -> str:
    stops = [f"{one}{other}" for one in "东西南北中" for other in ("门站", "桥站", "湖站", "山站", "关站")]
    return "\n".join(f"{chooser.randrange(1, 900)}路：{'—'.join(chooser.sample(stops, 8))}，首班{chooser.randrange(5, 8)}:{chooser.randrange(60):02d}，末班{chooser.randrange(20, 24)}:{chooser.randrange(60):02d}" for _ in range(chooser.randrange(4, 12)))  # fmt: skip


TUNED: dict[str, Family] = {
    "words": few_words, "access log": access_log, "service log": service_log, "chess": chess, "DNA": dna, "menu zh": menu_zh, "menu en": menu_en,
    "addresses zh": addresses_zh, "addresses en": addresses_en, "prices zh": prices_zh, "prices en": prices_en, "letter zh": letter_zh,
    "letter en": letter_en, "results": results,
}  # fmt: skip
UNSEEN: dict[str, Family] = {
    "arithmetic": arithmetic, "hex dump": hex_dump, "knitting": knitting, "chords": chords, "weather zh": weather_zh,
    "scale zh": scale_zh, "stations zh": stations_zh,
}  # fmt: skip
