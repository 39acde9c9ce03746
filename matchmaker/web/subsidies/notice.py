"""The public notice: who is to get how much for which contract, and how anybody may object."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from matchmaker.core.unit import reading
from matchmaker.subsidies import queries, voices
from matchmaker.web.forms import text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor
from matchmaker.web.subsidies.door import Page, Refused, attempt, blueprint, values


@blueprint.get("/notice")
def notice() -> Page:
    """What is on public notice today."""
    return _page(None, 0)


@blueprint.post("/notice/<int:noticed_id>")
def object_(noticed_id: int) -> Page:
    """Object to one of them; whoever does leaves a way to be answered, which only the office sees."""

    def work(session: Any) -> None:
        text, contact, base = text_of("text"), text_of("contact"), parts().config.public_url
        voices.object_(session, actor(), claim_id=noticed_id, text=text, contact=contact, base=base)

    refused = attempt(f"claim:{noticed_id}", "subsidy.object", work)
    if refused:
        return _page(refused, noticed_id)
    flash(_("异议已收到，核实期间不会核准这笔奖补；结果会按您留下的联系方式答复。"), "good")
    return redirect(url_for("subsidies.notice"), 303)  # type: ignore[return-value]


def _page(refused: Refused | None, noticed_id: int) -> Page:
    with reading(parts().sessions) as session:
        page = render_template(
            "subsidies/notice.html",
            rows=queries.notice_list(session),
            about=noticed_id,
            refused=refused,
            values=values() if refused else {},
            faults=refused.faults if refused else {},
        )
    return (page, refused.status) if refused else page
