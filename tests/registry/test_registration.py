"""An organisation gets in: registered, handed in, returned, verified, and told each time."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import Standing
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.files.models import StoredFile
from matchmaker.listings.service import save_listings
from matchmaker.notifications.models import Notice
from matchmaker.registry import registration
from tests.factories import USCCS, listing_in, make_organisation, organisation_in
from tests.people import BASE, as_actor, make_actor, make_person

PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def founder(session: Session) -> Actor:
    return make_actor(session)


@pytest.fixture
def pending(session: Session, founder: Actor) -> Organisation:
    return registration.register_organisation(session, founder, data=organisation_in())


def owner_of(session: Session, organisation: Organisation, founder: Actor) -> Actor:
    from matchmaker.accounts.models import Person

    return as_actor(session, session.get_one(Person, founder.person_id))


def hand_in(session: Session, organisation: Organisation, owner: Actor, folder: Path) -> None:
    registration.add_licence(session, owner, folder, organisation_id=organisation.id, name="执照.pdf", content=PDF)
    registration.submit(session, owner, organisation_id=organisation.id, base=BASE)


def decide(session: Session, who: Actor, organisation: Organisation, standing: Standing, reason: str = "") -> None:
    registration.decide(session, who, organisation_id=organisation.id, standing=standing, reason=reason, base=BASE)


def test_registering_makes_one_owner_and_waits(session: Session, pending: Organisation, founder: Actor) -> None:
    owner = owner_of(session, pending, founder)
    assert (pending.standing, owner.owner_of) == (Standing.PENDING, frozenset({pending.id}))


def test_a_code_is_registered_once(session: Session, pending: Organisation) -> None:
    with pytest.raises(Conflict):
        registration.register_organisation(session, make_actor(session), data=organisation_in(name="另一个名字公司"))


def test_visitors_register_nothing(session: Session) -> None:
    with pytest.raises(Forbidden):
        registration.register_organisation(session, Actor.visitor(), data=organisation_in())


def test_it_is_handed_in_with_a_licence_only(
    session: Session, pending: Organisation, founder: Actor, tmp_path: Path
) -> None:
    owner = owner_of(session, pending, founder)
    with pytest.raises(Invalid, match="licence"):
        registration.submit(session, owner, organisation_id=pending.id, base=BASE)
    hand_in(session, pending, owner, tmp_path)
    with pytest.raises(Conflict):
        registration.submit(session, owner, organisation_id=pending.id, base=BASE)


def test_officers_are_told_and_the_owner_learns_the_decision(
    session: Session, pending: Organisation, founder: Actor, tmp_path: Path
) -> None:
    officer = make_actor(session, role=Role.OFFICER)
    hand_in(session, pending, owner_of(session, pending, founder), tmp_path)
    decide(session, officer, pending, Standing.RETURNED, "名称与执照不符")
    assert (pending.standing, pending.standing_reason) == (Standing.RETURNED, "名称与执照不符")
    told = session.execute(select(Notice.person_id, Notice.text).order_by(Notice.id)).all()
    assert told == [
        (officer.person_id, "organisation.submitted"),
        (founder.person_id, "organisation.returned"),
    ]


def test_after_mending_it_is_handed_in_again_and_verified(
    session: Session, pending: Organisation, founder: Actor, tmp_path: Path
) -> None:
    officer = make_actor(session, role=Role.OFFICER)
    owner = owner_of(session, pending, founder)
    hand_in(session, pending, owner, tmp_path)
    decide(session, officer, pending, Standing.RETURNED, "换一份清楚的")
    with pytest.raises(Conflict):
        save_listings(session, owner, data=[listing_in()])
    hand_in(session, pending, owner, tmp_path)
    decide(session, officer, pending, Standing.VERIFIED)
    assert len(save_listings(session, owner, data=[listing_in()])) == 1
    kept = session.scalars(select(StoredFile).order_by(StoredFile.id)).all()
    assert [row.withdrawn_at is None for row in kept] == [False, True]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_only_officers_decide(
    session: Session, pending: Organisation, founder: Actor, tmp_path: Path, role: Role
) -> None:
    hand_in(session, pending, owner_of(session, pending, founder), tmp_path)
    with pytest.raises(Forbidden):
        decide(session, make_actor(session, role=role), pending, Standing.VERIFIED)


def test_nobody_decides_on_their_own_organisation(
    session: Session, pending: Organisation, founder: Actor, tmp_path: Path
) -> None:
    hand_in(session, pending, owner_of(session, pending, founder), tmp_path)
    with pytest.raises(Forbidden):
        decide(session, make_actor(session, pending.id, role=Role.OFFICER), pending, Standing.VERIFIED)


def test_a_return_says_why_and_what_was_not_handed_in_is_not_decided(session: Session, pending: Organisation) -> None:
    officer = make_actor(session, role=Role.OFFICER)
    with pytest.raises(Invalid):
        decide(session, officer, pending, Standing.RETURNED)
    with pytest.raises(Conflict):
        decide(session, officer, pending, Standing.VERIFIED)


def test_the_code_stays_and_a_verified_name_too(session: Session) -> None:
    organisation = make_organisation(session)
    owner = make_actor(session, organisation.id)
    for over, field in (({"uscc": USCCS[1]}, "uscc"), ({"name": "改了名字有限公司"}, "name")):
        with pytest.raises(Invalid) as refused:
            registration.change_organisation(
                session, owner, organisation_id=organisation.id, data=organisation_in(**over)
            )
        assert refused.value.faults[0].field == field
    changed = organisation_in(intro="新的简介", chain_nodes=["HYD-10"])
    registration.change_organisation(session, owner, organisation_id=organisation.id, data=changed)
    assert (organisation.intro, [row.node for row in organisation.nodes]) == ("新的简介", ["HYD-10"])


def test_strangers_may_not_know_of_anothers_registration(session: Session, tmp_path: Path) -> None:
    organisation = make_organisation(session)
    stranger = make_actor(session)
    with pytest.raises(NotFound):
        registration.change_organisation(session, stranger, organisation_id=organisation.id, data=organisation_in())
    with pytest.raises(NotFound):
        registration.add_licence(
            session, stranger, tmp_path, organisation_id=organisation.id, name="a.pdf", content=PDF
        )


def test_matching_is_switched_by_owners(session: Session) -> None:
    organisation = make_organisation(session)
    owner = make_actor(session, organisation.id)
    registration.switch_matching(session, owner, organisation_id=organisation.id, off=True)
    assert organisation.matching_off is True
    with pytest.raises(Forbidden):
        registration.switch_matching(session, make_actor(session), organisation_id=organisation.id, off=False)
    assert make_person(session).id > 0
