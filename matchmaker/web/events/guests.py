"""The list builder: whom to invite, with reasons."""

import re
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.exchange.call_sheet import call_sheet
from matchmaker.meetings.history import partners_before
from matchmaker.participants import guest_list, inviting
from matchmaker.participants.access import planned_event
from matchmaker.participants.guest_list import GuestListIn
from matchmaker.reference.terms import codes, terms
from matchmaker.reference.towns import town_codes_by_name, towns
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.wording import conflict_text
from matchmaker.web.forms import faults_by_field, in_words, read_form, text_of
from matchmaker.web.language import _, language
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

QUOTAS = {"towns": "town", "kinds": "organisation_kind", "scales": "scale", "stages": "stage"}
# A name, then 5 (at most), 2-5 or 2- (at least); also with ≤ or ≥, and with the wide forms of the marks.
_LINE = re.compile(
    r"(?P<name>.+?)\s*(?:(?P<sign>[\u2264\u2265]|[<>]=)|[=\uff1d:\uff1a])\s*(?P<first>\d{1,3})"
    r"(?P<to>\s*[-\u2013\u2014~\u81f3]\s*(?P<last>\d{1,3})?)?"
)
# What the ranking calls a quota, and the kind of its terms.
_KINDS = {"kind": "organisation_kind"}
AT_LEAST = ("\u2265", ">=")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/office/events/<int:event_id>/guests")
@needs_role(*PLANNERS)
def guests(event_id: int) -> Page:
    """The form, and the newest list or the one asked for."""
    return _page(event_id, {}, {})


@blueprint.post("/office/events/<int:event_id>/guests")
@needs_role(*PLANNERS)
def guests_build(event_id: int) -> Page:
    """Make a new list."""
    try:
        data = _data()
        with unit(parts().sessions) as session:
            met = partners_before(session, event_id=event_id)
            row = guest_list.build(session, actor(), parts().engine, event_id=event_id, data=data, met=met)
            number = row.id
    except Invalid as error:
        known = {
            "no organisation is called": _("名单里有平台上没有的单位，请核对全称或统一社会信用代码。"),
            "the lower limit lies": _("至少的数不能大于最多的数。"),
            "the lower limits are": _("至少的数合计超过了名单的家数。"),
        }
        return _page(event_id, faults_by_field(in_words(error.faults, known)), request.form.to_dict())
    return redirect(url_for("events.guests", event_id=event_id, ranking=number), 303)  # type: ignore[return-value]


@blueprint.post("/office/events/<int:event_id>/guests/invite")
@needs_role(*PLANNERS)
def guests_invite(event_id: int) -> Page:
    """Put the chosen organisations on the call list, or invite them with a personal text."""
    chosen = [int(one) for one in request.form.getlist("chosen") if one.isdecimal() and len(one) < 19]
    back = url_for("events.guests", event_id=event_id, ranking=text_of("ranking") or None)
    if not chosen:
        flash(_("请先勾选单位。"), "bad")
        return redirect(back, 303)  # type: ignore[return-value]
    try:
        with unit(parts().sessions) as session:
            if text_of("action") == "invite":
                base = parts().config.public_url
                done = inviting.invite(
                    session, actor(), event_id=event_id, organisation_ids=chosen, text=text_of("text"), base=base
                )
            else:
                done = inviting.list_organisations(session, actor(), event_id=event_id, organisation_ids=chosen)
    except Invalid:
        return _page(event_id, {"text": _("太长了，请精简。")}, request.form.to_dict())
    except Conflict as error:
        flash(conflict_text(error), "bad")
    else:
        invited = _("已邀请 %(num)s 家，已邀请或已答复的不再打扰。", num=done)
        listed = _("已加入名单 %(num)s 家。", num=done)
        flash(invited if text_of("action") == "invite" else listed, "good")
    return redirect(back, 303)  # type: ignore[return-value]


@blueprint.post("/office/events/<int:event_id>/guests/<int:ranking_id>/redo")
@needs_role(*PLANNERS)
def guests_redo(event_id: int, ranking_id: int) -> Page:
    """Rank the stored inputs again, and say whether the same list comes out."""
    with reading(parts().sessions) as session:
        _row, same = guest_list.redo(session, actor(), ranking_id=ranking_id)
    good = _("按保存的条件和数据重算，结果完全一致。")
    flash(good if same else _("重算结果与保存的不一致，请告知管理员。"), "good" if same else "bad")
    return redirect(url_for("events.guests", event_id=event_id, ranking=ranking_id), 303)  # type: ignore[return-value]


@blueprint.get("/office/events/<int:event_id>/guests/<int:ranking_id>/call-sheet.xlsx")
@needs_role(*PLANNERS)
def guests_call_sheet(event_id: int, ranking_id: int) -> Response:
    """The list to phone from; that it left the house is logged."""
    with unit(parts().sessions) as session:
        row = guest_list.ranking(session, actor(), ranking_id=ranking_id)
        event = planned_event(session, actor(), event_id=row.event_id)
        houses, titles = guest_list.named(session, row)
        content = call_sheet(
            event,
            row.rows,
            houses=houses,
            titles=titles,
            people=guest_list.contacts(session, actor(), ranking_id=ranking_id),
            states=guest_list.on_list(session, event_id=row.event_id),
        )
    response = Response(content, mimetype=SHEET)
    response.headers["Content-Disposition"] = f'attachment; filename="call-sheet-{ranking_id}.xlsx"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _data() -> GuestListIn:
    faults: list[Fault] = []
    quotas: dict[str, object] = {}
    for name, kind in QUOTAS.items():
        quotas[f"{name}_least"], quotas[name] = _quota(name, kind, faults)
    if faults:
        raise Invalid(faults)
    ticks: dict[str, object] = {name: bool(request.form.get(name)) for name in ("only_new", "carry")}
    typed = request.form.copy()
    for name in (*QUOTAS, *ticks):
        typed.poplist(name)
    return read_form(GuestListIn, typed, lists=(), **(ticks | quotas))


def _quota(name: str, kind: str, faults: list[Fault]) -> tuple[dict[str, int], dict[str, int]]:
    """(at least, at most) of lines such as 丹灶镇=5 or 丹灶镇=2-5, by the names on the page or by their codes."""
    known = town_codes_by_name() if kind == "town" else codes(kind)
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for line in filter(None, (one.strip() for one in text_of(name).splitlines())):
        parsed = _LINE.fullmatch(line)
        code = (known.get(parsed["name"]) or known.get(parsed["name"].lower())) if parsed else None
        if parsed is None or code is None or (parsed["sign"] and parsed["to"]):
            example = _example(kind)
            said = _("看不懂“%(text)s”：每行写一个名称和数目，如 %(example)s。", text=line[:40], example=example)
            faults.append(Fault(name, said, line[:40]))
            continue
        first = int(parsed["first"])
        if parsed["to"] or parsed["sign"] in AT_LEAST:
            least[code] = first
            if parsed["last"]:
                most[code] = int(parsed["last"])
        else:
            most[code] = first
    return least, most


def _example(kind: str) -> str:
    """A line as it is to be written, with the first name of this kind."""
    name = next(iter(towns().values())).name_zh if kind == "town" else next(iter(terms(kind, language()).values()))
    return f"{name}=5"


def _page(event_id: int, faults: dict[str, str], typed: dict[str, Any]) -> Page:
    wanted = request.args.get("ranking", request.form.get("ranking", ""))
    with reading(parts().sessions) as session:
        event = planned_event(session, actor(), event_id=event_id)
        rows = guest_list.rankings(session, actor(), event_id=event_id)
        chosen = next((row for row in rows if str(row.id) == wanted), rows[0] if rows else None)
        houses, titles = guest_list.named(session, chosen) if chosen else ({}, {})
        page = render_template(
            "events/guests.html",
            event=event,
            rankings=rows[:10],
            ranking=chosen,
            houses=houses,
            titles=titles,
            states=guest_list.on_list(session, event_id=event_id),
            values=_values(chosen) | typed,
            short=[(_code_name(one.quota, one.code), one) for one in guest_list.short_of(chosen)] if chosen else [],
            faults=faults,
        )
    return (page, 400) if faults else page


def _values(chosen: Any) -> dict[str, Any]:
    if chosen is None:
        return {"number": "60", "weeks": "4", "only_new": "true", "carry": "true"}
    told = guest_list.asked(chosen).model_dump()
    for name, kind in QUOTAS.items():
        least, most = told[f"{name}_least"], told[name]
        spans = {code: _span(least.get(code), most.get(code)) for code in dict.fromkeys((*least, *most))}
        told[name] = "\n".join(f"{_code_name(kind, code)}={span}" for code, span in spans.items())
    return told | {"number": str(told["number"]), "weeks": str(told["weeks"])}


def _span(least: int | None, most: int | None) -> str:
    return str(most) if least is None else f"{least}-{'' if most is None else most}"


def _code_name(kind: str, code: str) -> str:
    """What a code of a quota is called on the page."""
    if kind == "town":
        town = towns().get(code)
        return (town.name_en if language() == "en" else town.name_zh) if town else code
    return terms(_KINDS.get(kind, kind), language()).get(code, code)
