"""Why something was not inspected, in Chinese: the gateway writes its reasons in English, as its code and its logs are.

A reason is matched as a whole; ``{…}`` stands for a number, a name or a technical detail. What is not in the table is shown
as it was given. Details of parsers are left to the decision document, which quotes the reason in full.
"""

from __future__ import annotations

import re
from typing import Literal

from brightline.rulebook.reasons import PART_WORDS

__all__ = ["detector_name", "part_name", "reason_text"]

Lang = Literal["zh", "en"]


def reason_text(reason: str, lang: Lang) -> str:
    """``NotInspected.reason`` as a reader of ``lang`` sees it; an unknown reason comes back as it is."""
    if lang == "en":
        return reason
    cause, separator, ending = reason.rpartition("; ")
    if separator and ending in _ENDINGS:
        return f"{_phrase(cause)}；{_ENDINGS[ending]}"
    return _phrase(reason)


def part_name(part: str, lang: Lang) -> str:
    """The parts that have a name of their own; all other parts are places such as ``messages[0].content``."""
    return PART_WORDS.get(part, {}).get(lang, part)


def detector_name(detector: str, lang: Lang) -> str:
    """Who did not look; a detector of the operator's own keeps its name."""
    return _DETECTORS.get(detector, {}).get(lang, detector)


def _phrase(reason: str) -> str:
    for pattern, chinese in _PATTERNS:
        found = pattern.fullmatch(reason)
        if found:
            return chinese.format(**found.groupdict())
    return reason


_DETECTORS: dict[str, dict[Lang, str]] = {
    "dialogue": {"zh": "多轮对话分析", "en": "the reading of whole conversations"},
    "gateway": {"zh": "网关", "en": "the gateway"},
    "guard": {"zh": "护栏模型", "en": "the guard model"},
    "labels.verify": {"zh": "标识核验", "en": "the verification of labels"},
    "models": {"zh": "线性模型", "en": "the linear models"},
    "semantic": {"zh": "语义比对", "en": "the comparison by meaning"},
    "text": {"zh": "文本引擎", "en": "the text engine"},
}
_ENDINGS = {
    "nothing was passed on": "没有转发任何内容",
    "what came before was inspected": "此前的内容已经检查",
}
_PHRASES = {
    "an event of the model service cannot be read: {detail}": "模型服务返回的一个事件无法读取",
    "only text is inspected here; this is an image, sound, a file or an address": "这里只检查文字；这是图片、声音、文件或者链接地址",
    "only the first {count} characters are compared by meaning": "只比对了前{count}个字符的语义",
    "only the last {count} characters were sent to the guard model": "只有最后{count}个字符送交护栏模型",
    "only the {count} newest texts of a call are looked at again": "每次调用只复查最新的{count}段文本",
    "only {count} texts of a call are compared by meaning": "每次调用只比对{count}段文本的语义",
    "the comparison by meaning failed ({kind})": "语义比对发生故障（{kind}）",
    "the earlier turns of the session could not be read": "会话此前的轮次无法读取",
    "the guard model objects for a category that is not mapped ({name})": "护栏模型指出的类别（{name}）没有对应的规则",
    "the guard model service did not answer in time": "护栏模型服务没有按时回答",
    "the guard model service failed ({kind})": "护栏模型服务发生故障（{kind}）",
    "the guard model service is left alone after failures in a row": "护栏模型服务连续失败，暂停调用",
    "the guard model's answer cannot be read": "护栏模型的回答无法读取",
    "too many texts wait to be compared by meaning": "等待语义比对的文本过多",
    "the client went away before the answer had come to its end": "回答结束之前客户端已经断开",
    "the gateway does not know this address and passed it on unread, as the setting unknown_paths asks": "网关不认识这个接口地址，按运营者的设置未经读取即转发",
    "the gateway failed": "网关发生故障",
    "the gateway failed before the answer was complete": "回答完成之前网关发生故障",
    "the gateway failed, and what it knew of the answer could not be described": "网关发生故障，已收到的回答内容无法记述",
    "the model service answered with more than {count} separate texts": "模型服务的回答含有超过{count}段独立文本",
    "the model service answered with status {status} and {kind}": "模型服务返回状态{status}，内容类型为{kind}",
    "the model service answered with {kind}, not {wanted}": "模型服务返回的内容类型为{kind}，不是{wanted}",
    "the model service broke the connection off": "模型服务中断了连接",
    "the model service broke the stream off before its end": "模型服务在回答结束之前中断了传输",
    "the model service cannot be reached": "无法连接模型服务",
    "the model service does not accept the operator's key (status {status})": "模型服务不接受运营者的密钥（状态{status}）",
    "the model service failed with status {status}": "模型服务发生故障（状态{status}）",
    "the model service refused with words that may not leave": "模型服务拒绝了请求，其说明含有不得输出的内容",
    "the model service streams what has no streams": "模型服务对不支持流式输出的接口返回了流式回答",
    "the model service went on with {name} after its end": "模型服务在{name}结束之后仍继续输出",
    "the model service's answer cannot be read: {detail}": "模型服务的回答无法读取",
    "the model service's answer is larger than {limit} bytes": "模型服务的回答超过{limit}字节",
    "the model service's answer is longer than may be inspected in one call": "模型服务的回答超过一次调用可以检查的长度",
    "the model service's answer is no {name} answer: {detail}": "模型服务的回答不符合{name}接口的格式",
    "the model service's error cannot be read: {detail}": "模型服务返回的错误说明无法读取",
    "the model service's list of models holds what may not leave": "模型服务的模型列表含有不得输出的内容",
    "the model service's stream cannot be read: {detail}": "模型服务的流式回答无法读取",
    "the model service's stream has not the API's form: {detail}": "模型服务的流式回答不符合接口格式",
    "the address that the model service gave answers with status {status}": "模型服务给出的文件地址返回状态{status}",
    "the address that the model service gave for a file is not fetched: {detail}": "模型服务给出的文件地址未被获取",
    "the file behind the address comes packed, which nobody asked for": "该地址返回的文件经过压缩，网关没有要求压缩",
    "the file behind the address is larger than {limit} bytes": "该地址的文件超过{limit}字节",
    "the file could not be fetched from the address that the model service gave": "无法从模型服务给出的地址获取文件",
    "the model service's {name} is a page or a text, no picture, sound or film": "模型服务返回的{name}是网页或文字，不是图片、声音或视频",
    "the model service's {name} holds no file: {detail}": "模型服务返回的{name}中没有可用的文件",
    "what is seen or heard is not inspected; the text that it was made from was": "画面和声音未经检查，已检查生成它所用的文字",
    "what this shows or says is not inspected; only its labels are": "画面和声音的内容未经检查，只核验了其标识",
    "token ids, which are no text": "这是词元编号，不是文字",
}


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(english)), re.DOTALL)


_PATTERNS = tuple((_pattern(english), chinese) for english, chinese in _PHRASES.items())
