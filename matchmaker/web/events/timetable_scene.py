"""What timetable pages read, in a few questions however large the event, and what they say when they refuse."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from matchmaker.core.errors import Conflict, NotFound
from matchmaker.meetings import candidates, queries
from matchmaker.meetings.placing import Blocked
from matchmaker.web.events.grid import Both, Grid, Guest, grid_of, guests_of, levels_of
from matchmaker.web.language import _

MOST_NAMES = 6


@dataclass(frozen=True)
class Scene:
    """An event's people, hours and tables, and the matchmaking list by registrations."""

    event: Any
    people: Mapping[int, Any]
    guests: Mapping[int, Guest]
    slots: list[Any]
    tables: list[Any]
    listed: Mapping[Both, Mapping[str, Any]]

    @cached_property
    def levels(self) -> dict[Both, int]:
        """How well two organisations match."""
        return levels_of(self.listed.values())

    @cached_property
    def slot_by_id(self) -> dict[int, Any]:
        """All slots, closed ones too."""
        return {one.id: one for one in self.slots}

    @cached_property
    def table_by_id(self) -> dict[int, Any]:
        """All tables, closed ones too."""
        return {one.id: one for one in self.tables}

    def grid(self, version: Any, fallen: Collection[Both] = ()) -> Grid:
        """A version's meetings where they stand; `fallen` pairs no longer meet."""
        places = {"slots": self.slots, "tables": self.tables}
        return grid_of(version.meetings, self.guests, **places, levels=self.levels, fallen=fallen)

    def row(self, a: int, b: int) -> Mapping[str, Any] | None:
        """What the matchmaking list says of two people's organisations."""
        one, other = self.guests[a].registration_id, self.guests[b].registration_id
        return self.listed.get((min(one, other), max(one, other)))


def scene_of(session: Any, event: Any) -> Scene:
    """Read everything the pages of this event's timetable show."""
    people = queries.people_of(session, event_id=event.id)
    made = candidates.newest(session, event_id=event.id)
    return Scene(
        event,
        people,
        guests_of(people),
        list(event.slots),
        list(event.tables),
        {(row["a"], row["b"]): row for row in (made.rows if made else [])},
    )


def version_of(session: Any, actor: Any, *, event_id: int, timetable_id: int) -> Any:
    """The version, when it is one of this event's. NotFound otherwise."""
    found = queries.timetable(session, actor, timetable_id=timetable_id)
    if found.event_id != event_id:
        raise NotFound(f"no timetable {timetable_id} at event {event_id}")
    return found


def clash_text(code: str, names: str = "") -> str:
    """What is in the way of a meeting, in words."""
    who = names or _("一方")
    known = {
        "absent": _("%(who)s 不再参加", who=who),
        "closed": _("这个时段或桌位已过或已停用"),
        "locked": _("%(who)s 的洽谈已锁定", who=names) if names else _("已锁定"),
        "table_taken": _("这张桌有 %(who)s 的洽谈", who=names) if names else _("没有空桌"),
        "fixed_table": _("%(who)s 固定在另一张桌", who=who),
        "participant_busy": _("%(who)s 这个时段另有洽谈", who=who),
        "away": _("%(who)s 这个时段不在场", who=who),
        "maximum": _("%(who)s 已达洽谈上限", who=who),
        "never": _("主办方已标记不安排"),
        "met_already": _("两家单位已另有洽谈"),
        "resource": _("%(what)s 已被占用", what=names or _("翻译或设备")),
    }
    return known.get(code, code)


def blocked_text(error: Blocked) -> str:
    """Everything that is in the way, in one line."""
    said = [clash_text(code, _("、").join(names[:MOST_NAMES])) for code, names in error.faults]
    return _("；").join(dict.fromkeys(said))


def conflict_text(error: Conflict) -> str:
    """Why a change was refused, for somebody who did nothing wrong."""
    if isinstance(error, Blocked):
        return blocked_text(error)
    known = {
        "somebody changed": _("别人刚刚改过这一版，已显示最新内容，请重做这一步。"),
        "the timetable has no meetings": _("这一版里没有洽谈，不能发布。"),
        "meetings of this timetable have outcomes": _("已有洽谈记录了结果，不能再撤回。"),
        "this work is being done already": _("正在编排，请等它完成或先停止。"),
        "no timetable is published": _("还没有发布时间表，直接编排即可。"),
        "the event or its timetable changed": _("活动或时间表刚刚有变动，请看下面新的结果再应用。"),
        "the work is": _("已经结束，不用停止。"),
    }
    found = next((text for start, text in known.items() if str(error).startswith(start)), "")
    return found or _("现在不能这样做：这一版的状态刚刚变了，请看页面上的最新状态。")


def reasons(
    scene: Scene, grid: Grid, both: Both, places: Iterable[tuple[int, int, tuple[str, ...]]]
) -> dict[Both, tuple[str, ...]]:
    """Why the meeting of these two cannot go there, by (slot, table); nothing where it can."""
    hints = _Hints(scene, grid, both)
    said: dict[tuple[tuple[str, str], ...], tuple[str, ...]] = {}
    found = {}
    for slot, table, codes in places:
        clashes = tuple((code, hints.names(code, slot, table)) for code in codes)
        if clashes not in said:
            said[clashes] = tuple(dict.fromkeys(clash_text(code, who) for code, who in clashes))
        found[slot, table] = said[clashes]
    return found


class _Hints:
    """Who is in the way of the meeting of two people, as far as the page knows by itself."""

    def __init__(self, scene: Scene, grid: Grid, both: Both) -> None:
        self._scene, self._grid, self._both = scene, grid, both
        self._own = next((one for one in grid.cells.values() if {one.a.id, one.b.id} == set(both)), None)
        self._busy: dict[int, set[int]] = {}
        for cell in grid.cells.values():
            if cell is not self._own:
                self._busy.setdefault(cell.slot, set()).update({cell.a.id, cell.b.id} & set(both))

    def names(self, code: str, slot: int, table: int) -> str:
        """The names for one clash at one place; "" when the code says it all."""
        if code in ("table_taken", "locked"):
            return self._meeting(code, slot, table)
        who: list[int] = []
        if code == "participant_busy":
            who = [one for one in self._both if one in self._busy.get(slot, ())]
        elif code == "away":
            who = [one for one in self._both if slot in self._scene.people[one].away]
        return _("、").join(self._scene.guests[one].short for one in who)

    def _meeting(self, code: str, slot: int, table: int) -> str:
        there = self._grid.cells.get((slot, table))
        own_lock = code == "locked" and self._own is not None and self._own.locked
        return "" if there is None or there is self._own or own_lock else f"{there.a.short} × {there.b.short}"
