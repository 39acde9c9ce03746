"""Putting a deal down by hand, and saying anew what one is about."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from matchmaker.core.actor import Role
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid
from matchmaker.core.money import wan_from_fen
from matchmaker.core.unit import reading
from matchmaker.deals import linking, queries, service, starting
from matchmaker.deals.access import require_editor
from matchmaker.deals.parties import find_organisation
from matchmaker.deals.rules import OVER, DealStage
from matchmaker.deals.schemas import DealEditIn, DealIn
from matchmaker.listings.rules import Side
from matchmaker.registry import assistance
from matchmaker.registry import queries as registry
from matchmaker.web.deals.door import ONE, Page, blueprint, said, to_deal
from matchmaker.web.forms import read_form
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.refusals import changing
from matchmaker.web.session import actor, needs_login, needs_role

# Who the two are is asked in words of the page's own.
_SIDES = ("organisation_id", "role", "partner", "buyer", "seller")


@blueprint.get("/my/deals/new")
@needs_login
def new() -> Page:
    """An empty form for one's own organisation."""
    return _new_page({})


@blueprint.post("/my/deals/new")
@needs_login
def create() -> Page:
    """Put down a deal of one's own."""
    own, is_buyer = request.form.get("organisation_id", 0, int), request.form.get("role") == "buyer"

    if own not in actor().organisation_ids:
        raise Forbidden(f"{actor().name} does not act for organisation {own}")

    def sides(session: Any) -> tuple[int, int]:
        other = find_organisation(session, actor(), text=request.form.get("partner", ""), field="partner")
        return (own, other) if is_buyer else (other, own)

    if request.form.get("role") not in ("buyer", "seller"):
        return _new_page({"role": _("请选择本单位是买方还是卖方。")})
    return _create(sides, {"buyer_id": "partner", "seller_id": "partner"}, office=False)


@blueprint.get("/office/deals/new")
@needs_role(Role.OFFICER)
def office_new() -> Page:
    """An empty form for any two organisations."""
    return _new_page({}, office=True)


@blueprint.post("/office/deals/new")
@needs_role(Role.OFFICER)
def office_create() -> Page:
    """Put down a deal of two organisations."""

    def sides(session: Any) -> tuple[int, int]:
        both = [
            find_organisation(session, actor(), text=request.form.get(name, ""), field=name)
            for name in ("buyer", "seller")
        ]
        return both[0], both[1]

    return _create(sides, {"buyer_id": "buyer", "seller_id": "seller"}, office=True)


@blueprint.get(f"{ONE}/edit")
@needs_login
def edit(deal_id: int) -> Page:
    """What the deal says, to be said anew."""
    return _edit_page(deal_id, {})


@blueprint.post(f"{ONE}/edit")
@needs_login
def change(deal_id: int) -> Page:
    """Keep it. A form opened before somebody else's change is shown again, with what stands there now."""
    base = parts().config.public_url
    try:
        revision = request.form.get("revision", 0, int)
        values = MultiDict([(name, text) for name, text in request.form.items(multi=True) if name != "revision"])
        data = read_form(DealEditIn, values)
        with changing(f"deal:{deal_id}", "deal.edit") as session:
            service.edit(session, actor(), deal_id=deal_id, revision=revision, data=data, base=base)
            assistance.tell_acted(session, actor(), what=_("修改交易"), base=base)
    except Invalid as error:
        return _edit_page(deal_id, said(error.faults))
    except Conflict:
        return _edit_page(deal_id, {}, stale=True)
    flash(_("已保存。"), "good")
    return to_deal(deal_id)  # type: ignore[no-any-return]


def _create(sides: Any, renamed: dict[str, str], *, office: bool) -> Page:
    values = MultiDict([(name, text) for name, text in request.form.items(multi=True) if name not in _SIDES])
    base = parts().config.public_url
    try:
        with changing("deal:new", "deal.start") as session:
            buyer, seller = sides(session)
            data = read_form(DealIn, values, buyer_id=buyer, seller_id=seller)
            deal = starting.start_by_hand(session, actor(), data=data, base=base)
            assistance.tell_acted(session, actor(), what=_("登记交易"), base=base)
            number = deal.id
    except Invalid as error:
        faults = [Fault(renamed.get(one.field, one.field), one.message, one.value) for one in error.faults]
        return _new_page(said(faults), office=office)
    flash(_("交易已登记并通知对方；在“修改”里可以关联供需。"), "good")
    return to_deal(number)  # type: ignore[no-any-return]


def _new_page(faults: dict[str, str], *, office: bool = False) -> Page:
    with reading(parts().sessions) as session:
        own = [] if office else [row for row in registry.own_organisations(session, actor())]
        page = render_template(
            "deals/new.html",
            office=office,
            own=[row for row in own if row.standing == "verified"],
            waiting=[row for row in own if row.standing != "verified"],
            values=request.form.to_dict() if faults else {"kind": "technology"},
            faults=faults,
        )
    return (page, 400) if faults else page


def _edit_page(deal_id: int, faults: dict[str, str], *, stale: bool = False) -> Page:
    with reading(parts().sessions) as session:
        deal = queries.deal(session, actor(), deal_id=deal_id)
        require_editor(actor(), deal)
        if deal.stage in OVER:
            flash(_("交易已了结，不能再改；要继续先从终止恢复。"), "bad")
            return redirect(url_for("deals.detail", deal_id=deal_id), 303)  # type: ignore[return-value]
        now = values_of(deal)
        typed = request.form.to_dict() if faults or stale else now
        page = render_template(
            "deals/edit.html",
            deal=deal,
            values=typed,
            faults=faults | (_differences(now, typed) if stale else {}),
            stale=stale,
            settled=deal.stage not in (DealStage.TALKS, DealStage.INTENT),
            swaps=linking.can_swap(actor(), deal),
            needs=_choices(session, deal, deal.buyer_id, Side.NEED),
            offers=_choices(session, deal, deal.seller_id, Side.OFFER),
        )
    return (page, 409 if stale else 400) if faults or stale else page


def values_of(deal: Any) -> dict[str, str]:
    """The deal as its form shows it."""
    return {
        "kind": deal.kind.value,
        "title": deal.title,
        "summary": deal.summary,
        "buyer_id": str(deal.buyer_id),
        "need_id": str(deal.need_id or ""),
        "offer_id": str(deal.offer_id or ""),
        "amount": "" if deal.amount_fen is None else wan_from_fen(deal.amount_fen),
        "next_step": deal.next_step,
        "next_on": deal.next_on.isoformat() if deal.next_on else "",
    }


def _differences(now: dict[str, str], typed: dict[str, str]) -> dict[str, str]:
    """What stands in the deal now where the late form says something else."""
    empty = _("（空）")
    names = [name for name in ("title", "summary", "amount", "next_step", "next_on") if name in typed]
    differ = [name for name in names if typed[name].replace("\r\n", "\n").strip() != now[name]]
    return {name: _("别人刚刚改成：%(value)s", value=now[name] or empty) for name in differ}


def _choices(session: Any, deal: Any, organisation_id: int, side: Side) -> list[tuple[str, str]] | None:
    """Listings to let the deal go back to; None when that is not to be said any more."""
    if not linking.can_link(actor(), deal):
        return None
    rows = list(linking.linkable(session, actor(), organisation_id=organisation_id, side=side))
    kept = deal.need if side is Side.NEED else deal.offer
    if kept is not None and kept.organisation_id == organisation_id and kept not in rows:
        rows.append(kept)
    return [(str(row.id), row.title) for row in rows]
