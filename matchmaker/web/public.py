"""What everybody sees without logging in, and the home of whoever is."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from matchmaker.core.actor import Role
from matchmaker.core.unit import reading
from matchmaker.deals import queries as deals
from matchmaker.events import queries as events
from matchmaker.introductions import queries as introductions
from matchmaker.listings import queries as listings
from matchmaker.listings.rules import Side, State
from matchmaker.notifications import queries as notifications
from matchmaker.registry import queries as registry
from matchmaker.subsidies import queries as subsidies
from matchmaker.subsidies.queries import QueueFilter
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.search import examples
from matchmaker.web.session import actor

Page = str | Response
NEWEST = 6
EVENTS = 5
NOTICES = 8

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
def home() -> Page:
    """The front page for visitors, and for everybody else what waits for them."""
    if "q" in request.args:
        # Addresses of answers that were shared before the search had a page of its own.
        return redirect(url_for("search.page", **request.args.to_dict(flat=False)), 308)  # type: ignore[return-value, arg-type]
    with reading(parts().sessions) as session:
        coming = events.coming(session, actor(), limit=EVENTS)
        if actor().person_id is None:
            return render_template(
                "public/home.html",
                counts=listings.counts(session),
                examples=examples(),
                needs=listings.open_page(session, side=Side.NEED, per_page=NEWEST).rows,
                offers=listings.open_page(session, side=Side.OFFER, per_page=NEWEST).rows,
                coming=coming,
            )
        rows, _total, _number = notifications.inbox(session, actor())
        tiles, steps = _TILES[actor().role](session), _steps(session)
        return render_template("public/own.html", tiles=tiles, steps=steps, rows=rows[:NOTICES], coming=coming)


@blueprint.get("/about")
def about() -> Page:
    """What the platform is."""
    return render_template("public/about.html")


@blueprint.get("/join")
def join() -> Page:
    """How to take part, step by step."""
    return render_template("public/join.html")


@blueprint.get("/privacy")
def privacy() -> Page:
    """What is done with personal data, and how matching works."""
    return render_template("public/privacy.html")


def _steps(session: Any) -> list[tuple[str, str, str]]:
    """What a new member has not done yet: text, button and address."""
    if actor().role is not Role.MEMBER:
        return []
    own = registry.own_organisations(session, actor())
    if not own:
        return [(_("登记您的单位，核验后就能发布供需。"), _("登记单位"), url_for("organisation.new"))]
    waiting = [row for row in own if row.standing != "verified"]
    found = [
        (
            _("%(name)s还没有通过核验，请看进展或补充资料。", name=row.name),
            _("查看"),
            url_for("organisation.detail", organisation_id=row.id),
        )
        for row in waiting
    ]
    if len(waiting) < len(own) and not listings.state_counts(session, actor()):
        found.append((_("发布第一条需求，几秒钟就能看到合适的单位和理由。"), _("发布需求"), url_for("desk.new")))
    return found


def _member(session: Any) -> list[tuple[int, str, str]]:
    counts = listings.state_counts(session, actor())
    waiting, talking = introductions.counts_of(session, actor())
    dealing, stalled = deals.counts_of(session, actor())
    aid = subsidies.count_waiting(session, actor())
    return [
        *([(aid, _("等您确认或补正的奖补"), url_for("subsidies.mine"))] if aid else []),
        (waiting, _("等您答复的对接"), url_for("introductions.mine")),
        (talking, _("正在进行的对接"), url_for("introductions.mine")),
        (dealing, _("进行中的交易"), url_for("deals.mine")),
        *([(stalled, _("停滞的交易"), url_for("deals.mine", stalled="1"))] if stalled else []),
        (notifications.unread(session, actor()), _("未读消息"), url_for("notices.inbox")),
        (counts.get(State.PUBLISHED, 0), _("已发布的供需"), url_for("desk.mine", state="published")),
        (counts.get(State.EXPIRED, 0), _("已过期，可续期"), url_for("desk.mine", state="expired")),
    ]


def _organiser(session: Any) -> list[tuple[int, str, str]]:
    coming = [event for event in events.coming(session, actor()) if event.state == "draft"]
    return [
        (events.count_this_year(session), _("今年的对接活动（目标 60 场）"), url_for("events.calendar")),
        (len(coming), _("还没公布的活动"), url_for("events.calendar")),
        (introductions.count_open(session), _("等待答复的对接"), url_for("office.introductions")),
        (deals.counts(session, actor())[1], _("停滞的交易"), url_for("deals.board", stalled="1")),
        (notifications.unread(session, actor()), _("未读消息"), url_for("notices.inbox")),
    ]


def _officer(session: Any) -> list[tuple[int, str, str]]:
    return [
        *_claims(
            session, QueueFilter(waiting_for_me=True), _("等您办理的奖补"), url_for("subsidies.queue", mine="yes")
        ),
        (registry.waiting_organisations(session), _("等待核验的单位"), url_for("office.organisations")),
        (listings.count_waiting_for_review(session), _("等待审核的供需"), url_for("office.listings")),
        (registry.waiting_data_requests(session), _("待答复的个人信息请求"), url_for("office.data_requests")),
        (introductions.count_open(session), _("等待答复的对接"), url_for("office.introductions")),
        (deals.counts(session, actor())[1], _("停滞的交易"), url_for("deals.board", stalled="1")),
        (notifications.unread(session, actor()), _("未读消息"), url_for("notices.inbox")),
    ]


def _claims(session: Any, filters: QueueFilter, label: str, address: str) -> list[tuple[int, str, str]]:
    """Nothing while somebody acts for an organisation, whose claims stand elsewhere."""
    if actor().acting_for is not None:
        return []
    return [(subsidies.queue(session, actor(), filters=filters).total, label, address)]


def _auditor(session: Any) -> list[tuple[int, str, str]]:
    return [
        *_claims(session, QueueFilter(), _("奖补申领"), url_for("subsidies.queue")),
        (registry.audit_entries(session, actor()).total, _("审计记录"), url_for("office.audit")),
        (deals.counts(session, actor())[0], _("进行中的交易"), url_for("deals.board")),
        (registry.waiting_organisations(session), _("等待核验的单位"), url_for("office.organisations")),
        (registry.waiting_data_requests(session), _("待答复的个人信息请求"), url_for("office.data_requests")),
    ]


def _administrator(session: Any) -> list[tuple[int, str, str]]:
    return [
        (registry.people(session, actor()).total, _("账号"), url_for("office.people")),
        (registry.audit_entries(session, actor()).total, _("审计记录"), url_for("office.audit")),
    ]


_TILES: dict[Role, Callable[[Any], list[tuple[int, str, str]]]] = {
    Role.MEMBER: _member,
    Role.ORGANISER: _organiser,
    Role.OFFICER: _officer,
    Role.AUDITOR: _auditor,
    Role.ADMINISTRATOR: _administrator,
}
