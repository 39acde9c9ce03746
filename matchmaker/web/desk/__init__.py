"""An organisation's own listings: the form with its drafts and live panel, states, versions, files, who looked."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__)

from matchmaker.web.desk import form, keeping, panel  # noqa: E402  (they hang their addresses on the blueprint)

__all__ = ["blueprint", "form", "keeping", "panel"]
