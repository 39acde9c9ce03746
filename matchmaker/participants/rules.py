"""How an organisation's registration goes on."""

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
