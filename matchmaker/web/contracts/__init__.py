"""Pages about technology contracts: the seller's record, the file for the registry, and the office's ledger."""

from flask.blueprints import BlueprintSetupState

from matchmaker.web.contracts import (
    detail,
    form,
    importing,
    ledger,
    money,
    moving,
    panel,
    papers,
    schedule,
    shown,
    ties,
)
from matchmaker.web.contracts.door import blueprint

__all__ = [
    "blueprint",
    "detail",
    "form",
    "importing",
    "ledger",
    "money",
    "moving",
    "panel",
    "papers",
    "schedule",
    "ties",
]


@blueprint.record_once
def _names(state: BlueprintSetupState) -> None:
    """The words of these pages, known to every template."""
    shown.register(state.app)
