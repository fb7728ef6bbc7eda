"""Words by which a message goes on with what was said, points back to it, leaves it, or asks to put it together."""

from __future__ import annotations

import itertools
import re
from zlib import crc32

__all__ = ["content_words", "goes_on", "harmless", "is_brief", "is_short", "joins", "points_back", "refers", "shifts"]

_REFERS = re.compile(
    r"""[这那][个些样种段篇份条套里]|[它她他]们?|上[面述一]|刚才|刚刚|之前|前面|以上|其中|照着|按照?这|把[它这那]|就是
      | (?<![a-z])(?:it|its|this|these|those|them|they|their|that|above|previous|earlier|same|such|ones?|him|her)(?![a-z])""",
    re.VERBOSE,
)
_GOES_ON = re.compile(
    r"""继续|接着|然后|接下来|下一步|最后|再|还[有要]|另外|那么?|具体|详细|展开|进一步|改[成为写]|换成|加[上入进]|补充|同样|一样|也|^[把就用]|现在
      | (?<![a-z])(?:then|next|now|also|too|so|continue|go\ on|more|details?|step|finally|add|include|instead|combine|make\ sure|mention|ok|okay)(?![a-z])""",
    re.VERBOSE,
)
_POINTS_BACK = re.compile(
    r"""刚才|刚刚|之前|前面|以上|上[面述]|回到|一开始|最开始|第一[个条次]
      | (?<![a-z])(?:above|previous(?:ly)?|earlier|back\ to|before|at\ the\ start|first\ (?:one|thing|message))(?![a-z])""",
    re.VERBOSE,
)
_SHIFTS = re.compile(
    r"""换[个一]个?(?:话题|问题|事)|另外?一?个问题|(?:另外|顺便)(?:再|还)?(?:想?问|请教)|题外话|不[说聊谈]这个|先不[说聊管]|说点别的|聊点别的|问点别的|别的事
      | (?<![a-z])(?:by\ the\ way|btw|(?:different|another|new|separate|unrelated)\ (?:topic|question|thing|note)|unrelated|off[- ]topic
        |change\ (?:of|the)?\ ?(?:topic|subject)|never\ ?mind|forget\ (?:it|about\ (?:it|that)))(?![a-z])""",
    re.VERBOSE,
)
_JOINS = re.compile(
    r"""(?:把|将|请)?(?:我)?(?:以上|上面|上述|前面|之前|刚才|刚刚|这[些几两三四五]|它们|所有|全部|每[次条句])[^，。！？,.!?\n]{0,12}
          (?:连起来|连在一起|连成|连接|拼接|拼起来|拼在一起|拼成|合起来|合在一起|合并|合成|组合|组成|串起来|串成|接起来|连着|凑)
      | (?:连起来|连在一起|拼起来|拼在一起|合起来|串起来|连着)(?:看|读|理解|回答|是|一下|就|，|,|$)
      | (?<![a-z])(?:combine|concatenate|join|merge|put|piece|string|stitch|assemble)\s(?:all\s|both\s)?(?:of\s)?
          (?:my|the|these|those|them|it\sall|everything|what)[^.!?\n]{0,40}(?:together|messages?|parts?|pieces?|words?|above|said|sent|lines?)
      | (?<![a-z])read\s(?:all\s)?(?:my|the|these|those)[^.!?\n]{0,30}(?:together|as\sone)""",
    re.VERBOSE,
)

# A conversation is read more generously than a sentence: words meet by chance in it, and what it is about stands anywhere.
_HARMLESS = (
    (
        "fiction",
        re.compile(
            "电影|影片|影评|剧情|电视剧|小说|短剧|话剧|剧本杀|推理|悬疑|主角|反派|角色卡|游戏(?:剧情|角色|策划|设定|关卡|任务)|歌词|诗歌|漫画|动漫"
            "|(?<![a-z])(?:movie|film|novel|short story|screenplay|protagonist|villain|video game|board game|poem|lyrics)"
        ),
    ),
    (
        "education",
        re.compile(
            "论文|作文|读后感|观后感|书评|作业|考试|考研|法考|课堂|课件|上课|教案|班会|讲座|科普|历史|法律|法条|刑法|判刑|量刑|违法|犯法|犯罪|立案|合规|普法|风险提示"
            "|反诈|防骗|防诈|防范|预防|(?<![脸纹像])识别|辨别|分辨|警惕|谨防|提醒[大家]|当心|骗局|危害|宣传栏|黑板报|展板|博物馆|毒理|药理|禁毒|戒"
            "|(?<![a-z])(?:essay|homework|exam|lecture|lesson|history|museum|legal(?:ly)?|laws?|illegal|crime|penalt|prevent|awareness|protect|avoid|detect|spot|warning|training for)"
        ),
    ),
    (
        "help_seeking",
        re.compile(
            "被骗|受骗|上当|受害|被盗|泄露|举报|报警|报案|投诉|维权|求助|救助|挂失|追回|担心|害怕|劝|戒赌|戒毒|康复"
            "|(?<![a-z])(?:scammed|victim|report (?:it|him|her|them|this)|police|worried|afraid|recover|quit(?:ting)? (?:smoking|drinking|gambling|drugs)|rehab)"
        ),
    ),
    ("news", re.compile("新闻|报道|记者|采访|通报|(?<![a-z])(?:news|journalis|reporter)")),
)

# Characters of Chinese words that say nothing about the subject.
_FUNCTION = frozenset(
    "的了是我你您他她它们在有和就不也都这那个些吗呢吧啊呀么什怎要想会能可以一下请帮给把被让对说到去来为与及或没很好还再如何样多少哪谁呗嘛吗里面上中后前时候"
)
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_LATIN_WORD = re.compile(r"[a-z]{4,}")
_ENGLISH_FUNCTION = frozenset(
    (
        *("this", "that", "these", "those", "them", "they", "with", "from", "have", "what", "when", "where", "which", "will", "would"),
        *("could", "should", "about", "into", "just", "like", "some", "your", "please", "then", "than", "there", "here", "more", "make"),
        *("want", "need", "know", "tell", "give", "write", "help", "also", "does", "been", "being", "were", "their", "thanks", "okay"),
    )
)
_MOST_WORDS = 48
_BRIEF, _SHORT = 8, 16  # a Chinese character is one, a Latin word two


def refers(base: str) -> bool:
    """True if a message (its base lane) speaks of something said before: "this", "it", "the above"."""
    return _REFERS.search(base) is not None


def goes_on(base: str) -> bool:
    """True if it sounds like the next step of something: "then", "also". Many new subjects begin so, too."""
    return _GOES_ON.search(base) is not None


def harmless(base: str) -> tuple[str, ...]:
    """Names of the exceptions that a conversation about such things has: work on fiction, study, help for those who were harmed."""
    return tuple(name for name, pattern in _HARMLESS if pattern.search(base))


def points_back(base: str) -> bool:
    """True if it names what was said before, at whatever distance."""
    return _POINTS_BACK.search(base) is not None


def shifts(base: str) -> bool:
    """True if it says that it leaves the subject."""
    return _SHIFTS.search(base) is not None


def joins(base: str) -> bool:
    """True if it asks to put earlier messages together."""
    return _JOINS.search(base) is not None


def is_brief(base: str) -> bool:
    """True for a message too short to be about something of its own."""
    return len(base) < 200 and _size(base) <= _BRIEF


def is_short(base: str) -> bool:
    """True for a message that may need what was said before."""
    return len(base) < 200 and _size(base) <= _SHORT


def _size(base: str) -> int:
    return sum(map(len, _HAN_RUN.findall(base))) + 2 * len(re.findall("[a-z0-9]+", base))


def content_words(base: str) -> frozenset[int]:
    """Hashes of the words that tell the subject, the first ones: what two messages about the same thing share. No text can be read back."""
    words: dict[int, None] = {}
    for run in _HAN_RUN.findall(base):
        for first, second in itertools.pairwise(run):
            if first not in _FUNCTION and second not in _FUNCTION:
                words[crc32((first + second).encode())] = None
        if len(words) >= _MOST_WORDS:
            break
    for word in _LATIN_WORD.findall(base):
        if len(words) >= _MOST_WORDS:
            break
        if word not in _ENGLISH_FUNCTION:
            words[crc32(word[:6].encode())] = None
    return frozenset(words)
