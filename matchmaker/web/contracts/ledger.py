"""技术合同台账: the district's contracts for the office, filtered, with totals, and as a workbook."""

from collections.abc import Callable, Sequence
from io import BytesIO

from flask import Response, render_template, request, send_file, url_for

from matchmaker.audit import service as audit
from matchmaker.contracts import ledger as contracts
from matchmaker.contracts.ledger import LedgerPage, Total
from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.exchange.contract_ledger import workbook
from matchmaker.reference.chains import chains
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns
from matchmaker.web.contracts.access import READERS
from matchmaker.web.contracts.door import XLSX, Page, blueprint
from matchmaker.web.contracts.filters import filter_of, said
from matchmaker.web.language import _, language
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.shown import name

# The platform's first year, and how far back the office's own ledgers usually go.
YEARS_BACK = 6
Names = Callable[[str], str]


@blueprint.get("/office/contracts")
@needs_role(*READERS)
def ledger() -> Page:
    """One page of the ledger with the totals of all that was asked for."""
    with reading(parts().sessions) as session:
        number = request.args.get("page", 1, int)
        page = contracts.ledger(session, actor(), filters=filter_of(request.args), page=number)
        return render_template(
            "contracts/ledger.html",
            page=page,
            blocks=_blocks(page),
            said=said(request.args),
            periods=_periods(),
            asked=request.args,
            link=_link,
        )


@blueprint.get("/office/contracts.xlsx")
@needs_role(*READERS)
def ledger_sheet() -> Response:
    """The whole of what was asked for as a workbook; that it was taken out is on record."""
    with unit(parts().sessions) as session:
        page = contracts.whole(session, actor(), filters=filter_of(request.args))
        limits = _("；").join(f"{label} {text}" for _name, label, text in said(request.args))
        content = workbook(page, about=limits or _("全部合同"))
        taken = {"rows": page.total, "asked": {name: text for name, _label, text in said(request.args)}}
        audit.record(session, actor(), [audit.Event("contract.export", f"person:{actor().person_id}", taken)])
    name = f"contracts-{clock.today().isoformat()}.xlsx"
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def _link(number: int) -> str:
    values = {name: found for name, found in request.args.to_dict(flat=False).items() if name != "page"}
    return url_for("contracts.ledger", **values, page=number)  # type: ignore[arg-type]


def _periods() -> list[tuple[str, str]]:
    """The years and quarters to choose from, the present one first."""
    today = clock.today()
    found = []
    for year in range(today.year, today.year - YEARS_BACK, -1):
        found.append((str(year), _("%(year)s 年", year=year)))
        last = (today.month + 2) // 3 if year == today.year else 4
        found += [(f"{year}Q{number}", _quarter(f"{year}Q{number}")) for number in range(last, 0, -1)]
    return found


def _blocks(page: LedgerPage) -> list[tuple[str, str, Sequence[tuple[str, Total]]]]:
    """The tables of totals: heading, the address's field that a line leads to, and the lines with their names."""
    tables: list[tuple[str, str, list[Total], Names]] = [
        (_("按合同类别"), "kind", page.by_kind, _term("contract_kind")),
        (_("按产业链"), "chain", page.by_chain, _chain),
        (_("按镇街"), "town", page.by_town, _town),
        (_("按单位性质"), "nature", page.by_nature, _term("party_nature")),
        (_("按季度"), "period", page.by_quarter, _quarter),
    ]
    return [(title, field, [(names(one.code), one) for one in totals]) for title, field, totals, names in tables]


def _term(kind: str) -> Names:
    return lambda code: terms(kind, language()).get(code, code) or _("未填")


def _chain(code: str) -> str:
    return name(chains()[code]) if code in chains() else code or _("未归类")


def _town(code: str) -> str:
    return name(towns()[code]) if code in towns() else code or _("区外或未登记单位")


def _quarter(code: str) -> str:
    year, _q, quarter = code.partition("Q")
    return _("%(year)s 年第 %(quarter)s 季度", year=year, quarter=quarter) if quarter else code or _("未签订")
