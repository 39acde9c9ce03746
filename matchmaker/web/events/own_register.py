"""Registering one's organisation for an event."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from matchmaker.accounts.queries import person as account_of
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.participants import queries, registering
from matchmaker.participants.access import seen_event
from matchmaker.participants.rules import RegistrationState
from matchmaker.participants.schemas import BroughtIn, ParticipantIn, RegistrationIn
from matchmaker.participants.sending import to_bring
from matchmaker.registry import assistance
from matchmaker.registry import queries as registry
from matchmaker.web.events.door import Page, blueprint
from matchmaker.web.events.wording import conflict_text, in_plain_words, language_names
from matchmaker.web.forms import faults_by_field, read_form
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

# As many people as the form has rows for; more are named afterwards.
ROWS = (1, 2, 3)
_PERSON = ("name", "position", "phone", "email")
# From here the registration has a page of its own.
_UNDER_WAY = (
    RegistrationState.INVITED,
    RegistrationState.APPLIED,
    RegistrationState.WAITING,
    RegistrationState.CONFIRMED,
)


@blueprint.get("/events/<int:event_id>/register")
@needs_login
def register_form(event_id: int) -> Page:
    """What the organisation brings and whom it sends; or the registration itself, once there is one."""
    with reading(parts().sessions) as session:
        chosen = _chosen(session)
        for row in queries.own_registrations(session, actor()):
            if row.event_id == event_id and row.state in _UNDER_WAY and chosen and row.organisation_id == chosen.id:
                return _to(row.id)
    return _register_page(event_id, {}, {})


@blueprint.post("/events/<int:event_id>/register")
@needs_login
def register_send(event_id: int) -> Page:
    """Register."""
    number = request.form.get("organisation_id", "")
    if not number.isdecimal() or int(number) not in actor().organisation_ids:
        raise Forbidden(f"{actor().name} does not register organisation {number[:20]}")
    try:
        data = _posted()
        with unit(parts().sessions) as session:
            row = registering.register(
                session,
                actor(),
                event_id=event_id,
                organisation_id=int(number),
                data=data,
                base=parts().config.public_url,
            )
            assistance.tell_acted(session, actor(), what=_("报名活动"), base=parts().config.public_url)
            state = row.state
    except Invalid as error:
        return _register_page(event_id, _typed(), faults_by_field(in_plain_words(error.faults)))
    except Conflict as error:
        return _register_page(event_id, _typed(), {"": conflict_text(error)})
    done = {
        RegistrationState.APPLIED: _("已报名，主办方审核后通知您。"),
        RegistrationState.WAITING: _("名额已满，已进入候补；有空位会立即通知您。"),
    }
    flash(done.get(state, _("报名成功，已确认参加。")), "good")
    return _to(row.id)


def _posted() -> RegistrationIn:
    """The form as a registration; every fault beside its own field."""
    faults: list[Fault] = []
    brought: BroughtIn | None = None
    names = ("listing_ids", "need_text", "offer_text", "note")
    given = MultiDict([(name, text) for name, text in request.form.items(multi=True) if name in names])
    try:
        brought = read_form(BroughtIn, given, lists=("listing_ids",))
    except Invalid as error:
        faults += error.faults
    people = []
    for number in ROWS:
        one = {name: request.form.get(f"{name}_{number}", "") for name in _PERSON}
        if number > 1 and not any(text.strip() for text in one.values()):
            continue
        try:
            people.append(_read_person(number, one))
        except Invalid as error:
            faults += [Fault(f"{fault.field}_{number}", fault.message, fault.value) for fault in error.faults]
    if faults or brought is None:
        raise Invalid(faults)
    return RegistrationIn(**brought.model_dump(), people=people)


def _read_person(number: int, one: dict[str, str]) -> ParticipantIn:
    values = MultiDict(list(one.items()))
    for code in request.form.getlist(f"languages_{number}"):
        values.add("languages", code)
    for slot in request.form.getlist("away"):
        values.add("away", slot)
    return read_form(ParticipantIn, values, lists=("languages", "away"))


def _typed() -> dict[str, Any]:
    lists = ("listing_ids", "away", *(f"languages_{number}" for number in ROWS))
    return request.form.to_dict() | {name: request.form.getlist(name) for name in lists}


def _chosen(session: Any) -> Any | None:
    """The organisation that the address or the form names, else the first of one's own."""
    own = registry.own_organisations(session, actor())
    wanted = request.form.get("organisation_id") or request.args.get("organisation", "")
    return next((one for one in own if str(one.id) == wanted), own[0] if own else None)


def _register_page(event_id: int, values: dict[str, Any], faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        event = seen_event(session, actor(), event_id=event_id)
        chosen = _chosen(session)
        refusal = ""
        if chosen is not None and not faults:
            refusal = registering.refusal(session, actor(), event_id=event_id, organisation_id=chosen.id)
        page = render_template(
            "events/register.html",
            event=event,
            chosen=chosen,
            own=registry.own_organisations(session, actor()),
            refusal=conflict_text(refusal) if refusal else "",
            choices=to_bring(session, actor(), chosen.id if chosen else None),
            slots=[slot for slot in event.slots if slot.closed_at is None],
            languages=language_names(),
            numbers=ROWS,
            values=values or _prefilled(session),
            faults=faults,
        )
    return (page, 400) if faults else page


def _prefilled(session: Any) -> dict[str, Any]:
    """Whoever registers comes, unless they write somebody else; staff who act for others do not."""
    if actor().acting_for is not None:
        return {}
    me = account_of(session, actor())
    return {"name_1": me.name, "phone_1": me.phone or "", "email_1": me.email}


def _to(registration_id: int) -> Page:
    address = url_for("events.own_registration", registration_id=registration_id)
    return redirect(address, 303)  # type: ignore[return-value]
