"""Every refusal has the site's own face and the right number."""

from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from matchmaker.core.errors import Conflict, DomainError, Fault, Forbidden, Invalid, NotFound, Unavailable
from matchmaker.web.parts import Parts

RAISED: dict[str, DomainError | int | Exception] = {
    "invalid": Invalid([Fault("name", "<b>太短")]),
    "forbidden": Forbidden("no"),
    "missing": NotFound("no"),
    "conflict": Conflict("no"),
    "unavailable": Unavailable("no"),
    "400": 400,
    "403": 403,
    "413": 413,
    "429": 429,
    "503": 503,
    "418": 418,
    "fault": RuntimeError("a secret inside"),
}
STATUS = {"invalid": 400, "forbidden": 403, "missing": 404, "conflict": 409, "unavailable": 503, "fault": 500}


@pytest.fixture
def failing(make_client: Callable[..., FlaskClient]) -> FlaskClient:
    """The site with one more address, which fails as it is told."""
    client = make_client()
    app: Flask = client.application

    @app.get("/fail/<how>")
    def fail(how: str) -> str:
        raised = RAISED[how]
        if isinstance(raised, int):
            abort(raised)
        raise raised

    return client


@pytest.mark.parametrize("how", RAISED)
def test_an_error_has_its_number_and_the_sites_page(failing: FlaskClient, how: str) -> None:
    answer = failing.get(f"/fail/{how}")
    status = STATUS.get(how) or int(how)
    assert answer.status_code == status
    assert f'<p class="trouble-code">{status}</p>' in answer.text


def test_an_unforeseen_error_tells_nothing_of_the_inside(failing: FlaskClient) -> None:
    assert "a secret inside" not in failing.get("/fail/fault").text


def test_faults_are_told_and_escaped(failing: FlaskClient) -> None:
    assert "<li>&lt;b&gt;太短</li>" in failing.get("/fail/invalid").text


def test_a_wrong_method_names_the_right_one(client: FlaskClient) -> None:
    answer = client.get("/logout")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_broken_database_is_a_page_not_a_trace(
    make_client: Callable[..., FlaskClient], broken_database: Parts
) -> None:
    answer = make_client(broken_database).get("/")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
