"""Reading deals: one, an organisation's own, the district's board and table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.models import Organisation, OrganisationNode, Person
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, NotFound
from matchmaker.deals.access import READERS, require_reader
from matchmaker.deals.models import Deal
from matchmaker.deals.rules import OVER, STALLED_AFTER, DealKind, DealOrigin, DealStage, is_stalled
from matchmaker.events.models import Event
from matchmaker.listings.models import ListingNode
from matchmaker.meetings.models import Meeting

PER_PAGE = 50
# A column of the board shows so many, of what is over fewer; the table has all.
PER_STAGE = 12
PER_OVER = 3


@dataclass(frozen=True)
class Filters:
    """Which deals are asked for. `owner_id` is a person; `unowned` are those that nobody looks after."""

    stage: DealStage | None = None
    kind: DealKind | None = None
    origin: DealOrigin | None = None
    town: str = ""
    chain: str = ""
    event_id: int | None = None
    owner_id: int | None = None
    unowned: bool = False
    stalled: bool = False
    text: str = ""


@dataclass(frozen=True)
class Column:
    """One stage of the board: how many deals stand in it, what they are worth in fen, and the first of them."""

    stage: DealStage
    number: int
    amount_fen: int
    rows: tuple[Deal, ...]


@dataclass(frozen=True)
class DealPage:
    """One page of the table; `total` counts all that was asked for, `amount_fen` leaves out what was ended."""

    rows: Sequence[Deal]
    total: int
    amount_fen: int
    number: int
    per_page: int = PER_PAGE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.per_page))


def deal(session: Session, actor: Actor, *, deal_id: int) -> Deal:
    """One deal. NotFound for everybody who may not know of it."""
    found = session.get(Deal, deal_id)
    if found is None:
        raise NotFound(f"no deal {deal_id}")
    require_reader(actor, found)
    return found


def of_introduction(session: Session, *, introduction_id: int) -> Deal | None:
    """The deal that came of the introduction. No actor: whoever may read the introduction may know of it."""
    return session.scalar(select(Deal).where(Deal.introduction_id == introduction_id))


def of_meeting(session: Session, *, meeting_id: int) -> Deal | None:
    """The deal that came of the meeting. No actor: whoever may read the meeting may know of it."""
    return session.scalar(select(Deal).where(Deal.meeting_id == meeting_id))


def of_meetings(session: Session, *, meeting_ids: Iterable[int]) -> dict[int, Deal]:
    """The same for many meetings in one statement, by meeting."""
    rows = session.scalars(select(Deal).where(Deal.meeting_id.in_(list(meeting_ids))))
    return {row.meeting_id: row for row in rows if row.meeting_id is not None}


def of_event(session: Session, actor: Actor, *, event_id: int) -> Sequence[Deal]:
    """What came of an event, the oldest first; for the office, auditors and organisers."""
    scope = _district(actor)
    return session.scalars(_rows().where(scope, _from_event(event_id)).order_by(Deal.id)).all()


def mine(session: Session, actor: Actor, *, filters: Filters = Filters()) -> Sequence[Deal]:
    """The deals of the actor's organisations: what is due first, what is over last."""
    over = Deal.stage.in_(OVER)
    statement = _rows().where(_own(actor), *_limits(filters)).order_by(over, *_due_first())
    return session.scalars(statement).all()


def board(session: Session, actor: Actor, *, filters: Filters, own: bool = False) -> list[Column]:
    """All stages in their order with their first deals; `own` are the actor's organisations', else the district's.

    Three statements however many deals there are. Forbidden to ask for the district's without being its staff.
    """
    limits = (_own(actor) if own else _district(actor), *_limits(filters))
    sums = _sums(session, limits)
    place = func.row_number().over(partition_by=Deal.stage, order_by=_due_first()).label("place")
    ranked = select(Deal.id, Deal.stage.in_(OVER).label("over"), place).where(*limits).subquery()
    first = select(ranked.c.id).where(
        or_(ranked.c.place <= PER_OVER, and_(ranked.c.place <= PER_STAGE, ~ranked.c.over))
    )
    rows = session.scalars(_rows().where(Deal.id.in_(first)).order_by(*_due_first())).all()
    return [
        Column(stage, *sums.get(stage, (0, 0)), tuple(row for row in rows if row.stage is stage)) for stage in DealStage
    ]


def page(session: Session, actor: Actor, *, filters: Filters, page: int, own: bool = False) -> DealPage:
    """One page of the same as a table; a page beyond the last is the last."""
    limits = (_own(actor) if own else _district(actor), *_limits(filters))
    sums = _sums(session, limits)
    total, amount = (
        sum(one[0] for one in sums.values()),
        sum(sums[one][1] for one in sums if one is not DealStage.ENDED),
    )
    number = max(1, min(page, -(-total // PER_PAGE)))
    statement = _rows().where(*limits).order_by(Deal.stage.in_(OVER), *_due_first())
    rows = session.scalars(statement.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    return DealPage(rows, total, amount, number)


def stage_sums(
    session: Session, actor: Actor, *, filters: Filters, own: bool = False
) -> dict[DealStage, tuple[int, int]]:
    """How many of what is asked for stand in each stage and what they are worth in fen, whatever stage is asked for."""
    scope = _own(actor) if own else _district(actor)
    return _sums(session, (scope, *_limits(replace(filters, stage=None))))


def events_with_deals(session: Session, actor: Actor) -> Sequence[Event]:
    """The events that deals came of, the newest first: to sift by."""
    held = select(Meeting.event_id).where(Meeting.id.in_(select(Deal.meeting_id).where(_district(actor))))
    return session.scalars(select(Event).where(Event.id.in_(held)).order_by(Event.starts_at.desc())).all()


def owners(session: Session, actor: Actor) -> Sequence[Person]:
    """Who looks after a deal, by name: to sift by."""
    looking = select(Deal.owner_id).where(_district(actor))
    return session.scalars(select(Person).where(Person.id.in_(looking)).order_by(Person.name, Person.id)).all()


def counts_of(session: Session, actor: Actor) -> tuple[int, int]:
    """How many deals of the actor's organisations go on, and how many of them stand still; one query."""
    return _counts(session, _own(actor))


def counts(session: Session, actor: Actor) -> tuple[int, int]:
    """The same for the district, as far as the actor may read it; who acts for an organisation sees its own."""
    return _counts(session, _own(actor) if actor.acting_for is not None else _district(actor))


def stalled(session: Session, *, today: date) -> Sequence[Deal]:
    """All deals that stand still, the longest first. No actor: the reminder and the office's queries ask."""
    return session.scalars(_rows().where(stalls(today)).order_by(Deal.updated_at, Deal.id)).all()


def stalls(today: date) -> ColumnElement[bool]:
    """`rules.is_stalled` as a condition on rows."""
    quiet_since = datetime.combine(today - STALLED_AFTER, time.min, clock.DISTRICT_ZONE)
    return and_(Deal.stage.not_in(OVER), or_(Deal.next_on < today, Deal.updated_at < quiet_since))


def stands_still(row: Deal) -> bool:
    """Whether nobody moves this one, as of today."""
    touched_on = row.updated_at.astimezone(clock.DISTRICT_ZONE).date()
    return is_stalled(row.stage, touched_on=touched_on, next_on=row.next_on, today=clock.today())


def _rows() -> Select[Deal]:
    sides = [
        joinedload(side).options(selectinload(Organisation.nodes), selectinload(Organisation.titles))
        for side in (Deal.buyer, Deal.seller)
    ]
    return select(Deal).options(*sides, joinedload(Deal.owner))


def _own(actor: Actor) -> ColumnElement[bool]:
    return or_(Deal.buyer_id.in_(actor.organisation_ids), Deal.seller_id.in_(actor.organisation_ids))


def _district(actor: Actor) -> ColumnElement[bool]:
    """What the actor may read as staff; Forbidden for everybody else, and while acting for an organisation."""
    if actor.is_system:
        return true()
    if actor.role not in READERS or actor.acting_for is not None:
        raise Forbidden(f"{actor.name} does not follow the district's deals")
    return Deal.origin == DealOrigin.MEETING if actor.role is Role.ORGANISER else true()


def _due_first() -> tuple[Any, ...]:
    """By the day of the next step, then what nobody said a word on for longest; what is over the newest first."""
    waiting = case((Deal.stage.in_(OVER), None), else_=Deal.updated_at)
    return Deal.next_on.is_(None), Deal.next_on, waiting, Deal.updated_at.desc(), Deal.id


def _sums(session: Session, limits: Sequence[ColumnElement[bool]]) -> dict[DealStage, tuple[int, int]]:
    columns = (Deal.stage, func.count(), func.coalesce(func.sum(Deal.amount_fen), 0))
    rows = session.execute(select(*columns).where(*limits).group_by(Deal.stage))
    return {stage: (number, int(amount or 0)) for stage, number, amount in rows}


def _counts(session: Session, scope: ColumnElement[bool]) -> tuple[int, int]:
    going, still = func.count().filter(Deal.stage.not_in(OVER)), func.count().filter(stalls(clock.today()))
    row = session.execute(select(going, still).select_from(Deal).where(scope)).one()
    return row[0], row[1]


def _limits(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Deal.stage, filters.stage),
        (Deal.kind, filters.kind),
        (Deal.origin, filters.origin),
        (Deal.owner_id, filters.owner_id),
    ):
        if value is not None:
            found.append(column == value)
    if filters.unowned:
        found.append(Deal.owner_id.is_(None))
    if filters.stalled:
        found.append(stalls(clock.today()))
    if filters.event_id is not None:
        found.append(_from_event(filters.event_id))
    if filters.town:
        found.append(_of_side(Organisation.town == filters.town))
    if filters.chain:
        found.append(_of_chain(filters.chain))
    if filters.text:
        named = Organisation.name.icontains(filters.text, autoescape=True)
        found.append(or_(Deal.title.icontains(filters.text, autoescape=True), _of_side(named)))
    return found


def _from_event(event_id: int) -> ColumnElement[bool]:
    return Deal.meeting_id.in_(select(Meeting.id).where(Meeting.event_id == event_id))


def _of_side(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    wanted = select(Organisation.id).where(condition)
    return or_(Deal.buyer_id.in_(wanted), Deal.seller_id.in_(wanted))


def _of_chain(chain: str) -> ColumnElement[bool]:
    """What the deal's listings are about; without listings, what one of the two works in."""
    listings = select(ListingNode.listing_id).where(ListingNode.node.startswith(f"{chain}-", autoescape=True))
    houses = select(OrganisationNode.organisation_id)
    houses = houses.where(OrganisationNode.node.startswith(f"{chain}-", autoescape=True))
    none = and_(Deal.need_id.is_(None), Deal.offer_id.is_(None))
    either = or_(Deal.buyer_id.in_(houses), Deal.seller_id.in_(houses))
    return or_(Deal.need_id.in_(listings), Deal.offer_id.in_(listings), and_(none, either))
