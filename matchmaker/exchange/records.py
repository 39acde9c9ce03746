"""Turns a raw row into a checked organisation or listing, or into everything that is wrong with it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import ValidationError

from matchmaker.accounts.schemas import OrganisationIn
from matchmaker.core.errors import Fault, Invalid
from matchmaker.exchange import messages
from matchmaker.exchange.cells import CellError, parse
from matchmaker.exchange.columns import EXAMPLE, Column, Kind, columns, fold
from matchmaker.exchange.headers import missing, resolve
from matchmaker.exchange.report import RowFault
from matchmaker.exchange.rows import BadCell, RawRow, shown
from matchmaker.listings.schemas import ListingIn

Data = OrganisationIn | ListingIn
SCHEMAS: dict[Kind, type[OrganisationIn] | type[ListingIn]] = {
    Kind.ORGANISATIONS: OrganisationIn,
    Kind.LISTINGS: ListingIn,
}
OWNER_FIELD = {Kind.ORGANISATIONS: "uscc", Kind.LISTINGS: "organisation"}


@dataclass(frozen=True)
class Record:
    """A good row: its number and its checked data."""

    row: int
    data: Data


@dataclass
class _Reading:
    """What one row has given so far."""

    row: RawRow
    headers: dict[str, str]
    values: dict[str, object] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)

    def refuse(self, name: str, header: str, message: str) -> None:
        self.bad.add(name)
        raw = self.row.cells.get(header)
        value = raw.shown if isinstance(raw, BadCell) else raw
        self.faults.append(RowFault(self.row.number, header, shown(value), message))


def mapping_for(kind: Kind, headers: tuple[str, ...]) -> dict[str, Column]:
    """The columns of a table by its headers; Invalid names each header that is unknown, double or missing."""
    mapping, faults = resolve(kind, headers)
    if faults := faults + missing(kind, mapping):
        raise Invalid([Fault(f"表头“{shown(fault.field)}”", fault.message) for fault in faults])
    return mapping


@lru_cache(maxsize=64)
def _by_keys(kind: Kind, keys: tuple[str, ...]) -> tuple[dict[str, Column], list[Fault]]:
    return resolve(kind, keys)


def read_record(kind: Kind, row: RawRow, mapping: Mapping[str, Column] | None) -> Record | list[RowFault]:
    """The checked row, or its faults; no faults at all means an example row of the template, to be passed over.

    Without a mapping (JSON lines) the row's own keys say which fields they are.
    """
    if row.problem:
        return [RowFault(row.number, "", "", row.problem)]
    unknown: list[Fault] = []
    if mapping is None:
        mapping, unknown = _by_keys(kind, tuple(row.cells))
    if _is_example(kind, row, mapping):
        return []
    named = {column.field: column.header for column in columns(kind)}
    reading = _Reading(row, named | {column.field: header for header, column in mapping.items()})
    for fault in unknown:
        reading.refuse("", fault.field, fault.message)
    _read_cells(reading, mapping)
    return _validated(kind, reading)


def _is_example(kind: Kind, row: RawRow, mapping: Mapping[str, Column]) -> bool:
    owner = next(
        (raw for name, raw in row.cells.items() if name in mapping and mapping[name].field == OWNER_FIELD[kind]), ""
    )
    return str(owner).strip().startswith(EXAMPLE)


def _read_cells(reading: _Reading, mapping: Mapping[str, Column]) -> None:
    for header, raw in reading.row.cells.items():
        column = mapping.get(header)
        if column is None:
            continue
        try:
            value = parse(column, raw)
        except CellError as error:
            reading.refuse(column.field, header, str(error))
        else:
            if value is not None:
                reading.values[column.field] = value


def _validated(kind: Kind, reading: _Reading) -> Record | list[RowFault]:
    try:
        data = SCHEMAS[kind].model_validate(reading.values)
    except ValidationError as refused:
        for error in refused.errors(include_url=False):
            name = messages.field_of(error)
            if name not in reading.bad:
                reading.refuse(name, reading.headers.get(name, name), messages.in_chinese(error))
    if reading.faults:
        return reading.faults
    return Record(reading.row.number, _with_ref(data) if isinstance(data, ListingIn) else data)


def _with_ref(data: ListingIn) -> ListingIn:
    """A listing without its owner's number is known by owner, side and title, so that importing it again updates it."""
    if data.ref:
        return data
    content = "\0".join((data.organisation, data.side.value, fold(data.title)))
    return data.model_copy(update={"ref": f"auto:{hashlib.sha256(content.encode()).hexdigest()[:24]}"})


def identity(data: Data) -> tuple[str, ...]:
    """What makes two rows the same thing."""
    return (data.uscc,) if isinstance(data, OrganisationIn) else (data.organisation, data.ref or "")
