"""Deals that stand still surface by themselves: whoever looks after them and both sides are told."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Membership
from matchmaker.core import clock
from matchmaker.core.unit import unit
from matchmaker.deals.models import Deal
from matchmaker.deals.queries import stalls
from matchmaker.deals.rules import REMIND_EVERY
from matchmaker.deals.telling import news_of_standing_still
from matchmaker.notifications import service as notifications


def remind_stalled(sessions: sessionmaker[Session], *, base: str) -> int:
    """Tell of every deal that stands still, at most once a day each; returns of how many.

    Told again after `REMIND_EVERY`, and anew when something has happened since and it stands still once more. Rows say
    what is due, so that a day without a running process is made up at the next look.
    """
    moment = clock.now()
    with unit(sessions) as session:
        due = select(Deal).where(stalls(clock.today()), _untold(moment)).order_by(Deal.id)
        rows = session.scalars(due.with_for_update(skip_locked=True)).all()
        for row in rows:
            row.reminded_at = moment
            news = news_of_standing_still(row, clock.today().isoformat())
            notifications.tell(session, [news], people=_people(session, row), base=base)
        return len(rows)


def _untold(moment: datetime) -> ColumnElement[bool]:
    touched = and_(Deal.updated_at > Deal.reminded_at, Deal.reminded_at <= moment - timedelta(days=1))
    return or_(Deal.reminded_at.is_(None), touched, Deal.reminded_at <= moment - REMIND_EVERY)


def _people(session: Session, deal: Deal) -> set[int]:
    houses = (deal.buyer_id, deal.seller_id)
    members = select(Membership.person_id).where(Membership.organisation_id.in_(houses), Membership.left_at.is_(None))
    return set(session.scalars(members)) | ({deal.owner_id} if deal.owner_id is not None else set())
