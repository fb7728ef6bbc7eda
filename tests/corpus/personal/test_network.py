"""E-mail, IP and network cards, and the many things that look like them."""

from __future__ import annotations

import pytest

from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize("template", ["请发到{}谢谢", "邮箱：{}", '"email":"{}"', "E-mail: {},", "<td>{}</td>", "{}"])
@pytest.mark.parametrize(
    "address",
    [
        "zhangwei1990@qq.com",
        "li.ming@163.com",
        "wang_fang-88@sina.com.cn",
        "j.smith+news@gmail.com",
        "ｚｈａｎｇ＠１６３．ｃｏｍ",
        "qian ＠ 126.com",
        "lisi (at) 163 (dot) com",
        "lisi[at]gmail[dot]com",
        "zhao AT outlook DOT com",
        "chen艾特qq.com",
    ],
)
def test_a_mailbox_is_found_also_in_disguise(finds: Check, template: str, address: str) -> None:
    finds("email", template, address)


@pytest.mark.parametrize(
    "text",
    [
        "git clone git@github.com:user/repo.git",
        "ssh root@server01",
        "icon@2x.png",
        "npm i react@18.2.0 @vue/cli@5.0.8",
        "someone@example.com, user@example.org, a@b.test",
        "getty@tty1.service",
        "@property",
        "关注@zhangsan_official",
        "meet me at noon. see you at the station",
        "admin@192.168.1.1",
    ],
)
def test_what_only_looks_like_a_mailbox(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize("template", ["登录IP：{}", "来自{}的用户", '"ip":"{}"', "client {} connected"])
@pytest.mark.parametrize("address", ["202.96.128.86", "114.247.50.2", "2408:8207:60a0:1234::1", "240e:3a1:4c52:8f00:1c2d:3e4f:5a6b:7c8d"])
def test_a_public_address_is_found(finds: Check, template: str, address: str) -> None:
    finds("ip_address", template, address)


@pytest.mark.parametrize(
    "address",
    [
        "10.12.13.14",
        "172.16.5.4",
        "192.168.1.100",
        "127.0.0.1",
        "100.64.1.1",
        "224.0.0.5",
        "255.255.255.0",
        "192.0.2.44",
        "198.51.100.7",
        "203.0.113.9",
        "8.8.8.8",
        "114.114.114.114",
        "fe80::1ff:fe23:4567:890a",
        "2001:db8::8a2e:370:7334",
        "::1",
    ],
)
def test_private_reserved_and_everybodys_addresses_are_none(passes: Check, address: str) -> None:
    passes(f"IP地址：{address}")


@pytest.mark.parametrize(
    "text",
    [
        "Chrome/110.0.5481.77 Safari",
        "版本2.14.3.121",
        "numpy==8.12.33.44",
        "pkg-2.14.3.121.tar.gz",
        "v8.12.33.44-beta",
        "第3.1.4.15节",
        "1.3.6.1.4.1.311",
        "12:30:45",
        "std::vector::iterator",
        "a::b::c",
        "比分21:19:21",
        "Upgrade from 8.14.1.139 to 1.10.25.233 before you go on",
        'assert parse("8.18.19.53") < parse("15.15.23.174")',
    ],
)
def test_versions_sections_and_times_are_no_addresses(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize("template", ["MAC地址{}", "ether {} txqueuelen", '"mac":"{}"', "MAC:{}", "蓝牙地址：{}"])
@pytest.mark.parametrize("address", ["A4:5E:60:C1:2B:7F", "a4-5e-60-c1-2b-7f"])
def test_a_network_card_is_found(finds: Check, template: str, address: str) -> None:
    finds("mac_address", template, address)


@pytest.mark.parametrize(
    "text",
    ["ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "01:00:5e:00:00:fb", "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", "20-11-05-12-30-45"],
)
def test_broadcast_fingerprints_and_dates_are_no_network_cards(passes: Check, text: str) -> None:
    passes(f"地址 {text}")
