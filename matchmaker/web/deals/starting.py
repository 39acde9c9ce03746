"""The buttons that start a deal: on an introduction, and beside what came of a meeting."""

from typing import Any

from flask import flash, redirect, url_for

from matchmaker.core.errors import Conflict
from matchmaker.deals import starting
from matchmaker.registry import assistance
from matchmaker.web.deals.door import Page, blueprint, to_deal
from matchmaker.web.events.door import PLANNERS
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.refusals import changing
from matchmaker.web.session import actor, needs_login, needs_role


@blueprint.post("/my/introductions/<int:introduction_id>/deal")
@needs_login
def from_introduction(introduction_id: int) -> Page:
    """Put down what an accepted introduction has become."""
    try:
        with changing(f"introduction:{introduction_id}", "deal.start") as session:
            base = parts().config.public_url
            deal = starting.start_from_introduction(session, actor(), introduction_id=introduction_id, base=base)
            number = _started(session, deal)
    except Conflict:
        flash(_("双方同意对接后才能登记为交易。"), "bad")
        return redirect(url_for("introductions.detail", introduction_id=introduction_id), 303)  # type: ignore[return-value]
    return to_deal(number)  # type: ignore[no-any-return]


@blueprint.post("/my/events/<int:registration_id>/outcomes/<int:meeting_id>/deal")
@needs_login
def from_meeting(registration_id: int, meeting_id: int) -> Page:
    """One side puts down what a meeting has become."""
    there = url_for("events.own_outcomes", registration_id=registration_id, _anchor=f"m{meeting_id}")
    return _from_meeting(meeting_id, registration_id, there)


@blueprint.post("/office/events/<int:event_id>/outcomes/<int:meeting_id>/deal")
@needs_role(*PLANNERS)
def from_desk(event_id: int, meeting_id: int) -> Page:
    """The desk does it for both."""
    there = url_for("events.outcomes", event_id=event_id, _anchor=f"m{meeting_id}")
    return _from_meeting(meeting_id, None, there)


def _from_meeting(meeting_id: int, registration_id: int | None, back: str) -> Page:
    try:
        with changing(f"meeting:{meeting_id}", "deal.start") as session:
            deal = starting.start_from_meeting(
                session,
                actor(),
                meeting_id=meeting_id,
                registration_id=registration_id,
                base=parts().config.public_url,
            )
            number = _started(session, deal)
    except Conflict as error:
        missing = str(error) == "not on the platform"
        away = _("有一方还没有在平台登记单位，登记后才能建立交易。")
        flash(away if missing else _("请先把洽谈结果记为“可能合作”。"), "bad")
        return redirect(back, 303)  # type: ignore[return-value]
    return to_deal(number)  # type: ignore[no-any-return]


def _started(session: Any, deal: Any) -> int:
    assistance.tell_acted(session, actor(), what=_("登记交易"), base=parts().config.public_url)
    flash(_("交易已登记，请写下下一步和日期。"), "good")
    return int(deal.id)
