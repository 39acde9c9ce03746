"""What happens when in the demo district, played in the order of time, and taken up again where a run was killed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.audit.models import AuditEntry
from matchmaker.core import clock, workdays
from matchmaker.core.unit import unit
from matchmaker.demo.year import LAST_DAY, SEED

# Entries with these names and this door are written by this play alone.
VIA = "demo"
PREFIXES = ("deal.", "contract.", "subsidy.")
# So many steps are one unit of work: few enough to lose, many enough not to wait for the disk.
AT_ONCE = 80
Sessions = sessionmaker[Session]
Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Step:
    """Something that happens at a moment. One that stands alone takes the sessions and makes units of its own."""

    moment: datetime
    run: Callable[[Session], object] | None = None
    alone: Callable[[Sessions], object] | None = None


@dataclass
class Diary:
    """The steps that were put down, in whatever order; what would happen after the last day is left out."""

    steps: list[Step] = field(default_factory=list)
    taken: set[datetime] = field(default_factory=set)

    def put(self, moment: datetime, run: Callable[[Session], object]) -> datetime:
        """Let this happen at the moment, or a few seconds later when something else does; returns the moment."""
        moment = self._free(moment)
        if moment <= LAST_DAY:
            self.steps.append(Step(moment, run=run))
        return moment

    def put_alone(self, moment: datetime, run: Callable[[Sessions], object]) -> None:
        """The same for what makes units of its own."""
        self.steps.append(Step(self._free(moment), alone=run))

    def _free(self, moment: datetime) -> datetime:
        while moment in self.taken:
            moment += timedelta(seconds=7)
        self.taken.add(moment)
        return moment


class Pen:
    """Puts down one story after another step; each lies on a working day after the one before."""

    def __init__(self, diary: Diary, name: str, moment: datetime) -> None:
        self.diary, self.chance, self.moment = diary, Random(f"{SEED}:{name}"), moment

    def after(self, days: tuple[int, int], run: Callable[[Session], object]) -> datetime:
        """So many days later, as chance has it between these two."""
        return self.on(self.moment.astimezone(clock.DISTRICT_ZONE).date() + timedelta(self.chance.randint(*days)), run)

    def on(self, day: date, run: Callable[[Session], object]) -> datetime:
        """On this day, or on the next working day; never before what was put down last."""
        self.moment = self.diary.put(max(self._hour(day), self.moment + timedelta(minutes=11)), run)
        return self.moment

    def _hour(self, day: date) -> datetime:
        while not workdays.is_workday(day):
            day += timedelta(days=1)
        at = time(self.chance.randint(9, 17), self.chance.randint(0, 59), self.chance.randint(0, 59))
        return datetime.combine(day, at, clock.DISTRICT_ZONE)


def last_moment(session: Session) -> datetime | None:
    """When the last step was that the log knows of; None before the first."""
    mine = or_(*(AuditEntry.action.startswith(prefix) for prefix in PREFIXES))
    return session.scalar(select(func.max(AuditEntry.at)).where(AuditEntry.via == VIA, mine))


def left(steps: Sequence[Step], last: datetime | None) -> list[Step]:
    """The steps after that moment, in the order of time."""
    ordered = sorted(steps, key=lambda step: step.moment)
    return [step for step in ordered if last is None or step.moment > last]


def play(sessions: Sessions, steps: Sequence[Step], *, tick: Tick) -> None:
    """Play the steps one after another, in units of `AT_ONCE`."""
    done = 0
    for chunk in _chunks(steps):
        alone = chunk[0].alone
        if alone is not None:
            with clock.pretend(chunk[0].moment):
                alone(sessions)
        else:
            _play_together(sessions, chunk)
        done += len(chunk)
        tick(done, len(steps))


def _play_together(sessions: Sessions, chunk: Sequence[Step]) -> None:
    with unit(sessions) as session:
        for step in chunk:
            if step.run is not None:
                with clock.pretend(step.moment):
                    step.run(session)


def _chunks(steps: Sequence[Step]) -> Iterator[list[Step]]:
    chunk: list[Step] = []
    for step in steps:
        if chunk and (step.alone is not None or len(chunk) >= AT_ONCE):
            yield chunk
            chunk = []
        chunk.append(step)
        if step.alone is not None:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
