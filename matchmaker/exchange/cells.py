"""Turns one raw cell, as people and Excel write it, into the value that the schema expects."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import chain

from matchmaker.core.money import FEN_PER_YUAN, MAX_FEN
from matchmaker.exchange.columns import Cell, Column, fold
from matchmaker.exchange.rows import BadCell, shown
from matchmaker.exchange.typed_money import yuan_typed
from matchmaker.reference import chains, terms, towns

_TRIMMED = "\u3000 \t\r\n\u00a0\ufeff"
_NOTHING = {"", "-", "--", "/", "无", "n/a"}
_NO_LIMIT = {"长期", "长期有效", "永久", "不限"}
_BY_AGREEMENT = {"面议", "面谈", "协商", "待定"}
# Excel keeps 15 digits; what had more has lost its end.
_EXCEL_EXACT = 10**15
_EXCEL_DAY_0 = date(1899, 12, 30)
_SERIALS = range(18_264, 73_415)  # 1950 to 2100
_MAX_CODED = 2_000
_AS_TEXT = "Excel 把它当成了数字或日期，原来的内容已丢失；请把整列设为“文本”格式后重新填写"


class CellError(ValueError):
    """Says in plain Chinese what is wrong with the cell and what to do."""


def parse(column: Column, raw: object) -> object:
    """The value for the schema, or None for a blank cell. CellError when the cell cannot be read."""
    if isinstance(raw, BadCell):
        raise CellError(raw.message)
    return _PARSERS[column.cell](column, raw)


def _text(_: Column, raw: object) -> object:
    if isinstance(raw, str):
        return raw.replace("\r\n", "\n").replace("\r", "\n").strip(_TRIMMED) or None
    return _number_text(raw)


def _number_text(raw: object) -> str:
    if isinstance(raw, date):
        raise CellError(_AS_TEXT)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise CellError("这里应填文字")
    if abs(raw) >= _EXCEL_EXACT:
        raise CellError(_AS_TEXT)
    return str(int(raw)) if float(raw).is_integer() else repr(raw)


def _coded(raw: object) -> str:
    """The cell as narrow text, "" when it says nothing. What NFKC does to free text would be damage; not here."""
    text = raw if isinstance(raw, str) else _number_text(raw)
    if len(text) > _MAX_CODED:
        raise CellError(f"这里有 {len(text)} 个字符，太长；请按模板填写")
    plain = unicodedata.normalize("NFKC", text).strip(_TRIMMED)
    return "" if plain.casefold() in _NOTHING else plain


def _code(_: Column, raw: object) -> object:
    text = _coded(raw)
    if re.fullmatch(r"\d(\.\d+)?E\+?\d{2,}", text, re.IGNORECASE):
        raise CellError(_AS_TEXT)
    return text or None


def _whole(_: Column, raw: object) -> object:
    text = _coded(raw).upper().removeprefix("TRL").removesuffix("级").strip(" -")
    if text and not re.fullmatch(r"[0-9]{1,4}(\.0+)?", text):
        raise CellError("这里应填整数")
    return int(float(text)) if text else None


def _price(_: Column, raw: object) -> object:
    text = repr(round(raw, 6)) if isinstance(raw, float) else _coded(raw)
    text = re.sub(r"^[¥￥]|(万元|万)$", "", text.replace(" ", "")).removesuffix(".0")
    if not text or text in _BY_AGREEMENT:
        return None
    if not re.fullmatch(r"[0-9][0-9,]{0,20}(\.[0-9]+)?", text):
        raise CellError("价格应是以万元为单位的数字，如 12.5；面议则留空")
    return text


def _money(column: Column, raw: object) -> object:
    """Yuan as plain decimal text; what the cell says of its unit goes before what the header says."""
    text = repr(round(raw, 6)) if isinstance(raw, float) else _coded(raw)
    if not text or text in _BY_AGREEMENT:
        return None
    amount = yuan_typed(text, in_wan=column.cell is Cell.MONEY_WAN)
    if amount is None:
        raise CellError("金额读不懂；请只填数字，如 2400000 或 240万元")
    if amount != amount.quantize(Decimal("0.01")):
        raise CellError("金额精确到分为止；请四舍五入到 0.01 元")
    if amount * FEN_PER_YUAN > MAX_FEN:
        raise CellError("金额超出范围（0 至 1000 亿元）；请核对金额和单位")
    return f"{amount:.2f}"


def _period(_: Column, raw: object) -> object:
    """Two days in one cell, as {"valid_from", "valid_until"}; one day alone is not a period."""
    if isinstance(raw, dict):
        return raw
    text = _coded(raw)
    if not text or text in _NO_LIMIT:
        return None
    parts = re.split(r"至|到|[~—–]+|-+\s*(?=[0-9]{4})", text.removesuffix("止"), maxsplit=1)
    ends = [part.strip(" 从自起止") for part in parts]
    if len(ends) != 2:
        raise CellError("起止日期读不懂；请写成 2025-03-01 至 2026-12-31")
    return dict(zip(("valid_from", "valid_until"), (_calendar_day(end).isoformat() for end in ends), strict=True))


def _yes_no(_: Column, raw: object) -> object:
    if isinstance(raw, bool):
        return raw
    text = _coded(raw).casefold()
    if text in ("是", "有", "y", "yes", "true", "1", "√"):
        return True
    if text in ("", "否", "没有", "n", "no", "false", "0", "×"):
        return False
    raise CellError("这里应填“是”或“否”")


def _date(_: Column, raw: object) -> object:
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    text = _coded(raw)
    if not text or text in _NO_LIMIT:
        return None
    return _calendar_day(text).isoformat()


def _calendar_day(text: str) -> date:
    if text.isdigit() and len(text) == 5 and int(text) in _SERIALS:
        return _EXCEL_DAY_0 + timedelta(days=int(text))
    pattern = r"(\d{4})(\d\d)(\d\d)|(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]0?0:00(?::00)?(?:\.0+)?)?"
    parts = re.fullmatch(pattern, text, re.ASCII)
    try:
        day = date(*(int(part) for part in parts.groups() if part)) if parts else None
    except ValueError:
        day = None
    if day is None or not 1950 <= day.year <= 2100:
        raise CellError("日期读不懂；请写成 2026-03-01")
    return day


def _pieces(raw: object, separators: str) -> list[str]:
    """The parts of a cell with several values; a JSON list brings them ready."""
    items = raw if isinstance(raw, list) else [raw]
    texts = chain.from_iterable(re.split(separators, _coded(item)) for item in items)
    return [text.strip() for text in texts if text.strip()]


def _look_up(table: dict[str, str], text: str, labels: dict[str, str]) -> str:
    found = table.get(fold(text))
    if found is None:
        near = difflib.get_close_matches(fold(text[:100]), table, n=1, cutoff=0.6)
        hint = f"是否想写“{labels[table[near[0]]]}”？" if near else ""
        raise CellError(f"“{shown(text)}”不在允许的取值里；{hint}可填：{'、'.join(labels.values())}")
    return found


@cache
def _terms(kind: str) -> dict[str, str]:
    return {fold(spelling): code for spelling, code in terms.codes(kind).items()}


def _term(column: Column, raw: object) -> object:
    text = _coded(raw)
    return _look_up(_terms(column.terms), text, terms.terms(column.terms)) if text else None


def _many_terms(column: Column, raw: object) -> object:
    labels = terms.terms(column.terms)
    found = [_look_up(_terms(column.terms), text, labels) for text in _pieces(raw, r"[、,;/|\n]")]
    return list(dict.fromkeys(found)) or None


@cache
def _towns() -> dict[str, str]:
    return {fold(name): code for name, code in towns.town_codes_by_name().items()}


def _town(_: Column, raw: object) -> object:
    text = re.sub(r"^(广东省)?(佛山市)?(南海区)?(?=.)", "", _coded(raw))
    labels = {town.code: town.name_zh for town in towns.towns().values()}
    return _look_up(_towns(), text, labels) if text else None


@cache
def _nodes() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for node in chains.nodes().values():
        for spelling in (node.id, node.id.replace("-", ""), node.name_zh, node.id + node.name_zh):
            found[fold(spelling)] = (*found.get(fold(spelling), ()), node.id)
    return found


def _chain_nodes(_: Column, raw: object) -> object:
    items = raw if isinstance(raw, list) else [raw]
    spaced = [re.sub(r"(?<=\d)\s+(?=[A-Za-z]{3}-?\d)", ",", _coded(item)) for item in items]
    found = chain.from_iterable(_nodes_in(text) for text in _pieces(spaced, r"[、,;|\n]"))
    return list(dict.fromkeys(found)) or None


def _nodes_in(text: str) -> list[str]:
    """Names may hold a slash themselves, so the longest run of parts that is a name wins."""
    parts, found, start = text.split("/"), [], 0
    while start < len(parts):
        ends = range(len(parts), start, -1)
        end = next((end for end in ends if fold("/".join(parts[start:end])) in _nodes()), start + 1)
        if part := "/".join(parts[start:end]).strip():
            found.append(_node(part))
        start = end
    return found


def _node(text: str) -> str:
    ids = _nodes().get(fold(text), ())
    if len(ids) > 1:
        raise CellError(f"“{text}”在几条产业链里都有（{'、'.join(ids)}）；请改填编号")
    if not ids:
        near = difflib.get_close_matches(fold(text[:100]), _nodes(), n=1, cutoff=0.6)
        hint = f"是否想写“{_label(_nodes()[near[0]][0])}”？" if near else ""
        raise CellError(f"没有“{shown(text)}”这个产业链环节；{hint}模板第二张表“允许的取值”列出了全部环节")
    return ids[0]


def _label(node_id: str) -> str:
    return f"{node_id} {chains.nodes()[node_id].name_zh}"


def _titles(column: Column, raw: object) -> object:
    items = raw if isinstance(raw, list) else _pieces(raw, r"[;、,\n]")
    return [_title(column, item) for item in items] or None


def _title(column: Column, raw: object) -> dict[str, object]:
    if isinstance(raw, dict):
        entry = {key: value for key, value in raw.items() if value is not None}
    else:
        names = ("title", "certificate_no", "valid_from", "valid_to")
        parts = [part.strip() for part in _coded(raw).split("|")]
        if len(parts) > len(names):
            raise CellError("每项称号最多四部分：称号|证书编号|起始日|截止日")
        entry = {name: part for name, part in zip(names, parts, strict=False) if part}
    readers: dict[str, Callable[[object], object]] = {
        "title": lambda value: _look_up(_terms("title"), _coded(value), terms.terms("title")),
        "certificate_no": lambda value: _code(column, value),
        "valid_from": lambda value: _date(column, value),
        "valid_to": lambda value: _date(column, value),
    }
    return {key: readers[key](value) if key in readers else value for key, value in entry.items()}


_PARSERS: dict[Cell, Callable[[Column, object], object]] = {
    Cell.TEXT: _text,
    Cell.CODE: _code,
    Cell.NODES: _chain_nodes,
    Cell.TERM: _term,
    Cell.TERMS: _many_terms,
    Cell.TOWN: _town,
    Cell.DATE: _date,
    Cell.PRICE: _price,
    Cell.MONEY: _money,
    Cell.MONEY_WAN: _money,
    Cell.PERIOD: _period,
    Cell.YES_NO: _yes_no,
    Cell.WHOLE: _whole,
    Cell.TITLES: _titles,
    Cell.IGNORED: lambda _column, _raw: None,
}
