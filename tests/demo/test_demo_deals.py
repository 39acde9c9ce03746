"""The demo district's deals, contracts and claims: as they are written down, in the order of time, and only once."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit.models import AuditEntry
from matchmaker.audit.queries import first_broken
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import ContractState
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.migrate import upgrade
from matchmaker.core.unit import reading
from matchmaker.deals.models import Deal
from matchmaker.deals.rules import OVER
from matchmaker.demo import filling
from matchmaker.demo.claims import FATES
from matchmaker.demo.rounds import ROUNDS, SPRING
from matchmaker.demo.stories import Fate
from matchmaker.demo.year import LAST_DAY
from matchmaker.mail.models import OutgoingMail
from matchmaker.notifications.models import Notice
from matchmaker.subsidies import ledger
from matchmaker.subsidies.models import Claim, PolicyVersion, Window
from matchmaker.subsidies.replaying import replay_all
from matchmaker.subsidies.rules import Account
from tests.demo import small
from tests.demo.test_demo import FOLDER
from tests.demo.test_demo import furnish as furnish_year

Sessions = sessionmaker[Session]
# What a claim is in the end where its fate is not called the same.
ENDS = {
    Fate.CONTESTED: "paid",
    Fate.UPHELD: "refused",
    Fate.MENDED: "paid",
    Fate.APPEALED: "paid",
    Fate.PARTLY: "paid",
    Fate.DOUBTED: "notice",
}


def made(folder: Path) -> Sessions:
    """An empty database in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = make_engine(f"sqlite:///{folder / 'demo.db'}")
    upgrade(engine)
    return make_sessions(engine)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    """Every fate and every state, played from beginning to end."""
    folder = tmp_path_factory.mktemp("played")
    sessions, stories = made(folder), small.of_every_fate() + small.of_every_state()
    small.furnish(sessions, stories)
    small.business(sessions, small.written(folder, stories)).play()
    yield sessions
    sessions.kw["bind"].dispose()


@pytest.fixture
def session(played: Sessions) -> Iterator[Session]:
    with reading(played) as opened:
        yield opened


def claim_of(session: Session, number: int, version: str) -> Claim:
    mine = (Contract.own_number == f"T-{number:03}", PolicyVersion.version == version)
    joined = select(Claim).join(Contract, Contract.id == Claim.contract_id).join(Window).join(PolicyVersion)
    return session.scalars(joined.where(*mine)).one()


def story(sessions: Sessions) -> list[tuple[datetime, str, str]]:
    with reading(sessions) as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.number))
        return [(row.at, row.action, row.subject) for row in rows if row.via in ("demo", "worker")]


def dies_after(part: int) -> Callable[[int, int], None]:
    """A tick that stops the play when so small a part of it is done."""

    def tick(done: int, total: int) -> None:
        if done > total // part:
            raise KeyboardInterrupt

    return tick


def test_every_claim_comes_to_its_fate_under_the_version_of_its_round(session: Session) -> None:
    versions = {one.name: one.version for one in ROUNDS.values()}
    found = {key: claim_of(session, number, versions[key[0]]).state.value for number, key in enumerate(FATES, start=1)}
    # What nobody confirmed in time the platform itself lets go.
    expected = {key: ENDS.get(key[1], key[1].value) for key in FATES} | {("spring", Fate.FOUND): "withdrawn"}
    assert found == expected


def test_two_officers_share_every_claim_that_was_granted(session: Session) -> None:
    for claim in session.scalars(select(Claim).where(Claim.state.in_(("approved", "paid", "clawed_back")))):
        took = {step.after.value: step.person_id for step in claim.steps}
        assert took["proposed"] != took["approved"] != took.get("paid", took["proposed"])


def test_money_that_was_given_back_is_taken_back(session: Session) -> None:
    numbers = {fate: number for number, (in_round, fate) in enumerate(FATES, start=1) if in_round == SPRING.name}
    partly = ledger.balances(session, claim_id=claim_of(session, numbers[Fate.PARTLY], "2023").id)
    revoked = ledger.balances(session, claim_id=claim_of(session, numbers[Fate.CLAWED_BACK], "2023").id)
    # 5 % of 400,000 yuan, and of the 300,000 that are left; of what was revoked 60 % came back so far.
    assert (partly[Account.PAID], partly[Account.RECEIVABLE]) == (15_000_00, 0)
    assert (revoked[Account.PAID], revoked[Account.RECEIVABLE]) == (0, 8_000_00)


def test_contracts_stand_in_every_state_with_those_of_the_years_before(session: Session) -> None:
    assert set(session.scalars(select(Contract.state))) == set(ContractState)
    taken_in = session.scalars(select(Contract).where(Contract.source_ref.is_not(None))).all()
    assert [one.registered_on for one in taken_in] == [date(2024, 4, 1)] * 2


def test_a_change_keeps_what_the_contract_was_worth_before(session: Session) -> None:
    changed = session.scalars(select(Contract).where(Contract.state == ContractState.CHANGED)).one()
    assert [row.total_fen for row in changed.amounts] == [400_000_00, 500_000_00]


def test_days_follow_each_other(session: Session) -> None:
    for one in session.scalars(select(Contract).where(Contract.deal_id.is_not(None))):
        assert one.deal is not None and one.matched_on is not None
        days = [one.matched_on, one.signed_on, one.registered_on]
        known = [day for day in days if day is not None]
        assert known == sorted(known)
        assert one.created_at >= one.deal.created_at
        assert all(one.signed_on is not None and row.paid_on > one.signed_on for row in one.payments)


def test_decisions_come_out_the_same_and_the_log_is_whole(session: Session) -> None:
    assert list(replay_all(session)) == []
    assert first_broken(session) is None


def test_it_happens_in_the_order_of_time_and_nobody_gets_its_letters_today(played: Sessions) -> None:
    moments = [moment for moment, _action, _subject in story(played)]
    assert moments == sorted(moments)
    assert moments[-1] <= LAST_DAY
    with reading(played) as session:
        assert session.scalars(select(OutgoingMail.id).where(OutgoingMail.sent_at.is_(None))).all() == []


def test_a_killed_run_goes_on_to_the_same_end(tmp_path: Path) -> None:
    stories, told = small.of_every_fate()[1:4] + small.of_every_state()[-2:], []
    for name in ("whole", "killed"):
        sessions = made(tmp_path / name)
        small.furnish(sessions, stories)
        play = small.business(sessions, small.written(tmp_path / name, stories))
        for part in (3, 2) if name == "killed" else ():
            with pytest.raises(KeyboardInterrupt):
                play.play(tick=dies_after(part))
            assert not play.has_happened()
        play.play()
        assert play.has_happened() and play.play() == 0
        told.append(story(sessions))
        sessions.kw["bind"].dispose()
    assert told[0] == told[1]


def test_it_plays_on_either_database(sessions: Sessions, tmp_path: Path) -> None:
    """Among organisations with a year behind them: further deals come of what they agreed to."""
    furnish_year(sessions)
    filling.fill(sessions, FOLDER, tmp_path)
    play = small.business(sessions, small.written(tmp_path, []))
    play.play()
    assert play.has_happened()
    with reading(sessions) as session:
        deals = session.scalars(select(Deal)).all()
        assert max(Counter((deal.buyer_id, deal.seller_id) for deal in deals).values()) == 1
        assert {deal.origin.value for deal in deals} == {"introduction"}
        assert all(deal.next_on is None for deal in deals if deal.stage in OVER)
        # What waits at the end of the year nobody has read yet.
        unread = session.scalars(select(Notice.created_at).where(Notice.read_at.is_(None))).all()
        assert max(unread) == LAST_DAY


def test_a_story_whose_listings_are_not_there_is_left_out(sessions: Sessions, tmp_path: Path) -> None:
    stories = [*small.of_every_fate()[1:3], small.tale(4) | {"need": "nowhere"}]
    small.furnish(sessions, stories[:2])
    small.business(sessions, small.written(tmp_path, stories)).play()
    with reading(sessions) as session:
        dealt = select(Contract.own_number).where(Contract.deal_id.is_not(None))
        assert sorted(session.scalars(dealt)) == ["T-002", "T-003"]
        states = session.scalars(select(Claim.state).where(Claim.amount_fen > 0)).all()
        assert (states, list(replay_all(session))) == (["paid", "paid"], [])
