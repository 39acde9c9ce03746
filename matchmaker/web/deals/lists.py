"""Deals as a board by stage and as a table: an organisation's own, and the district's."""

from enum import StrEnum
from typing import TypeVar

from flask import redirect, render_template, request, url_for

from matchmaker.core import clock
from matchmaker.core.unit import reading
from matchmaker.deals import queries
from matchmaker.deals.access import side_of
from matchmaker.deals.queries import Filters
from matchmaker.deals.rules import DealKind, DealOrigin, DealStage
from matchmaker.reference.chains import chains
from matchmaker.reference.towns import towns
from matchmaker.web.deals.door import READERS, Page, blueprint
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login, needs_role

Code = TypeVar("Code", bound=StrEnum)
NOBODY = "none"


@blueprint.get("/my/deals")
@needs_login
def mine() -> Page:
    """One's organisations' deals; what is due or stands still is marked."""
    return _page(own=True)


@blueprint.get("/office/deals")
@needs_role(*READERS)
def board() -> Page:
    """The district's deals, for the office and auditors; for organisers those that came of events."""
    if actor().acting_for is not None:
        # Meanwhile one is the organisation and nobody else.
        return redirect(url_for("deals.mine"), 303)  # type: ignore[return-value]
    return _page(own=False)


def asked() -> Filters:
    """What the address asks for; words that mean nothing are left out."""
    given = request.args
    owner = given.get("owner", "")
    return Filters(
        stage=_code(DealStage, given.get("stage")),
        kind=_code(DealKind, given.get("kind")),
        origin=_code(DealOrigin, given.get("origin")),
        town=given.get("town", "") if given.get("town") in towns() else "",
        chain=given.get("chain", "") if given.get("chain") in chains() else "",
        event_id=_number(given.get("event", "")),
        owner_id=_number(owner),
        unowned=owner == NOBODY,
        stalled="stalled" in given,
        text=given.get("q", "").strip()[:120],
    )


def _page(*, own: bool) -> Page:
    filters, table = asked(), request.args.get("view") == "table"
    with reading(parts().sessions) as session:
        going, still = (queries.counts_of if own else queries.counts)(session, actor())
        shown = {
            "own": own,
            "filters": filters,
            "table": table,
            "going": going,
            "still": still,
            "today": clock.today(),
            "stands_still": queries.stands_still,
            "side_of": lambda deal: side_of(actor(), deal),
            "link": _link,
            "owners": [] if own else queries.owners(session, actor()),
            "events": [] if own else queries.events_with_deals(session, actor()),
        }
        if table:
            number = request.args.get("page", 1, int)
            shown["page"] = queries.page(session, actor(), filters=filters, page=number, own=own)
            shown["sums"] = queries.stage_sums(session, actor(), filters=filters, own=own)
            shown["columns"] = []
        else:
            shown |= {"page": None, "sums": {}}
            shown["columns"] = queries.board(session, actor(), filters=filters, own=own)
        return render_template("deals/lists.html", **shown, headings=_headings())


def _link(**changes: str | None) -> str:
    """This page's address with some of its questions asked differently; None drops one."""
    values = {name: value for name, value in request.args.items() if name not in (*changes, "page") and value}
    values |= {name: value for name, value in changes.items() if value is not None}
    return url_for(request.endpoint or "deals.mine", **values)  # type: ignore[arg-type]


def _headings() -> list[tuple[str, tuple[DealStage, ...]]]:
    """The columns of the board: a stage each, and what is over in one."""
    going = [stage for stage in DealStage if stage not in (DealStage.COMPLETED, DealStage.ENDED)]
    return [*(("", (stage,)) for stage in going), (_("已了结"), (DealStage.COMPLETED, DealStage.ENDED))]


def _code(kind: type[Code], text: str | None) -> Code | None:
    return kind(text) if text in set(kind) else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
