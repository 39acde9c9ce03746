"""How the pages of the office name tabs and choices."""

from flask import Flask, request, url_for

from matchmaker.accounts.rules import Standing
from matchmaker.core.actor import Role
from matchmaker.reference.terms import terms
from matchmaker.web.language import _, language


def register(app: Flask) -> None:
    """Make the functions known to every template."""
    app.jinja_env.globals.update(page_link=page_link, role_choices=role_choices, standing_tabs=standing_tabs)


def standing_tabs() -> list[tuple[str, str]]:
    """A tab for every standing, and one for all."""
    known = terms("standing", language())
    tabs = [(url_for("office.organisations", standing=one.value), known[one]) for one in Standing]
    return [*tabs, (url_for("office.organisations", standing=""), _("全部"))]


def role_choices() -> list[tuple[str, str]]:
    """The roles an administrator may give."""
    return [(code, text) for code, text in terms("role", language()).items() if code != Role.VISITOR]


def page_link(number: int) -> str:
    """This page's own address at another page number."""
    values = {name: value for name, value in request.args.to_dict(flat=False).items() if name != "page"}
    return url_for(request.endpoint or "", **(request.view_args or {}), **values, page=number)  # type: ignore[arg-type]
