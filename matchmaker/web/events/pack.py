"""The event pack: an event taken to a place without a network, and brought home."""

from flask import Response, flash, redirect, render_template, url_for

from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.events import queries as events
from matchmaker.exchange import pack as packs
from matchmaker.exchange import pack_merge
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.forms import faults_by_field, in_words
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.uploads import read_upload


@blueprint.get("/office/events/<int:event_id>/pack")
@needs_role(*PLANNERS)
def pack(event_id: int) -> Page:
    """How it works, what left and what came back."""
    return _page(event_id, {})


@blueprint.post("/office/events/<int:event_id>/pack.zip")
@needs_role(*PLANNERS)
def pack_save(event_id: int) -> Response:
    """The pack as a file; that it left is remembered."""
    with unit(parts().sessions) as session:
        content = packs.save(session, actor(), event_id=event_id)
    response = Response(content, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="event-{event_id}.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/office/events/<int:event_id>/pack")
@needs_role(*PLANNERS)
def pack_merge_send(event_id: int) -> Page:
    """Bring a pack home."""
    try:
        found = read_upload("pack")
        with unit(parts().sessions) as session:
            done = pack_merge.merge(session, actor(), event_id=event_id, content=found[1] if found else b"")
    except Invalid as error:
        known = {
            "this pack belongs": _("这是另一场活动的活动包。"),
            "this pack was saved here": _("这个活动包是在本平台导出的，还没有在现场电脑上使用过。"),
            "the pack is too large": _("活动包太大。"),
            "a row of the pack": _("活动包里有读不懂的内容，没有合并任何东西。"),
            "the pack has format": _("活动包的版本与本平台不一致。"),
            "this file is no": _("请选择从现场电脑导出的活动包（.zip）。"),
        }
        return _page(event_id, faults_by_field(in_words(error.faults, known)))
    except Conflict:
        return _page(event_id, {"pack": _("这个活动包不是从本平台导出的。")})
    if done.again:
        flash(_("这个活动包已经合并过，没有任何改动。"))
    elif done.conflicts:
        flash(_("已合并，有 %(num)s 处两边都改过，请在下面核对。", num=len(done.conflicts)), "warn")
    else:
        flash(_("已合并，没有冲突。"), "good")
    return redirect(url_for("events.pack", event_id=event_id), 303)  # type: ignore[return-value]


def _page(event_id: int, faults: dict[str, str]) -> Page:
    tables = {
        "event_slots": _("时段"),
        "event_tables": _("桌位"),
        "registrations": _("报名单位"),
        "participants": _("参会人"),
        "event_pairs": _("约谈"),
        "timetables": _("时间表"),
        "meetings": _("洽谈"),
        "outcomes": _("洽谈结果"),
    }
    with reading(parts().sessions) as session:
        rows = pack_merge.merges(session, actor(), event_id=event_id)
        event = events.event(session, actor(), event_id=event_id)
        page = render_template("events/pack.html", event=event, rows=rows, tables=tables, faults=faults)
    return (page, 400) if faults else page
