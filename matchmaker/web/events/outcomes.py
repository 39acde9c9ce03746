"""What came of a meeting, in two taps: by the desk, by either side, or by a personal link."""

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.deals import queries as deals
from matchmaker.meetings import follow_ups
from matchmaker.meetings import outcomes as words
from matchmaker.meetings.rules import FollowUpAnswer, OutcomeKind
from matchmaker.participants.access import planned_event, registration_for
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.forms import text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login, needs_role


@blueprint.get("/office/events/<int:event_id>/outcomes")
@needs_role(*PLANNERS)
def outcomes(event_id: int) -> Page:
    """Every meeting with what both sides and the desk say."""
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        rows = words.of_event(session, actor(), event_id=event_id)
        return render_template(
            "events/outcomes.html",
            event=event,
            rows=rows,
            deals=deals.of_meetings(session, meeting_ids=[one.id for one in rows]),
            own=None,
            word_of=words.word_of,
            now=clock.now(),
            all=words.outcome_of,
        )


@blueprint.post("/office/events/<int:event_id>/outcomes/<int:meeting_id>")
@needs_role(*PLANNERS)
def outcomes_say(event_id: int, meeting_id: int) -> Page:
    """The desk's word."""
    _say(meeting_id, None)
    there = url_for("events.outcomes", event_id=event_id, _anchor=f"m{meeting_id}")
    return redirect(there, 303)  # type: ignore[return-value]


@blueprint.get("/my/events/<int:registration_id>/outcomes")
@needs_login
def own_outcomes(registration_id: int) -> Page:
    """One's own meetings, and what one's own side says of them."""
    with reading(parts().sessions) as session:
        row = registration_for(session, actor(), registration_id=registration_id)
        found = words.of_registration(session, registration=row)
        return render_template(
            "events/outcomes.html",
            event=row.event,
            rows=found,
            deals=deals.of_meetings(session, meeting_ids=[one.id for one in found]),
            own=row,
            word_of=words.word_of,
            now=clock.now(),
            all=None,
        )


@blueprint.post("/my/events/<int:registration_id>/outcomes/<int:meeting_id>")
@needs_login
def own_outcomes_say(registration_id: int, meeting_id: int) -> Page:
    """One side's word."""
    _say(meeting_id, registration_id)
    there = url_for("events.own_outcomes", registration_id=registration_id, _anchor=f"m{meeting_id}")
    return redirect(there, 303)  # type: ignore[return-value]


@blueprint.post("/p/<token>/outcomes/<int:meeting_id>")
def personal_outcome(token: str, meeting_id: int) -> Page:
    """A participant's word, by the personal link."""
    kind = _kind()
    try:
        if kind is not None:
            with unit(parts().sessions) as session:
                words.say_by_link(
                    session, secret_key=parts().config.secret_key, token=token, meeting_id=meeting_id, kind=kind
                )
            flash(_("已记下，谢谢。"), "good")
    except Conflict:
        flash(_("洽谈还没有开始，或已取消。"), "bad")
    return redirect(url_for("events.personal", token=token, _anchor=f"m{meeting_id}"), 303)  # type: ignore[return-value]


@blueprint.get("/follow-up/<token>")
def follow_up(token: str) -> Page:
    """The question half a year later, without a login. 404 for a link that was made up."""
    return _follow_up_page(token, {})


@blueprint.post("/follow-up/<token>")
def follow_up_send(token: str) -> Page:
    """The answer."""
    try:
        kind = FollowUpAnswer(request.form.get("answer", ""))
        with unit(parts().sessions) as session:
            secret = parts().config.secret_key
            follow_ups.answer(session, secret_key=secret, token=token, answer=kind, note=text_of("note"))
    except ValueError:
        return _follow_up_page(token, {"answer": _("请选一个结果。")})
    except Invalid:
        return _follow_up_page(token, {"note": _("太长了，请精简。")})
    except Conflict:
        return _follow_up_page(token, {"answer": _("已经答复超过三十天，不能再改。")})
    flash(_("已记下，谢谢。"), "good")
    return redirect(url_for("events.follow_up", token=token), 303)  # type: ignore[return-value]


def _follow_up_page(token: str, faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        row = follow_ups.question(session, secret_key=parts().config.secret_key, token=token)
        meeting = row.meeting
        other = meeting.b if meeting.a.registration_id == row.registration_id else meeting.a
        page = render_template(
            "events/follow_up.html",
            row=row,
            other=other,
            event=other.registration.event,
            values={"answer": row.answer, "note": row.note} | request.form.to_dict(),
            faults=faults,
        )
    return (page, 400) if faults else page


def _say(meeting_id: int, registration_id: int | None) -> None:
    kind = _kind()
    if kind is None:
        flash(_("请选一个结果。"), "bad")
        return
    try:
        with unit(parts().sessions) as session:
            words.say(
                session,
                actor(),
                meeting_id=meeting_id,
                registration_id=registration_id,
                kind=kind,
                note=text_of("note"),
                next_step=text_of("next_step"),
            )
        flash(_("已记下，谢谢。"), "good")
    except Conflict:
        flash(_("洽谈还没有开始，或已取消。"), "bad")
    except Invalid:
        flash(_("太长了，请精简。"), "bad")


def _kind() -> OutcomeKind | None:
    try:
        return OutcomeKind(request.form.get("kind", ""))
    except ValueError:
        return None
