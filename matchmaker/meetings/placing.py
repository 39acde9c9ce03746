"""What is in the way of one meeting among others: the rules of a timetable, looked at one place at a time. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum

from matchmaker.core.errors import Conflict
from matchmaker.events.timetable.shapes import Instance, Meeting


class Clash(StrEnum):
    """What is in the way of a meeting; the pages say it in words."""

    ABSENT = "absent"
    CLOSED = "closed"
    LOCKED = "locked"
    TABLE = "table_taken"
    FIXED_TABLE = "fixed_table"
    BUSY = "participant_busy"
    AWAY = "away"
    MAXIMUM = "maximum"
    NEVER = "never"
    MET = "met_already"
    RESOURCE = "resource"


Found = tuple[Clash, tuple[str, ...]]


class Blocked(Conflict):
    """A meeting cannot be where it is wanted. `faults` are (code, names of the people or the resource in the way).

    The codes are `Clash`'s: absent (somebody no longer comes), closed (the time or the table is over or given up),
    locked, table_taken, fixed_table (sits elsewhere), participant_busy, away, maximum, never, met_already (the two
    organisations meet through others), resource.
    """

    def __init__(self, faults: list[tuple[str, tuple[str, ...]]]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{code}: {', '.join(names)}" for code, names in faults))


class Board:
    """Meetings as they stand, quick to ask where another one may go.

    A pair that the instance does not know is of two organisations that have met already (`instances.instance_of`).
    """

    def __init__(self, instance: Instance, meetings: Iterable[Meeting]) -> None:
        self.instance = instance
        self._people = {one.id: one for one in instance.participants}
        self._needs = {(pair.a, pair.b): pair.needs for pair in instance.pairs}
        self._by_slot: dict[str, list[Meeting]] = defaultdict(list)
        self._total: Counter[str] = Counter()
        self._met: Counter[frozenset[str]] = Counter()
        for one in meetings:
            self._by_slot[one.slot].append(one)
            self._total.update((one.a, one.b))
            self._met[self._homes(one)] += 1

    def clashes(
        self, one: Meeting, *, without: Collection[Meeting] = (), beside: Collection[Meeting] = ()
    ) -> list[Found]:
        """What keeps this meeting from standing among the others, but for `without`, and with those of `beside`."""
        gone = tuple((Clash.ABSENT, (who,)) for who in (one.a, one.b) if who not in self._people)
        if gone:
            return list(gone)
        if one.slot not in self.instance.slots or one.table not in self.instance.tables:
            return [(Clash.CLOSED, ())]
        others = [each for each in self._by_slot[one.slot] if each not in without]
        others += [each for each in beside if each.slot == one.slot]
        found = [*self._place(one, others), *self._time(one, others), *self._pair(one, without, beside)]
        return [*found, *self._resources(one, others)]

    def free_table(self, one: Meeting, *, without: Collection[Meeting] = ()) -> str | None:
        """A table for the meeting's slot: the people's own one, else the one it has, else the first free one.

        Somebody else's booth is none; a hand may put a meeting there all the same.
        """
        own = [who.table for key in (one.a, one.b) if (who := self._people.get(key)) and who.table]
        if own:
            return own[0]
        taken = {each.table for each in self._by_slot[one.slot] if each not in without}
        booths = self.instance.booths
        free = [table for table in self.instance.tables if table not in taken and table not in booths]
        return one.table if one.table in free else next(iter(free), None)

    def at(self, slot: str, table: str) -> Meeting | None:
        """The meeting that stands there."""
        return next((one for one in self._by_slot[slot] if one.table == table), None)

    def _place(self, one: Meeting, others: list[Meeting]) -> Iterator[Found]:
        for each in others:
            if each.table == one.table:
                yield Clash.TABLE, (each.a, each.b)
        for who in (one.a, one.b):
            if self._people[who].table not in (None, one.table):
                yield Clash.FIXED_TABLE, (who,)

    def _time(self, one: Meeting, others: list[Meeting]) -> Iterator[Found]:
        for who in (one.a, one.b):
            if any(who in (each.a, each.b) for each in others):
                yield Clash.BUSY, (who,)
            available = self._people[who].available
            if available is not None and one.slot not in available:
                yield Clash.AWAY, (who,)

    def _pair(self, one: Meeting, without: Collection[Meeting], beside: Collection[Meeting]) -> Iterator[Found]:
        total, met = self._total.copy(), self._met.copy()
        for group, sign in ((without, -1), (beside, 1)):
            for each in group:
                met[self._homes(each)] += sign
                for who in (each.a, each.b):
                    total[who] += sign
        for who in (one.a, one.b):
            most = self._people[who].max_meetings
            if most is not None and total[who] >= most:
                yield Clash.MAXIMUM, (who,)
        if frozenset((one.a, one.b)) in self.instance.forbidden:
            yield Clash.NEVER, (one.a, one.b)
        if met[self._homes(one)] > 0 or (one.a, one.b) not in self._needs:
            yield Clash.MET, (one.a, one.b)

    def _resources(self, one: Meeting, others: list[Meeting]) -> Iterator[Found]:
        taken = Counter(name for each in others for name in self._needs.get((each.a, each.b), ()))
        for name in self._needs.get((one.a, one.b), ()):
            if taken[name] >= self.instance.resources.get(name, 0):
                yield Clash.RESOURCE, (name,)

    def _homes(self, one: Meeting) -> frozenset[str]:
        known = {who: self._people.get(who) for who in (one.a, one.b)}
        return frozenset((who.organisation if who else None) or f"\0{name}" for name, who in known.items())
