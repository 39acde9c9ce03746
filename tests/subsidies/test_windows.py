"""Policy versions and windows: what may be loaded and opened, by whom, and what is never changed."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.subsidies import ledger, policies, windows
from matchmaker.subsidies.models import Window
from matchmaker.subsidies.rules import Account
from matchmaker.subsidies.schemas import WindowIn
from tests.subsidies.place import OPEN, Place, policy_text

ONE_DATABASE = True


def _window_in(row_id: int, **over: object) -> WindowIn:
    values = {"policy_row_id": row_id, "year": 2027, "title": "2027 年奖补"}
    values |= {"opens_on": "2027-03-01", "closes_on": "2027-03-31"}
    return WindowIn.model_validate(values | over)


def test_a_version_is_loaded_once_and_its_text_never_changes(place: Place) -> None:
    row = policies.load_version(place.session, place.one, text=policy_text(version="2"))
    assert policies.load_version(place.session, place.two, text=policy_text(version="2")) is row
    with pytest.raises(Conflict, match="new version"):
        policies.load_version(place.session, place.one, text=policy_text(version="2", rate="0.06"))
    assert policies.policy_of(row).version == "2"
    assert [one.version for one in policies.versions(place.session)] == ["2", "1"]
    assert policies.version(place.session, row_id=row.id) is row
    with pytest.raises(NotFound):
        policies.version(place.session, row_id=999_999)
    with pytest.raises(DBAPIError, match="append-only"), place.session.begin_nested():
        place.session.execute(text("UPDATE subsidy_policies SET text = ''"))


def test_a_policy_with_a_mistake_names_it(place: Place) -> None:
    with pytest.raises(Invalid, match="ratse"):
        policies.load_version(place.session, place.one, text=policy_text().replace("rates:", "ratse:", 1))


def test_policies_and_windows_are_the_offices_business(place: Place) -> None:
    data = _window_in(place.window.policy_row_id)
    for actor in (place.owner, place.auditor):
        with pytest.raises(Forbidden):
            policies.load_version(place.session, actor, text=policy_text(version="3"))
        with pytest.raises(Forbidden):
            windows.open_window(place.session, actor, data=data)
    assert policies.load_version(place.session, Actor.system("cli"), text=policy_text(version="3")).by == "system"


def test_one_window_a_year_for_a_version_and_only_while_it_is_in_force(place: Place) -> None:
    row_id = place.window.policy_row_id
    windows.open_window(place.session, place.one, data=_window_in(row_id))
    with pytest.raises(Conflict, match="window in 2027 already"):
        windows.open_window(place.session, place.one, data=_window_in(row_id))
    early = _window_in(row_id, year=2022, opens_on="2022-03-01", closes_on="2022-03-31")
    for data, field in ((early, "opens_on"), (_window_in(999_999), "policy_row_id")):
        with pytest.raises(Invalid, match=field):
            windows.open_window(place.session, place.one, data=data)


@pytest.mark.parametrize(
    "over",
    [
        {"closes_on": "2027-02-28"},
        {"closes_on": "2028-01-05"},
        {"opens_on": "2026-12-01"},
        {"year": 1999},
        {"title": ""},
        {"title": "长" * 121},
        {"opens_on": "31.3.2027"},
    ],
)
def test_a_window_that_makes_no_sense_is_refused(over: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"opens_on|closes_on|year|title"):
        _window_in(1, **over)


def test_a_yearly_total_of_the_policy_becomes_the_budget(place: Place) -> None:
    total = policy_text(version="4").replace("yearly_total: null", "yearly_total: 100000000")
    row = policies.load_version(place.session, place.one, text=total)
    window = windows.open_window(place.session, place.one, data=_window_in(row.id))
    assert ledger.balances(place.session, window_id=window.id)[Account.AVAILABLE] == 100_000_000


def test_windows_are_seen_by_everybody_newest_first(place: Place, session: Session) -> None:
    later = windows.open_window(place.session, place.one, data=_window_in(place.window.policy_row_id))
    assert [one.id for one in windows.windows(session)] == [later.id, place.window.id]
    assert [one.id for one in windows.open_windows(session, OPEN.date())] == [place.window.id]
    assert windows.window(session, window_id=later.id).policy.version == "1"
    with pytest.raises(NotFound):
        windows.window(session, window_id=999_999)
    assert windows.is_open(place.window, clock.today())
    assert not windows.is_open(Window(opens_on=date(2027, 3, 1), closes_on=date(2027, 3, 31)), clock.today())
