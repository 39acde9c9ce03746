"""Pages about events, for everybody, for participants, and for those who plan them."""

from matchmaker.web.events import (
    agenda,
    calendar,
    candidates,
    desk,
    guests,
    letters,
    outcomes,
    overview,
    own,
    pack,
    people,
    personal,
    printing,
    report,
    requests,
    timetable,
)
from matchmaker.web.events.door import blueprint

# Imported for the addresses they add to the blueprint.
PAGES = (
    *(calendar, overview, agenda, guests, people, own, personal, letters),
    *(candidates, requests, timetable, printing, desk, outcomes, report, pack),
)

__all__ = ["PAGES", "blueprint"]
