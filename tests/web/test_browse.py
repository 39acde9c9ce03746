"""The faceted list and what one takes away from it: exact words, true counts, stable pages, spreadsheet and sheet."""

import re
from dataclasses import replace
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from matchmaker.accounts.service import save_organisation
from matchmaker.audit.models import AuditEntry
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit
from matchmaker.listings.service import save_listings
from matchmaker.reference.terms import terms
from tests.factories import USCCS, listing_in, organisation_in
from tests.web.town import REDACTED_OWNER, Town, copy_town

OWNER, LAB = "佛山市南海区试样阀门有限公司", "佛山市南海区试样研究院"
PATENT = "ZL202310012345.6"
FORMULAS = {"title": '=HYPERLINK("http://x.example","点我")', "summary": "+1+1", "partner_sought": "@SUM(A1:A9)"}
# More than a member may export, and nine pages of the list.
MANY = 205
ROWS: list[dict[str, Any]] = [
    {"ref": "alloy", "title": "6061-T6 铝型材框架", "chain_nodes": ["ALU-09"], "price_low": "5", "price_high": "8.5"},
    {"ref": "plate", "title": "6061 铝板切割加工", "chain_nodes": ["ALU-09"], "form": "service", "price_low": "30"},
    {
        "ref": "patent",
        "organisation": USCCS[2],
        "title": "阀门疲劳试验台",
        "ip_no": PATENT,
        "maturity": "mass_production",
    },
    {
        "ref": "near",
        "organisation": USCCS[2],
        "title": "阀门爆破试验台",
        "detail": "见 ZL202310012345.8",
        "form": "service",
    },
    {"ref": "formula", "detail": "单元格不是公式。", **FORMULAS},
]


@pytest.fixture(scope="module")
def market(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town with more to choose from, only to be looked at."""
    found = copy_town(town, tmp_path_factory.mktemp("market"))
    system = Actor.system("test")
    lab = {"uscc": USCCS[2], "name": LAB, "kind": "research_platform", "town": "440605011"}
    titles = [{"title": "high_tech", "valid_to": "2099-01-01"}, {"title": "srdi", "valid_to": "2020-01-01"}]
    many = [listing_in(ref=f"many{n}", side="need", title=f"批量求购密封件第{n:03d}号") for n in range(MANY)]
    with unit(found.parts.sessions) as session:
        save_organisation(session, system, data=organisation_in(titles=titles))
        save_organisation(session, system, data=organisation_in(**lab, titles=titles[:1]))
        rows = save_listings(session, system, data=[listing_in(**row) for row in ROWS] + many)
        return replace(found, ids=found.ids | {str(row.source_ref): row.id for row in rows})


@pytest.fixture(scope="module")
def visitor(market: Town) -> FlaskClient:
    """Somebody who is not logged in and reads Chinese."""
    return market.client()


def listed(client: FlaskClient, address: str) -> list[int]:
    """The numbers of the listings on one page of the list, in their order."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return [int(number) for number in re.findall(r'<td[^>]*><a[^>]*href="/listings/(\d+)"', answer.text)]


def refs(market: Town, visitor: FlaskClient, address: str) -> set[str]:
    by_id = {market.ids[ref]: ref for ref in ("offer", "hidden", *(row["ref"] for row in ROWS))}
    return {by_id[number] for number in listed(visitor, address)}


def counts(page: str) -> dict[tuple[str, str], int]:
    """What the page promises for each choice: parameter and value to number."""
    pattern = r'name="(\w+)" value="([\w-]+)"[^>]*>(?:<span>[^<]*</span>)<span[^>]*>(\d+)</span>'
    return {(name, value): int(number) for name, value, number in re.findall(pattern, page)}


def sheet_of(client: FlaskClient, address: str) -> list[list[Any]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(answer.data)).active.iter_rows()]


def pdf_text(client: FlaskClient, number: int) -> str:
    answer = client.get(f"/listings/{number}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages).replace("\n", "")


def exports(market: Town) -> list[tuple[str, int]]:
    """Who took out how many rows, by the audit log."""
    with reading(market.parts.sessions) as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "listings.export").order_by(AuditEntry.number)
        )
        return [(row.actor, row.detail["rows"]) for row in rows]


@pytest.mark.parametrize("asked", ["side=offer", "side=offer&town=440605123&form=product", "q=6061&chain=ALU"])
def test_every_count_on_the_page_is_what_its_choice_gives(visitor: FlaskClient, asked: str) -> None:
    promised = counts(visitor.get(f"/listings?{asked}").text)
    names = {name for name, _value in promised}
    assert names >= {"chain", "town", "form", "kind", "title", "price"}
    for (name, value), number in promised.items():
        others = re.sub(rf"&?{name}=[^&]*", "", asked)
        assert len(listed(visitor, f"/listings?{others}&{name}={value}")) == number, (name, value)


def test_a_choice_says_its_name_and_the_titles_that_lapsed_are_none(visitor: FlaskClient) -> None:
    page = visitor.get("/listings?side=offer&chain=ALU").text
    shown = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert re.search(r"丹灶镇 2 .*类型 产品 1 .*服务 1 .*高新技术企业 2 ", shown)
    assert "共 2 条" in shown
    chains = {value: number for (name, value), number in counts(page).items() if name == "chain"}
    assert chains == {"ALU": 2, "HYD": 4, "MAC": 1}, "the other choices stay on offer"
    assert ("title", "high_tech") in counts(page) and ("title", "srdi") not in counts(page)


def test_several_values_of_one_facet_widen_and_two_facets_narrow(market: Town, visitor: FlaskClient) -> None:
    assert refs(market, visitor, "/listings?chain=ALU") == {"alloy", "plate"}
    assert refs(market, visitor, "/listings?chain=ALU&chain=MAC") == {"alloy", "plate", "hidden"}
    assert refs(market, visitor, "/listings?chain=ALU&chain=MAC&form=service") == {"plate"}
    assert refs(market, visitor, "/listings?kind=research_platform&form=product") == {"patent"}
    assert refs(market, visitor, "/listings?price=under_10&price=from_10_to_100") == {"offer", "alloy", "plate"}
    assert refs(market, visitor, "/listings?title=srdi") == set()


def test_the_list_is_sorted_as_asked_and_what_has_no_price_comes_last(market: Town, visitor: FlaskClient) -> None:
    ids = market.ids
    priced = [ids["offer"], ids["alloy"], ids["plate"]]
    assert listed(visitor, "/listings?sort=price_up")[:3] == priced
    assert listed(visitor, "/listings?sort=price_down")[:3] == priced[::-1]
    assert listed(visitor, "/listings?sort=ending")[0] == ids["offer"], "the only one that ends"
    assert listed(visitor, "/listings")[0] == ids["formula"], "the newest"


@pytest.mark.parametrize("sort", ["newest", "price_up"])
def test_pages_neither_overlap_nor_leave_out_and_one_beyond_the_last_is_the_last(
    market: Town, visitor: FlaskClient, sort: str
) -> None:
    address = f"/listings?side=need&q=密封件第0&sort={sort}&page="
    pages = [listed(visitor, f"{address}{number}") for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [25, 25, 25, 25]
    assert sorted(number for page in pages for number in page) == sorted(
        market.ids[f"many{number}"] for number in range(100)
    )
    for beyond in ("5", "99", "9" * 30):
        assert listed(visitor, f"{address}{beyond}") == pages[-1]
    assert "第 4 页，共 4 页" in visitor.get(f"{address}99").text
    assert [listed(visitor, f"{address}{odd}") for odd in ("0", "-3", "x")] == [pages[0]] * 3


def test_an_address_shows_somebody_else_the_same_list(market: Town, visitor: FlaskClient) -> None:
    asked = "side=need&q=密封件&town=440605123&town=440605011&chain=HYD&sort=price_up"
    page = market.client("member").get(f"/listings?{asked}").text
    following = unescape(re.findall(r'rel="next" href="([^"]*)"', page)[0])
    shown = visitor.get(following).text
    assert len(listed(visitor, following)) == 25
    assert set(listed(visitor, following)).isdisjoint(listed(visitor, f"/listings?{asked}"))
    chosen = re.findall(r'name="(\w+)" value="([\w-]+)" checked', shown)
    assert set(chosen) == {("chain", "HYD"), ("town", "440605123"), ("town", "440605011")}
    assert 'value="price_up" selected' in shown and 'value="密封件"' in shown
    assert listed(visitor, following) == listed(market.client("stranger"), following)


@pytest.mark.parametrize(
    "asked",
    [
        {"side": "both"},
        {"sort": "best"},
        {"price": "cheap"},
        {"kind": "bank"},
        {"cooperation": "gift"},
        {"node": "HYD-99", "title": "king", "maturity": "old", "chain": ["HYD", "XYZ"]},
    ],
)
def test_values_that_do_not_exist_are_refused_by_name(market: Town, asked: dict[str, Any]) -> None:
    wrong = {value for given in asked.values() for value in ([given] if isinstance(given, str) else given)} - {"HYD"}
    client = market.client("member")
    for address in ("/listings", "/listings/export.xlsx"):
        answer = client.get(address, query_string=asked)
        assert answer.status_code == 400
        assert set(re.findall("筛选条件里没有“([^”]*)”这一项", answer.text)) == wrong


def test_a_hostile_address_is_answered_with_text(visitor: FlaskClient) -> None:
    script = "<script>alert(1)</script>"
    refused = visitor.get("/listings", query_string={"town": script + "长" * 60})
    empty = visitor.get("/listings", query_string={"q": f'{script}"><img src=x>'})
    assert (refused.status_code, empty.status_code) == (400, 200)
    for answer in (refused, empty):
        assert script not in answer.text and "<img" not in answer.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "长" * 60 not in refused.text, "a long value is named by its start"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("6061-T6", {"alloy"}),
        ("6061-t6 框架", {"alloy"}),
        ("6061", {"alloy", "plate"}),
        (PATENT, {"patent"}),
        ("ZL202310012345", {"patent", "near"}),
        ("试样研究院，疲劳", {"patent"}),
        ("6061%T6", set()),
        ("6061_T6", set()),
        ("ZL2026SECRET01", set()),
    ],
)
def test_grades_and_patent_numbers_are_found_exactly(
    market: Town, visitor: FlaskClient, words: str, expected: set[str]
) -> None:
    assert refs(market, visitor, f"/listings?q={words.replace('%', '%25')}") == expected


def test_nothing_found_leads_on_to_the_search_by_meaning(visitor: FlaskClient) -> None:
    page = unquote(unescape(visitor.get("/listings?side=need&q=没有这种阀").text))
    assert "没有符合条件的信息" in page and 'href="/search?q=没有这种阀&side=need"' in page


ENGLISH = ["No.", "Side", "Title", "Summary", "Form", "Chain nodes", "Organisation", "Town", "Maturity", "Cooperation"]
CHINESE = ["编号", "方向", "名称", "简介", "类型", "产业链环节", "发布单位", "镇街", "成熟度", "合作方式"]


def test_the_export_speaks_the_pages_language(market: Town) -> None:
    client = market.client("member")
    chinese = sheet_of(client, "/listings/export.xlsx?q=6061-T6")
    client.get("/language/en")
    english = sheet_of(client, "/listings/export.xlsx?q=6061-T6")
    assert (chinese[0][:10], english[0][:10]) == (CHINESE, ENGLISH)
    assert [row[1] for row in (chinese[1], english[1])] == ["供给", "Offer"]
    assert (chinese[1][4], english[1][4], chinese[1][7]) == (terms("form")["product"], "Product", "丹灶镇")


def test_the_export_holds_the_list_as_asked_with_numbers_and_days(market: Town) -> None:
    client = market.client("stranger")
    rows = sheet_of(client, "/listings/export.xlsx?price=under_10&price=from_10_to_100&sort=price_up")
    assert [row[0] for row in rows[1:]] == [market.ids[ref] for ref in ("offer", "alloy", "plate")]
    by_head = dict(zip(rows[0], rows[1], strict=True))
    assert (by_head["发布单位"], by_head["价格下限（万元）"], by_head["价格上限（万元）"]) == (OWNER, 1, 2)
    assert by_head["有效期至"] == datetime(2099, 12, 31)
    assert rows[2][10:12] == [5, 8.5]


def test_no_cell_of_the_export_is_a_formula(market: Town) -> None:
    answer = market.client("member").get("/listings/export.xlsx?q=单元格不是公式")
    cells = [cell for row in load_workbook(BytesIO(answer.data)).active.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    shown = [str(cell.value) for cell in cells]
    assert [text for text in FORMULAS.values() if f"'{text}" not in shown] == []


def test_a_member_takes_out_fewer_rows_than_the_staff_and_every_export_is_on_record(market: Town) -> None:
    before = len(exports(market))
    address = "/listings/export.xlsx?side=need&q=批量求购"
    member = market.client("member")
    assert len(sheet_of(member, address)) == 200 + 1
    assert "导出以 200 行为限，请缩小范围后再导出其余部分。" in member.get("/listings").text
    assert len(sheet_of(market.client("organiser"), address)) == MANY + 1
    assert member.get("/listings/export.xlsx?side=both").status_code == 400
    assert exports(market)[before:] == [("梁业主", 200), ("霍组织", MANY)]


def test_the_sheet_names_title_and_owner_in_the_pages_language(market: Town) -> None:
    client, number = market.client(), market.ids["offer"]
    chinese = pdf_text(client, number)
    client.get("/language/en")
    english = pdf_text(client, number)
    for text in ("七十兆帕高压氢气减压阀", OWNER, f"/listings/{number}", "耐压一百零五兆帕"):
        assert text in chinese and text in english
    assert all(text in chinese for text in ("发布单位", "丹灶镇", "1–2 万元", "2099-12-31"))
    assert all(text in english for text in ("Organisation", "Danzao", "CNY 10,000–20,000", "2099-12-31"))


def test_the_sheet_of_a_redacted_listing_says_that_the_owner_is_hidden(market: Town) -> None:
    hidden = pdf_text(market.client("member"), market.ids["hidden"])
    assert "伺服电机小批量供应" in hidden and "脱敏展示，双方同意对接后公开" in hidden
    assert REDACTED_OWNER not in hidden and USCCS[1] not in hidden
    assert REDACTED_OWNER in pdf_text(market.client("stranger"), market.ids["hidden"])


def test_the_sheet_takes_markup_for_text(own_town: Town) -> None:
    odd = '<b>减压阀</b> & <font size="90">阀</font> <img src="file:///etc/passwd"/>'
    with unit(own_town.parts.sessions) as session:
        row = save_listings(session, own_town.actor("member"), data=[listing_in(title=odd, detail=f"{odd}\n第二行")])[0]
        number = row.id
    text = pdf_text(own_town.client(), number).replace(" ", "")
    assert text.count(odd.replace(" ", "")) == 2 and "第二行" in text


def test_there_is_no_sheet_of_what_is_not_published(market: Town) -> None:
    for who in (None, "stranger"):
        assert market.client(who).get(f"/listings/{market.ids['draft_listing']}.pdf").status_code == 404
    assert "还没写完的阀门供给" in pdf_text(market.client("colleague"), market.ids["draft_listing"])
