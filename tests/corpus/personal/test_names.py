"""Names where the words around them say that they are some."""

from __future__ import annotations

import pytest

from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize(
    "template", ["姓名：{}，男", "联系人：{} 电话", "患者姓名：{}", '"姓名":"{}"', "<td>姓名</td><td>{}</td>", "开户名：{}", "收件人 {} "]
)
@pytest.mark.parametrize("name", ["张伟", "王小明", "欧阳娜娜", "司马懿", "阿依古丽·买买提"])
def test_a_labelled_name_is_found(finds: Check, template: str, name: str) -> None:
    finds("name", template, name)


@pytest.mark.parametrize("template", ["我叫{}，今年30岁", "{}先生您好", "尊敬的{}女士", "请联系{}先生", "名叫{}的男子"])
@pytest.mark.parametrize("name", ["张伟", "王小明", "欧阳娜娜"])
def test_an_introduced_or_addressed_name_is_found(finds: Check, template: str, name: str) -> None:
    finds("name", template, name)


@pytest.mark.parametrize("name", ["John Smith", "Emily R. Davis"])
@pytest.mark.parametrize("template", ["Name: {}", "My name is {}.", "Dear {},", "Mr. {} called", '"name": "{}"'])
def test_a_latin_name_is_found(finds: Check, template: str, name: str) -> None:
    finds("name", template, name)


@pytest.mark.parametrize(
    "text",
    [
        "谢谢医生",
        "女士优先，先生们请",
        "高级经理主任",
        "我是高血压患者",
        "我是武汉人，司机是印度人",
        "日本人：干嘛",
        "负责人：待定",
        "姓名：请填写",
        "作者等等",
        "张家小姐",
        "王先生和李女士",
        "- name: Install Python",
        "Name: Visual Studio",
        "Dear Customer Service",
        "Dr. Pepper",
    ],
)
def test_words_and_surnames_alone_are_no_names(passes: Check, text: str) -> None:
    passes(text)
