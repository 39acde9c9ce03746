"""The district's staff at work: verification, review, 帮办代办, data requests, people, audit, letters."""

from flask import Blueprint

blueprint = Blueprint("office", __name__)

from matchmaker.web.office import checking, helping, running  # noqa: E402  (they hang their addresses on it)

__all__ = ["blueprint", "checking", "helping", "running"]
