"""Importing an organiser's own list of participants, with a report for every row."""

from io import BytesIO

from flask import Response, flash, redirect, render_template, request, send_file, url_for

from matchmaker.core.errors import Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events.queries import open_tables
from matchmaker.exchange.participant_columns import write_template
from matchmaker.exchange.participants import import_participants
from matchmaker.exchange.report import ImportReport
from matchmaker.participants.access import planned_event
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.forms import faults_by_field
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.uploads import read_upload

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/office/events/<int:event_id>/people/import")
@needs_role(*PLANNERS)
def people_import(event_id: int) -> Page:
    """What the file must look like, and where to choose it."""
    return _import_page(event_id, {})


@blueprint.post("/office/events/<int:event_id>/people/import")
@needs_role(*PLANNERS)
def people_import_send(event_id: int) -> Page:
    """Check the file and take in its people; what is wrong is told row by row."""
    try:
        upload = read_upload("file")
        with unit(parts().sessions) as session:
            planned_event(session, actor(), event_id=event_id)
            if upload is None:
                return _import_page(event_id, {"file": _("请先选择一个文件。")})
            report = import_participants(
                session,
                actor(),
                event_id=event_id,
                name=upload[0],
                content=upload[1],
                partial=request.form.get("partial") == "true",
                base=parts().config.public_url,
            )
    except Invalid as error:
        faults = faults_by_field(error.faults)
        return _import_page(event_id, {"file": " ".join(f"{field} {text}" for field, text in faults.items())})
    if not report.ok:
        return _import_page(event_id, {}, report)
    flash(_("导入完成：新增或更新 %(num)s 行，未变 %(same)s 行。", num=report.written, same=report.unchanged), "good")
    return redirect(url_for("events.people", event_id=event_id), 303)  # type: ignore[return-value]


@blueprint.get("/office/events/<int:event_id>/people/import-template.xlsx")
@needs_role(*PLANNERS)
def people_import_template(event_id: int) -> Response:
    """The sheet to fill in, with this event's tables."""
    file = BytesIO()
    with reading(parts().sessions) as session:
        planned_event(session, actor(), event_id=event_id)
        write_template(file, tables=[table.label for table in open_tables(session, event_id=event_id)])
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"participants-{event_id}.xlsx")


def _import_page(event_id: int, faults: dict[str, str], report: ImportReport | None = None) -> Page:
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        values = {"partial": request.form.get("partial") == "true"}
        page = render_template("events/import.html", event=event, values=values, faults=faults, report=report)
    bad = bool(faults) or (report is not None and not report.ok)
    return (page, 400) if bad else page
