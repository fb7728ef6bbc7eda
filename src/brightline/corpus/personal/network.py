"""Addresses of networks: e-mail, IP, network cards.

E-mail as people write it (a part of RFC 5321: no quoted local parts), also disguised ("name (at) host (dot) com"); not at the domains
that RFC 2606 keeps for examples. Of IP addresses only the public ones: the standard library's tables follow IANA's registries (RFC 6890).
Version numbers, sections and object identifiers look like IP addresses and are told apart by their neighbours.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from brightline.corpus.personal.context import after, before, heading, says, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import gated

__all__ = ["emails", "ip_addresses", "network_cards"]

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_AT = r"(?: ?@ ?| ?[\[({<【「] ?(?i:at|@) ?[\])}>】」] ?| (?i:at) | ?(?:艾特|圈a|#) ?)"
_DOT = r"(?:\.| ?[\[({<【「] ?(?i:dot|\.|点) ?[\])}>】」] ?| (?i:dot) )"
_EMAIL = gated(
    rf"(?<![A-Za-z0-9._%+-])([A-Za-z0-9_](?:[A-Za-z0-9._%+-]{{0,62}}[A-Za-z0-9_])?)({_AT})({_LABEL}(?:{_DOT}{_LABEL}){{1,5}})(?![A-Za-z0-9@])"
)
_SAID = gated(  # "lily 下划线 88 艾特 qq 点 com", "john dot smith at gmail dot com": only at hosts that people have mailboxes at
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9](?:[A-Za-z0-9._-]| ?(?:下划线|点|减号|杠|underscore|dot|dash|hyphen) ?){0,40}[A-Za-z0-9](?: ?(?:艾特|圈a|@) ?| at )(?:gmail|qq|163|126|139|189|foxmail|sina|sohu|aliyun|yeah|outlook|hotmail|live|yahoo|icloud|proton(?:mail)?|gmx|mail)"
    r"(?: ?(?:点|\.|。| dot) ?(?:com|cn|net|co|uk|de|fr|jp|hk|me|edu|org)(?![A-Za-z])){1,3}",
    re.IGNORECASE,
)
_RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|net|org)|(?:test|example|invalid|localhost|local))$")  # RFC 2606, RFC 6762
_NO_TOP = re.compile(r"png|jpg|jpeg|gif|svg|webp|bmp|ico|css|js|ts|jsx|tsx|mjs|json|html|htm|xml|yaml|yml|toml|txt|pdf|zip|gz|tar|exe|dll|so|service|socket|timer|conf|cfg|ini|log|py|rb|go|rs|java|kt|cpp|hpp|class|jar|whl|php|sh|bat|md|rst|csv|sql")  # fmt: skip
_MAIL_HOSTS = re.compile(
    r"^(?:gmail|qq|163|126|139|189|foxmail|sina|sohu|aliyun|yeah|outlook|hotmail|live|yahoo|icloud|proton(?:mail)?|gmx|mail)\.",
    re.IGNORECASE,
)
_CODE_BEFORE = re.compile(r"(?:git|ssh|svn|hg|scp|rsync)(?:\+ssh)?:?(?://)?$|(?:://)$", re.IGNORECASE)

_IPV4 = gated(
    r"(?:(?<![0-9A-Za-z.])|(?<=[^A-Za-z]IP)|(?<=[^A-Za-z]ip))(?<![0-9]-)(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z_]|\.[0-9A-Za-z]|-[0-9A-Za-z])"
)
_IPV6 = gated(r"(?<![0-9A-Za-z.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}|:)(?::[0-9A-Fa-f]{1,4}){0,5}(?![0-9A-Za-z:]|\.[0-9])")
_DOCUMENTATION = ipaddress.ip_network("3fff::/20")  # RFC 9637, younger than some tables of the standard library
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # what IANA gives out (RFC 4291, 2.4)
_VERSION_WORDS = r"版本|version|(?<![A-Za-z])ver|release|firmware|固件|更新至|升级|upgrade|build|补丁|chrome/|firefox/|safari/|[><~^=!]= ?$|[<>^~] ?$|(?<![A-Za-z])v$|第$|章|section|clause|条款|oid|驱动|driver|assembly|dll|jar"
_VERSION_BEFORE = re.compile(  # directly before it
    r"(?:(?<![A-Za-z])(?:v|ver|version|release|rel|rev|build|patch|firmware|fw|driver|kernel|sdk|app|api|bios|os|chrome|edge|webkit|applewebkit|electron|node|java|jdk|plugin|update|upgrade to)|版本号?|固件|内核|驱动|补丁|客户端|更新到|升级到|升级至|更新至|回滚到|发布|(?<![A-Za-z])(?:up|down)grade[ds]? from(?: [0-9.]{5,15} to)?|(?<![A-Za-z])(?:parse|parse_version|version)\()"
    r"[\"']?(?: ?[:=/]| is|是|为)?[ \"'(v]{0,3}$|[A-Za-z]-$|[A-Za-z]_$|==$|@$",
    re.IGNORECASE,
)
_RELEASE = re.compile(
    r"(?:[-_+~](?:[0-9A-Za-z]+)|\.el[0-9]|\.(?:zip|tar|rpm|deb|exe|apk|jar|dll|whl|nupkg|msi|dmg)|版本?|[节条款]| ?(?:version|release|build)\b|rc[0-9]|beta|alpha)",
    re.IGNORECASE,
)
_OTHER_VERSION = re.compile(  # one version is told to be taken instead of another
    r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}[^0-9]{0,24}(?:升到|升级|降到|退回|回退|换成|换回|改装|装回|(?<![A-Za-z])(?:get|use|install|try|upgrade to|go back to|roll back to)) ?$",
    re.IGNORECASE,
)
_IP_WORDS = (
    r"(?<![A-Za-z])ip(?![A-Za-z]{3})|ip地址|地址|host|server|登录|登陆|访问|来自|from|client|remote|addr|服务器|主机|ping|peer|源|目的"
)
_RESOLVERS = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "114.114.114.114", "114.114.115.115", "223.5.5.5", "223.6.6.6", "119.29.29.29", "180.76.76.76", "208.67.222.222", "208.67.220.220"})  # fmt: skip
_MAC = gated(r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z:]|-[0-9A-Fa-f])")
_CISCO = gated(r"(?<![0-9A-Za-z.])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![0-9A-Za-z.])")
_MORE_GROUPS = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{1,4}::?$")  # "AB:" before it, but not "MAC:"
_MAC_WORDS = r"mac|物理地址|网卡|硬件地址|hwaddr|ether|bssid|蓝牙|bluetooth"


def emails(text: str, focus: int = 0) -> Iterator[Found]:
    """Mailboxes."""
    for match in _EMAIL.finditer(text, focus):
        local, at, host = match.groups()
        disguised = at.strip() != "@"
        if at.strip() == "#" and not (_MAIL_HOSTS.match(host) and says(r"邮箱|mail", text, *match.span())):
            continue
        host = re.sub(_DOT, ".", host)
        top = host.rpartition(".")[2].lower()
        if not top.isalpha() or not 2 <= len(top) <= 24 or _NO_TOP.fullmatch(top) or _RESERVED.search(host.lower()):
            continue
        if ((disguised and at.strip().lower() == "at") or (" " in at and not disguised)) and not (
            _MAIL_HOSTS.match(host) or says(r"邮箱|mail", text, *match.span())
        ):
            continue  # "meet me at example dot …": prose
        if (text[match.end() : match.end() + 1] == ":" and local == "git") or _CODE_BEFORE.search(
            text[max(0, match.start() - 8) : match.start()]
        ):
            continue  # git@host:path names no mailbox
        if ".." in local or ".." in host:
            continue
        yield Found("personal.email", *match.span(), "pattern+disguise" if disguised else "pattern", 0.8 if disguised else 0.9)
    for match in _SAID.finditer(text, focus):
        yield Found("personal.email", *match.span(), "pattern+disguise", 0.8)


def ip_addresses(text: str, focus: int = 0) -> Iterator[Found]:
    """Public addresses of IPv4 and IPv6."""
    for match in _IPV4.finditer(text, focus):
        written = match.group()
        if _public_v4(written) and not _is_version(text, match, written):
            yield Found("personal.ip_address", *match.span(), "iana", 0.7)
    for match in _IPV6.finditer(text, focus):
        try:
            address = ipaddress.IPv6Address(match.group())
        except ValueError:
            continue
        if _MORE_GROUPS.search(text[max(0, match.start() - 7) : match.start()]):
            continue
        if address in _GLOBAL_UNICAST and address not in _DOCUMENTATION and address.is_global and len(match.group()) >= 9:
            yield Found("personal.ip_address", *match.span(), "iana", 0.7)


def _public_v4(written: str) -> bool:
    try:
        address = ipaddress.IPv4Address(written)  # refuses parts above 255 and with leading zeros
    except ValueError:
        return False
    return address.is_global and not address.is_multicast and written not in _RESOLVERS


def _is_version(text: str, match: re.Match[str], written: str) -> bool:
    if _RELEASE.match(text, match.end()) or _VERSION_BEFORE.search(before(text, match.start(), 40)):
        return True
    near = heading(text, match.start()) or before(text, match.start(), 20)
    if _OTHER_VERSION.search(before(text, match.start(), 60)):
        return True
    version = [found.end() for found in words(_VERSION_WORDS).finditer(near)]
    address = [found.end() for found in words(_IP_WORDS).finditer(near)]
    if version and (not address or version[-1] > address[-1]):
        return True
    small = len(written) <= 9 or written.endswith(".0")  # 1.2.3.4, 10.0.1.2, 120.0.0.0: hardly ever an address of somebody
    return small and not address and not words(_IP_WORDS).search(after(text, match.end(), 8))


def network_cards(text: str, focus: int = 0) -> Iterator[Found]:
    """Addresses of network cards (IEEE 802: six octets; neither broadcast nor multicast nor empty)."""
    for match in _MAC.finditer(text, focus):
        digits = match.group().replace(match.group(1), "").lower()
        lettered = not digits.isdecimal() or match.group(1) == ":"
        if _MORE_GROUPS.search(text[max(0, match.start() - 7) : match.start()]):
            continue
        if _one_card(digits) and (lettered or says(_MAC_WORDS, text, *match.span())):
            yield Found("personal.mac_address", *match.span(), "pattern", 0.75)
    for match in _CISCO.finditer(text, focus):
        if _one_card(match.group().replace(".", "").lower()) and says(_MAC_WORDS, text, *match.span()):
            yield Found("personal.mac_address", *match.span(), "pattern+context", 0.75)


def _one_card(digits: str) -> bool:
    return not int(digits[:2], 16) & 1 and len(set(digits)) > 2
