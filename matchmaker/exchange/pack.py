"""The event pack: an event on a laptop without a network, and back again.

`save` writes a zip with the event, the organisations and listings that come, their vectors, and everything planned.
`open_pack` puts it into a fresh installation, which then runs the event like any other. What is saved there goes back
through `exchange.pack_merge`.
"""

import hashlib
import json
import zipfile
from base64 import b64decode, b64encode
from datetime import date, datetime
from io import BytesIO
from typing import Any

from sqlalchemy import Date, LargeBinary, func, or_, select
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Session, undefer

from matchmaker.accounts.models import Organisation, OrganisationNode
from matchmaker.audit import service as audit
from matchmaker.core import changes, clock
from matchmaker.core.actor import Actor
from matchmaker.core.db import Base, UtcDateTime, new_key
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.events.models import Event
from matchmaker.exchange.pack_rows import LISTINGS, TABLES, Keys, bring, decoded, encoded
from matchmaker.listings.models import Listing, ListingNode
from matchmaker.listings.rules import State
from matchmaker.listings.service import STREAM
from matchmaker.matching.live import VECTORS
from matchmaker.matching.models import CorpusSnapshot, ListingVector
from matchmaker.meetings.models import CandidateList, PackMerge, Timetable
from matchmaker.participants.access import planned_event
from matchmaker.participants.models import Registration

FORMAT = 1
MOST_BYTES = 512 * 1024 * 1024
ROWS = "rows.json"
# What a laptop needs of the platform besides the event; these keep their numbers.
_PLATFORM: tuple[type[Base], ...] = (Organisation, OrganisationNode, Listing, ListingNode, ListingVector)
_NOBODY = {"organiser_id"}


def save(session: Session, actor: Actor, *, event_id: int) -> bytes:
    """The pack's bytes. The same call on the laptop saves what is to be merged.

    What leaves here is remembered: it is what both sides have in common when it comes back. On the laptop the pack
    says which one it grew from, and in which copy.
    """
    event = planned_event(session, actor, event_id=event_id)
    keys = Keys(session, event_id)
    rows = {table.__tablename__: [encoded(row, keys) for row in keys.rows[table].values()] for table in TABLES}
    grown_from = _opened(session, event_id)
    content = {
        "format": FORMAT,
        "event": _columns(event),
        "made_at": clock.now().isoformat(),
        "made_by": actor.name,
        "grown_from": grown_from,
        # What comes home needs no copy of what is there already.
        "platform": {} if grown_from else _platform(session, event),
        "candidates": [] if grown_from else _candidates(session, event_id, keys),
        "rows": rows,
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr(ROWS, json.dumps(content, ensure_ascii=False))
    packed = file.getvalue()
    if grown_from is None:
        _remember(session, actor, event_id=event_id, packed=packed)
    audit.record(session, actor, [audit.Event("event.pack", f"event:{event_id}", {"bytes": len(packed)})])
    return packed


def _opened(session: Session, event_id: int) -> dict[str, str] | None:
    """On a laptop: the pack that was opened there, and a name of this copy. None on the platform itself."""
    rows = session.scalars(select(PackMerge).where(PackMerge.event_id == event_id))
    opened = next((row for row in rows if "copy" in row.report and row.report.get("opened")), None)
    return {"digest": opened.digest, "copy": opened.report["copy"]} if opened else None


def _remember(session: Session, actor: Actor, *, event_id: int, packed: bytes) -> None:
    data, digest = read(packed)
    if session.scalar(select(PackMerge.id).where(PackMerge.digest == digest)) is None:
        report = {"rows": data["rows"], "left": True}
        session.add(PackMerge(event_id=event_id, digest=digest, report=report, at=clock.now(), by=actor.name))


def read(content: bytes) -> tuple[dict[str, Any], str]:
    """(what is in a pack, its digest). Invalid names the field "pack" when it is none."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as pack:
            if pack.getinfo(ROWS).file_size > MOST_BYTES:
                raise Invalid([Fault("pack", "the pack is too large")])
            data = json.loads(pack.read(ROWS))
        if data["format"] != FORMAT:
            raise Invalid([Fault("pack", f"the pack has format {data['format']}, this platform reads {FORMAT}")])
        told = {table.__tablename__: {row["key"]: row for row in data["rows"][table.__tablename__]} for table in TABLES}
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise Invalid([Fault("pack", "this file is no event pack, or it is damaged")]) from error
    # What was said, not how it was packed: saving the same twice is the same pack.
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return data | {"rows": told}, digest


def open_pack(session: Session, actor: Actor, *, content: bytes) -> Event:
    """Put the pack into this installation, which must be fresh: without organisations and events."""
    if session.bind is None or session.get_bind().dialect.name != "sqlite":
        raise Conflict("a pack is opened into an SQLite database of its own")
    if session.scalar(select(func.count()).select_from(Organisation)) or session.scalar(select(Event.id).limit(1)):
        raise Conflict("this installation is in use; open the pack in a fresh one (init --no-demo)")
    data, digest = read(content)
    if data.get("grown_from"):
        raise Conflict("this pack was saved on a laptop; it goes home, to the platform it came from")
    for table in _PLATFORM:
        session.add_all(table(**_values(table, one)) for one in data["platform"][table.__tablename__])
        session.flush()
    session.add_all(CorpusSnapshot(**_values(CorpusSnapshot, one)) for one in data["platform"]["corpus_snapshots"])
    event = Event(**_values(Event, data["event"]))
    session.add(event)
    session.flush()
    _rows(session, event.id, data)
    changes.take(session, STREAM, count=max([one["change_seq"] for one in data["platform"]["listings"]], default=1))
    changes.take(session, VECTORS)
    report = {"rows": data["rows"], "opened": True, "copy": new_key()}
    session.add(PackMerge(event_id=event.id, digest=digest, report=report, at=clock.now(), by=actor.name))
    audit.record(session, actor, [audit.Event("event.pack_opened", f"event:{event.id}", {"digest": digest})])
    return event


def _rows(session: Session, event_id: int, data: dict[str, Any]) -> None:
    keys = Keys(session, event_id)
    moment = clock.now()
    for table in TABLES:
        for one in data["rows"][table.__tablename__].values():
            row = new_row(table, one, keys, event_id=event_id)
            session.add(row)
            session.flush()
            keys.put(row)
            if isinstance(row, Registration):
                bring(session, row, one[LISTINGS])
    for one in data["candidates"]:
        rows = [pair | {end: keys.number(Registration, pair[end]) for end in ("a", "b")} for pair in one["rows"]]
        session.add(
            CandidateList(event_id=event_id, key=one["key"], rows=rows, inputs=one["inputs"], at=moment, by=one["by"])
        )
    session.flush()


def new_row(table: type[Base], data: dict[str, Any], keys: Keys, *, event_id: int) -> Any:
    """A row of this database from a row of a pack."""
    values = decoded(table, data, keys)
    columns = {column.key for column in inspected(table).columns}
    if "event_id" in columns:
        values["event_id"] = event_id
    if "updated_at" in columns:
        values["updated_at"] = clock.now()
    if table is Timetable:
        values["instance"] = {}
    if {"a_id", "b_id"} <= columns:
        values["a_id"], values["b_id"] = sorted((values["a_id"], values["b_id"]))
    return table(**values)


def _who_comes(session: Session, event: Event) -> tuple[set[int], set[int]]:
    """Organisations on the event's list and those of its chains, who may walk in; their listings that are open."""
    rows = session.scalars(select(Registration).where(Registration.event_id == event.id)).all()
    brought = {one.listing_id for row in rows for one in row.brought}
    chains = or_(False, *(OrganisationNode.node.startswith(f"{chain}-") for chain in event.chains))
    organisations = {row.organisation_id for row in rows if row.organisation_id is not None}
    organisations |= set(session.scalars(select(OrganisationNode.organisation_id).where(chains)))
    organisations |= set(session.scalars(select(Listing.organisation_id).where(Listing.id.in_(brought))))
    open_ones = (Listing.organisation_id.in_(organisations), Listing.state == State.PUBLISHED)
    return organisations, brought | set(session.scalars(select(Listing.id).where(*open_ones)))


def _platform(session: Session, event: Event) -> dict[str, list[dict[str, Any]]]:
    organisations, listings = _who_comes(session, event)
    limits: dict[type[Base], Any] = {
        Organisation: Organisation.id.in_(organisations),
        OrganisationNode: OrganisationNode.organisation_id.in_(organisations),
        Listing: Listing.id.in_(listings),
        ListingNode: ListingNode.listing_id.in_(listings),
        ListingVector: ListingVector.listing_id.in_(listings),
    }
    found = {}
    for table, limit in limits.items():
        statement: Any = select(table).where(limit)
        if table is ListingVector:
            statement = statement.options(undefer(ListingVector.sentences))
        found[table.__tablename__] = [_columns(row) for row in session.scalars(statement).unique()]
    newest = select(func.max(CorpusSnapshot.id)).group_by(CorpusSnapshot.encoder)
    snapshots = session.scalars(select(CorpusSnapshot).where(CorpusSnapshot.id.in_(newest)))
    return found | {"corpus_snapshots": [_columns(row) for row in snapshots]}


def _candidates(session: Session, event_id: int, keys: Keys) -> list[dict[str, Any]]:
    newest = select(CandidateList).where(CandidateList.event_id == event_id).order_by(CandidateList.id.desc()).limit(1)
    return [
        {
            "key": one.key,
            "by": one.by,
            "inputs": one.inputs,
            "rows": [row | {end: keys.key(Registration, row[end]) for end in ("a", "b")} for row in one.rows],
        }
        for one in session.scalars(newest)
    ]


def _columns(row: Any) -> dict[str, Any]:
    """Every column as JSON; bytes in base 64. Who planned it stays behind: people are not packed."""
    found: dict[str, Any] = {}
    for column in inspected(type(row)).columns:
        value = None if column.key in _NOBODY else getattr(row, column.key)
        if isinstance(value, bytes):
            value = b64encode(value).decode()
        elif isinstance(value, date | datetime):
            value = value.isoformat()
        found[column.key] = value
    return found


def _values(table: type[Base], data: dict[str, Any]) -> dict[str, Any]:
    """The inverse of `_columns`."""
    found = dict(data)
    for column in inspected(table).columns:
        value = found.get(column.key)
        if value is None:
            continue
        if isinstance(column.type, LargeBinary):
            found[column.key] = b64decode(value)
        elif isinstance(column.type, UtcDateTime):
            found[column.key] = datetime.fromisoformat(value)
        elif isinstance(column.type, Date):
            found[column.key] = date.fromisoformat(value)
    return found
