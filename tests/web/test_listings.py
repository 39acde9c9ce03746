"""The page of a listing and the plain lists."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from matchmaker.web.parts import Parts


def test_a_listing_shows_its_fields_and_its_matches(client: FlaskClient, district: Any) -> None:
    page = client.get(f"/listings/{district.ids['need']}").text
    for text in (
        "求购储氢舱用的氢气浓度传感器",
        "响应≤3秒",
        "有车规经验",
        "5–20 万元",
        "2099-12-31",
        "丹灶镇",
        "HYD-09",
    ):
        assert text in page
    assert re.findall(rf'href="/listings/({district.ids["sensor"]})"', page) == [str(district.ids["sensor"])]


def test_a_listing_shows_only_titles_that_hold_today(client: FlaskClient, district: Any) -> None:
    page = client.get(f"/listings/{district.ids['sensor']}").text
    assert "高新技术企业" in page
    assert "小巨人" not in page


def test_a_redacted_listing_hides_whose_it_is(client: FlaskClient, district: Any) -> None:
    page = client.get(f"/listings/{district.ids['seal']}").text
    assert "脱敏展示" in page
    for secret in ("佛山市南海测试氢能有限公司", "ZL-1", "91440605", "高新技术企业"):
        assert secret not in page


def test_a_listing_escapes_its_text(client: FlaskClient, district: Any) -> None:
    page = client.get(f"/listings/{district.ids['seal']}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("ref", ["draft", "secret"])
def test_a_listing_that_is_not_public_is_not_found(client: FlaskClient, district: Any, ref: str) -> None:
    assert client.get(f"/listings/{district.ids[ref]}").status_code == 404


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "-1", "abc", "1.5"])
def test_a_listing_that_does_not_exist_is_not_found(client: FlaskClient, number: str) -> None:
    assert client.get(f"/listings/{number}").status_code == 404


def test_a_listing_is_shown_while_its_matches_cannot_be(
    make_client: Callable[..., FlaskClient], broken_model: Parts, district: Any
) -> None:
    answer = make_client(broken_model).get(f"/listings/{district.ids['need']}")
    assert answer.status_code == 200
    assert "求购储氢舱用的氢气浓度传感器" in answer.text
    assert "匹配模型正在载入或暂不可用" in answer.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"sensor", "die", "seal"}),
        ({"side": "need"}, {"need"}),
        ({"chain": "HYD", "form": "service"}, {"die"}),
        ({"town": "440605123", "form": "product", "side": "offer"}, {"sensor", "seal"}),
        ({"town": "440605011"}, set()),
        ({"page": "7"}, {"sensor", "die", "seal"}),
        ({"page": "-7"}, {"sensor", "die", "seal"}),
        ({"page": "9" * 30}, {"sensor", "die", "seal"}),
        ({"page": "x"}, {"sensor", "die", "seal"}),
    ],
)
def test_the_list_shows_what_is_open_within_the_filters(
    client: FlaskClient, district: Any, query: dict[str, str], expected: set[str]
) -> None:
    page = client.get("/listings", query_string=query).text
    assert set(re.findall(r'class="strong" href="/listings/(\d+)"', page)) == {
        str(district.ids[ref]) for ref in expected
    }


def test_the_list_marks_the_chosen_filters(client: FlaskClient) -> None:
    page = client.get("/listings", query_string={"chain": "HYD", "form": "service"}).text
    assert re.findall(r'value="([^"]*)" checked', page) == ["HYD", "service"]


@pytest.mark.parametrize("query", [{"side": "both"}, {"chain": "XYZ"}, {"form": "gift"}, {"town": "1"}])
def test_the_list_refuses_filters_that_do_not_exist(client: FlaskClient, query: dict[str, str]) -> None:
    assert client.get("/listings", query_string=query).status_code == 400
