"""Imports an organiser's list of participants: every row is checked first, then organisations and people are taken in.

Rows are known by organisation (its code, else its exact name) and by the person's name there, so that the same file
changes nothing the second time.
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from matchmaker.accounts import queries as accounts
from matchmaker.core.actor import Actor
from matchmaker.exchange import messages
from matchmaker.exchange.cells import CellError, parse
from matchmaker.exchange.columns import EXAMPLE, Column, fold
from matchmaker.exchange.participant_columns import COLUMNS, column_of, languages_in, mapping_for
from matchmaker.exchange.report import ImportReport, RowFault
from matchmaker.exchange.rows import BadCell, RawRow, file_name, refuse, shown
from matchmaker.exchange.tables import open_table
from matchmaker.participants import arriving
from matchmaker.participants.access import planned_event
from matchmaker.participants.places import OPEN_STATES
from matchmaker.participants.schemas import MOST_PEOPLE, ArrivalIn, ParticipantIn

MOST_ROWS = 2_000
MAX_FAULTS = 200
ACCEPTED = (".xlsx", ".csv", ".tsv")
_OF_ORGANISATION = {"name": "organisation", "uscc": "uscc", "town": "town"}
_TEXTS = ("need_text", "offer_text", "note")


@dataclass
class _Line:
    """A good row: its organisation as written, and the person."""

    row: RawRow
    headers: dict[str, str]
    arrival: ArrivalIn
    person: ParticipantIn


@dataclass
class _Group:
    """The lines of one organisation."""

    arrival: ArrivalIn
    lines: list[_Line] = field(default_factory=list)


@dataclass
class _Job:
    """One import under way: whose tables there are, and what was found wrong so far."""

    session: Session
    event_id: int
    tables: dict[str, int]
    rows: int = 0
    bad: set[int] = field(default_factory=set)
    faults: list[RowFault] = field(default_factory=list)

    def refuse(self, row: RawRow, header: str, message: str) -> None:
        raw = row.cells.get(header)
        self.bad.add(row.number)
        value = raw.shown if isinstance(raw, BadCell) else raw
        self.faults.append(RowFault(row.number, header, shown(value), message))

    def refuse_line(self, line: _Line, name: str, message: str) -> None:
        self.refuse(line.row, line.headers[name], message)


def import_participants(
    session: Session, actor: Actor, *, event_id: int, name: str, content: bytes, partial: bool, base: str
) -> ImportReport:
    """Take in the participants of an uploaded .xlsx or .csv file, and tell what became of each row. Planners only.

    Any fault means that nothing is written, unless `partial`: then the good rows are. Invalid when the file as a whole
    cannot be used.
    """
    event = planned_event(session, actor, event_id=event_id, lock=True)
    tables = {fold(table.label): table.id for table in event.tables if table.closed_at is None}
    job = _Job(session, event_id, tables)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name(name)
        path.write_bytes(content)
        groups = _checked(job, _read(job, path))
    written = done = 0
    if partial or not job.faults:
        for group in groups:
            people = [line.person for line in group.lines]
            changed = arriving.take_in(
                session, actor, event_id=event_id, arrival=_whole(group), people=people, base=base
            )
            written, done = written + sum(changed), done + len(changed)
    return _report(job, path.name, written, done)


def _report(job: _Job, name: str, written: int, done: int) -> ImportReport:
    return ImportReport(
        kind="participants",
        file=name,
        rows=job.rows,
        written=written,
        unchanged=done - written,
        bad_rows=len(job.bad),
        faults=tuple(sorted(job.faults, key=lambda one: one.row)[:MAX_FAULTS]),
        more_faults=max(0, len(job.faults) - MAX_FAULTS),
    )


def _read(job: _Job, path: Path) -> list[_Line]:
    if path.suffix.lower() not in ACCEPTED:
        refuse(path, "只接受 .xlsx 和 .csv；旧版 .xls 或带宏的工作簿请另存为“Excel 工作簿 (*.xlsx)”")
    lines = []
    with open_table(path, lambda header: column_of(header) is not None) as table:
        mapping = mapping_for(table.headers or ())
        for raw in table.rows:
            if _is_example(raw, mapping):
                continue
            job.rows += 1
            if job.rows > MOST_ROWS:
                refuse(path, f"超过 {MOST_ROWS} 行；请分成几个文件", where=f"第 {raw.number} 行")
            line = _line(job, raw, mapping)
            if line is not None:
                lines.append(line)
    if not job.rows:
        refuse(path, "没有数据行；请在表头下面填写后再导入")
    return lines


def _is_example(row: RawRow, mapping: dict[str, Column]) -> bool:
    names = (header for header, column in mapping.items() if column.field == "organisation")
    return any(str(row.cells.get(header, "")).strip().startswith(EXAMPLE) for header in names)


def _line(job: _Job, row: RawRow, mapping: dict[str, Column]) -> _Line | None:
    if row.problem:
        job.refuse(row, "", row.problem)
        return None
    headers = {column.field: column.header for column in COLUMNS} | {
        column.field: header for header, column in mapping.items()
    }
    values = _values(job, row, mapping)
    _fill_in_name(job, values)
    given = {key: values[name] for key, name in _OF_ORGANISATION.items() if name in values}
    texts = {name: values[name] for name in _TEXTS if name in values}
    arrival = _model(job, row, ArrivalIn, given | texts, headers=headers | {"name": headers["organisation"]})
    names = ("name", "position", "phone", "email", "languages", "table_id")
    said = {name: values[name] for name in names if name in values}
    person = _model(job, row, ParticipantIn, said, headers=headers | {"table_id": headers["table"]})
    if row.number in job.bad or arrival is None or person is None:
        return None
    return _Line(row, headers, arrival, person)


def _values(job: _Job, row: RawRow, mapping: dict[str, Column]) -> dict[str, Any]:
    """What the cells say, by field; a cell that cannot be read is told and left out."""
    found: dict[str, Any] = {}
    for header, raw in row.cells.items():
        column = mapping.get(header)
        if column is None or not column.field:
            continue
        try:
            value = parse(column, raw)
            if column.field == "languages" and value is not None:
                value = languages_in(str(value))
            if column.field == "table" and value is not None:
                found["table_id"] = _table(job, str(value))
        except CellError as error:
            job.refuse(row, header, str(error))
        else:
            if value is not None:
                found[column.field] = value
    return found


def _table(job: _Job, label: str) -> int:
    found = job.tables.get(fold(label))
    if found is None:
        raise CellError(f"没有“{shown(label)}”这张桌；请先在“时段与桌位”里设好，或留空")
    return found


def _fill_in_name(job: _Job, values: dict[str, Any]) -> None:
    """A code alone is enough for an organisation that has an account."""
    if "organisation" not in values and "uscc" in values:
        known = accounts.ids_by_uscc(job.session, [str(values["uscc"])])
        if known:
            values["organisation"] = accounts.name_of(job.session, organisation_id=min(known.values()))


def _model(job: _Job, row: RawRow, model: type[BaseModel], values: dict[str, Any], *, headers: dict[str, str]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as refused:
        told = {fault.column for fault in job.faults if fault.row == row.number}
        for error in refused.errors(include_url=False):
            header = headers.get(messages.field_of(error), "")
            if header not in told:
                job.refuse(row, header, messages.in_chinese(error))
        return None


def _checked(job: _Job, lines: Sequence[_Line]) -> list[_Group]:
    """The good lines by organisation; what does not fit with other lines or with the event's list becomes a fault."""
    registry = arriving.known_organisations(
        job.session,
        codes={line.arrival.uscc for line in lines if line.arrival.uscc},
        names={line.arrival.name for line in lines},
    )
    groups: dict[tuple[str, object], _Group] = {}
    for line in lines:
        arrival = _identified(job, line, registry)
        if arrival is not None:
            key = _key(arrival)
            groups.setdefault(key, _Group(arrival)).lines.append(line)
    fixed = arriving.fixed_tables(job.session, event_id=job.event_id)
    checked = [_fitting(job, group, fixed) for group in groups.values()]
    return [group for group in checked if group.lines]


def _key(arrival: ArrivalIn) -> tuple[str, object]:
    if arrival.organisation_id is not None:
        return ("id", arrival.organisation_id)
    return ("uscc", arrival.uscc) if arrival.uscc else ("name", fold(arrival.name))


def _identified(job: _Job, line: _Line, registry: arriving.Registry) -> ArrivalIn | None:
    """The organisation of the line: by its code, else by its exact name; a name and a code of two firms are a fault."""
    arrival = line.arrival
    if arrival.uscc in registry.by_code:
        number, name = registry.by_code[arrival.uscc]
        written, registered = fold(arrival.name), fold(name)
        if written not in registered and registered not in written:
            job.refuse_line(line, "uscc", f"这个代码登记的单位是“{name}”，与单位名称不一致；请核对")
            return None
        return arrival.model_copy(update={"organisation_id": number})
    same = [] if arrival.uscc else registry.by_name.get(arrival.name, [])
    if len(same) > 1:
        job.refuse_line(line, "organisation", "平台上有几家同名单位；请填写统一社会信用代码")
        return None
    return arrival.model_copy(update={"organisation_id": same[0]}) if same else arrival


def _fitting(job: _Job, group: _Group, fixed: dict[int, int]) -> _Group:
    """The group without the lines that cannot be taken in. `fixed` learns which tables the group takes."""
    found = arriving.standing(job.session, event_id=job.event_id, arrival=group.arrival)
    owner = found.registration_id if found else -group.lines[0].row.number
    people, first = set(found.people) if found else set(), dict[str, int]()
    good = []
    for line in group.lines:
        name, table = line.person.name, line.person.table_id
        if found and found.state not in OPEN_STATES:
            job.refuse_line(line, "organisation", "这个单位已不参加或未通过；请先在报名页面改为确认，再导入")
        elif name in first:
            job.refuse_line(line, "name", f"与第 {first[name]} 行是同一个人；请删去一行")
        elif len(people | {name}) > MOST_PEOPLE:
            job.refuse_line(line, "name", f"一个单位最多 {MOST_PEOPLE} 人；请删减")
        elif table is not None and fixed.setdefault(table, owner) != owner:
            job.refuse_line(line, "table", "这张桌已固定给别的单位；请换一张或留空")
        else:
            people.add(name)
            first[name] = line.row.number
            good.append(line)
    return _Group(group.arrival, good)


def _whole(group: _Group) -> ArrivalIn:
    """What all lines of the organisation say together, each thing once."""
    together = {name: _joined(getattr(line.arrival, name) for line in group.lines) for name in _TEXTS}
    first = {name: _first(getattr(line.arrival, name) for line in group.lines) for name in ("uscc", "town")}
    return group.arrival.model_copy(update=together | first)


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")
