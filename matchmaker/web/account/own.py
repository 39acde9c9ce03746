"""One's own account: name and phone, password, second factor, logins, and the rights over one's own data."""

from flask import Response, flash, jsonify, redirect, render_template, request, url_for

from matchmaker.accounts import people
from matchmaker.accounts import queries as accounts
from matchmaker.accounts.schemas import DataRequestIn, ProfileIn
from matchmaker.alerts import queries as alert_queries
from matchmaker.alerts import service as alerts
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.participants import personal as participations
from matchmaker.registry import personal
from matchmaker.web import session as logged
from matchmaker.web.account import blueprint
from matchmaker.web.account.joining import password_words
from matchmaker.web.forms import faults_by_field, in_words, read_form
from matchmaker.web.language import _, remember
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

Page = str | Response | tuple[str, int]


@blueprint.get("/my/account")
@needs_login
def profile() -> Page:
    """Name, phone, language, password, organisations."""
    return _profile_page({})


@blueprint.post("/my/account")
@needs_login
def save_profile() -> Page:
    """Change name, phone and language."""
    try:
        data = read_form(ProfileIn, request.form)
        with unit(parts().sessions) as session:
            people.save_profile(session, actor(), data=data)
    except Invalid as error:
        return _profile_page(faults_by_field(error.faults))
    except Conflict:
        return _profile_page({"phone": _("这个手机号已用于另一个账号。")})
    flash(_("已保存。"), "good")
    response = redirect(url_for("account.profile"), 303)
    remember(response, data.language)  # type: ignore[arg-type]
    return response  # type: ignore[return-value]


@blueprint.post("/my/account/password")
@needs_login
def change_password() -> Page:
    """Change the password; other devices are logged out, this one stays."""
    try:
        if request.form.get("wanted") != request.form.get("again"):
            raise Invalid([Fault("again", _("两次输入的密码不一样。"))])
        with unit(parts().sessions) as session:
            person = people.change_password(
                session, actor(), present=request.form.get("present", ""), wanted=request.form.get("wanted", "")
            )
    except Invalid as error:
        said = {fault.field: fault.message for fault in in_words(error.faults, password_words())}
        if "present" in said:
            said["present"] = _("现在的密码不对。")
        said["wanted"] = said.pop("password", said.get("wanted", ""))
        return _profile_page({field: message for field, message in said.items() if message})
    logged.begin(person.id, person.session_version)
    flash(_("密码已修改，其他设备已退出。"), "good")
    return redirect(url_for("account.profile"), 303)  # type: ignore[return-value]


@blueprint.post("/my/account/end-logins")
@needs_login
def end_logins() -> Page:
    """Log out everywhere, here too."""
    with unit(parts().sessions) as session:
        people.end_logins(session, actor())
    logged.end()
    flash(_("所有设备都已退出。"), "good")
    return redirect(url_for("account.login"), 303)  # type: ignore[return-value]


@blueprint.get("/my/data")
@needs_login
def data() -> Page:
    """What is kept, what for, and what one may ask."""
    return _data_page({})


@blueprint.get("/my/data.json")
@needs_login
def data_copy() -> Response:
    """A copy of everything kept about oneself."""
    with reading(parts().sessions) as session:
        searches = [
            {"name": row.name, "text": row.text, "side": row.side.value, "filters": row.filters}
            for row in alert_queries.saved_searches(session, actor())
        ]
        events = participations.own_participations(session, actor())
        answer = jsonify(personal.own_data(session, actor()) | {"saved_searches": searches, "events": events})
    answer.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/my/data")
@needs_login
def ask_data() -> Page:
    """Ask the office about one's own data."""
    try:
        wanted = read_form(DataRequestIn, request.form)
        with unit(parts().sessions) as session:
            personal.request(session, actor(), data=wanted, base=parts().config.public_url)
    except Invalid as error:
        return _data_page(faults_by_field(error.faults))
    flash(_("请求已提交，我们会在 15 个工作日内答复。"), "good")
    return redirect(url_for("account.data"), 303)  # type: ignore[return-value]


@blueprint.post("/my/data/leave")
@needs_login
def leave() -> Page:
    """Take oneself off the platform."""
    if request.form.get("sure") != "true":
        return _data_page({"sure": _("请勾选确认。")})
    try:
        with unit(parts().sessions) as session:
            alerts.end_all(session, actor())
            # First what only the person itself may reach.
            participations.forget(session, actor())
            personal.leave_platform(session, actor())
    except Conflict as error:
        staff = "staff" in str(error)
        message = _("工作人员请先由管理员收回角色。") if staff else _("您是单位唯一的负责人，请先移交负责人。")
        return _data_page({"sure": message})
    logged.end()
    flash(_("账号已注销，您的姓名、邮箱和电话已从平台删除。"), "good")
    return redirect(url_for("public.home"), 303)  # type: ignore[return-value]


def _profile_page(faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        person = accounts.person(session, actor())
        memberships = accounts.memberships_of(session, actor())
        values = request.form if faults else {"name": person.name, "phone": person.phone, "language": person.language}
        page = render_template(
            "account/profile.html", person=person, memberships=memberships, values=values, faults=faults
        )
    return (page, 400) if faults else page


def _data_page(faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        requests = accounts.data_requests_of(session, actor())
        values = request.form if faults else {}
        page = render_template("account/data.html", requests=requests, values=values, faults=faults)
    return (page, 400) if faults else page
