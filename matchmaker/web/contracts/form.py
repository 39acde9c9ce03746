"""Writing a contract's record: one form in sections, rows added and taken away with buttons, nothing typed lost."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.contracts import drafting, queries, service
from matchmaker.contracts.access import can_edit
from matchmaker.contracts.rules import ContractKind, ContractState, SubKind
from matchmaker.contracts.schemas import ContractIn
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.core.unit import reading
from matchmaker.registry import assistance
from matchmaker.registry import queries as registry
from matchmaker.web.contracts.access import require_writers
from matchmaker.web.contracts.door import Page, blueprint
from matchmaker.web.contracts.panel import panel_of
from matchmaker.web.contracts.reading import GROUPS, Typed, record_of, stored, typed
from matchmaker.web.contracts.words import conflict_in_words, in_page_words, validated
from matchmaker.web.forms import faults_by_field
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.refusals import changing, on_record
from matchmaker.web.session import actor, needs_login


@blueprint.post("/my/deals/<int:deal_id>/contract")
@needs_login
def draft(deal_id: int) -> Page:
    """Put a deal down in a contract, filled in from what is known; a second press finds the first one's."""
    try:
        with changing(f"deal:{deal_id}", "contract.draft") as session:
            row = drafting.draft_from_deal(session, actor(), deal_id=deal_id)
            number, fresh = row.id, row.revision == 1 and row.state is ContractState.DRAFT
            assistance.tell_acted(session, actor(), what=_("起草技术合同"), base=parts().config.public_url)
    except Conflict as error:
        flash(conflict_in_words(error), "bad")
        return redirect(url_for("deals.detail", deal_id=deal_id), 303)  # type: ignore[return-value]
    if fresh:
        flash(_("已按交易和双方资料起草，请逐项核对并补齐。"), "good")
    return _to("contracts.edit" if fresh else "contracts.detail", number)


@blueprint.get("/my/contracts/new")
@needs_login
def new() -> Page:
    """The empty form; a member's own organisation stands in it as the seller."""
    require_writers()
    found = Typed({"unit": "yuan", "kind": "", "payment_mode": "lump"}, dict.fromkeys(GROUPS, 0))
    with reading(parts().sessions) as session:
        own = registry.own_organisations(session, actor()) if actor().organisation_ids else []
        asked = request.args.get("organisation", 0, int)
        mine = next((one for one in own if one.id == asked), own[0] if own else None)
        found.add("parties", role="seller", name=mine.name if mine else "", uscc=mine.uscc if mine else "")
        found.add("parties", role="buyer")
        return _page(found, {}, own=own)


@blueprint.post("/my/contracts/new")
@needs_login
def create() -> Page:
    """Keep a new record, or show the form again with a row more or less."""
    require_writers()
    return _sent(None)


@blueprint.get("/my/contracts/<int:contract_id>/edit")
@needs_login
def edit(contract_id: int) -> Page:
    """The form filled with what is stored."""
    with reading(parts().sessions) as session:
        row = _own(session, contract_id)
        return _page(stored(row), {}, row=row, revision=row.revision)


@blueprint.post("/my/contracts/<int:contract_id>/edit")
@needs_login
def save(contract_id: int) -> Page:
    """Keep the changes, or show the form again with a row more or less."""
    with on_record(f"contract:{contract_id}", "contract.save"), reading(parts().sessions) as session:
        _own(session, contract_id)
    return _sent(contract_id)


def _own(session: Any, contract_id: int) -> Any:
    """The contract. Forbidden when this reader may not edit it, or nobody may any more."""
    row = queries.contract(session, actor(), contract_id=contract_id)
    if not can_edit(actor(), row):
        raise Forbidden(f"contract {contract_id} is not open for {actor().name}")
    return row


def _sent(contract_id: int | None) -> Page:
    action = request.form.get("action", "save")
    # A button names a row by the place where it is seen, so that empty ones count.
    found = typed(request.form, blanks=action != "save")
    if action != "save":
        _change_rows(found, action)
        return _again(found, {}, contract_id)
    try:
        number = _kept(found, contract_id)
    except Invalid as error:
        return _again(found, faults_by_field(in_page_words(error.faults)), contract_id)
    except Forbidden:
        return _again(found, {"parties": _not_ours()}, contract_id)
    except Conflict as error:
        if contract_id is None:
            return _again(found, {"": conflict_in_words(error)}, None)
        return _overtaken(found, contract_id)
    flash(_("已保存。"), "good")
    return _to("contracts.detail", number)


def _change_rows(found: Typed, action: str) -> None:
    """What a button other than the main one asks for; what it does not know changes nothing."""
    verb, _colon, rest = action.partition(":")
    if verb == "add" and rest in GROUPS:
        found.add(rest)
    elif verb == "drop":
        group, _colon, place = rest.partition(":")
        if group in GROUPS and place.isdecimal() and len(place) < 4:
            found.drop(group, int(place))
    elif verb == "take":
        kind, _colon, sub_kind = rest.partition(":")
        if kind in set(ContractKind) and sub_kind in {"", *SubKind}:
            found.values |= {"kind": kind, "sub_kind": sub_kind}


def _kept(found: Typed, contract_id: int | None) -> int:
    data = validated(ContractIn, record_of(found))
    with changing(f"contract:{contract_id or 'new'}", "contract.save") as session:
        row = service.save(session, actor(), contract_id=contract_id, revision=_revision(), data=data)
        what = _("填写技术合同“%(title)s”", title=row.title)
        assistance.tell_acted(session, actor(), what=what, base=parts().config.public_url)
        return row.id


def _not_ours() -> str:
    """Why whoever writes cannot begin this contract: whose hands it would have to be in."""
    if actor().organisation_ids:
        return _("合同由卖方登记（进口的由买方登记）：请把本单位填为卖方，并填写本单位的统一社会信用代码。")
    return _("合同由卖方登记，或由与合同无关的专员代为登记。")


def _revision() -> int | None:
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _overtaken(found: Typed, contract_id: int | None) -> Page:
    """Somebody else saved in the meantime: what they changed is shown, and the next press is a decision."""
    with reading(parts().sessions) as session:
        row = queries.contract(session, actor(), contract_id=contract_id or 0)
        if not can_edit(actor(), row):
            flash(_("这份合同的状态已变，现在不能再修改。"), "bad")
            return _to("contracts.detail", row.id)
        now = stored(row).values
        names = dict.fromkeys([*found.values, *now])
        changed = {name: now.get(name, "") for name in names if found.values.get(name, "") != now.get(name, "")}
        changed.pop("unit", None)
        message = _("别人刚刚保存过这份合同。您填写的都在下面，不同之处已列出；核对后再次保存，将以您填写的为准。")
        return _page(found, {"": message}, row=row, revision=row.revision, changed=changed)


def _again(found: Typed, faults: dict[str, str], contract_id: int | None) -> Page:
    with reading(parts().sessions) as session:
        row = queries.contract(session, actor(), contract_id=contract_id) if contract_id else None
        return _page(found, faults, row=row, revision=_revision())


def _page(found: Typed, faults: dict[str, str], **more: Any) -> Page:
    page = render_template(
        "contracts/form.html",
        values=found.values,
        counts=found.counts,
        faults=faults,
        live=panel_of(found),
        **({"row": None, "revision": None, "changed": {}, "own": []} | more),
    )
    return (page, 400) if faults else page


def _to(endpoint: str, contract_id: int) -> Page:
    return redirect(url_for(endpoint, contract_id=contract_id), 303)  # type: ignore[return-value]
