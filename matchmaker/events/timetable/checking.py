"""An independent look at a finished plan: it knows the rules of a timetable and nothing of how one is made."""

from collections import Counter
from collections.abc import Iterator

from matchmaker.events.timetable.shapes import Instance, Meeting


def faults(instance: Instance, meetings: tuple[Meeting, ...]) -> list[str]:
    """Every rule that the meetings break, in words; empty for a sound plan."""
    found = list(_unknown(instance, meetings))
    return found or [*_clashes(instance, meetings), *_per_meeting(instance, meetings), *_locks(instance, meetings)]


def _unknown(instance: Instance, meetings: tuple[Meeting, ...]) -> Iterator[str]:
    pairs = {(pair.a, pair.b) for pair in instance.pairs}
    for one in meetings:
        if (one.a, one.b) not in pairs:
            yield f"{one.a}–{one.b} is no pair of the instance"
        if one.slot not in instance.slots:
            yield f"unknown slot {one.slot}"
        if one.table not in instance.tables:
            yield f"unknown table {one.table}"


def _clashes(instance: Instance, meetings: tuple[Meeting, ...]) -> Iterator[str]:
    at_table = Counter((one.slot, one.table) for one in meetings)
    yield from (f"table {table} has {n} meetings in {slot}" for (slot, table), n in at_table.items() if n > 1)
    busy = Counter((one.slot, who) for one in meetings for who in (one.a, one.b))
    yield from (f"{who} is in {n} meetings in {slot}" for (slot, who), n in busy.items() if n > 1)
    home = {one.id: one.organisation or ("alone", one.id) for one in instance.participants}
    twice = Counter(frozenset((home[one.a], home[one.b])) for one in meetings)
    yield from (f"{set(both)} meet {n} times" for both, n in twice.items() if n > 1)
    needs = {(pair.a, pair.b): set(pair.needs) for pair in instance.pairs}
    taken = Counter((one.slot, name) for one in meetings for name in needs[one.a, one.b])
    for (slot, name), n in taken.items():
        if n > instance.resources[name]:
            yield f"{n} meetings need {name} in {slot}, there are {instance.resources[name]}"


def _per_meeting(instance: Instance, meetings: tuple[Meeting, ...]) -> Iterator[str]:
    people, booths = {one.id: one for one in instance.participants}, instance.booths
    total = Counter(who for one in meetings for who in (one.a, one.b))
    locked = {(pair.a, pair.b): pair.locked.table for pair in instance.pairs if pair.locked}
    for who, n in total.items():
        most = people[who].max_meetings
        if most is not None and n > most:
            yield f"{who} has {n} meetings, at most {most} are allowed"
    for one in meetings:
        if frozenset((one.a, one.b)) in instance.forbidden:
            yield f"{one.a}–{one.b} is forbidden"
        for who in (one.a, one.b):
            if one.slot not in (people[who].available or ({} if people[who].available is not None else instance.slots)):
                yield f"{who} is away in {one.slot}"
            if people[who].table not in (None, one.table):
                yield f"{who} sits at {one.table} instead of {people[who].table}"
        guests = one.table not in (people[one.a].table, people[one.b].table, locked.get((one.a, one.b)))
        if guests and one.table in booths:
            yield f"{one.a}–{one.b} are at {one.table}, somebody else's booth"


def _locks(instance: Instance, meetings: tuple[Meeting, ...]) -> Iterator[str]:
    where = {(one.a, one.b): (one.slot, one.table) for one in meetings}
    for pair in instance.pairs:
        if pair.locked and where.get((pair.a, pair.b)) != (pair.locked.slot, pair.locked.table):
            yield f"{pair.a}–{pair.b} is locked to {pair.locked.slot}, {pair.locked.table}"
