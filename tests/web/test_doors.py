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
from tests.web.doors import BY_LETTER, DOORS, EVERYBODY, FORMS, HARMLESS, LEAVING, UPLOADS, address_of
from tests.web.town import Town, copy_town


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
        guarded = rule.startswith(("/my", "/office", "/listings")) or rule.endswith("/register")
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
