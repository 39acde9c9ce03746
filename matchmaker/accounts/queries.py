"""Reading the registry."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation


def ids_by_uscc(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Organisation ids for those of the given codes that are registered."""
    statement = select(Organisation.uscc, Organisation.id).where(Organisation.uscc.in_(set(codes)))
    return {code: number for code, number in session.execute(statement)}


def ids_in_towns(session: Session, towns: Iterable[str]) -> set[int]:
    """Ids of the organisations that are in one of these towns now."""
    return set(session.scalars(select(Organisation.id).where(Organisation.town.in_(set(towns)))))
