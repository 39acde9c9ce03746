"""What another version of the policy would have paid for the same claims; nothing of it is stored."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for

from matchmaker.core import clock
from matchmaker.core.unit import reading
from matchmaker.exchange.comparison_sheet import comparison_sheet
from matchmaker.subsidies import dry_run as dry
from matchmaker.subsidies import policies, queries
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.subsidies.door import READERS, Page, blueprint
from matchmaker.web.subsidies.review import SHEET, file_answer


@blueprint.get("/office/subsidies/windows/<int:window_id>/dry-run")
@needs_role(*READERS)
def dry_run(window_id: int) -> Page:
    """What another version would have paid for the same claims; nothing is stored."""
    with reading(parts().sessions) as session:
        page = queries.window_page(session, actor(), window_id=window_id)
        chosen = _chosen(session)
        found = _compared(session, window_id, chosen) if chosen else None
        return render_template(
            "subsidies/dry_run.html",
            window=page.window,
            versions=policies.versions(session),
            chosen=chosen,
            found=found,
        )


@blueprint.get("/office/subsidies/windows/<int:window_id>/dry-run.xlsx")
@needs_role(*READERS)
def dry_run_file(window_id: int) -> Response | Page:
    """The same as a workbook."""
    with reading(parts().sessions) as session:
        chosen = _chosen(session)
        if chosen is None:
            return redirect(url_for("subsidies.dry_run", window_id=window_id), 303)  # type: ignore[return-value]
        content = comparison_sheet(_compared(session, window_id, chosen), at=clock.now(), by=actor().name)
    return file_answer(content, SHEET, f"dry-run-{window_id}.xlsx")


def _compared(session: Any, window_id: int, chosen: Any) -> Any:
    return dry.compare(session, actor(), window_id=window_id, policy_row_id=chosen.id)


def _chosen(session: Any) -> Any | None:
    """The version that was asked for; None when none was."""
    text = request.args.get("policy", "")
    if not text.isdecimal() or len(text) > 18:
        return None
    return policies.version(session, row_id=int(text))
