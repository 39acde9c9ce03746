"""Reading saved searches."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.alerts.models import SavedSearch
from matchmaker.core.actor import Actor


def saved_searches(session: Session, actor: Actor) -> Sequence[SavedSearch]:
    """The actor's own searches that still run, newest first."""
    mine = (SavedSearch.person_id == actor.person_id, SavedSearch.ended_at.is_(None))
    return session.scalars(select(SavedSearch).where(*mine).order_by(SavedSearch.id.desc())).all()
