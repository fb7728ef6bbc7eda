"""Secrets: keys with the shape that their issuer documents, private keys, tokens, passwords in settings and addresses.

Shapes stand in ``data/keys.csv``. A value that is a stand-in (EXAMPLE, your-key-here, asterisks, a variable) is none. Passwords are found
by the name before them and by what they are made of; a password that is an ordinary word is missed, because most words behind
"password:" are not passwords.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Iterator

from brightline.corpus.personal.found import Found
from brightline.corpus.personal.tables import key_patterns

__all__ = ["entropy", "keys", "passwords", "private_keys", "tokens"]
TRACES = (
    r"AKIA|ASIA|AROA|AIDA|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|ptt|cbt|soat)-|sk-(?:proj|ant|svc|admin|None|[0-9A-Za-z]{20})|xox[abeoprs]-|hooks\.slack|AIza|GOCSPX|ya29\.|LTAI|AKID|AKLT|hf_[0-9A-Za-z]|npm_|pypi-Ag|SG\.[0-9A-Za-z_-]{10}|shp[acs][ats]_|(?:sk|rk)_(?:live|test)_|whsec_"
    r"|:AA[0-9A-Za-z_-]{8}|do[opr]_v1_|key-[0-9a-f]{8}|access_token=|bot/v2/hook|webhook/send|[a-z]://[^\s:/@]{0,64}:[^\s@/]{3}"
    r"|(?i:pass ?word|passwd|pass_?phrase|pwd|_?pass|secret|api[_-]?key|token|bearer|access[_-]?key|private[_-]?key)[0-9A-Za-z_-]{0,12}[\"']{0,2} ?(?:[:=：＝|\t<]|是|为|is )|密码|密 码|密碼|口令|授权码|密钥|密鑰"
)

_KEYS = re.compile(
    "(?:(?<![0-9A-Za-z_/+-])|(?<=key)|(?<=Key)|(?<=token))(?:"
    + "|".join(f"(?:{pattern})" for _, pattern in key_patterns())
    + ")(?![0-9A-Za-z_])"
)
_BLOCK = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{16,12000}?)-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
)
_TOKEN = re.compile(r"(?<![0-9A-Za-z_.-])eyJ[0-9A-Za-z_-]{8,2000}\.eyJ[0-9A-Za-z_-]{4,8000}\.[0-9A-Za-z_-]{8,2000}(?![0-9A-Za-z_-])")
_STAND_IN = re.compile(
    r"example|sample|your|xxxx|\*\*\*|\.\.\.|abcdef|0000000|dummy|changeme|placeholder|redacted|insert|replace|fake|<|\$\{|\{\{|test_?key|mykey",
    re.IGNORECASE,
)
_CONNECTION = re.compile(
    r"(?<![0-9A-Za-z])(?:[a-z][a-z0-9+.-]{1,20})://([^\s:/@'\"<>|]{0,64}):([^\s@'\"<>|]{3,128})@([A-Za-z0-9._-]{1,128}(?::[0-9]{1,5})?)(?:/[^\s'\"<>|]{0,128})?"
)
_NAME = (
    r"(?i:pass ?word|passwd|pass_?phrase|pwd|db_?pass|secret(?:[_-]?access)?(?:[_-]?key)?|client[_-]?secret|app[_-]?secret|api[_-]?(?:key|token|secret)|access[_-]?(?:key[_-]?secret|token|key)"
    r"|auth[_-]?token|private[_-]?token|bearer|refresh[_-]?token|密码|密碼|口令|授权码|登录密匙|密钥|密鑰)"
)
_ASSIGNED = re.compile(
    rf"(?:(?<![A-Za-z])(?:[A-Za-z0-9]{{1,24}}[_-]){{0,3}}|(?=[密口授登]))({_NAME})(?:[_-][A-Za-z0-9]{{1,12}})?['\"]? ?(?:(?<=[码碼令钥鑰]) ?(?=[0-9A-Za-z][!-~]{{5}})|[:=]{{1,2}}>? ?|(?:已|被|都|就|重新|重置|改|设置|设|换)?(?:是|为|改成|改为|设成|设为|成|叫|用|重置为|换成)(?:了)? ?[:=]? ?|[:=]? ?['\"]|=> ?| is |\| ?|\t ?)['\"]?([!-~]{{6,128}})"
)
_CODE_VALUE = re.compile(
    r"^(?:[A-Za-z_][\w]*(?:\.|\(|\[|->|::)|[$%#@]\{?[A-Za-z_]+|None|null|true|false|undefined|env|os\.|str|string|bytes|int|optional|required|self|this|https?:|/|--?[a-z])",
    re.IGNORECASE,
)
_CHINESE_NAME = re.compile(r"[密口授登]")


def private_keys(text: str, focus: int = 0) -> Iterator[Found]:
    """Blocks of RFC 7468 (and PGP's) that hold a private key."""
    for match in _BLOCK.finditer(text, focus):
        if "..." not in match.group():
            yield Found("personal.private_key", *match.span(), "pem", 0.99)


def keys(text: str, focus: int = 0) -> Iterator[Found]:
    """Keys with a documented shape."""
    for match in _KEYS.finditer(text, focus):
        value = match.group()
        if not _STAND_IN.search(value) and entropy(value) >= 2.5:
            yield Found("personal.api_key", *match.span(), "shape+entropy", 0.95)


def tokens(text: str, focus: int = 0) -> Iterator[Found]:
    """JSON web tokens whose first part is a header (RFC 7519; RFC 7515, 4.1)."""
    for match in _TOKEN.finditer(text, focus):
        head = match.group().split(".")[0]
        try:
            header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        except (ValueError, binascii.Error):
            continue
        if isinstance(header, dict) and "alg" in header:
            yield Found("personal.jwt", *match.span(), "jose", 0.97)


def passwords(text: str, focus: int = 0) -> Iterator[Found]:
    """Values behind the name of a password, and addresses that carry one."""
    for match in _CONNECTION.finditer(text, focus):
        secret = match.group(2)
        if not _STAND_IN.search(match.group(1) + " " + secret) and secret.lower() not in (
            "password",
            "pass",
            "passwd",
            "secret",
            "port",
            "pwd",
            "pw",
            "token",
        ):
            yield Found("personal.password", *match.span(), "url", 0.85)
    for match in _ASSIGNED.finditer(text, focus):
        name, value = match.groups()
        start = match.start(2)
        value = re.split(r"[\"'`,;)\]}>|\\]|&(?=\w+=)|<", value, maxsplit=1)[0].rstrip(".:!?")
        if len(value) >= 6 and not _STAND_IN.search(value) and not _CODE_VALUE.search(value) and _is_secret(name, value):
            yield Found("personal.password", start, start + len(value), "name+entropy", 0.75)


def _is_secret(name: str, value: str) -> bool:
    """Made of at least two kinds of signs and not of words; behind a Chinese name six digits will do."""
    kinds = sum(any(test(sign) for sign in value) for test in (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum()))
    chinese = _CHINESE_NAME.match(name) is not None
    if value.isdigit():
        return (chinese or name.lower().startswith("pass")) and len(value) <= 16
    if re.fullmatch(r"[A-Za-z]+(?:[-_. /][A-Za-z]+)*[0-9]?", value):  # words, an identifier, a constant
        return False
    return kinds >= 2 and any(sign.isdigit() for sign in value) and entropy(value) >= 2.2


def entropy(value: str) -> float:
    """Shannon's, in bits a character: a word has about 2–3, a random key of 20 characters 4."""
    return -sum(many / len(value) * math.log2(many / len(value)) for many in Counter(value).values())
