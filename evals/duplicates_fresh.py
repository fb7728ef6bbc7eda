"""Fifteen more families of texts that are alike because their kind is (``duplicates_families``): statements, recipes, dumps, notices, records.

``FRESH``: written on 2026-11-24 when ``duplicates/chance.py`` counted edits instead of common subsequences, and before it was run on them. That run took out 4 of
1,000 (vacancies). A weaker limit then took out 42, 36 of them bulletins whose rows stand in another order, and order was asked of pieces. ``LAST``: written
before that change was run on them.

As there every fact is drawn anew, names are made up, and no text is a copy of another.
"""

from __future__ import annotations

import random
from collections.abc import Callable

__all__ = ["FRESH", "LAST"]

_PAYEES = ["Northgate Grocers", "Blue Kettle Cafe", "Rivertown Transit", "Oak Lane Pharmacy", "Harbor Books", "City Water Works", "Lumen Energy", "Paper Crane Cinema", "Old Mill Bakery", "Fern Hardware", "Station Parking", "Meadow Dental"]  # fmt: skip
_TEAMS = ["Rivertown", "Eastvale", "Norham", "Castlebay", "Hillford", "Ashmere", "Linton", "Westbrook", "Stonefield", "Larkhill"]
_PLAYERS = ["Borin", "Calder", "Davo", "Ekram", "Fosse", "Galen", "Hadley", "Imre", "Jost", "Kellan", "Lorne", "Madoc", "Nairn", "Orrin", "Pell", "Quade", "Rusk", "Soren"]  # fmt: skip
_FOODS_ZH = ["猪肉", "鸡蛋", "豆腐", "土豆", "茄子", "青椒", "番茄", "黄瓜", "香菇", "木耳", "白菜", "萝卜", "虾仁", "牛腩", "鸡腿", "藕片"]
_SPICES_ZH = ["盐", "生抽", "老抽", "白糖", "料酒", "香醋", "蚝油", "花椒", "八角", "淀粉", "葱段", "姜片", "蒜末", "干辣椒"]
_STEPS_ZH = ("{a}洗净切块，用{s}腌{n}分钟", "锅中放油，烧至{n}成热，下{s}炒香", "倒入{a}翻炒{n}分钟至变色", "加{s}和清水，大火烧开后转小火炖{n}分钟", "{a}切丝，焯水{n}秒后沥干", "放入{a}与{s}，焖{n}分钟收汁", "出锅前撒{s}，装盘", "另起锅，把{a}煎至两面金黄，约{n}分钟")  # fmt: skip
_SKIES = [
    "Sunny spells",
    "Mostly cloudy",
    "Patchy rain",
    "Heavy showers",
    "Light snow",
    "Fog in the valleys",
    "Clear skies",
    "Thunderstorms late",
]
_GOODS_ZH = ["办公椅", "复印纸", "硒鼓", "投影仪", "白板笔", "文件柜", "网络交换机", "显示器支架", "打印机", "会议桌", "台式电脑", "碎纸机"]
_TRADES_ZH = ["贸易", "机电", "文化", "物流", "建材", "信息", "食品", "纺织"]
_PLACES_ZH = ["云江", "晴川", "松湖", "鹤岭", "望海", "锦溪", "长汀", "平峦"]
_POSTS_ZH = ["会计", "仓库管理员", "平面设计师", "电工", "客服专员", "幼儿教师", "司机", "测试工程师", "护士", "厨师"]
_DUTIES_ZH = ("负责日常报表的整理与归档", "配合部门完成月度计划", "接待来访客户并做好登记", "维护设备，及时处理故障", "编写并更新操作手册", "参与新员工的培训", "核对单据，保证账实相符", "跟进订单进度并反馈", "组织团队例会并撰写纪要", "完成领导交办的其他事项")  # fmt: skip


def _word(chooser: random.Random, least: int = 4, most: int = 9) -> str:
    return "".join(chooser.choice("bcdfgklmnprstv") + chooser.choice("aeiou") for _ in range(chooser.randrange(least, most) // 2))


def _day(chooser: random.Random) -> str:
    return f"20{chooser.randrange(18, 27)}-{chooser.randrange(1, 13):02d}-{chooser.randrange(1, 29):02d}"


def statement(chooser: random.Random) -> str:
    lines = "\n".join(f"{_day(chooser)} {chooser.choice(('Card payment', 'Direct debit', 'Transfer to'))} {chooser.choice(_PAYEES)} {chooser.randrange(1, 400)}.{chooser.randrange(100):02d} {chooser.randrange(100, 9_000)}.{chooser.randrange(100):02d}" for _ in range(chooser.randrange(12, 25)))  # fmt: skip
    return f"Statement of account {chooser.randrange(10**8):08d} for {_word(chooser).title()} {_word(chooser).title()}\nDate Description Amount Balance\n{lines}\nPlease check this statement and tell us within sixty days if anything is not right."


def recipe_zh(chooser: random.Random) -> str:
    foods, spices = chooser.sample(_FOODS_ZH, 3), chooser.sample(_SPICES_ZH, 5)
    used = "、".join(
        [f"{food}{chooser.randrange(1, 9) * 50}克" for food in foods] + [f"{spice}{chooser.randrange(1, 12)}克" for spice in spices]
    )
    steps = "\n".join(f"{number}. {step.format(a=chooser.choice(foods), s=chooser.choice(spices), n=chooser.randrange(2, 40))}。" for number, step in enumerate(chooser.sample(_STEPS_ZH, 6), 1))  # fmt: skip
    return f"菜名：{foods[0]}{chooser.choice(('炒', '烧', '炖', '拌'))}{foods[1]}\n用料：{used}\n做法：\n{steps}\n小贴士：火候不要太大，口味可按个人喜好调整。"


def match(chooser: random.Random) -> str:
    home, away = chooser.sample(_TEAMS, 2)
    told = ("{p} put {t} ahead in minute {n} after a pass from {q}", "{p} saw a yellow card in minute {n}", "in minute {n} {q} made way for {p}", "{p} hit the post for {t} with {n} minutes gone", "a long ball from {q} found {p}, who scored in minute {n}", "the keeper of {t} saved from {p} in minute {n}")  # fmt: skip
    events = ". ".join(chooser.choice(told).format(p=chooser.choice(_PLAYERS), q=chooser.choice(_PLAYERS), t=chooser.choice((home, away)), n=chooser.randrange(1, 91)) for _ in range(8))  # fmt: skip
    return f"{home} and {away} met on {_day(chooser)} before {chooser.randrange(300, 9_000)} spectators. {events}. The match ended {chooser.randrange(5)}-{chooser.randrange(5)}. {home} play {chooser.choice(_TEAMS)} next week."


def bulletin(chooser: random.Random) -> str:
    return f"Weather bulletin for {_day(chooser)}\n" + "\n".join(f"{place}: {chooser.choice(_SKIES)}, high {chooser.randrange(-5, 38)} low {chooser.randrange(-15, 20)} degrees, wind {chooser.choice(('north', 'south', 'east', 'west'))} {chooser.randrange(2, 60)} km/h, humidity {chooser.randrange(20, 99)} percent" for place in chooser.sample(_TEAMS, 8))  # fmt: skip


def sql_dump(chooser: random.Random) -> str:
    table = chooser.choice(("orders", "visits", "members"))
    rows = "\n".join(f"INSERT INTO {table} (id, name, mail, created, total) VALUES ({chooser.randrange(10**6)}, '{_word(chooser).title()}', '{_word(chooser)}@example.{chooser.choice(('org', 'net'))}', '{_day(chooser)}', {chooser.randrange(10**4)}.{chooser.randrange(100):02d});" for _ in range(chooser.randrange(8, 20)))  # fmt: skip  # noqa: S608
    return f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, mail TEXT, created DATE, total NUMERIC);\n{rows}"


def protein(chooser: random.Random) -> str:
    return "".join(chooser.choices("ACDEFGHIKLMNPQRSTVWY", k=chooser.randrange(200, 1_200)))


def invoice_zh(chooser: random.Random) -> str:
    firm = (f"{chooser.choice(_PLACES_ZH)}{chooser.choice('恒鑫瑞泰宏盛')}{chooser.choice('达丰源通和')}{chooser.choice(_TRADES_ZH)}有限公司" for _ in range(2))  # fmt: skip
    lines = "\n".join(f"{goods} {chooser.randrange(1, 60)}件 单价{chooser.randrange(10, 3_000)}.{chooser.randrange(100):02d}元 金额{chooser.randrange(100, 90_000)}.{chooser.randrange(100):02d}元 税率{chooser.choice((3, 6, 9, 13))}%" for goods in chooser.sample(_GOODS_ZH, chooser.randrange(5, 9)))  # fmt: skip
    return f"销售单 编号{chooser.randrange(10**10):010d} 日期{_day(chooser)}\n购买方：{next(firm)} 销售方：{next(firm)}\n{lines}\n以上金额含税，请在收货后十五日内付款。开户银行：{chooser.choice(_PLACES_ZH)}银行 账号{chooser.randrange(10**15):015d}"


def bits(chooser: random.Random) -> str:
    return "\n".join("".join(chooser.choices("01", k=32)) for _ in range(chooser.randrange(10, 60)))


def vacancy_zh(chooser: random.Random) -> str:
    duties = "".join(f"{number}、{duty}；" for number, duty in enumerate(chooser.sample(_DUTIES_ZH, 5), 1))
    return f"{chooser.choice(_PLACES_ZH)}市{chooser.choice(_TRADES_ZH)}公司招聘{chooser.choice(_POSTS_ZH)}{chooser.randrange(1, 9)}名。岗位职责：{duties}任职要求：{chooser.choice(('大专', '本科', '中专', '高中'))}及以上学历，{chooser.randrange(1, 9)}年以上工作经验，年龄{chooser.randrange(20, 30)}至{chooser.randrange(35, 50)}岁。月薪{chooser.randrange(4, 20)}000元，{chooser.choice(('双休', '单休', '轮休'))}，工作地点：{chooser.choice(_PLACES_ZH)}区。"  # fmt: skip


def answers(chooser: random.Random) -> str:
    return f"Candidate {chooser.randrange(10**6):06d} " + " ".join(f"{number}. {chooser.choice('ABCD')}" for number in range(1, 121))


def git_log(chooser: random.Random) -> str:
    told = ("Fix {a} in {b}", "Add tests for {b}", "Rename {a} to {b}", "Remove unused {a}", "Update {b} docs", "Merge branch {a} into {b}", "Bump {a} from {n} to {m}")  # fmt: skip
    things = ("parser", "cache", "login", "router", "config", "mailer", "index", "worker", "schema", "locale", "search", "billing")
    return "\n".join(f"{chooser.randrange(16**7):07x} {_day(chooser)} {chooser.choice(('mara', 'tomek', 'lin', 'aisha', 'ole'))}: {chooser.choice(told).format(a=chooser.choice(things), b=chooser.choice(things), n=chooser.randrange(20), m=chooser.randrange(20, 40))}" for _ in range(chooser.randrange(12, 30)))  # fmt: skip


def sensor(chooser: random.Random) -> str:
    day, station = _day(chooser), chooser.randrange(100, 999)
    return "time;station;temperature;humidity;pressure\n" + "\n".join(f"{day} {hour:02d}:00;{station};{chooser.randrange(-9, 35)}.{chooser.randrange(10)};{chooser.randrange(20, 99)};{chooser.randrange(980, 1040)}" for hour in range(24))  # fmt: skip


def obituary(chooser: random.Random) -> str:
    name, town = f"{_word(chooser).title()} {_word(chooser).title()}", chooser.choice(_TEAMS)
    life = ("taught {n} years at the school of {t}", "ran the bakery in {t}", "sang in the choir of {t}", "loved long walks along the river", "kept bees behind the house", "was known for kindness to every neighbour", "served {n} years as a nurse in {t}", "raised {n} children and many dogs")  # fmt: skip
    lived = ". ".join(
        f"{name.split()[0]} {each.format(n=chooser.randrange(2, 40), t=chooser.choice(_TEAMS))}" for each in chooser.sample(life, 4)
    )
    return f"{name}, {chooser.randrange(60, 101)}, of {town}, passed away peacefully on {_day(chooser)}. Born in {chooser.choice(_TEAMS)} to {_word(chooser).title()} and {_word(chooser).title()}. {lived}. A service will be held at {chooser.randrange(9, 17)} o'clock in the chapel of {town}. In lieu of flowers the family asks for gifts to the {chooser.choice(_TEAMS)} hospice."  # fmt: skip


def record_zh(chooser: random.Random) -> str:
    signs = ("头晕", "咳嗽", "发热", "乏力", "腹痛", "胸闷", "失眠", "关节疼痛", "恶心", "皮疹", "视物模糊", "心悸")
    advice = ("低盐饮食", "多饮水", "卧床休息", "按时服药", "一周后复诊", "避免劳累", "监测血压", "忌食辛辣", "适当运动", "记录体温")
    return f"编号{chooser.randrange(10**6):06d} 年龄{chooser.randrange(18, 90)}岁 就诊日期{_day(chooser)}。主诉：{'、'.join(chooser.sample(signs, 3))}{chooser.randrange(1, 30)}天。查体：体温{chooser.randrange(36, 40)}.{chooser.randrange(10)}度，脉搏{chooser.randrange(55, 120)}次每分，血压{chooser.randrange(95, 180)}比{chooser.randrange(55, 110)}毫米汞柱。化验：白细胞{chooser.randrange(3, 15)}.{chooser.randrange(100):02d}，血红蛋白{chooser.randrange(90, 170)}，血糖{chooser.randrange(3, 12)}.{chooser.randrange(10)}。医嘱：{'；'.join(chooser.sample(advice, 4))}。"  # fmt: skip


def timetable(chooser: random.Random) -> str:
    return "\n".join(f"{chooser.randrange(5, 24):02d}:{chooser.randrange(60):02d} Train {chooser.randrange(100, 999)} to {chooser.choice(_TEAMS)} via {chooser.choice(_TEAMS)} platform {chooser.randrange(1, 13)} {chooser.choice(('on time', 'on time', 'delayed', 'cancelled'))}" for _ in range(chooser.randrange(8, 22)))  # fmt: skip


LAST: dict[str, Callable[[random.Random], str]] = {
    "git log": git_log, "sensor": sensor, "obituary": obituary, "record zh": record_zh, "timetable": timetable,
}  # fmt: skip
"""Written when ``FRESH`` had shown that order was not asked of pieces (a third of the bulletins were taken for copies), and before the change was run."""

FRESH: dict[str, Callable[[random.Random], str]] = {
    "statement": statement, "recipe zh": recipe_zh, "match": match, "bulletin": bulletin, "sql dump": sql_dump, "protein": protein,
    "invoice zh": invoice_zh, "bits": bits, "vacancy zh": vacancy_zh, "answers": answers,
}  # fmt: skip
