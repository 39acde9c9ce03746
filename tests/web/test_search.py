"""The search page: questions, answers with reasons, refusals that keep what was typed."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from matchmaker.matching.queries import MAX_QUERY
from matchmaker.web.parts import Parts

NEED = "氢能车储氢舱要用的氢气浓度传感器，量程0到4%"


def titles(page: str) -> list[str]:
    """The plain titles of the results, in the order of the page."""
    found = re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", page, re.S)
    return [re.sub(r"<.*?>", "", title) for title in found]


def test_home_shows_the_district_in_numbers(client: FlaskClient) -> None:
    page = client.get("/search").text
    assert re.findall(r"<dd>(\d+)</dd>", page) == ["2", "1", "3"]


def test_home_examples_can_be_asked(client: FlaskClient) -> None:
    links = [
        link.replace("&amp;", "&") for link in re.findall(r'href="(/search\?q=[^"]+)"', client.get("/search").text)
    ]
    assert [client.get(link).status_code for link in links] == [200] * 6


def test_search_lists_the_best_offer_first_with_its_reasons(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": NEED}).text
    assert titles(page)[0] == "车载氢气浓度传感器"
    assert "<mark>氢气浓度传感器</mark>" in page
    assert "300–600 元" in page
    assert "佛山市南海测试氢能有限公司" in page


def test_search_never_shows_what_is_not_public(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": "氢气压缩机膜头 氢气纯化装置 仅撮合方可见 还没有发布"}).text
    assert not {"氢气压缩机膜头", "氢气纯化装置草稿"} & set(titles(page))


def test_search_looks_for_needs_when_asked_to(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": "我们做氢气浓度传感器", "side": "need"}).text
    assert titles(page) == ["求购储氢舱用的氢气浓度传感器"]


def test_search_obeys_filters_and_keeps_them_chosen(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": NEED, "form": "service", "chain": "HYD"}).text
    assert set(titles(page)) <= {"铝型材挤压模具仿真优化"}
    assert re.findall(r'value="([^"]+)" checked', page) == ["offer", "HYD", "service"]


def test_search_says_so_when_nothing_passes_the_filters(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": NEED, "town": "440605011"}).text
    assert "筛选范围内没有公开信息" in page
    assert titles(page) == []


def test_search_says_so_when_nothing_fits(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": "qqqq wwww xxxx", "chain": "HYD", "form": "service"}).text
    assert "没有足够相关的供给" in page
    # What is nearest all the same is folded away, and never stands as an answer.
    assert titles(page.split('<details class="remote">')[0]) == []


def test_a_posted_question_moves_to_an_address_that_can_be_shared(client: FlaskClient) -> None:
    answer = client.post("/search", data={"q": NEED, "side": "need", "chain": ["HYD", "ALU"]})
    assert answer.status_code == 303
    parts = urlsplit(answer.location)
    assert (parts.path, parse_qs(parts.query)) == ("/search", {"q": [NEED], "side": ["need"], "chain": ["ALU", "HYD"]})
    assert client.get(answer.location).status_code == 200


def test_a_question_too_long_for_an_address_is_answered_where_it_was_posted(client: FlaskClient) -> None:
    answer = client.post("/search", data={"q": f"{NEED}。" * 40})
    assert answer.status_code == 200
    assert titles(answer.text)[0] == "车载氢气浓度传感器"


@pytest.mark.parametrize("text", ["", "   ", "。。。", "氢\0气", "长" * (MAX_QUERY + 1)])
def test_a_question_that_cannot_be_asked_is_refused_in_words(client: FlaskClient, text: str) -> None:
    posted, fetched = client.post("/search", data={"q": text}), client.get("/search", query_string={"q": text})
    assert (posted.status_code, fetched.status_code) == (400, 400)
    assert "还不能开始匹配" in posted.text


def test_a_refused_question_keeps_text_side_and_filters(client: FlaskClient) -> None:
    page = client.post("/search", data={"q": "长" * (MAX_QUERY + 1), "side": "need", "town": "440605123"}).text
    assert "长" * (MAX_QUERY + 1) + "</textarea>" in page
    assert re.findall(r'value="([^"]+)" checked', page) == ["need", "440605123"]


def test_an_unknown_filter_is_refused_by_name(client: FlaskClient) -> None:
    answer = client.get("/search", query_string={"q": NEED, "chain": "<b>X"})
    assert answer.status_code == 400
    assert "筛选条件里没有“&lt;b&gt;X”这一项。" in answer.text


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>密封圈", "\"'><img src=x onerror=alert(1)>密封圈", "</textarea><b>密封圈"]
)
def test_a_hostile_question_is_shown_as_text(client: FlaskClient, text: str) -> None:
    page = client.get("/search", query_string={"q": text}).text
    assert text not in page
    assert not re.search(r"<script>|<img|</textarea><b>", page)


def test_hostile_listing_text_is_shown_as_text(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": "燃料电池密封圈 script alert"}).text
    assert titles(page)[0].startswith("燃料电池密封圈")
    assert "<script>alert" not in page


def test_a_redacted_offer_hides_its_organisation(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": "燃料电池密封圈注射成型"}).text
    first = page.split('<li class="match">')[1]
    assert "脱敏展示" in first
    assert "佛山市南海测试氢能有限公司" not in first


def test_a_model_that_is_not_there_keeps_the_question(
    make_client: Callable[..., FlaskClient], broken_model: Parts
) -> None:
    answer = make_client(broken_model).get("/search", query_string={"q": NEED})
    assert answer.status_code == 503
    assert "匹配模型还没有准备好" in answer.text
    assert NEED in answer.text
