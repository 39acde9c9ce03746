"""Everything that is printed for an event, and its spreadsheets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for

from matchmaker.core.unit import reading
from matchmaker.events import queries as events
from matchmaker.exchange import (
    event_sheets,
    printouts,
    printouts_people,
    printouts_schedules,
    printouts_tables,
)
from matchmaker.exchange.printouts import Guest, Programme
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.exported import remember
from matchmaker.web.language import LANGUAGES, _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login, needs_role

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Longer numbers name nothing.
DIGITS = 9


@dataclass(frozen=True)
class Printout:
    """How one thing is printed, how it becomes a workbook, and on how many pages. `timed` needs a timetable."""

    pdf: Callable[[Programme], bytes]
    sheet: Callable[[Programme], bytes]
    pages: Callable[[Programme], int]
    timed: bool = True


@dataclass(frozen=True)
class Order:
    """What is to be printed: of whom (None is everybody), and in which language; "" leaves it to each person."""

    programme: Programme
    guests: Sequence[Guest] | None
    language: str

    @property
    def people(self) -> int:
        """How many people stand on it."""
        return len(self.programme.guests if self.guests is None else self.guests)


PRINTOUTS = {
    "schedules": Printout(
        printouts_schedules.schedules, event_sheets.schedules_sheet, printouts_schedules.schedule_pages
    ),
    "cards": Printout(printouts_tables.cards, event_sheets.cards_sheet, lambda programme: len(programme.places)),
    "door": Printout(
        printouts_people.door,
        event_sheets.door_sheet,
        lambda programme: len(printouts_people.door_pages(programme)),
        timed=False,
    ),
    "grid": Printout(
        printouts_tables.grid, event_sheets.grid_sheet, lambda programme: len(printouts_tables.grid_pages(programme))
    ),
    "badges": Printout(printouts_people.badges, event_sheets.badges_sheet, printouts_people.badge_pages, timed=False),
}
_KIND = f"<any({','.join(PRINTOUTS)}):what>"


@blueprint.get("/office/events/<int:event_id>/print")
@needs_role(*PLANNERS)
def printing(event_id: int) -> Page:
    """What there is to print, with the number of pages."""
    tongue = _tongue()
    with reading(parts().sessions) as session:
        event = events.event(session, actor(), event_id=event_id)
        programme = _programme(session, event_id).spoken(tongue or "zh")
        return render_template(
            "events/printing.html",
            event=event,
            programme=programme,
            tongue=tongue,
            foreign=sum(one.language == "en" for one in programme.guests),
            printouts={
                what: one.pages(programme)
                for what, one in PRINTOUTS.items()
                if programme.guests and (programme.version or not one.timed)
            },
            earlier=printouts.earlier_versions(session, actor(), event_id=event_id),
        )


@blueprint.get(f"/office/events/<int:event_id>/print/{_KIND}.pdf")
@needs_role(*PLANNERS)
def print_pdf(event_id: int, what: str) -> Page:
    """One printout; of the schedules also one person's, or those that changed since an earlier version."""
    order = _order(event_id, what)
    if isinstance(order, str):
        return _back(event_id, order)
    if what == "schedules":
        content = printouts_schedules.schedules(order.programme, order.guests, language=order.language)
    else:
        content = PRINTOUTS[what].pdf(order.programme.spoken(order.language or "zh"))
    remember(what, "pdf", event_id=event_id, people=order.people)
    return _file(content, PDF, f"event-{event_id}-{what}.pdf")


@blueprint.get(f"/office/events/<int:event_id>/print/{_KIND}.xlsx")
@needs_role(*PLANNERS)
def print_sheet(event_id: int, what: str) -> Page:
    """The same as a workbook, of the same people."""
    order = _order(event_id, what)
    if isinstance(order, str):
        return _back(event_id, order)
    programme = order.programme.spoken(order.language or "zh")
    if what == "schedules":
        content = event_sheets.schedules_sheet(programme, order.guests)
    else:
        content = PRINTOUTS[what].sheet(programme)
    remember(what, "xlsx", event_id=event_id, people=order.people)
    return _file(content, XLSX, f"event-{event_id}-{what}.xlsx")


@blueprint.get("/my/events/<int:registration_id>/schedule.pdf")
@needs_login
def own_schedule_pdf(registration_id: int) -> Page:
    """The schedules of an organisation's own people."""
    with reading(parts().sessions) as session:
        programme, guests = printouts.own_programme(
            session,
            actor(),
            registration_id=registration_id,
            base=parts().config.public_url,
            secret_key=parts().config.secret_key,
        )
    if programme.version is None or not guests:
        flash(_("日程还没有公布，公布后即可下载。"))
        return redirect(url_for("events.own_registration", registration_id=registration_id), 303)  # type: ignore[return-value]
    content = printouts_schedules.schedules(programme, guests, language=_tongue())
    return _file(content, PDF, f"schedule-{registration_id}.pdf")


def _order(event_id: int, what: str) -> Order | str:
    """What the address asks for, or in words why there is nothing to print. Not found when it names nobody here."""
    tongue = _tongue()
    with reading(parts().sessions) as session:
        programme = _programme(session, event_id)
        if (problem := _missing(programme, what)) is not None:
            return problem
        guests = _chosen(session, event_id, programme) if what == "schedules" else None
    if guests is not None and not guests:
        return _("那一版之后没有人的日程有变化，不用重印。")
    return Order(programme, guests, tongue)


def _tongue() -> str:
    """The language asked for; "" when none is, so that everybody reads their own."""
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else ""


def _programme(session: Any, event_id: int) -> Programme:
    config = parts().config
    return printouts.programme(
        session, actor(), event_id=event_id, base=config.public_url, secret_key=config.secret_key
    )


def _missing(programme: Programme, what: str) -> str | None:
    """Why there is nothing to print yet."""
    if not programme.guests:
        return _("还没有确认参加的人，确认后才能打印。")
    if PRINTOUTS[what].timed and programme.version is None:
        return _("还没有公布的时间表。签到表和胸卡现在就可以打印，其余的在公布时间表之后。")
    if PRINTOUTS[what].timed and not (programme.hours and programme.places):
        return _("还没有时段和桌位。")
    return None


def _chosen(session: Any, event_id: int, programme: Programme) -> Sequence[Guest] | None:
    """Whose schedules were asked for; None is everybody's. Not found when they name nobody here."""
    participant, since = _number("participant"), _number("since")
    if participant is not None:
        return [one for one in programme.guests if one.id == participant] or abort(404)
    if since is None:
        return None
    changed = printouts.changed_since(session, actor(), event_id=event_id, timetable_id=since)
    return [one for one in programme.guests if one.id in changed]


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        abort(404)
    return int(text) if text else None


def _back(event_id: int, problem: str) -> Page:
    flash(problem, "warn")
    return redirect(url_for("events.printing", event_id=event_id), 303)  # type: ignore[return-value]


def _file(content: bytes, mimetype: str, name: str) -> Response:
    """A PDF opens in the browser to be printed; a workbook is saved. Neither stays in a shared cache."""
    response = Response(content, mimetype=mimetype)
    manner = "inline" if mimetype == PDF else "attachment"
    response.headers["Content-Disposition"] = f'{manner}; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
