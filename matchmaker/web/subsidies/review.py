"""The office's queue of claims, one claim with its computation, and every step that an officer may take."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.unit import reading, unit
from matchmaker.exchange.claims_sheet import claims_sheet
from matchmaker.reference.towns import towns
from matchmaker.subsidies import access, checklist, decisions, evidence, ledger, paying, queries, reviewing, windows
from matchmaker.subsidies.queries import QueueFilter
from matchmaker.subsidies.rules import OVER, ClaimState
from matchmaker.web.forms import text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.subsidies.door import READERS, Page, Refused, attempt, blueprint, once, revision, values
from matchmaker.web.subsidies.own import changes_since, may_do, preview_of, sealer

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/office/subsidies")
@needs_role(*READERS)
def queue() -> Page:
    """All claims the office has to do with, filtered, with counts."""
    filters = _filters()
    with reading(parts().sessions) as session:
        page = queries.queue(session, actor(), filters=filters, page=request.args.get("page", 1, int))
        return render_template("subsidies/queue.html", page=page, filters=filters, windows=windows.windows(session))


@blueprint.get("/office/subsidies/claims.xlsx")
@needs_role(*READERS)
def claims_file() -> Response:
    """The same list as a workbook; that it was taken out is on record."""
    filters = _filters()
    with unit(parts().sessions) as session:
        rows = queries.claims_for_export(session, actor(), filters=filters)
        content = claims_sheet(rows, at=clock.now(), by=actor().name)
        taken = {"rows": len(rows), "asked": {name: str(value) for name, value in vars(filters).items() if value}}
        audit.record(session, actor(), [audit.Event("subsidy.export", f"person:{actor().person_id}", taken)])
    return file_answer(content, SHEET, "claims.xlsx")


@blueprint.get("/office/subsidies/<int:claim_id>")
@needs_role(*READERS)
def claim(claim_id: int) -> Page:
    """The file on the left, the computation on the right."""
    return claim_page(claim_id, None)


@blueprint.post("/office/subsidies/<int:claim_id>/step")
@needs_role(Role.OFFICER)
def step(claim_id: int) -> Page:
    """One step of the review."""
    action = request.form.get("action", "")
    if action not in _STEPS:
        raise BadRequest
    verb, reason_name, done = _STEPS[action]

    def work(session: Any) -> None:
        said = {reason_name: text_of(reason_name)} if reason_name else {}
        if action == "propose":
            said["originals"] = text_of("originals")
        base = parts().config.public_url
        verb(session, actor(), claim_id=claim_id, revision=revision(), once=once(), base=base, **said)

    return after(claim_id, f"subsidy.{action}", work, done())


def claim_page(claim_id: int, refused: Refused | None) -> Page:
    """The page of a claim, with what was refused beside its form."""
    with reading(parts().sessions) as session:
        who = actor()
        row = queries.claim(session, who, claim_id=claim_id)
        page = render_template(
            "subsidies/claim.html",
            claim=row,
            may=may_do(session, row),
            reads_objections=access.reads_objections(session, who, row),
            answers=access.can_decide(session, who, row),
            preview=preview_of(session, row),
            moved=decisions.facts_changed(session, row) if row.state not in OVER and row.decisions else [],
            items=checklist.checklist(session, row),
            unseen=evidence.unseen(session, row) if row.state not in OVER else [],
            seen=evidence.statements(session, row),
            files=queries.files_of(session, [row]).get(row.id, []),
            account=paying.masked(sealer(), row),
            entries=ledger.entries(session, window_id=row.window_id, claim_id=row.id),
            balances=ledger.balances(session, claim_id=row.id),
            changes=changes_since(session, claim_id, refused),
            refused=refused,
            values=values() if refused else {},
            faults=refused.faults if refused else {},
        )
    return (page, refused.status) if refused else page


def after(claim_id: int, action: str, work: Callable[[Any], object], done: str) -> Page:
    """Do it and come back to the claim, or show why it did not go through."""
    refused = attempt(f"claim:{claim_id}", action, work)
    if refused:
        return claim_page(claim_id, refused)
    flash(done, "good")
    return redirect(url_for("subsidies.claim", claim_id=claim_id), 303)  # type: ignore[return-value]


def file_answer(content: bytes, kind: str, name: str) -> Response:
    """Bytes as a download that no cache keeps."""
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _filters() -> QueueFilter:
    state, window, town = (request.args.get(name, "") for name in ("state", "window", "town"))
    return QueueFilter(
        state=ClaimState(state) if state in set(ClaimState) else None,
        window_id=int(window) if window.isdecimal() and len(window) < 19 else None,
        town=town if town in towns() else "",
        text=request.args.get("q", "").strip()[:120],
        waiting_for_me="mine" in request.args,
    )


# What the button says: the verb, what its text is called, and what is said when it is done.
_STEPS: dict[str, tuple[Callable[..., Any], str, Callable[[], str]]] = {
    "precheck": (reviewing.precheck, "note", lambda: _("预审通过，已记录。")),
    "town_check": (reviewing.town_check, "note", lambda: _("镇街核查通过，已记录。")),
    "propose": (reviewing.propose, "note", lambda: _("已核算并提出拟支持，核准须由另一位专员作出。")),
    "publish_notice": (reviewing.publish_notice, "", lambda: _("已开始公示。")),
    "approve": (reviewing.approve, "note", lambda: _("已核准，资金已占用。")),
    "send_back": (reviewing.send_back, "reason", lambda: _("已退回补正并通知单位。")),
    "refuse": (reviewing.refuse, "reason", lambda: _("已作出不予支持的决定并通知单位，对方可以申诉。")),
}
