"""Rows become data, or faults that say what to do."""

import pytest
from pydantic import BaseModel

from matchmaker.accounts.schemas import OrganisationIn
from matchmaker.exchange import messages
from matchmaker.exchange.columns import Kind
from matchmaker.exchange.records import Record, mapping_for, read_record
from matchmaker.exchange.rows import RawRow
from matchmaker.listings.schemas import ListingIn
from tests.exchange.factories import listing_row, organisation_row, uscc


def faults_of(kind: Kind, cells: dict[str, object]) -> list[tuple[str, str, str]]:
    result = read_record(kind, RawRow(7, cells), mapping_for(kind, tuple(cells)))
    assert isinstance(result, list)
    assert {fault.row for fault in result} == {7}
    return [(fault.column, fault.value, fault.message) for fault in result]


def data_of(kind: Kind, cells: dict[str, object]) -> BaseModel:
    result = read_record(kind, RawRow(7, cells), mapping_for(kind, tuple(cells)))
    assert isinstance(result, Record), result
    return result.data


def test_good_listing_is_read() -> None:
    row = listing_row(**{"价格下限（万元）": "１２．５", "有效期止": "2026年12月31日", "成熟度": "可以量产"})
    data = data_of(Kind.LISTINGS, row)
    assert isinstance(data, ListingIn)
    assert (data.price_low, str(data.valid_to), data.maturity) == (12_500_000, "2026-12-31", "mass_production")


def test_good_organisation_is_read() -> None:
    data = data_of(Kind.ORGANISATIONS, organisation_row(产业链环节="高压阀"))
    assert isinstance(data, OrganisationIn)
    assert (data.town, data.kind, data.chain_nodes) == ("440605123", "enterprise", ["HYD-09"])


@pytest.mark.parametrize(
    ("header", "value", "message"),
    [
        ("标题", "阀", "太短，至少 4 个字"),
        ("标题", " ", "必填，这里是空的；请填写（合并的单元格请先取消合并，每行都要填）"),
        ("详情", "好\0阀", "含有控制字符（如 NUL）；请重新输入这段文字"),
        ("详情", "好\ud800阀", "含有无法保存的字符；请重新输入这段文字"),
        ("技术就绪度", "12", "不能大于 9"),
        ("技术就绪度", "0", "不能小于 1"),
        ("合作方式", "技术转让、技术入股、合作开发、委托开发", "最多填 3 项，这里有 4 项；请删减"),
        ("价格下限（万元）", "0.0000001", "价格精确到分为止，即万元后最多六位小数；请四舍五入"),
        ("价格下限（万元）", "99999999999", "价格超出范围（0 至 1000 亿元）；注意单位是万元"),
        ("有效期止", "2026-13-01", "日期读不懂；请写成 2026-03-01"),
        ("统一社会信用代码", "91440605", "统一社会信用代码应为 18 位，这里是 8 位；请核对"),
        (
            "统一社会信用代码",
            "ZZ440605MA0000001A",
            "统一社会信用代码里不会有 Z（不使用字母 I、O、S、V、Z）；请核对是否误写了 1、0、5、2",
        ),
        ("统一社会信用代码", "18440605MA0000001A", "没有登记机关发放以 18440605 开头的代码；请核对前八位"),
    ],
)
def test_fault_names_column_value_and_remedy(header: str, value: str, message: str) -> None:
    shown = "".join(c if c.isprintable() else " " for c in value)
    faults = faults_of(Kind.LISTINGS, listing_row(**{header: value}))
    assert faults == [(header, shown, message)]


def test_wrong_check_character_is_named_with_the_right_one() -> None:
    code = uscc(1)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    message = f"校验位不符：末位是 {wrong[-1]}，按前 17 位应为 {code[-1]}；请逐位核对代码"
    assert faults_of(Kind.ORGANISATIONS, organisation_row(统一社会信用代码=wrong)) == [
        ("统一社会信用代码", wrong, message)
    ]


def test_two_megabyte_description_is_refused_by_name_and_shortened() -> None:
    faults = faults_of(Kind.LISTINGS, listing_row(详情="好" * 700_000))
    assert faults == [("详情", "好" * 60 + "…", "太长，最多 8000 个字，这里有 700000 个；请删减")]


def test_ranges_out_of_order_are_refused() -> None:
    prices = faults_of(Kind.LISTINGS, listing_row(**{"价格下限（万元）": 5, "价格上限（万元）": 3}))
    assert prices == [("价格上限（万元）", "3", "价格上限低于价格下限；请核对两列")]
    dates = faults_of(Kind.LISTINGS, listing_row(有效期起="2026-05-01", 有效期止="2026-04-01"))
    assert dates == [("有效期止", "2026-04-01", "截止日期早于起始日期；请核对")]


def test_all_faults_of_a_row_are_told_at_once() -> None:
    faults = faults_of(Kind.LISTINGS, listing_row(供需类型="买", 标题="阀", 产业链环节="XXX-99"))
    assert sorted(column for column, _, _ in faults) == ["产业链环节", "供需类型", "标题"]


def test_unknown_key_of_a_json_line_is_a_fault_of_its_row() -> None:
    result = read_record(Kind.LISTINGS, RawRow(3, listing_row() | {"titel": "x"}), None)
    assert isinstance(result, list)
    assert [(fault.column, fault.message) for fault in result] == [("titel", "不认识的表头；是否想写“标题”？")]


def test_example_row_of_the_template_is_passed_over() -> None:
    cells = listing_row(统一社会信用代码="示例 9144")
    assert read_record(Kind.LISTINGS, RawRow(2, cells), mapping_for(Kind.LISTINGS, tuple(cells))) == []


def test_listing_without_ref_gets_one_that_survives_an_edit_of_its_text() -> None:
    first, edited, other = (
        data_of(Kind.LISTINGS, listing_row(编号="", **over))
        for over in ({}, {"详情": "改过的说明"}, {"供需类型": "供给"})
    )
    assert isinstance(first, ListingIn) and isinstance(edited, ListingIn) and isinstance(other, ListingIn)
    assert first.ref == edited.ref
    assert first.ref != other.ref


def test_unheard_of_message_keeps_its_wording() -> None:
    assert messages.wording("something new") == "填写有误（something new）"
