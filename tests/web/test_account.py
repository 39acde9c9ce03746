"""Getting in through the pages: letters' links, lock-out, second factor, sessions that rotate, nothing off the site."""

import re
from dataclasses import replace

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matchmaker.accounts.models import Person
from matchmaker.core.unit import reading, unit
from matchmaker.demo import people
from matchmaker.mail.models import OutgoingMail
from tests.web.conftest import build
from tests.web.town import PASSWORD, Town


def log_in(client: FlaskClient, who: str, password: str = PASSWORD, **over: str) -> int:
    data = {"login": f"{who}@demo.example", "password": password} | over
    return client.post("/login", data=data).status_code


def newest_link(town: Town) -> str:
    with reading(town.parts.sessions) as session:
        letter = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
        assert letter is not None
        return re.findall(r"http://127.0.0.1:8000(/\S+)", letter.body)[0]


def test_a_member_gets_in_with_the_password_and_out_again(own_town: Town) -> None:
    client = own_town.client()
    assert log_in(client, "member") == 303
    assert "梁业主，您好" in client.get("/").text
    client.post("/logout")
    assert client.get("/my/account").location.startswith("/login?next=")


def test_a_wrong_password_and_an_unknown_address_look_alike(own_town: Town) -> None:
    client = own_town.client()
    pages = [
        client.post("/login", data={"login": f"{who}@demo.example", "password": "x"}) for who in ("member", "nobody")
    ]
    assert [page.status_code for page in pages] == [401, 401]
    # The form's token carries the second it was made in.
    told = {re.sub(r'"csrf_token" value="[^"]+"|(member|nobody)@', "", page.text) for page in pages}
    assert len(told) == 1


def test_five_wrong_passwords_lock_the_account(own_town: Town) -> None:
    client = own_town.client()
    for _ in range(5):
        log_in(client, "member", "wrong")
    assert log_in(client, "member") == 401


def test_staff_sets_up_a_second_factor_before_getting_in(own_town: Town) -> None:
    client = own_town.client()
    answer = client.post("/login", data={"login": "officer@demo.example", "password": PASSWORD})
    assert answer.location == "/login/code"
    assert client.get("/office/organisations").location.startswith("/login")
    secret = re.findall(r"<code>([A-Z2-7]{32})</code>", client.get("/login/code").text)[0]
    assert client.post("/login/code", data={"code": "000000"}).status_code == 401
    assert client.post("/login/code", data={"code": pyotp.TOTP(secret).now()}).status_code == 303
    assert client.get("/office/organisations").status_code == 200


def test_nothing_of_the_session_before_survives_the_login(own_town: Town) -> None:
    client = own_town.client()
    with client.session_transaction() as cookie:
        cookie["planted"], cookie["acting_for"] = "x", 1
    log_in(client, "member")
    with client.session_transaction() as cookie:
        assert "planted" not in cookie and "acting_for" not in cookie


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_login_never_leads_off_the_site(own_town: Town, target: str) -> None:
    client = own_town.client()
    data = {"login": "member@demo.example", "password": PASSWORD, "next": target}
    assert client.post("/login", data=data).location == "/"


def test_a_login_leads_back_to_where_one_was_going(own_town: Town) -> None:
    client = own_town.client()
    asked = client.get("/my/listings?state=published").location
    assert asked == "/login?next=/my/listings?state%3Dpublished"
    data = {"login": "member@demo.example", "password": PASSWORD, "next": "/my/listings?state=published"}
    assert client.post("/login", data=data).location == "/my/listings?state=published"


def test_a_form_takes_no_field_it_does_not_have(own_town: Town) -> None:
    client = own_town.client("member")
    answer = client.post("/my/account", data={"name": "梁业主", "language": "zh", "role": "administrator"})
    assert answer.status_code == 400
    registering = {"name": "周新来", "email": "z@demo.example", "agreed": "true", "role": "officer"}
    assert own_town.client().post("/register", data=registering).status_code == 400
    with reading(own_town.parts.sessions) as session:
        assert session.get_one(Person, own_town.people["member"]).role == "member"


def test_registration_goes_through_the_letter(own_town: Town) -> None:
    client = own_town.client()
    data = {"name": "周新来", "email": "zhou@demo.example", "agreed": "true"}
    assert client.post("/register", data=data).status_code == 303
    link = newest_link(own_town)
    refused = client.post(link, data={"password": PASSWORD, "again": "other"})
    assert refused.status_code == 400
    assert "两次输入的密码不一样" in refused.text
    assert client.post(link, data={"password": PASSWORD, "again": PASSWORD}).location == "/login"
    assert log_in(client, "zhou") == 303
    assert client.post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code == 404


def test_a_refused_registration_keeps_what_was_typed(own_town: Town) -> None:
    answer = own_town.client().post("/register", data={"name": "周新来", "email": "nowhere"})
    assert answer.status_code == 400
    assert 'value="周新来"' in answer.text and 'value="nowhere"' in answer.text


def test_a_forgotten_password_is_set_anew_and_ends_other_logins(own_town: Town) -> None:
    other = own_town.client("member")
    client = own_town.client()
    client.post("/forgotten", data={"email": "member@demo.example"})
    link = newest_link(own_town)
    client.post(link, data={"password": "Another-Horse-9", "again": "Another-Horse-9"})
    assert other.get("/my/account").status_code == 303
    assert log_in(client, "member", "Another-Horse-9") == 303


def test_changing_the_password_keeps_this_device_in(own_town: Town) -> None:
    client = own_town.client("member")
    data = {"present": PASSWORD, "wanted": "Another-Horse-9", "again": "Another-Horse-9"}
    assert client.post("/my/account/password", data=data | {"present": "x"}).status_code == 400
    assert client.post("/my/account/password", data=data).status_code == 303
    assert client.get("/my/account").status_code == 200


def test_an_idle_member_of_staff_is_logged_out_and_an_idle_member_is_not(own_town: Town) -> None:
    for who, status in (("officer", 303), ("member", 200)):
        client = own_town.client(who)
        with client.session_transaction() as cookie:
            cookie["seen"] = 0
        assert [client.get("/my/account").status_code for _ in range(2)] == [status, status]


def test_an_administrator_blocks_and_the_login_ends(own_town: Town) -> None:
    member, boss = own_town.client("member"), own_town.client("administrator")
    boss.post(f"/office/people/{own_town.people['member']}", data={"action": "block", "reason": "离职"})
    assert member.get("/my/account").status_code == 303


def test_ones_data_are_a_download_and_leaving_asks_twice(own_town: Town) -> None:
    client = own_town.client("colleague")
    copy = client.get("/my/data.json")
    assert copy.get_json()["person"]["name"] == "李同事"
    assert "attachment" in copy.headers["Content-Disposition"]
    assert client.post("/my/data/leave").status_code == 400
    assert client.post("/my/data/leave", data={"sure": "true"}).location == "/"
    with unit(own_town.parts.sessions) as session:
        assert session.get_one(Person, own_town.people["colleague"]).name == "已注销用户"


@pytest.mark.parametrize("development", [True, False])
def test_the_demos_logins_and_codes_are_shown_in_development_only(own_town: Town, development: bool) -> None:
    with unit(own_town.parts.sessions) as session:
        people.add_people(session)
    config = replace(own_town.parts.config, development=development)
    client = build(replace(own_town.parts, config=config)).test_client()
    assert (people.PASSWORD in client.get("/login").text) is development
    client.post("/login", data={"login": "officer2@demo.example", "password": people.PASSWORD})
    page = client.get("/login/code").text
    shown = re.findall(r"现在的验证码：<code>(\d{6})</code>", page)
    assert len(shown) == development
    if development:
        assert client.post("/login/code", data={"code": shown[0]}).status_code == 303


def test_codes_of_real_people_are_never_shown(own_town: Town) -> None:
    config = replace(own_town.parts.config, development=True)
    client = build(replace(own_town.parts, config=config)).test_client()
    with unit(own_town.parts.sessions) as session:
        session.get_one(Person, own_town.people["officer"]).email = "tan@nanhai.example"
    client.post("/login", data={"login": "tan@nanhai.example", "password": PASSWORD})
    page = client.get("/login/code").text
    assert "两步验证" in page
    assert "现在的验证码" not in page
