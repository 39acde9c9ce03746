"""Officers verify organisations, review listings and answer requests about personal data; auditors look on."""

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest

from matchmaker.accounts.rules import Standing
from matchmaker.core.actor import Role
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.listings import life
from matchmaker.listings import queries as listings
from matchmaker.registry import personal, registration
from matchmaker.registry import queries as registry
from matchmaker.web.language import _
from matchmaker.web.office import blueprint
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

Page = str | Response | tuple[str, int]
READERS = (Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)


@blueprint.get("/office/organisations")
@needs_role(*READERS)
def organisations() -> Page:
    """The registry; what was handed in and waits is shown unless something else is asked for."""
    text, wanted = request.args.get("q", "").strip()[:120], request.args.get("standing", Standing.PENDING.value)
    standing = Standing(wanted) if wanted in set(Standing) else None
    with reading(parts().sessions) as session:
        number = request.args.get("page", 1, int)
        page = registry.organisations(session, actor(), standing=standing, text=text, page=number)
        return render_template("office/organisations.html", page=page, standing=wanted, text=text)


@blueprint.get("/office/organisations/<int:organisation_id>")
@needs_role(*READERS)
def organisation(organisation_id: int) -> Page:
    """One registration with its papers."""
    return _organisation_page(organisation_id, "")


@blueprint.post("/office/organisations/<int:organisation_id>")
@needs_role(Role.OFFICER)
def decide_organisation(organisation_id: int) -> Page:
    """Verify, return or refuse."""
    wanted, reason = request.form.get("standing", ""), request.form.get("reason", "")[:2000]
    if wanted not in set(Standing) - {Standing.PENDING}:
        raise Invalid([Fault("standing", _("没有这个决定。"), wanted)])
    try:
        with unit(parts().sessions) as session:
            registration.decide(
                session,
                actor(),
                organisation_id=organisation_id,
                standing=Standing(wanted),
                reason=reason,
                base=parts().config.public_url,
            )
    except Invalid:
        return _organisation_page(organisation_id, _("退回或不通过时，请写明原因和怎么改。"))
    except Conflict:
        flash(_("它的状态已经变了，请再看一遍。"), "bad")
        return redirect(url_for("office.organisation", organisation_id=organisation_id), 303)  # type: ignore[return-value]
    flash(_("已记录并通知对方。"), "good")
    return redirect(url_for("office.organisations"), 303)  # type: ignore[return-value]


@blueprint.get("/office/listings", endpoint="listings")
@needs_role(*READERS)
def listings_waiting() -> Page:
    """Listings that wait for a review."""
    with reading(parts().sessions) as session:
        rows = listings.waiting_for_review(session, actor())
        return render_template("office/listings.html", rows=rows, reviews=parts().config.review_listings)


@blueprint.post("/office/listings/<int:listing_id>")
@needs_role(Role.OFFICER)
def decide_listing(listing_id: int) -> Page:
    """Publish, give back, or take down what is published."""
    action, reason = request.form.get("action", ""), request.form.get("reason", "")[:2000]
    base = parts().config.public_url
    try:
        with unit(parts().sessions) as session:
            if action not in ("take_down", "publish", "return"):
                raise BadRequest
            if action == "take_down":
                life.take_down(session, actor(), listing_id=listing_id, reason=reason, base=base)
            else:
                publish = action == "publish"
                life.decide_review(session, actor(), listing_id=listing_id, publish=publish, reason=reason, base=base)
    except Invalid:
        flash(_("请写明原因，对方会看到。"), "bad")
        return redirect(url_for("listings.detail", listing_id=listing_id), 303)  # type: ignore[return-value]
    except Conflict:
        flash(_("它的状态已经变了，请再看一遍。"), "bad")
    else:
        flash(_("已记录并通知对方。"), "good")
    return redirect(url_for("office.listings"), 303)  # type: ignore[return-value]


@blueprint.get("/office/data-requests")
@needs_role(*READERS)
def data_requests() -> Page:
    """What people asked about their own data."""
    with reading(parts().sessions) as session:
        return render_template("office/data_requests.html", rows=registry.data_requests(session, actor()))


@blueprint.post("/office/data-requests/<int:request_id>")
@needs_role(Role.OFFICER)
def answer_data_request(request_id: int) -> Page:
    """Answer one."""
    text = request.form.get("answer", "")[:4000]
    try:
        with unit(parts().sessions) as session:
            personal.answer(session, actor(), request_id=request_id, text=text, base=parts().config.public_url)
    except Invalid:
        flash(_("请写下答复。"), "bad")
    except Conflict:
        flash(_("这个请求已经答复过了。"), "bad")
    else:
        flash(_("已答复并通知对方。"), "good")
    return redirect(url_for("office.data_requests"), 303)  # type: ignore[return-value]


def _organisation_page(organisation_id: int, fault: str) -> Page:
    with reading(parts().sessions) as session:
        found = registry.dossier(session, actor(), organisation_id=organisation_id)
        reason = request.form.get("reason", "")
        page = render_template("office/organisation.html", dossier=found, fault=fault, reason=reason)
    return (page, 400) if fault else page
