"""From a subsidy back to the match that caused it, and from an event forward to what it brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.audit import queries as audit
from matchmaker.audit.models import AuditEntry
from matchmaker.audit.queries import Head
from matchmaker.contracts.models import Contract, ContractAmount, ContractPayment, ContractStep
from matchmaker.core.actor import Actor
from matchmaker.deals.models import Deal, DealStep
from matchmaker.events.models import Event
from matchmaker.introductions.models import Introduction
from matchmaker.listings.models import Listing, ListingRevision
from matchmaker.listings.rules import Side
from matchmaker.meetings.models import Meeting, Outcome
from matchmaker.participants.models import Participant
from matchmaker.subsidies import queries
from matchmaker.subsidies.access import reads_objections
from matchmaker.subsidies.evidence import Seen, statements
from matchmaker.subsidies.ledger import entries
from matchmaker.subsidies.models import Claim, ClawBack, Decision, LedgerEntry, Voice

MOST_AUDIT_LINES = 500


@dataclass(frozen=True)
class MeetingLink:
    """The meeting that a deal came of, with its event and everything said of it."""

    meeting: Meeting
    event: Event
    outcomes: Sequence[Outcome]


@dataclass(frozen=True)
class MatchThen:
    """What the match said then. `source` is where it was kept: "meeting", "introduction" or "deal"."""

    source: str
    score: float | None
    level: int | None
    terms: list[Any]
    conditions: list[Any]
    at: str


@dataclass(frozen=True)
class ListingThen:
    """What a listing said when the two came together, and which revision it has now."""

    listing_id: int
    side: Side
    title: str
    revision: int
    content: dict[str, Any]
    at: datetime
    by: str
    now_revision: int


@dataclass(frozen=True)
class AuditLine:
    """One entry of the audit log about the claim, its contract or its deal."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    digest: str


@dataclass(frozen=True)
class Trace:
    """The whole way, the newest first: money, decision, contract, deal, meeting or introduction, match, listings.

    `head` is the newest entry of the audit log at the moment of reading; with it an outsider proves later that nothing
    of this was rewritten. `originals` is what officers said of papers they saw where only a number is here. Voices are
    empty for the applicant and whoever is tied to a party: they are told the answers but not who objected.
    """

    claim: Claim
    decisions: Sequence[Decision]
    entries: Sequence[LedgerEntry]
    claw_backs: Sequence[ClawBack]
    voices: Sequence[Voice]
    contract: Contract
    amounts: Sequence[ContractAmount]
    payments: Sequence[ContractPayment]
    contract_steps: Sequence[ContractStep]
    deal: Deal | None
    deal_steps: Sequence[DealStep]
    meeting: MeetingLink | None
    introduction: Introduction | None
    match: MatchThen | None
    listings: Sequence[ListingThen]
    audit: Sequence[AuditLine]
    head: Head | None
    originals: Sequence[Seen] = ()


def of_claim(session: Session, actor: Actor, *, claim_id: int) -> Trace:
    """Everything from this claim back to the match. NotFound for everybody who may not read the claim."""
    claim = queries.claim(session, actor, claim_id=claim_id)
    contract, deal = claim.contract, claim.contract.deal
    meeting = _meeting(session, deal)
    introduction = deal.introduction if deal is not None else None
    inside = reads_objections(session, actor, claim)
    return Trace(
        claim=claim,
        decisions=claim.decisions,
        entries=entries(session, window_id=claim.window_id, claim_id=claim.id),
        claw_backs=claim.claw_backs,
        voices=claim.voices if inside else [],
        contract=contract,
        amounts=contract.amounts,
        payments=contract.payments,
        contract_steps=contract.steps,
        deal=deal,
        deal_steps=deal.steps if deal is not None else [],
        meeting=meeting,
        introduction=introduction,
        match=_match(deal, meeting, introduction),
        listings=_listings(session, deal, introduction),
        audit=_audit(session, claim, deal),
        head=audit.head(session),
        originals=statements(session, claim),
    )


def _meeting(session: Session, deal: Deal | None) -> MeetingLink | None:
    if deal is None or deal.meeting_id is None:
        return None
    statement = select(Meeting).where(Meeting.id == deal.meeting_id)
    sides = [joinedload(side).joinedload(Participant.registration) for side in (Meeting.a, Meeting.b)]
    found = session.scalars(statement.options(*sides, selectinload(Meeting.outcomes))).one()
    return MeetingLink(found, session.get_one(Event, found.event_id), found.outcomes)


def _match(deal: Deal | None, meeting: MeetingLink | None, introduction: Introduction | None) -> MatchThen | None:
    """The fullest record of the match: the deal's own, else what the meeting or the introduction kept."""
    kept: list[tuple[str, Mapping[str, Any]]] = []
    if deal is not None:
        kept.append(("deal", deal.evidence))
    if meeting is not None:
        kept.append(("meeting", meeting.meeting.evidence))
    if introduction is not None:
        kept.append(("introduction", introduction.evidence))
    for source, one in kept:
        if one.get("score") is not None:
            level, terms = one.get("level"), list(one.get("terms") or [])
            conditions, at = list(one.get("conditions") or []), str(one.get("at") or "")
            return MatchThen(source, one["score"], level, terms, conditions, at)
    return None


def _listings(session: Session, deal: Deal | None, introduction: Introduction | None) -> list[ListingThen]:
    """What need and offer said then: the revisions that the evidence names."""
    named = _named(deal, introduction)
    if not named:
        return []
    ids = [listing_id for listing_id, _revision in named]
    rows = session.scalars(select(ListingRevision).where(ListingRevision.listing_id.in_(ids))).all()
    known = {(row.listing_id, row.number): row for row in rows}
    listings = {row.id: row for row in session.scalars(select(Listing).where(Listing.id.in_(ids)))}
    return [
        _then(listings[listing_id], known[listing_id, revision])
        for listing_id, revision in named
        if (listing_id, revision) in known and listing_id in listings
    ]


def _then(listing: Listing, row: ListingRevision) -> ListingThen:
    title = str(row.content.get("title") or listing.title)
    return ListingThen(listing.id, listing.side, title, row.number, row.content, row.at, row.by, listing.revision)


def _named(deal: Deal | None, introduction: Introduction | None) -> list[tuple[int, int]]:
    if deal is None:
        return []
    named = [(int(one["id"]), int(one["revision"])) for side in ("need", "offer") if (one := deal.evidence.get(side))]
    if not named and introduction is not None:
        return [
            (introduction.need_id, introduction.need_revision),
            (introduction.offer_id, introduction.offer_revision),
        ]
    return named


def _audit(session: Session, claim: Claim, deal: Deal | None) -> list[AuditLine]:
    subjects = [f"claim:{claim.id}", f"contract:{claim.contract_id}"]
    if deal is not None:
        subjects.append(f"deal:{deal.id}")
    about = or_(*(AuditEntry.subject == one for one in subjects))
    statement = select(AuditEntry).where(about).order_by(AuditEntry.number.desc()).limit(MOST_AUDIT_LINES)
    rows = session.scalars(statement).all()
    return [AuditLine(row.number, row.at, row.actor, row.action, row.subject, row.digest) for row in reversed(rows)]
