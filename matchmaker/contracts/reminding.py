"""Reminders: the seller must file while the contract is valid, and only the seller can. Each occasion is told once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from matchmaker.contracts.access import filing_role_of
from matchmaker.contracts.models import Contract, ContractStep
from matchmaker.contracts.rules import UNREGISTERED, ContractState
from matchmaker.contracts.telling import path_of
from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.unit import reading, unit
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell_organisation, tell_role

WEEK = timedelta(days=7)
# Days before the end of the validity.
WARNED = (30, 7)
# What ended longer ago, as in the lists of past years, is history.
RECENT = 60


@dataclass(frozen=True)
class Occasion:
    """Something to remind of, due since `since`; `key` says which one, so that it is told once."""

    text: str
    key: str
    since: date
    to_office: bool = False


def occasions(state: ContractState, *, since: date, valid_until: date | None, today: date) -> Iterator[Occasion]:
    """What is due today for a contract that has been in this state since `since`; the newest of each sort."""
    left = None if valid_until is None else (valid_until - today).days
    if state not in UNREGISTERED:
        return
    if left is not None and left < 0:
        if -left <= RECENT:
            ended = today + timedelta(days=left + 1)
            yield Occasion("contract.office_expired", f"expired:{valid_until}", ended, to_office=True)
        return
    weeks = (today - since) // WEEK
    if state is ContractState.SIGNED and weeks >= 1:
        yield Occasion("contract.file", f"file:{since}:{weeks}", since + weeks * WEEK)
    if state is ContractState.SUPPLEMENT and weeks >= 1:
        yield Occasion("contract.supplement_due", f"supplement:{since}", since + WEEK)
    # What is handed in waits for the registry, not for the seller.
    if state is not ContractState.SUBMITTED and left is not None and left <= max(WARNED):
        days = min(days for days in WARNED if left <= days)
        yield Occasion("contract.expiring", f"expiring:{days}:{valid_until}", today + timedelta(days=left - days))


def remind_sellers(sessions: sessionmaker[Session], *, base: str) -> int:
    """Remind the filing side of what is not handed in or not supplemented, the office of what ended unregistered.

    Rows say what is due, so a week without a running process is made up at the next look. Returns how many reminders
    went out, each to all people of a side.
    """
    today, told = clock.today(), 0
    with reading(sessions) as session:
        due = [row.id for row in session.execute(_waiting()) if _due(row, today)]
    for number in due:
        with unit(sessions) as session:
            told += _remind(session, number, today, base=base)
    return told


def _remind(session: Session, number: int, today: date, *, base: str) -> int:
    """Tell what is due of one contract, unless another process is at it or was just now."""
    row = session.execute(
        _waiting().where(Contract.id == number).with_for_update(skip_locked=True, of=Contract)
    ).one_or_none()
    fresh = _due(row, today) if row else []
    if not row or not fresh:
        return 0
    contract = session.get_one(Contract, number)
    told = sum(_tell(session, contract, one, days=(today - row.since).days, base=base) > 0 for one in fresh)
    contract.reminded_at = clock.now()
    return told


def _waiting() -> Select[int, ContractState, date | None, datetime | None, date]:
    """What is signed and not registered, with the day since which it is in its state."""
    steps = aliased(ContractStep)
    newest = select(func.max(steps.id)).where(steps.contract_id == Contract.id).correlate(Contract).scalar_subquery()
    columns = (Contract.id, Contract.state, Contract.valid_until, Contract.reminded_at)
    statement = select(*columns, ContractStep.happened_on.label("since")).join(ContractStep, ContractStep.id == newest)
    return statement.where(Contract.state.in_(UNREGISTERED)).order_by(Contract.id)


def _due(row: Row[int, ContractState, date | None, datetime | None, date], today: date) -> list[Occasion]:
    due = occasions(row.state, since=row.since, valid_until=row.valid_until, today=today)
    return [one for one in due if not _was_told(row.reminded_at, one)]


def _was_told(reminded_at: datetime | None, one: Occasion) -> bool:
    """Whether the last look was after the occasion came up; the notices' own key guards what this passes over."""
    return reminded_at is not None and reminded_at.astimezone(clock.DISTRICT_ZONE).date() >= one.since


def _tell(session: Session, contract: Contract, one: Occasion, *, days: int, base: str) -> int:
    """How many people are told; nobody hears of the same occasion twice."""
    until = contract.valid_until.isoformat() if contract.valid_until else "—"
    details = {"title": contract.title, "days": days, "until": until}
    once = f"contract:{contract.id}:{one.key}"
    role = filing_role_of(contract)
    filers = {party.organisation_id for party in contract.parties if party.role is role and party.organisation_id}
    kind = NoticeKind.TASK if one.to_office else NoticeKind.CONTRACT
    if one.to_office or not filers:
        # Whom the platform does not know the office has to call.
        news = News(kind, one.text, path_of(contract), once, details)
        return tell_role(session, news, role=Role.OFFICER, base=base)
    told = 0
    for organisation_id in sorted(filers):
        news = News(kind, one.text, path_of(contract), once, details, organisation_id)
        told += tell_organisation(session, news, organisation_id=organisation_id, base=base)
    return told
