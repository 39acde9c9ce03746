"""A new payment schedule: on a page of its own for what is registered, and beside the amounts of a change."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.contracts import queries, scheduling
from matchmaker.contracts.access import can_edit, can_reschedule, require_writer
from matchmaker.contracts.schemas import ScheduleIn
from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading
from matchmaker.registry import assistance
from matchmaker.web.contracts.door import Page, blueprint
from matchmaker.web.contracts.reading import GROUPS, Typed, due_rows, in_yuan, rows_sent
from matchmaker.web.contracts.words import in_page_words, validated
from matchmaker.web.forms import faults_by_field, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.refusals import changing
from matchmaker.web.session import actor, needs_login

NAME = "schedule"


@blueprint.get("/my/contracts/<int:contract_id>/schedule", endpoint="schedule")
@needs_login
def show(contract_id: int) -> Page:
    """The schedule that stands, to be changed; before the registration it is changed with the record."""
    with reading(parts().sessions) as session:
        row = queries.contract(session, actor(), contract_id=contract_id)
        require_writer(actor(), row)
        if can_edit(actor(), row):
            return redirect(url_for("contracts.edit", contract_id=contract_id, _anchor="payment"), 303)  # type: ignore[return-value]
        if not can_reschedule(actor(), row):
            return _not_now(contract_id)
        return _page(row, of_contract(row), {})


@blueprint.post("/my/contracts/<int:contract_id>/schedule")
@needs_login
def save_schedule(contract_id: int) -> Page:
    """Let what was typed supersede it, or show the form with a row more or less."""
    action = request.form.get("action", "save")
    try:
        if action == "save":
            _save(contract_id)
        else:
            return _again(contract_id, after(action), {})
    except Invalid as error:
        return _again(contract_id, sent(blanks=False), faults_by_field(in_page_words(error.faults)))
    except Conflict:
        message = _("别人刚刚改过这份合同。您填写的都在下面；核对后再次保存，将以您填写的为准。")
        return _again(contract_id, sent(blanks=False), {"": message}, status=409)
    flash(_("付款计划已更新，原来的计划保留备查。"), "good")
    return _back(contract_id)


def of_contract(contract: Any) -> Typed:
    """The rows that stand."""
    found = Typed({}, {NAME: 0}, {NAME: GROUPS[NAME]})
    found.put(NAME, due_rows(contract))
    return found


def sent(*, blanks: bool) -> Typed:
    """The rows of the form; without those that say nothing, unless they are to be shown."""
    found = Typed({}, {NAME: 0}, {NAME: GROUPS[NAME]})
    found.put(NAME, rows_sent(request.form, NAME, GROUPS[NAME], blanks=blanks))
    return found


def after(action: str) -> Typed:
    """The rows of the form with one more, or without one of them; what no button says changes nothing."""
    found = sent(blanks=True)
    verb, _colon, rest = action.partition(":")
    group, _colon, place = rest.partition(":")
    if verb == "add" and group == NAME:
        found.add(NAME)
    elif verb == "drop" and group == NAME and place.isdecimal() and len(place) < 4:
        found.drop(NAME, int(place))
    return found


def rows_of(found: Typed) -> list[dict[str, str]]:
    """The rows as the schema takes them: blank fields left out, amounts as yuan text."""
    money = {"amount"}
    return [
        {name: in_yuan(text, "") if name in money else text for name, text in row.items() if text.strip()}
        for row in found.rows(NAME)
    ]


def _save(contract_id: int) -> None:
    data = validated(ScheduleIn, {NAME: rows_of(sent(blanks=False)), "reason": text_of("reason")})
    base, revision = parts().config.public_url, request.form.get("revision", "")
    with changing(f"contract:{contract_id}", "contract.schedule") as session:
        row = scheduling.renew(
            session,
            actor(),
            contract_id=contract_id,
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
            data=data,
            base=base,
        )
        what = _("更新技术合同“%(title)s”的付款计划", title=row.title)
        assistance.tell_acted(session, actor(), what=what, base=base)


def _again(contract_id: int, found: Typed, faults: dict[str, str], *, status: int = 400) -> Page:
    with reading(parts().sessions) as session:
        row = queries.contract(session, actor(), contract_id=contract_id)
        require_writer(actor(), row)
        return _page(row, found, faults, status) if can_reschedule(actor(), row) else _not_now(contract_id)


def _page(row: Any, found: Typed, faults: dict[str, str], status: int = 400) -> Page:
    page = render_template(
        "contracts/schedule.html",
        row=row,
        values=found.values | {"reason": text_of("reason")},
        count=found.counts[NAME],
        # Whoever was overtaken sees it, and the next press is a decision.
        revision=row.revision if "" in faults or request.method == "GET" else request.form.get("revision", ""),
        faults=faults,
    )
    return (page, status) if faults else page


def _not_now(contract_id: int) -> Page:
    flash(_("现在不能更新付款计划：合同不在已登记的状态。"), "bad")
    return _back(contract_id)


def _back(contract_id: int) -> Page:
    return redirect(url_for("contracts.detail", contract_id=contract_id, _anchor="payments"), 303)  # type: ignore[return-value]
