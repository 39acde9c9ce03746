"""From a fen of aid back to the match that led to it, and from an event forward to what it brought."""

from flask import Response, render_template

from matchmaker.core import clock
from matchmaker.core.actor import Role
from matchmaker.core.unit import reading
from matchmaker.exchange.trace_pdf import trace_pdf
from matchmaker.exchange.trace_rows import happenings
from matchmaker.subsidies import harvest as harvests
from matchmaker.subsidies import trace as traces
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.subsidies.door import READERS, Page, blueprint
from matchmaker.web.subsidies.review import file_answer


@blueprint.get("/office/subsidies/<int:claim_id>/trace")
@needs_role(*READERS)
def trace(claim_id: int) -> Page:
    """The whole chain behind one claim."""
    with reading(parts().sessions) as session:
        found = traces.of_claim(session, actor(), claim_id=claim_id)
        return render_template("subsidies/trace.html", trace=found, claim=found.claim, rows=happenings(found))


@blueprint.get("/office/subsidies/<int:claim_id>/trace.pdf")
@needs_role(*READERS)
def trace_file(claim_id: int) -> Response:
    """The same on paper, for the auditor's file."""
    with reading(parts().sessions) as session:
        found = traces.of_claim(session, actor(), claim_id=claim_id)
        content = trace_pdf(found, at=clock.now(), by=actor().name)
    return file_answer(content, "application/pdf", f"trace-{claim_id}.pdf")


@blueprint.get("/office/events/<int:event_id>/harvest")
@needs_role(Role.OFFICER, Role.ORGANISER, Role.AUDITOR)
def harvest(event_id: int) -> Page:
    """What an event brought: meetings, deals, contracts, aid."""
    with reading(parts().sessions) as session:
        found = harvests.of_event(session, actor(), event_id=event_id)
        return render_template("subsidies/harvest.html", event=found.event, found=found)
