"""What a participant carries: the short code on the badge, and the personal link, which opens without a login.

The code finds somebody at the desk and opens nothing. The link is signed, and ends when `link_version` is raised.
"""

import secrets

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core.errors import NotFound
from matchmaker.participants.models import Participant

# Without letters and digits that are taken for each other when read aloud or typed.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 5
SALT = "participant"


def new_badge(session: Session, *, event_id: int) -> str:
    """A code that nobody at this event has."""
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        mine = (Participant.event_id == event_id, Participant.badge == code)
        if session.scalar(select(Participant.id).where(*mine)) is None:
            return code


def link_token(secret_key: str, participant: Participant) -> str:
    """What stands in the participant's personal address."""
    return URLSafeSerializer(secret_key, SALT).dumps([participant.key, participant.link_version])


def participant_of(session: Session, *, secret_key: str, token: str) -> Participant:
    """Whose link this is. NotFound when it was made up, revoked, or its person no longer comes."""
    try:
        key, version = URLSafeSerializer(secret_key, SALT).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise NotFound("no such link") from None
    found = session.scalar(select(Participant).where(Participant.key == str(key)))
    if found is None or found.link_version != version or found.left_at is not None:
        raise NotFound("no such link")
    return found
