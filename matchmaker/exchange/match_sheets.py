"""The matchmaking list of an event as workbooks: the whole of it, or one organisation's. Nothing typed is a formula."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from matchmaker.exchange import dressing
from matchmaker.exchange.written import written
from matchmaker.meetings.candidate_views import Candidate, Standing
from matchmaker.meetings.rules import Mark, RequestState
from matchmaker.participants.models import Registration
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns

_FACTS = (("等级", 10), ("匹配度", 8), ("需求", 40), ("供给", 40), ("共同词", 36), ("另有匹配", 9))
_REST = (("曾会谈", 26), ("已有联系", 9), ("同业", 7), ("安排", 10), ("约谈", 10), ("约谈方", 30))
_NOTE = (("备注", 30), ("需要", 16))
_PAIRS = (("需方", 32), ("供方", 32), *_FACTS, *_REST, *_NOTE)
_OF_EACH = (("单位", 32), ("序号", 7), ("对方单位", 32), ("关系", 16), *_FACTS, *_REST, *_NOTE)
_STANDINGS = (
    ("单位", 36),
    ("镇街", 12),
    ("强相关", 9),
    ("较强相关", 9),
    ("弱相关", 9),
    ("必须安排", 9),
    ("不安排", 9),
    ("等待答复", 9),
    ("已约定", 9),
    ("提示", 16),
)
NO_PARTNER = "没有合适对象"
DIRECTION = {"needs": "对方能供", "offers": "对方需要"}
Columns = Sequence[tuple[str, int]]
Line = Sequence[object]


def whole_book(pairs: Sequence[tuple[Registration, Candidate]], standings: Sequence[Standing]) -> bytes:
    """全部撮合: every pair once. 按单位: every pair from both sides. 单位情况: who has how many partners."""
    book = Workbook(write_only=True)
    _sheet(book, "全部撮合", _PAIRS, (_pair_line(home, one) for home, one in pairs), frozen="C2")
    _sheet(book, "按单位", _OF_EACH, _of_each(pairs), frozen="D2")
    _sheet(book, "单位情况", _STANDINGS, map(_standing_line, standings), frozen="B2")
    return dressing.saved(book)


def one_book(registration: Registration, rows: Sequence[Candidate]) -> bytes:
    """One organisation's possible partners, best first, as the organiser sees them."""
    book = Workbook(write_only=True)
    lines = (_line(registration.name, number, one["other"].name, one) for number, one in enumerate(rows, start=1))
    _sheet(book, "撮合名单", _OF_EACH, lines, frozen="D2")
    return dressing.saved(book)


def request_text(one: Candidate) -> str:
    """Where the request of a pair stands, in Chinese; empty when there is none."""
    return "" if one["request"] is RequestState.NONE else _terms("request_state")[one["request"]]


def mark_text(one: Candidate) -> str:
    """What the organiser decided on a pair, in Chinese; empty when nothing was."""
    return "" if one["mark"] is Mark.NONE else _terms("mark")[one["mark"]]


def said_by(one: Candidate, side: str) -> str:
    """What a side needs or offers: the listing's title, or that it may not be shown."""
    listing = one["need"] if side == "need" else one["offer"]
    if listing is not None:
        return listing.title
    theirs = "offer" if one["direction"] == "needs" else "need"
    if one["hidden"] and side == theirs:
        return "对方未公开"
    home = one["other"] if side == theirs else None
    return (home.offer_text if side == "offer" else home.need_text) if home is not None else ""


def _of_each(pairs: Iterable[tuple[Registration, Candidate]]) -> Iterator[Line]:
    """Both sides of every pair, by organisation, each with its best partner first."""
    homes: dict[int, Registration] = {}
    sides: dict[int, list[tuple[str, Candidate]]] = defaultdict(list)
    for home, one in pairs:
        other = one["other"]
        homes |= {home.id: home, other.id: other}
        turned = one.copy()
        turned["direction"] = "offers" if one["direction"] == "needs" else "needs"
        turned["mine"] = not one["mine"]
        sides[home.id].append((other.name, one))
        sides[other.id].append((home.name, turned))
    for home in sorted(homes.values(), key=lambda each: (each.name, each.id)):
        for number, (name, one) in enumerate(sides[home.id], start=1):
            yield _line(home.name, number, name, one)


@cache
def _terms(kind: str) -> dict[str, str]:
    return terms(kind)


def _line(home: str, number: int, other: str, one: Candidate) -> Line:
    relation = DIRECTION[one["direction"]] if one["level"] else ""
    return (home, number, other, relation, *_facts(one), *_rest(home, other, one))


def _pair_line(home: Registration, one: Candidate) -> Line:
    other = one["other"].name
    return (home.name, other, *_facts(one), *_rest(home.name, other, one))


def _facts(one: Candidate) -> Line:
    return (
        _terms("level")[str(one["level"])],
        min(round(one["score"] * 100), 99),
        one["need"].title if one["need"] is not None else "",
        one["offer"].title if one["offer"] is not None else "",
        "、".join(one["terms"]),
        one["more"] or "",
    )


def _rest(home: str, other: str, one: Candidate) -> Line:
    asker = "" if one["request"] is RequestState.NONE else home if one["mine"] else other
    flags = (one["met"], "是" if one["talking"] else "", "是" if one["rivals"] else "")
    needs = "、".join(one["pair"].needs) if one["pair"] is not None else ""
    return (*flags, mark_text(one), request_text(one), asker, one["note"], needs)


def _standing_line(one: Standing) -> Line:
    town = towns().get(one.registration.town)
    counts = (one.strong, one.fair, one.weak, one.must, one.never, one.waiting, one.agreed)
    return (
        one.registration.name,
        town.name_zh if town else "",
        *counts,
        NO_PARTNER if one.strong + one.fair == 0 else "",
    )


def _sheet(book: Any, title: str, columns: Columns, lines: Iterable[Line], *, frozen: str) -> None:
    sheet = book.create_sheet(title)
    wide = dressing.set_widths(sheet, (width for _name, width in columns))
    dressing.set_page(sheet, wide=wide, frozen=frozen)
    sheet.append([dressing.dress_head(WriteOnlyCell(sheet, name)) for name, _width in columns])
    number = 1
    for line in lines:
        sheet.append([written(value) for value in line])
        number += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{number}"
