"""How a deal starts: from an introduction, from a meeting, or by hand. A second click finds the first one's deal."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.deals import linking, queries, telling
from matchmaker.deals.models import Deal, DealStep
from matchmaker.deals.origins import day_of, said_in, said_then
from matchmaker.deals.rules import DealKind, DealOrigin, DealStage, evidence_of, suggested_kind
from matchmaker.deals.schemas import MAX_TITLE, DealIn
from matchmaker.events.models import Event
from matchmaker.events.rules import EventKind
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.queries import OPEN_STATES
from matchmaker.listings.models import Listing
from matchmaker.meetings.access import meeting_for
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.outcomes import outcome_of, word_of
from matchmaker.meetings.rules import OutcomeKind
from matchmaker.participants.access import is_own, plans
from matchmaker.participants.models import Registration


def start_from_introduction(session: Session, actor: Actor, *, introduction_id: int, base: str) -> Deal:
    """Put down what an accepted introduction has become, for either side or the office; a second call finds it.

    `matched_on` is the day on which the introduction was asked for: what the match said was kept then, and neither side
    knew the other's contacts before. Conflict while the other side has not agreed; NotFound for strangers.
    """
    # Whoever comes second waits here for the first, and then finds the deal.
    row = session.get(Introduction, introduction_id, with_for_update=True)
    if row is None or not _may_start(actor, row.need_organisation_id, row.offer_organisation_id):
        raise NotFound(f"no introduction {introduction_id}")
    known = queries.of_introduction(session, introduction_id=row.id)
    if known is not None:
        return known
    if row.state not in OPEN_STATES:
        raise Conflict(f"introduction {row.id} is {row.state}")
    need, offer = (said_in(session, row.need_id, row.need_revision), said_in(session, row.offer_id, row.offer_revision))
    deal = Deal(
        kind=suggested_kind([row.need.form, row.offer.form]),
        origin=DealOrigin.INTRODUCTION,
        introduction_id=row.id,
        title=need["title"][:MAX_TITLE],
        buyer_id=row.need_organisation_id,
        seller_id=row.offer_organisation_id,
        need_id=row.need_id,
        offer_id=row.offer_id,
        evidence=evidence_of(row.evidence, at=row.asked_at, need=need, offer=offer),
        matched_on=day_of(row.asked_at),
    )
    return _open(session, actor, deal, base=base)


def start_from_meeting(
    session: Session, actor: Actor, *, meeting_id: int, registration_id: int | None, base: str
) -> Deal:
    """Put down what a meeting has become, by one side that says "cooperation" of it, or by the desk with None once
    that is what all words come to; a second call finds it.

    `matched_on` is the day on which both were first told of the meeting by a published timetable (or sat down as a
    walk-in), with what the matchmaking list said of the two. Who needs something buys; where the list does not say, the
    first named does, until somebody says otherwise. Conflict without that word, and when one of the two is not on the
    platform; NotFound for strangers.
    """
    meeting = meeting_for(session, actor, meeting_id=meeting_id, lock=True)
    _require_word_right(actor, meeting, registration_id)
    known = queries.of_meeting(session, meeting_id=meeting.id)
    if known is not None:
        return known
    session.refresh(meeting, ["outcomes"])
    if not _says_cooperation(meeting, registration_id):
        raise Conflict(f"nobody says cooperation of meeting {meeting.id}")
    sides = [_organisation_of(session, one.registration) for one in (meeting.a, meeting.b)]
    if None in sides or sides[0] == sides[1]:
        raise Conflict("not on the platform")
    said, at = meeting.evidence, meeting.created_at
    listings = _listings(session, said)
    buyer, seller = _buyer_first(meeting, sides)
    deal = Deal(
        kind=_kind(session, meeting, listings),
        origin=DealOrigin.MEETING,
        meeting_id=meeting.id,
        buyer_id=buyer,
        seller_id=seller,
        need_id=said.get("need"),
        offer_id=said.get("offer"),
        evidence=evidence_of(
            said, at=at, need=said_then(session, said.get("need"), at), offer=said_then(session, said.get("offer"), at)
        ),
        matched_on=day_of(at),
    )
    deal.title = _title(session, deal)
    return _open(session, actor, deal, base=base)


def start_by_hand(session: Session, actor: Actor, *, data: DealIn, base: str) -> Deal:
    """Put down a deal between two organisations of the platform, for one of them or for the office.

    `matched_on` is the day on which the listings it goes back to were all published; empty without listings. Forbidden
    for strangers, and for an organisation that is not verified. Invalid names `seller_id`, `need_id`, `offer_id`,
    `next_on`.
    """
    if not _may_start(actor, data.buyer_id, data.seller_id):
        raise Forbidden(f"{actor.name} starts no deal between {data.buyer_id} and {data.seller_id}")
    _check_sides(session, actor, data)
    if data.next_on is not None and data.next_on < clock.today():
        raise Invalid([Fault("next_on", "the day lies in the past", data.next_on.isoformat())])
    deal = Deal(
        origin=DealOrigin.HAND,
        stage=DealStage.TALKS,
        amount_fen=data.amount,
        **data.model_dump(include={"kind", "title", "summary", "buyer_id", "seller_id", "next_step", "next_on"}),
    )
    linking.link_listings(session, actor, deal, need_id=data.need_id, offer_id=data.offer_id)
    return _open(session, actor, deal, base=base)


def _may_start(actor: Actor, buyer_id: int, seller_id: int) -> bool:
    """Either side, and officers while they act for nobody."""
    office = (actor.role is Role.OFFICER and actor.acting_for is None) or actor.is_system
    return office or bool({buyer_id, seller_id} & actor.organisation_ids)


def _require_word_right(actor: Actor, meeting: Meeting, registration_id: int | None) -> None:
    sides = {one.registration_id: one.registration for one in (meeting.a, meeting.b)}
    side = sides.get(registration_id) if registration_id is not None else None
    if not (plans(actor) if registration_id is None else side is not None and is_own(actor, side)):
        raise NotFound(f"no meeting {meeting.id}")


def _says_cooperation(meeting: Meeting, registration_id: int | None) -> bool:
    if registration_id is None:
        return outcome_of(meeting) is OutcomeKind.COOPERATION
    word = word_of(meeting, registration_id)
    return word is not None and word.kind is OutcomeKind.COOPERATION


def _organisation_of(session: Session, registration: Registration) -> int | None:
    """Whose registration it is; a firm that walked in is found by its code once it is on the platform."""
    if registration.organisation_id is not None or not registration.uscc:
        return registration.organisation_id
    return session.scalar(select(Organisation.id).where(Organisation.uscc == registration.uscc))


def _listings(session: Session, said: dict[str, Any]) -> list[Listing]:
    numbers = [number for number in (said.get("need"), said.get("offer")) if number is not None]
    return list(session.scalars(select(Listing).where(Listing.id.in_(numbers))))


def _buyer_first(meeting: Meeting, sides: list[int | None]) -> tuple[int, int]:
    """The matchmaking list names registrations, the smaller as "a"; a meeting's people need not stand in that order."""
    first, second = (one or 0 for one in sides)
    said = meeting.evidence
    asking = said.get(said.get("asker", "a"), meeting.a.registration_id)
    return (first, second) if asking == meeting.a.registration_id else (second, first)


def _kind(session: Session, meeting: Meeting, listings: list[Listing]) -> DealKind:
    if listings:
        return suggested_kind([row.form for row in listings])
    supply = session.get_one(Event, meeting.event_id).kind is EventKind.SUPPLY_CHAIN
    return DealKind.ORDER if supply else DealKind.TECHNOLOGY


def _title(session: Session, deal: Deal) -> str:
    said = deal.evidence["need"] or deal.evidence["offer"]
    if said:
        return str(said["title"])[:MAX_TITLE]
    names = [session.get_one(Organisation, number).name for number in (deal.buyer_id, deal.seller_id)]
    return " / ".join(names)[:MAX_TITLE]


def _check_sides(session: Session, actor: Actor, data: DealIn) -> None:
    if data.buyer_id == data.seller_id:
        raise Invalid([Fault("seller_id", "a deal takes two", str(data.seller_id))])
    for name, number in (("buyer_id", data.buyer_id), ("seller_id", data.seller_id)):
        row = session.get(Organisation, number)
        if row is None:
            raise Invalid([Fault(name, "no such organisation", str(number))])
        if number in actor.organisation_ids and row.standing is not Standing.VERIFIED:
            raise Forbidden(f"organisation {number} is not verified")


def _open(session: Session, actor: Actor, deal: Deal, *, base: str) -> Deal:
    moment: datetime = clock.now()
    deal.stage = DealStage.TALKS
    deal.created_at = deal.stage_at = deal.updated_at = moment
    deal.created_by = actor.name
    # Whoever helps out for a day does not look after it for years, and the desk has its hands full.
    looks_after = actor.acting_for is None and actor.role is not Role.ORGANISER
    deal.owner_id = actor.person_id if looks_after else None
    deal.steps = [DealStep(before=None, after=deal.stage, at=moment, by=actor.name)]
    session.add(deal)
    session.flush()
    telling.tell_started(session, actor, deal, base=base)
    detail = {"origin": deal.origin, "buyer": deal.buyer_id, "seller": deal.seller_id, "kind": deal.kind}
    audit.record(session, actor, [audit.Event("deal.start", f"deal:{deal.id}", detail)])
    return deal
