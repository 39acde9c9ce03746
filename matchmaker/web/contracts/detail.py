"""One's contracts, and everything about one: where it stands, what is next, the money, the papers, the match behind."""

from io import BytesIO
from typing import Any

from flask import Response, render_template, request, send_file

from matchmaker.contracts import checking, papers, queries, ties
from matchmaker.contracts.access import (
    can_edit,
    can_pay,
    can_reschedule,
    can_withdraw,
    can_write,
    is_office,
    next_moves,
    side_of,
)
from matchmaker.contracts.rules import ContractState, FilePurpose, PartyRole
from matchmaker.core import clock
from matchmaker.core.unit import reading
from matchmaker.deals.access import can_read as can_read_deal
from matchmaker.exchange import registration_form_pdf, registration_form_sheet
from matchmaker.exchange.registration_form import registration_form
from matchmaker.web.contracts.access import may_write
from matchmaker.web.contracts.door import XLSX, Page, blueprint
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

# What the buyer may add; the contract's own papers are the filing side's, the certificate's scan the office's.
_BUYERS = (FilePurpose.IDENTITY, FilePurpose.OTHER)
_FILERS = (FilePurpose.TEXT, FilePurpose.IP_PROOF, FilePurpose.IDENTITY, FilePurpose.TRANSLATION, FilePurpose.OTHER)


@blueprint.get("/my/contracts")
@needs_login
def mine() -> Page:
    """The contracts of one's organisations, with what each waits for."""
    with reading(parts().sessions) as session:
        rows = queries.mine(session, actor())
        wanted = request.args.get("state", "")
        return render_template(
            "contracts/mine.html",
            rows=[row for row in rows if not wanted or row.state == wanted],
            counts={state: sum(row.state is state for row in rows) for state in ContractState},
            total=len(rows),
            wanted=wanted,
            may_write=may_write(actor()),
            sides={row.id: side_of(actor(), row) for row in rows},
        )


@blueprint.get("/my/contracts/<int:contract_id>")
@needs_login
def detail(contract_id: int) -> Page:
    """The whole record."""
    return detail_page(contract_id, {})


@blueprint.get("/my/contracts/<int:contract_id>/registration-form.xlsx")
@needs_login
def form_sheet(contract_id: int) -> Response:
    """技术合同登记表 to complete and print."""
    with reading(parts().sessions) as session:
        form = registration_form(queries.contract(session, actor(), contract_id=contract_id))
    content = registration_form_sheet.sheet(form)
    name = f"registration-{contract_id}.xlsx"
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.get("/my/contracts/<int:contract_id>/registration-form.pdf")
@needs_login
def form_pdf(contract_id: int) -> Response:
    """The same on paper."""
    with reading(parts().sessions) as session:
        form = registration_form(queries.contract(session, actor(), contract_id=contract_id))
    content = registration_form_pdf.paper(form)
    name = f"registration-{contract_id}.pdf"
    return send_file(BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def detail_page(contract_id: int, faults: dict[str, str]) -> Page:
    """The record, with what is wrong in one of its small forms and what was typed there."""
    who = actor()
    with reading(parts().sessions) as session:
        row = queries.contract(session, who, contract_id=contract_id)
        page = render_template(
            "contracts/detail.html",
            row=row,
            side=side_of(who, row),
            office=is_office(who, row),
            edits=can_edit(who, row),
            writes=can_write(who, row),
            pays=can_pay(who, row),
            withdraws=lambda one: can_withdraw(who, row, one),
            reschedules=can_reschedule(who, row),
            moves=next_moves(who, row),
            findings=checking.findings(session, row, today=clock.today()),
            papers=papers.papers(session, who, contract=row),
            purposes=_purposes(row),
            related=queries.related_history(session, who, contract=row),
            ties=ties.find_related(session, contract=row),
            deal=_deal(row),
            values=request.form if faults else {},
            faults=faults,
        )
    return (page, 400) if faults else page


def _purposes(row: Any) -> tuple[FilePurpose, ...]:
    """The kinds of papers this reader may add."""
    if can_write(actor(), row):
        return (*_FILERS, FilePurpose.CERTIFICATE) if is_office(actor(), row) else _FILERS
    return _BUYERS if side_of(actor(), row) is PartyRole.BUYER else ()


def _deal(row: Any) -> Any:
    """The deal behind it, when the reader may open that as well."""
    return row.deal if row.deal is not None and can_read_deal(actor(), row.deal) else None
