"""Codes and rows to put into files."""

from collections.abc import Mapping

from stdnum.cn.uscc import calc_check_digit

Row = Mapping[str, object]


def uscc(number: int) -> str:
    """A valid code that belongs to nobody."""
    body = f"91440605MA{number:07d}"
    return body + calc_check_digit(body)


def listing_row(number: object = 1, **over: object) -> dict[str, object]:
    """A good listing under Chinese headers; `over` replaces cells by header."""
    row: dict[str, object] = {
        "统一社会信用代码": uscc(1),
        "编号": f"R-{number}",
        "供需类型": "需求",
        "形式": "产品",
        "标题": f"求购第{number}批高压阀",
        "详情": f"第{number}批需要耐压 70MPa 的截止阀。",
        "产业链环节": "HYD-09",
    }
    return row | over


def organisation_row(number: int = 1, **over: object) -> dict[str, object]:
    """A good organisation under Chinese headers."""
    row = {"统一社会信用代码": uscc(number), "单位名称": f"第{number}阀门厂", "单位类型": "企业", "镇街": "丹灶镇"}
    return row | over


def contract_row(number: int = 1, **over: object) -> dict[str, object]:
    """A registered contract of last year under Chinese headers; `over` replaces cells by header."""
    row: dict[str, object] = {
        "台账编号": f"2025-{number:03d}",
        "合同登记编号": f"20254406010{number:05d}",
        "项目名称": f"第{number}号高压阀密封结构委托开发",
        "合同类别": "技术开发",
        "卖方名称": "佛山市南海区试样研究院",
        "买方名称": "第1阀门厂",
        "买方统一社会信用代码": uscc(1),
        "合同成交额": "2,400,000.00",
        "技术交易额": "1980500",
        "签订日期": "2025-03-01",
        "登记日期": "2025-03-20",
        "登记机构": "佛山市技术合同登记站",
    }
    return row | over
