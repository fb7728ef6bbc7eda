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

from brightline.corpus.personal.context import heading
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import gated
from brightline.corpus.personal.labels import plain
from brightline.corpus.personal.tables import key_patterns

__all__ = ["entropy", "keys", "passwords", "passwords_in_columns", "private_keys", "tokens"]
_KEYS = gated(
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
_CHOSEN = r"pass ?word|pswd|passwd|pass_?phrase|pass_?code|pwd|psw|pw|psk|db_?pass|pass"
_ISSUED = (
    r"secret(?:[_-]?access)?(?:[_-]?key)?|client[_-]?secret|app[_-]?secret|api[_-]?(?:key|token|secret)|access[_-]?(?:key[_-]?secret|token|key)"
    r"|auth[_-]?(?:token|code)|private[_-]?token|bearer|refresh[_-]?token"
)
_CHINESE = r"密码|密碼|口令|授权码|登录密匙|密钥|密鑰|PIN码"
_CAMEL = r"(?<=[a-z])(?-i:Pass(?:[Ww]ord|wd|phrase|code)?|Pwd|PassWord|Psw)"  # dbPwd, setPassword
_NAME = rf"(?i:{_CHOSEN}|{_ISSUED}|{_CHINESE})"
_IS = r"(?:(?<=[码碼令钥鑰]) ?(?=[0-9A-Za-z][!-~]{5})|[ ]?(?:[:=]{1,2}>?|→|->) ?| ?(?:已|被|都|就|也|一般|重新|重置|改|修改|设置|设|换)?(?:是|为|改成|改为|设成|设为|成|叫|用|重置为|换成)(?:了|的)? ?[:=]? ?|我?[设改用]的(?:是)?|[:=]? ?['\"]| is(?: now| still)?:? |(?<=[A-Za-z])(?<![Pp]ass) (?=[!-~]{6,24}(?:\s|$))|[ ]?[|] ?|\t ?|[ ]?\n(?=[!-~]{6,24}(?:\n|$))|\(['\"]| value=['\"])"
_ASSIGNED = gated(
    rf"(?:(?<![A-Za-z])(?:(?:[A-Za-z0-9]{{1,24}}[_.-]){{0,3}}(?:PG|DB|MYSQL)?)|(?=[密口授登])|(?=PIN码))({_NAME})(?:[_-][A-Za-z0-9]{{1,12}})?(?: ?\([^()\n]{{1,12}}\))?['\"]?{_IS}['\"]?([!-~]{{6,128}})"
    rf"|({_CAMEL})['\"]?{_IS}['\"]?([!-~]{{6,128}})"
)
_COMMANDS = gated(  # the manuals of mysql, curl, sshpass, redis, PostgreSQL (CREATE ROLE), netrc
    r"(?:(?i:\bmysql(?:dump|admin)?\b)[^\n]{0,80}? -p|\bsshpass -p ?|\bcurl [^\n]{0,120}?(?:-u|--user)[ =]?['\"]?[A-Za-z0-9_.@-]{1,64}:|\bredis-cli [^\n]{0,60}?-a |(?i:requirepass|masterauth|bind_?pw|(?<!null )identified (?:with [a-z0-9_']{1,32} )?by|with password|encrypted password|user password) ?)"
    r"['\"]?([!-~]{6,128})"
)
_PAIR = gated(  # account, then password: "账号/密码：admin / x", "Login: bob / x"
    r"(?:(?:账号|帐号|用户名?|登录名)(?:[/、和与&]?(?:密码|口令))?|账密|帐密|(?i:\b(?:login|user(?:name)?|account|cred(?:ential)?s?)(?: ?/ ?(?:pass(?:word)?|pwd|pw))?))[\"']?(?: ?[:=] ?| )[\"']?"
    r"[A-Za-z0-9_.@-]{2,40} ?(?:[/|,、] ?|(?<=[0-9A-Za-z]) )(?:(?:密码|口令|passw(?:or)?d|pass|pwd|pw) ?[:=] ?)?([!-~]{6,64})"
)
_BEHIND = gated(  # a space before "(password)": without one it is a call in code
    r"(?<![!-~])([!-~]{6,64})(?: ?[(（](?:这是|新|初始|登录)?(?:密码|口令)| [(（](?:新|初始|登录)?(?i:password|pwd|passcode))[)）]"
)
_NAMED = re.compile(r"密|口令|pass|pwd|(?<![A-Za-z])pw|cred", re.IGNORECASE)
_MAILBOX = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.")
_COLUMN = re.compile(
    r"(?:登录|初始|默认|支付|wifi|邮箱|user|db|login|plain)?(?:密码|口令|password|passwd|pwd|psw|授权码|passcode)(?:plain|text)?"
)
_CELL = re.compile(r"(?:(?:^|(?<=[|\t,\n('\"])) *|(?<=  ))([!-~]{6,64}?) *(?=[|\t,\n)'\"]|  |$)")
_CODE_VALUE = re.compile(
    r"^(?:[A-Za-z_][\w]*(?:\.[A-Za-z_]|\(|\[|->|::)|\{|[$%#@]\{?[A-Za-z_]+(?![A-Za-z]*[0-9])|(?:None|null|true|false|undefined|str|string|bytes|int|optional|required|self|this|input|prompt|md5|sha1|sha256|base64)(?![0-9A-Za-z@#!])|env[.\[(]|os\.|https?:|/|--?[a-z])",
    re.IGNORECASE,
)
_CHINESE_NAME = re.compile(r"[密口授登]|PIN码")
_NUMBERED_WORD = re.compile(
    r"(?:field|arg|param|value|string|key|token|test|input|type|step|option|pass(?:word)?|md|sha|base|utf|version|line|part|chapter|section|page|level|row|col|item|case|python|http|oauth|hash|bcrypt|argon|user|name|text|file|name|item|id)[0-9]{0,2}",
    re.IGNORECASE,
)
TRACES = (
    r"AKIA|ASIA|AROA|AIDA|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|ptt|cbt|soat)-|sk-(?:proj|ant|svc|admin|None|[0-9A-Za-z]{20})|xox[abeoprs]-|hooks\.slack|AIza|GOCSPX|ya29\.|LTAI|AKID|AKLT|hf_[0-9A-Za-z]|npm_|pypi-Ag|SG\.[0-9A-Za-z_-]{10}|shp[acs][ats]_|(?:sk|rk)_(?:live|test)_|whsec_"
    r"|:AA[0-9A-Za-z_-]{8}|do[opr]_v1_|key-[0-9a-f]{8}|access_token=|bot/v2/hook|webhook/send|[a-z]://[^\s:/@]{0,64}:[^\s@/]{3}"
    r"|(?i:pass ?word|passwd|pswd|pass_?phrase|pass_?code|pwd|psw|psk|\bpw|_pw|_?pass|secret|api[_-]?key|token|bearer|access[_-]?key|private[_-]?key|auth_?code)[0-9A-Za-z_-]{0,12}[\"']{0,2}(?: ?(?:[:=：＝|\t<>→(]|-> |是|为|is[ :]|for |of |value=|\n)|[\"']| [!-~]{6})"
    r"|密码|密 码|密碼|口令|授权码|密钥|密鑰|[账帐]密|(?i:pin)码|(?i:mysql[a-z]{0,5} .{0,60} -p|sshpass|curl .{0,100}-u|redis-cli|requirepass|masterauth|bind_?pw|identified .{0,40}by)"
    r"|(?i:(?:账号|帐号|用户名?|登录名|login|user(?:name)?|account)[\"']?(?: ?[:：=] ?| )[0-9A-Za-z_.@-]{2,40} ?[/|,、])"
)

COLUMNS = r"(?:登录|初始|默认|支付|wifi|邮箱|user_?|db_?|login_?)?(?:密码|口令|password|passwd|pwd|psw|授权码|passcode)"


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
        place = 2 if match.group(2) else 4
        found = _password(match.group(place - 1), match.group(place), match.start(place))
        if found:
            yield found
    for pattern, name in ((_COMMANDS, "password"), (_BEHIND, "密码")):
        for match in pattern.finditer(text, focus):
            found = _password(name, match.group(1), match.start(1))
            if found:
                yield found
    for match in _PAIR.finditer(text, focus):
        said = _NAMED.search(text, match.start(), match.start(1)) is not None
        spaced = text[match.start(1) - 3 : match.start(1)] == " / "  # "bob / x"; a path and a list are written closer
        found = _password("password" if said else "", match.group(1), match.start(1)) if said or spaced else None
        if found and re.search("[A-Za-z]", match.group(1)) and not _MAILBOX.match(match.group(1)):
            yield found


def passwords_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """Passwords under the heading of a column."""
    for match in _CELL.finditer(text, focus):
        over = heading(text, match.start(1))
        if over and _COLUMN.fullmatch(plain(over)):
            found = _password("密码", match.group(1), match.start(1))
            if found:
                yield found


def _password(name: str, written: str, start: int) -> Found | None:
    """What of the characters behind a name is the password, if they are one."""
    value = re.split(r"[\"'`,;)\]}>|\\]|&(?=\w+=)|<", written, maxsplit=1)[0].rstrip(".:?")
    if len(value) < 6 or _STAND_IN.search(value) or _CODE_VALUE.search(value) or not _is_secret(name, value):
        return None
    return Found("personal.password", start, start + len(value), "name+entropy", 0.75)


def _is_secret(name: str, value: str) -> bool:
    """Made of at least two kinds of signs and not of words; behind a Chinese name six digits will do."""
    kinds = sum(any(test(sign) for sign in value) for test in (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum()))
    chinese = _CHINESE_NAME.match(name) is not None
    own = chinese or re.match(r"p(?:ass|w|sw|sk)|db_?pass", name, re.IGNORECASE) is not None
    if value.isdigit():
        return own and len(value) <= 16
    if re.fullmatch(r"[a-z]{16}", value):  # the code by which QQ Mail lets a program in
        return name.lower() in ("授权码", "authcode", "auth_code", "auth-code")
    if re.fullmatch(r"[A-Za-z]+(?:[-_. /][A-Za-z]+)*[0-9]?", value):  # words, an identifier, a constant
        return own and value[-1].isdigit() and value[:-1].isalpha() and len(value) >= 7 and _NUMBERED_WORD.fullmatch(value) is None
    if kinds >= 3 and own and re.search(r"[@#$%^&*!?+=~]", value) and not any(sign.isdigit() for sign in value):
        return entropy(value) >= 2.5
    return kinds >= 2 and any(sign.isdigit() for sign in value) and entropy(value) >= (1.9 if own and kinds >= 3 else 2.2)


def entropy(value: str) -> float:
    """Shannon's, in bits a character: a word has about 2–3, a random key of 20 characters 4."""
    return -sum(many / len(value) * math.log2(many / len(value)) for many in Counter(value).values())
