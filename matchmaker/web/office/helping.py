"""帮办代办 from the helper's side: asking for consent, and acting while it holds."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.datastructures import MultiDict

from matchmaker.accounts.actors import actor_of
from matchmaker.accounts.schemas import AssistanceIn
from matchmaker.core.actor import Role
from matchmaker.core.errors import Forbidden, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.introductions import queries as introduction_queries
from matchmaker.registry import assistance as helping
from matchmaker.registry import queries as registry
from matchmaker.web.forms import faults_by_field, read_form
from matchmaker.web.language import _
from matchmaker.web.office import blueprint
from matchmaker.web.parts import parts
from matchmaker.web.session import ACTING_FOR, actor, needs_login, needs_role, version

Page = str | Response | tuple[str, int]


@blueprint.get("/office/assistance")
@needs_role(Role.ORGANISER, Role.OFFICER, Role.AUDITOR)
def assistance() -> Page:
    """For whom one may act, and what was asked."""
    return _page({}, {})


@blueprint.post("/office/assistance")
@needs_role(Role.ORGANISER, Role.OFFICER)
def ask_assistance() -> Page:
    """Ask an organisation, named by its code, for its consent."""
    try:
        values = MultiDict([(k, v) for k, v in request.form.items(multi=True) if k != "uscc"])
        data = read_form(AssistanceIn, values)
        with unit(parts().sessions) as session:
            number = registry.id_of_uscc(session, request.form.get("uscc", ""))
            helping.ask(session, actor(), organisation_id=number, data=data, base=parts().config.public_url)
    except Invalid as error:
        faults = faults_by_field(error.faults)
        if "until" in faults:
            faults["until"] = _("期限从今天起，最长 90 天。")
        return _page(dict(request.form), faults)
    except NotFound:
        return _page(dict(request.form), {"uscc": _("没有这个代码的单位。")})
    flash(_("已发出请求，单位负责人同意后即可代办。"), "good")
    return redirect(url_for("office.assistance"), 303)  # type: ignore[return-value]


@blueprint.post("/office/help/<int:organisation_id>")
@needs_role(Role.ORGANISER, Role.OFFICER)
def start_helping(organisation_id: int) -> Page:
    """Act for the organisation from now on, in this browser, while its consent holds."""
    with unit(parts().sessions) as session:
        me = actor()
        who = actor_of(session, person_id=me.person_id or 0, session_version=version(), acting_for=organisation_id)
        if who is None or who.acting_for != organisation_id:
            raise Forbidden(f"{me.name} has no consent of organisation {organisation_id}")
        helping.begin(session, who, organisation_id=organisation_id)
    cookie[ACTING_FOR] = organisation_id
    return redirect(url_for("desk.mine"), 303)  # type: ignore[return-value]


@blueprint.post("/office/stop-helping")
@needs_login
def stop_helping() -> Page:
    """Be oneself again."""
    cookie.pop(ACTING_FOR, None)
    flash(_("已结束代办。"))
    return redirect(url_for("office.assistance") if actor().is_staff else url_for("public.home"), 303)  # type: ignore[return-value]


@blueprint.get("/office/introductions")
@needs_role(Role.ORGANISER, Role.OFFICER, Role.AUDITOR)
def introductions() -> Page:
    """What moves between needs and offers in the district; contact details are not shown."""
    with reading(parts().sessions) as session:
        return render_template("office/introductions.html", rows=introduction_queries.for_staff(session, actor()))


def _page(values: dict[str, str], faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        rows = registry.assistances_for_staff(session, actor())
        page = render_template("office/assistance.html", rows=rows, values=values, faults=faults)
    return (page, 400) if faults else page
