"""The inbox of notices, and how often letters come."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Fault, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.notifications import queries as notifications
from matchmaker.notifications import service, texts
from matchmaker.notifications.rules import NoticeKind, Pace
from matchmaker.web.language import _, language
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

Page = str | Response | tuple[str, int]

blueprint = Blueprint("notices", __name__)


@blueprint.get("/my/notices")
@needs_login
def inbox() -> Page:
    """What was told, newest first."""
    with reading(parts().sessions) as session:
        rows, total, number = notifications.inbox(session, actor(), page=request.args.get("page", 1, int))
        last = max(1, -(-total // notifications.PER_PAGE))
        lines = [(row, texts.write(row.text, row.details, language())) for row in rows]
        return render_template("notices/inbox.html", lines=lines, total=total, page={"number": number, "last": last})


@blueprint.post("/my/notices/<int:notice_id>")
@needs_login
def open_notice(notice_id: int) -> Page:
    """Mark one as read and go where it leads."""
    with unit(parts().sessions) as session:
        service.mark_read(session, actor(), notice_ids=[notice_id])
        path = notifications.path_of(session, actor(), notice_id=notice_id)
    return redirect(path, 303)  # type: ignore[return-value]


@blueprint.post("/my/notices/read")
@needs_login
def read_all() -> Page:
    """Mark all as read."""
    with unit(parts().sessions) as session:
        service.mark_read(session, actor())
    return redirect(url_for("notices.inbox"), 303)  # type: ignore[return-value]


@blueprint.get("/my/notices/settings")
@needs_login
def settings() -> Page:
    """How letters come, kind by kind."""
    with reading(parts().sessions) as session:
        chosen = notifications.paces(session, actor())
        return render_template("notices/settings.html", chosen=chosen, kinds=list(NoticeKind))


@blueprint.post("/my/notices/settings")
@needs_login
def save_settings() -> Page:
    """Keep the choice."""
    try:
        chosen = {kind: Pace(request.form[kind.value]) for kind in NoticeKind if kind.value in request.form}
    except ValueError:
        raise Invalid([Fault("pace", _("请从列出的方式里选择。"))]) from None
    with unit(parts().sessions) as session:
        service.set_paces(session, actor(), paces=chosen)
    flash(_("提醒方式已保存。"), "good")
    return redirect(url_for("notices.settings"), 303)  # type: ignore[return-value]
