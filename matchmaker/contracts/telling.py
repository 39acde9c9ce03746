"""Whom a contract's steps are told to: its parties, and the office when something waits for it."""

from sqlalchemy.orm import Session

from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import ContractState
from matchmaker.core.actor import Actor, Role
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell_organisation, tell_role


def tell_step(session: Session, actor: Actor, contract: Contract, *, base: str) -> None:
    """Tell all parties that are registered here; the office too when the registration is now on its way.

    Nobody hears of a draft, nor of one that was dropped.
    """
    step = contract.steps[-1]
    if ContractState.DRAFT in (contract.state, step.before) and contract.state is not ContractState.SIGNED:
        return
    details = {
        "title": contract.title,
        "day": step.happened_on.isoformat(),
        "reason": step.reason,
        "number": contract.registration_no or "",
    }
    once = f"contract:{contract.id}:step:{step.id}"
    text = f"contract.{contract.state}"
    for organisation_id in sorted({party.organisation_id for party in contract.parties if party.organisation_id}):
        news = News(NoticeKind.CONTRACT, text, path_of(contract), once, details, organisation_id)
        tell_organisation(session, news, organisation_id=organisation_id, base=base, besides=actor.person_id)
    if contract.state is ContractState.SUBMITTED:
        news = News(NoticeKind.TASK, "contract.office_submitted", path_of(contract), f"{once}:office", details)
        tell_role(session, news, role=Role.OFFICER, base=base)


def tell_schedule(session: Session, actor: Actor, contract: Contract, *, reason: str, base: str) -> None:
    """Tell all parties that are registered here when and what is to be paid from now on."""
    once = f"contract:{contract.id}:schedule:{contract.revision}"
    details = {"title": contract.title, "reason": reason}
    for organisation_id in sorted({party.organisation_id for party in contract.parties if party.organisation_id}):
        news = News(NoticeKind.CONTRACT, "contract.schedule", path_of(contract), once, details, organisation_id)
        tell_organisation(session, news, organisation_id=organisation_id, base=base, besides=actor.person_id)


def path_of(contract: Contract) -> str:
    """Where the contract is shown."""
    return f"/my/contracts/{contract.id}"
