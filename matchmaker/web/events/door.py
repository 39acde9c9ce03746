"""The one blueprint of all pages about events, and who plans them."""

from flask import Blueprint, Response

from matchmaker.core.actor import Role

Page = str | Response | tuple[str, int]
PLANNERS = (Role.ORGANISER, Role.OFFICER)

blueprint = Blueprint("events", __name__)
