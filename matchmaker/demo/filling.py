"""Fills an installation that has only the district's listings with people, events and a year of activity."""

import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.alerts import service as alerts
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit
from matchmaker.demo import office, people, year
from matchmaker.demo.beginnings import told_pairs
from matchmaker.demo.cast import sides_of
from matchmaker.demo.letters import forget_letters
from matchmaker.demo.stories import STORIES, read_stories
from matchmaker.events import queries as events
from matchmaker.events import service as event_service
from matchmaker.events.schemas import EventIn
from matchmaker.matching.live import LiveIndex


def is_filled(sessions: sessionmaker[Session]) -> bool:
    """Whether people, events and the year are there."""
    with reading(sessions) as session:
        return year.has_happened(session)


def fill(
    sessions: sessionmaker[Session],
    folder: Path,
    files_dir: Path,
    *,
    engine: LiveIndex | None = None,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """People, events from `folder`, the year, and what waits at its end, in one transaction: interrupted, nothing is
    there, and the next run does it all. Uploads go into `files_dir`; `engine` tells what the matches say. Returns how
    many steps the year took.
    """
    with unit(sessions) as session:
        with clock.pretend(year.FIRST_DAY):
            people.add_people(session)
        _add_events(session, folder / "events.jsonl")
        stories = read_stories(folder / STORIES)
        told = told_pairs(stories, sides_of(session, stories))
        played = year.play(session, engine=engine, told=told, tick=tick)
        office.leave_work(session, files_dir)
        alerts.skip_to_now(session)
        forget_letters(session)
        return played


def _add_events(session: Session, path: Path) -> None:
    operator = Actor.system("cli")
    if events.coming(session, operator, limit=1) or events.past(session, limit=1):
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        event_service.save_event(session, operator, data=EventIn.model_validate(json.loads(line)))
