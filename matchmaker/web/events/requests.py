"""Asking other participants for a meeting: an organisation's own view of the matchmaking list."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.exchange.match_pdf import partners_pdf
from matchmaker.meetings import candidate_views as views
from matchmaker.meetings import pairs
from matchmaker.meetings.rules import RequestState
from matchmaker.participants.access import is_own, registration_for
from matchmaker.participants.rules import RegistrationState
from matchmaker.registry import assistance
from matchmaker.web.events.candidates import PDF, asking_open, conflict_words, file_of, words_of
from matchmaker.web.events.door import Page, blueprint
from matchmaker.web.forms import faults_by_field, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

_MINE = "/my/events/<int:registration_id>/candidates"
_PAIR = "/my/events/<int:registration_id>/requests/<int:pair_id>"


@blueprint.app_template_global("own_requests")
def own_requests(registration_id: int) -> pairs.Requests:
    """How an organisation's requests stand, for the link on the page of its registration."""
    with reading(parts().sessions) as session:
        return pairs.requests_of(session, registration_id=registration_id)


@blueprint.get(_MINE)
@needs_login
def own_candidates(registration_id: int) -> Page:
    """Whom the organisation could meet there and why, and its requests; what waits for its answer comes first."""
    return _page(registration_id, {})


@blueprint.get(f"{_MINE}.pdf")
@needs_login
def own_candidates_pdf(registration_id: int) -> Page:
    """The same to print. Nothing before the organisation is confirmed."""
    with reading(parts().sessions) as session:
        row = _own(session, registration_id)
        if row.state is not RegistrationState.CONFIRMED:
            raise NotFound(f"registration {registration_id} is {row.state}")
        content = partners_pdf(row.event, row, _rows(session, row), office=False)
        return file_of(content, PDF, f"event-{row.event_id}-candidates.pdf")


@blueprint.post(f"{_MINE}/ask")
@needs_login
def own_ask(registration_id: int) -> Page:
    """Ask another organisation for a meeting."""
    to, base = request.form.get("other", type=int, default=registration_id), parts().config.public_url
    try:
        with unit(parts().sessions) as session:
            row = _own(session, registration_id)
            given = {"event_id": row.event_id, "from_id": row.id, "to_id": to}
            pair = pairs.ask(session, actor(), **given, message=text_of("message"), base=base)
            assistance.tell_acted(session, actor(), what=_("约谈参会单位"), base=base)
            agreed = pair.request is RequestState.ACCEPTED
    except Invalid as error:
        return _page(registration_id, faults_by_field(words_of(error.faults)))
    except Conflict as error:
        flash(conflict_words(error), "bad")
    else:
        flash(_("对方也约了您，洽谈已约定。") if agreed else _("已发出约谈。"), "good")
    return _to(registration_id)


@blueprint.post(f"{_PAIR}/answer")
@needs_login
def own_request_answer(registration_id: int, pair_id: int) -> Page:
    """Say yes or no to a request; a yes may be taken back."""
    accept = request.form.get("answer") == "yes"

    def act(session: Any) -> Any:
        return pairs.answer_request(session, actor(), pair_id=pair_id, accept=accept, base=parts().config.public_url)

    return _acted(registration_id, act, _("已同意，等主办方排进时间表。") if accept else _("已谢绝。"))


@blueprint.post(f"{_PAIR}/withdraw")
@needs_login
def own_request_withdraw(registration_id: int, pair_id: int) -> Page:
    """Take one's own request back."""

    def act(session: Any) -> Any:
        return pairs.withdraw_request(session, actor(), pair_id=pair_id, base=parts().config.public_url)

    return _acted(registration_id, act, _("已撤回。"))


def _acted(registration_id: int, act: Any, done: str) -> Page:
    try:
        with unit(parts().sessions) as session:
            row = _own(session, registration_id)
            pair = act(session)
            if row.id not in (pair.a_id, pair.b_id):
                raise NotFound(f"no pair {pair.id} of registration {row.id}")
            assistance.tell_acted(session, actor(), what=_("处理约谈"), base=parts().config.public_url)
    except Conflict as error:
        flash(conflict_words(error), "bad")
    else:
        flash(done, "good")
    return _to(registration_id)


def _page(registration_id: int, faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        row = _own(session, registration_id)
        coming = row.state is RegistrationState.CONFIRMED
        page = render_template(
            "events/requests.html",
            event=row.event,
            registration=row,
            coming=coming,
            rows=_rows(session, row) if coming else [],
            others=views.others(session, event_id=row.event_id, registration_id=row.id) if coming else [],
            asking=asking_open(row.event, row),
            requests=pairs.requests_of(session, registration_id=row.id),
            faults=faults,
            typed=request.form if faults else {},
            limit=pairs.MOST_MESSAGE,
        )
    return (page, 400) if faults else page


def _rows(session: Any, row: Any) -> list[views.Candidate]:
    """What waits for one's answer first, then what matches at least weakly or was asked for, best first."""
    found = views.for_one(session, event_id=row.event_id, registration_id=row.id, viewer=actor())
    shown = [one for one in found if one["level"] or one["request"] is not RequestState.NONE]
    return sorted(shown, key=lambda one: one["request"] is not RequestState.ASKED or one["mine"])


def _own(session: Any, registration_id: int) -> Any:
    """The actor's own registration. NotFound for everybody else: those who plan have pages of their own."""
    found = registration_for(session, actor(), registration_id=registration_id)
    if not is_own(actor(), found):
        raise NotFound(f"no registration {registration_id}")
    return found


def _to(registration_id: int) -> Page:
    return redirect(url_for("events.own_candidates", registration_id=registration_id), 303)  # type: ignore[return-value]
