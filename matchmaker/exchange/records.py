"""Turns a raw row into a checked organisation, listing or contract, or into everything that is wrong with it."""

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
from matchmaker.exchange.contract_import import ContractRow, contradictions, named
from matchmaker.exchange.headers import missing, resolve
from matchmaker.exchange.report import RowFault
from matchmaker.exchange.rows import BadCell, RawRow, shown
from matchmaker.listings.schemas import ListingIn

Data = OrganisationIn | ListingIn | ContractRow
SCHEMAS: dict[Kind, type[OrganisationIn] | type[ListingIn] | type[ContractRow]] = {
    Kind.ORGANISATIONS: OrganisationIn,
    Kind.LISTINGS: ListingIn,
    Kind.CONTRACTS: ContractRow,
}
OWNER_FIELD = {Kind.ORGANISATIONS: "uscc", Kind.LISTINGS: "organisation", Kind.CONTRACTS: "source_ref"}
# What offices write in front of the sums below a ledger.
_SUMS = ("合计", "总计", "小计", "共计", "累计", "本页合计", "本页小计")


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
    """The checked row, or its faults; no faults at all means an example or a row of sums, to be passed over.

    Without a mapping (JSON lines) the row's own keys say which fields they are.
    """
    if row.problem:
        return [RowFault(row.number, "", "", row.problem)]
    unknown: list[Fault] = []
    if mapping is None:
        mapping, unknown = _by_keys(kind, tuple(row.cells))
    if _is_example(kind, row, mapping) or _is_sums(kind, row, mapping):
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


def _is_sums(kind: Kind, row: RawRow, mapping: Mapping[str, Column]) -> bool:
    """Whether the row sums up a ledger of contracts: it says so, and is of no kind of contract itself."""
    if kind is not Kind.CONTRACTS or any(mapping[name].field == "kind" for name in row.cells if name in mapping):
        return False
    return any(isinstance(raw, str) and fold(raw).startswith(_SUMS) for raw in row.cells.values())


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
        return reading.faults
    if not reading.faults and isinstance(data, ContractRow):
        for fault in contradictions(data):
            reading.refuse(fault.field, reading.headers[fault.field], fault.message)
    return reading.faults or Record(reading.row.number, _named(data))


def _named(data: Data) -> Data:
    """The row with what it is known by, so that importing it again finds it."""
    if isinstance(data, ContractRow):
        return named(data)
    return _with_ref(data) if isinstance(data, ListingIn) else data


def _with_ref(data: ListingIn) -> ListingIn:
    """A listing without its owner's number is known by owner, side and title, so that importing it again updates it."""
    if data.ref:
        return data
    content = "\0".join((data.organisation, data.side.value, fold(data.title)))
    return data.model_copy(update={"ref": f"auto:{hashlib.sha256(content.encode()).hexdigest()[:24]}"})


def identity(data: Data) -> tuple[str, ...]:
    """What makes two rows the same thing."""
    if isinstance(data, ContractRow):
        return (data.source_ref or "",)
    return (data.uscc,) if isinstance(data, OrganisationIn) else (data.organisation, data.ref or "")
