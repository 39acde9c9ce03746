"""Letters to those who have an address and no login: sent by a button that says how many, stopped by the receiver."""

from flask import flash, redirect, request, url_for

from matchmaker.core.unit import unit
from matchmaker.participants import letters
from matchmaker.web.events.door import PLANNERS, Page, blueprint
from matchmaker.web.events.person_form import attempt
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

DIGITS = 6


@blueprint.post("/office/events/<int:event_id>/letters")
@needs_role(*PLANNERS)
def letters_send(event_id: int) -> Page:
    """Send everybody the personal link, or a reminder; as many letters as the button said, or none."""
    said = request.form.get("expected", "")
    expected = int(said) if said.isdecimal() and len(said) <= DIGITS else -1
    verb = letters.remind if request.form.get("kind") == "reminder" else letters.send_links
    done = _("已交给发信队列：%(num)s 封。", num=expected)
    attempt(lambda session: verb(session, actor(), event_id=event_id, expected=expected), done=done)
    return redirect(url_for("events.people", event_id=event_id), 303)  # type: ignore[return-value]


@blueprint.post("/p/<token>/letters")
def personal_letters(token: str) -> Page:
    """Stop the letters about this event, or have them again. 404 for a link that was made up or revoked."""
    stop = request.form.get("stop") == "yes"
    with unit(parts().sessions) as session:
        letters.choose(session, secret_key=parts().config.secret_key, token=token, stop=stop)
    flash(_("不再给您发这场活动的邮件。") if stop else _("会继续给您发邮件。"), "good")
    return redirect(url_for("events.personal", token=token, _anchor="letters"), 303)  # type: ignore[return-value]
