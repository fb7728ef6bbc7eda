"""Names of people in Latin letters in running text: a given name and a family name, and something beside them that speaks of a person.

One search over the bytes of a batch finds words that begin with a capital and stand together; only those that are a name by the tables are
looked at with what stands beside them: a word for somebody (my neighbour, the tenant, 外教), what one does to or with people (called, wrote, by,
forward to), a mailbox or a number behind, Chinese characters beside, or another name in the same list. A name alone is none: books and
papers name authors, scientists and stars in such sentences, and nobody knows here who is one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import re2

from brightline.corpus.personal.found import Found
from brightline.corpus.personal.latin_names import NO_FAMILY, SURNAMES
from brightline.corpus.personal.tables import given_names
from brightline.corpus.personal.traces import end_of
from brightline.text.shape_tables import english_words

__all__ = ["latin_people_in"]

_RUN = (  # words that begin with a capital, initials, and the small words of family names; or a name in capitals as passports have it
    rb"[A-Z][a-z]{1,15}(?:-[A-Z][a-z]{1,15})?(?: (?:[A-Z]\.|(?:van|von|de|der|den|da|di|del|la|le|al|bin|ibn)|[A-Z](?:'|\xe2\x80\x99)?[A-Za-z]{1,15}(?:-[A-Z][a-z]{1,15})?)){1,6}"
    rb"|[A-Z]{2,6}[ /][A-Z]{2,12}"
)
_SMALL = frozenset({"", "van", "von", "de", "der", "den", "da", "di", "del", "la", "le", "al", "bin", "ibn"})
_MORE_SURNAMES = (  # the others of the hundred most frequent ones (GB/T 28039-2011), and those of Hong Kong that are spelt otherwise
    "Bai Chang Chow Cui Dai Duan Fang Fu Gong Gu Hao Hou Jin Kong Kwok Lau Lei Leung Long Meng Mo Ng Qi Qian Qin Qiu Shao Tao Wan Xia Xiang Xiong Xue "
    "Yan Yin Yip Zhong Zou"
)
_NOT_CHINESE = "Kim Lee Nguyen Park Tran"  # what is given with them is no Pinyin
_PINYIN_SURNAMES = (SURNAMES - {*_NOT_CHINESE.split()}) | {*_MORE_SURNAMES.split()}
_SYLLABLE = r"(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?(?:a|o|e|ai|ei|ao|ou|an|en|ang|eng|ong|er|i|ia|ie|iao|iu|ian|in|iang|ing|iong|u|ua|uo|uai|ui|uan|un|uang|ue|v|ve)"
_GIVEN_PINYIN = re.compile(rf"{_SYLLABLE}(?:[-']?{_SYLLABLE})?", re.IGNORECASE)
_AMBIGUOUS = frozenset({"He", "Long", "Song", "Can", "Fan", "Ma", "Yin", "Yang", "Man", "Pan", "Tan", "Han", "Men", "Fang"})
_WORD_FAMILIES = frozenset(  # those of the 1500 most frequent family names of the US Census of 1990 that are words, most frequent first
    [
        "Smith",
        "Brown",
        "White",
        "Hall",
        "Young",
        "King",
        "Hill",
        "Green",
        "Cook",
        "Bell",
        "Ward",
        "Price",
        "Wood",
        "Woods",
        "West",
        "Porter",
        "Burns",
        "Rice",
        "Hunt",
        "Black",
        "Grant",
        "Knight",
        "Rose",
        "Stone",
        "Lane",
        "Fields",
        "Banks",
        "Bishop",
        "Fuller",
        "Wade",
        "Miles",
        "Bush",
        "Parks",
        "Hardy",
        "Curry",
        "Powers",
        "Page",
        "Sharp",
        "Cross",
        "Manning",
        "Flowers",
        "Pope",
        "Gross",
        "Wise",
        "Waters",
        "Chase",
        "Gates",
        "Wolf",
        "Snow",
        "Glass",
        "Marks",
        "Strong",
        "Leach",
        "Herring",
        "Noble",
        "Rivers",
        "Bean",
        "Branch",
        "Buck",
        "Church",
        "Petty",
        "Cotton",
        "Stark",
        "Fry",
        "Craft",
        "Miller",
        "Baker",
        "Cooper",
        "Carter",
        "Turner",
        "Parker",
        "Mason",
        "Taylor",
        "Fisher",
        "Hunter",
        "Fletcher",
    ]
)
_ROLE = (
    r"neighbou?r|tenant|landlord|landlady|defendant|plaintiff|claimant|witness|suspect|victim|patient|client|customer|colleague|coworker|co-worker|boss|manager|supervisor|assistant"
    r"|secretary|teacher|tutor|student|pupil|classmate|roommate|housemate|friend|girlfriend|boyfriend|partner|wife|husband|spouse|son|daughter|brother|sister|mother|father|uncle"
    r"|aunt|cousin|nephew|niece|grandson|granddaughter|grandfather|grandmother|nurse|doctor|therapist|dentist|officer|detective|sergeant|inspector|deputy|attorney|lawyer|solicitor"
    r"|paralegal|clerk|cashier|driver|courier|rider|passenger|guest|visitor|caller|applicant|candidate|employee|intern|contractor|engineer|developer|reviewer|maintainer|agent|broker|realtor"
    r"|resident|owner|borrower|lender|buyer|seller|payee|payer|recipient|sender|beneficiary|guarantor|trustee|executor|heir|nanny|babysitter|coach|captain|member|volunteer|delegate"
    r"|attendee|speaker|interviewer|interviewee|respondent|petitioner|complainant|informant|survivor|deceased|driver|pilot|trainee|apprentice|foreman|janitor|guard|receptionist"
)
_BEFORE = re.compile(
    rf"(?:\b(?:{_ROLE})s?[,:]? ?[\"'(]?|\b(?:called|call|emailed|email|texted|contact|contacted|reach|ask|asked|tell|told|met|meet|thank|thanked|remind|notify|inform|invite|paid|pay|(?:assigned|approved|reviewed|conducted|signed|prepared|submitted|reported|created|requested|handled|witnessed) by|(?:forward(?:ed)?|sent|assigned|ship|reply|speak|spoke|talk|belongs|according) [a-z ]{0, 12}to|cc|bcc"
    rf"|with|attn|signed|regards|best|sincerely|thanks|cheers|dear|hi|hello|hey|name|name is|author|son of|daughter of|wife of|husband of|care of|c/o|according to|behalf of|I am|I'm|this is|I|passport|passenger)[,:]?[ \n]{{1,2}}[\"'(]?"
    rf"|[一-鿿：（，、“｜]\s?|@)$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?:['’]s (?:account|phone|number|address|file|record|room|ticket|mother|father|wife|husband|son|daughter|passport|visa|desk|order|signature|request|car|house|flat|apartment|landlord|boss|salary|email)"
    r"|,? ?(?:has )?(?:called|wrote|emailed|texted|phoned|reported|complained|requested|signed|approved|reviewed|submitted|joined the|resigned|was (?:discharged|admitted|arrested|hired|fired|born|injured|diagnosed|seen)"
    r"|is (?:on leave|out of office|our|my|the new)|testified|pleaded|agreed|asked|told|will (?:pick|call|be|send|join|attend)|lives (?:in|at|on)|has not paid|owes|paid|works (?:at|in|for)|never (?:paid|arrived|called)|opened|commented|merged|pushed)\b"
    r"|[\"']? ?[<(\[]?[A-Za-z0-9._%+-]{1,40}@|,? ?[(\[]?(?:\+|tel|phone|mobile|cell|DOB|SSN|ID|passport|age[d ]|[0-9]{3}[ -]?[0-9]{3,4})|, (?:[0-9]{2}|MD|RN|Esq|PhD)\b|\s?[一-鿿，（：；、。]| on [A-Z][a-z]+,? [^.\n]{0,30}wrote:)",
)
_KEYED = re.compile(r"[Nn]ame\\{0,3}[\"']? ?[:=] ?\\{0,3}[\"']?$")  # in JSON, also in JSON within JSON
_CELL = re.compile(r"(?:\A|\n|[|;\t,] ?)\"?$"), re.compile(r"\"? ?[|;\t,] ?[^|;\t,\n]{0,24}[0-9@]")  # before and behind a cell of a record
_LISTED = re.compile(r"(?:,|;|、| and| &|/|\n(?:[-*•] |[0-9]{1,2}[.)] )?) ?$")
_SCORE = 0.6  # as for a name behind a label (own choice)
_NEAR = 60  # bytes beside a name that are looked at (own choice: a word for somebody and the signs behind it)


def latin_people_in(documents: bytes, bounds: Sequence[int]) -> dict[int, list[Found]]:
    """The names in each document that has some, in their order, not overlapping. ``documents``, ``bounds``: as ``finder.find_in`` has them."""
    found: dict[int, list[Found]] = {}
    number, first, last = -1, 0, 0
    counted = characters = done = 0
    for run in _runs().finditer(documents):
        if documents[run.start() - 1 : run.start()].isalnum() or documents[run.end() : run.end() + 1].isalnum():
            continue  # part of a longer word
        for begin, end, proof in _names(run.group().decode("utf-8", "surrogatepass"), run.start()):
            if begin >= last:
                number = bisect_right(bounds, begin) - 1
                first, last = bounds[number], end_of(documents, bounds, number)
                counted, characters, done = first, 0, -1
            listed = done >= first and _LISTED.fullmatch(documents[done:begin][:_NEAR].decode("utf-8", "replace")) is not None
            if not listed and not _vouched(documents[max(first, begin - _NEAR) : begin], documents[end : min(last, end + _NEAR)]):
                continue
            characters += len(documents[counted:begin].decode("utf-8", "surrogatepass"))
            size = len(documents[begin:end].decode("utf-8", "surrogatepass"))
            counted = begin
            done = end
            found.setdefault(number, []).append(Found("personal.name", characters, characters + size, proof, _SCORE))
    return found


def _vouched(before: bytes, behind: bytes) -> bool:
    """Does what stands beside a name speak of a person, or is it a cell of a record? Half a character at the far end does not matter."""
    left, right = before.decode("utf-8", "ignore"), behind.decode("utf-8", "ignore")
    if _BEFORE.search(left) or _KEYED.search(left) or _BEHIND.match(right):
        return True
    opens, goes_on = _CELL
    return opens.search(left) is not None and goes_on.match(right) is not None


def _names(run: str, start: int) -> Iterator[tuple[int, int, str]]:
    """Begin and end, in bytes of the batch, of what is a name by the tables in a run of words that begins at ``start``."""
    words, places = [], []
    place = start
    for word in re.split("[ /]", run):
        words.append(word)
        places.append((place, place + len(word.encode())))
        place = places[-1][1] + 1
    at = 0
    while at < len(words) - 1:
        if _pinyin(words[at], words[at + 1]):
            yield places[at][0], places[at + 1][1], "context+pinyin"
            at += 2
        elif (to := _family_of(words, at)) > at:
            yield places[at][0], places[to][1], "context+given_name"
            at = to + 1
        else:
            at += 1


def _family_of(words: Sequence[str], at: int) -> int:
    """Which of the words is the family name behind a given name; ``at`` if that is none."""
    given = words[at].split("-")[0]
    if given not in given_names():
        return at
    to = at + 1
    while to < len(words) - 1 and (words[to] in _SMALL or words[to].endswith(".")):
        to += 1
    if to == at + 1 and to < len(words) - 1 and words[to] in given_names() and _is_family(words[to + 1], given):
        to += 1
    return to if _is_family(words[to], given) else at


def _is_family(word: str, given: str) -> bool:
    """Could it be a family name? One that is a word needs a frequent name and a given name that is no word."""
    if len(word) < 2 or not word[0].isupper() or word.isupper() or word in NO_FAMILY:
        return False
    return word.lower() not in english_words() or (word in _WORD_FAMILIES and given.lower() not in english_words())


def _pinyin(one: str, other: str) -> bool:
    """A Chinese name in Latin letters, family name first or last; both in capitals as passports have them, or neither."""
    if one.isupper() != other.isupper():
        return False
    one, other = one.capitalize(), other.capitalize()
    for family, given in ((one, other), (other, one)):
        if (
            family in _PINYIN_SURNAMES
            and _GIVEN_PINYIN.fullmatch(given)
            and given.lower() not in english_words()
            and (family not in _AMBIGUOUS or len(given) > 4)
        ):
            return True
    return False


@cache
def _runs() -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, one by one
    return re2.compile(_RUN, options)
