"""Names of people in Latin letters: a given name (``data/given_names.csv``) and a family name behind a label, a greeting or a title.

Given names that the table does not know are found behind a title only. Names in running text: ``latin_people``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.corpus.personal.context import heading, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import gated
from brightline.corpus.personal.name_words import COLUMN
from brightline.corpus.personal.tables import given_names

__all__ = ["LABELS", "NO_FAMILY", "SURNAMES", "latin_names", "latin_names_in_columns"]

LABELS = (
    r"(?:full|first|last|sur|given|family|middle|legal|display|user|customer|client|patient|contact|account|employee|student|guest|holder|recipient|sender|billing|shipping|card|emergency contact|policyholder|beneficiary)?[ _-]?name"
    r"|patient|contact(?: person)?|recipient|customer|client|consignee|consignor|shipper|applicant|employee|cardholder|account holder|policy ?holder|beneficiary|attn|attention|c/o|signed(?: by)?|signature|/s/|(?:ship|bill|sold|deliver|send|reply|forward)(?:ed)? to|call(?:ed)?|sender|receiver|author|owner|holder|tenant|landlord|lessee|lessor|buyer|seller"
    r"|borrower|witness|plaintiff|defendant|claimant|respondent|petitioner|driver|passenger|guest|member|subscriber|caller|visitor|student|teacher|instructor|parent|guardian|next of kin|emergency contact|nurse|physician|doctor|attending|provider|referred by|prepared by|approved by|reviewed by|requested by|submitted by|reported by|created by|assigned to|assignee"
    r"|reporter|manager|supervisor|agent|representative|organi[sz]er|host|chair|attendees?|participants?|present|presenter|speaker|interviewer|interviewee|candidate|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|regards|thanks|thank you|many thanks|cheers|best|love|cordially|respectfully|warmly|dear|hi|hello|hey|from|to|cc|bcc|name on card"
)
_LATIN = r"[A-Z][a-z]{1,15}(?:[-'’][A-Z][a-z]{1,15})?"
_FAMILY = r"(?:(?:van|von|de|der|den|da|di|del|la|le|al|bin|ibn|Mc|Mac|O'|O’|St\.) ?){0,2}[A-Z][a-z]{1,15}(?:[-'’]?[A-Z][a-z]{1,15})?"
_PERSON = rf"{_LATIN}(?: [A-Z]\.?)?(?: {_LATIN})? {_FAMILY}"
_LATIN_LABEL = gated(
    rf"(?:(?<![A-Za-z_])(?i:{LABELS}|my name is|my name's|I am|I'm|this is|speaking with|spoke (?:to|with)|meet|I,)|姓名|名字|联系人|[\u4e00-\u9fff]件人|收货人|申请人|客户|患者)[\"')\]]{{0,2}}(?:(?: ?[:=|\t,!]|\n)\s{{0,3}}| )[ \"'>*|]{{0,3}}"
    rf"((?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? )?)({_PERSON})(?![A-Za-z])"
)
_LAST_FIRST = gated(
    rf"(?<![A-Za-z_])(?i:name|patient|customer|client|employee|student|member|passenger|guest|applicant)[\"']?(?: name)? ?[:=|\t] ?[\"']?({_FAMILY}, {_LATIN}(?: [A-Z]\.?)?)(?![A-Za-z])"
)
_MAILBOX = gated(rf"(?<![A-Za-z])({_PERSON})(?=[\"']? ?[<(\[][A-Za-z0-9._%+-]{{1,40}}@)")
_SPEAKER = gated(rf"[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?[\])]? ({_PERSON})(?= ?:)")
_LATIN_TITLE = gated(
    rf"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Nurse|Officer|Judge)\.? ({_LATIN}(?: [A-Z]\.?)? {_LATIN})(?![A-Za-z])"
)
_LATIN_COLUMN = gated(rf"(?:^|(?<=[|\t,\n])) *\"?({_PERSON})\"? *(?=[|\t,\n]|$)")
SURNAMES = frozenset(  # the most frequent Chinese surnames in Pinyin (GB/T 28039-2011): they stand first or last
    [
        "Wang",
        "Li",
        "Zhang",
        "Liu",
        "Chen",
        "Yang",
        "Huang",
        "Zhao",
        "Wu",
        "Zhou",
        "Xu",
        "Sun",
        "Ma",
        "Zhu",
        "Hu",
        "Guo",
        "He",
        "Gao",
        "Lin",
        "Luo",
        "Zheng",
        "Liang",
        "Xie",
        "Song",
        "Tang",
        "Han",
        "Feng",
        "Deng",
        "Cao",
        "Peng",
        "Zeng",
        "Xiao",
        "Tian",
        "Dong",
        "Yuan",
        "Pan",
        "Cai",
        "Jiang",
        "Yu",
        "Du",
        "Ye",
        "Cheng",
        "Su",
        "Wei",
        "Lu",
        "Ding",
        "Ren",
        "Shen",
        "Yao",
        "Tan",
        "Shi",
        "Fan",
        "Wong",
        "Chan",
        "Lee",
        "Cheung",
        "Lam",
        "Kim",
        "Park",
        "Nguyen",
        "Tran",
    ]
)

NO_FAMILY = frozenset(  # what stands behind a given name in names of other things (own list)
    [
        "Street",
        "Road",
        "Avenue",
        "Lane",
        "Square",
        "Park",
        "City",
        "Town",
        "County",
        "State",
        "University",
        "College",
        "School",
        "Hospital",
        "Church",
        "Bridge",
        "River",
        "Lake",
        "Mountain",
        "Island",
        "Beach",
        "Bay",
        "Station",
        "Airport",
        "Center",
        "Centre",
        "House",
        "Hotel",
        "Tower",
        "Hall",
        "Museum",
        "Library",
        "Prize",
        "Award",
        "Award",
        "Cup",
        "League",
        "Day",
        "Week",
        "Month",
        "Year",
        "Inc",
        "Ltd",
        "Llc",
        "Corp",
        "Company",
        "Group",
        "Bank",
        "Institute",
        "Foundation",
        "Theorem",
        "Equation",
        "Law",
        "Method",
        "Test",
        "Model",
        "Algorithm",
        "Syndrome",
        "Disease",
        "Virus",
        "Effect",
        "Code",
        "Script",
        "Language",
        "Server",
        "Studio",
        "Texas",
        "Virginia",
        "Carolina",
        "Dakota",
        "California",
        "Florida",
        "America",
        "Germany",
        "France",
        "England",
        "Ireland",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
)
_PINYIN = re.compile(
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?(?:[iu]?[aeo]?(?:i|o|u|n|ng)?|ue|er|iao|uai)){1,2} (?:(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?(?:[iu]?[aeo]?(?:i|o|u|n|ng)?|ue|er|iao|uai)){1,2}"
)


def latin_names(text: str, focus: int = 0) -> Iterator[Found]:
    """Names in Latin letters: given name, perhaps an initial, family name."""
    for match in _LATIN_LABEL.finditer(text, focus):
        if match.group(1) or _known(match.group(2)):
            yield Found("personal.name", *match.span(2), "label+given_name", 0.6)
    for pattern, proof in ((_MAILBOX, "mailbox+given_name"), (_SPEAKER, "line+given_name")):
        for match in pattern.finditer(text, focus):
            if _known(match.group(1)):
                yield Found("personal.name", *match.span(1), proof, 0.6)
    for match in _LAST_FIRST.finditer(text, focus):
        if match.group(1).split(", ")[1].split(" ")[0] in given_names():
            yield Found("personal.name", *match.span(1), "label+given_name", 0.6)
    for match in _LATIN_TITLE.finditer(text, focus):
        yield Found("personal.name", *match.span(1), "title", 0.6)


def _known(name: str) -> bool:
    """Does it begin with a given name, or is one part a Chinese surname and nothing longer?"""
    parts = name.split(" ")
    if parts[-1] in NO_FAMILY:
        return False
    return parts[0].split("-")[0] in given_names() or (
        len(parts) == 2
        and not SURNAMES.isdisjoint(parts)
        and max(map(len, parts)) <= 9
        and _PINYIN.fullmatch(name.replace("-", "").lower()) is not None
    )


def latin_names_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """Names under the heading of a column."""
    for match in _LATIN_COLUMN.finditer(text, focus):
        over = heading(text, match.start(1))
        if over and words(COLUMN).search(over) and _known(match.group(1)):
            yield Found("personal.name", *match.span(1), "column+given_name", 0.6)
