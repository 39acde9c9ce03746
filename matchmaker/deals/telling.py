"""Whom a deal's steps are told to: the side that did not take them, whoever looks after it, and the office if asked."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor, Role
from matchmaker.deals.access import side_of
from matchmaker.deals.models import Deal, DealNote
from matchmaker.deals.rules import NoteReach
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell, tell_organisation, tell_role

START = 40


def tell_started(session: Session, actor: Actor, deal: Deal, *, base: str) -> None:
    """The other side learns that the deal is put down here; both when the office or the desk did it."""
    _tell_sides(session, actor, deal, _news(deal, "deal.started", "started", by=_who(actor, deal)), base=base)


def tell_moved(session: Session, actor: Actor, deal: Deal, *, base: str) -> None:
    """The others learn the new stage, and why when a reason was given."""
    step = deal.steps[-1]
    news = _news(deal, f"deal.moved.{deal.stage}", f"step:{step.id}", by=_who(actor, deal), note=_begin(step.note))
    _tell_sides(session, actor, deal, news, base=base)
    _tell_owner(session, actor, deal, news, base=base)


def tell_next(session: Session, actor: Actor, deal: Deal, *, base: str) -> None:
    """The others learn what comes next and when."""
    day = deal.next_on.isoformat() if deal.next_on else "—"
    news = _news(deal, "deal.next", f"next:{deal.revision}", step=deal.next_step, day=day)
    _tell_sides(session, actor, deal, news, base=base)
    _tell_owner(session, actor, deal, news, base=base)


def tell_owner(session: Session, actor: Actor, deal: Deal, *, base: str) -> None:
    """Who is to look after the deal from now on learns it, unless they said so themselves."""
    _tell_owner(session, actor, deal, _news(deal, "deal.owner", f"owner:{deal.revision}", by=actor.name), base=base)


def tell_note(session: Session, actor: Actor, deal: Deal, note: DealNote, *, base: str) -> None:
    """Those it is for learn that there is a note: both sides, or the office; one's own people read it on the page."""
    news = _news(deal, "deal.noted", f"note:{note.id}", author=note.by, start=_begin(note.text))
    if note.reach is NoteReach.BOTH:
        _tell_sides(session, actor, deal, news, base=base)
        _tell_owner(session, actor, deal, news, base=base)
    elif note.reach is NoteReach.OFFICE and note.organisation_id is not None:
        if deal.owner is not None and deal.owner.role is Role.OFFICER:
            tell(session, [news], people=[deal.owner.id], base=base)
        else:
            tell_role(session, news, role=Role.OFFICER, base=base)


def news_of_standing_still(deal: Deal, day: str) -> News:
    """What is told of a deal that nobody moves; once for each day."""
    return _news(deal, "deal.stalled", f"stalled:{day}", step=deal.next_step or "—")


def _tell_sides(session: Session, actor: Actor, deal: Deal, news: News, *, base: str) -> None:
    mine = side_of(actor, deal)
    for organisation_id in (deal.buyer_id, deal.seller_id):
        if organisation_id != mine:
            tell_organisation(session, news, organisation_id=organisation_id, base=base, besides=actor.person_id)


def _tell_owner(session: Session, actor: Actor, deal: Deal, news: News, *, base: str) -> None:
    if deal.owner_id is not None and deal.owner_id != actor.person_id:
        tell(session, [news], people=[deal.owner_id], base=base)


def _news(deal: Deal, text: str, once: str, **details: Any) -> News:
    path = f"/my/deals/{deal.id}"
    return News(NoticeKind.DEAL, text, path, f"deal:{deal.id}:{once}", {"title": deal.title, **details})


def _who(actor: Actor, deal: Deal) -> str:
    """The side by its name, the office by the person's."""
    names = {deal.buyer_id: deal.buyer.name, deal.seller_id: deal.seller.name}
    return names.get(side_of(actor, deal) or 0, actor.name)


def _begin(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= START else line[:START] + "…"
