"""Windows: the rounds in which claims are made, each under one policy version, and the budget behind them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.core.money import MAX_FEN
from matchmaker.subsidies import keys, ledger
from matchmaker.subsidies.access import require_office
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.models import LedgerEntry, PolicyVersion, Window
from matchmaker.subsidies.moving import LOCK, said
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.rules import Account, EntryKind
from matchmaker.subsidies.schemas import WindowIn


def open_window(session: Session, actor: Actor, *, data: WindowIn) -> Window:
    """Announce a round of claims. Officers only. A yearly total in the policy becomes its budget.

    Invalid when there is no such policy version, or it is not in force on the window's first day; Conflict when the
    version has a window in that year already.
    """
    require_office(actor)
    policy_row = session.get(PolicyVersion, data.policy_row_id)
    if policy_row is None:
        raise Invalid([Fault("policy_row_id", "there is no such policy version", str(data.policy_row_id))])
    policy = policy_of(policy_row)
    if not policy.valid_from <= data.opens_on <= (policy.valid_to or date.max):
        raise Invalid([Fault("opens_on", "the policy is not in force on that day", str(data.opens_on))])
    row = Window(**data.model_dump(), at=clock.now(), by=actor.name)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict(f"{policy.policy_id} {policy.version} has a window in {data.year} already") from None
    detail = {"policy": policy_row.id, "year": row.year, "days": [str(row.opens_on), str(row.closes_on)]}
    events = [audit.Event("subsidy.window", _subject(row), detail | {"limited": row.limited})]
    if policy.budget.yearly_total:
        text = f"{policy.policy_id} {policy.version}"
        events.append(_appropriate(session, actor, row, policy.budget.yearly_total, text=text, once=new_key()))
    audit.record(session, actor, events)
    return row


def set_budget(
    session: Session, actor: Actor, *, window_id: int, amount_fen: int, reason: str, once: str
) -> LedgerEntry | None:
    """Set what the window may give in all; the difference to what stood before is booked. Officers only.

    None when nothing changes. From now on the budget binds. Conflict when more than that is given or promised already.
    """
    require_office(actor)
    row = _held(session, window_id)
    content = {"amount_fen": amount_fen, "reason": reason}
    key, again = keys.take(session, actor, once=once, verb="set_budget", subject=_subject(row), content=content)
    if again:
        return session.get_one(LedgerEntry, key.result_id) if key.result_id is not None else None
    text = said("reason", reason)
    if not 0 <= amount_fen <= MAX_FEN:
        raise Invalid([Fault("amount", "an amount from 0 up", str(amount_fen))])
    before = ledger.balances(session, window_id=row.id)
    change = amount_fen + before[Account.APPROPRIATION]
    if -change > before[Account.AVAILABLE]:
        raise Conflict(f"only {spoken(before[Account.AVAILABLE])} are not given or promised yet")
    row.limited = True
    detail = {"budget_fen": [-before[Account.APPROPRIATION], amount_fen], "reason": text}
    events = [audit.Event("subsidy.budget", _subject(row), detail)]
    if change:
        events.append(_appropriate(session, actor, row, change, text=text, once=once))
        key.result_id = session.scalar(select(LedgerEntry.id).where(LedgerEntry.once == once))
    audit.record(session, actor, events)
    return session.get_one(LedgerEntry, key.result_id) if key.result_id is not None else None


def windows(session: Session) -> Sequence[Window]:
    """All windows with their policies, newest first; open to everybody."""
    statement = select(Window).options(joinedload(Window.policy)).order_by(Window.opens_on.desc(), Window.id.desc())
    return session.scalars(statement).all()


def window(session: Session, *, window_id: int) -> Window:
    """One window with its policy. NotFound when there is none."""
    found = session.get(Window, window_id, options=[joinedload(Window.policy)])
    if found is None:
        raise NotFound(f"no window {window_id}")
    return found


def open_windows(session: Session, day: date) -> Sequence[Window]:
    """The windows in which claims can be made on that day."""
    during = (Window.opens_on <= day, Window.closes_on >= day)
    return session.scalars(select(Window).where(*during).options(joinedload(Window.policy)).order_by(Window.id)).all()


def is_open(window: Window, day: date) -> bool:
    """Whether claims can be made in it on that day."""
    return window.opens_on <= day <= window.closes_on


def appropriate_as_needed(
    session: Session, actor: Actor, window: Window, *, lacking_fen: int, once: str
) -> audit.Event | None:
    """In a window whose budget does not bind, appropriate what a decision needs; the books then always balance."""
    if window.limited or lacking_fen <= 0:
        return None
    return _appropriate(session, actor, window, lacking_fen, text="本轮不设预算上限，按需追加", once=once)


def _appropriate(session: Session, actor: Actor, row: Window, fen: int, *, text: str, once: str) -> audit.Event:
    kind = EntryKind.BUDGET if fen > 0 else EntryKind.BUDGET_CUT
    booking = ledger.Booking(row.id, kind, abs(fen), text[:200], once)
    return ledger.told(ledger.book(session, actor, booking))


def _held(session: Session, window_id: int) -> Window:
    found = session.get(Window, window_id, with_for_update=LOCK, populate_existing=True)
    if found is None:
        raise NotFound(f"no window {window_id}")
    return found


def _subject(row: Window) -> str:
    return f"subsidy_window:{row.id}"
