"""Who owns and runs an organisation, as the office and the organisation itself put it down: what related parties are
found by.
"""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.contracts import ties
from matchmaker.contracts.access import is_officer
from matchmaker.contracts.schemas import MOST_TIES, TieIn
from matchmaker.core import clock
from matchmaker.core.errors import Forbidden, Invalid
from matchmaker.core.unit import reading
from matchmaker.registry import assistance
from matchmaker.registry import queries as registry
from matchmaker.web.contracts.door import Page, blueprint
from matchmaker.web.contracts.reading import Group, Typed, rows_sent
from matchmaker.web.contracts.words import in_page_words, validated
from matchmaker.web.forms import faults_by_field
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.refusals import changing
from matchmaker.web.session import actor, needs_login

NAME = "ties"
TIES = Group(
    ("kind", "holder_name", "holder_uscc", "share", "valid_from", "valid_to", "source"),
    # A row that was only added is begun today, and says nothing yet.
    {"kind": "shareholder", "valid_from": ""},
    MOST_TIES,
)


@blueprint.get("/my/organisations/<int:organisation_id>/ties", endpoint="ties")
@needs_login
def show_ties(organisation_id: int) -> Page:
    """What is known, and the form to add to it; for the office to mend it."""
    with reading(parts().sessions) as session:
        rows = ties.ties_of(session, actor(), organisation_id=organisation_id)
        found = Typed({}, {NAME: 0}, {NAME: TIES})
        if not _owns(organisation_id):
            found.put(NAME, [_row(row) for row in rows])
        return _page(session, organisation_id, found, {})


@blueprint.post("/my/organisations/<int:organisation_id>/ties")
@needs_login
def save_ties(organisation_id: int) -> Page:
    """Keep what was entered, or show the form with a row more or less."""
    action = request.form.get("action", "save")
    found = Typed({}, {NAME: 0}, {NAME: TIES})
    found.put(NAME, rows_sent(request.form, NAME, TIES, blanks=action != "save"))
    faults: dict[str, str] = {}
    try:
        if action == "save":
            return _kept(organisation_id, found)
        _change_rows(found, action)
    except Invalid as error:
        faults = faults_by_field(in_page_words(error.faults))
    with reading(parts().sessions) as session:
        ties.ties_of(session, actor(), organisation_id=organisation_id)
        if not _owns(organisation_id) and not is_officer(actor()):
            raise Forbidden(f"{actor().name} only reads the ties of organisation {organisation_id}")
        return _page(session, organisation_id, found, faults)


def _owns(organisation_id: int) -> bool:
    return organisation_id in actor().organisation_ids


def _kept(organisation_id: int, found: Typed) -> Page:
    rows, faults = [], []
    for place, row in enumerate(found.rows(NAME)):
        given = {name: text for name, text in row.items() if text.strip()}
        try:
            rows.append(validated(TieIn, given, under=f"{NAME}.{place}."))
        except Invalid as refused:
            faults += refused.faults
    if faults:
        raise Invalid(faults)
    with changing(f"organisation:{organisation_id}", "organisation.tie") as session:
        ties.save_ties(session, actor(), organisation_id=organisation_id, data=rows)
        assistance.tell_acted(session, actor(), what=_("填写股权与人员关系"), base=parts().config.public_url)
    flash(_("已保存。今后的关联检查按这些资料进行。"), "good")
    return redirect(url_for("contracts.ties", organisation_id=organisation_id), 303)  # type: ignore[return-value]


def _change_rows(found: Typed, action: str) -> None:
    verb, _colon, rest = action.partition(":")
    if verb == "add":
        found.add(NAME, valid_from=clock.today().isoformat())
    elif verb == "drop":
        place = rest.partition(":")[2]
        if place.isdecimal() and len(place) < 4:
            found.drop(NAME, int(place))


def _row(row: Any) -> dict[str, str]:
    share = f"{row.share_bp / 100:g}" if row.share_bp else ""
    days = {name: getattr(row, name).isoformat() if getattr(row, name) else "" for name in ("valid_from", "valid_to")}
    plain = {name: str(getattr(row, name)) for name in ("kind", "holder_name", "holder_uscc", "source")}
    return plain | days | {"share": share}


def _page(session: Any, organisation_id: int, found: Typed, faults: dict[str, str]) -> Page:
    rows: Sequence[Any] = ties.ties_of(session, actor(), organisation_id=organisation_id)
    own = _owns(organisation_id)
    page = render_template(
        "contracts/ties.html",
        organisation=registry.dossier(session, actor(), organisation_id=organisation_id).organisation,
        rows=rows,
        own=own,
        writes=own or is_officer(actor()),
        values=found.values,
        count=found.counts[NAME],
        faults=faults,
    )
    return (page, 400) if faults else page
