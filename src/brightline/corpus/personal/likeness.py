"""How much a word of Chinese characters looks like somebody's name: a surname, and characters that given names are made of.

A naive Bayes model with one weight a character (``data/given_characters.csv``: the decimal logarithm of how much more frequent it is in
given names than in ordinary text). It says nothing by itself: 高明 is a name and a word. Who asks names the least that will do beside the
words of the context, so that a weak context needs a strong name.
"""

from __future__ import annotations

from brightline.corpus.personal.tables import given_characters, not_names, surnames

__all__ = ["NEVER", "is_double", "likeness"]

NEVER = -9.0
_UNKNOWN = -1.5  # the least weight of the table: a character in no name of the dictionary that was counted
_RARE = -0.4  # own choice: rare surnames (于, 师, 单 …) are mostly words
_AMBIGUOUS = -1.0  # own choice: 王国强 begins like 王国
_FIRST = frozenset("王李张刘陈杨赵黄周吴徐孙朱胡郭何林罗郑梁宋谢唐许韩冯邓曹彭曾肖潘袁董蒋蔡吕魏苏贾丁薛阎余杜姜谭邹邱廖崔邵龚侯郝")
_WORDLIKE = frozenset("和能于向后单位越经由方第从那相谷封尚家国阳有付何时成常明安应全会公司都解沙道云万师")
_WORD = -1.3  # own choice: surnames that are above all words
_ENDS = frozenset("人家族区市省县州种病血压癌炎店厂部校级期版式型号哥姐爷妈爸嫂婆姓")  # 武汉人, 高血压: hardly ever the end of a name
_END = -1.3  # own choice
_NO_PART = frozenset("的了吗呢吧啊么哪谁您你我她他它们这那请")
_TITLES = frozenset(
    [
        "先生",
        "女士",
        "小姐",
        "同学",
        "老师",
        "医生",
        "大夫",
        "律师",
        "师傅",
        "阿姨",
        "教授",
        "主任",
        "叔叔",
        "伯伯",
        "奶奶",
        "爷爷",
        "老板",
        "警官",
        "护士",
        "法官",
        "院长",
        "校长",
        "处长",
        "科长",
        "局长",
        "总监",
        "经理",
        "女儿",
        "儿子",
        "大哥",
        "大姐",
        "老弟",
        "妈妈",
        "爸爸",
        "秀才",
        "太尉",
        "太君",
        "员外",
        "同志",
        "书记",
        "队长",
        "所长",
        "站长",
        "工程",
        "总工",
        "教练",
        "博士",
        "医师",
        "店长",
        "部长",
        "组长",
        "班长",
        "股份",
        "公司",
        "集团",
        "电话",
        "姓名",
        "性别",
        "地址",
        "手机",
        "夫人",
        "太太",
        "将军",
        "丞相",
        "大人",
        "相公",
        "先锋",
        "尚书",
        "娘子",
        "官人",
        "公子",
        "姑娘",
        "妹妹",
        "姐姐",
        "哥哥",
        "弟弟",
        "兄弟",
    ]
)


def likeness(word: str) -> float:
    """From ``NEVER`` to about 4: 0 is a toss-up in ordinary text, 0.5–1 a good name. ``word``: two to four Chinese characters."""
    double = is_double(word)
    given = word[2:] if double else word[1:]
    kind = "double" if double else surnames().get(word[:1])
    if (
        kind is None
        or surnames().get(word) == "double"
        or not 1 <= len(given) <= 2
        or given in _TITLES
        or word in not_names()
        or not _NO_PART.isdisjoint(word)
    ):
        return NEVER
    weights = given_characters()
    score = sum(weights.get(sign, _UNKNOWN) for sign in given)
    score += 1.0 if double else _WORD if word[0] in _WORDLIKE else 0.3 if word[0] in _FIRST else _RARE if kind == "rare" else 0.0
    score += _END if given[-1] in _ENDS else 0.0
    return score + (_AMBIGUOUS if len(word) > 2 and not double and (word[:2] in not_names() or word[1:] in not_names()) else 0.0)


def is_double(word: str) -> bool:
    """Does it begin with a surname of two characters and go on?"""
    return len(word) >= 3 and surnames().get(word[:2]) == "double"
