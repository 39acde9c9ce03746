"""Policy versions: loaded as they are written, never changed, and read again for every decision made under them."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.subsidies.access import require_office
from matchmaker.subsidies.models import PolicyVersion
from matchmaker.subsidies.policy import Policy, load_policy, read_policy


def load_version(session: Session, actor: Actor, *, text: str) -> PolicyVersion:
    """Keep a version of a policy as it is written; the same text again returns the row that is there.

    For officers and the operator at the machine. Invalid names what is wrong in the text; Conflict when the version was
    loaded with another text before: a new text needs a new version, so that no old decision changes.
    """
    if not actor.is_system:
        require_office(actor)
    policy = load_policy(text)
    found = _known(session, policy)
    if found is None:
        row = _row(actor, policy, text)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            found = _known(session, policy)
        else:
            detail = {"policy": policy.policy_id, "version": policy.version, "sha256": row.sha256}
            audit.record(session, actor, [audit.Event("subsidy.policy", f"subsidy_policy:{row.id}", detail)])
            return row
    if found is None or found.sha256 != _sha256(text):
        raise Conflict(f"{policy.policy_id} {policy.version} is known with another text; give this one a new version")
    return found


def versions(session: Session) -> Sequence[PolicyVersion]:
    """All versions, newest first; open to everybody."""
    return session.scalars(select(PolicyVersion).order_by(PolicyVersion.id.desc())).all()


def version(session: Session, *, row_id: int) -> PolicyVersion:
    """One version. NotFound when there is none."""
    found = session.get(PolicyVersion, row_id)
    if found is None:
        raise NotFound(f"no policy version {row_id}")
    return found


def policy_of(row: PolicyVersion) -> Policy:
    """The policy that the row's text says."""
    return read_policy(row.text)


def _known(session: Session, policy: Policy) -> PolicyVersion | None:
    same = (PolicyVersion.policy_id == policy.policy_id, PolicyVersion.version == policy.version)
    return session.scalar(select(PolicyVersion).where(*same))


def _row(actor: Actor, policy: Policy, text: str) -> PolicyVersion:
    return PolicyVersion(
        policy_id=policy.policy_id,
        version=policy.version,
        title=(policy.title or "")[:200],
        text=text,
        sha256=_sha256(text),
        valid_from=policy.valid_from,
        valid_to=policy.valid_to,
        at=clock.now(),
        by=actor.name,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
