"""Asked for twice, done once: every action on claims and money carries the key of the form that asked for it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.subsidies.models import ActionKey

SHORTEST, LONGEST = 8, 40


def canonical(value: object) -> str:
    """The one way to write a value as JSON; days and codes as their text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest(value: object) -> str:
    """SHA-256, hex, of the value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def take(
    session: Session, actor: Actor, *, once: str, verb: str, subject: str, content: Mapping[str, Any]
) -> tuple[ActionKey, bool]:
    """The action's row, and whether it was done before. Call it when the locks are held, before anything changes.

    Conflict when the key stood for something else: another verb, another subject, other content or another person.
    Invalid names `once` when it is no key.
    """
    if not SHORTEST <= len(once) <= LONGEST:
        raise Invalid([Fault("once", f"a key of {SHORTEST} to {LONGEST} characters", once[:LONGEST])])
    asked = digest([verb, subject, actor.person_id, actor.name, dict(content)])
    found = session.get(ActionKey, once)
    if found is not None:
        return _same(found, asked), True
    row = ActionKey(once=once, verb=verb, subject=subject, digest=asked, at=clock.now(), by=actor.name)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody used the key for another subject in this very moment.
        return _same(session.get_one(ActionKey, once, populate_existing=True), asked), True
    return row, False


def _same(row: ActionKey, asked: str) -> ActionKey:
    if row.digest != asked:
        raise Conflict(
            f"the key {row.once} was used for something else ({row.verb}, {row.subject}); open the form again"
        )
    return row
