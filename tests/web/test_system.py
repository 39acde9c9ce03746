"""Health, language switch and downloads."""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient

from matchmaker.web.parts import Parts


def test_health_says_that_questions_can_be_answered(client: FlaskClient) -> None:
    answer = client.get("/health")
    found = answer.get_json()
    assert answer.status_code == 200
    assert (found["status"], found["database"], found["state"]) == ("ready", "ready", "ready")


def test_health_fails_with_the_database(make_client: Callable[..., FlaskClient], broken_database: Parts) -> None:
    answer = make_client(broken_database).get("/health")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "failed", "database": "failed"})


def test_health_fails_when_the_model_failed(make_client: Callable[..., FlaskClient], broken_model: Parts) -> None:
    client = make_client(broken_model)
    client.get("/search", query_string={"q": "氢气"})
    answer = client.get("/health")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "failed")


def test_health_answers_json_to_a_wrong_method(client: FlaskClient) -> None:
    answer = client.post("/health")
    assert (answer.status_code, answer.mimetype) == (405, "application/json")


def test_language_switches_and_is_remembered(client: FlaskClient) -> None:
    answer = client.get("/language/en", query_string={"next": "/listings?side=need"})
    assert (answer.status_code, answer.location) == (303, "/listings?side=need")
    assert '<html lang="en">' in client.get("/").text
    client.get("/language/zh")
    assert '<html lang="zh-CN">' in client.get("/").text


@pytest.mark.parametrize(
    ("referrer", "target"),
    [("http://localhost/?q=x", "/?q=x"), ("https://evil.example/?q=x", "/"), ("http://localhost//evil.example/", "/")],
)
def test_language_returns_to_the_page_of_this_site_it_was_asked_on(
    client: FlaskClient, referrer: str, target: str
) -> None:
    assert client.get("/language/en", headers={"Referer": referrer}).location == target


def test_language_is_chinese_whatever_the_browser_prefers(client: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in client.get("/", headers={"Accept-Language": "en"}).text


def test_language_cookie_with_nonsense_is_ignored(client: FlaskClient) -> None:
    client.set_cookie("language", "../../etc")
    assert '<html lang="zh-CN">' in client.get("/").text


@pytest.mark.parametrize("code", ["fr", "zh-CN", "%00"])
def test_an_unknown_language_is_not_found(client: FlaskClient, code: str) -> None:
    assert client.get(f"/language/{code}").status_code == 404


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\r\nSet-Cookie: a=b",
        "//[",
        "",
    ],
)
def test_language_never_leads_off_the_site(client: FlaskClient, target: str) -> None:
    assert client.get("/language/en", query_string={"next": target}).location == "/"


@pytest.mark.parametrize("kind", ["listings", "organisations"])
def test_import_template_is_a_workbook(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/import-template/{kind}.xlsx")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={kind}-template.xlsx"
    with ZipFile(BytesIO(answer.data)) as book:
        assert "xl/workbook.xml" in book.namelist()


def test_import_template_of_an_unknown_kind_is_not_found(client: FlaskClient) -> None:
    assert client.get("/import-template/secrets.xlsx").status_code == 404
