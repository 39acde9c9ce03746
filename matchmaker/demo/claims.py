"""Single claims of the demo district: confirmed, reviewed, disputed, granted, taken back; each by two officers."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.contracts.models import ContractPayment
from matchmaker.contracts.paying import complete_payment
from matchmaker.contracts.rules import PartyRole
from matchmaker.contracts.schemas import Paper, RelatedIn
from matchmaker.contracts.ties import confirm_related
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.money import yuan_from_fen
from matchmaker.demo.cast import Scene
from matchmaker.demo.diary import VIA, Diary, Pen
from matchmaker.demo.papers import page
from matchmaker.demo.rounds import AUTUMN, ROUNDS, SPRING, SUMMER, at, day, window_of
from matchmaker.demo.stories import Claimed, Fate, number_of
from matchmaker.demo.year import BASE
from matchmaker.subsidies import applying, evidence, reviewing, taking_back, voices
from matchmaker.subsidies.models import Claim, ClawBack, Voice
from matchmaker.subsidies.rules import ClaimState
from matchmaker.subsidies.schemas import ApplyIn, ClaimIn

# What is done, the first day for it, and over how many days the claims of a round spread.
Act = tuple[str, date, int]
_IN, _REVIEWED = (("confirm", day(3, 3), 20),), (("precheck", day(3, 26), 7), ("town_check", day(4, 8), 8))
_SHOWN = (("propose", day(4, 20), 3), ("publish_notice", day(4, 27), 0))
_APPROVED = (("approve", day(5, 11), 0),)
_LATE = (("propose", day(5, 27), 0), ("publish_notice", day(6, 1), 0), ("approve", day(6, 10), 0))
_GRANTED = (*_IN, *_REVIEWED, *_SHOWN, *_APPROVED)
_OBJECTED = (*_IN, *_REVIEWED, *_SHOWN, ("object", day(4, 29), 0))
_BACK = (("take_up", day(7, 20), 0), ("take_back", day(7, 30), 0), ("recover", day(8, 28), 0))
# The budget of September is shared by all who claimed in it, so nobody is shown before October.
_SEPTEMBER = (
    ("confirm", day(9, 7), 8),
    ("precheck", day(9, 22), 3),
    ("town_check", day(10, 12), 4),
    ("propose", day(10, 20), 3),
)
_NOW = (("confirm", day(11, 2), 1), ("precheck", day(11, 4), 1), ("town_check", day(11, 6), 1))
FATES: Mapping[tuple[str, Fate], tuple[Act, ...]] = {
    (SPRING.name, Fate.FOUND): (),
    (SPRING.name, Fate.PAID): _GRANTED,
    (SPRING.name, Fate.CONTESTED): (*_OBJECTED, ("settle", day(5, 8), 0), *_APPROVED),
    (SPRING.name, Fate.UPHELD): (*_OBJECTED, ("uphold", day(5, 8), 0)),
    (SPRING.name, Fate.RETURNED): (*_IN, ("send_back", day(4, 2), 0)),
    (SPRING.name, Fate.MENDED): (
        *_IN,
        ("send_back", day(4, 2), 0),
        ("confirm_again", day(4, 15), 0),
        ("precheck", day(4, 20), 0),
        ("town_check", day(5, 13), 0),
        *_LATE,
    ),
    (SPRING.name, Fate.REFUSED): (*_IN, ("refuse", day(4, 22), 2)),
    (SPRING.name, Fate.APPEALED): (
        *_IN,
        ("refuse", day(4, 22), 0),
        ("complete", day(5, 6), 0),
        ("appeal", day(5, 7), 0),
        ("hear", day(5, 22), 0),
        *_LATE,
    ),
    (SPRING.name, Fate.WITHDRAWN): (*_IN, ("withdraw", day(4, 10), 0)),
    (SPRING.name, Fate.CLAWED_BACK): (*_GRANTED, *_BACK),
    (SPRING.name, Fate.PARTLY): (
        *_GRANTED,
        ("take_up", day(8, 24), 0),
        ("take_back", day(9, 4), 0),
        ("recover", day(9, 21), 0),
    ),
    (SUMMER.name, Fate.APPROVED): (*_SEPTEMBER, ("publish_notice", day(11, 6), 0), ("approve", day(11, 17), 0)),
    (SUMMER.name, Fate.NOTICE): (*_SEPTEMBER, ("publish_notice", day(11, 20), 0)),
    (SUMMER.name, Fate.DOUBTED): (*_SEPTEMBER, ("publish_notice", day(11, 19), 0), ("object", day(11, 20), 0)),
    (AUTUMN.name, Fate.FOUND): (),
    (AUTUMN.name, Fate.APPLIED): (("confirm", day(11, 10), 9),),
    (AUTUMN.name, Fate.PRECHECKED): (("confirm", day(11, 4), 5), ("precheck", day(11, 16), 3)),
    (AUTUMN.name, Fate.TOWN_PASSED): (
        ("confirm", day(11, 3), 3),
        ("precheck", day(11, 10), 2),
        ("town_check", day(11, 17), 2),
    ),
    (AUTUMN.name, Fate.PROPOSED): (*_NOW, ("propose", day(11, 18), 1)),
    (AUTUMN.name, Fate.RETURNED): (("confirm", day(11, 4), 3), ("send_back", day(11, 13), 0)),
}
BANKS = (
    "演示银行桂城支行",
    "演示银行丹灶支行",
    "演示银行狮山支行",
    "演示银行大沥支行",
    "演示银行西樵支行",
    "演示银行里水支行",
)
SEEN = "单位带发票和回单原件到区科技局窗口，当场核对无误；单位暂无扫描件，留复印件存档。"
# Of what is owed, the part that came back where the contract's registration was revoked.
CAME_BACK = 60


class ClaimTelling:
    """Puts one claim into the diary, as its fate says."""

    def __init__(self, scene: Scene, told: Claimed) -> None:
        self.scene, self.story, self.told = scene, scene.story, told
        self.round = ROUNDS[told.round]
        self.first, self.second = scene.cast.pair(scene.story)
        self.acts: dict[str, Callable[[Session], object]] = {
            "confirm": self._apply if told.applied else self._confirm,
            "confirm_again": self._confirm,
            "precheck": partial(self._review, reviewing.precheck, self.first),
            "town_check": partial(self._review, reviewing.town_check, self.second),
            "propose": self._propose,
            "publish_notice": partial(self._review, reviewing.publish_notice, self.first),
            "approve": partial(self._review, reviewing.approve, self.second),
            "send_back": partial(self._turn_down, reviewing.send_back),
            "refuse": partial(self._turn_down, reviewing.refuse),
            "withdraw": self._withdraw,
            "object": self._object,
            "settle": partial(self._answer_objection, upheld=False),
            "uphold": partial(self._answer_objection, upheld=True),
            "complete": self._complete,
            "appeal": self._appeal,
            "hear": self._hear,
            "take_up": self._take_up,
            "take_back": self._take_back,
            "recover": self._recover,
        }

    def tell(self, diary: Diary) -> None:
        """Act by act; the round itself searches, makes batches and pays."""
        pen = Pen(diary, f"{self.story.ref}:{self.round.name}", at(self.round.opens, 9))
        for verb, first, spread in FATES[self.told.round, self.told.fate]:
            pen.on(first + timedelta(days=pen.chance.randint(0, spread)), self.acts[verb])

    def _claim(self, session: Session) -> Claim:
        mine = (
            Claim.window_id == window_of(session, self.round).id,
            Claim.contract_id == self.scene.contract(session).id,
        )
        return session.scalars(select(Claim).where(*mine, Claim.role == PartyRole.BUYER)).one()

    def _keys(self, claim: Claim, verb: str) -> dict[str, Any]:
        return {"claim_id": claim.id, "revision": claim.revision, "once": self._once(verb), "base": BASE}

    def _once(self, verb: str) -> str:
        return f"demo:{self.story.ref}:{self.round.name}:{verb}"[:40]

    def _form(self) -> dict[str, Any]:
        number = number_of(self.story)
        return {
            "declared": True,
            "bank_name": BANKS[number % len(BANKS)],
            "bank_account": f"8001{number:012d}",
            "higher_level_aid": yuan_from_fen(self.told.aid),
        }

    def _apply(self, session: Session) -> None:
        form = self._form() | {"window_id": window_of(session, self.round).id, "role": PartyRole.BUYER}
        data = ApplyIn.model_validate(form | {"contract_id": self.scene.contract(session).id})
        keys: dict[str, Any] = {"data": data, "once": self._once("apply"), "base": BASE}
        applying.apply(session, self.scene.buyer, self.scene.cast.sealer, **keys)

    def _confirm(self, session: Session) -> None:
        claim, sealer = self._claim(session), self.scene.cast.sealer
        if self.told.aid:
            self._paper(session, claim, "aid", "上级补助文件")
        if claim.state is ClaimState.RETURNED:
            self._paper(session, claim, "statement", "补正说明")
        keys = self._keys(claim, f"confirm{claim.revision}")
        applying.confirm(session, self.scene.buyer, sealer, data=ClaimIn.model_validate(self._form()), **keys)

    def _paper(self, session: Session, claim: Claim, purpose: str, name: str) -> None:
        content = page(name, (claim.organisation.name, claim.contract.title))
        keys: dict[str, Any] = {"claim_id": claim.id, "purpose": purpose, "name": f"{name}.pdf", "content": content}
        applying.attach(session, self.scene.buyer, self.scene.cast.folder, **keys)

    def _review(self, verb: Callable[..., Claim], officer: Actor, session: Session) -> None:
        claim = self._claim(session)
        verb(session, officer, **self._keys(claim, verb.__name__))

    def _propose(self, session: Session) -> None:
        """Where payments came with numbers only, the officer has seen the originals."""
        claim = self._claim(session)
        seen = SEEN if evidence.unseen(session, claim) else ""
        reviewing.propose(session, self.first, originals=seen, **self._keys(claim, "propose"))

    def _turn_down(self, verb: Callable[..., Claim], session: Session) -> None:
        claim = self._claim(session)
        verb(session, self.first, reason=self.told.says, **self._keys(claim, verb.__name__))

    def _withdraw(self, session: Session) -> None:
        claim = self._claim(session)
        applying.withdraw(session, self.scene.buyer, reason=self.told.says, **self._keys(claim, "withdraw"))

    def _object(self, session: Session) -> None:
        claim, who = self._claim(session), Actor.visitor(VIA)
        contact = f"黎先生 1380000{number_of(self.story):04d}"
        voices.object_(session, who, claim_id=claim.id, text=self.told.says, contact=contact, base=BASE)

    def _answer_objection(self, session: Session, *, upheld: bool) -> None:
        """What the objection says is looked into first; where it is right, the contract's record says so too."""
        if upheld:
            number, found = self.scene.contract(session).id, RelatedIn(note=self.told.answer)
            confirm_related(session, self.second, contract_id=number, data=found)
        voices.answer_objection(
            session,
            self.second,
            voice_id=self._voice(session).id,
            upheld=upheld,
            answer=self.told.answer,
            then=ClaimState.REFUSED if upheld else None,
            once=self._once("answer"),
            base=BASE,
        )

    def _voice(self, session: Session) -> Voice:
        mine = Voice.claim_id == self._claim(session).id
        return session.scalars(select(Voice).where(mine).order_by(Voice.id.desc()).limit(1)).one()

    def _complete(self, session: Session) -> None:
        """The invoice that was forgotten is there now."""
        mine = (ContractPayment.contract_id == self.scene.contract(session).id, ContractPayment.invoice_no == "")
        row = session.scalars(select(ContractPayment).where(*mine).limit(1)).one()
        invoice = Paper("电子发票.pdf", page("电子发票", (f"{clock.today()} 补开", f"合同 {self.story.ref}")))
        complete_payment(session, self.scene.filer, payment_id=row.id, folder=self.scene.cast.folder, invoice=invoice)

    def _appeal(self, session: Session) -> None:
        keys: dict[str, Any] = {"claim_id": self._claim(session).id, "once": self._once("appeal"), "base": BASE}
        voices.appeal(session, self.scene.buyer, text=self.told.answer, **keys)

    def _hear(self, session: Session) -> None:
        voices.answer_appeal(
            session,
            self.second,
            voice_id=self._voice(session).id,
            upheld=True,
            answer="经核对，补开的发票载明合同编号，与银行回单一致，申诉成立，转入审核。",
            once=self._once("hear"),
            base=BASE,
        )

    def _back(self, session: Session) -> ClawBack:
        mine = ClawBack.claim_id == self._claim(session).id
        return session.scalars(select(ClawBack).where(mine).order_by(ClawBack.id.desc()).limit(1)).one()

    def _take_up(self, session: Session) -> None:
        taking_back.take_up(session, self.first, claw_back_id=self._back(session).id, once=self._once("take_up"))

    def _take_back(self, session: Session) -> None:
        taking_back.decide_claw_back(
            session,
            self.second,
            claw_back_id=self._back(session).id,
            confirmed=True,
            answer=self.told.answer,
            once=self._once("take_back"),
            base=BASE,
        )

    def _recover(self, session: Session) -> None:
        """All of it where the price was given back; so far a part where the registration was revoked."""
        row = self._back(session)
        fen = row.amount_fen if self.told.fate is Fate.PARTLY else row.amount_fen * CAME_BACK // 100
        taking_back.book_recovery(
            session,
            self.first,
            claw_back_id=row.id,
            amount_fen=fen,
            on=clock.today(),
            once=self._once("recover"),
            base=BASE,
        )
