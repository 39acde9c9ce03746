"""The demo district's three rounds of the subsidy: announced, given a budget, searched, and paid in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.money import FEN_PER_WAN
from matchmaker.demo.cast import Cast
from matchmaker.demo.diary import Diary, Sessions
from matchmaker.demo.papers import page
from matchmaker.demo.year import BASE
from matchmaker.exchange import payment_files
from matchmaker.subsidies import finding, paying, policies, windows
from matchmaker.subsidies.models import Claim, PaymentBatch, PolicyVersion, Window
from matchmaker.subsidies.rules import ClaimState
from matchmaker.subsidies.schemas import WindowIn

POLICIES = Path(__file__).resolve().parents[2] / "seed_data" / "policies"
YEAR = 2026


def day(month: int, number: int) -> date:
    """That day of the year of all rounds."""
    return date(YEAR, month, number)


@dataclass(frozen=True)
class Round:
    """One round: under which policy, when, with how much, and on which days the office pays: batch, then payment."""

    name: str
    policy: str
    version: str
    title: str
    opens: date
    closes: date
    loaded: date
    announced: date
    budget_fen: int
    reason: str
    looks: tuple[date, ...]
    batches: tuple[tuple[date, date], ...] = ()


SPRING = Round(
    name="spring",
    policy="nh-techdeal-2023",
    version="2023",
    title="2026 年春季技术合同交易扶持",
    opens=day(3, 1),
    closes=day(3, 31),
    loaded=day(1, 12),
    announced=day(2, 2),
    budget_fen=200 * FEN_PER_WAN,
    reason="区级科技专项 2026 年度预算，按 2025 年登记合同测算",
    looks=(day(3, 1), day(3, 12), day(3, 24), day(3, 30), day(4, 1), day(7, 15), day(8, 19)),
    batches=((day(5, 18), day(5, 27)), (day(6, 15), day(6, 24))),
)
# Under a version of its own, as every round of a year is; it has closed, so that its claims may be shown.
SUMMER = Round(
    name="summer",
    policy="nh-techdeal-2026-trial",
    version="2026-trial",
    title="2026 年九月技术合同交易扶持（示例首轮）",
    opens=day(9, 1),
    closes=day(9, 30),
    loaded=day(7, 20),
    announced=day(8, 10),
    budget_fen=60 * FEN_PER_WAN,
    reason="首轮试行的专项资金",
    looks=(),
)
AUTUMN = Round(
    name="autumn",
    policy="nh-techdeal-2026",
    version="2026-example",
    title="2026 年秋季技术合同交易扶持（示例版本试行）",
    opens=day(11, 1),
    closes=day(12, 15),
    loaded=day(9, 21),
    announced=day(10, 12),
    budget_fen=70 * FEN_PER_WAN,
    reason="秋季批次按专项资金余额核定，年度总额的其余部分留作次年",
    looks=(day(11, 1), day(11, 9), day(11, 16), day(11, 20)),
)
ROUNDS = {one.name: one for one in (SPRING, SUMMER, AUTUMN)}


def at(when: date, hour: int, minute: int = 0) -> datetime:
    """A moment of the district."""
    return datetime.combine(when, time(hour, minute), clock.DISTRICT_ZONE)


def tell(diary: Diary, cast: Cast, rounds: Sequence[Round] = (SPRING, SUMMER, AUTUMN)) -> None:
    """Put what the office does for a whole round into the diary; single claims are told in `claims`."""
    for one in rounds:
        diary.put(at(one.loaded, 10, 20), partial(_load, cast, one))
        diary.put(at(one.announced, 9, 30), partial(_announce, cast, one))
        diary.put(at(one.announced, 9, 50), partial(_budget, cast, one))
        for when in one.looks:
            diary.put_alone(at(when, 7, 30), _look)
        for number, (made, paid) in enumerate(one.batches, start=1):
            diary.put(at(made, 14, 10), partial(_batch, cast, one, number))
            diary.put(at(made, 14, 40), partial(_hand_over, cast, one, number))
            diary.put(at(paid, 10, 30), partial(_pay, cast, one, number))


def window_of(session: Session, one: Round) -> Window:
    """The round's window."""
    version = (PolicyVersion.version == one.version, Window.year == YEAR)
    return session.scalars(select(Window).join(PolicyVersion).where(*version)).one()


def _look(sessions: Sessions) -> None:
    finding.look(sessions, base=BASE)


def _load(cast: Cast, one: Round, session: Session) -> None:
    text = (POLICIES / f"{one.policy}.yaml").read_text(encoding="utf-8")
    policies.load_version(session, cast.officers[0], text=text)


def _announce(cast: Cast, one: Round, session: Session) -> None:
    row = session.scalars(select(PolicyVersion).where(PolicyVersion.version == one.version)).one()
    data = WindowIn(policy_row_id=row.id, year=YEAR, title=one.title, opens_on=one.opens, closes_on=one.closes)
    windows.open_window(session, cast.officers[0], data=data)


def _budget(cast: Cast, one: Round, session: Session) -> None:
    row = window_of(session, one)
    keys = {"reason": one.reason, "once": f"demo:{one.name}:budget"}
    windows.set_budget(session, cast.officers[1], window_id=row.id, amount_fen=one.budget_fen, **keys)


def _batch(cast: Cast, one: Round, number: int, session: Session) -> None:
    """Everything that is approved by now and in no batch yet."""
    row = window_of(session, one)
    waiting = (Claim.window_id == row.id, Claim.state == ClaimState.APPROVED, Claim.batch_id.is_(None))
    claims = list(session.scalars(select(Claim.id).where(*waiting)))
    if claims:
        keys: dict[str, Any] = {"window_id": row.id, "claim_ids": claims, "once": f"demo:{one.name}:batch{number}"}
        paying.make_batch(session, cast.officers[0], **keys)


def _hand_over(cast: Cast, one: Round, number: int, session: Session) -> None:
    if (batch := _made(session, one, number)) is not None:
        keys: dict[str, Any] = {"batch_id": batch.id, "purpose": "送市财政支付系统", "target": BytesIO()}
        payment_files.save_pack(session, cast.officers[0], cast.sealer, cast.folder, **keys)


def _pay(cast: Cast, one: Round, number: int, session: Session) -> None:
    """Each claim of the batch is paid, by another officer than who approved it, with the slip."""
    batch = _made(session, one, number)
    for entry in batch.claims if batch else ():
        claim = session.get_one(Claim, entry["id"])
        approved = [step.person_id for step in claim.steps if step.after is ClaimState.APPROVED]
        officer = next(each for each in cast.officers if each.person_id != approved[-1])
        slip = page("财政国库支付回单", (claim.organisation.name, f"批次 {number}", f"申报编号 {claim.id}"))
        kept = paying.keep_receipt(session, officer, cast.folder, claim_id=claim.id, name="支付回单.pdf", content=slip)
        paying.mark_paid(
            session,
            officer,
            claim_id=claim.id,
            revision=claim.revision,
            paid_on=clock.today(),
            file_id=kept.id,
            once=f"demo:{one.name}:paid:{claim.id}",
            base=BASE,
        )


def _made(session: Session, one: Round, number: int) -> PaymentBatch | None:
    same = (PaymentBatch.window_id == window_of(session, one).id, PaymentBatch.number == number)
    return session.scalar(select(PaymentBatch).where(*same))
