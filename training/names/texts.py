"""Texts in which the names of people stand at known places: authored sentences, forms put together from their parts, and real sentences in
which a pronoun was replaced by an invented name. Names are put together from tables; no list of people is read."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from brightline.corpus.personal.name_words import LABELS
from brightline.corpus.personal.tables import given_characters, surnames

__all__ = ["Names", "Text", "Things", "filled", "forms", "pronouns"]

Text = tuple[str, list[tuple[int, int]]]
"""A text, and where names stand in it."""
Things = Mapping[str, Sequence[str]]
"""Words that are no names, by the slot they stand for (``things.txt``)."""

_COMMON = (  # by frequency (Ministry of Public Security, name report 2020, by way of secondary sources)
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
_DOUBLE = [
    "欧阳",
    "上官",
    "司马",
    "司徒",
    "诸葛",
    "皇甫",
    "尉迟",
    "夏侯",
    "慕容",
    "令狐",
    "端木",
    "东方",
    "独孤",
    "南宫",
    "公孙",
    "长孙",
    "宇文",
    "闻人",
]
_MODERN = "梓涵萱轩宇浩然子怡欣佳琪雨彤桐晨曦诗语思睿泽豪俊杰博文嘉琳瑶依诺一沐煜辰熙妍婷雅静雪梦瑾瑜萌悦可心凯鑫磊超强鹏飞龙辉勇刚军平建国华伟明志斌峰波涛海洋东升春秋冬夏兰英秀芳玉珍桂花凤霞红艳丽娟敏娜莉燕玲萍云梅莲菊淑芬翠香巧素慧洁颖倩楠茜蓉蕾薇菲岚倪安宁康乐福贵财富有才根生长寿德仁义礼智信忠孝廉正直善美新民立业兴旺荣耀祖光宗家栋梁柱石山林森木水江河湖清源溪月星晴朗天地乾坤永恒远航翔鹤龙虎彪豹狮骏驰腾跃奔进步前向阳旭晓亮灿炜烨焕炳煌昌盛隆茂繁景和顺利达通成功胜凯旋"
_LABELS = [
    label
    for label in LABELS.replace(r"\s{0,4}", "").replace(r"\s{0,2}", "").replace("?", "").split("|")
    if re.fullmatch("[\u4e00-\u9fff]{1,6}", label)
]
_MORE_LABELS = [
    "姓名",
    "客户姓名",
    "收件人姓名",
    "患者姓名",
    "学生姓名",
    "家长姓名",
    "员工姓名",
    "紧急联系人",
    "联系人姓名",
    "负责人",
    "法人",
    "经办人",
    "户主",
    "配偶姓名",
    "父亲姓名",
    "母亲姓名",
    "孩子姓名",
    "开户人",
    "持卡人姓名",
    "收货人姓名",
    "乘客姓名",
    "旅客",
    "旅客姓名",
    "应聘人",
    "推荐人",
    "介绍人",
    "证明人",
    "申请人姓名",
    "签收人",
    "验收人",
    "填表人",
    "审批人",
    "制单",
    "审核",
    "复核",
    "出纳",
    "主管",
    "班主任",
    "任课老师",
    "指导老师",
    "辅导员",
    "主治医师",
    "责任护士",
    "管床医生",
    "陪护",
    "送货员",
    "司机姓名",
    "车主姓名",
    "业主姓名",
    "房东",
    "租客",
    "甲方代表",
    "乙方代表",
    "委托人",
    "受托人",
    "被告",
    "原告",
    "当事人",
    "证人",
    "记录人",
    "主持人",
    "汇报人",
    "组长",
    "组员",
    "队长",
    "队员",
    "作者",
    "译者",
    "编辑",
    "摄影",
    "用户名",
    "真实姓名",
    "昵称",
    "称呼",
    "名字",
    "发件人",
    "收信人",
    "对方户名",
    "投保人",
    "受益人",
    "会员姓名",
    "预约人",
    "就诊人",
    "取件人",
    "寄件人",
    "代办人",
    "监护人",
    "报名人",
    "参赛者",
    "获奖者",
    "志愿者",
    "义工",
]
_KEYS = [
    "name",
    "userName",
    "realName",
    "real_name",
    "fullName",
    "customer",
    "customer_name",
    "customerName",
    "contact",
    "contactName",
    "contact_name",
    "receiver",
    "receiverName",
    "consignee",
    "patient",
    "patientName",
    "patient_name",
    "owner",
    "user",
    "author",
    "employee",
    "empName",
    "student",
    "teacher",
    "sender",
    "recipient",
    "buyer",
    "seller",
    "payee",
    "payer",
    "applicant",
    "handler",
    "operator",
    "assignee",
    "姓名",
    "联系人",
    "客户",
    "收件人",
    "患者",
    "负责人",
    "员工",
    "学生",
    "户名",
    "经办人",
]
_BEHIND = "|；|，|,|。|\n|\t|  | |　|)|、|/|;| |电话{tel}|（{tel}）|({tel})|，{tel}|,{tel}| {tel}|，男|，女| 男| 女|性别男|，身份证{id}|，身份证号：{id}| 身份证号{id}|，住{place}|，{day}出生|（签字）|　日期：{day}| 日期 {day}|，电话：{tel}| 电话：{tel}|\n电话：{tel}|\n地址：{place}|；地址：{place}|先生|女士| 女士|（先生）|(本人)|（母亲）|（丈夫）|，{no}|-{tel}|联系电话{tel}|手机{tel}|工号{no}|({no})|（{no}）"
_SEPARATORS = "：|：|：|:|: |： | |　|=|\t|为|是|\n|】|】：|)：|（签名）：|：　|  |：“|-|——|:【|/"


class Inventor(Protocol):
    """Who gives names to those who have none."""

    def surname(self) -> str: ...

    def whole(self) -> str: ...


class Names:
    """Invented names: surnames by frequency, given names from characters that given names are made of."""

    def __init__(self, rng: random.Random, counted: Sequence[tuple[str, int]], words: Sequence[str] = ()) -> None:
        self._rng = rng
        self._rare = sorted(name for name, kind in surnames().items() if kind == "rare" and name not in _COMMON)
        weights = given_characters()
        sums: dict[str, int] = {}
        for name, many in counted:
            for sign in name:
                sums[sign] = sums.get(sign, 0) + many
        self._old = [sign for sign in sums if weights.get(sign, -1.5) > -0.3]
        self._old_weights = [sums[sign] ** 0.75 for sign in self._old]
        self._given = [name for name, _ in counted]
        self._words = [word for word in words if len(word) == 2 and all(weights.get(sign, -1.5) > 0.2 for sign in word)]

    def surname(self) -> str:
        dice = self._rng.random()
        if dice < 0.05:
            return self._rng.choice(_DOUBLE)
        if dice < 0.15:
            return self._rng.choice(self._rare)
        if dice < 0.4:
            return self._rng.choice(_COMMON)
        return _COMMON[min(int(self._rng.expovariate(1 / 24)), len(_COMMON) - 1)]

    def given(self) -> str:
        if self._rng.random() < 0.25:
            return self._sign()
        dice = self._rng.random()
        if dice < 0.25:
            return self._rng.choice(self._given)
        if dice < 0.3:
            return self._rng.choice(_MODERN) * 2
        if dice < 0.45 and self._words:
            return self._rng.choice(self._words)
        if dice < 0.51:
            return self._rng.choice("小晓文志建国明子思雨佳") + self._sign()
        return self._sign() + self._sign()

    def _sign(self) -> str:
        return self._rng.choice(_MODERN) if self._rng.random() < 0.5 else self._rng.choices(self._old, self._old_weights)[0]

    def whole(self) -> str:
        return self.surname() + self.given()


def _values(rng: random.Random, names: Inventor, words: Things) -> dict[str, str]:
    digits = lambda many: "".join(rng.choice("0123456789") for _ in range(many))  # noqa: E731
    month, day, year = rng.randint(1, 12), rng.randint(1, 28), rng.randint(1960, 2026)
    number = rng.choice("一二三四五六七八九十")
    return {
        "s": names.surname(),
        "tel": rng.choice(
            [
                f"1{rng.choice('3578')}{digits(9)}",
                f"0{digits(3)}-{digits(8)}",
                f"1{digits(2)} {digits(4)} {digits(4)}",
                f"1{digits(2)}****{digits(4)}",
            ]
        ),
        "id": rng.choice([digits(17) + "X", digits(18), digits(6) + "********" + digits(4)]),
        "day": rng.choice(
            [
                f"{year}年{month}月{day}日",
                f"{year}-{month:02}-{day:02}",
                f"{month}月{day}日",
                "昨天",
                "上周五",
                f"{year}/{month}/{day}",
                "前天下午",
                "去年",
                "今早",
            ]
        ),
        "clock": f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}",
        "no": rng.choice([digits(4), digits(8), digits(12), f"{rng.choice('ABKMXZ')}{digits(6)}"]),
        "place": rng.choice(
            [
                "江苏省南京市",
                "杭州市滨江区",
                "成都",
                "西安市",
                "河北保定",
                "上海",
                "东北",
                "县城",
                "老家",
                "深圳市宝安区",
                "隔壁村",
                "广东",
                "市一院",
                "城南",
            ]
        )
        + rng.choice(["", "", f"花园路{digits(2)}号", f"新村{number}组", f"{digits(1)}栋{digits(3)}室"]),
        "firm": rng.choice(["恒达", "华信", "金源", "宏图", "康安", "新禾", "安泰", "博远"])
        + rng.choice(["科技有限公司", "公司", "物业", "银行", "集团", "律所", "门诊部"]),
        "money": rng.choice([f"{digits(4)}元", f"{number}万元", f"{digits(3)}块", f"￥{digits(3)}.00"]),
        **{kind: rng.choice(among) for kind, among in words.items()},
    }


def filled(template: str, rng: random.Random, names: Inventor, words: Things, *, more: bool = True) -> Text:
    """A template with values in its slots. ``more``: some get a telephone number or the like on one side."""
    parts, spans, size = [], [], 0
    last = ""
    if more and rng.random() < 0.15:
        template += rng.choice(["，电话{tel}", " {tel}", "，身份证{id}", "⏎电话：{tel}", "，联系方式{tel}。", "（{tel}）"])
    if more and rng.random() < 0.1:
        template = rng.choice(["{tel}，", "{id} ", "单号{no}，", "电话{tel}。", "{day}，", "手机{tel}⏎"]) + template
    for piece in re.split(r"(\{[a-z]+\})", template.replace("⏎", "\n").replace("⇥", "\t")):
        value = piece
        if piece in ("{n}", "{m}"):
            last = value = last if piece == "{m}" and last else names.whole()
            spans.append((size, size + len(value)))
        elif re.fullmatch(r"\{[a-z]+\}", piece) and piece[1:-1] in (known := _values(rng, names, words)):
            value = known[piece[1:-1]]
        parts.append(value)
        size += len(value)
    return "".join(parts), spans


def forms(rng: random.Random, names: Names, words: Things, other_labels: Sequence[str], openings: Sequence[str]) -> Iterator[Text]:
    """Forms, records and rows without end: labels with names, and other labels with words that begin like a surname."""
    behind, separators = _BEHIND.split("|"), _SEPARATORS.split("|")
    slots = ["{word}", *(f"{{{kind}}}" for kind in words)]
    while True:
        fields = []
        separator, between = rng.choice(separators), rng.choice(["\n", " ", "，", "；", "|", ", ", "　", "  ", ""])
        for _ in range(rng.randint(1, 5)):
            dice = rng.random()
            if dice < 0.5:
                label = rng.choice(_MORE_LABELS if rng.random() < 0.5 else _LABELS)
                fields.append(f"{label}{separator}{{n}}{rng.choice(behind)}")
            elif dice < 0.56:
                opened = rng.choice(openings)
                at = rng.randint(0, max(len(opened) - 4, 0)) if rng.random() < 0.4 else 0
                fields.append(
                    f"{rng.choice(['', '，', '。', opened[:12] + '，'])}{rng.choice(_MORE_LABELS if rng.random() < 0.5 else _LABELS)}{{n}}{opened[at : at + 12]}"
                )
            elif dice < 0.6:
                fields.append(f"{rng.choice(_MORE_LABELS)}{{n}}{rng.choice(behind)}")
            elif dice < 0.66:
                fields.append(f'"{rng.choice(_KEYS)}"{rng.choice([":", ": "])}"{{n}}"')
            elif dice < 0.7:
                fields.append(f'"{rng.choice(other_labels)}":"{rng.choice(slots)}"')
            elif dice < 0.8:
                fields.append(f"{rng.choice(other_labels)}{separator}{rng.choice(slots)}{rng.choice(behind[:14])}")
            elif dice < 0.86:
                fields.append(rng.choice(slots) + rng.choice(behind[:14]))
            else:
                fields.append(
                    rng.choice(["电话", "手机", "日期", "编号", "地址"]) + separator + rng.choice(["{tel}", "{no}", "{day}", "{place}"])
                )
        yield filled(between.join(fields), rng, names, words)


_PRONOUN = re.compile(r"(?<![其吉维尼利马德罗克斯自给])(?:他|她|我)(?![们妈爸国家的校们方军党省市县区])")


def pronouns(texts: Iterable[str], rng: random.Random, names: Names) -> Iterator[Text]:
    """Real sentences in which somebody is named instead of pointed at."""
    for text in texts:
        for sentence in re.findall(r"[^。！？!?\n]{6,120}[。！？!?]?", text):
            if not _PRONOUN.search(sentence):
                continue
            parts, spans, size, done = [], [], 0, 0
            for match in _PRONOUN.finditer(sentence):
                if rng.random() < 0.4:
                    continue
                parts.append(sentence[done : match.start()])
                size += match.start() - done
                name = names.whole()
                spans.append((size, size + len(name)))
                parts.append(name)
                size += len(name)
                done = match.end()
            if spans:
                yield "".join([*parts, sentence[done:]]), spans
