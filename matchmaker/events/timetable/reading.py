"""Instances and plans from JSON (the format of DESIGN 6.1), checked before anything is solved."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from matchmaker.core.errors import Fault
from matchmaker.events.timetable import shapes
from matchmaker.events.timetable.refusing import invalid, refuse

Name = Annotated[str, Field(min_length=1, max_length=200)]
Count = Annotated[int, Field(ge=0, le=100_000)]
STRICT = ConfigDict(extra="forbid", strict=True)
BOM = b"\xef\xbb\xbf"


class _Lock(BaseModel):
    model_config = STRICT
    slot: Name
    table: Name


class _Participant(BaseModel):
    model_config = STRICT
    id: Name
    available: list[Name] | None = None
    max_meetings: Count | None = None
    min_meetings: Count | None = 0
    table: Name | None = None
    organisation: Name | None = None
    booth: bool = False


class _Pair(BaseModel):
    model_config = STRICT
    a: Name
    b: Name
    utility: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    locked: _Lock | None = None
    must: bool = False
    needs: list[Name] = Field(default_factory=list)


class _Instance(BaseModel):
    model_config = STRICT
    slots: list[Name]
    tables: list[Name]
    participants: list[_Participant]
    pairs: list[_Pair]
    forbidden: list[Annotated[list[Name], Field(min_length=2, max_length=2)]] = Field(default_factory=list)
    resources: dict[Name, Count] = Field(default_factory=dict)


class _Meeting(BaseModel):
    model_config = STRICT
    a: Name
    b: Name
    slot: Name
    table: Name


class _Plan(BaseModel):
    """Of a plan only the meetings are read; what else stands there was said of the event as it was."""

    meetings: list[_Meeting]


Read = TypeVar("Read", bound=BaseModel)


def read_instance(text: str | bytes, *, is_over: bool = False) -> shapes.Instance:
    """The instance in this JSON text. Invalid names the fields that are wrong, unknown or said twice.

    Pairs without a slot or a table to meet are refused, unless the event may be over already.
    """
    data = _parse(_Instance, text)
    refuse([*_twice(data), *_unknown(data), *_contradictions(data), *(() if is_over else _nowhere(data))])
    return shapes.Instance(
        slots=tuple(data.slots),
        tables=tuple(data.tables),
        participants=tuple(_participant(one) for one in data.participants),
        pairs=tuple(_pair(one) for one in data.pairs),
        forbidden=frozenset(frozenset(one) for one in data.forbidden),
        resources=data.resources,
    )


def read_plan(text: str | bytes) -> tuple[shapes.Meeting, ...]:
    """The meetings of a plan in this JSON text. Invalid names what is wrong, and pairs that meet twice."""
    data = _parse(_Plan, text)
    both = [" and ".join(sorted((one.a, one.b))) for one in data.meetings]
    refuse(_repeated("meetings", both))
    return tuple(shapes.Meeting(one.a, one.b, one.slot, one.table) for one in data.meetings)


def require_known(instance: shapes.Instance, people: Iterable[str]) -> None:
    """Invalid names whoever is no participant of the instance."""
    refuse(_missing("arrived", people, {one.id for one in instance.participants}, "participant"))


def _parse(shape: type[Read], text: str | bytes) -> Read:
    try:
        # Windows likes to begin a file with a mark that JSON does not know.
        return shape.model_validate_json(text.removeprefix(BOM) if isinstance(text, bytes) else text)
    except ValidationError as error:
        faults = [Fault(".".join(map(str, one["loc"])) or "file", one["msg"]) for one in error.errors()]
    raise invalid(faults)


def _participant(one: _Participant) -> shapes.Participant:
    available = None if one.available is None else frozenset(one.available)
    return shapes.Participant(
        one.id, available, one.max_meetings, one.min_meetings or 0, one.table, one.organisation, one.booth
    )


def _pair(one: _Pair) -> shapes.Pair:
    locked = shapes.Lock(one.locked.slot, one.locked.table) if one.locked else None
    return shapes.Pair(one.a, one.b, one.utility, locked, one.must, tuple(one.needs))


def _twice(data: _Instance) -> Iterator[Fault]:
    yield from _repeated("slots", data.slots)
    yield from _repeated("tables", data.tables)
    yield from _repeated("participants", [one.id for one in data.participants])
    seen: set[frozenset[str]] = set()
    for number, pair in enumerate(data.pairs):
        both = frozenset((pair.a, pair.b))
        if len(both) == 1:
            yield Fault(f"pairs.{number}", f"{pair.a} cannot meet itself")
        elif both in seen:
            yield Fault(f"pairs.{number}", f"{pair.a} and {pair.b} are listed twice")
        seen.add(both)
        yield from _repeated(f"pairs.{number}.needs", pair.needs)
    for number, forbidden in enumerate(data.forbidden):
        if len(set(forbidden)) == 1:
            yield Fault(f"forbidden.{number}", f"{forbidden[0]} cannot meet itself")


def _repeated(field: str, names: Iterable[str]) -> Iterator[Fault]:
    yield from (Fault(field, f"{name} is listed twice", name) for name, n in Counter(names).items() if n > 1)


def _unknown(data: _Instance) -> Iterator[Fault]:
    slots, tables, people = set(data.slots), set(data.tables), {one.id for one in data.participants}
    for number, one in enumerate(data.participants):
        yield from _missing(f"participants.{number}.available", one.available or [], slots, "slot")
        yield from _missing(f"participants.{number}.table", [one.table] if one.table else [], tables, "table")
    for number, pair in enumerate(data.pairs):
        yield from _missing(f"pairs.{number}", [pair.a, pair.b], people, "participant")
        yield from _missing(f"pairs.{number}.needs", pair.needs, set(data.resources), "resource")
        if pair.locked:
            yield from _missing(f"pairs.{number}.locked.slot", [pair.locked.slot], slots, "slot")
            yield from _missing(f"pairs.{number}.locked.table", [pair.locked.table], tables, "table")
    for number, both in enumerate(data.forbidden):
        yield from _missing(f"forbidden.{number}", both, people, "participant")


def _missing(field: str, names: Iterable[str], known: set[str], what: str) -> Iterator[Fault]:
    yield from (Fault(field, f"unknown {what} {name}", name) for name in names if name not in known)


def _nowhere(data: _Instance) -> Iterator[Fault]:
    if data.pairs and not data.slots:
        yield Fault("slots", "there are pairs to place and no slot")
    if data.pairs and not data.tables:
        yield Fault("tables", "there are pairs to place and no table")


def _contradictions(data: _Instance) -> Iterator[Fault]:
    for number, one in enumerate(data.participants):
        if one.max_meetings is not None and (one.min_meetings or 0) > one.max_meetings:
            yield Fault(f"participants.{number}.min_meetings", f"{one.id}: the minimum is above the maximum")
