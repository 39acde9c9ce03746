"""An event as its organisers see it: how far it has come, and what to do next."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core import clock
from matchmaker.core.clock import DISTRICT_ZONE
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events import queries as events
from matchmaker.events import service
from matchmaker.events.rules import EventState
from matchmaker.meetings import candidates
from matchmaker.meetings import queries as meetings
from matchmaker.participants import announcing, letters
from matchmaker.participants import queries as participants
from matchmaker.participants.access import planned_event
from matchmaker.participants.rules import RegistrationState
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.wording import conflict_text
from matchmaker.web.forms import faults_by_field, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role


@blueprint.get("/office/events/<int:event_id>")
@needs_role(*PLANNERS)
def office(event_id: int) -> Page:
    """Where the event stands, in one look."""
    return _office(event_id, {}, {})


@blueprint.post("/office/events/<int:event_id>/announce")
@needs_role(*PLANNERS)
def announce(event_id: int) -> Page:
    """Make the event known, or hold it after all."""
    try:
        with unit(parts().sessions) as session:
            state = planned_event(session, actor(), event_id=event_id).state
            event = service.announce(session, actor(), event_id=event_id)
            _tell(session, event, state)
    except Conflict as error:
        flash(conflict_text(error), "bad")
    else:
        again = _("已恢复举办，名单上的单位会收到通知。")
        flash(again if state is EventState.CANCELLED else _("已公布，单位现在可以看到并报名。"), "good")
    return redirect(url_for("events.office", event_id=event_id), 303)  # type: ignore[return-value]


@blueprint.post("/office/events/<int:event_id>/call-off")
@needs_role(*PLANNERS)
def call_off(event_id: int) -> Page:
    """Call the event off; with a reason, and only once it was said that this is meant."""
    typed, faults = request.form.to_dict(), {}
    if not text_of("reason").strip():
        faults["reason"] = _("请写明原因，对方会看到。")
    if text_of("sure") != "true":
        faults["sure"] = _("请勾选确认。")
    if faults:
        return _office(event_id, faults, typed)
    try:
        with unit(parts().sessions) as session:
            state = planned_event(session, actor(), event_id=event_id).state
            event = service.call_off(session, actor(), event_id=event_id, reason=text_of("reason"))
            _tell(session, event, state)
    except Invalid:
        return _office(event_id, {"reason": _("太长了，请精简。")}, typed)
    except Conflict as error:
        flash(conflict_text(error), "bad")
    else:
        flash(_("活动已取消，名单上的单位和参会人会收到通知。"), "good")
    return redirect(url_for("events.office", event_id=event_id), 303)  # type: ignore[return-value]


def _tell(session: Any, event: Any, state: EventState) -> None:
    """Those on the list learn what became of the event, which stood at `state`."""
    base = parts().config.public_url
    announcing.tell_change(session, actor(), event=event, state=state, starts_at=event.starts_at, base=base)


def _office(event_id: int, faults: dict[str, str], typed: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        counts = participants.counts(session, event_id=event_id)
        published = meetings.published(session, event_id=event_id)
        facts = {
            "slots": len(events.open_slots(session, event_id=event_id)),
            "tables": len(events.open_tables(session, event_id=event_id)),
            "list": candidates.newest(session, event_id=event_id) is not None,
            "published": published,
            "meetings": len(meetings.meetings_of(session, event_id=event_id)),
            "fallen": len(meetings.fallen(session, published)) if published else 0,
            "unsent": letters.waiting(session, event).links,
        }
        page = render_template(
            "events/office.html",
            event=event,
            counts=counts,
            facts=facts,
            steps=_steps(),
            stage=_stage(event, facts),
            todo=_todo(event, counts, facts),
            over=event.ends_at <= clock.now(),
            reach=announcing.reach(session, event_id=event_id),
            values=typed,
            faults=faults,
        )
    return (page, 400) if faults else page


@blueprint.get("/office/events/<int:event_id>/copy")
@needs_role(*PLANNERS)
def copy_form(event_id: int) -> Page:
    """照上次再办一场: a title and a day."""
    return _copy(event_id, {}, {})


@blueprint.post("/office/events/<int:event_id>/copy")
@needs_role(*PLANNERS)
def copy_send(event_id: int) -> Page:
    """Make the copy, as a draft."""
    try:
        title, starts_at = text_of("title").strip(), _moment(text_of("starts_at"))
        if len(title) < 4:
            raise Invalid([Fault("title", _("名称至少 4 个字。"))])
        with unit(parts().sessions) as session:
            number = service.copy_event(session, actor(), event_id=event_id, title=title[:120], starts_at=starts_at).id
    except Invalid as error:
        return _copy(event_id, faults_by_field(error.faults), request.form.to_dict())
    flash(_("已复制为草稿：时段、桌位和规则照旧，名单从空白开始。"), "good")
    return redirect(url_for("events.office", event_id=number), 303)  # type: ignore[return-value]


def _copy(event_id: int, faults: dict[str, str], typed: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        page = render_template("events/copy.html", event=event, values={"title": event.title} | typed, faults=faults)
    return (page, 400) if faults else page


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=DISTRICT_ZONE)
    except ValueError:
        raise Invalid([Fault("starts_at", _("请填写开始时间。"))]) from None
    if not 2000 <= found.year <= 2100:
        raise Invalid([Fault("starts_at", _("请填写开始时间。"))])
    return found


def _steps() -> list[tuple[str, str]]:
    return [
        ("draft", _("筹备")),
        ("inviting", _("邀请报名")),
        ("list", _("撮合名单")),
        ("timetable", _("时间表")),
        ("day", _("现场")),
        ("over", _("总结")),
    ]


def _stage(event: Any, facts: dict[str, Any]) -> str:
    """The step that the event is at."""
    if event.ends_at < clock.now():
        return "over"
    if event.starts_at <= clock.now():
        return "day"
    if event.state is EventState.DRAFT:
        return "draft"
    if facts["published"]:
        return "timetable"
    return "list" if facts["list"] else "inviting"


def _todo(event: Any, counts: dict[RegistrationState, int], facts: dict[str, Any]) -> list[tuple[str, str]]:
    """(what to do next, endpoint), the most urgent first."""
    waiting = counts.get(RegistrationState.APPLIED, 0)
    invited = counts.get(RegistrationState.INVITED, 0)
    over = event.ends_at < clock.now()
    if event.state is EventState.CANCELLED:
        return []
    found = [
        (not facts["slots"] or not facts["tables"], _("排好时段和桌位"), "events.agenda"),
        (waiting > 0, _("%(num)s 家等待审核", num=waiting), "events.people"),
        (not counts, _("建邀请名单"), "events.guests"),
        (
            facts["fallen"] > 0 and not over,
            _("%(num)s 场洽谈落空，补排", num=facts["fallen"]),
            "events.timetable_repair",
        ),
        (facts["unsent"] > 0, _("给 %(num)s 位没有账号的参会人发送个人链接", num=facts["unsent"]), "events.people"),
        (invited > 0 and not over, _("%(num)s 家收到邀请还没答复", num=invited), "events.people"),
        (bool(counts) and not facts["list"] and not over, _("计算撮合名单"), "events.candidates"),
        (facts["list"] and not facts["published"] and not over, _("编排并发布时间表"), "events.timetable"),
        (facts["published"] is not None and not over, _("打印日程、桌卡和签到表"), "events.printing"),
        (facts["published"] is not None and over, _("补齐洽谈结果"), "events.outcomes"),
        (facts["published"] is not None and over, _("看总结"), "events.report"),
    ]
    return [(text, endpoint) for wanted, text, endpoint in found if wanted]
