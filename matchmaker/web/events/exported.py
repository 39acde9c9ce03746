"""Files that leave the house from the pages of events are written into the log, once they are made."""

from matchmaker.core.unit import unit
from matchmaker.exchange import exports
from matchmaker.web.parts import parts
from matchmaker.web.session import actor


def remember(what: str, form: str, *, event_id: int | None = None, **facts: int) -> None:
    """In a unit of its own after the drawing, so that nobody else waits for that."""
    with unit(parts().sessions) as session:
        exports.record(session, actor(), what=what, form=form, event_id=event_id, **facts)
