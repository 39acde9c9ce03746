"""The day itself: check-in, no-shows, walk-ins, and the board of the hall."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events import queries as events
from matchmaker.meetings import queries as meetings
from matchmaker.meetings import walk_ins
from matchmaker.participants import desk as desks
from matchmaker.participants.access import participant_for, planned_event
from matchmaker.participants.schemas import WalkInIn
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.wording import in_plain_words
from matchmaker.web.forms import faults_by_field, read_form, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

BOARD_ROWS = 20


@blueprint.get("/office/events/<int:event_id>/desk")
@needs_role(*PLANNERS)
def desk(event_id: int) -> Page:
    """Who is here, who is awaited first, and whoever the search or a badge's code finds."""
    text = request.args.get("q", "").strip()[:60]
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        people = desks.people_at(session, actor(), event_id=event_id)
        found = desks.find(session, actor(), event_id=event_id, text=text) if text else []
        return render_template(
            "events/desk.html",
            event=event,
            text=text,
            found=found,
            people=people,
            arrived=[one for one in people if one.checked_in_at is not None],
            missing=[one for one in people if one.missing_at is not None],
            awaited=_awaited(session, event_id),
        )


@blueprint.post("/office/events/<int:event_id>/desk")
@needs_role(*PLANNERS)
def desk_scan(event_id: int) -> Page:
    """A scanner types a badge's code: exactly one hit is checked in at once, anything else is shown to choose from."""
    text = text_of("q").strip()[:60].rpartition("q=")[2]
    with unit(parts().sessions) as session:
        found = desks.find(session, actor(), event_id=event_id, text=text)
        if len(found) == 1 and found[0].badge == text.upper():
            person = desks.check_in(session, actor(), participant_id=found[0].id, here=True)
            flash(_("%(name)s 已签到（%(house)s）。", name=person.name, house=person.registration.name), "good")
            text = ""
        elif not found:
            flash(_("没有找到“%(text)s”。", text=text), "bad")
    return redirect(url_for("events.desk", event_id=event_id, q=text or None), 303)  # type: ignore[return-value]


@blueprint.post("/office/events/<int:event_id>/desk/<int:participant_id>")
@needs_role(*PLANNERS)
def desk_mark(event_id: int, participant_id: int) -> Page:
    """Here, not here after all, missing, or not missing."""
    action = text_of("action")
    try:
        with unit(parts().sessions) as session:
            if action in ("here", "gone"):
                desks.check_in(session, actor(), participant_id=participant_id, here=action == "here")
            else:
                desks.mark_missing(session, actor(), participant_id=participant_id, missing=action == "missing")
    except Conflict:
        flash(_("这位参会人已经签到，或已不参加。"), "bad")
    back = url_for("events.desk", event_id=event_id, q=text_of("q") or None)
    return redirect(back, 303)  # type: ignore[return-value]


@blueprint.get("/office/events/<int:event_id>/walk-in")
@needs_role(*PLANNERS)
def walk_in(event_id: int) -> Page:
    """Somebody who was not expected: a short form."""
    return _walk_in(event_id, {}, {})


@blueprint.post("/office/events/<int:event_id>/walk-in")
@needs_role(*PLANNERS)
def walk_in_send(event_id: int) -> Page:
    """Take them in, and on to who fits."""
    try:
        data = read_form(WalkInIn, request.form)
        with unit(parts().sessions) as session:
            row = desks.walk_in(session, actor(), event_id=event_id, data=data)
            person = next(one for one in row.people if one.name == data.person_name and one.left_at is None)
            number = person.id
    except Invalid as error:
        return _walk_in(event_id, faults_by_field(in_plain_words(error.faults)), request.form.to_dict())
    except Conflict:
        return _walk_in(event_id, {"name": _("活动已取消。")}, request.form.to_dict())
    flash(_("已登记并签到。"), "good")
    there = url_for("events.walk_in_partners", event_id=event_id, participant_id=number)
    return redirect(there, 303)  # type: ignore[return-value]


@blueprint.get("/office/events/<int:event_id>/walk-in/<int:participant_id>")
@needs_role(*PLANNERS)
def walk_in_partners(event_id: int, participant_id: int) -> Page:
    """Who of those present fits the newcomer, and when both are free."""
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        person = participant_for(session, actor(), participant_id=participant_id)
        found = walk_ins.partners(session, actor(), parts().engine, event_id=event_id, participant_id=participant_id)
        return render_template(
            "events/walk_in_partners.html",
            event=event,
            person=person,
            partners=found,
            own=meetings.meetings_of_participant(session, participant_id=participant_id),
            published=meetings.published(session, event_id=event_id),
        )


@blueprint.post("/office/events/<int:event_id>/walk-in/<int:participant_id>")
@needs_role(*PLANNERS)
def walk_in_place(event_id: int, participant_id: int) -> Page:
    """A meeting at once, at any free table."""
    other, slot = text_of("other"), text_of("slot")
    try:
        if not (other.isdecimal() and slot.isdecimal()) or len(other + slot) > 30:
            raise Conflict("no such place")
        with unit(parts().sessions) as session:
            walk_ins.place(
                session,
                actor(),
                event_id=event_id,
                participant_id=participant_id,
                other_id=int(other),
                slot_id=int(slot),
                base=parts().config.public_url,
            )
    except Conflict:
        flash(_("这个时段刚刚被占用，请换一个。"), "bad")
    else:
        flash(_("已排入，只通知了双方。"), "good")
    there = url_for("events.walk_in_partners", event_id=event_id, participant_id=participant_id)
    return redirect(there, 303)  # type: ignore[return-value]


@blueprint.get("/office/events/<int:event_id>/board")
@needs_role(*PLANNERS)
def board(event_id: int) -> Page:
    """The hall's screen: now and next, table by table; long lists turn over by the minute."""
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        shown = []
        for slot in _now_and_next(session, event_id):
            rows = [one for one in meetings.meetings_of(session, event_id=event_id) if one.slot_id == slot.id]
            pages = max(1, -(-len(rows) // BOARD_ROWS))
            page = clock.now().minute % pages
            shown.append((slot, rows[page * BOARD_ROWS : (page + 1) * BOARD_ROWS], page + 1, pages))
        told = render_template("events/board.html", event=event, shown=shown, now=clock.now())
    response = make_response(told)
    # The screen has nobody to press a key, and no script to rely on.
    response.headers["Refresh"] = "30"
    return response


def _walk_in(event_id: int, faults: dict[str, str], typed: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        page = render_template("events/walk_in.html", event=event, values=typed, faults=faults)
    return (page, 400) if faults else page


def _now_and_next(session: Any, event_id: int) -> list[Any]:
    """The slot that runs now, and the one after it."""
    left = [one for one in events.open_slots(session, event_id=event_id) if one.ends_at > clock.now()]
    return left[:2]


def _awaited(session: Any, event_id: int) -> list[tuple[Any, Any]]:
    """(person, meeting) of those who sit in the slot now or next and are neither here nor given up."""
    slots = {one.id for one in _now_and_next(session, event_id)}
    found = [
        (person, one)
        for one in meetings.meetings_of(session, event_id=event_id)
        if one.slot_id in slots
        for person in (one.a, one.b)
        if person.checked_in_at is None and person.missing_at is None
    ]
    return list({person.id: (person, one) for person, one in reversed(found)}.values())[::-1]
