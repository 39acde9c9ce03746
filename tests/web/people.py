"""Logging people in without the login page."""

from flask.testing import FlaskClient

from matchmaker.accounts.models import Person
from tests.people import join, make_person

__all__ = ["join", "log_in", "make_person"]


def log_in(client: FlaskClient, person: Person) -> None:
    """Put the person's login into the client's session cookie."""
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{person.id}.{person.session_version}"
        cookie["_fresh"] = True
