"""How a label and its value stand together: what may be between them, in forms, sentences, keys of code, cells of tables and print.

``forward`` and ``backward`` make the expressions for "QQ号（常用）：123456" and "123456（我的QQ）". Only what people write between a label
and its value is let through (号码, No., remarks in brackets, 是, is,改成, signs, two line ends); any other word ends the search, so that
"医保结算单据号" is not "医保号". ``plain`` makes the heading of a column or the name of a field comparable: ``userQQ_No`` → ``userqqno``.
"""

from __future__ import annotations

import re

from brightline.corpus.personal.gated import Gated, gated

__all__ = ["ASKED", "SPEAKER", "backward", "forward", "latin", "plain"]

_NUMBER_WORDS = r"(?:[ _-]{0,2}(?:证件号码?|卡号|证号|号码|号|號碼|號|编号|編號|帐号|账号|账户|帐户|ID|No\.?|Nr\.?|n[°º]|num(?:ber)?|nbr|account|acct|handle|#)){0,2}"
_REMARK = r"(?: ?[(\[【][^()\[\]【】\n]{1,16}[)\]】])?"  # "（必填）", "(9 digits)"; 16 characters: own choice
_SIGNS = r"[ \t\"'`*_|:=>,，.…→【\[(<@👉-]{0,8}"
_LINES = rf"{_SIGNS}(?:\n{_SIGNS}){{0,2}}"  # print puts a value under its label, perhaps a blank line between
_VERB = (
    r"(?:(?:账号|[也就都只还]|现在|目前|已经?|新的?|后面|常用的?|登记|填写?|写|用|绑定?|换|改|变更|更新|设置?|登录|全?小写|收|是|的|为|叫|成|了){1,4}"
    r"|is(?: now)?|was|are|at|to|via|(?:id|value|account|number)(?=[\"']))?"
)
ASKED = r"(?:(?:是?多少|是什么|是啥|几号|我?发(?:我|你|来|过来|一下|下)?|给我|推给?你|我?[念记](?:一?下)?|听好了?|报(?:一下|下)?|说(?:一下|下)?|呢|please|pls)?[?吗呢啊吧]{0,2} ?)?"
SPEAKER = (  # who answers, in the next line of a chat
    r"(?:\n(?:\[[^\]\n]{1,20}\] ?)?(?:[A-Za-z]|[我你他她]|妈妈?|爸爸?|客户|用户|顾客|坐席|客服|[买卖]家|家长|同学|乘客|司机|患者|[小阿老][\u4e00-\u9fff]{1,2}|me|you|him|her|user|agent|caller|customer)(?: [0-9]{1,2}:[0-9]{2})?(?: ?: ?|\n)(?:好的?|嗯+|行|可以)?)?"
)
LINK = rf"{_NUMBER_WORDS}[)\]】]?{_REMARK}{ASKED}{SPEAKER}{_LINES}{_VERB}{_SIGNS}"
_BACK = r"[\"']? ?[(\[【,，]{0,2} ?(?:这?[就也]?(?:是|为)|这个|加我?|搜我?|as|is|=)? ?(?:我们?|他|她|本人|孩子|客户|对方|my|his|her|their|the)?的?(?:新|旧|老|常用|个人)?的? ?"


def forward(label: str, value: str, end: str) -> Gated:
    """Label, then value (group 1). ``end``: what may not follow the value, as a look-ahead."""
    return gated(rf"(?:{label}){LINK}({value}){end}", re.IGNORECASE)


def backward(label: str, value: str) -> Gated:
    """Value (group 1), then what it is called: ``83920174（QQ）``, ``83920174是我的QQ``."""
    return gated(
        rf"(?<![0-9A-Za-z_.@/-])({value}){_BACK}(?:{label})(?=号|id|no\.?(?![a-z])|num|[^0-9A-Za-z:=\u4e00-\u9fff]|[了吧呢哦,]|$)",
        re.IGNORECASE,
    )


def latin(words: str, camel: str = "") -> str:
    """Words in Latin letters that are words of their own; ``camel``: also as the end of a name in camel case (``userQQ``)."""
    own = rf"(?<![A-Za-z])(?:{words})"
    return rf"(?:{own}|(?<=[a-z])(?-i:{camel}))" if camel else own


def plain(heading: str) -> str:
    """A heading without signs, case and what stands in brackets."""
    return re.sub(r"[\W_]+", "", re.sub(r"[(\[【].{0,20}?[)\]】]", "", heading)).lower()
