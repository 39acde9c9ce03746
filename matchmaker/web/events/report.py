"""What came of an event, and of the year."""

from flask import Response, render_template, request

from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.unit import reading
from matchmaker.deals import queries as deals
from matchmaker.events import queries as events
from matchmaker.exchange import report_files
from matchmaker.meetings import report as reports
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.exported import remember
from matchmaker.web.events.guests import SHEET
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

READERS = (*PLANNERS, Role.AUDITOR)


@blueprint.get("/office/events/<int:event_id>/report")
@needs_role(*READERS)
def report(event_id: int) -> Page:
    """The event in numbers."""
    with reading(parts().sessions) as session:
        found = reports.report(session, actor(), event_id=event_id)
        event = events.event(session, actor(), event_id=event_id)
        came = deals.of_event(session, actor(), event_id=event_id)
        return render_template("events/report.html", event=event, report=found, deals=came)


@blueprint.get("/office/events/<int:event_id>/report.xlsx")
@needs_role(*READERS)
def report_sheet(event_id: int) -> Response:
    """The same as a workbook."""
    with reading(parts().sessions) as session:
        found = reports.report(session, actor(), event_id=event_id)
        content = report_files.sheet(events.event(session, actor(), event_id=event_id), found)
    remember("report", "xlsx", event_id=event_id)
    return _file(content, SHEET, f"report-{event_id}.xlsx")


@blueprint.get("/office/events/<int:event_id>/report.pdf")
@needs_role(*READERS)
def report_pdf(event_id: int) -> Response:
    """The same on paper."""
    with reading(parts().sessions) as session:
        found = reports.report(session, actor(), event_id=event_id)
        content = report_files.paper(events.event(session, actor(), event_id=event_id), found)
    remember("report", "pdf", event_id=event_id)
    return _file(content, "application/pdf", f"report-{event_id}.pdf")


@blueprint.get("/office/events/year")
@needs_role(*READERS)
def year() -> Page:
    """All events of a year against the target."""
    with reading(parts().sessions) as session:
        return render_template("events/year.html", found=reports.year(session, actor(), year=_year()))


@blueprint.get("/office/events/year.xlsx")
@needs_role(*READERS)
def year_sheet() -> Response:
    """The year as a workbook."""
    with reading(parts().sessions) as session:
        content = report_files.year_sheet(reports.year(session, actor(), year=_year()))
    remember("year", "xlsx", year=_year())
    return _file(content, SHEET, f"events-{_year()}.xlsx")


def _year() -> int:
    asked = request.args.get("year", "")
    return int(asked) if asked.isdecimal() and 2000 <= int(asked[:5]) <= 2100 else clock.today().year


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
