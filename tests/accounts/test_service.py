"""Registering organisations: new, changed, unchanged, and by whom."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Organisation, OrganisationNode, OrganisationTitle
from matchmaker.accounts.queries import ids_by_uscc
from matchmaker.accounts.service import save_organisation
from matchmaker.audit.models import AuditEntry
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden
from matchmaker.core.unit import reading, unit
from tests.factories import USCCS, make_organisation, organisation_in


def _audit(session: Session) -> list[tuple[str, dict[str, Any]]]:
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.number))
    return [(row.action, row.detail) for row in rows]


def test_a_new_organisation_is_kept_with_everything(sessions: sessionmaker[Session]) -> None:
    title = {"title": "srdi", "certificate_no": "S1", "valid_from": "2026-01-01", "valid_to": "2028-12-31"}
    with unit(sessions) as session:
        number = make_organisation(session, chain_nodes=["HYD-09", "HDW-13"], titles=[title], intro="做阀门").id
    with reading(sessions) as session:
        found = session.get_one(Organisation, number)
        assert (found.uscc, found.name, found.town) == (USCCS[0], "佛山市南海区试样阀门有限公司", "440605123")
        assert (found.kind.value, found.scale and found.scale.value, found.intro) == ("enterprise", "small", "做阀门")
        assert sorted(row.node for row in found.nodes) == ["HDW-13", "HYD-09"]
        assert [(one.title.value, one.certificate_no) for one in found.titles] == [("srdi", "S1")]


def test_coded_values_are_stored_as_their_value(session: Session) -> None:
    make_organisation(session)
    table = Organisation.__table__
    assert session.execute(select(func.lower(table.c.kind), func.lower(table.c.scale))).one() == ("enterprise", "small")


def test_registering_is_told_to_the_audit_log(session: Session) -> None:
    number = make_organisation(session).id
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject, entry.actor) == ("organisation.register", f"organisation:{number}", "system")
    assert entry.detail["name"] == [None, "佛山市南海区试样阀门有限公司"]
    assert entry.detail["chain_nodes"] == [None, ["HYD-09"]]


def test_the_same_code_updates_and_tells_only_what_changed(session: Session) -> None:
    first = make_organisation(session, chain_nodes=["HYD-09", "HYD-10"])
    second = make_organisation(session, scale="medium", chain_nodes=["HYD-10", "HYD-11"])
    assert second.id == first.id
    assert session.scalar(select(func.count()).select_from(Organisation)) == 1
    assert _audit(session)[1:] == [
        (
            "organisation.update",
            {"scale": ["small", "medium"], "chain_nodes": [["HYD-09", "HYD-10"], ["HYD-10", "HYD-11"]]},
        )
    ]
    assert sorted(session.scalars(select(OrganisationNode.node))) == ["HYD-10", "HYD-11"]


def test_the_same_again_changes_nothing(sessions: sessionmaker[Session]) -> None:
    titles = [{"title": "srdi", "valid_from": "2026-01-01"}, {"title": "high_tech"}]
    with unit(sessions) as session:
        make_organisation(session, titles=titles)
    with unit(sessions) as session:
        make_organisation(session, titles=titles[::-1])
    with reading(sessions) as session:
        assert [action for action, _ in _audit(session)] == ["organisation.register"]
        assert session.scalar(select(func.count()).select_from(OrganisationTitle)) == 2


def test_titles_are_replaced(session: Session) -> None:
    make_organisation(session, titles=[{"title": "srdi"}, {"title": "high_tech"}])
    make_organisation(session, titles=[{"title": "little_giant"}])
    assert [one.value for one in session.scalars(select(OrganisationTitle.title))] == ["little_giant"]


@pytest.mark.parametrize("role", [Role.VISITOR, Role.MEMBER, Role.ORGANISER, Role.AUDITOR])
def test_others_may_not_register(sessions: sessionmaker[Session], role: Role) -> None:
    actor = Actor("li", role, "web")
    with pytest.raises(Forbidden, match="li may not"), unit(sessions) as session:
        save_organisation(session, actor, data=organisation_in())
    with reading(sessions) as session:
        assert (session.scalar(select(func.count()).select_from(Organisation)), _audit(session)) == (0, [])


def test_an_officer_may_register(session: Session) -> None:
    assert save_organisation(session, Actor("chen", Role.OFFICER, "web"), data=organisation_in()).id


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (None, None, True),
        (date(2026, 3, 1), date(2026, 3, 1), True),
        (date(2026, 3, 2), None, False),
        (None, date(2026, 2, 28), False),
    ],
)
def test_a_title_holds_between_its_dates(first: date | None, last: date | None, holds: bool) -> None:
    assert OrganisationTitle(valid_from=first, valid_to=last).holds_on(date(2026, 3, 1)) is holds


def test_ids_are_found_for_registered_codes_only(session: Session) -> None:
    number = make_organisation(session).id
    assert ids_by_uscc(session, USCCS[:2]) == {USCCS[0]: number}
