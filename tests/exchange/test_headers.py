"""Which row is the header, and what each header means."""

import pytest

from matchmaker.exchange.columns import Cell, Kind, by_spelling, columns, fold_header
from matchmaker.exchange.headers import column_of, find_header, missing, resolve


def known(text: str) -> bool:
    return column_of(Kind.LISTINGS, text) is not None


@pytest.mark.parametrize("kind", Kind)
def test_no_two_columns_share_a_spelling(kind: Kind) -> None:
    for column in columns(kind):
        for spelling in filter(None, (column.header, column.field, *column.synonyms)):
            assert {by_spelling(kind)[name] for name in fold_header(spelling)} == {column}


@pytest.mark.parametrize("header", ["标题*", " 标 题 ", "TITLE", "标题（必填）", "标题\n(4-120字)", "名称"])
def test_header_is_known_however_it_is_dressed(header: str) -> None:
    column = column_of(Kind.LISTINGS, header)
    assert column is not None
    assert column.field == "title"


@pytest.mark.parametrize("header", ["price_low", "Price Low", "价格下限", "价格下限(万元)", "最低价格（万元）"])
def test_price_header_is_known_with_and_without_its_unit(header: str) -> None:
    column = column_of(Kind.LISTINGS, header)
    assert column is not None
    assert column.field == "price_low"


def test_header_row_is_found_below_a_title() -> None:
    found = find_header([["佛山市南海区供需信息表", "", ""], ["标题", "详情", "形式"], ["阀", "好阀", "产品"]], known)
    assert found is not None
    assert (found.index, found.height, found.names) == (1, 1, ("标题", "详情", "形式"))


def test_header_in_two_rows_is_joined() -> None:
    grid = [["标题", "价格（万元）", "", "详情"], ["", "最低", "最高", ""], ["阀", "1", "2", "好阀"]]
    found = find_header(grid, known)
    assert found is not None
    assert (found.index, found.height) == (0, 2)
    assert [column_of(Kind.LISTINGS, name).field for name in found.names] == [  # type: ignore[union-attr]
        "title",
        "price_low",
        "price_high",
        "detail",
    ]


def test_header_of_one_row_is_not_joined_with_the_data_below() -> None:
    found = find_header([["标题", "详情"], ["阀", ""], ["泵", "好泵"]], known)
    assert found is not None
    assert found.height == 1


def test_table_without_known_headers_has_no_header_row() -> None:
    assert find_header([["甲", "乙"], ["标题", "2"]], known) is None


def test_unknown_header_is_refused_with_the_nearest() -> None:
    _, faults = resolve(Kind.LISTINGS, ("标题", "合做方式"))
    assert [(fault.field, fault.message) for fault in faults] == [("合做方式", "不认识的表头；是否想写“合作方式”？")]


def test_same_column_twice_is_refused() -> None:
    _, faults = resolve(Kind.LISTINGS, ("标题", "title"))
    assert [(fault.field, fault.message) for fault in faults] == [("title", "与“标题”是同一列，出现了两次；请删去一列")]


def test_numbering_columns_are_accepted_and_ignored() -> None:
    mapping, faults = resolve(Kind.LISTINGS, ("序号", "单位名称"))
    assert faults == []
    assert [column.cell for column in mapping.values()] == [Cell.IGNORED, Cell.IGNORED]


def test_missing_required_columns_are_named() -> None:
    mapping, _ = resolve(Kind.ORGANISATIONS, ("统一社会信用代码", "镇街"))
    assert [fault.field for fault in missing(Kind.ORGANISATIONS, mapping)] == ["单位名称", "单位类型"]
