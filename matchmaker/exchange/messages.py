"""Says in plain words, with the remedy, what the schemas refuse: of a spreadsheet in Chinese, of a page in both."""

import re
from typing import Any

# Keys are pydantic's error types; the braces take the error's own context.
_BY_TYPE = {
    "missing": "必填，这里是空的；请填写（合并的单元格请先取消合并，每行都要填）",
    "string_too_short": "太短，至少 {min_length} 个字",
    "string_too_long": "太长，最多 {max_length} 个字，这里有 {length} 个；请删减",
    "too_short": "至少要填 {min_length} 项",
    "too_long": "最多填 {max_length} 项，这里有 {actual_length} 项；请删减",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "extra_forbidden": "没有这个字段；请对照模板改名或删去",
    "string_type": "这里应填文字",
    "string_unicode": "含有无法保存的字符；请重新输入这段文字",
    "list_type": "这里应是列表",
    "int_type": "这里应填整数",
    "int_parsing": "这里应填整数",
    "enum": "不在允许的取值里；请对照模板第二张表“允许的取值”",
    "int_parsing_size": "这个整数太大；请核对",
    "int_from_float": "这里应填整数",
    "literal_error": "不在允许的取值里；请对照模板第二张表“允许的取值”",
    "date_parsing": "日期读不懂；请写成 2026-03-01",
    "date_from_datetime_parsing": "日期读不懂；请写成 2026-03-01",
    "date_from_datetime_inexact": "这里只填日期；请写成 2026-03-01",
    "datetime_parsing": "时间读不懂；请写成 2026-03-01 09:00",
    "datetime_from_date_parsing": "时间读不懂；请写成 2026-03-01 09:00",
}
# The same on a page, where there is neither a template nor a column.
_ON_PAGE = {
    "missing": "请填写这一项",
    "extra_forbidden": "没有这个字段；请刷新页面后重新填写",
    "enum": "不在允许的取值里；请从页面列出的选项里选",
    "literal_error": "不在允许的取值里；请从页面列出的选项里选",
}
# pydantic counts the letters of a text that may be left out as if they were the items of a list.
_OF_TEXT = {"too_short": "string_too_short", "too_long": "string_too_long"}
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
    (r"not an amount in yuan", "金额应是以元为单位的数字，如 2400000.00；请核对"),
    (r"a registration number has 14 or 16 digits", "登记编号应为 14 或 16 位数字；请对照登记证明"),
    (r"a code of (\d+) digits", "应为 {0} 位数字代码；请核对"),
    (r"a year between (\d+) and (\d+)", "年份应在 {0} 至 {1} 之间；请核对"),
    (r"one chain node only", "这里只填一个环节；请保留最主要的一个"),
    (r"this party stands in the list twice", "同一单位在买方、卖方、中介方里出现了两次；请核对"),
    (r"another party has the same code", "与另一方的统一社会信用代码相同；请核对"),
    (r"a party abroad has no division code", "境外单位没有行政区划代码；请留空，或核对国别代码"),
    (r"the contract ends before it was signed", "有效期止早于签订日期；请核对"),
    (
        r"another contract has this number",
        "这个登记编号在同一登记机构已属于另一份合同；请核对编号，或填那份合同的台账编号",
    ),
    (r"more has been paid already", "已付金额大于合同成交额；请核对"),
    (r"a contract has a seller and a buyer", "合同须有卖方和买方；请填写"),
    (r"a (?:signed|registered) contract has this", "这种登记状态下必填；请填写"),
    (r"set the technology amount apart", "请填写技术交易额"),
    (r"not an e-mail address", "不是有效的邮箱地址；请核对，例如 name@example.com"),
    (r"not a phone number", "不是有效的电话号码；请填 5 至 16 位数字，可带区号"),
    (r"agreed: an account needs your consent", "请先阅读并同意个人信息处理说明"),
    (r"unknown chain '?([^';]*)", "没有“{0}”这条产业链；请从列出的产业链里选"),
    (r"ends_at lies before starts_at", "结束时间应晚于开始时间；请核对"),
)
_WORDED_ON_PAGE = (
    (r"unknown chain node '?([^';]*)", "没有“{0}”这个产业链环节；请从页面列出的环节里选"),
    (r"price_high lies below price_low", "价格上限低于价格下限；请核对"),
)
# For English pages: what of our own wordings names a column, a file or the spreadsheet.
_ENGLISH_ON_PAGE = (
    (r"unknown chain node '?([^';]*)", "there is no chain node {0}; choose from the list"),
    (r"price_high lies below price_low", "the highest price is below the lowest"),
    (r"valid_to lies before valid_from", "the end lies before the beginning"),
    (r"ends_at lies before starts_at", "the end must come after the beginning"),
    (r"unknown town", "choose one of the seven towns"),
    (r"not an amount in", "write an amount in units of CNY 10,000, such as 12.5"),
    (r"contains control characters", "contains control characters; please type this text again"),
    (r"agreed: an account needs your consent", "please read and accept how personal data is processed"),
)
# Checks of two fields together name no field; this is the one to show.
_FIELD_BY_WORDING = {"price_high": "price_high", "valid_to": "valid_to", "ends_at": "ends_at", "agreed": "agreed"}


def in_chinese(error: Any, *, on_page: bool = False) -> str:
    """One line for one error of pydantic; what no table knows keeps its English wording.

    `on_page` is for forms, where nobody has a template or columns to look at.
    """
    if error["type"] == "value_error":
        return wording(_own(error), on_page=on_page)
    kind = _kind(error)
    template = (_ON_PAGE.get(kind) if on_page else None) or _BY_TYPE.get(kind)
    if template is None:
        return f"填写有误（{error['msg']}）"
    value = error["input"]
    length = len(value) if isinstance(value, str | list) else 0
    return template.format_map({"length": length, "actual_length": length, **error.get("ctx", {})})


def in_english(error: Any) -> str:
    """The same for English pages: pydantic's words, unless they count letters as items or name a spreadsheet."""
    if error["type"] == "value_error":
        return _said(_ENGLISH_ON_PAGE, _own(error)) or _own(error)
    kind, limits = _kind(error), error.get("ctx", {})
    if kind == "string_too_long":
        return f"at most {limits['max_length']} characters, this has {len(error['input'])}"
    if kind == "string_too_short":
        return f"at least {limits['min_length']} characters"
    return str(error["msg"])


def wording(message: str, *, on_page: bool = False) -> str:
    """The Chinese for one of our own English messages."""
    found = _said(_WORDED_ON_PAGE, message) if on_page else None
    return found or _said(_BY_WORDING, message) or f"填写有误（{message}）"


def field_of(error: Any) -> str:
    """The schema's field that the error is about."""
    if error["loc"]:
        return str(error["loc"][0])
    return next((field for word, field in _FIELD_BY_WORDING.items() if word in error["msg"]), "")


def _own(error: Any) -> str:
    return str(error["msg"]).removeprefix("Value error, ")


def _kind(error: Any) -> str:
    kind = str(error["type"])
    return _OF_TEXT.get(kind, kind) if isinstance(error["input"], str) else kind


def _said(table: tuple[tuple[str, str], ...], message: str) -> str | None:
    for pattern, text in table:
        if found := re.search(pattern, message):
            return text.format(*found.groups())
    return None
