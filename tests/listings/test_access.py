"""Who sees a listing, and who learns whose it is."""

import pytest

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.core.actor import Actor, Role
from matchmaker.listings.access import can_change, can_see, can_see_organisation
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import State, Visibility

OWNER = Actor("li", Role.MEMBER, "web", frozenset({7}))
STRANGER = Actor("wang", Role.MEMBER, "web", frozenset({8}))
VISITOR = Actor.visitor()


def _listing(
    state: State = State.PUBLISHED,
    visibility: Visibility = Visibility.PUBLIC,
    standing: Standing = Standing.VERIFIED,
) -> Listing:
    owner = Organisation(id=7, standing=standing)
    return Listing(organisation_id=7, organisation=owner, state=state, visibility=visibility)


@pytest.mark.parametrize("actor", [STRANGER, VISITOR], ids=lambda actor: actor.name)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("visibility", Visibility)
def test_outsiders_see_what_is_published_and_not_on_consent(actor: Actor, state: State, visibility: Visibility) -> None:
    expected = state is State.PUBLISHED and visibility is not Visibility.CONSENT
    assert can_see(actor, _listing(state, visibility)) is expected


@pytest.mark.parametrize("standing", Standing)
def test_outsiders_see_only_what_a_verified_organisation_has(standing: Standing) -> None:
    assert can_see(STRANGER, _listing(standing=standing)) is (standing is Standing.VERIFIED)
    assert can_see(OWNER, _listing(standing=standing))


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


@pytest.mark.parametrize("role", Role)
def test_others_listings_are_changed_by_nobody_who_logged_in(role: Role) -> None:
    assert can_change(Actor("chen", role, "web", person_id=3), 7) is False
    assert can_change(Actor("chen", role, "web", frozenset({7}), person_id=3), 7) is True


def test_staff_change_listings_only_of_the_organisation_they_act_for() -> None:
    helper = Actor("chen", Role.OFFICER, "web", frozenset({7}), person_id=3, acting_for=7)
    assert [can_change(helper, number) for number in (7, 8)] == [True, False]


def test_the_operator_imports_listings_of_everybody() -> None:
    assert can_change(Actor.system("cli"), 7) is True
