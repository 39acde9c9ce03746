"""What was paid on the demo district's contracts, and what came back."""

from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from matchmaker.contracts.paying import add_payment
from matchmaker.contracts.rules import PaymentKind
from matchmaker.contracts.schemas import Paper, PaymentIn
from matchmaker.core import clock
from matchmaker.core.money import wan_from_fen
from matchmaker.demo.cast import Scene
from matchmaker.demo.contracts import due_fen
from matchmaker.demo.diary import Pen
from matchmaker.demo.papers import page
from matchmaker.demo.stories import Written, number_of

# Nobody pays on the day of the signing itself.
SOONEST = 4


class MoneyTelling:
    """Puts the payments of one contract into the diary, beside its registration."""

    def __init__(self, scene: Scene, written: Written, pen: Pen) -> None:
        self.scene, self.story, self.written, self.pen = scene, scene.story, written, pen

    def tell(self, signed: datetime) -> None:
        """Some days before or after each is due; a royalty when its statement says what it brought."""
        day = signed.astimezone(clock.DISTRICT_ZONE).date()
        for place, due in enumerate(self.written.dues[: self.written.paid]):
            late = max(SOONEST, due.days + self.pen.chance.randint(-3, 9))
            paid = partial(self._pay, place, due.milestone, due_fen(self.written, place))
            self.pen.on(day + timedelta(days=late), paid)
        for place, (days, fen) in enumerate(self.written.statements, start=len(self.written.dues)):
            self.pen.on(day + timedelta(days=days), partial(self._pay, place, "提成结算", fen))
        if self.written.refund:
            self._back(self.written.turned)

    def _back(self, day: date | None) -> None:
        back = partial(self._pay, 9, "退回", self.written.refund)
        if day is not None:
            self.pen.on(day, back)
        else:
            self.pen.after((40, 60), back)

    def _pay(self, place: int, note: str, fen: int, session: Session) -> None:
        today, number = clock.today(), number_of(self.story) * 10 + place
        is_back = note == "退回"
        forgotten = self.written.no_invoice and place == self.written.paid - 1
        data = PaymentIn(
            kind=PaymentKind.REFUND if is_back else PaymentKind.PAYMENT,
            paid_on=today,
            amount=fen,
            invoice_no="" if forgotten or is_back else f"{today:%y}442000000{number:09d}",
            receipt_no=f"DEMO{today:%Y%m%d}{number:05d}",
            note=note,
        )
        add_payment(
            session,
            self.scene.filer,
            contract_id=self.scene.contract(session).id,
            data=data,
            folder=self.scene.cast.folder,
            invoice=self._scan("电子发票", data.invoice_no, fen) if data.invoice_no else None,
            receipt=self._scan("银行电子回单", data.receipt_no, fen),
        )

    def _scan(self, name: str, number: str, fen: int) -> Paper | None:
        """The paper, where this contract comes with scans."""
        if not self.written.scans:
            return None
        lines = (f"编号 {number}", f"金额 {wan_from_fen(fen)} 万元", f"合同 {self.story.ref}", self.written.title)
        return Paper(f"{name}.pdf", page(name, lines))
