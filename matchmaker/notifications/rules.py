"""What people can be told about, and how often by letter."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about; each kind can be switched off."""

    MATCH = "match"
    SAVED_SEARCH = "saved_search"
    INTRODUCTION = "introduction"
    MESSAGE = "message"
    LISTING = "listing"
    ORGANISATION = "organisation"
    ASSISTANCE = "assistance"
    DATA_REQUEST = "data_request"
    TASK = "task"
    EVENT = "event"
    DEAL = "deal"
    CONTRACT = "contract"
    SUBSIDY = "subsidy"


class Pace(StrEnum):
    """How letters about one kind come: at once, in a daily or weekly digest, inbox only, or not at all."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"
    INBOX = "inbox"
    OFF = "off"


DEFAULT_PACE = {
    NoticeKind.MATCH: Pace.DAILY,
    NoticeKind.SAVED_SEARCH: Pace.DAILY,
    NoticeKind.INTRODUCTION: Pace.IMMEDIATE,
    NoticeKind.MESSAGE: Pace.IMMEDIATE,
    NoticeKind.LISTING: Pace.IMMEDIATE,
    NoticeKind.ORGANISATION: Pace.IMMEDIATE,
    NoticeKind.ASSISTANCE: Pace.IMMEDIATE,
    NoticeKind.DATA_REQUEST: Pace.IMMEDIATE,
    NoticeKind.TASK: Pace.DAILY,
    NoticeKind.EVENT: Pace.IMMEDIATE,
    NoticeKind.DEAL: Pace.IMMEDIATE,
    NoticeKind.CONTRACT: Pace.IMMEDIATE,
    NoticeKind.SUBSIDY: Pace.IMMEDIATE,
}
