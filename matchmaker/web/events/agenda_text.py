"""Hours and tables as the organiser writes them: a line of tables is `1-30`, `A区：1-8` or `A区展位：甲阀门`.

Every mark is understood in its wide and its narrow form.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from matchmaker.core.clock import DISTRICT_ZONE
from matchmaker.core.errors import Fault, Invalid
from matchmaker.events.agenda import MOST_TABLES
from matchmaker.events.rules import TableKind, sessions_of
from matchmaker.events.schemas import SessionIn, TableIn
from matchmaker.reference.terms import terms
from matchmaker.web.language import _, language

# Rows of the form while there are few sessions, empty ones below those that are filled in, and how many are read.
LEAST_ROWS, SPARE_ROWS, MOST_ROWS = 4, 1, 100
_RANGE = re.compile(r"(\d{1,4})\s*[-–—~\u81f3]\s*(\d{1,4})")
SEPARATORS = r"[,;\u3001]"
_FIELDS = ("name", "starts", "ends", "minutes", "pause")
_NUMBERED = re.compile(r"(?:name|starts|ends|minutes|pause)_(\d{1,3})", re.ASCII)


def parse_tables(text: str) -> list[TableIn]:
    """The tables in their order. Invalid names the line that cannot be read."""
    found: list[TableIn] = []
    for line in filter(None, (one.strip() for one in unicodedata.normalize("NFKC", text).splitlines())):
        head, colon, labels = line.partition(":")
        area, names = (head.strip(), labels) if colon else ("", line)
        kind, area = _kind(area)
        found += [_table(label, kind, area, line) for label in _labels(names)]
        if len(found) > MOST_TABLES:
            raise Invalid([Fault("tables", _("最多 %(num)s 张桌。", num=MOST_TABLES))])
    return found


def write_tables(tables: Iterable[Any]) -> str:
    """The inverse of `parse_tables`: neighbours with numbers become one range again."""
    lines: list[tuple[str, list[str]]] = []
    for one in tables:
        booth = terms("table_kind", language())[TableKind.BOOTH] if one.kind is TableKind.BOOTH else ""
        head = f"{one.area} {booth}".strip()
        if not lines or lines[-1][0] != head:
            lines.append((head, []))
        lines[-1][1].append(one.label)
    return "\n".join((f"{head}: " if head else "") + ", ".join(_ranges(labels)) for head, labels in lines)


def session_values(slots: Sequence[Any]) -> dict[str, str]:
    """The form's fields for the sessions that these slots make up."""
    values: dict[str, str] = {}
    for number, (name, starts, ends, minutes, pause) in enumerate(sessions_of(slots), start=1):
        local = [moment.astimezone(DISTRICT_ZONE).strftime("%Y-%m-%dT%H:%M") for moment in (starts, ends)]
        told = dict(zip(_FIELDS, (name, *local, str(minutes), str(pause)), strict=True))
        values |= {f"{field}_{number}": text for field, text in told.items()}
    return values


def rows_in(names: Iterable[str]) -> int:
    """How many rows of sessions these fields of a form make up."""
    numbers = [int(found[1]) for name in names if (found := _NUMBERED.fullmatch(name))]
    return min(max(numbers, default=0), MOST_ROWS)


def read_sessions(form: Mapping[str, str]) -> list[SessionIn]:
    """The sessions of a posted form; rows without times are left out. Invalid names the field with its row."""
    found, faults = [], []
    for number in range(1, rows_in(form) + 1):
        given = {field: form.get(f"{field}_{number}", "").strip() for field in _FIELDS}
        if not given["starts"] and not given["ends"]:
            continue
        try:
            found.append(
                SessionIn.model_validate(
                    {
                        "name": given["name"] or _("第 %(num)s 节", num=number),
                        "starts_at": given["starts"],
                        "ends_at": given["ends"],
                        "minutes": given["minutes"] or 20,
                        "pause": given["pause"] or 0,
                    }
                )
            )
        except ValidationError as error:
            faults += [Fault(f"{_field(one['loc'])}_{number}", _said(_field(one["loc"]))) for one in error.errors()]
    if faults:
        raise Invalid(faults)
    return found


def _booth_words() -> set[str]:
    """What booths are called, in either language."""
    return {TableKind.BOOTH.value, *(terms("table_kind", tongue)[TableKind.BOOTH] for tongue in ("zh", "en"))}


def _kind(head: str) -> tuple[TableKind, str]:
    """(what stands there, in which area): a head that ends in the word for booths names an area of booths."""
    for word in _booth_words():
        if head.endswith(word):
            return TableKind.BOOTH, head.removesuffix(word).strip()
    return TableKind.TABLE, head


def _labels(text: str) -> list[str]:
    found: list[str] = []
    for part in filter(None, (one.strip() for one in re.split(SEPARATORS, text))):
        span = _RANGE.fullmatch(part)
        if span is None:
            found.append(part)
            continue
        first, last = int(span[1]), int(span[2])
        if last < first or last - first >= MOST_TABLES:
            raise Invalid([Fault("tables", _("看不懂“%(text)s”：请从小写到大，一次不超过 300 张。", text=part[:40]))])
        found += [str(number) for number in range(first, last + 1)]
    return found


def _table(label: str, kind: TableKind, area: str, line: str) -> TableIn:
    try:
        return TableIn(label=label, kind=kind, area=area)
    except ValidationError:
        raise Invalid(
            [Fault("tables", _("看不懂“%(text)s”：桌号最多 20 字，区域最多 60 字。", text=line[:40]))]
        ) from None


def _ranges(labels: list[str]) -> list[str]:
    found: list[list[str]] = []
    for label in labels:
        last = found[-1][-1] if found else ""
        follows = label.isdecimal() and last.isdecimal() and int(label) == int(last) + 1 and str(int(label)) == label
        if follows:
            found[-1].append(label)
        else:
            found.append([label])
    return [f"{one[0]}-{one[-1]}" if len(one) > 1 else one[0] for one in found]


def _field(place: tuple[int | str, ...]) -> str:
    names = {"starts_at": "starts", "ends_at": "ends"}
    return names.get(str(place[0]), str(place[0])) if place else "ends"


def _said(field: str) -> str:
    known = {
        "name": _("名称最多 40 字。"),
        "starts": _("请填写开始时间。"),
        "ends": _("结束时间要晚于开始，且至少够一个时段。"),
        "minutes": _("每段 5 到 240 分钟。"),
        "pause": _("间隔 0 到 120 分钟。"),
    }
    return known[field]
