"""How an organisation's registration goes on."""

from collections.abc import Sequence
from enum import StrEnum


class RegistrationState(StrEnum):
    """Where an organisation stands with an event; only confirmed ones take part in meetings.

    Listed: on the organiser's call list. Applied: waits for approval. Waiting: no room yet. Declined: said no itself.
    Refused: the organiser said no. Cancelled: was in and stepped back.
    """

    LISTED = "listed"
    INVITED = "invited"
    APPLIED = "applied"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RegistrationSource(StrEnum):
    """How the organisation came onto the list."""

    LIST = "list"
    OPEN = "open"
    IMPORT = "import"
    WALK_IN = "walk_in"


class LetterKind(StrEnum):
    """What a participant without a login is written about; of several at once the last one here leads the letter."""

    REMINDER = "reminder"
    CHANGED = "changed"
    TIMETABLE = "timetable"
    PLACE = "place"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    MOVED = "moved"
    CANCELLED = "cancelled"
    CALLED_OFF = "called_off"


# Chinese and its dialects are written alike.
CHINESE = frozenset({"zh", "yue"})


def written_language(languages: Sequence[str]) -> str:
    """The language of what is written to somebody who speaks these: "en" for whoever is known to read no Chinese."""
    return "zh" if not languages or CHINESE & set(languages) else "en"


_S = RegistrationState
NEXT_STATES = {
    _S.LISTED: {_S.INVITED, _S.APPLIED, _S.WAITING, _S.CONFIRMED, _S.CANCELLED, _S.REFUSED},
    _S.INVITED: {_S.APPLIED, _S.WAITING, _S.CONFIRMED, _S.DECLINED, _S.CANCELLED, _S.REFUSED},
    _S.APPLIED: {_S.WAITING, _S.CONFIRMED, _S.REFUSED, _S.CANCELLED},
    _S.WAITING: {_S.CONFIRMED, _S.REFUSED, _S.CANCELLED},
    _S.CONFIRMED: {_S.CANCELLED, _S.REFUSED},
    _S.DECLINED: {_S.INVITED, _S.APPLIED, _S.WAITING, _S.CONFIRMED},
    _S.REFUSED: {_S.INVITED, _S.CONFIRMED, _S.WAITING},
    _S.CANCELLED: {_S.INVITED, _S.APPLIED, _S.WAITING, _S.CONFIRMED},
}
