"""Links in letters: a secret that works once and only for a while."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.models import OneTimeToken
from matchmaker.accounts.rules import MemberRank, TokenPurpose
from matchmaker.core import clock

LIFE = {
    TokenPurpose.VERIFY: timedelta(hours=48),
    TokenPurpose.RESET: timedelta(hours=1),
    TokenPurpose.INVITE: timedelta(days=14),
}


def issue(
    session: Session,
    *,
    purpose: TokenPurpose,
    person_id: int,
    organisation_id: int | None = None,
    rank: MemberRank | None = None,
) -> str:
    """A fresh secret for the person; earlier ones for the same purpose and organisation stop working."""
    moment = clock.now()
    same = (
        OneTimeToken.person_id == person_id,
        OneTimeToken.purpose == purpose,
        OneTimeToken.organisation_id.is_(None)
        if organisation_id is None
        else OneTimeToken.organisation_id == organisation_id,
        OneTimeToken.used_at.is_(None),
    )
    session.execute(update(OneTimeToken).where(*same).values(used_at=moment))
    secret = secrets.token_urlsafe(32)
    session.add(
        OneTimeToken(
            digest=_digest(secret),
            purpose=purpose,
            person_id=person_id,
            organisation_id=organisation_id,
            rank=rank,
            created_at=moment,
            expires_at=moment + LIFE[purpose],
        )
    )
    return secret


def valid(session: Session, *, secret: str, purpose: TokenPurpose) -> OneTimeToken | None:
    """The unused, unexpired token behind the secret, locked until commit so that it is used once."""
    statement = select(OneTimeToken).where(OneTimeToken.digest == _digest(secret), OneTimeToken.purpose == purpose)
    token = session.scalar(statement.with_for_update())
    usable = token is not None and token.used_at is None and token.expires_at > clock.now()
    return token if usable else None


def use(token: OneTimeToken) -> None:
    """It works once."""
    token.used_at = clock.now()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
