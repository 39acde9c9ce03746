"""The match inbox: suggested partners of one's listings, and what is decided on them."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Fault, Invalid, Unavailable
from matchmaker.core.unit import reading, unit
from matchmaker.introductions import inbox as inboxes
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Decision, DeclineReason
from matchmaker.listings import queries as listings
from matchmaker.listings.rules import State
from matchmaker.registry import assistance
from matchmaker.web.forms import faults_by_field, in_words, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

Page = str | Response | tuple[str, int]

blueprint = Blueprint("matches", __name__)


@blueprint.get("/my/matches")
@needs_login
def inbox() -> Page:
    """One's published listings, each leading to its matches."""
    with reading(parts().sessions) as session:
        rows = [row for row in listings.own(session, actor()) if row.state is State.PUBLISHED]
        return render_template("matches/inbox.html", rows=rows)


@blueprint.get("/my/matches/<int:listing_id>")
@needs_login
def of_listing(listing_id: int) -> Page:
    """Who fits this listing, why, and what is missing."""
    return _page(listing_id, {}, None)


@blueprint.post("/my/matches/<int:listing_id>/<int:other_id>/ask")
@needs_login
def ask(listing_id: int, other_id: int) -> Page:
    """Ask the other side to talk. When it asked before, this is the yes."""
    message = text_of("message")
    evidence = {}
    try:
        # Ranked before the unit: nobody waits for the database's one writer while the model thinks.
        with reading(parts().sessions) as session:
            evidence = inboxes.evidence(session, actor(), parts().engine, listing_id=listing_id, other_id=other_id)
    except Unavailable:
        pass
    try:
        with unit(parts().sessions) as session:
            row = introductions.ask(
                session,
                actor(),
                listing_id=listing_id,
                other_id=other_id,
                message=message,
                evidence=evidence,
                base=parts().config.public_url,
            )
            assistance.tell_acted(session, actor(), what=_("请求对接"), base=parts().config.public_url)
            number, state = row.id, row.state
    except Invalid as error:
        return _page(listing_id, faults_by_field(_in_words(error.faults)), other_id)
    except Conflict:
        flash(_("这一对已经在对接，或其中一条已不再发布。"), "bad")
        return redirect(url_for("matches.of_listing", listing_id=listing_id), 303)  # type: ignore[return-value]
    flash(_("双方都有意向，联系方式已公开。") if state == "accepted" else _("已向对方发出对接请求。"), "good")
    return redirect(url_for("introductions.detail", introduction_id=number), 303)  # type: ignore[return-value]


@blueprint.post("/my/matches/<int:listing_id>/<int:other_id>/decide")
@needs_login
def decide(listing_id: int, other_id: int) -> Page:
    """Decline with reasons, or put off for later."""
    wanted = Decision.LATER if request.form.get("decision") == Decision.LATER else Decision.DECLINED
    try:
        reasons = [DeclineReason(code) for code in request.form.getlist("reasons")]
        with unit(parts().sessions) as session:
            introductions.decide(
                session,
                actor(),
                listing_id=listing_id,
                other_id=other_id,
                decision=wanted,
                reasons=reasons,
                note=text_of("note"),
                base=parts().config.public_url,
            )
            assistance.tell_acted(session, actor(), what=_("处理匹配推荐"), base=parts().config.public_url)
    except ValueError:
        return _page(listing_id, {"reasons": _("请从列出的理由里选择。")}, other_id)
    except Invalid as error:
        return _page(listing_id, faults_by_field(_in_words(error.faults)), other_id)
    except Conflict:
        flash(_("其中一条已不再发布。"), "bad")
        return redirect(url_for("matches.of_listing", listing_id=listing_id), 303)  # type: ignore[return-value]
    flash(_("已放到“以后再看”。") if wanted is Decision.LATER else _("已记录，不再推荐这一条。"), "good")
    return redirect(url_for("matches.of_listing", listing_id=listing_id), 303)  # type: ignore[return-value]


def _in_words(faults: list[Fault]) -> list[Fault]:
    known = {
        "choose at least": _("请至少选择一个理由。"),
        "at most": _("太长了，请精简。"),
        "a need meets": _("需求只能与供给对接，而且不能是本单位的：请选择其他单位的供需。"),
    }
    # The other listing is no field of the form, so nothing is linked.
    return [replace(one, field="") if one.field == "other_id" else one for one in in_words(faults, known)]


def _values() -> dict[str, Any]:
    """The whole form as it was sent, to be shown again; reasons come several times."""
    return {"message": text_of("message"), "note": text_of("note"), "reasons": request.form.getlist("reasons")}


def _page(listing_id: int, faults: dict[str, str], about: int | None) -> Page:
    with reading(parts().sessions) as session:
        try:
            found = inboxes.inbox(session, actor(), parts().engine, listing_id=listing_id)
        except Unavailable:
            row = listings.own_listing(session, actor(), listing_id=listing_id)
            return render_template("matches/waiting.html", listing=row), 503
        suggested = {match.listing.id for match in (*found.fresh, *(match for match, _said in found.later))}
        page = render_template(
            "matches/listing.html",
            inbox=found,
            faults=faults,
            about=about,
            values=_values() if faults else {},
            # A form that came from elsewhere has no place in the list: it is shown on top, or what was typed is lost.
            apart=about if about not in suggested and {"message", "note", "reasons"} & faults.keys() else None,
        )
    return (page, 400) if faults else page
