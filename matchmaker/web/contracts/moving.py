"""From one state to the next: what the parties report, and what the registry decided."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.contracts import queries, registering
from matchmaker.contracts.access import next_moves
from matchmaker.contracts.rules import NEED_REASON, ContractState, FilePurpose
from matchmaker.contracts.schemas import Paper, StepIn
from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.exchange.typed_money import grouped_yuan
from matchmaker.registry import assistance
from matchmaker.web.contracts import schedule
from matchmaker.web.contracts.door import Page, blueprint
from matchmaker.web.contracts.reading import Typed, in_yuan
from matchmaker.web.contracts.shown import contract_field, move_label
from matchmaker.web.contracts.words import conflict_in_words, in_page_words, validated
from matchmaker.web.forms import faults_by_field, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.refusals import on_record
from matchmaker.web.session import actor, needs_login
from matchmaker.web.uploads import read_upload

_PLAIN = ("happened_on", "reason", "registrar", "registration_no", "registered_on", "kind", "sub_kind", "valid_until")
_AMOUNT = ("total", "technology", "effective_on", "reason")
_ALWAYS = frozenset({"happened_on", "reason", "paper"})
_AMOUNTS = frozenset(f"amount.{name}" for name in _AMOUNT)
_CERTIFIED = frozenset({"registrar", "registration_no", "registered_on", "kind", "sub_kind"})
# What each form asks beside that.
_ASKED = {ContractState.REGISTERED: _CERTIFIED | _AMOUNTS, ContractState.CHANGED: _AMOUNTS | {"valid_until"}}
WITH_AMOUNT = (ContractState.REGISTERED, ContractState.CHANGED)


@blueprint.get("/my/contracts/<int:contract_id>/steps/<contract_state>")
@needs_login
def move(contract_id: int, contract_state: str) -> Page:
    """What has to be told to bring the contract to this state."""
    with reading(parts().sessions) as session:
        row, state = _open(session, contract_id, contract_state)
        return _page(row, state, _known(row, state), {}, dues=schedule.of_contract(row))


@blueprint.post("/my/contracts/<int:contract_id>/steps/<contract_state>")
@needs_login
def save_move(contract_id: int, contract_state: str) -> Page:
    """Take the step, or show the form with a row of the schedule more or less."""
    action = request.form.get("action", "save")
    if action != "save":
        with reading(parts().sessions) as session:
            row, state = _open(session, contract_id, contract_state)
            return _page(row, state, request.form.to_dict(), {}, dues=schedule.after(action))
    try:
        with on_record(f"contract:{contract_id}", f"contract.{contract_state}"):
            with reading(parts().sessions) as session:
                _row, state = _open(session, contract_id, contract_state)
            _move(contract_id, state)
    except Invalid as error:
        with reading(parts().sessions) as session:
            row = queries.contract(session, actor(), contract_id=contract_id)
            faults = faults_by_field(_on_this_form(error.faults, state))
            return _page(row, state, request.form.to_dict(), faults, dues=schedule.sent(blanks=False))
    except Conflict as error:
        flash(conflict_in_words(error), "bad")
    else:
        flash(_("已更新为“%(state)s”。", state=move_label(state)), "good")
    return redirect(url_for("contracts.detail", contract_id=contract_id), 303)  # type: ignore[return-value]


def _open(session: Any, contract_id: int, wanted: str) -> tuple[Any, ContractState]:
    """The contract and the state. NotFound for a state that there is not, Forbidden for who moves nothing here."""
    row = queries.contract(session, actor(), contract_id=contract_id)
    if wanted not in set(ContractState):
        raise NotFound(f"no state {wanted!r}")
    if not next_moves(actor(), row):
        raise Forbidden(f"contract {contract_id} is not moved by {actor().name}")
    return row, ContractState(wanted)


def _move(contract_id: int, state: ContractState) -> None:
    upload = read_upload("paper")
    data = validated(StepIn, _step() | {"state": state})
    with unit(parts().sessions) as session:
        revision = request.form.get("revision", "0")
        row = registering.move(
            session,
            actor(),
            contract_id=contract_id,
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
            data=data,
            folder=parts().config.files_dir,
            paper=Paper(*upload) if upload else None,
            base=parts().config.public_url,
        )
        what = _("更新技术合同“%(title)s”的状态", title=row.title)
        assistance.tell_acted(session, actor(), what=what, base=parts().config.public_url)


def _on_this_form(faults: list[Fault], state: ContractState) -> list[Fault]:
    """Under the names of this form; what the record itself lacks is told with its name, for it is mended there."""
    found, asked = [], _ALWAYS | _ASKED.get(state, frozenset())
    for fault in in_page_words(faults):
        if fault.field in asked or (_schedules(state) and fault.field.partition(".")[0] == schedule.NAME):
            found.append(fault)
        elif fault.field in set(FilePurpose):
            found.append(replace(fault, field="paper"))
        else:
            found.append(replace(fault, field="", message=f"{contract_field(fault.field)}: {fault.message}"))
    return found


def _step() -> dict[str, Any]:
    found: dict[str, Any] = {name: text for name in _PLAIN if (text := text_of(name)).strip()}
    amount = {name: text for name in _AMOUNT if (text := text_of(f"amount.{name}")).strip()}
    if "total" in amount or "technology" in amount:
        money = {name: in_yuan(amount[name], "") for name in ("total", "technology") if name in amount}
        found["amount"] = {"reason": found.get("reason", "")} | amount | money
    if request.form.get("scheduled"):
        found[schedule.NAME] = schedule.rows_of(schedule.sent(blanks=False))
    return found


def _schedules(state: ContractState) -> bool:
    """Whether a new payment schedule may come with the step."""
    return state is ContractState.CHANGED


def _known(row: Any, state: ContractState) -> dict[str, str]:
    """What the form can already say."""
    found = {"happened_on": clock.today().isoformat(), "revision": str(row.revision)}
    if state in WITH_AMOUNT:
        found |= {"registrar": row.registrar, "kind": row.kind, "sub_kind": row.sub_kind or ""}
        found |= {"amount.total": grouped_yuan(row.total_fen), "amount.technology": grouped_yuan(row.technology_fen)}
    if state is ContractState.SIGNED and row.signed_on:
        found["happened_on"] = row.signed_on.isoformat()
    return found


def _page(row: Any, state: ContractState, values: dict[str, str], faults: dict[str, str], *, dues: Typed) -> Page:
    page = render_template(
        "contracts/move.html",
        row=row,
        state=state,
        allowed=state in next_moves(actor(), row),
        needs_reason=state in NEED_REASON,
        with_amount=state in WITH_AMOUNT,
        with_schedule=_schedules(state),
        values={name: text for name, text in values.items() if not name.startswith("schedule.")} | dues.values,
        count=dues.counts[schedule.NAME],
        faults=faults,
    )
    return (page, 400) if faults else page
