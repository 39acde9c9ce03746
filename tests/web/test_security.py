"""Headers, form tokens, limits, and nothing that comes from another site."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import matchmaker.web
from matchmaker.web.security import HEADERS, MAX_BODY_BYTES

FOLDER = Path(matchmaker.web.__file__).parent
FILES = sorted([*FOLDER.glob("templates/**/*.html"), *FOLDER.glob("static/*")])


@pytest.mark.parametrize("address", ["/", "/search?q=氢气", "/listings", "/health", "/nothing", "/assets/site.css"])
def test_every_answer_carries_the_guarding_headers(client: FlaskClient, address: str) -> None:
    with client.get(address) as answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_the_policy_allows_nothing_inline_and_nobody_to_frame() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_fetched_from_another_site(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert re.findall(r"""(?:https?:|["'(]//|@import)""", text) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script(path: Path) -> None:
    if path.suffix == ".html":
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", text) == []


def test_a_question_without_a_form_token_is_refused(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(WTF_CSRF_ENABLED=True)
    assert client.post("/search", data={"q": "氢气传感器"}).status_code == 400


def test_a_question_with_its_form_token_is_taken(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(WTF_CSRF_ENABLED=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/search").text)
    assert token is not None
    assert client.post("/search", data={"q": "氢气传感器", "csrf_token": token[1]}).status_code == 303


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(WTF_CSRF_ENABLED=True)
    cookies = [client.get("/search").headers["Set-Cookie"], client.get("/language/en").headers["Set-Cookie"]]
    assert [("HttpOnly" in cookie, "SameSite=Lax" in cookie) for cookie in cookies] == [(True, True)] * 2


def test_a_body_beyond_the_limit_is_refused(client: FlaskClient) -> None:
    assert client.post("/search", data={"q": "x" * MAX_BODY_BYTES}).status_code == 413


def test_too_many_questions_are_slowed_down(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(RATELIMIT_ENABLED=True, SEARCH_RATE="2 per minute")
    answers = [client.get("/search", query_string={"q": "氢气"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert client.get("/").status_code == 200
