"""What the worker does about claims without being asked: finds, reminds, lets go, opens claw-backs; each once."""

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import ContractState
from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.notifications.models import Notice
from matchmaker.subsidies import finding
from matchmaker.subsidies.models import Claim, ClawBack
from matchmaker.subsidies.rules import ClaimState, ClawBackReason
from tests.people import BASE
from tests.subsidies.place import CLOSED, OPEN, Place, day, make_place


def _town(sessions: sessionmaker[Session], **over: object) -> Place:
    with unit(sessions) as session, clock.pretend(OPEN):
        place = make_place(session)
        place.contract(**over)
    return place


def _claims(sessions: sessionmaker[Session]) -> list[Claim]:
    with reading(sessions) as session:
        rows = list(session.scalars(select(Claim).order_by(Claim.id)))
        session.expunge_all()
        return rows


def _told(sessions: sessionmaker[Session], text: str) -> int:
    with reading(sessions) as session:
        return len(session.scalars(select(Notice.id).where(Notice.text == text)).all())


def test_the_worker_finds_reminds_and_lets_go(sessions: sessionmaker[Session]) -> None:
    _town(sessions)
    with clock.pretend(day(2, 20)):
        assert finding.look(sessions, base=BASE) == 0
    with clock.pretend(OPEN):
        assert finding.look(sessions, base=BASE) == 1
        assert finding.look(sessions, base=BASE) == 0
    for moment, reminders in ((day(3, 20), 0), (day(3, 24), 1), (day(3, 26), 1), (day(3, 29), 2), (day(3, 31), 2)):
        with clock.pretend(moment):
            finding.look(sessions, base=BASE)
        assert _told(sessions, "subsidy.unconfirmed") == reminders
    assert _claims(sessions)[0].state is ClaimState.FOUND
    with clock.pretend(CLOSED):
        finding.look(sessions, base=BASE)
    (claim,) = _claims(sessions)
    assert claim.state is ClaimState.WITHDRAWN
    assert _told(sessions, "subsidy.lapsed") == 1


def test_a_change_of_a_contract_is_looked_at_the_same_day(sessions: sessionmaker[Session]) -> None:
    place = _town(sessions, state=ContractState.SUBMITTED)
    with clock.pretend(OPEN):
        assert finding.look(sessions, base=BASE) == 0
    with clock.pretend(day(3, 10).replace(hour=11)):
        with unit(sessions) as session:
            contract = session.scalars(select(Contract)).one()
            contract.state, contract.updated_at = ContractState.REGISTERED, clock.now()
        assert finding.look(sessions, base=BASE) == 1
    assert place.window.id == _claims(sessions)[0].window_id


def test_the_worker_opens_claw_backs_for_contracts_that_are_gone(sessions: sessionmaker[Session]) -> None:
    with unit(sessions) as session, clock.pretend(OPEN):
        place = make_place(session)
        gone, _stays = place.paid(), place.paid()
        gone.contract.state = ContractState.REVOKED
    with clock.pretend(day(6, 1)):
        assert finding.look(sessions, base=BASE) == 1
        assert finding.look(sessions, base=BASE) == 0
    with reading(sessions) as session:
        (row,) = session.scalars(select(ClawBack))
        assert (row.claim_id, row.reason) == (gone.id, ClawBackReason.REGISTRATION_REVOKED)
