"""Whom the steps of a claim are told to: the applicant at each step that concerns it, the office what waits for it."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.notifications import service as notifications
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.models import Claim


def tell_applicant(
    session: Session,
    claim: Claim,
    text: str,
    *,
    base: str,
    once: str = "",
    details: Mapping[str, object] | None = None,
    besides: Actor | None = None,
) -> None:
    """Tell everybody of the organisation that claims. `once` says what is told a single time; each step of its own."""
    news = News(
        NoticeKind.SUBSIDY,
        f"subsidy.{text}",
        f"/my/subsidies/{claim.id}",
        f"claim:{claim.id}:{text}:{once or claim.revision}",
        details_of(claim) | dict(details or {}),
        claim.organisation_id,
    )
    who = besides.person_id if besides else None
    notifications.tell_organisation(session, news, organisation_id=claim.organisation_id, base=base, besides=who)


def tell_office(
    session: Session, claim: Claim, text: str, *, base: str, details: Mapping[str, object] | None = None
) -> None:
    """Tell the officers that something waits for them."""
    news = News(
        NoticeKind.TASK,
        f"subsidy.{text}",
        f"/office/subsidies/{claim.id}",
        f"claim:{claim.id}:{text}:{claim.revision}:{clock.now().isoformat()}",
        details_of(claim) | dict(details or {}),
    )
    notifications.tell_role(session, news, role=Role.OFFICER, base=base)


def details_of(claim: Claim) -> dict[str, object]:
    """What every notice of a claim can name."""
    return {
        "contract": claim.contract.title,
        "organisation": claim.organisation.name,
        "amount": spoken(claim.amount_fen),
        "closes": str(claim.window.closes_on),
    }
