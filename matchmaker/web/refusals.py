"""What somebody is refused on the pages of deals, contracts and subsidies is put on record: one rule for all three.

Whoever asks for what is not theirs (Forbidden) or is not there for them (NotFound), or comes too late (Conflict), is
remembered, each refusal once: where the form is carried out, or else where the error page is made. What is only typed
wrongly is no refusal, and a visitor has no name to remember.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import g, request

from matchmaker.audit.service import record_refusal, refusals_recorded
from matchmaker.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.web.parts import parts
from matchmaker.web.session import actor

# The blueprints whose refusals are remembered.
WATCHED = ("deals", "contracts", "subsidies")


@contextmanager
def on_record(subject: str, action: str, *, mistakes: bool = False) -> Iterator[None]:
    """Around what a form asks for. `subject` is what it was about, such as "deal:3", and `action` what was asked for.

    With `mistakes` what was typed wrongly is remembered as well. What is not there is left to the error page, which
    names the address instead.
    """
    kinds: tuple[type[DomainError], ...] = (Forbidden, Conflict, Invalid) if mistakes else (Forbidden, Conflict)
    if actor().person_id is None:
        kinds = ()
    try:
        with refusals_recorded(parts().sessions, actor(), action=action, subject=subject, kinds=kinds):
            yield
    except kinds as error:
        g.remembered = error
        raise


@contextmanager
def changing(subject: str, action: str, *, mistakes: bool = False) -> Iterator[Any]:
    """The same around one unit of work, whose session it gives."""
    with on_record(subject, action, mistakes=mistakes), unit(parts().sessions) as session:
        yield session


def remember(error: DomainError) -> None:
    """Put on record what reaches the error page, unless that was done where it was refused."""
    refused = isinstance(error, Forbidden | NotFound | Conflict) and g.get("remembered") is not error
    if refused and request.blueprint in WATCHED and actor().person_id is not None:
        subject, action = request.path[:120], f"{request.method} {request.endpoint}"
        record_refusal(parts().sessions, actor(), action=action, subject=subject, reason=str(error))
