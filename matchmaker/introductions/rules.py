"""What can be decided on a match and how an introduction goes on."""

from enum import StrEnum


class Decision(StrEnum):
    """What an organisation says to one suggested partner."""

    INTERESTED = "interested"
    DECLINED = "declined"
    LATER = "later"


class DeclineReason(StrEnum):
    """Why a suggestion is not followed: structured, so that the other side can learn from it (FEATURES 1.4)."""

    TOO_EARLY = "too_early"
    UNCLEAR_BENEFIT = "unclear_benefit"
    UNCLEAR_DESCRIPTION = "unclear_description"
    INDICATORS_NOT_MET = "indicators_not_met"
    PRICE = "price"
    CAPACITY = "capacity"
    DISTANCE = "distance"
    HAS_PARTNER = "has_partner"
    COMPETITOR = "competitor"
    WRONG_FIELD = "wrong_field"
    OTHER = "other"


class IntroductionState(StrEnum):
    """Contacts are shown from accepted on; closed keeps them readable but ends the talk."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


NEXT_STATES = {
    IntroductionState.ASKED: {IntroductionState.ACCEPTED, IntroductionState.DECLINED, IntroductionState.WITHDRAWN},
    IntroductionState.ACCEPTED: {IntroductionState.CLOSED},
    IntroductionState.DECLINED: {IntroductionState.ASKED},
    IntroductionState.WITHDRAWN: {IntroductionState.ASKED},
    IntroductionState.CLOSED: set[IntroductionState](),
}
