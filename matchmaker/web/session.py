"""Who is logged in: Flask-Login's session on one side, the features' actor on the other."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, flash, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, current_user, login_user, logout_user

from matchmaker.accounts.actors import actor_of
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden
from matchmaker.core.unit import reading
from matchmaker.web.language import _
from matchmaker.web.parts import parts

ACTING_FOR = "acting_for"
SEEN = "seen"
# Staff who leave their desk are logged out (DOMAIN 7.2).
IDLE_S = 30 * 60
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class User:
    """What Flask-Login keeps hold of: an actor and the version of the login."""

    actor: Actor
    session_version: int
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return f"{self.actor.person_id}.{self.session_version}"


def register(app: Flask) -> None:
    """Load the person behind the session cookie with every request that asks who it is."""
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(_load)


def actor() -> Actor:
    """Who asks; a visitor when nobody is logged in."""
    user = current_user
    return cast(Actor, user.actor) if user.is_authenticated else Actor.visitor("web")


def version() -> int:
    """The version of the login that asks; 0 for a visitor."""
    return int(current_user.session_version) if current_user.is_authenticated else 0


def begin(person_id: int, session_version: int) -> None:
    """Log the person in. The session starts empty, so that nothing of the one before can be planted or kept."""
    cookie.clear()
    _hold(person_id, session_version)


def look_again() -> None:
    """Read anew what the person may act for, within the request that has just changed it."""
    person_id = actor().person_id
    if person_id is not None:
        _hold(person_id, version())


def end() -> None:
    """Log out and forget everything the session held."""
    logout_user()
    cookie.clear()


def needs_login(view: View) -> View:
    """Only for somebody who is logged in; others log in first and come back to where they were going."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if actor().person_id is not None else to_login()

    return cast(View, guarded)


def needs_role(*roles: Role) -> Callable[[View], View]:
    """Only for staff of these roles. Visitors log in first; everybody else is refused."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            who = actor()
            if who.person_id is None:
                return to_login()
            if who.role not in roles:
                raise Forbidden(f"{who.name} is {who.role}; this page is for {', '.join(roles)}")
            return view(*args, **kwargs)

        return cast(View, guarded)

    return guard


def to_login() -> Any:
    """To the login page, which leads back here when here is a page that can be opened again."""
    flash(_("请先登录。"))
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("account.login", next=back), 303)


def _hold(person_id: int, session_version: int) -> None:
    with reading(parts().sessions) as session:
        found = actor_of(session, person_id=person_id, session_version=session_version)
    if found is not None:
        login_user(User(found, session_version))


def _has_been_idle() -> bool:
    """Whether more than half an hour has passed since this browser's last request; from now on it has not."""
    moment = clock.now().timestamp()
    before = cookie.get(SEEN, moment)
    # Written once a minute is enough, and keeps most answers free of a new cookie.
    if SEEN not in cookie or moment - before > 60:
        cookie[SEEN] = moment
    return bool(moment - before > IDLE_S)


def _load(key: str) -> User | None:
    person_id, _dot, version = key.partition(".")
    if not (person_id.isdecimal() and version.isdecimal()):
        return None
    with reading(parts().sessions) as session:
        found = actor_of(
            session,
            person_id=int(person_id),
            session_version=int(version),
            acting_for=cookie.get(ACTING_FOR),
        )
    if found is None:
        return None
    if found.is_staff and _has_been_idle():
        # For good, not only for this request.
        cookie.clear()
        return None
    return User(found, int(version))
