"""Made-up timetable instances, the same for the same seed."""

from dataclasses import replace

import numpy as np

from matchmaker.events.timetable.shapes import Instance, Lock, Pair, Participant


def instance(
    participants: int, tables: int, slots: int, pairs: int, *, seed: int = 0, dense: bool = False, locks: int = 3
) -> Instance:
    """An event: four in ten are there for part of it, half cap their meetings, six in ten want one to three.

    A fifth of the tables are somebody's own, a tenth of the participants are second representatives. Utilities are
    sparse (most pairs are worth little) or dense (most are worth much). The first pairs get locks that can be kept.
    """
    random = np.random.default_rng(seed)
    slot_names = tuple(f"s{number}" for number in range(slots))
    table_names = tuple(f"t{number}" for number in range(tables))
    owners = random.choice(participants, tables // 5, replace=False)
    own = {int(owner): table_names[number] for number, owner in enumerate(owners)}
    people = tuple(_participant(random, number, slot_names, own.get(number)) for number in range(participants))
    worth = (5, 2) if dense else (2, 3)
    found: dict[tuple[int, int], Pair] = {}
    while len(found) < pairs:
        a, b = sorted(random.choice(participants, 2, replace=False).tolist())
        if people[a].organisation != people[b].organisation:
            found.setdefault((a, b), Pair(f"p{a}", f"p{b}", round(float(random.beta(*worth)), 4)))
    made = Instance(slot_names, table_names, people, tuple(found.values()))
    return replace(made, pairs=_locked(made, locks))


def _participant(random: np.random.Generator, number: int, slots: tuple[str, ...], table: str | None) -> Participant:
    available = None
    if random.random() < 0.4:
        stays = int(random.integers(len(slots) // 2, len(slots)))
        available = frozenset(random.choice(slots, stays, replace=False).tolist())
    most = int(random.integers(4, len(slots) + 1)) if random.random() < 0.5 else None
    least = int(random.integers(1, 4)) if random.random() < 0.6 else 0
    # Every tenth sits in for the organisation of the one before.
    organisation = f"o{number - 1 if number % 10 == 9 else number}"
    return Participant(f"p{number}", available, most, least, table, organisation)


def _locked(made: Instance, locks: int) -> tuple[Pair, ...]:
    """Locks in the first slots, at tables that nobody owns, for people who are there all day and have no other lock."""
    by_id = {one.id: one for one in made.participants}
    pairs = list(made.pairs)
    taken: set[str] = set()
    done = 0
    for number, pair in enumerate(pairs):
        both = (by_id[pair.a], by_id[pair.b])
        if done == locks:
            break
        if any(one.available is not None or one.table or one.organisation in taken for one in both):
            continue
        taken |= {one.organisation or "" for one in both}
        pairs[number] = replace(pair, locked=Lock(made.slots[done % len(made.slots)], made.tables[-1 - done]))
        done += 1
    return tuple(pairs)
