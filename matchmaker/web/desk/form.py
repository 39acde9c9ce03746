"""Writing a listing: one page, saved by itself, published or handed to review with one button."""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.listings import drafts, life, schemas
from matchmaker.listings import queries as listings
from matchmaker.listings.rules import State
from matchmaker.registry import assistance
from matchmaker.registry import queries as registry
from matchmaker.web.desk import blueprint
from matchmaker.web.desk.panel import panel_of
from matchmaker.web.desk.reading import as_number, number_of, organisation_chosen, read_listing, stored, typed
from matchmaker.web.forms import faults_by_field, in_words
from matchmaker.web.language import _, whole_number
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

Page = str | Response | tuple[str, int]
LIMITS = {
    "title": schemas.MAX_TITLE,
    "summary": schemas.MAX_SUMMARY,
    "detail": schemas.MAX_DETAIL,
    "requirement": schemas.MAX_REQUIREMENT,
    "partner_sought": schemas.MAX_PARTNER,
}


@blueprint.get("/my/listings/new")
@needs_login
def new() -> Page:
    """An empty form, or one filled from a draft."""
    draft_id = as_number(request.args.get("draft", ""))
    if draft_id is None:
        side = "offer" if request.args.get("side") == "offer" else "need"
        return _page({"side": side, "visibility": "public", "detail": request.args.get("detail", "")[:8000]}, {})
    with reading(parts().sessions) as session:
        row = drafts.draft(session, actor(), draft_id=draft_id)
        known = {"draft_id": row.id, "draft_version": row.version, "organisation_id": row.organisation_id}
        return _page(row.content | known, {}, row.listing_id)


@blueprint.get("/my/listings/<int:listing_id>/edit")
@needs_login
def edit(listing_id: int) -> Page:
    """The form filled with what is published."""
    with reading(parts().sessions) as session:
        row = listings.own_listing(session, actor(), listing_id=listing_id)
        return _page(stored(row) | {"organisation_id": row.organisation_id}, {}, listing_id)


@blueprint.post("/my/listings/save")
@needs_login
def save() -> Page:
    """Keep as a draft, or publish. What is refused comes back with everything that was typed."""
    listing_id = number_of("listing_id")
    try:
        if request.form.get("action") == "check":
            return _page(_again(), {}, listing_id, checked=True)
        return _kept() if request.form.get("action") == "draft" else _published()
    except Invalid as error:
        return _page(_again(), _in_words(error), listing_id)
    except Forbidden:
        return _page(_again(), {"organisation_id": _("请选择您所在的单位。")}, listing_id)
    except NotFound:
        # Without the numbers of what is gone, so that the next press keeps the text.
        alone = _again() | {"draft_id": "", "draft_version": ""}
        return _page(alone, {"": _("原来的草稿或供需已不归您的单位。内容都在，再次提交会成为新的一条。")})


@blueprint.post("/my/listings/draft")
@needs_login
def autosave() -> Response | tuple[Response, int]:
    """Keep the form as typed, while it is being written; answers with the draft's number and version."""
    try:
        number, version = _save_draft()
    except Conflict:
        return jsonify(message=_("这份草稿在别处改过，请刷新后再写。")), 409
    except Invalid as error:
        return jsonify(message=" ".join(_in_words(error).values())), 400
    except Forbidden:
        return jsonify(message=_("请选择您所在的单位。")), 403
    except NotFound:
        return jsonify(message=_("暂时没有保存。")), 400
    return jsonify(draft_id=number, draft_version=version, message=_("草稿已保存"))


@blueprint.post("/my/listings/drafts/<int:draft_id>/discard")
@needs_login
def discard(draft_id: int) -> Page:
    """Put a draft away."""
    with unit(parts().sessions) as session:
        drafts.discard(session, actor(), draft_id=draft_id)
    flash(_("草稿已丢弃。"))
    return redirect(url_for("desk.mine"), 303)  # type: ignore[return-value]


def _kept() -> Page:
    try:
        _save_draft()
    except Conflict:
        return _page(_again(), {"": _("这份草稿在别处改过，请复制您的文字后刷新。")}, number_of("listing_id"))
    flash(_("草稿已保存，随时可以接着写。"), "good")
    return redirect(url_for("desk.mine"), 303)  # type: ignore[return-value]


def _save_draft() -> tuple[int, int]:
    with unit(parts().sessions) as session:
        row = drafts.save_draft(
            session,
            actor(),
            organisation_id=organisation_chosen(),
            content=typed(),
            draft_id=number_of("draft_id"),
            version=number_of("draft_version") or 0,
            listing_id=number_of("listing_id"),
        )
        return row.id, row.version


def _published() -> Page:
    try:
        listing_id, is_new = _publish()
    except Conflict:
        return _page(_again(), {"": _("单位通过核验后才能发布，请先存为草稿。")}, number_of("listing_id"))
    waits = parts().config.review_listings
    if is_new:
        flash(_("已提交审核，通过后发布。") if waits else _("已发布，正在为您匹配。"), "good")
    else:
        flash(_("同样的内容已经发布过，没有重复发布；要修改请点“修改”。"), "warn")
    return redirect(url_for("matches.of_listing", listing_id=listing_id), 303)  # type: ignore[return-value]


def _publish() -> tuple[int, bool]:
    """The listing that the form became, and whether it did so just now."""
    with unit(parts().sessions) as session:
        uscc = next((one.uscc for one in _own(session) if one.id == organisation_chosen()), "")
        data, listing_id = read_listing(uscc, state=State.PUBLISHED.value), number_of("listing_id")
        is_new = listing_id is not None or drafts.published_already(session, actor(), data=data) is None
        row = drafts.publish(
            session,
            actor(),
            data=data,
            listing_id=listing_id,
            draft_id=number_of("draft_id"),
            review=parts().config.review_listings,
        )
        if not is_new:
            return row.id, False
        if row.state is State.REVIEW:
            life.tell_reviewers(session, row, base=parts().config.public_url)
        what = _("发布“%(title)s”", title=row.title)
        assistance.tell_acted(session, actor(), what=what, base=parts().config.public_url)
        return row.id, True


def _own(session: Any) -> Any:
    return registry.own_organisations(session, actor())


def _again() -> dict[str, Any]:
    """What was typed, with the numbers that belong to it."""
    names = ("draft_id", "draft_version", "organisation_id")
    return typed() | {name: request.form.get(name, "") for name in names}


def _in_words(error: Invalid) -> dict[str, str]:
    """Field to message. The form chooses by its number the organisation that a listing names by its code."""
    most = whole_number(drafts.MAX_CHARACTERS)
    known = {
        "a draft has at most": _("草稿总共最多 %(most)s 个字，请删减后再保存。", most=most),
        "a listing stays with": _("已有的供需不能换单位；要以另一单位发布，请新建一条。"),
        "valid_to lies in the past": _("截止日期已经过去，请改为今天或以后的日期。"),
    }
    faults = []
    for fault in in_words(error.faults, known):
        ours = fault.field == "organisation"
        faults.append(Fault("organisation_id", _("请选择您所在的单位。")) if ours else fault)
    return faults_by_field(faults) or {"": _("表单里有不认识的内容，请从页面重新填写。")}


def _page(
    values: dict[str, Any], faults: dict[str, str], listing_id: int | None = None, *, checked: bool = False
) -> Page:
    with reading(parts().sessions) as session:
        own = _own(session)
        live = panel_of(session, values, organisation_chosen(), listing_id) if checked else None
        page = render_template(
            "desk/form.html",
            values=values,
            faults=faults,
            listing_id=listing_id,
            organisations=own,
            limits=LIMITS,
            live=live,
            reviews=parts().config.review_listings,
        )
    return (page, 400) if faults else page
