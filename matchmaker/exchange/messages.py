"""Says in plain Chinese, with the remedy, what the schemas refuse."""

import re
from typing import Any

# Keys are pydantic's error types; the braces take the error's own context.
_BY_TYPE = {
    "missing": "必填，这里是空的；请填写（合并的单元格请先取消合并，每行都要填）",
    "string_too_short": "太短，至少 {min_length} 个字",
    "string_too_long": "太长，最多 {max_length} 个字，这里有 {length} 个；请删减",
    "too_short": "至少要填 {min_length} 项",
    "too_long": "最多填 {max_length} 项，这里有 {actual_length} 项；请删减",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "extra_forbidden": "没有这个字段；请对照模板改名或删去",
    "string_type": "这里应填文字",
    "string_unicode": "含有无法保存的字符；请重新输入这段文字",
    "list_type": "这里应是列表",
    "int_type": "这里应填整数",
    "int_parsing": "这里应填整数",
    "enum": "不在允许的取值里；请对照模板第二张表“允许的取值”",
    "date_parsing": "日期读不懂；请写成 2026-03-01",
    "date_from_datetime_parsing": "日期读不懂；请写成 2026-03-01",
}
# What the schemas' own checks say, in English, and what that means here.
_BY_WORDING = (
    (r"has 18 characters, this has (\d+)", "统一社会信用代码应为 18 位，这里是 {0} 位；请核对"),
    (
        r"social credit code has no (.+)",
        "统一社会信用代码里不会有 {0}（不使用字母 I、O、S、V、Z）；请核对是否误写了 1、0、5、2",
    ),
    (r"no registration authority gives codes that start with (\S+)", "没有登记机关发放以 {0} 开头的代码；请核对前八位"),
    (r"wrong check character: (\S), it should be (\S)", "校验位不符：末位是 {0}，按前 17 位应为 {1}；请逐位核对代码"),
    (r"unknown chain node '?([^';]*)", "没有“{0}”这个产业链环节；模板第二张表“允许的取值”列出了全部环节"),
    (r"unknown town '?([^';]*)", "没有“{0}”这个镇街；请从七个镇街里选"),
    (r"price_high lies below price_low", "价格上限低于价格下限；请核对两列"),
    (r"valid_to lies before valid_from", "截止日期早于起始日期；请核对"),
    (r"contains control characters", "含有控制字符（如 NUL）；请重新输入这段文字"),
    (r"not an amount in 万元", "价格应是以万元为单位的数字，如 12.5；面议则留空"),
    (r"amount out of range", "价格超出范围（0 至 1000 亿元）；注意单位是万元"),
    (r"amount finer than one fen", "价格精确到分为止，即万元后最多六位小数；请四舍五入"),
)
# Checks of two fields together name no field; this is the one to show.
_FIELD_BY_WORDING = {"price_high": "price_high", "valid_to": "valid_to"}


def in_chinese(error: Any) -> str:
    """One line for one error of pydantic; what no table knows keeps its English wording."""
    if error["type"] == "value_error":
        return wording(error["msg"].removeprefix("Value error, "))
    template = _BY_TYPE.get(error["type"])
    if template is None:
        return f"填写有误（{error['msg']}）"
    value = error["input"]
    length = len(value) if isinstance(value, str | list) else 0
    return template.format_map({"length": length, "actual_length": length, **error.get("ctx", {})})


def wording(message: str) -> str:
    """The Chinese for one of our own English messages."""
    for pattern, chinese in _BY_WORDING:
        if found := re.search(pattern, message):
            return chinese.format(*found.groups())
    return f"填写有误（{message}）"


def field_of(error: Any) -> str:
    """The schema's field that the error is about."""
    if error["loc"]:
        return str(error["loc"][0])
    return next((field for word, field in _FIELD_BY_WORDING.items() if word in error["msg"]), "")
