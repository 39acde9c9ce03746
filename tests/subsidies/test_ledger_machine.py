"""Whatever is done to a window's money in whatever order: the books balance and nobody holds less than nothing."""

import contextlib
from collections.abc import Iterator
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from matchmaker.core import clock, migrate
from matchmaker.core.db import Base, make_engine, new_key
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.subsidies import correcting, ledger, paying, reviewing, taking_back
from matchmaker.subsidies.models import Claim
from matchmaker.subsidies.rules import Account, ClaimState, ClawBackReason, EntryKind
from tests.people import BASE
from tests.subsidies.place import AFTER_NOTICE, OPEN, WAN, Place, make_place

CLAIMS = 3
AMOUNTS = st.sampled_from([1, 3 * WAN, 5 * WAN, 20 * WAN])
WHICH = st.integers(min_value=0, max_value=CLAIMS - 1)
SEEN: set[EntryKind] = set()


@contextlib.contextmanager
def _refused() -> Iterator[None]:
    """What the verbs refuse is not what this is about."""
    with contextlib.suppress(Conflict, Forbidden, Invalid):
        yield


class Money(RuleBasedStateMachine):
    """Claims of one window that are approved, paid, reversed, taken back and recovered as it comes."""

    place: ClassVar[Place]
    claims: ClassVar[list[Claim]]

    @initialize()
    def start(self) -> None:
        self.session = self.place.session
        # All of one run is undone at its end, so that the next begins in the same place.
        self.run = self.session.begin_nested()
        self.days = clock.pretend(AFTER_NOTICE)
        self.days.__enter__()

    def teardown(self) -> None:
        if hasattr(self, "run"):
            self.run.rollback()
            self.days.__exit__(None, None, None)

    @rule(wan=st.sampled_from([20, 40, 60, 80]))
    def budget(self, wan: int) -> None:
        with _refused(), self.session.begin_nested():
            self.place.budget(wan * WAN)

    @rule(which=WHICH)
    def approve(self, which: int) -> None:
        with _refused(), self.session.begin_nested():
            self.place.do(reviewing.approve, self.claims[which], self.place.two)

    @rule(which=WHICH)
    def pay(self, which: int) -> None:
        with _refused(), self.session.begin_nested():
            if self.claims[which].batch_id is None:
                self.place.batch(self.claims[which])
            self.place.do(paying.mark_paid, self.claims[which], self.place.one, paid_on=AFTER_NOTICE.date())

    @rule(which=WHICH, fen=AMOUNTS)
    def take_back(self, which: int, fen: int) -> None:
        given = {"reason": ClawBackReason.FALSE_DECLARATION, "amount_fen": fen, "text": "不实"}
        with _refused(), self.session.begin_nested():
            row = taking_back.propose_claw_back(
                self.session, self.place.one, claim_id=self.claims[which].id, once=new_key(), base=BASE, **given
            )
            self._decide(row.id)

    def _decide(self, claw_back_id: int) -> None:
        given = {"confirmed": True, "answer": "属实", "once": new_key(), "base": BASE}
        taking_back.decide_claw_back(self.session, self.place.two, claw_back_id=claw_back_id, **given)

    @rule(fen=AMOUNTS)
    def recover(self, fen: int) -> None:
        for row in (one for claim in self.claims for one in claim.claw_backs):
            given = {"amount_fen": fen, "on": AFTER_NOTICE.date(), "once": new_key(), "base": BASE}
            with _refused(), self.session.begin_nested():
                taking_back.book_recovery(self.session, self.place.one, claw_back_id=row.id, **given)

    @rule(which=st.integers(min_value=1, max_value=40))
    def reverse(self, which: int) -> None:
        rows = ledger.entries(self.session, window_id=self.place.window.id)
        given = {"entry_id": rows[which % len(rows)].id, "reason": "误记", "once": new_key(), "base": BASE}
        with _refused(), self.session.begin_nested():
            correcting.reverse(self.session, self.place.two, **given)

    @invariant()
    def balanced(self) -> None:
        if not hasattr(self, "run"):
            return
        self.session.expire_all()
        SEEN.update(one.kind for one in ledger.entries(self.session, window_id=self.place.window.id))
        found = ledger.balances(self.session, window_id=self.place.window.id)
        assert sum(found.values()) == 0
        assert all(fen >= 0 for account, fen in found.items() if account is not Account.APPROPRIATION)
        for claim in self.claims:
            own = ledger.balances(self.session, claim_id=claim.id)
            held = sum(own[one] for one in (Account.COMMITTED, Account.PAID, Account.RECEIVABLE))
            assert 0 <= held <= claim.amount_fen
            assert (claim.state is ClaimState.PAID) == (own[Account.PAID] > 0)


@pytest.fixture(scope="module")
def _money() -> Iterator[None]:
    """One window with a claim paid, one approved and one shown, in memory; each run starts from here."""
    engine = make_engine("sqlite://")
    migrate.load_models()
    with Session(engine) as session:
        Base.metadata.create_all(session.connection())
        counters = Base.metadata.tables["change_counters"]
        session.execute(counters.insert(), [{"name": name, "value": 0} for name in ("audit", "listings")])
        with clock.pretend(OPEN):
            Money.place = make_place(session, budget=60 * WAN)
            amounts = [(number + 2) * 100 * WAN for number in range(CLAIMS)]
            made = (Money.place.paid, Money.place.approved, Money.place.shown)
            Money.claims = [make(total=fen) for make, fen in zip(made, amounts, strict=True)]
        yield
    engine.dispose()


def test_the_books_balance_whatever_happens(_money: None) -> None:
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=12,
            stateful_step_count=16,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # It would balance as well if nothing were ever booked.
    assert set(EntryKind) == SEEN
