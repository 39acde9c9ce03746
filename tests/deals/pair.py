"""Two organisations that were brought together, for the tests of what they make of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.deals import starting
from matchmaker.deals.models import Deal
from matchmaker.deals.schemas import DealEditIn, DealIn
from matchmaker.introductions import service as introductions
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.outcomes import say
from matchmaker.meetings.queries import meetings_of
from matchmaker.meetings.rules import OutcomeKind
from matchmaker.notifications.models import Notice
from tests.factories import USCCS, make_listing, make_organisation
from tests.meetings.hall import Hall
from tests.people import BASE, make_actor

EVIDENCE = {
    "score": 0.83,
    "level": 3,
    "shared_terms": ["减压阀", "七十兆帕"],
    "constraints": [{"code": "node", "met": True, "detail": ["HYD-09"]}],
}


class Pair:
    """A buyer with a need, a seller with an offer, their owners, staff of three roles, and somebody else."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.buyer = make_organisation(session, name="佛山市南海区试样整车有限公司")
        self.seller = make_organisation(session, uscc=USCCS[1], name="佛山市南海区试样阀门有限公司")
        self.need = make_listing(session, side="need", title="求购七十兆帕减压阀", ref="need")
        self.offer = make_listing(session, organisation=USCCS[1], title="七十兆帕减压阀供应", ref="offer")
        self.buying = make_actor(session, self.buyer.id, name="甲买方")
        self.selling = make_actor(session, self.seller.id, name="乙卖方")
        self.officer = make_actor(session, role=Role.OFFICER, name="丙专员")
        self.organiser = make_actor(session, role=Role.ORGANISER, name="丁组织")
        self.auditor = make_actor(session, role=Role.AUDITOR, name="戊审计")
        self.stranger = make_actor(session, make_organisation(session, uscc=USCCS[2], name="旁人有限公司").id)

    def asked(self, evidence: dict[str, Any] | None = None) -> int:
        """The buyer's request to talk; the seller has not answered."""
        both = {"listing_id": self.need.id, "other_id": self.offer.id}
        given = EVIDENCE if evidence is None else evidence
        return introductions.ask(self.session, self.buying, **both, message="", evidence=given, base=BASE).id

    def accepted(self) -> int:
        """The same, answered with a yes."""
        number = self.asked()
        introductions.answer(self.session, self.selling, introduction_id=number, accept=True, base=BASE)
        return number

    def introduced(self) -> Deal:
        """The buyer's deal from that introduction."""
        return starting.start_from_introduction(self.session, self.buying, introduction_id=self.accepted(), base=BASE)

    def data(self, **over: Any) -> DealIn:
        """A technology deal by hand."""
        given = {
            "kind": "technology",
            "title": "减压阀联合开发",
            "buyer_id": self.buyer.id,
            "seller_id": self.seller.id,
        }
        return DealIn.model_validate(given | over)

    def by_hand(self, **over: Any) -> Deal:
        """The same, put down by the buyer."""
        return starting.start_by_hand(self.session, self.buying, data=self.data(**over), base=BASE)

    def told(self, who: Any) -> list[str]:
        """The texts this person has received about deals, the oldest first."""
        mine = (Notice.person_id == who.person_id, Notice.text.startswith("deal."))
        return list(self.session.scalars(select(Notice.text).where(*mine).order_by(Notice.id)))


def words(deal: Deal, **over: Any) -> DealEditIn:
    """What the deal says now, with some of it said differently."""
    names = ("kind", "title", "summary", "buyer_id", "need_id", "offer_id", "next_step", "next_on")
    given = {name: getattr(deal, name) for name in names} | {"amount": deal.amount_fen}
    return DealEditIn.model_validate(given | over)


def met(session: Session, **row: Any) -> tuple[Hall, Meeting]:
    """An event at which the first two organisations sat together an hour ago; `row` says what the list said of them."""
    hall = Hall(session, starts_at=clock.now() - timedelta(hours=1), ends_at=clock.now() + timedelta(hours=7))
    said = hall.list_pairs((0, 1, 0.9))
    said.rows = [said.rows[0] | row]
    session.flush()
    with clock.pretend(clock.now() - timedelta(days=2)):
        hall.published((0, 1, 0, 0))
    return hall, meetings_of(session, event_id=hall.event.id)[0]


def speak(hall: Hall, meeting: Meeting, side: int | None, kind: OutcomeKind = OutcomeKind.COOPERATION) -> None:
    """One side, or the desk with None, says what came of it."""
    actor = hall.organiser if side is None else hall.owners[side]
    number = None if side is None else hall.registrations[side].id
    say(hall.session, actor, meeting_id=meeting.id, registration_id=number, kind=kind)
