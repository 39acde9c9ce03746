"""Finding the organisation that a deal by hand is with."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid

MOST_NAMED = 5
_SHORTEST = 2


def find_organisation(session: Session, actor: Actor, *, text: str, field: str) -> int:
    """Whom the words name: by its code or its whole name; for staff also by a part of the name that only one has.

    Invalid names `field`: nobody is called so, or several are, who are then listed (to staff only).
    """
    wanted = text.strip()
    exact = or_(Organisation.uscc == wanted.upper(), Organisation.name == wanted)
    found = session.scalar(select(Organisation.id).where(exact).limit(1))
    if found is not None:
        return found
    named = []
    if actor.is_staff and actor.acting_for is None and len(wanted) >= _SHORTEST:
        like = Organisation.name.icontains(wanted, autoescape=True)
        statement = select(Organisation.id, Organisation.name).where(like).order_by(Organisation.name)
        named = [(number, name) for number, name in session.execute(statement.limit(MOST_NAMED + 1))]
    if len(named) == 1:
        return named[0][0]
    names = "、".join(name for _number, name in named[:MOST_NAMED])
    raise Invalid([Fault(field, f"several: {names}" if named else "nobody is called so", wanted)])
