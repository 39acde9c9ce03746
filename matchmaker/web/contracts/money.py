"""Money paid and paid back, with its invoice and its bank receipt."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.contracts import paying, queries
from matchmaker.contracts.access import can_pay, can_refund_only, can_withdraw
from matchmaker.contracts.schemas import Paper, PaymentIn
from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.deals.access import can_edit
from matchmaker.registry import assistance
from matchmaker.web.contracts.door import Page, blueprint
from matchmaker.web.contracts.reading import in_yuan
from matchmaker.web.contracts.words import conflict_in_words, in_page_words, validated
from matchmaker.web.forms import faults_by_field, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.refusals import changing, on_record
from matchmaker.web.session import actor, needs_login
from matchmaker.web.uploads import read_upload

_PLAIN = ("kind", "paid_on", "invoice_no", "receipt_no", "note")
_MONEY = ("amount", "technology")


@blueprint.get("/my/contracts/<int:contract_id>/payments/new")
@needs_login
def new_payment(contract_id: int) -> Page:
    """The form for one payment, or for money that came back."""
    with reading(parts().sessions) as session:
        row = _payable(session, contract_id)
        kind = "refund" if can_refund_only(actor(), row) else "payment"
        return _new_page(row, {"kind": kind, "paid_on": clock.today().isoformat()}, {})


@blueprint.post("/my/contracts/<int:contract_id>/payments/new")
@needs_login
def add_payment(contract_id: int) -> Page:
    """Enter it."""
    try:
        with on_record(f"contract:{contract_id}", "contract.payment"):
            with reading(parts().sessions) as session:
                _payable(session, contract_id)
            _add(contract_id)
    except Invalid as error:
        with reading(parts().sessions) as session:
            row = _payable(session, contract_id)
            return _new_page(row, request.form.to_dict(), faults_by_field(in_page_words(error.faults)))
    except Conflict as error:
        flash(conflict_in_words(error), "bad")
        return _back(contract_id)
    flash(_("已登记。"), "good")
    return _back(contract_id)


@blueprint.get("/my/contracts/<int:contract_id>/payments/<int:payment_id>")
@needs_login
def payment(contract_id: int, payment_id: int) -> Page:
    """One entry: add a paper that was missing, or withdraw it."""
    return _one_page(contract_id, payment_id, {})


@blueprint.post("/my/contracts/<int:contract_id>/payments/<int:payment_id>/papers")
@needs_login
def complete_payment(contract_id: int, payment_id: int) -> Page:
    """Add the invoice or the receipt that was missing."""
    try:
        invoice, receipt = _papers()
        if invoice is None and receipt is None:
            raise Invalid([Fault("invoice", _("请先选择文件。"))])
        with changing(f"contract:{contract_id}", "contract.payment_papers") as session:
            _entry(session, contract_id, payment_id)
            paying.complete_payment(
                session,
                actor(),
                payment_id=payment_id,
                folder=parts().config.files_dir,
                invoice=invoice,
                receipt=receipt,
            )
            assistance.tell_acted(session, actor(), what=_("补传收付票据"), base=parts().config.public_url)
    except Invalid as error:
        return _one_page(contract_id, payment_id, faults_by_field(in_page_words(error.faults)))
    except Conflict as error:
        flash(conflict_in_words(error), "bad")
        return _back(contract_id)
    flash(_("票据已保存。"), "good")
    return _back(contract_id)


@blueprint.post("/my/contracts/<int:contract_id>/payments/<int:payment_id>/withdraw")
@needs_login
def withdraw_payment(contract_id: int, payment_id: int) -> Page:
    """Take a wrong entry back, and say why. The other side is told who does that, and where to say what is wrong."""
    try:
        with changing(f"contract:{contract_id}", "contract.payment_withdrawn") as session:
            _entry(session, contract_id, payment_id)
            paying.withdraw_payment(session, actor(), payment_id=payment_id, reason=text_of("reason"))
            assistance.tell_acted(session, actor(), what=_("撤回收付记录"), base=parts().config.public_url)
    except Invalid as error:
        return _one_page(contract_id, payment_id, faults_by_field(in_page_words(error.faults)))
    except Forbidden as error:
        if not str(error).startswith("payment"):
            raise
        return _one_page(contract_id, payment_id, {"": _("这笔记录不是本单位登记的，没有撤回。")}, status=403)
    except Conflict as error:
        flash(conflict_in_words(error), "bad")
        return _back(contract_id)
    flash(_("已撤回，记录保留。"), "good")
    return _back(contract_id)


def _add(contract_id: int) -> None:
    invoice, receipt = _papers()
    given: dict[str, Any] = {name: text for name in _PLAIN if (text := text_of(name)).strip()}
    given |= {name: in_yuan(text, "") for name in _MONEY if (text := text_of(name)).strip()}
    data = validated(PaymentIn, given)
    with unit(parts().sessions) as session:
        paying.add_payment(
            session,
            actor(),
            contract_id=contract_id,
            data=data,
            folder=parts().config.files_dir,
            invoice=invoice,
            receipt=receipt,
        )
        assistance.tell_acted(session, actor(), what=_("登记合同收付"), base=parts().config.public_url)


def _papers() -> tuple[Paper | None, Paper | None]:
    found = [read_upload(name) for name in ("invoice", "receipt")]
    invoice, receipt = (Paper(*one) if one else None for one in found)
    return invoice, receipt


def _payable(session: Any, contract_id: int) -> Any:
    row = queries.contract(session, actor(), contract_id=contract_id)
    if not can_pay(actor(), row):
        raise Forbidden(f"money of contract {contract_id} is not entered by {actor().name}")
    return row


def _entry(session: Any, contract_id: int, payment_id: int) -> tuple[Any, Any]:
    """The contract and one of its own entries."""
    row = _payable(session, contract_id)
    found = next((one for one in row.payments if one.id == payment_id), None)
    if found is None:
        raise NotFound(f"no payment {payment_id} on contract {contract_id}")
    return row, found


def _new_page(row: Any, values: dict[str, str], faults: dict[str, str]) -> Page:
    only_refund = can_refund_only(actor(), row)
    page = render_template("contracts/payment_new.html", row=row, values=values, faults=faults, only_refund=only_refund)
    return (page, 400) if faults else page


def _one_page(contract_id: int, payment_id: int, faults: dict[str, str], *, status: int = 400) -> Page:
    with reading(parts().sessions) as session:
        row, one = _entry(session, contract_id, payment_id)
        page = render_template(
            "contracts/payment.html",
            row=row,
            one=one,
            withdraws=can_withdraw(actor(), row, one),
            deal=row.deal if row.deal is not None and can_edit(actor(), row.deal) else None,
            values={"reason": text_of("reason")} if faults else {},
            faults=faults,
        )
    return (page, status) if faults else page


def _back(contract_id: int) -> Page:
    return redirect(url_for("contracts.detail", contract_id=contract_id, _anchor="payments"), 303)  # type: ignore[return-value]
