"""Logging in: password first, then the second factor of those who have or need one."""

import segno
from flask import Response, flash, redirect, render_template, request, url_for
from flask import session as cookie

from matchmaker.accounts import logins
from matchmaker.accounts.logins import Attempt, Outcome
from matchmaker.accounts.passwords import Sealer
from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.demo import people
from matchmaker.web import session as logged
from matchmaker.web.account import blueprint
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.security import is_local

HALF_WAY = "half_way"
# Who passed the password has this long for the second step.
HALF_WAY_S = 600
Page = str | Response | tuple[str, int]


def sealer() -> Sealer:
    """Opens and closes second factors with this installation's secret."""
    return Sealer(parts().config.secret_key)


@blueprint.get("/login")
def login() -> Page:
    """The login form; who is in already goes on."""
    if logged.actor().person_id is not None:
        return redirect(_onward(), 303)  # type: ignore[return-value]
    return _login_page({}, {}, onward=request.args.get("next", ""))


@blueprint.post("/login")
def log_in() -> Page:
    """Check address and password; a refusal says neither which was wrong nor whether the address is known."""
    name, password = request.form.get("login", ""), request.form.get("password", "")
    with unit(parts().sessions) as session:
        found = logins.attempt(session, login=name, password=password[:200])
    if found.outcome in (Outcome.NEEDS_CODE, Outcome.NEEDS_SECOND_FACTOR):
        return _half_way(found)
    if found.outcome is Outcome.IN:
        return _in(found)
    message = _refusals()[found.outcome]
    unverified = found.outcome is Outcome.UNVERIFIED
    return _login_page({"login": name}, {"": message}, onward=request.form.get("next", ""), unverified=unverified), 401


@blueprint.get("/login/code")
def code() -> Page:
    """The second step. Staff who have no second factor yet set one up here."""
    person_id = _waiting()
    if person_id is None:
        return redirect(url_for("account.login"), 303)  # type: ignore[return-value]
    return _code_page(person_id, {})


@blueprint.post("/login/code")
def check_code() -> Page:
    """Check the six digits; the first right ones also switch a new second factor on."""
    person_id = _waiting()
    if person_id is None:
        return redirect(url_for("account.login"), 303)  # type: ignore[return-value]
    digits = request.form.get("code", "")[:20]
    with unit(parts().sessions) as session:
        fresh = logins.second_factor_address(session, sealer(), person_id=person_id) is not None
        check = logins.confirm_second_factor if fresh else logins.check_code
        found = check(session, sealer(), person_id=person_id, code=digits)
    if found.outcome is Outcome.IN:
        return _in(found)
    if found.outcome is Outcome.LOCKED:
        cookie.pop(HALF_WAY, None)
        flash(_refusals()[Outcome.LOCKED], "bad")
        return redirect(url_for("account.login"), 303)  # type: ignore[return-value]
    return _code_page(person_id, {"code": _("验证码不对或已经用过，请等下一个。")})


@blueprint.post("/logout")
def logout() -> Page:
    """Forget the login on this device."""
    logged.end()
    flash(_("您已退出。"))
    return redirect(url_for("public.home"), 303)  # type: ignore[return-value]


def _login_page(values: dict[str, str], faults: dict[str, str], *, onward: str, unverified: bool = False) -> str:
    demo = []
    if parts().config.development:
        with reading(parts().sessions) as session:
            demo = people.logins(session)
    page = {"values": values, "faults": faults, "onward": onward, "unverified": unverified}
    return render_template("account/login.html", **page, demo=demo, demo_password=people.PASSWORD)


def _half_way(found: Attempt) -> Page:
    onward = _onward()
    cookie.clear()
    cookie[HALF_WAY] = {"person": found.person_id, "at": clock.now().timestamp(), "next": onward}
    if found.outcome is Outcome.NEEDS_SECOND_FACTOR:
        with unit(parts().sessions) as session:
            logins.begin_second_factor(session, sealer(), person_id=found.person_id or 0)
    return redirect(url_for("account.code"), 303)  # type: ignore[return-value]


def _waiting() -> int | None:
    """Whose password was right a moment ago."""
    kept = cookie.get(HALF_WAY)
    if not kept or clock.now().timestamp() - kept["at"] > HALF_WAY_S:
        return None
    return int(kept["person"])


def _code_page(person_id: int, faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        address = logins.second_factor_address(session, sealer(), person_id=person_id)
        demo = people.code_of(session, sealer(), person_id=person_id) if parts().config.development else ""
    picture = segno.make(address).svg_data_uri(scale=4) if address else ""
    secret = address.partition("secret=")[2].partition("&")[0] if address else ""
    page = render_template("account/code.html", faults=faults, picture=picture, secret=secret, demo=demo)
    return (page, 401) if faults else page


def _in(found: Attempt) -> Page:
    onward = (cookie.get(HALF_WAY) or {}).get("next") or _onward()
    logged.begin(found.person_id or 0, found.session_version or 0)
    return redirect(onward, 303)  # type: ignore[return-value]


def _onward() -> str:
    """Where the visitor was going, if that is a place of this site."""
    target = request.values.get("next", "")
    return target if is_local(target) else url_for("public.home")


def _refusals() -> dict[Outcome, str]:
    return {
        Outcome.WRONG: _("账号或密码不对。请检查后再试；连续五次错误将锁定 15 分钟。"),
        Outcome.LOCKED: _("错误次数过多，账号已锁定 15 分钟。可稍后再试，或重设密码。"),
        Outcome.UNVERIFIED: _("邮箱还没有确认。请打开我们发给您的邮件，或重新发送。"),
    }
