"""Imports a file: checks every row first, then writes; everything or nothing, unless told to keep the good rows.

How resuming works: rows are known by their identity (an organisation's code; a listing's owner and `ref`; a contract's
`source_ref`; or what is derived in their place), so running the same import again after an interruption writes what is
missing and leaves the rest unchanged. All or nothing: a killed run has written nothing. Partial: it has lost its
current chunk.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts import queries as registry
from matchmaker.accounts import service as accounts
from matchmaker.accounts.schemas import OrganisationIn
from matchmaker.audit import service as audit
from matchmaker.core import changes
from matchmaker.core.actor import Actor
from matchmaker.core.errors import DomainError, Fault, Invalid, Unavailable
from matchmaker.core.unit import reading, unit
from matchmaker.exchange.columns import Column, Kind, columns
from matchmaker.exchange.contract_import import DERIVED, ContractRow, take_in
from matchmaker.exchange.headers import column_of
from matchmaker.exchange.records import OWNER_FIELD, SCHEMAS, Record, identity, mapping_for, read_record
from matchmaker.exchange.report import ImportReport, RowFault
from matchmaker.exchange.rows import MAX_ROWS, Table, file_name, refuse, shown
from matchmaker.exchange.tables import open_table
from matchmaker.listings import service as listings
from matchmaker.listings.schemas import ListingIn

CHUNK = 500
MAX_FAULTS = 200
# Somebody waits for a page while they are written, and a district registers a few hundred a year.
MOST_CONTRACTS = 5_000
Progress = Callable[[int, int], None]


class _RowRefused(DomainError):
    """A row that looked good was refused when it was written; says which, and why."""

    def __init__(self, faults: list[RowFault]) -> None:
        self.faults = faults
        super().__init__("; ".join(map(str, faults)))


@dataclass
class _Job:
    """One import under way: what it was asked, and what has happened so far. Keeps the first faults only."""

    sessions: sessionmaker[Session]
    actor: Actor
    kind: Kind
    path: Path
    tell: Progress
    rows: int = 0
    good: int = 0
    bad_rows: int = 0
    done: int = 0
    written: int = 0
    more_faults: int = 0
    owner_header: str = ""
    faults: list[RowFault] = field(default_factory=list)
    seen: dict[tuple[str, ...], int] = field(default_factory=dict)
    registered: dict[str, bool] = field(default_factory=dict)

    def refuse(self, faults: list[RowFault]) -> None:
        self.bad_rows += 1
        room = MAX_FAULTS - len(self.faults)
        self.faults += faults[:room]
        self.more_faults += len(faults[room:])

    def count(self, chunk: list[Record], written: int) -> None:
        self.done += len(chunk)
        self.written += written

    def report(self) -> ImportReport:
        return ImportReport(
            kind=self.kind.value,
            file=self.path.name,
            rows=self.rows,
            written=self.written,
            unchanged=self.done - self.written,
            bad_rows=self.bad_rows,
            faults=tuple(sorted(self.faults, key=lambda fault: fault.row)),
            more_faults=self.more_faults,
        )


def import_file(
    sessions: sessionmaker[Session],
    actor: Actor,
    *,
    kind: str,
    path: Path | str,
    partial: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring a file's organisations, listings or contracts into the database, and tell what became of each row.

    Any fault means that nothing is written, unless `partial`: then good rows are written, one unit per 500.
    `progress(done, total)` is called while checking with a total of 0 (not known yet), then while writing.
    Invalid when the file as a whole cannot be used; Forbidden when the actor may not do this.
    """
    job = _Job(sessions, actor, _kind(kind), Path(path), progress or (lambda _done, _total: None))
    try:
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as spool:
            _check(job, spool)
            spool.seek(0)
            chunks = _chunks(_spooled(job.kind, spool))
            if partial:
                _write_chunk_by_chunk(job, chunks)
            elif not job.bad_rows:
                _write_all(job, chunks)
    except OSError as error:
        raise Unavailable(f"{job.path.name}：读写文件失败（{error.strerror or error}）") from error
    return job.report()


def import_upload(
    sessions: sessionmaker[Session], actor: Actor, *, kind: str, name: str, content: bytes, partial: bool = False
) -> ImportReport:
    """The same for the bytes of an uploaded file that its sender called `name`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name(name)
        path.write_bytes(content)
        return import_file(sessions, actor, kind=kind, path=path, partial=partial)


def _kind(kind: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise Invalid([Fault(kind, f"不认识的导入种类；可用：{'、'.join(Kind)}")]) from None


def _check(job: _Job, spool: IO[str]) -> None:
    """First pass: every good row goes to the spool, every fault to the job. Holds one chunk at a time."""
    with open_table(job.path, lambda header: column_of(job.kind, header) is not None) as table:
        for chunk in _chunks(_good_rows(job, table)):
            for record in _owned(job, chunk) if job.kind is Kind.LISTINGS else chunk:
                job.good += 1
                spool.write(f"{record.row}\t{record.data.model_dump_json()}\n")
            job.tell(job.rows, 0)
    if not job.rows:
        refuse(job.path, "没有数据行；请在表头下面填写后再导入")


def _good_rows(job: _Job, table: Table) -> Iterator[Record]:
    mapping = None if table.headers is None else _mapping(job, table.headers)
    job.owner_header = _owner_header(job.kind, table)
    most = MOST_CONTRACTS if job.kind is Kind.CONTRACTS else MAX_ROWS
    for raw in table.rows:
        result = read_record(job.kind, raw, mapping)
        if result == []:
            continue
        job.rows += 1
        if job.rows > most:
            refuse(job.path, f"超过 {most} 行；请分成几个文件", where=f"第 {raw.number} 行")
        if isinstance(result, Record):
            result = _only_once(job, result)
        if isinstance(result, Record):
            yield result
        else:
            job.refuse(result)


def _mapping(job: _Job, headers: tuple[str, ...]) -> dict[str, Column]:
    try:
        return mapping_for(job.kind, headers)
    except Invalid as refused:
        raise Invalid([Fault(f"{job.path.name} {fault.field}", fault.message) for fault in refused.faults]) from None


def _owner_header(kind: Kind, table: Table) -> str:
    wanted = next(column for column in columns(kind) if column.field == OWNER_FIELD[kind])
    headers = table.headers or (wanted.field,)
    return next((header for header in headers if column_of(kind, header) is wanted), wanted.header)


def _only_once(job: _Job, record: Record) -> Record | list[RowFault]:
    key = identity(record.data)
    first = job.seen.setdefault(key, record.row)
    if first == record.row:
        return record
    if isinstance(record.data, OrganisationIn):
        message = f"与第 {first} 行是同一个单位；请删去一行"
        return [RowFault(record.row, job.owner_header, record.data.uscc, message)]
    if isinstance(record.data, ContractRow):
        return [_same_contract(record.data, record.row, first)]
    derived = key[-1].startswith("auto:")
    reason = "单位、供需类型和标题都相同，又都没有编号" if derived else "单位和编号都相同"
    message = f"与第 {first} 行重复（{reason}）；请删去一行，或填写不同的编号"
    return [RowFault(record.row, "标题" if derived else "编号", record.data.title if derived else key[-1], message)]


def _same_contract(row: ContractRow, number: int, first: int) -> RowFault:
    if (row.source_ref or "").startswith(DERIVED):
        message = f"与第 {first} 行重复（卖方、买方、项目名称和签订日期都相同）；请删去一行，或填写不同的台账编号"
        return RowFault(number, "项目名称", row.title, message)
    column, value = ("合同登记编号", row.registration_no) if row.registration_no else ("台账编号", row.source_ref or "")
    return RowFault(number, column, value, f"与第 {first} 行重复；请删去一行，或填写不同的编号")


def _owned(job: _Job, chunk: list[Record]) -> Iterator[Record]:
    """The listings whose organisation is registered; the others become faults."""
    codes = {record.row: record.data.organisation for record in chunk if isinstance(record.data, ListingIn)}
    if asked := set(codes.values()) - job.registered.keys():
        with reading(job.sessions) as session:
            known = registry.ids_by_uscc(session, asked)
        job.registered |= {code: code in known for code in asked}
    for record in chunk:
        code = codes[record.row]
        if job.registered[code]:
            yield record
        else:
            job.refuse([RowFault(record.row, job.owner_header, code, "这个代码的单位还没有登记；请先导入单位")])


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _spooled(kind: Kind, spool: IO[str]) -> Iterator[Record]:
    for line in spool:
        row, _, data = line.partition("\t")
        yield Record(int(row), SCHEMAS[kind].model_validate_json(data))


def _write_all(job: _Job, chunks: Iterable[list[Record]]) -> None:
    try:
        with unit(job.sessions) as session:
            for chunk in chunks:
                job.count(chunk, _save(session, job.actor, chunk))
                # What is flushed is in the transaction; forgetting the objects keeps memory level.
                session.flush()
                session.expunge_all()
                job.tell(job.done, job.good)
    except _RowRefused as refused:
        job.done = job.written = 0
        job.refuse(refused.faults)


def _write_chunk_by_chunk(job: _Job, chunks: Iterable[list[Record]]) -> None:
    for chunk in chunks:
        _write_what_can_be(job, chunk)
        job.tell(job.done, job.good)


def _write_what_can_be(job: _Job, chunk: list[Record]) -> None:
    """One unit for the chunk; when it is refused, one for each row, so that the refusal meets its own row only."""
    try:
        with unit(job.sessions) as session:
            written = _save(session, job.actor, chunk)
    except DomainError as error:
        if len(chunk) == 1:
            told = error.faults if isinstance(error, _RowRefused) else [RowFault(chunk[0].row, "", "", str(error))]
            job.refuse(told)
            return
        for record in chunk:
            _write_what_can_be(job, [record])
    else:
        job.count(chunk, written)


def _save(session: Session, actor: Actor, chunk: list[Record]) -> int:
    """How many of the rows were new or changed."""
    offered = [record.data for record in chunk if isinstance(record.data, ListingIn)]
    if offered:
        before = changes.latest(session, listings.STREAM)
        saved = listings.save_listings(session, actor, data=offered)
        return sum(listing.change_seq > before for listing in saved)
    contracts = [(record.row, record.data) for record in chunk if isinstance(record.data, ContractRow)]
    if contracts:
        return sum(_save_contract(session, actor, number, row) for number, row in contracts)
    organisations = [record.data for record in chunk if isinstance(record.data, OrganisationIn)]
    return sum(_save_organisation(session, actor, data) for data in organisations)


def _save_organisation(session: Session, actor: Actor, data: OrganisationIn) -> bool:
    """Whether anything changed: the service writes to the audit log only then."""
    before = changes.latest(session, audit.STREAM)
    accounts.save_organisation(session, actor, data=data)
    return changes.latest(session, audit.STREAM) > before


def _save_contract(session: Session, actor: Actor, number: int, row: ContractRow) -> bool:
    try:
        return take_in(session, actor, row=row)
    except Invalid as refused:
        headers = {column.field: column.header for column in columns(Kind.CONTRACTS)}
        told = [
            RowFault(number, headers.get(fault.field, ""), shown(fault.value), fault.message)
            for fault in refused.faults
        ]
        raise _RowRefused(told) from None
