"""From the total to the technology amount, line by line."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matchmaker.contracts.deductions import CARRIERS, CostLine, Split, split
from matchmaker.contracts.rules import CostKind
from matchmaker.core.errors import Invalid

WAN = 1_000_000


@pytest.mark.parametrize(
    ("line", "deducted"),
    [
        (CostLine(CostKind.TECHNOLOGY, "工艺设计", 10 * WAN), 0),
        (CostLine(CostKind.EQUIPMENT, "检测仪", 10 * WAN), 10 * WAN),
        (CostLine(CostKind.PARTS, "阀体", 10 * WAN, quantity=3, needed=3), 10 * WAN),
        (CostLine(CostKind.MATERIALS, "铝锭", 10 * WAN), 10 * WAN),
        (CostLine(CostKind.WORKS, "基础施工", 10 * WAN), 10 * WAN),
        (CostLine(CostKind.OTHER, "差旅", 10 * WAN), 10 * WAN),
        (CostLine(CostKind.DOCUMENTS, "图纸", 10 * WAN, quantity=10, needed=4), 6 * WAN),
        (CostLine(CostKind.DOCUMENTS, "图纸", 10 * WAN, quantity=3, needed=4), 0),
        (CostLine(CostKind.SOFTWARE, "许可盘", 9 * WAN, quantity=3, needed=0), 9 * WAN),
        (CostLine(CostKind.MACHINES, "样机", 10 * WAN, quantity=1), 0),
        (CostLine(CostKind.MACHINES, "样机", 10 * WAN, quantity=2, needed=2), 0),
        (CostLine(CostKind.MACHINES, "样机", 10 * WAN, quantity=5, needed=5), 6 * WAN),
        (CostLine(CostKind.SOFTWARE, "样品", 100, quantity=3, needed=1), 67),
    ],
)
def test_each_part_of_the_price_is_kept_or_deducted_with_a_reason(line: CostLine, deducted: int) -> None:
    first = split(100 * WAN, [line]).lines[0]
    assert (first.deducted_fen, first.kept_fen) == (deducted, line.amount_fen - deducted)
    assert first.reason_zh and first.reason_en


def test_what_no_line_names_is_technical_work() -> None:
    done = split(100 * WAN, [CostLine(CostKind.EQUIPMENT, "设备", 30 * WAN)])
    assert done.technology_fen == 70 * WAN
    assert (done.lines[1].kind, done.lines[1].amount_fen, done.lines[1].kept_fen) == (
        CostKind.TECHNOLOGY,
        70 * WAN,
        70 * WAN,
    )
    assert split(100 * WAN, []).technology_fen == 100 * WAN


def test_surplus_carriers_are_named_in_the_reason() -> None:
    line = split(WAN, [CostLine(CostKind.MACHINES, "样机", 500, quantity=4, needed=2)]).lines[0]
    assert "保留 2 套" in line.reason_zh and "2 件扣除" in line.reason_zh
    assert "2 kept here" in line.reason_en and "the 2 beyond that" in line.reason_en


def test_lines_beyond_the_total_are_refused() -> None:
    with pytest.raises(Invalid, match="lines: the lines exceed the total"):
        split(WAN, [CostLine(CostKind.TECHNOLOGY, "设计", WAN + 1)])


def test_a_contract_that_is_all_purchase_is_refused() -> None:
    with pytest.raises(Invalid, match="this is a purchase"):
        split(WAN, [CostLine(CostKind.EQUIPMENT, "设备", WAN)])


LINES = st.lists(
    st.builds(
        CostLine,
        kind=st.sampled_from(CostKind),
        text=st.just("项"),
        amount_fen=st.integers(1, 10**9),
        quantity=st.integers(1, 1000),
        needed=st.integers(0, 1000),
    ),
    max_size=8,
)


@given(LINES, st.integers(0, 10**9))
def test_the_technology_amount_is_a_part_of_the_total_and_the_lines_make_it_up(
    lines: list[CostLine], rest: int
) -> None:
    total = sum(line.amount_fen for line in lines) + rest
    assume(total > 0)
    try:
        done: Split = split(total, lines)
    except Invalid:
        assert rest == 0 and all(line.kind is not CostKind.TECHNOLOGY for line in lines)
        return
    assert 0 < done.technology_fen <= total
    assert sum(line.amount_fen for line in done.lines) == total
    assert sum(line.kept_fen for line in done.lines) == done.technology_fen
    assert all(0 <= line.deducted_fen <= line.amount_fen for line in done.lines)
    assert all(line.deducted_fen in (0, line.amount_fen) for line in done.lines if line.kind not in CARRIERS)
