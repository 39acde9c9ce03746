"""Who may open which address: every route and method, for every role and for a stranger organisation.

A new address without a line here fails, and so does one that lets in, or keeps out, somebody else than its line says.
"""

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from flask import g

from matchmaker.app import create_app
from matchmaker.config import Config
from tests.web.town import NAMES, Town, copy_town

EVERYBODY = frozenset({"visitor", *NAMES})
LOGGED_IN = frozenset(NAMES)
OWN = frozenset({"member", "colleague"})
OFFICE = frozenset({"officer", "auditor", "administrator"})
BOTH_SIDES = frozenset({"member", "colleague", "stranger"})
# The secret of a letter is what opens these, for whoever holds it.
BY_LETTER = frozenset({"letter"})
DOORS: dict[tuple[str, str], frozenset[str]] = {
    # open to everybody
    ("GET", "/"): EVERYBODY,
    ("GET", "/about"): EVERYBODY,
    ("GET", "/join"): EVERYBODY,
    ("GET", "/privacy"): EVERYBODY,
    ("GET", "/search"): EVERYBODY,
    ("POST", "/search"): EVERYBODY,
    ("GET", "/listings"): EVERYBODY,
    ("GET", "/listings/<int:listing_id>"): EVERYBODY,
    ("GET", "/listings/<int:listing_id>.pdf"): EVERYBODY,
    ("GET", "/listings/<int:listing_id>/files/<int:file_id>"): EVERYBODY,
    ("GET", "/events"): EVERYBODY,
    ("GET", "/events/<int:event_id>"): EVERYBODY,
    ("GET", "/health"): EVERYBODY,
    ("GET", "/language/<code>"): EVERYBODY,
    ("GET", "/import-template/<kind>.xlsx"): EVERYBODY,
    ("GET", "/assets/<path:filename>"): EVERYBODY,
    # getting in; a wrong password or a used link is refused there, not at the door
    ("GET", "/login"): EVERYBODY,
    ("POST", "/login"): EVERYBODY,
    ("GET", "/login/code"): EVERYBODY,
    ("POST", "/login/code"): EVERYBODY,
    ("POST", "/logout"): EVERYBODY,
    ("GET", "/register"): EVERYBODY,
    ("POST", "/register"): EVERYBODY,
    ("GET", "/register/written"): EVERYBODY,
    ("POST", "/register/again"): EVERYBODY,
    ("GET", "/forgotten"): EVERYBODY,
    ("POST", "/forgotten"): EVERYBODY,
    ("GET", "/verify/<secret>"): BY_LETTER,
    ("POST", "/verify/<secret>"): BY_LETTER,
    ("GET", "/reset/<secret>"): BY_LETTER,
    ("POST", "/reset/<secret>"): BY_LETTER,
    ("GET", "/invitation/<secret>"): BY_LETTER,
    ("POST", "/invitation/<secret>"): BY_LETTER,
    # one's own, whoever one is
    ("GET", "/my/account"): LOGGED_IN,
    ("POST", "/my/account"): LOGGED_IN,
    ("POST", "/my/account/password"): LOGGED_IN,
    ("POST", "/my/account/end-logins"): LOGGED_IN,
    ("GET", "/my/data"): LOGGED_IN,
    ("POST", "/my/data"): LOGGED_IN,
    ("GET", "/my/data.json"): LOGGED_IN,
    ("POST", "/my/data/leave"): LOGGED_IN,
    ("GET", "/my/notices"): LOGGED_IN,
    ("POST", "/my/notices/<int:notice_id>"): frozenset({"member"}),
    ("POST", "/my/notices/read"): LOGGED_IN,
    ("GET", "/my/notices/settings"): LOGGED_IN,
    ("POST", "/my/notices/settings"): LOGGED_IN,
    ("GET", "/my/searches"): LOGGED_IN,
    ("POST", "/my/searches"): LOGGED_IN,
    ("POST", "/my/searches/<int:search_id>/end"): frozenset({"member"}),
    ("GET", "/my/listings"): LOGGED_IN,
    ("GET", "/my/matches"): LOGGED_IN,
    ("GET", "/my/introductions"): LOGGED_IN,
    ("GET", "/my/organisations"): LOGGED_IN,
    ("GET", "/my/organisations/new"): LOGGED_IN,
    ("POST", "/my/organisations/new"): LOGGED_IN,
    ("GET", "/my/listings/new"): LOGGED_IN,
    ("POST", "/my/listings/save"): LOGGED_IN,
    ("GET", "/listings/<int:listing_id>/contact"): LOGGED_IN,
    ("GET", "/listings/export.xlsx"): LOGGED_IN - {"administrator"},
    # an organisation's own
    ("POST", "/my/listings/draft"): OWN,
    ("POST", "/my/listings/panel"): OWN,
    ("POST", "/my/listings/drafts/<int:draft_id>/discard"): OWN,
    ("GET", "/my/listings/<int:listing_id>/edit"): OWN,
    ("POST", "/my/listings/<int:listing_id>/state"): OWN,
    ("POST", "/my/listings/<int:listing_id>/renew"): OWN,
    ("GET", "/my/listings/<int:listing_id>/history"): OWN | OFFICE | {"organiser"},
    ("POST", "/my/listings/<int:listing_id>/files"): OWN,
    ("POST", "/my/listings/<int:listing_id>/files/<int:file_id>/withdraw"): OWN,
    ("GET", "/my/matches/<int:listing_id>"): OWN,
    ("POST", "/my/matches/<int:listing_id>/<int:other_id>/ask"): OWN,
    ("POST", "/my/matches/<int:listing_id>/<int:other_id>/decide"): OWN,
    ("GET", "/my/introductions/<int:introduction_id>"): BOTH_SIDES | {"organiser", "officer", "auditor"},
    ("POST", "/my/introductions/<int:introduction_id>/answer"): BOTH_SIDES,
    ("POST", "/my/introductions/<int:introduction_id>/end"): BOTH_SIDES,
    ("POST", "/my/introductions/<int:introduction_id>/write"): BOTH_SIDES,
    ("GET", "/my/organisations/<int:organisation_id>"): OWN | OFFICE,
    ("GET", "/my/organisations/<int:organisation_id>/licence"): OWN | OFFICE,
    ("GET", "/my/organisations/<int:organisation_id>/edit"): OWN,
    ("POST", "/my/organisations/<int:organisation_id>/edit"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/licence"): OWN,
    ("POST", "/my/organisations/<int:organisation_id>/submit"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/matching"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/members"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/members/<int:person_id>"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/assistance"): frozenset({"member"}),
    ("POST", "/my/assistance/<int:assistance_id>"): frozenset({"member", "organiser"}),
    # the office
    ("GET", "/office/organisations"): OFFICE,
    ("GET", "/office/organisations/<int:organisation_id>"): OFFICE,
    ("POST", "/office/organisations/<int:organisation_id>"): frozenset({"officer"}),
    ("GET", "/office/listings"): OFFICE,
    ("POST", "/office/listings/<int:listing_id>"): frozenset({"officer"}),
    ("GET", "/office/data-requests"): OFFICE,
    ("POST", "/office/data-requests/<int:request_id>"): frozenset({"officer"}),
    ("GET", "/office/assistance"): frozenset({"organiser", "officer", "auditor"}),
    ("POST", "/office/assistance"): frozenset({"organiser", "officer"}),
    ("POST", "/office/help/<int:organisation_id>"): frozenset({"organiser"}),
    ("POST", "/office/stop-helping"): LOGGED_IN,
    ("GET", "/office/introductions"): frozenset({"organiser", "officer", "auditor"}),
    ("GET", "/office/people"): frozenset({"administrator", "auditor"}),
    ("POST", "/office/people"): frozenset({"administrator"}),
    ("POST", "/office/people/<int:person_id>"): frozenset({"administrator"}),
    ("GET", "/office/audit"): frozenset({"auditor", "administrator"}),
    ("GET", "/office/mails"): frozenset({"administrator"}),
    ("GET", "/office/events/new"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/new"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/edit"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/edit"): frozenset({"organiser", "officer"}),
}
# The organisation of "member"; forms name it by its number.
OWN_ORGANISATION = 1
# What a form must hold to get past its own checks to the question of who may.
FORMS: dict[str, dict[str, object]] = {
    "/my/listings/draft": {"title": "减压阀", "organisation_id": OWN_ORGANISATION},
    "/my/listings/panel": {"title": "减压阀", "organisation_id": OWN_ORGANISATION},
    "/my/listings/<int:listing_id>/state": {"state": "on_hold"},
    "/my/listings/<int:listing_id>/files": {},
    "/my/organisations/<int:organisation_id>/edit": {
        "uscc": "91440605YYYY000127",
        "name": "佛山市南海区试样阀门有限公司",
        "kind": "enterprise",
        "town": "440605123",
    },
    "/my/organisations/<int:organisation_id>/members": {"name": "新同事", "email": "new@demo.example"},
    "/my/organisations/<int:organisation_id>/members/<int:person_id>": {"action": "owner"},
    "/my/organisations/<int:organisation_id>/assistance": {
        "staff_id": "1",
        "purpose": "代填信息",
        "until": "2099-01-01",
    },
    "/office/organisations/<int:organisation_id>": {"standing": "returned", "reason": "请补充"},
    "/my/organisations/<int:organisation_id>/matching": {"off": "true"},
    "/my/matches/<int:listing_id>/<int:other_id>/decide": {"decision": "later"},
    "/my/introductions/<int:introduction_id>/write": {"text": "您好"},
    "/my/introductions/<int:introduction_id>/answer": {"answer": "yes"},
}
# Files come as a form of their own kind; who may is asked before whether they fit.
UPLOADS = {
    "/my/listings/<int:listing_id>/files": "attachment",
    "/my/organisations/<int:organisation_id>/licence": "licence",
}
# These change nothing that another person's knock depends on.
HARMLESS = ("/search", "/login", "/login/code", "/logout", "/forgotten", "/register", "/register/again")
# These end the login that asks, and then say so on the login page.
LEAVING = ("/my/account/end-logins",)


def address_of(rule: str, town: Town) -> str:
    """The rule with the ids of the town's own things in it."""
    ids = {
        "listing_id": town.ids["offer"],
        "other_id": town.ids["need"],
        "file_id": town.ids["file"],
        "organisation_id": town.ids["organisation"],
        "person_id": town.people["colleague"],
        "introduction_id": town.ids["introduction"],
        "assistance_id": town.ids["assistance"],
        "draft_id": town.ids["draft"],
        "notice_id": town.ids["notice"],
        "search_id": town.ids["search"],
        "request_id": town.ids["request"],
        "event_id": town.ids["event"],
    }
    words = {"secret": "none", "code": "zh", "kind": "listings", "filename": "site.css"}
    found = rule
    for name, value in (ids | words).items():
        for kind in ("", "int:", "path:"):
            found = found.replace(f"<{kind}{name}>", str(value))
    return found


@pytest.fixture(scope="module")
def found_doors(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    config = Config(tmp_path_factory.mktemp("doors"), "sqlite://", secret_key="x", encoder="hashing")
    implied = {"HEAD", "OPTIONS"}
    rules = create_app(config).url_map.iter_rules()
    return {(method, rule.rule) for rule in rules for method in (rule.methods or set()) - implied}


def test_every_address_says_who_may_open_it(found_doors: set[tuple[str, str]]) -> None:
    assert found_doors == set(DOORS)


def knock(place: Town, who: str, method: str, rule: str) -> bool:
    """Whether this person gets past the door; what happens behind it is another test's business."""
    data = dict(FORMS.get(rule, {}))
    if rule in UPLOADS:
        data[UPLOADS[rule]] = (BytesIO(b"%PDF-1.4\n%%EOF"), "a.pdf")
    client = place.client(None if who == "visitor" else who)
    with client.open(address_of(rule, place), method=method, data=data or None) as answer:
        assert answer.status_code < 500, (who, answer.status_code)
        to_login = answer.status_code == 303 and answer.location.partition("?")[0] == "/login"
        guarded = rule.startswith(("/my", "/office", "/listings"))
        turned_away = to_login and guarded and (who == "visitor" or rule not in LEAVING)
        return not turned_away and answer.status_code not in (403, 404)


@pytest.mark.parametrize(("method", "rule"), sorted(door for door in DOORS if DOORS[door] != BY_LETTER))
def test_the_door_opens_for_those_it_says_and_for_nobody_else(
    town: Town, tmp_path: Path, method: str, rule: str
) -> None:
    expected = DOORS[method, rule]
    # Who is turned away changes nothing. What the others change must not decide what the next one may.
    shared = town if method == "GET" else copy_town(town, tmp_path / "shared")
    assert {who for who in sorted(EVERYBODY - expected) if knock(shared, who, method, rule)} == set()
    for who in sorted(expected):
        place = town if method == "GET" or rule in HARMLESS else copy_town(town, tmp_path / who)
        assert knock(place, who, method, rule), who


@pytest.mark.parametrize("rule", sorted(rule for method, rule in DOORS if method == "POST"))
def test_every_form_needs_its_token(town: Town, rule: str) -> None:
    form = FORMS.get(rule, {"name": "x"})
    with town.client("member", WTF_CSRF_ENABLED=True) as client:
        assert client.post(address_of(rule, town), data=form).status_code == 400
        # Refused for want of the token, before the view looked at anything.
        assert "csrf_valid" not in g
        token = client.get("/my/account").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        client.post("/logout", data={"csrf_token": token})
        assert g.csrf_valid


def test_a_letter_nobody_wrote_opens_nothing(town: Town) -> None:
    for way in ("verify", "reset", "invitation"):
        assert town.client().get(f"/{way}/none").status_code in (200, 404)
        assert town.client().post(f"/{way}/none", data={"password": "x", "again": "x"}).status_code == 404


@pytest.mark.parametrize("rule", sorted(rule for method, rule in DOORS if method == "GET" and "<int:" in rule))
def test_a_number_no_database_can_hold_is_not_there(town: Town, rule: str) -> None:
    address = re.sub(r"<int:\w+>", "9" * 25, rule)
    assert town.client("officer").get(address).status_code in (404, 405)


def test_the_pages_are_imported_without_the_model() -> None:
    code = "import sys, matchmaker.web; print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
