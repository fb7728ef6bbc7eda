"""Signs of rights: what is one, what looks like one, and which licence a text names."""

from __future__ import annotations

import pytest
from stdnum import ean, issn

from brightline.corpus.annotators.rights import kernel, licence_said
from tests.corpus.annotators.documents import KEY, annotated, seen

BOOK = "978700000000"
ISBN = BOOK + ean.calc_check_digit(BOOK)
SERIAL = "1234567"
ISSN = f"1234-567{issn.calc_check_digit(SERIAL)}"

SIGNS = [
    ("rights.copyright_notice", "© 2021 Example Press"),
    ("rights.copyright_notice", "Copyright (c) 2019-2023 Example Ltd."),
    ("rights.copyright_notice", "本网站版权所有：某某出版社"),
    ("rights.copyright_notice", "All rights reserved."),
    ("rights.no_reproduction", "未经本站书面授权，任何单位和个人不得转载、摘编。"),
    ("rights.no_reproduction", "严禁转载"),
    ("rights.no_reproduction", "No part of this publication may be reproduced in any form."),
    ("rights.attribution", "转载请注明出处"),
    ("rights.licence_header", "# SPDX-License-Identifier: GPL-3.0-or-later"),
    ("rights.licence_header", "Permission is hereby granted, free of charge, to any person"),
    ("rights.licence_header", "本作品采用知识共享署名-非商业性使用 4.0 国际许可协议"),
    ("rights.isbn", f"书号：ISBN {ISBN}"),
    ("rights.issn", f"ISSN {ISSN}"),
    ("rights.doi", "https://doi.org/10.1234/abc.2021.5"),
    ("rights.doi", "国内统一刊号：CN 11-1234"),
    ("rights.paywall", "本章为付费阅读内容"),
    ("rights.paywall", "开通会员继续阅读全文"),
    ("rights.paywall", "Subscribe to continue reading."),
    ("rights.paywall", "This article is for subscribers only."),
    ("rights.watermark", "本章未完，点击下一页继续"),
    ("rights.watermark", "shutterstock.com · 123456789"),
    ("rights.tdm_opt_out", '<meta name="tdm-reservation" content="1">'),
    ("rights.tdm_opt_out", '<meta name="robots" content="noai, noimageai">'),
    ("rights.tdm_opt_out", "User-agent: GPTBot\nDisallow: /"),
    ("rights.training_forbidden", "未经许可，不得将本站内容用于训练人工智能模型。"),
    ("rights.training_forbidden", "The content may not be used to train machine learning models."),
    ("rights.confidential", "内部资料，注意保密"),
    ("rights.confidential", "This document is strictly confidential."),
]

NO_SIGNS = [
    "他在书中谈到版权法的历史。",
    "训练有素的运动员不得使用兴奋剂。",
    "The train leaves at ten; passengers may not be late.",
    "她的职业训练包括人工智能课程。",
    "Please subscribe to our channel for more recipes.",
    "本店会员可以打折。",
    "图片上的水印很漂亮，像远山。",
    "doing 10.5 km a day",
    "ISBN 978-7-000-00000-0 0",
    "constrained trainees",
]


@pytest.mark.parametrize(("rule", "text"), SIGNS, ids=[f"{rule}-{number}" for number, (rule, _) in enumerate(SIGNS)])
def test_a_sign_is_found_alone_and_in_the_middle_of_chinese(rule: str, text: str) -> None:
    own = kernel(KEY)
    assert rule in seen(own, text)
    assert rule in seen(own, f"前面的话。\n{text}\n后面的话。")


@pytest.mark.parametrize("text", NO_SIGNS)
def test_ordinary_words_about_the_same_things_are_none(text: str) -> None:
    assert seen(kernel(KEY), text) == {}


def test_a_number_with_a_wrong_check_digit_is_none() -> None:
    wrong = ISBN[:-1] + str((int(ISBN[-1]) + 1) % 10)
    assert "rights.isbn" not in seen(kernel(KEY), f"ISBN {wrong}")
    assert annotated(kernel(KEY), f"ISBN {ISBN}")["findings"][0]["validator"] == "isbn"


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("// SPDX-License-Identifier: Apache-2.0 OR MIT\nint main;", "Apache-2.0 OR MIT"),
        ("Licensed under the Apache License, Version 2.0 (the License)", "Apache-2.0"),
        ("This program is free software under the GNU General Public License as published by the FSF, version 3.", "GPL-3.0-only"),
        ("https://creativecommons.org/licenses/by-nc-nd/4.0/", "CC-BY-NC-ND-4.0"),
        ("Text is available under CC BY-SA 4.0.", "CC-BY-SA-4.0"),
        ("Redistribution and use in source and binary forms", None),
        ("一段没有许可的文字", None),
    ],
)
def test_the_licence_that_a_text_names_is_told(text: str, licence: str | None) -> None:
    assert annotated(kernel(KEY), text)["licence"] == licence


def test_an_unknown_licence_is_not_guessed() -> None:
    assert licence_said("the Example Licence, version 9") is None


def test_only_refusals_forbid_training() -> None:
    own = kernel(KEY)
    assert annotated(own, "不得用于训练大模型。")["forbids_training"] is True
    assert annotated(own, "版权所有，未经许可不得转载。")["forbids_training"] is False
