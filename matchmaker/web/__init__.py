"""The pages: forms and addresses in, HTML out. What they show comes from the features' queries."""

from flask import Blueprint, Flask
from jinja2 import StrictUndefined

from matchmaker.web import errors, language, listings, search, security, shown, system

# Templates and static files of all pages; the blueprints with the addresses bring no folders of their own.
_files = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")


def register(app: Flask) -> None:
    """Add every page, its guards and its language to the application. `parts()` may be filled in later."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    language.register(app)
    security.register(app)
    errors.register(app)
    shown.register(app)
    for blueprint in (_files, search.blueprint, listings.blueprint, system.blueprint):
        app.register_blueprint(blueprint)
