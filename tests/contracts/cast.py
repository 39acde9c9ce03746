"""Everybody who may come near a contract, for the tests of who may do what."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.audit.models import AuditEntry
from matchmaker.contracts.models import Contract
from matchmaker.core.actor import Actor, Role
from matchmaker.notifications.models import Notice
from tests.contracts.making import make_draft, make_parties, parties_in, step
from tests.factories import USCCS, make_organisation
from tests.people import join, make_actor, make_person

MEDIATOR = {"role": "intermediary", "name": "佛山市南海区试样技术经纪中心", "uscc": USCCS[3], "nature": "030"}


class Cast:
    """Seller, buyer and intermediary with their people, staff of every role, and somebody else."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.seller, self.buyer = make_parties(session)
        self.mediator = make_organisation(session, uscc=USCCS[3], name=MEDIATOR["name"])
        self.selling = make_actor(session, self.seller.id, name="甲卖方")
        self.buying = make_actor(session, self.buyer.id, name="乙买方")
        self.mediating = make_actor(session, self.mediator.id, name="丙中介")
        self.officer = make_actor(session, role=Role.OFFICER, name="丁专员")
        # An officer whose other life is with the seller.
        self.partial = make_actor(session, self.seller.id, role=Role.OFFICER, name="戊专员")
        self.auditor = make_actor(session, role=Role.AUDITOR, name="己审计")
        self.stranger = make_actor(session, make_organisation(session, uscc=USCCS[2], name="旁人研究院").id)

    @property
    def outsiders(self) -> list[Actor]:
        """Who must not even learn that there is a contract."""
        staff = [make_actor(self.session, role=role) for role in (Role.ORGANISER, Role.ADMINISTRATOR)]
        return [self.stranger, Actor.visitor(), *staff]

    def draft(self, actor: Actor | None = None, **over: Any) -> Contract:
        """The seller's draft, with an intermediary."""
        parties = over.pop("parties", [*parties_in(), MEDIATOR])
        return make_draft(self.session, actor or self.selling, parties=parties, **over)

    def signed(self, **over: Any) -> Contract:
        """The same, signed by the seller."""
        return step(self.session, self.draft(**over), "signed", self.selling)

    def registered(self, **over: Any) -> Contract:
        """The same, handed in by the seller and entered as registered by the operator."""
        return step(self.session, step(self.session, self.signed(**over), "submitted", self.selling), "registered")

    def colleague(self, organisation_id: int) -> int:
        """One more person of the organisation; the id, to see what comes into the inbox."""
        person = make_person(self.session)
        join(self.session, person, organisation_id)
        return person.id

    def told(self, person_id: int | None) -> list[str]:
        """The texts about contracts that this person has received, the oldest first."""
        mine = (Notice.person_id == person_id, Notice.text.startswith("contract."))
        return list(self.session.scalars(select(Notice.text).where(*mine).order_by(Notice.id)))

    def logged(self, action: str) -> int:
        """How often the log has this action."""
        return self.session.scalar(select(func.count()).where(AuditEntry.action == action)) or 0
