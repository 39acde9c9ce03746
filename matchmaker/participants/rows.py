"""Finding an organisation's one row at an event, and making it when there is none."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.core import clock
from matchmaker.events.models import Event
from matchmaker.participants.models import Registration
from matchmaker.participants.rules import RegistrationSource, RegistrationState
from matchmaker.participants.schemas import ArrivalIn


def registration_of(session: Session, *, event_id: int, organisation_id: int) -> Registration | None:
    """The organisation's one row at the event, if it has one."""
    mine = (Registration.event_id == event_id, Registration.organisation_id == organisation_id)
    return session.scalar(select(Registration).where(*mine).execution_options(populate_existing=True))


def nameless(session: Session, *, event_id: int, uscc: str, name: str) -> Registration | None:
    """The row of a firm that came onto the list without an account: by its code, or by its name where no code says
    otherwise.
    """
    unknown = (Registration.event_id == event_id, Registration.organisation_id.is_(None))
    same = Registration.name == name
    if uscc:
        same = or_(Registration.uscc == uscc, and_(Registration.name == name, Registration.uscc == ""))
    statement = select(Registration).where(*unknown, same).order_by(Registration.uscc.desc(), Registration.id)
    return session.scalars(statement.limit(1)).first()


def row_of(session: Session, *, event_id: int, organisation: Organisation) -> Registration | None:
    """The organisation's row. One that was made before it had an account becomes its own from now on."""
    row = registration_of(session, event_id=event_id, organisation_id=organisation.id)
    if row is None:
        row = nameless(session, event_id=event_id, uscc=organisation.uscc, name=organisation.name)
        if row is not None:
            row.organisation = organisation
            row.name, row.uscc, row.town = organisation.name, organisation.uscc, organisation.town
            session.flush()
    return row


def new_row(session: Session, event: Event, organisation: Organisation, *, source: RegistrationSource) -> Registration:
    """The organisation on the event's list, as its name is today."""
    data = ArrivalIn(name=organisation.name, uscc=organisation.uscc, organisation_id=organisation.id)
    return new_arrival(session, event, data.model_copy(update={"town": organisation.town}), source=source)


def new_arrival(session: Session, event: Event, data: ArrivalIn, *, source: RegistrationSource) -> Registration:
    """A firm on the event's list, with or without an account."""
    moment = clock.now()
    row = Registration(
        event=event,
        organisation_id=data.organisation_id,
        name=data.name,
        uscc=data.uscc,
        town=data.town,
        state=RegistrationState.LISTED,
        source=source,
        need_text=data.need_text,
        offer_text=data.offer_text,
        note=data.note,
        created_at=moment,
        updated_at=moment,
    )
    session.add(row)
    session.flush()
    return row
