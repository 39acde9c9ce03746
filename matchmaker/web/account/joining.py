"""Becoming somebody here: registration, the letter's link, a lost password, an invitation."""

from flask import Response, flash, redirect, render_template, request, url_for

from matchmaker.accounts import people
from matchmaker.accounts.rules import TokenPurpose
from matchmaker.accounts.schemas import PersonIn
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.registry import members
from matchmaker.web.account import blueprint
from matchmaker.web.forms import faults_by_field, in_words, read_form
from matchmaker.web.language import _, language
from matchmaker.web.parts import parts

Page = str | Response | tuple[str, int]


@blueprint.get("/register")
def register() -> Page:
    """The registration form; it says what the data are for."""
    return render_template("account/register.html", values={}, faults={})


@blueprint.post("/register")
def do_register() -> Page:
    """Make the account and write the letter. The answer is the same for an address that has one."""
    try:
        data = read_form(PersonIn, request.form, agreed=request.form.get("agreed") == "true")
        with unit(parts().sessions) as session:
            people.register_person(session, data=data, base=parts().config.public_url, language=language())
    except (Invalid, Conflict) as error:
        faults = error.faults if isinstance(error, Invalid) else [Fault("phone", _("这个手机号已用于另一个账号。"))]
        page = render_template("account/register.html", values=request.form, faults=faults_by_field(faults))
        return page, 400
    return redirect(url_for("account.written", email=data.email), 303)  # type: ignore[return-value]


@blueprint.get("/register/written")
def written() -> Page:
    """A letter is on its way; what to do when it does not come."""
    return render_template("account/written.html", email=request.args.get("email", "")[:254])


@blueprint.post("/register/again")
def write_again() -> Page:
    """Send the verification letter once more."""
    email = request.form.get("email", "")[:254]
    with unit(parts().sessions) as session:
        people.resend_verification(session, email=email, base=parts().config.public_url)
    flash(_("如果这个邮箱正在等待确认，我们已重新发送邮件。"))
    return redirect(url_for("account.written", email=email), 303)  # type: ignore[return-value]


@blueprint.get("/verify/<secret>")
def verify(secret: str) -> Page:
    """Choose the first password, behind the letter."""
    return render_template("account/password.html", faults={}, first=True, asks=True)


@blueprint.post("/verify/<secret>")
def do_verify(secret: str) -> Page:
    """Open the account."""
    return _choose(secret, TokenPurpose.VERIFY)


@blueprint.get("/forgotten")
def forgotten() -> Page:
    """Ask for a letter to set a new password."""
    return render_template("account/forgotten.html")


@blueprint.post("/forgotten")
def do_forgotten() -> Page:
    """Write the letter; the answer is the same for an address nobody has."""
    with unit(parts().sessions) as session:
        people.ask_reset(session, email=request.form.get("email", "")[:254], base=parts().config.public_url)
    flash(_("如果这个邮箱有账号，重设密码的邮件已经发出，一小时内有效。"), "good")
    return redirect(url_for("account.login"), 303)  # type: ignore[return-value]


@blueprint.get("/reset/<secret>")
def reset(secret: str) -> Page:
    """Choose a new password."""
    return render_template("account/password.html", faults={}, first=False, asks=True)


@blueprint.post("/reset/<secret>")
def do_reset(secret: str) -> Page:
    """Set it; every login ends."""
    return _choose(secret, TokenPurpose.RESET)


@blueprint.get("/invitation/<secret>")
def invitation(secret: str) -> Page:
    """Who invites, and for whom a password is still to be chosen."""
    return _invitation_page(secret, {})


@blueprint.post("/invitation/<secret>")
def accept_invitation(secret: str) -> Page:
    """Join the organisation."""
    password = request.form.get("password")
    fault = _mismatch() if password else None
    try:
        if fault:
            raise Invalid([fault])
        with unit(parts().sessions) as session:
            members.accept(session, secret=secret, password=password, base=parts().config.public_url)
    except Invalid as error:
        return _invitation_page(secret, faults_by_field(in_words(error.faults, password_words())))
    flash(_("您已加入。请登录。"), "good")
    return redirect(url_for("account.login"), 303)  # type: ignore[return-value]


def password_words() -> dict[str, str]:
    """What the rules of accounts say about a password, in the page's language, by the start of their wording."""
    return {
        "a password has at least": _("密码至少 10 个字符。"),
        "a password has at most": _("密码最多 128 个字符。"),
        "a password must not": _("密码不能包含邮箱名。"),
        "a password needs more": _("密码里不同的字符太少。"),
        "a password shorter": _("不足 14 个字符的密码要包含大写、小写、数字、符号中的三种。"),
    }


def _choose(secret: str, purpose: TokenPurpose) -> Page:
    first = purpose is TokenPurpose.VERIFY
    try:
        if fault := _mismatch():
            raise Invalid([fault])
        with unit(parts().sessions) as session:
            people.set_password_by_letter(
                session, secret=secret, purpose=purpose, password=request.form.get("password", "")
            )
    except Invalid as error:
        faults = faults_by_field(in_words(error.faults, password_words()))
        return render_template("account/password.html", faults=faults, first=first, asks=True), 400
    except NotFound:
        return render_template("account/password.html", faults={}, first=first, asks=False), 404
    flash(_("邮箱已确认，密码已设置。请登录。") if first else _("新密码已生效，所有设备都已退出。请登录。"), "good")
    return redirect(url_for("account.login"), 303)  # type: ignore[return-value]


def _mismatch() -> Fault | None:
    same = request.form.get("password", "") == request.form.get("again", "")
    return None if same else Fault("again", _("两次输入的密码不一样。"))


def _invitation_page(secret: str, faults: dict[str, str]) -> Page:
    try:
        with reading(parts().sessions) as session:
            person, organisation = members.invited(session, secret=secret)
            page = render_template(
                "account/invitation.html",
                faults=faults,
                organisation=organisation.name,
                person=person.name,
                chooses=person.password_hash is None,
            )
    except NotFound:
        return render_template("account/password.html", faults={}, first=False, asks=False), 404
    return (page, 400) if faults else page
