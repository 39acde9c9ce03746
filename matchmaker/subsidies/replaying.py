"""Every decision ever made is made again from what was stored, and the books are held against the audit log."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.audit.models import AuditEntry
from matchmaker.core.errors import Invalid
from matchmaker.subsidies import decisions, ledger
from matchmaker.subsidies.engine import replay
from matchmaker.subsidies.facts import Outcome
from matchmaker.subsidies.models import Claim, Decision, LedgerEntry, PolicyVersion
from matchmaker.subsidies.policies import policy_of
from matchmaker.subsidies.rules import RESERVING

Tick = Callable[[int, int], None]
_AT_ONCE = 500
_OUTCOME = ("claim_id", "eligible", "base", "amount", "used_base", "higher_level_deducted", "reasons")


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was decided; `subject` such as "decision:12" or "entry:7"."""

    subject: str
    claim_id: int | None
    field: str
    stored: str
    now: str


def replay_all(session: Session, tick: Tick | None = None) -> Iterator[Difference]:
    """Everything that is not what it was, to the fen; nothing when all is as it was decided.

    Policies must have the text they were loaded with; every decision, also a superseded one, must come out the same
    from its stored inputs under its own policy version; what a claim grants must be what its decision gives; and every
    decision and ledger entry must be what the audit log recorded of it, with none missing and none besides.
    """
    yield from _policies(session)
    yield from _decisions(session, tick or _no_tick)
    yield from _claims(session)
    yield from _entries(session)


def _policies(session: Session) -> Iterator[Difference]:
    logged = _logged(session, "subsidy.policy")
    rows = session.scalars(select(PolicyVersion).order_by(PolicyVersion.id)).all()
    for row in rows:
        subject, right = f"policy:{row.id}", hashlib.sha256(row.text.encode()).hexdigest()
        recorded = logged.pop(f"subsidy_policy:{row.id}", {}).get("sha256", "")
        yield from _unless_same(
            subject, None, {"sha256": row.sha256, "text": recorded}, {"sha256": right, "text": right}
        )
    yield from (Difference(f"policy:{name.rpartition(':')[2]}", None, "row", "missing", "recorded") for name in logged)


def _decisions(session: Session, tick: Tick) -> Iterator[Difference]:
    logged = {int(one["decision"]): one for one in _details(session, "subsidy.decide")}
    total = session.scalar(select(func.count()).select_from(Decision)) or 0
    statement = select(Decision).options(joinedload(Decision.policy)).order_by(Decision.id)
    for done, row in enumerate(session.scalars(statement.execution_options(yield_per=_AT_ONCE)), start=1):
        yield from _decision(row, logged.pop(row.id, {}))
        if not done % _AT_ONCE or done == total:
            tick(done, total)
    yield from (Difference(f"decision:{one}", None, "row", "missing", "recorded") for one in logged)


def _decision(row: Decision, recorded: Mapping[str, Any]) -> Iterator[Difference]:
    subject = f"decision:{row.id}"
    try:
        then, now = Outcome.from_json(row.outcome), replay(policy_of(row.policy), row.inputs)
    except Invalid as error:
        yield Difference(subject, row.claim_id, "inputs", str(error), "")
        return
    yield from _unless_same(subject, row.claim_id, _facts(then), _facts(now))
    stored = {"eligible": row.eligible, "base_fen": row.base_fen, "amount_fen": row.amount_fen, "sha256": row.sha256}
    right = decisions.digest(row.policy, claim_id=row.claim_id, inputs=row.inputs, outcome=row.outcome)
    came_out = {"eligible": now.eligible, "base_fen": now.base, "amount_fen": now.amount, "sha256": right}
    yield from _unless_same(subject, row.claim_id, stored, came_out)
    yield from _unless_same(subject, row.claim_id, {"audit log": row.sha256}, {"audit log": recorded.get("sha256", "")})


def _claims(session: Session) -> Iterator[Difference]:
    """What the lists show as granted must be what the decision that holds gives."""
    statement = (
        select(Claim.id, Claim.amount_fen, Decision.amount_fen)
        .outerjoin(Decision, (Decision.claim_id == Claim.id) & Decision.superseded_at.is_(None))
        .where(Claim.state.in_(RESERVING), Claim.amount_fen != func.coalesce(Decision.amount_fen, -1))
        .order_by(Claim.id)
    )
    for claim_id, stored, right in session.execute(statement):
        yield Difference(f"claim:{claim_id}", claim_id, "amount_fen", str(stored), str(right))


def _entries(session: Session) -> Iterator[Difference]:
    logged = {int(one["entry"]): one for one in _details(session, "subsidy.book")}
    statement = select(LedgerEntry).order_by(LedgerEntry.id).execution_options(yield_per=_AT_ONCE)
    for row in session.scalars(statement):
        recorded = logged.pop(row.id, {})
        facts = ledger.facts_of(row)
        yield from _unless_same(f"entry:{row.id}", row.claim_id, facts, {name: recorded.get(name) for name in facts})
    yield from (Difference(f"entry:{one}", None, "row", "missing", "recorded") for one in logged)


def _facts(outcome: Outcome) -> dict[str, object]:
    return {name: getattr(outcome, name) for name in _OUTCOME}


def _unless_same(
    subject: str, claim_id: int | None, stored: Mapping[str, object], right: Mapping[str, object]
) -> Iterator[Difference]:
    for name, value in stored.items():
        if value != right[name]:
            yield Difference(subject, claim_id, name, str(value), str(right[name]))


def _details(session: Session, action: str) -> Iterator[dict[str, Any]]:
    """What the audit log recorded of one kind of action, oldest first."""
    yield from session.scalars(select(AuditEntry.detail).where(AuditEntry.action == action).order_by(AuditEntry.number))


def _logged(session: Session, action: str) -> dict[str, dict[str, Any]]:
    rows = select(AuditEntry.subject, AuditEntry.detail).where(AuditEntry.action == action)
    return {subject: detail for subject, detail in session.execute(rows.order_by(AuditEntry.number))}


def _no_tick(_done: int, _total: int) -> None:
    pass
