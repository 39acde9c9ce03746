"""Looking after listings: the list, states, renewal, versions, files, the view log."""

from flask import Response, flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.listings import attachments, drafts, history, life
from matchmaker.listings import queries as listings
from matchmaker.listings.rules import State
from matchmaker.registry import assistance
from matchmaker.web.desk import blueprint
from matchmaker.web.forms import in_words
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login
from matchmaker.web.uploads import read_uploads

Page = str | Response | tuple[str, int]
STEPS = (State.PUBLISHED, State.ON_HOLD, State.CLOSED, State.DRAFT)


@blueprint.get("/my/listings")
@needs_login
def mine() -> Page:
    """All of one's organisations' listings and unfinished drafts."""
    with reading(parts().sessions) as session:
        rows = listings.own(session, actor())
        wanted = request.args.get("state", "")
        return render_template(
            "desk/mine.html",
            rows=[row for row in rows if not wanted or row.state == wanted],
            counts={state: sum(row.state is state for row in rows) for state in State},
            total=len(rows),
            wanted=wanted,
            drafts=drafts.open_drafts(session, actor()),
            next_states={state: [step for step in life.owners_steps(state) if step in STEPS] for state in State},
        )


@blueprint.post("/my/listings/<int:listing_id>/state")
@needs_login
def change_state(listing_id: int) -> Page:
    """One step of its life: publish, hold, close, back to draft."""
    wanted = request.form.get("state", "")
    if wanted not in set(State):
        raise Invalid([Fault("state", _("没有这个状态。"), wanted)])
    try:
        with unit(parts().sessions) as session:
            row = life.change_state(
                session, actor(), listing_id=listing_id, state=State(wanted), review=parts().config.review_listings
            )
            if row.state is State.REVIEW:
                life.tell_reviewers(session, row, base=parts().config.public_url)
            what = _("更改“%(title)s”的状态", title=row.title)
            assistance.tell_acted(session, actor(), what=what, base=parts().config.public_url)
    except Conflict:
        flash(_("现在不能这样更改：单位须已核验，过期的请续期。"), "bad")
    else:
        flash(_("状态已更新。"), "good")
    return _back(listing_id)


@blueprint.post("/my/listings/<int:listing_id>/renew")
@needs_login
def renew(listing_id: int) -> Page:
    """Half a year more, with one click."""
    try:
        with unit(parts().sessions) as session:
            row = life.renew(session, actor(), listing_id=listing_id)
            until = row.valid_to
            assistance.tell_acted(
                session, actor(), what=_("续期“%(title)s”", title=row.title), base=parts().config.public_url
            )
    except Conflict:
        flash(_("只有发布过的供需可以续期。"), "bad")
        return _back(listing_id)
    flash(_("已续期至 %(day)s。", day=until.isoformat() if until else ""), "good")
    return _back(listing_id)


@blueprint.get("/my/listings/<int:listing_id>/history")
@needs_login
def versions(listing_id: int) -> Page:
    """Every version, what changed between any two, and who from outside saw which."""
    with reading(parts().sessions) as session:
        rows = history.revisions(session, actor(), listing_id=listing_id)
        newest = rows[0].number if rows else 0
        new = request.args.get("new", newest, int)
        old = request.args.get("old", new - 1, int)
        by_number = {row.number: row for row in rows}
        changes = (
            history.compare(by_number[old].content, by_number[new].content)
            if old in by_number and new in by_number
            else []
        )
        return render_template(
            "desk/history.html",
            listing=listings.listing(session, actor(), listing_id=listing_id),
            rows=rows,
            old=old,
            new=new,
            changes=changes,
            views=history.views(session, actor(), listing_id=listing_id),
        )


@blueprint.post("/my/listings/<int:listing_id>/files")
@needs_login
def attach(listing_id: int) -> Page:
    """Add files to a listing."""
    try:
        found = read_uploads("attachment")
        if not found:
            raise Invalid([Fault("attachment", _("请先选择文件。"))])
        with unit(parts().sessions) as session:
            for name, content in found:
                attachments.attach(
                    session, actor(), parts().config.files_dir, listing_id=listing_id, name=name, content=content
                )
            assistance.tell_acted(session, actor(), what=_("添加附件"), base=parts().config.public_url)
    except Invalid as error:
        known = {
            "only PDF": _("只接受 PDF、PNG、JPEG 和不含宏的 Office 文件。"),
            "the file is empty": _("文件是空的。"),
            "at most": _("最多 10 个附件。"),
        }
        for fault in in_words(error.faults, known):
            flash(f"{fault.value} {fault.message}".strip(), "bad")
        if len(request.files.getlist("attachment")) > 1:
            flash(_("这次选的文件都没有添加；请去掉有问题的文件，再重新选择。"), "bad")
        return _back(listing_id)
    flash(_("附件已添加。"), "good")
    return _back(listing_id)


@blueprint.post("/my/listings/<int:listing_id>/files/<int:file_id>/withdraw")
@needs_login
def withdraw_file(listing_id: int, file_id: int) -> Page:
    """Take a file out of sight."""
    with unit(parts().sessions) as session:
        attachments.withdraw(session, actor(), listing_id=listing_id, file_id=file_id)
        assistance.tell_acted(session, actor(), what=_("撤下附件"), base=parts().config.public_url)
    flash(_("附件已撤下。"))
    return _back(listing_id)


def _back(listing_id: int) -> Page:
    if request.form.get("next") == "list":
        return redirect(url_for("desk.mine"), 303)  # type: ignore[return-value]
    return redirect(url_for("listings.detail", listing_id=listing_id), 303)  # type: ignore[return-value]
