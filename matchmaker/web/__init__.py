"""The pages: forms and addresses in, HTML out. What they show comes from the features' queries."""

from typing import Any

from flask import Blueprint, Flask
from jinja2 import StrictUndefined
from werkzeug.routing import IntegerConverter, Map

from matchmaker.web import (
    account,
    contracts,
    deals,
    desk,
    errors,
    events,
    introductions,
    language,
    listings,
    matches,
    notices,
    office,
    organisation,
    public,
    search,
    searches,
    security,
    session,
    shown,
    subsidies,
    system,
)
from matchmaker.web.desk import shown as desk_shown
from matchmaker.web.office import shown as office_shown

# Templates and static files of all pages; the blueprints with the addresses bring no folders of their own.
_files = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")

LARGEST_ID = 2**63 - 1


class Number(IntegerConverter):
    """A row's number in an address."""

    def __init__(self, rules: Map, **limits: Any) -> None:
        super().__init__(rules, **{"max": LARGEST_ID, **limits})


AREAS = (
    public,
    search,
    listings,
    events,
    account,
    organisation,
    desk,
    matches,
    introductions,
    deals,
    contracts,
    subsidies,
    notices,
    searches,
    office,
    system,
)


def register(app: Flask) -> None:
    """Add every page, its guards and its language to the application. `parts()` may be filled in later."""
    # Before the first address is added: numbers no database can hold are addresses nobody has.
    app.url_map.converters["int"] = Number
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    language.register(app)
    session.register(app)
    security.register(app)
    errors.register(app)
    shown.register(app)
    desk_shown.register(app)
    office_shown.register(app)
    app.register_blueprint(_files)
    for area in AREAS:
        app.register_blueprint(area.blueprint)
