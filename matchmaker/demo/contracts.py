"""The demo district's technology contracts: drafted, signed, handed in, and what the registry made of them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.contracts import drafting, papers, registering, service
from matchmaker.contracts.rules import ContractKind, ContractState, FilePurpose, PartyRole
from matchmaker.contracts.schemas import AmountIn, ContractIn, DueIn, Paper, PartyIn, RelatedIn, StepIn
from matchmaker.contracts.ties import clear_related, declare_related, save_ties
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.demo.cast import Scene
from matchmaker.demo.contract_words import clauses, field_of, nature_of
from matchmaker.demo.diary import Pen
from matchmaker.demo.papers import page
from matchmaker.demo.stories import Outsider, Written, number_of
from matchmaker.demo.year import BASE
from matchmaker.reference.towns import DISTRICT

REGISTRARS = ("佛山市技术合同登记处", "南海区技术合同登记点")
# No division has this code, so that the numbers plainly are none.
NO_DIVISION = "440699"
OF_RIGHTS = (ContractKind.TRF, ContractKind.LIC)
_MONTH = timedelta(days=30)
State = ContractState


class ContractTelling:
    """Puts one contract into the diary; `signed` is the moment of its signing, once it is told."""

    def __init__(self, scene: Scene, written: Written, pen: Pen) -> None:
        self.scene, self.story, self.written, self.pen = scene, scene.story, written, pen
        self.signed: datetime | None = None

    def tell(self) -> None:
        """From the draft to where it stands on the last day."""
        self.pen.after((2, 12), self._draft)
        if self.written.state is State.DRAFT:
            return
        if self.written.related is not None and self.written.related.outcome != "declared":
            self.pen.after((0, 2), self._ties)
        self.signed = self._sometime(self.written.signed, (3, 20), self._sign)
        if "text" not in self.written.flaws:
            self.pen.after((0, 3), self._papers)
        if self.written.related is not None:
            self.pen.after((1, 4), self._word_on_ties)
        if self.written.state is not State.SIGNED:
            self._hand_in()

    def _hand_in(self) -> None:
        if self.written.state is State.CANCELLED and self.written.registered is None:
            self._sometime(self.written.turned, (15, 50), partial(self._move, State.CANCELLED))
            return
        self.pen.after((3, 12), partial(self._move, State.SUBMITTED))
        if self.written.state is State.SUBMITTED:
            return
        if self.written.mended:
            self.pen.after((3, 8), partial(self._move, State.SUPPLEMENT))
            self.pen.after((2, 9), partial(self._move, State.SUBMITTED))
        if self.written.state in (State.SUPPLEMENT, State.REFUSED):
            self.pen.after((4, 12), partial(self._move, self.written.state))
            return
        self._sometime(self.written.registered, (6, 20), partial(self._move, State.REGISTERED))
        if self.written.state is not State.REGISTERED:
            self._sometime(self.written.turned, (40, 90), partial(self._move, self.written.state))

    def _sometime(self, day: date | None, days: tuple[int, int], run: Callable[[Session], object]) -> datetime:
        """On the day that the story gives, else so many days later."""
        return self.pen.on(day, run) if day is not None else self.pen.after(days, run)

    def _draft(self, session: Session) -> None:
        """Begun from the deal, or by the filing side itself; then written as far as it is known."""
        data, who = self._record(session, signed=None), self.scene.filer
        if not self.story.deal:
            service.save(session, who, data=data)
            return
        row = drafting.draft_from_deal(session, who, deal_id=self.scene.deal(session).id)
        service.save(session, who, contract_id=row.id, revision=row.revision, data=data)

    def _sign(self, session: Session) -> None:
        today, row = clock.today(), self.scene.contract(session)
        data = self._record(session, signed=today)
        service.save(session, self.scene.filer, contract_id=row.id, revision=row.revision, data=data)
        self._move(State.SIGNED, session)

    def _record(self, session: Session, *, signed: date | None) -> ContractIn:
        """What the contract says; its days once it is signed."""
        written, parties = self.written, self._parties(session)
        known: dict[str, Any] = {
            "kind": written.kind,
            "sub_kind": written.sub_kind,
            "title": written.title,
            "own_number": self.story.ref,
            "field": field_of(self.scene.sides.node),
            "node": self.scene.sides.node,
            "object": written.object,
            "indicators": written.indicators,
            "licence_scope": written.scope,
            "ip": self._rights(parties[0].name),
            "parties": parties,
            "payment_mode": written.mode,
            "schedule": self._schedule(signed),
            "royalty": written.royalty,
            "total": written.total,
            **self._split(is_signed=signed is not None),
            "fiscal_fund": written.fiscal,
            **clauses(self.story, written),
        }
        if signed is not None:
            known |= {"signed_on": signed, "valid_from": signed, "valid_until": signed + written.months * _MONTH}
        return ContractIn.model_validate(known | dict.fromkeys(written.flaws & ContractIn.model_fields.keys(), ""))

    def _split(self, *, is_signed: bool) -> dict[str, Any]:
        """What of the price is technology: said when it is signed, or as long as nothing more comes."""
        if not is_signed and self.written.state is not State.DRAFT:
            return {}
        given = self.written.technology or self.written.total
        return {"lines": self.written.lines} if self.written.lines else {"technology": given}

    def _rights(self, seller: str) -> list[dict[str, object]]:
        return [one.model_dump() | {"owner": one.owner or seller} for one in self.written.ip]

    def _parties(self, session: Session) -> list[PartyIn]:
        sides = self.scene.sides
        return [
            self._party(session, PartyRole.SELLER, sides.seller_id, self.written.seller),
            self._party(session, PartyRole.BUYER, sides.buyer_id, self.written.buyer),
        ]

    def _party(self, session: Session, role: PartyRole, organisation_id: int, outsider: Outsider | None) -> PartyIn:
        if outsider is not None:
            return PartyIn(role=role, seal_name=outsider.name, **outsider.model_dump())
        row = session.get_one(Organisation, organisation_id)
        seal = (
            row.name.replace("有限公司", "") if role is PartyRole.BUYER and "seal" in self.written.flaws else row.name
        )
        nature = nature_of(row)
        return PartyIn(role=role, name=row.name, seal_name=seal, uscc=row.uscc, nature=nature, division=DISTRICT)

    def _schedule(self, signed: date | None) -> list[DueIn]:
        """The dues; the last one takes what the percentages leave over."""
        total, dues = self.written.total, self.written.dues
        return [
            DueIn(
                milestone=due.milestone,
                due_on=signed + timedelta(days=due.days) if signed else None,
                amount=due_fen(self.written, place),
            )
            for place, due in enumerate(dues)
            if total
        ]

    def _papers(self, session: Session) -> None:
        """The text with its seals, and the proof of the right where there is one."""
        written, lines = self.written, (self.written.title, f"合同编号 {self.story.ref}")
        self._attach(session, FilePurpose.TEXT, "技术合同（盖章页）", lines)
        if written.kind in OF_RIGHTS:
            right = written.ip[0] if written.ip else None
            self._attach(session, FilePurpose.IP_PROOF, "权利证明", (right.name, right.no) if right else lines)
        outsider = written.buyer or written.seller
        if outsider is not None:
            self._attach(session, FilePurpose.IDENTITY, "主体资格证明", (outsider.name, outsider.uscc))

    def _attach(self, session: Session, purpose: FilePurpose, name: str, lines: tuple[str, ...]) -> None:
        papers.attach(
            session,
            self.scene.filer,
            self.scene.cast.folder,
            contract_id=self.scene.contract(session).id,
            purpose=purpose,
            name=f"{name}.pdf",
            content=page(name, lines),
        )

    def _move(self, state: State, session: Session) -> None:
        row = self.scene.contract(session)
        step, paper = {"state": state, "happened_on": clock.today(), "reason": self._reason(state)}, None
        if state in (State.REGISTERED, State.CHANGED):
            paper = Paper("登记证明.pdf", page("技术合同登记证明", (self.written.title, self.story.ref, f"{state}")))
        if state is State.REGISTERED:
            step |= self._number()
        if state is State.CHANGED and self.written.changed_total:
            amounts = self.written.changed_total, self.written.changed_technology
            step["amount"] = AmountIn(total=amounts[0], technology=amounts[1] or amounts[0])
        registering.move(
            session,
            self._mover(state),
            contract_id=row.id,
            revision=row.revision,
            data=StepIn.model_validate(step),
            folder=self.scene.cast.folder,
            paper=paper,
            base=BASE,
        )

    def _mover(self, state: State) -> Actor:
        return self.scene.filer if state in (State.SIGNED, State.SUBMITTED) else self.scene.officer

    def _reason(self, state: State) -> str:
        if state is State.SUPPLEMENT and self.written.mended:
            return self.written.mended
        return "" if state in (State.SIGNED, State.SUBMITTED, State.REGISTERED) else self.written.says

    def _number(self) -> dict[str, str]:
        number = number_of(self.story)
        return {
            "registrar": REGISTRARS[number % len(REGISTRARS)],
            "registration_no": f"{clock.today().year}{NO_DIVISION}{number:06d}",
        }

    def _ties(self, session: Session) -> None:
        """The office enters what the business register says of the two."""
        told = self.written.related
        sides = self.scene.sides
        pairs = ((sides.seller_id, told.seller), (sides.buyer_id, told.buyer)) if told else ()
        for organisation_id, ties in pairs:
            if ties:
                save_ties(session, self.scene.officer, organisation_id=organisation_id, data=list(ties))

    def _word_on_ties(self, session: Session) -> None:
        told = self.written.related
        number = self.scene.contract(session).id
        if told is None or told.outcome == "detected":
            return
        if told.outcome == "declared":
            declare_related(session, self.scene.filer, contract_id=number, data=RelatedIn(note=told.text))
            return
        paper = Paper("关联关系核查说明.pdf", page("关联关系核查说明", (told.text,)))
        data, folder = RelatedIn(note=told.text), self.scene.cast.folder
        clear_related(session, self.scene.officer, contract_id=number, data=data, folder=folder, paper=paper)


def due_fen(written: Written, place: int) -> int:
    """What is due at this place of the schedule, in fen."""
    shares = [written.total * due.percent // 100 for due in written.dues]
    whole = sum(due.percent for due in written.dues) == 100
    return shares[place] + (written.total - sum(shares) if whole and place == len(shares) - 1 else 0)
