"""Keeping the platform running: people and roles, the audit log, the letters that were written."""

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest

from matchmaker.accounts import people as accounts_people
from matchmaker.accounts.schemas import StaffIn
from matchmaker.audit import queries as audit_queries
from matchmaker.core.actor import Role
from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.mail import queries as mail
from matchmaker.registry import queries as registry
from matchmaker.web.forms import faults_by_field, read_form
from matchmaker.web.language import _
from matchmaker.web.office import blueprint
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role

Page = str | Response | tuple[str, int]


@blueprint.get("/office/people")
@needs_role(Role.ADMINISTRATOR, Role.AUDITOR)
def people() -> Page:
    """Everybody who has an account, staff first."""
    return _people_page({}, {})


@blueprint.post("/office/people")
@needs_role(Role.ADMINISTRATOR)
def save_staff() -> Page:
    """Give somebody a role, or take it back."""
    try:
        data = read_form(StaffIn, request.form)
        with unit(parts().sessions) as session:
            accounts_people.save_staff(session, actor(), data=data, base=parts().config.public_url)
    except Invalid as error:
        return _people_page(dict(request.form), faults_by_field(error.faults))
    except Conflict:
        return _people_page(dict(request.form), {"email": _("不能更改自己的角色。")})
    flash(_("角色已更新；新用户会收到设置密码的邮件。"), "good")
    return redirect(url_for("office.people"), 303)  # type: ignore[return-value]


@blueprint.post("/office/people/<int:person_id>")
@needs_role(Role.ADMINISTRATOR)
def change_person(person_id: int) -> Page:
    """Block, unblock, or take a lost second factor off."""
    action, reason = request.form.get("action", ""), request.form.get("reason", "")[:500]
    if action not in ("second_factor", "block", "unblock"):
        raise BadRequest
    try:
        with unit(parts().sessions) as session:
            if action == "second_factor":
                accounts_people.reset_second_factor(session, actor(), person_id=person_id)
            else:
                blocked = action == "block"
                accounts_people.set_blocked(session, actor(), person_id=person_id, blocked=blocked, reason=reason)
    except Invalid:
        flash(_("请写明原因。"), "bad")
    except Conflict:
        flash(_("不能对自己做这个操作，请另一位管理员处理。"), "bad")
    else:
        flash(_("已更新。"), "good")
    return redirect(url_for("office.people"), 303)  # type: ignore[return-value]


@blueprint.get("/office/audit")
@needs_role(Role.AUDITOR, Role.ADMINISTRATOR)
def audit() -> Page:
    """The audit log, newest first, or all about one subject."""
    subject = request.args.get("subject", "").strip()[:120]
    with reading(parts().sessions) as session:
        page = registry.audit_entries(session, actor(), subject=subject, page=request.args.get("page", 1, int))
        checked = "check" in request.args
        broken = audit_queries.first_broken(session) if checked else None
        return render_template("office/audit.html", page=page, subject=subject, checked=checked, broken=broken)


@blueprint.get("/office/mails")
@needs_role(Role.ADMINISTRATOR)
def mails() -> Page:
    """The letters queued last and how they fared; their text only in development, for it holds secrets."""
    with reading(parts().sessions) as session:
        rows = mail.newest(session)
        return render_template("office/mails.html", rows=rows, shows=parts().config.development)


def _people_page(values: dict[str, str], faults: dict[str, str]) -> Page:
    text = request.args.get("q", "").strip()[:120]
    with reading(parts().sessions) as session:
        found = registry.people(session, actor(), text=text, page=request.args.get("page", 1, int))
        page = render_template("office/people.html", page=found, text=text, values=values, faults=faults)
    return (page, 400) if faults else page
