"""What matching says of two listings on a day of the demo, from the same inbox that the pages ask."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.introductions import inbox
from matchmaker.matching.live import LiveIndex


def said_of(
    session: Session, actor: Actor, engine: LiveIndex | None, *, listing_id: int, other_id: int
) -> dict[str, Any]:
    """What the one who asks sees of this match; nothing without an index, or where the inbox does not show it."""
    if engine is None:
        return {}
    return inbox.evidence(session, actor, engine, listing_id=listing_id, other_id=other_id)
