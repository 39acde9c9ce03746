"""People of an organisation: invited, joining, handing over, leaving."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Membership, Person
from matchmaker.accounts.rules import MemberRank
from matchmaker.accounts.schemas import MemberIn
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.mail.models import OutgoingMail
from matchmaker.registry import members
from tests.factories import make_organisation
from tests.people import BASE, as_actor, join, make_actor, make_person

DATA = MemberIn(name="李同事", email="li@demo.example")


@pytest.fixture
def place(session: Session) -> tuple[int, Actor]:
    organisation = make_organisation(session)
    return organisation.id, make_actor(session, organisation.id)


def invite(session: Session, place: tuple[int, Actor], data: MemberIn = DATA) -> str:
    members.invite(session, place[1], organisation_id=place[0], data=data, base=BASE)
    session.flush()
    newest = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    assert newest is not None
    return re.findall(r"/invitation/(\S+)", newest.body)[0]


def ranks(session: Session, organisation_id: int) -> dict[int, MemberRank]:
    rows = session.scalars(
        select(Membership).where(Membership.organisation_id == organisation_id, Membership.left_at.is_(None))
    )
    return {row.person_id: row.rank for row in rows}


def test_a_new_person_joins_with_a_password_of_their_own(session: Session, place: tuple[int, Actor]) -> None:
    secret = invite(session, place)
    with pytest.raises(Invalid):
        members.accept(session, secret=secret, password="short", base=BASE)
    person = members.accept(session, secret=secret, password="Correct-Horse-9", base=BASE)
    assert ranks(session, place[0])[person.id] is MemberRank.MEMBER
    assert person.email_verified_at is not None
    with pytest.raises(NotFound):
        members.accept(session, secret=secret, password="Correct-Horse-9", base=BASE)


def test_somebody_with_an_account_keeps_their_password_and_both_organisations(
    session: Session, place: tuple[int, Actor]
) -> None:
    from tests.factories import USCCS

    other = make_organisation(session, uscc=USCCS[1], name="佛山市南海区另一家有限公司")
    person = make_person(session, email="li@demo.example", password_hash="kept")
    join(session, person, other.id)
    members.accept(session, secret=invite(session, place), password=None, base=BASE)
    assert person.password_hash == "kept"
    assert as_actor(session, person).organisation_ids == {other.id, place[0]}


def test_only_owners_invite_and_nobody_twice(session: Session, place: tuple[int, Actor]) -> None:
    colleague = make_person(session, email="li@demo.example")
    join(session, colleague, place[0], MemberRank.MEMBER)
    with pytest.raises(Forbidden):
        members.invite(session, as_actor(session, colleague), organisation_id=place[0], data=DATA, base=BASE)
    with pytest.raises(Conflict):
        members.invite(session, place[1], organisation_id=place[0], data=DATA, base=BASE)


def test_the_last_owner_hands_over_before_leaving(session: Session, place: tuple[int, Actor]) -> None:
    number, owner = place
    colleague = make_person(session)
    join(session, colleague, number, MemberRank.MEMBER)
    me = owner.person_id or 0
    for verb in (
        lambda: members.leave(session, owner, organisation_id=number, person_id=me, base=BASE),
        lambda: members.set_rank(
            session, owner, organisation_id=number, person_id=me, rank=MemberRank.MEMBER, base=BASE
        ),
    ):
        with pytest.raises(Conflict):
            verb()
    members.set_rank(session, owner, organisation_id=number, person_id=colleague.id, rank=MemberRank.OWNER, base=BASE)
    members.leave(session, owner, organisation_id=number, person_id=me, base=BASE)
    assert ranks(session, number) == {colleague.id: MemberRank.OWNER}
    assert as_actor(session, session.get_one(Person, me)).organisation_ids == frozenset()


def test_members_leave_by_themselves_and_remove_nobody(session: Session, place: tuple[int, Actor]) -> None:
    number, owner = place
    colleague = make_person(session)
    join(session, colleague, number, MemberRank.MEMBER)
    who = as_actor(session, colleague)
    with pytest.raises(Forbidden):
        members.leave(session, who, organisation_id=number, person_id=owner.person_id or 0, base=BASE)
    members.leave(session, who, organisation_id=number, person_id=colleague.id, base=BASE)
    assert list(ranks(session, number)) == [owner.person_id]
