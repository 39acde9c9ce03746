"""Who sees a listing, and who learns whose it is."""

import pytest

from matchmaker.core.actor import Actor, Role
from matchmaker.listings.access import can_change, can_see, can_see_organisation
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import State, Visibility

OWNER = Actor("li", Role.MEMBER, "web", frozenset({7}))
STRANGER = Actor("wang", Role.MEMBER, "web", frozenset({8}))
VISITOR = Actor.visitor()


def _listing(state: State = State.PUBLISHED, visibility: Visibility = Visibility.PUBLIC) -> Listing:
    return Listing(organisation_id=7, state=state, visibility=visibility)


@pytest.mark.parametrize("actor", [STRANGER, VISITOR], ids=lambda actor: actor.name)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("visibility", Visibility)
def test_outsiders_see_what_is_published_and_not_on_consent(actor: Actor, state: State, visibility: Visibility) -> None:
    expected = state is State.PUBLISHED and visibility is not Visibility.CONSENT
    assert can_see(actor, _listing(state, visibility)) is expected


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, Role.ORGANISER])
def test_staff_see_everything(role: Role) -> None:
    listing = _listing(State.DRAFT, Visibility.CONSENT)
    assert can_see(Actor("chen", role, "web"), listing)
    assert can_see_organisation(Actor("chen", role, "web"), listing)


def test_owners_see_their_own_drafts() -> None:
    assert can_see(OWNER, _listing(State.DRAFT, Visibility.CONSENT))


@pytest.mark.parametrize("visibility", Visibility)
def test_only_a_public_listing_tells_strangers_whose_it_is(visibility: Visibility) -> None:
    assert can_see_organisation(STRANGER, _listing(visibility=visibility)) is (visibility is Visibility.PUBLIC)
    assert can_see_organisation(OWNER, _listing(visibility=visibility))


@pytest.mark.parametrize(("role", "may"), [(role, role in (Role.OFFICER, Role.ADMINISTRATOR)) for role in Role])
def test_others_listings_are_changed_by_officers_only(role: Role, *, may: bool) -> None:
    assert can_change(Actor("chen", role, "web"), 7) is may
    assert can_change(Actor("chen", role, "web", frozenset({7})), 7)
