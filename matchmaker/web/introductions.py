"""Introductions: who wants to talk with whom, contacts after both agreed, and the talk."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.deals import queries as deals
from matchmaker.deals.access import can_read
from matchmaker.introductions import queries
from matchmaker.introductions import service as introductions
from matchmaker.introductions.access import side_of
from matchmaker.introductions.rules import DeclineReason
from matchmaker.registry import assistance
from matchmaker.web.forms import faults_by_field, in_words, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

Page = str | Response | tuple[str, int]

blueprint = Blueprint("introductions", __name__)


@blueprint.get("/my/introductions")
@needs_login
def mine() -> Page:
    """All introductions of one's organisations; what waits for an answer comes first."""
    with reading(parts().sessions) as session:
        rows = queries.introductions_of(session, actor())
        return render_template(
            "introductions/mine.html", rows=rows, sides={row.id: side_of(actor(), row) for row in rows}
        )


@blueprint.get("/my/introductions/<int:introduction_id>")
@needs_login
def detail(introduction_id: int) -> Page:
    """Both listings, the state, contacts once both agreed, and the talk."""
    return _page(introduction_id, {})


@blueprint.post("/my/introductions/<int:introduction_id>/answer")
@needs_login
def answer(introduction_id: int) -> Page:
    """Say yes or no to a request."""
    accept = request.form.get("answer") == "yes"
    try:
        reasons = [DeclineReason(code) for code in request.form.getlist("reasons")]
        with unit(parts().sessions) as session:
            introductions.answer(
                session,
                actor(),
                introduction_id=introduction_id,
                accept=accept,
                reasons=reasons,
                note=text_of("note"),
                base=parts().config.public_url,
            )
            assistance.tell_acted(session, actor(), what=_("答复对接请求"), base=parts().config.public_url)
    except ValueError:
        return _page(introduction_id, {"reasons": _("请从列出的理由里选择。")})
    except Invalid as error:
        return _page(introduction_id, faults_by_field(_in_words(error.faults)))
    except Conflict as error:
        own = str(error) == "the other side answers"
        flash(_("这是您发出的请求，请等对方答复。") if own else _("这个请求已经答复或撤回。"), "bad")
    else:
        flash(_("已同意，双方的联系方式现在互相可见。") if accept else _("已婉拒，理由已转达对方。"), "good")
    return _to(introduction_id)


@blueprint.post("/my/introductions/<int:introduction_id>/end")
@needs_login
def end(introduction_id: int) -> Page:
    """Withdraw a request, or close a talk."""
    try:
        with unit(parts().sessions) as session:
            introductions.end(session, actor(), introduction_id=introduction_id, base=parts().config.public_url)
            assistance.tell_acted(session, actor(), what=_("结束对接"), base=parts().config.public_url)
    except Conflict:
        flash(_("现在不能结束：它已经结束，或在等您答复。"), "bad")
    else:
        flash(_("已结束。"), "good")
    return _to(introduction_id)


@blueprint.post("/my/introductions/<int:introduction_id>/write")
@needs_login
def write(introduction_id: int) -> Page:
    """Say something to the other side."""
    try:
        with unit(parts().sessions) as session:
            introductions.write(
                session,
                actor(),
                introduction_id=introduction_id,
                text=text_of("text"),
                base=parts().config.public_url,
            )
            assistance.tell_acted(session, actor(), what=_("在对接中留言"), base=parts().config.public_url)
    except Invalid as error:
        return _page(introduction_id, faults_by_field(_in_words(error.faults)))
    except Conflict:
        flash(_("双方同意对接后才能留言。"), "bad")
    return _to(introduction_id)


def _in_words(faults: list[Fault]) -> list[Fault]:
    known = {
        "choose at least": _("请至少选择一个理由。"),
        "write something": _("请先写点什么。"),
        "at most": _("太长了，请精简。"),
    }
    return in_words(faults, known)


def _values() -> dict[str, Any]:
    """The whole form as it was sent, to be shown again; reasons come several times."""
    return {"text": text_of("text"), "note": text_of("note"), "reasons": request.form.getlist("reasons")}


def _page(introduction_id: int, faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        row = queries.introduction(session, actor(), introduction_id=introduction_id)
        deal = deals.of_introduction(session, introduction_id=row.id)
        page = render_template(
            "introductions/detail.html",
            row=row,
            side=side_of(actor(), row),
            contacts=queries.contacts(session, actor(), introduction=row),
            known=row.state in queries.OPEN_STATES,
            deal=deal if deal is not None and can_read(actor(), deal) else None,
            values=_values() if faults else {},
            faults=faults,
        )
    return (page, 400) if faults else page


def _to(introduction_id: int) -> Page:
    return redirect(url_for("introductions.detail", introduction_id=introduction_id), 303)  # type: ignore[return-value]
