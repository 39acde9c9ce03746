"""Getting in and out, and what is one's own: login, registration, password, second factor, personal data."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)

from matchmaker.web.account import entry, joining, own  # noqa: E402  (they hang their addresses on the blueprint)

__all__ = ["blueprint", "entry", "joining", "own"]
