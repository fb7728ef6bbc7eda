"""Dates of birth, coordinates, addresses."""

from __future__ import annotations

import pytest

from brightline.corpus.personal import find
from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize("template", ["出生日期：{}", "生日是{}", "DOB: {}", '"birthday":"{}"', "我{}出生", "他生于{}，汉族"])
@pytest.mark.parametrize("day", ["1990年3月7日", "1988-12-01", "1995/06/18", "19920514", "1990.03.07", "一九九〇年三月七日"])
def test_a_date_of_birth_is_found(finds: Check, template: str, day: str) -> None:
    finds("birth_date", template, day)


@pytest.mark.parametrize("day", ["March 7, 1990", "7 March 1990", "03/07/1990"])
def test_an_english_date_of_birth_is_found(finds: Check, day: str) -> None:
    finds("birth_date", "Date of birth: {}", day)


@pytest.mark.parametrize(
    "text", ["生产日期：2023-11-05", "公司成立于1990年3月7日", "发布日期1990-03-07", "这位作家生于1881年9月25日", "1990年3月7日"]
)
def test_other_dates_and_history_are_none(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize("template", ["坐标：{}", "GPS: {}", "定位{}"])
@pytest.mark.parametrize("place", ["39.908823,116.397470", "31.230416 121.473701", "39°54′26″N 116°23′29″E"])
def test_coordinates_are_found(finds: Check, template: str, place: str) -> None:
    finds("coordinates", template, place)


@pytest.mark.parametrize(
    ("template", "place"),
    [
        ("geo:{}?z=17", "31.2304,121.4737"),
        ("https://maps.example/?q={}", "31.230416,-1.473701"),
        ("https://maps.example/maps/@{},17z", "31.230416,121.473701"),
        ("marker?position={}&name=x", "121.473701,31.230416"),
        ("SRID=4326;POINT ({})", "121.473701 31.230416"),
        ('"coordinates":[{}]', "121.473701,31.230416"),
        ("$GPGGA,092750.000,{},1,8", "3113.6802,N,12128.7139,E"),
        ("<lat>{}</lat>", "31.230416"),
        ("?mlat={}&z=1", "31.230416"),
        ("纬度: {}\n", "31.230416"),
        ("信号消失在{}，", "北纬31度13分49秒，东经121度28分25秒"),
        ("GPSLatitude: {}", "31 deg 13' 49.31\" N"),
        ("{}", "N31°13.482′ E121°28.915′"),
        ("{}，对", "北纬三十一点九零四七度，东经一百零二点七九三七度"),
        ("我的位置 {}", "8PFRW94X+5G"),
        ("她把 {} 发给了我", "31.23041, 121.47370"),
        ("定位\n{}", "31.230416\n121.473701"),
        ("his phone last pinged at {} around midnight", "29.4502, -117.8593"),
        ("用户,经度,纬度\nu1,1,{}\n", "31.230416"),
    ],
)
def test_coordinates_are_found_in_links_records_and_speech(finds: Check, template: str, place: str) -> None:
    finds("coordinates", template, place)


@pytest.mark.parametrize(
    "text",
    [
        "游戏坐标 123.456, 78.901 传送点",
        '{"coords": [2.7970, 3.985], "unit": "mm"}',
        "lat = 12.3456 ms",
        "转角为45°30'15\"",
        "北纬30度线",
        "北纬39度54分",
        "准确率 45.1234, 89.4321, 77.1234",
        "loss 45.1234, 89.4321",
        "AB8PFRW94X+5Gcd",
    ],
)
def test_figures_of_other_things_are_no_coordinates(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize("text", ["比例39.9,116.4", "坐标轴0,0", "误差 0.123456, 0.654321", "坐标 999.123456, 999.123456"])
def test_other_decimals_are_no_coordinates(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    "address",
    [
        "北京市朝阳区建国路88号3号楼2单元501室",
        "浙江省杭州市西湖区文三路259号昌地火炬大厦1号楼1702室",
        "四川省成都市武侯区人民南路四段11号附1号",
        "河北省保定市清苑县李庄村3组12号",
        "重庆市渝北区龙溪街道金龙路259号4幢5-3",
        "广州市天河区体育西路103号",
    ],
)
@pytest.mark.parametrize("template", ["地址：{}", "我住在{}。", '"address":"{}"', "{}"])
def test_a_chinese_address_is_found_from_its_division_to_its_last_number(template: str, address: str) -> None:
    text = template.replace("{}", address)
    (hit,) = find(text)
    assert hit.rule == "personal.address"
    assert hit.start == text.index(address)
    assert hit.end - hit.start >= 0.8 * len(address)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("电话 住址天津市南开区光明巷207号 体温", "天津市南开区光明巷207号"),
        ("装机地址重庆市渝北区翠湖名邸26栋1单元2402室，回拨", "重庆市渝北区翠湖名邸26栋1单元2402室"),
        ("我家在光明路 123 号，工地在兴华大街 456 号。", "光明路 123 号"),
        ("我家在阳光花园小区，公司地址是市中心的恒隆广场。", "阳光花园小区"),
        ("地址是在北京市朝阳区东三环北路甲二号，我们", "北京市朝阳区东三环北路甲二号"),
        ("上海市静安区共和新路1100号3号楼501室", "上海市静安区共和新路1100号3号楼501室"),
        (
            "Room 5, Building 2, No. 97 Wenhua Road, Xihu District, Hangzhou. Phone: none",
            "Room 5, Building 2, No. 97 Wenhua Road, Xihu District, Hangzhou",
        ),
        ("write to 12 High Street, St. Albans, AL1 2AB", "12 High Street, St. Albans, AL1 2AB"),
    ],
)
def test_an_address_ends_where_the_next_sentence_begins_and_has_no_label_in_it(text: str, address: str) -> None:
    assert [text[hit.start : hit.end] for hit in find(text)] == [address]


@pytest.mark.parametrize(
    "text",
    ["收货地址是北京市海淀区XX小区XX号。", "我住XX小区X栋X单元", "地址是上海市浦东新区某某路某某号", "收件人地址是您提供的上海的住址。"],
)
def test_an_address_that_somebody_has_masked_is_nobodys(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    "address", ["350 Fifth Avenue, New York, NY 10118", "12 Baker Street, London NW1 6XE", "45 Oak Lane Apt 3B, Austin, TX 78701"]
)
def test_an_english_address_is_found(finds: Check, address: str) -> None:
    finds("address", "I live at {}", address)


@pytest.mark.parametrize("text", ["位于中山路", "北京大学", "走了3条路", "这条街上有5户人家", "2024 Main Street style", "第8号文件"])
def test_roads_and_numbers_alone_are_no_addresses(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize("day", ["一九八九年十月十二日", "二零一六年六月一号", "六月十二号", "一九九〇年正月初三"])
def test_a_date_in_words_is_taken_whole(finds: Check, day: str) -> None:
    finds("birth_date", "生日是{}，", day)
