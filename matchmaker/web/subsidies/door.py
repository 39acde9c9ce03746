"""The blueprint that the pages of this folder hang their addresses on, and what their forms have in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from matchmaker.core.actor import Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid
from matchmaker.web.forms import faults_by_field, text_of
from matchmaker.web.refusals import changing
from matchmaker.web.session import actor
from matchmaker.web.subsidies.wording import conflict_text, forbidden_text, in_plain_words

Page = str | Response | tuple[str, int]
# Administrators run the platform; they have nothing to do with money.
READERS = (Role.OFFICER, Role.AUDITOR)
# Fields of the machinery that no schema knows: which form this is, and what it was made from.
_OWN = ("once", "revision", "action", "csrf_token")

blueprint = Blueprint("subsidies", __name__)


@dataclass(frozen=True)
class Refused:
    """Why a form did not go through: beside its fields, or in one sentence; and the answer's status."""

    status: int
    faults: dict[str, str] = field(default_factory=dict)
    sentence: str = ""


def attempt(subject: str, action: str, work: Callable[[Any], object]) -> Refused | None:
    """Do it in a unit of its own; None when it went well. A refusal is put on record, with the reason.

    `subject` is what it was about, such as "claim:3", and `action` what was asked for. What an applicant only typed
    wrongly is no refusal; what an officer did is.
    """
    try:
        with changing(subject, action, mistakes=actor().is_staff) as session:
            work(session)
    except Invalid as error:
        return Refused(400, faults=faults_by_field(in_plain_words(error.faults)))
    except Conflict as error:
        return Refused(409, sentence=conflict_text(error))
    except Forbidden as error:
        return Refused(403, sentence=forbidden_text(error))
    return None


@contextmanager
def about_field(name: str, *, of: str) -> Iterator[None]:
    """What is wrong with a file is said of its purpose; on a page it belongs beside the field it was chosen in."""
    try:
        yield
    except Invalid as error:
        raise Invalid([replace(one, field=name) if one.field == of else one for one in error.faults]) from None


def once() -> str:
    """The key of the form: the same form sent twice is done once."""
    return request.form.get("once", "")[:64]


def revision() -> int:
    """Which revision of the thing the form was made from; 0, which is never right, when it does not say."""
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def typed() -> MultiDict[str, str]:
    """The form without what belongs to the machinery, to be read by a schema."""
    return MultiDict((name, value) for name, value in request.form.items(multi=True) if name not in _OWN)


def values() -> dict[str, Any]:
    """The form as it was sent, to be shown again; `action` says which of a page's forms it was."""
    return {name: text_of(name) for name in request.form if name == "action" or name not in _OWN}
