"""A listing's life after it was written: states, review, renewal, expiry."""

from datetime import date, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts import queries as accounts
from matchmaker.audit import service as audit
from matchmaker.core import changes, clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.core.unit import unit
from matchmaker.listings.access import can_change, can_see, require_change
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import NEXT_STATES, State
from matchmaker.listings.service import STREAM
from matchmaker.notifications import service as notifications
from matchmaker.notifications.rules import NoticeKind
from matchmaker.notifications.service import News

RENEWED_FOR_DAYS = 180
WARNED_DAYS = 14
# What an owner decides alone; publishing from a draft or a review has its own verbs.
OWNERS_STEPS = {State.ON_HOLD, State.CLOSED, State.PUBLISHED, State.DRAFT}
# From here the district's review is the way out again.
REVIEWED_AGAIN = {State.DRAFT, State.CLOSED}


def change_state(session: Session, actor: Actor, *, listing_id: int, state: State, review: bool = False) -> Listing:
    """Move one's own listing along its life; Conflict when that step does not exist.

    With `review` a draft, or what was closed, goes to the officers instead of straight out; so does, always, what an
    officer has given back or taken down. What waits for an officer only an officer lets out.
    """
    listing = _own(session, actor, listing_id)
    if state not in OWNERS_STEPS and not actor.is_system:
        raise Conflict(f"a listing does not become {state} by hand")
    if state is State.PUBLISHED:
        _require_publishable(session, actor, listing)
        if listing.valid_to is not None and listing.valid_to < clock.today():
            raise Conflict("its time has run out; renew it instead")
        if not actor.is_system:
            state = _way_out(listing, review=review)
    return _move(session, actor, listing, state)


def owners_steps(state: State) -> list[State]:
    """What an owner may do with a listing in this state, in the order of a life."""
    steps = OWNERS_STEPS & NEXT_STATES[state]
    return [step for step in State if step in steps and (state, step) != (State.REVIEW, State.PUBLISHED)]


def renew(session: Session, actor: Actor, *, listing_id: int) -> Listing:
    """Half a year more from today, and published again if it had run out."""
    listing = _own(session, actor, listing_id)
    if listing.state not in (State.PUBLISHED, State.EXPIRED, State.ON_HOLD):
        raise Conflict(f"listing {listing_id} is {listing.state}; only what was published can be renewed")
    _require_publishable(session, actor, listing)
    before = listing.valid_to
    listing.valid_to = clock.today() + timedelta(days=RENEWED_FOR_DAYS)
    listing.warned_for = None
    detail: dict[str, object] = {"valid_to": [_iso(before), _iso(listing.valid_to)]}
    if listing.state is State.EXPIRED:
        return _move(session, actor, listing, State.PUBLISHED, detail=detail)
    return _touch(session, actor, listing, action="listing.renew", detail=detail)


def decide_review(
    session: Session, actor: Actor, *, listing_id: int, publish: bool, reason: str = "", base: str
) -> Listing:
    """An officer lets a listing out, or gives it back to its owner with a reason."""
    listing = _officers(session, actor, listing_id)
    if listing.state is not State.REVIEW:
        raise Conflict(f"listing {listing_id} is {listing.state} and waits for no review")
    if not publish:
        _require_reason(reason)
    listing.state_reason = "" if publish else reason.strip()
    _move(session, actor, listing, State.PUBLISHED if publish else State.DRAFT, detail={"reason": reason.strip()})
    _tell(session, listing, "listing.published" if publish else "listing.returned", base=base)
    return listing


def tell_reviewers(session: Session, listing: Listing, *, base: str) -> None:
    """Tell the officers that a listing waits for them."""
    key = f"listing:{listing.id}:review:{listing.change_seq}"
    news = News(NoticeKind.TASK, "task.review", "/office/listings", key, {"title": listing.title})
    notifications.tell_role(session, news, role=Role.OFFICER, base=base)


def take_down(session: Session, actor: Actor, *, listing_id: int, reason: str, base: str) -> Listing:
    """An officer puts a published listing on hold, with a reason that its owner reads."""
    listing = _officers(session, actor, listing_id)
    _require_reason(reason)
    listing.state_reason = reason.strip()
    _move(session, actor, listing, State.ON_HOLD, detail={"reason": reason.strip()})
    _tell(session, listing, "listing.taken_down", base=base)
    return listing


def keep_time(sessions: sessionmaker[Session], *, base: str) -> int:
    """End what has run out and warn of what soon will; returns how many listings were touched.

    Rows say what is due, so a day without a running process is made up at the next look.
    """
    today = clock.today()
    operator = Actor.system("worker")
    with unit(sessions) as session:
        over = list(session.scalars(_published().where(Listing.valid_to < today).with_for_update(skip_locked=True)))
        for listing in over:
            _move(session, operator, listing, State.EXPIRED)
            _tell(session, listing, "listing.expired", base=base)
        soon = _published().where(
            Listing.valid_to.between(today, today + timedelta(days=WARNED_DAYS)),
            or_(Listing.warned_for.is_(None), Listing.warned_for != Listing.valid_to),
        )
        warned = list(session.scalars(soon))
        for listing in warned:
            listing.warned_for = listing.valid_to
            _tell(session, listing, "listing.expiring", base=base)
        return len(over) + len(warned)


def _way_out(listing: Listing, *, review: bool) -> State:
    if listing.state is State.REVIEW:
        raise Conflict(f"listing {listing.id} waits for an officer")
    again = listing.state_reason or (review and listing.state in REVIEWED_AGAIN)
    return State.REVIEW if again else State.PUBLISHED


def _published() -> Select[Listing]:
    return select(Listing).where(Listing.state == State.PUBLISHED)


def _own(session: Session, actor: Actor, listing_id: int) -> Listing:
    listing = session.get(Listing, listing_id, with_for_update=True)
    if listing is None or not (can_see(actor, listing) or can_change(actor, listing.organisation_id)):
        raise NotFound(f"no listing {listing_id}")
    require_change(actor, listing.organisation_id)
    return listing


def _officers(session: Session, actor: Actor, listing_id: int) -> Listing:
    if (actor.role is not Role.OFFICER or actor.acting_for is not None) and not actor.is_system:
        raise Forbidden(f"{actor.name} reviews no listings")
    listing = session.get(Listing, listing_id, with_for_update=True)
    if listing is None:
        raise NotFound(f"no listing {listing_id}")
    if listing.organisation_id in actor.organisation_ids:
        raise Forbidden("nobody reviews a listing of their own organisation")
    return listing


def _require_publishable(session: Session, actor: Actor, listing: Listing) -> None:
    if accounts.unverified(session, [listing.organisation_id]) and not actor.is_system:
        raise Conflict("the organisation is not verified yet, so nothing can be published")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid([Fault("reason", "say why")])


def _move(
    session: Session, actor: Actor, listing: Listing, state: State, *, detail: dict[str, object] | None = None
) -> Listing:
    if state not in NEXT_STATES[listing.state]:
        raise Conflict(f"listing {listing.id} is {listing.state} and cannot become {state}")
    step: dict[str, object] = {"state": [listing.state, state]}
    listing.state = state
    return _touch(session, actor, listing, action="listing.state", detail=step | (detail or {}))


def _touch(session: Session, actor: Actor, listing: Listing, *, action: str, detail: dict[str, object]) -> Listing:
    listing.change_seq = changes.take(session, STREAM)
    listing.updated_at = clock.now()
    audit.record(session, actor, [audit.Event(action, f"listing:{listing.id}", detail)])
    return listing


def _tell(session: Session, listing: Listing, text: str, *, base: str) -> None:
    news = News(
        NoticeKind.LISTING,
        text,
        f"/listings/{listing.id}",
        f"listing:{listing.id}:{text}:{listing.change_seq}:{_iso(listing.valid_to)}",
        {"title": listing.title, "day": _iso(listing.valid_to), "reason": listing.state_reason},
        listing.organisation_id,
    )
    notifications.tell_organisation(session, news, organisation_id=listing.organisation_id, base=base)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
