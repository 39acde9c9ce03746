"""The matchmaking list of an event: made, looked at organisation by organisation, decided on by hand, taken away."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.events.rules import Asking
from matchmaker.exchange.match_pdf import partners_pdf
from matchmaker.exchange.match_sheets import one_book, whole_book
from matchmaker.meetings import candidate_views as views
from matchmaker.meetings import candidates as lists
from matchmaker.meetings import pairs, tasks
from matchmaker.meetings.rules import Mark, TaskKind, TaskState
from matchmaker.meetings.wanted import may_ask
from matchmaker.participants.access import planned_event, registration_for
from matchmaker.participants.rules import RegistrationState
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.exported import remember
from matchmaker.web.forms import faults_by_field, in_words, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

_LIST = "/office/events/<int:event_id>/candidates"
_ONE = f"{_LIST}/<int:registration_id>"
_PAIR = f"{_LIST}/pairs/<int:pair_id>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


@blueprint.get(_LIST)
@needs_role(*PLANNERS)
def candidates(event_id: int) -> Page:
    """How old the list is, what changed since, and everybody on it, those without good partners first."""
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        made = lists.newest(session, event_id=event_id)
        task = tasks.latest(session, event_id=event_id, kind=TaskKind.CANDIDATES)
        return render_template(
            "events/candidates.html",
            event=event,
            made=made,
            stale=lists.stale(session, event_id, made) if made is not None else None,
            standings=lists.standings(session, event_id=event_id),
            task=task,
            working=task is not None and task.state in tasks.OPEN,
            failed=task is not None and task.state is TaskState.FAILED,
        )


@blueprint.post(_LIST)
@needs_role(*PLANNERS)
def candidates_make(event_id: int) -> Page:
    """Have the list made anew; the worker does it."""
    try:
        with unit(parts().sessions) as session:
            tasks.ask_for(session, actor(), event_id=event_id, kind=TaskKind.CANDIDATES)
    except Conflict:
        flash(_("名单正在计算，请稍候。"), "note")
    else:
        flash(_("已开始计算，完成后本页自动更新。"), "good")
    return redirect(url_for("events.candidates", event_id=event_id), 303)  # type: ignore[return-value]


@blueprint.get(f"{_LIST}.xlsx")
@needs_role(*PLANNERS)
def candidates_book(event_id: int) -> Page:
    """The whole list as a workbook."""
    with reading(parts().sessions) as session:
        planned_event(session, actor(), event_id=event_id)
        rows = views.everyone(session, event_id=event_id)
        content = whole_book(rows, lists.standings(session, event_id=event_id))
    remember("candidates", "xlsx", event_id=event_id, pairs=len(rows))
    return file_of(content, XLSX, f"event-{event_id}-candidates.xlsx")


@blueprint.get(_ONE)
@needs_role(*PLANNERS)
def candidates_of(event_id: int, registration_id: int) -> Page:
    """One organisation's possible partners, each to be marked by hand."""
    return _page_of(event_id, registration_id, {})


@blueprint.get(f"{_ONE}.xlsx")
@needs_role(*PLANNERS)
def candidates_of_book(event_id: int, registration_id: int) -> Page:
    """The same as a workbook."""
    with reading(parts().sessions) as session:
        _event, registration = _home(session, event_id, registration_id)
        rows = lists.for_one(session, event_id=event_id, registration_id=registration_id)
        content = one_book(registration, rows)
    remember("candidates", "xlsx", event_id=event_id, registration=registration_id, pairs=len(rows))
    return file_of(content, XLSX, f"event-{event_id}-candidates-{registration_id}.xlsx")


@blueprint.get(f"{_ONE}.pdf")
@needs_role(*PLANNERS)
def candidates_of_pdf(event_id: int, registration_id: int) -> Page:
    """The same to print."""
    with reading(parts().sessions) as session:
        event, registration = _home(session, event_id, registration_id)
        rows = lists.for_one(session, event_id=event_id, registration_id=registration_id)
        content = partners_pdf(event, registration, rows, office=True)
    remember("candidates", "pdf", event_id=event_id, registration=registration_id, pairs=len(rows))
    return file_of(content, PDF, f"event-{event_id}-candidates-{registration_id}.pdf")


@blueprint.post(f"{_ONE}/mark")
@needs_role(*PLANNERS)
def candidates_mark(event_id: int, registration_id: int) -> Page:
    """Decide on one pair: must, never or neither, with a note and what the meeting occupies."""
    other = request.form.get("other", type=int, default=registration_id)
    try:
        with unit(parts().sessions) as session:
            _home(session, event_id, registration_id)
            pairs.mark(
                session,
                actor(),
                event_id=event_id,
                a_id=registration_id,
                b_id=other,
                mark=_mark(),
                note=text_of("note"),
                needs=request.form.getlist("needs"),
            )
    except Invalid as error:
        return _page_of(event_id, registration_id, faults_by_field(words_of(error.faults)))
    except Conflict as error:
        flash(conflict_words(error), "bad")
    else:
        flash(_("已保存。"), "good")
    return _to_one(event_id, registration_id, other)


@blueprint.post(f"{_ONE}/ask")
@needs_role(*PLANNERS)
def candidates_ask(event_id: int, registration_id: int) -> Page:
    """Ask another organisation for a meeting on behalf of this one."""
    other = request.form.get("other", type=int, default=registration_id)

    def act(session: Any) -> None:
        pairs.ask(
            session,
            actor(),
            event_id=event_id,
            from_id=registration_id,
            to_id=other,
            message=text_of("message"),
            base=_base(),
        )

    try:
        tried(act, done=_("已代为约谈，双方都收到通知。"))
    except Invalid as error:
        return _page_of(event_id, registration_id, faults_by_field(words_of(error.faults)))
    return _to_one(event_id, registration_id, other)


@blueprint.post(f"{_PAIR}/answer")
@needs_role(*PLANNERS)
def candidates_answer(event_id: int, pair_id: int) -> Page:
    """Answer a request for the side that was asked, for instance after a call."""
    accept = request.form.get("answer") == "yes"

    def act(session: Any) -> None:
        _require_of(event_id, pairs.answer_request(session, actor(), pair_id=pair_id, accept=accept, base=_base()))

    tried(act, done=_("已代为答复，双方都收到通知。"))
    return _back(event_id)


@blueprint.post(f"{_PAIR}/withdraw")
@needs_role(*PLANNERS)
def candidates_withdraw(event_id: int, pair_id: int) -> Page:
    """Take a request back for the side that made it."""

    def act(session: Any) -> None:
        _require_of(event_id, pairs.withdraw_request(session, actor(), pair_id=pair_id, base=_base()))

    tried(act, done=_("已撤回，双方都收到通知。"))
    return _back(event_id)


def tried(act: Callable[[Any], None], *, done: str) -> None:
    """Run a verb in a unit of its own and say how it went; Invalid is left to the page."""
    try:
        with unit(parts().sessions) as session:
            act(session)
    except Conflict as error:
        flash(conflict_words(error), "bad")
    else:
        flash(done, "good")


def file_of(content: bytes, mimetype: str, name: str) -> Response:
    """A PDF opens in the browser; a workbook is saved. Neither stays in a shared cache."""
    response = Response(content, mimetype=mimetype)
    manner = "inline" if mimetype == PDF else "attachment"
    response.headers["Content-Disposition"] = f'{manner}; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def words_of(faults: list[Fault]) -> list[Fault]:
    """What is wrong with a mark or a request, as the pages say it."""
    return in_words(
        faults,
        {
            "at most": _("太长了，请精简。"),
            "choose another": _("请选择另一家单位。"),
            "the event does not have": _("这场活动没有这项资源。"),
            "must, never or none": _("请从列出的安排里选择。"),
        },
    )


def conflict_words(error: Conflict) -> str:
    """Why a mark or a request did not go through."""
    known = {
        pairs.OFF: _("这场活动不开放约谈。"),
        pairs.OVER: _("活动已经结束。"),
        pairs.NOT_IN: _("双方都确认参加后才能这样安排。"),
        pairs.ONLY_ASKED: _("在产业链供需对接活动中，金融机构和服务机构由企业来约，不主动约谈。"),
        pairs.TOO_MANY: _("约谈次数已用完；撤回一个等待答复的约谈，就可以再约一家。"),
        pairs.ALREADY: _("已经约过这家单位。"),
        pairs.REFUSED: _("对方已谢绝，不能再约。"),
        pairs.VETOED: _("主办方没有安排这场洽谈，如有需要请联系主办方。"),
        pairs.GONE: _("这个约谈已经答复、撤回或过期。"),
        pairs.THEIRS: _("这是您发出的约谈，请等对方答复。"),
    }
    return known.get(str(error)) or _("现在不能这样做，请看页面上的最新状态。")


def asking_open(event: Any, registration: Any) -> bool:
    """Whether this organisation asks for meetings at this event now."""
    kind = registration.organisation.kind if registration.organisation is not None else None
    coming = registration.state is RegistrationState.CONFIRMED
    in_time = event.asking is not Asking.OFF and event.ends_at > clock.now()
    return coming and in_time and may_ask(event.kind, kind)


def _page_of(event_id: int, registration_id: int, faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        event, registration = _home(session, event_id, registration_id)
        page = render_template(
            "events/candidates_of.html",
            event=event,
            registration=registration,
            rows=lists.for_one(session, event_id=event_id, registration_id=registration_id),
            others=views.others(session, event_id=event_id, registration_id=registration_id),
            made=lists.newest(session, event_id=event_id),
            asking=asking_open(event, registration),
            requests=pairs.requests_of(session, registration_id=registration_id),
            faults=faults,
            typed=request.form if faults else {},
            chosen=request.form.getlist("needs") if faults else [],
            limits={"note": pairs.MOST_NOTE, "message": pairs.MOST_MESSAGE},
        )
    return (page, 400) if faults else page


def _home(session: Any, event_id: int, registration_id: int) -> tuple[Any, Any]:
    """The event and one of its own registrations, for planners. NotFound otherwise."""
    event = planned_event(session, actor(), event_id=event_id)
    registration = registration_for(session, actor(), registration_id=registration_id)
    if registration.event_id != event_id:
        raise NotFound(f"no registration {registration_id} at event {event_id}")
    return event, registration


def _require_of(event_id: int, pair: Any) -> None:
    if pair.event_id != event_id:
        raise NotFound(f"no pair {pair.id} at event {event_id}")


def _mark() -> Mark:
    try:
        return Mark(request.form.get("mark", ""))
    except ValueError:
        raise Invalid([Fault("mark", "must, never or none")]) from None


def _base() -> str:
    return parts().config.public_url


def _back(event_id: int) -> Page:
    """To the organisation's page from which the button was pressed."""
    home = request.form.get("home", type=int)
    if home is None:
        return redirect(url_for("events.candidates", event_id=event_id), 303)  # type: ignore[return-value]
    return _to_one(event_id, home, request.form.get("other", type=int, default=0))


def _to_one(event_id: int, registration_id: int, other: int) -> Page:
    address = url_for("events.candidates_of", event_id=event_id, registration_id=registration_id)
    return redirect(f"{address}#one-{other}", 303)  # type: ignore[return-value]
