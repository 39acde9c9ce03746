"""Taking in the office's own ledger of past years from a spreadsheet, with a report for every row."""

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core.actor import Role
from matchmaker.core.errors import Invalid
from matchmaker.exchange.columns import Kind
from matchmaker.exchange.importing import import_upload
from matchmaker.exchange.report import ImportReport
from matchmaker.web.contracts.door import Page, blueprint
from matchmaker.web.forms import faults_by_field
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.uploads import read_upload


@blueprint.get("/office/contracts/import")
@needs_role(Role.OFFICER)
def import_form() -> Page:
    """What the file must look like, and where to choose it."""
    return _page({}, None)


@blueprint.post("/office/contracts/import")
@needs_role(Role.OFFICER)
def import_send() -> Page:
    """Check the file and take in its contracts; what is wrong is told row by row."""
    try:
        upload = read_upload("file")
        if upload is None:
            return _page({"file": _("请先选择一个文件。")}, None)
        report = import_upload(
            parts().sessions,
            actor(),
            kind=Kind.CONTRACTS,
            name=upload[0],
            content=upload[1],
            partial=request.form.get("partial") == "true",
        )
    except Invalid as error:
        faults = faults_by_field(error.faults)
        return _page({"file": " ".join(f"{field} {text}" for field, text in faults.items())}, None)
    if not report.ok:
        return _page({}, report)
    flash(_("导入完成：新增或更新 %(num)s 行，未变 %(same)s 行。", num=report.written, same=report.unchanged), "good")
    return redirect(url_for("contracts.ledger"), 303)  # type: ignore[return-value]


def _page(faults: dict[str, str], report: ImportReport | None) -> Page:
    values = {"partial": request.form.get("partial") == "true"}
    page = render_template("contracts/import.html", values=values, faults=faults, report=report)
    return (page, 400) if faults or (report is not None and not report.ok) else page
