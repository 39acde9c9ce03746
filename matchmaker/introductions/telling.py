"""Whom an introduction's steps are told to. A redacted side stays unnamed until both have agreed."""

from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.introductions.models import Introduction, IntroductionMessage
from matchmaker.listings.models import Listing
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News, tell_organisation

START = 40


def tell_asked(session: Session, actor: Actor, introduction: Introduction, *, base: str) -> None:
    """The asked side learns which of its listings somebody wants to talk about, and for what."""
    _tell(
        session, actor, introduction, "introduction.asked", to=_other(introduction, introduction.asked_by_id), base=base
    )


def tell_answer(session: Session, actor: Actor, introduction: Introduction, *, base: str) -> None:
    """The asking side learns the answer; after a yes both are told that contacts are exchanged."""
    accepted = introduction.state == "accepted"
    text = "introduction.accepted" if accepted else "introduction.declined"
    _tell(session, actor, introduction, text, to=introduction.asked_by_id, base=base)
    if accepted:
        answering = _other(introduction, introduction.asked_by_id)
        _tell(session, actor, introduction, "introduction.agreed", to=answering, base=base, also_me=True)


def tell_ended(session: Session, actor: Actor, introduction: Introduction, *, base: str) -> None:
    """The other side learns that a request was withdrawn or a talk closed."""
    text = f"introduction.{introduction.state}"
    for organisation_id in (introduction.need_organisation_id, introduction.offer_organisation_id):
        if organisation_id not in actor.organisation_ids:
            _tell(session, actor, introduction, text, to=organisation_id, base=base)


def tell_message(
    session: Session, actor: Actor, introduction: Introduction, message: IntroductionMessage, *, base: str
) -> None:
    """The other side learns that there is a message, and how it begins."""
    to = _other(introduction, message.organisation_id)
    mine, _theirs = _listings(introduction, to)
    start = message.text if len(message.text) <= START else message.text[:START] + "…"
    news = News(
        NoticeKind.MESSAGE,
        "message.new",
        f"/my/introductions/{introduction.id}",
        f"message:{message.id}",
        {"author": message.author, "mine": mine.title, "start": " ".join(start.split())},
        to,
    )
    tell_organisation(session, news, organisation_id=to, base=base, besides=actor.person_id)


def _tell(
    session: Session,
    actor: Actor,
    introduction: Introduction,
    text: str,
    *,
    to: int,
    base: str,
    also_me: bool = False,
) -> None:
    mine, theirs = _listings(introduction, to)
    news = News(
        NoticeKind.INTRODUCTION,
        text,
        f"/my/introductions/{introduction.id}",
        f"introduction:{introduction.id}:{text}:{introduction.updated_at.isoformat()}",
        {"mine": mine.title, "other": theirs.title, "reasons": introduction.reasons},
        to,
    )
    tell_organisation(session, news, organisation_id=to, base=base, besides=None if also_me else actor.person_id)


def _other(introduction: Introduction, organisation_id: int) -> int:
    both = (introduction.need_organisation_id, introduction.offer_organisation_id)
    return both[1] if organisation_id == both[0] else both[0]


def _listings(introduction: Introduction, organisation_id: int) -> tuple[Listing, Listing]:
    """The listing of that organisation, then the other one."""
    pair = (introduction.need, introduction.offer)
    return pair if introduction.need_organisation_id == organisation_id else (pair[1], pair[0])
