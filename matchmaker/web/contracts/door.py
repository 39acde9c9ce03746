"""The blueprint that the pages of this folder hang their addresses on, and how they change a contract."""

from contextlib import AbstractContextManager

from flask import Blueprint, Response

from matchmaker.audit.service import refusals_recorded
from matchmaker.web.parts import parts
from matchmaker.web.session import actor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Page = str | Response | tuple[str, int]

blueprint = Blueprint("contracts", __name__)


def on_record(subject: str, action: str) -> AbstractContextManager[None]:
    """Around a change: when it is refused for want of the right, that is put on record, and refused all the same.

    Nobody decides about their own organisation's contract, and whoever tries is remembered.
    """
    return refusals_recorded(parts().sessions, actor(), action=action, subject=subject)
