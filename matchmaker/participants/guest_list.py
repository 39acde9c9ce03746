"""The list builder of an event: gathers who could come and who would meet whom, ranks, and keeps both."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Membership, Organisation, OrganisationNode, Person
from matchmaker.accounts.rules import MemberRank, Standing
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid, NotFound
from matchmaker.core.text import Text
from matchmaker.events.models import Event
from matchmaker.introductions.models import Introduction, PairDecision
from matchmaker.introductions.rules import Decision, IntroductionState
from matchmaker.listings.models import Listing, ListingNode
from matchmaker.listings.rules import Side, State, Visibility
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.pairing import Pairing, pairings
from matchmaker.matching.results import Level
from matchmaker.participants.access import planned_event
from matchmaker.participants.models import BroughtListing, GuestRanking, Registration
from matchmaker.participants.ranking import Guest, Link, Ranking, Short, Wanted, rank, short
from matchmaker.participants.rules import RegistrationState
from matchmaker.reference.chains import nodes

PER_NEED = 12
AGREED = (IntroductionState.ACCEPTED, IntroductionState.CLOSED)
Quota = dict[str, int]
QUOTAS = ("towns", "kinds", "scales", "stages")


class GuestListIn(BaseModel):
    """What the list is to be like. Quotas are "at most so many", and those of `_least` "at least so many".

    A code that is not named has no limit.
    """

    model_config = ConfigDict(extra="forbid")

    number: int = Field(default=60, ge=1, le=500)
    towns: Quota = Field(default_factory=dict)
    kinds: Quota = Field(default_factory=dict)
    scales: Quota = Field(default_factory=dict)
    stages: Quota = Field(default_factory=dict)
    towns_least: Quota = Field(default_factory=dict)
    kinds_least: Quota = Field(default_factory=dict)
    scales_least: Quota = Field(default_factory=dict)
    stages_least: Quota = Field(default_factory=dict)
    weeks: int = Field(default=4, ge=0, le=52)
    only_new: bool = True
    carry: bool = True
    veto: Text = Field(default="", max_length=4000)


@dataclass(frozen=True)
class Contact:
    """Whom to call."""

    name: str
    phone: str
    email: str


def build(
    session: Session,
    actor: Actor,
    engine: LiveIndex,
    *,
    event_id: int,
    data: GuestListIn,
    met: Mapping[int, Collection[int]] | None = None,
) -> GuestRanking:
    """Rank the organisations of the event's chains and keep the ranking with everything it was made from.

    `met` says with which organisations each one sat together at an earlier event, as the meetings know. Invalid names
    a line of the veto list that means no organisation, or a quota that contradicts itself.
    """
    event = planned_event(session, actor, event_id=event_id)
    _require_possible(data)
    vetoed = _vetoed(session, data.veto)
    pool = _pool(session, engine, event, data=data, vetoed=vetoed, sat=met or {})
    inputs = data.model_dump() | {"pool": [_plain(one) for one in pool], "engine": _engine(session, engine)}
    ranking = rank(pool, _wanted(data))
    row = GuestRanking(event_id=event_id, inputs=inputs, rows=_rows(ranking), at=clock.now(), by=actor.name)
    session.add(row)
    session.flush()
    detail = {"ranking": row.id, "pool": len(pool), "rows": len(row.rows)}
    audit.record(session, actor, [audit.Event("event.guest_list", f"event:{event_id}", detail)])
    return row


def redo(session: Session, actor: Actor, *, ranking_id: int) -> tuple[GuestRanking, bool]:
    """(the ranking, whether ranking its stored inputs again gives the very same list)."""
    row = ranking(session, actor, ranking_id=ranking_id)
    data = asked(row)
    again = _rows(rank([_guest(one) for one in row.inputs["pool"]], _wanted(data)))
    return row, again == row.rows


def asked(row: GuestRanking) -> GuestListIn:
    """What the ranking was asked with. What could not be asked yet when it was made has its default."""
    known = {name: row.inputs[name] for name in GuestListIn.model_fields if name in row.inputs}
    return GuestListIn.model_validate(known)


def short_of(row: GuestRanking) -> list[Short]:
    """The lower limits that the ranking could not reach."""
    pool = [_guest(one) for one in row.inputs["pool"]]
    return short({one["id"] for one in row.rows}, pool, _wanted(asked(row)))


def ranking(session: Session, actor: Actor, *, ranking_id: int) -> GuestRanking:
    """One ranking, for planners."""
    row = session.get(GuestRanking, ranking_id)
    if row is None:
        raise NotFound(f"no ranking {ranking_id}")
    planned_event(session, actor, event_id=row.event_id)
    return row


def rankings(session: Session, actor: Actor, *, event_id: int) -> Sequence[GuestRanking]:
    """All rankings of an event, the newest first; for planners."""
    planned_event(session, actor, event_id=event_id)
    mine = select(GuestRanking).where(GuestRanking.event_id == event_id).order_by(GuestRanking.id.desc())
    return session.scalars(mine).all()


def named(session: Session, ranking: GuestRanking) -> tuple[dict[int, Organisation], dict[int, str]]:
    """(organisations, titles of listings) that the ranking's rows speak of."""
    links = [link for row in ranking.rows for link in row["links"]]
    houses = {row["id"] for row in ranking.rows} | {link["other"] for link in links}
    listings = {link[end] for link in links for end in ("need_id", "offer_id")}
    listings |= {number for row in ranking.rows for number in row["carried"]}
    organisations = session.scalars(select(Organisation).where(Organisation.id.in_(houses)))
    titles = session.execute(select(Listing.id, Listing.title).where(Listing.id.in_(listings)))
    return {one.id: one for one in organisations}, {number: title for number, title in titles}


def on_list(session: Session, *, event_id: int) -> dict[int, RegistrationState]:
    """Where the organisations with an account stand with the event already."""
    mine = (Registration.event_id == event_id, Registration.organisation_id.is_not(None))
    rows = session.execute(select(Registration.organisation_id, Registration.state).where(*mine))
    return {number: state for number, state in rows if number is not None}


def contacts(session: Session, actor: Actor, *, ranking_id: int) -> dict[int, list[Contact]]:
    """Owners of the listed organisations to call. That the list of phones left the house is written into the log."""
    found = ranking(session, actor, ranking_id=ranking_id)
    houses = [row["id"] for row in found.rows]
    owners = (
        Membership.organisation_id.in_(houses),
        Membership.left_at.is_(None),
        Membership.rank == MemberRank.OWNER,
        Person.anonymised_at.is_(None),
    )
    statement = select(Membership.organisation_id, Person).join(Person, Person.id == Membership.person_id)
    told: dict[int, list[Contact]] = defaultdict(list)
    for house, person in session.execute(statement.where(*owners).order_by(Membership.id)):
        told[house].append(Contact(person.name, person.phone or "", person.email))
    detail = {"ranking": ranking_id, "organisations": len(houses)}
    audit.record(session, actor, [audit.Event("event.call_sheet", f"event:{found.event_id}", detail)])
    return told


def _wanted(data: GuestListIn) -> Wanted:
    return Wanted(**data.model_dump(include={one.name for one in fields(Wanted)}))


def _require_possible(data: GuestListIn) -> None:
    """Invalid where a lower limit lies above the upper one, or the lower limits of one quota above the whole list."""
    faults = []
    for name in QUOTAS:
        most, least = getattr(data, name), getattr(data, f"{name}_least")
        wrong = [code for code, number in least.items() if number > most.get(code, number)]
        if wrong:
            faults.append(Fault(name, "the lower limit lies above the upper one", wrong[0]))
        # One with several positions on the chain counts for each of them.
        elif name != "stages" and sum(least.values()) > data.number:
            faults.append(Fault(name, "the lower limits are more than the whole list", str(sum(least.values()))))
        elif max(least.values(), default=0) > data.number:
            faults.append(Fault(name, "the lower limits are more than the whole list", str(max(least.values()))))
    if faults:
        raise Invalid(faults)


def _rows(ranking: Ranking) -> list[dict[str, Any]]:
    rows = [asdict(row) | {"links": [asdict(link) for link in row.links]} for row in ranking.rows]
    return [row | {"carried": list(row["carried"])} for row in rows]


def _pool(
    session: Session,
    engine: LiveIndex,
    event: Event,
    *,
    data: GuestListIn,
    vetoed: Collection[int],
    sat: Mapping[int, Collection[int]],
) -> list[Guest]:
    needs, offers = _listings(session, event)
    owner = {number: house for side in (needs, offers) for number, house in side.items()}
    found = pairings(
        session, engine, need_ids=needs, offer_ids=offers, per_need=PER_NEED, besides=_declined(session, owner)
    )
    links = _links([one for one in found if one.level >= Level.WEAK], owner)
    lately, met = _lately(session, event, data.weeks), _met(session)
    carried = _carried(session, event, needs) if data.carry else {}
    verified = (Organisation.id.in_(set(owner.values())), Organisation.standing == Standing.VERIFIED)
    houses = session.scalars(select(Organisation).where(*verified).order_by(Organisation.id)).all()
    stages = _stages(session, [one.id for one in houses])
    return [
        Guest(
            id=one.id,
            town=one.town,
            kind=one.kind.value,
            scale=one.scale.value if one.scale else "",
            stages=stages.get(one.id, frozenset()),
            links=links.get(one.id, ()),
            carried=tuple(sorted(carried.get(one.id, ()))),
            met=frozenset({*met.get(one.id, ()), *sat.get(one.id, ())})
            & {link.other for link in links.get(one.id, ())},
            lately=one.id in lately,
            vetoed=one.id in vetoed,
        )
        for one in houses
    ]


def _listings(session: Session, event: Event) -> tuple[dict[int, int], dict[int, int]]:
    """(needs, offers) that are open on the event's chains, with their owners; all chains when it names none."""
    open_ones = (Listing.state == State.PUBLISHED, Listing.visibility != Visibility.CONSENT)
    columns = select(Listing.id, Listing.side, Listing.organisation_id, ListingNode.node)
    rows = session.execute(columns.join(ListingNode, ListingNode.listing_id == Listing.id).where(*open_ones))
    chains = set(event.chains)
    found: dict[Side, dict[int, int]] = {side: {} for side in Side}
    for number, side, house, node in rows:
        if not chains or node[:3] in chains:
            found[side][number] = house
    return found[Side.NEED], found[Side.OFFER]


def _links(found: Sequence[Pairing], owner: dict[int, int]) -> dict[int, tuple[Link, ...]]:
    """For every organisation the best pair of listings with each other one, whoever of the two needs it."""
    best: dict[tuple[int, int], Link] = {}
    for one in found:
        for mine, other in ((owner[one.need_id], owner[one.offer_id]), (owner[one.offer_id], owner[one.need_id])):
            link = Link(other, round(one.score, 4), int(one.level), one.need_id, one.offer_id)
            if (mine, other) not in best or link.score > best[mine, other].score:
                best[mine, other] = link
    grouped: dict[int, list[Link]] = defaultdict(list)
    for (mine, _), link in best.items():
        grouped[mine].append(link)
    return {house: tuple(sorted(links, key=lambda one: (-one.score, one.other))) for house, links in grouped.items()}


def _declined(session: Session, listing_ids: Collection[int]) -> set[tuple[int, int]]:
    current = (PairDecision.decision == Decision.DECLINED, PairDecision.superseded_at.is_(None))
    rows = session.execute(select(PairDecision.listing_id, PairDecision.other_id).where(*current))
    found = [(one, other) for one, other in rows if one in listing_ids and other in listing_ids]
    return {*found, *((other, one) for one, other in found)}


def _lately(session: Session, event: Event, weeks: int) -> set[int]:
    """Organisations that another event invited within the last weeks."""
    if not weeks:
        return set()
    since = clock.now() - timedelta(weeks=weeks)
    other = (Registration.event_id != event.id, Registration.invited_at >= since)
    return {one for one in session.scalars(select(Registration.organisation_id).where(*other)) if one is not None}


def _met(session: Session) -> dict[int, set[int]]:
    """Organisations that write to each other through an accepted introduction: they need no event to meet."""
    columns = select(Introduction.need_organisation_id, Introduction.offer_organisation_id)
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in session.execute(columns.where(Introduction.state.in_(AGREED))):
        found[one].add(other)
        found[other].add(one)
    return found


def _carried(session: Session, event: Event, needs: dict[int, int]) -> dict[int, list[int]]:
    """Needs brought to an earlier event that nobody has agreed to talk about since."""
    before = (Event.ends_at < clock.now(), Event.id != event.id, Registration.state == RegistrationState.CONFIRMED)
    statement = (
        select(BroughtListing.listing_id)
        .join(Registration, Registration.id == BroughtListing.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .where(*before, BroughtListing.listing_id.in_(needs))
    )
    if event.series:
        statement = statement.where(Event.series == event.series)
    talked = set(session.scalars(select(Introduction.need_id).where(Introduction.state.in_(AGREED))))
    found: dict[int, list[int]] = defaultdict(list)
    for number in set(session.scalars(statement)) - talked:
        found[needs[number]].append(number)
    return found


def _stages(session: Session, houses: Collection[int]) -> dict[int, frozenset[str]]:
    """Positions on the chains (upstream, midstream, downstream …) that an organisation works at."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = session.execute(
        select(OrganisationNode.organisation_id, OrganisationNode.node).where(
            OrganisationNode.organisation_id.in_(houses)
        )
    )
    for house, node in rows:
        if node in nodes():
            found[house].add(nodes()[node].stage.value)
    return {house: frozenset(stages) for house, stages in found.items()}


def _vetoed(session: Session, text: str) -> set[int]:
    """Organisations named by code or name, a line each."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    either = Organisation.uscc.in_(lines) | Organisation.name.in_(lines)
    rows = session.execute(select(Organisation.id, Organisation.uscc, Organisation.name).where(either)).all()
    known = {name for row in rows for name in (row.uscc, row.name)}
    unknown = [line for line in lines if line not in known]
    if unknown:
        raise Invalid([Fault("veto", f"no organisation is called {unknown[0][:60]}", unknown[0][:60])])
    return {row.id for row in rows}


def _engine(session: Session, engine: LiveIndex) -> dict[str, Any]:
    market = engine.followed
    return {"encoder": engine.ranker.encoder.fingerprint, "snapshot": market.snapshot_id if market else 0}


def _plain(one: Guest) -> dict[str, Any]:
    told = asdict(one)
    return told | {"stages": sorted(one.stages), "met": sorted(one.met), "carried": list(one.carried)}


def _guest(data: dict[str, Any]) -> Guest:
    links = tuple(Link(**link) for link in data["links"])
    sets = {"stages": frozenset(data["stages"]), "met": frozenset(data["met"]), "carried": tuple(data["carried"])}
    return Guest(**(data | sets | {"links": links}))
