"""Faceted search: exact words, counts that come true, stable pages, the same queries for any number of rows."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from matchmaker.listings.browsing import CODED, Browsed, PriceBand, Sort, browse, words_of
from matchmaker.listings.facet_counts import facet_counts
from matchmaker.listings.rules import Side
from tests.factories import USCCS, make_listing, make_organisation


@pytest.fixture
def market(session: Session) -> Session:
    make_organisation(session, titles=[{"title": "high_tech"}, {"title": "srdi", "valid_to": "2020-01-01"}])
    make_organisation(
        session, uscc=USCCS[1], name="佛山市南海区隐名电机有限公司", town="440605011", kind="research_platform"
    )
    rows: list[dict[str, Any]] = [
        {"ref": "a", "title": "6061-T6 铝型材框架", "price_low": "5", "price_high": "8", "cooperation": ["supply"]},
        {"ref": "b", "title": "6061 铝板切割加工", "chain_nodes": ["ALU-09"], "form": "service", "price_low": "30"},
        {"ref": "c", "title": "阀门疲劳试验", "ip_no": "ZL202310012345.6", "maturity": "mass_production"},
        {"ref": "d", "title": "按件计价的密封圈", "price_low": "0.01", "price_unit": "piece"},
        {
            "ref": "e",
            "organisation": USCCS[1],
            "title": "伺服电机小批量供应",
            "ip_no": "ZL2026SECRET01",
            "visibility": "redacted",
            "price_low": "300",
            "cooperation": ["supply", "joint_development"],
        },
        {"ref": "f", "title": "不公开的阀门", "visibility": "consent"},
        {"ref": "g", "title": "草稿里的阀门", "state": "draft"},
        {"ref": "n", "side": "need", "title": "求购铝型材一批"},
    ]
    for row in rows:
        make_listing(session, **row)
    return session


def refs(session: Session, **asked: Any) -> set[str]:
    return {str(row.source_ref) for row in browse(session, Browsed(**asked), per_page=50).rows}


def some(*codes: str) -> frozenset[str]:
    return frozenset(codes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6061-T6", {"a"}),
        ("6061-t6", {"a"}),
        ("6061", {"a", "b"}),
        ("铝 加工", {"b"}),
        ("ZL202310012345.6", {"c"}),
        ("100%_", set()),
        ("试样阀门", {"a", "b", "c", "d"}),
    ],
)
def test_words_are_found_exactly_and_all_of_them(market: Session, text: str, expected: set[str]) -> None:
    assert refs(market, text=text) == expected


@pytest.mark.parametrize("text", ["ZL2026SECRET01", "隐名电机"])
def test_a_redacted_listing_is_not_found_by_what_it_hides(market: Session, text: str) -> None:
    assert refs(market, text=text) == set()


@pytest.mark.parametrize("title", ["high_tech", "srdi"])
def test_titles_count_while_they_hold_and_never_for_redacted_owners(market: Session, title: str) -> None:
    assert refs(market, titles=some(title)) == ({"a", "b", "c", "d"} if title == "high_tech" else set())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"a", "b", "c", "d", "e"}),
        ({"side": Side.NEED}, {"n"}),
        ({"chains": some("ALU")}, {"b"}),
        ({"nodes": some("HYD-09"), "forms": some("product")}, {"a", "c", "d", "e"}),
        ({"towns": some("440605011")}, {"e"}),
        ({"kinds": some("research_platform")}, {"e"}),
        ({"maturities": some("mass_production")}, {"c"}),
        ({"cooperations": some("joint_development")}, {"e"}),
        ({"prices": some("under_10", "over_100")}, {"a", "e"}),
        ({"prices": some("open")}, {"c"}),
        ({"prices": some("from_10_to_100")}, {"b"}),
    ],
)
def test_facets_narrow_the_list(market: Session, asked: dict[str, Any], expected: set[str]) -> None:
    assert refs(market, **asked) == expected


def test_every_count_is_the_number_of_rows_its_choice_gives(market: Session) -> None:
    asked = Browsed(towns=some("440605123"))
    counts = facet_counts(market, asked)
    assert counts["prices"] == {PriceBand.OPEN: 1, PriceBand.UNDER_10: 1, PriceBand.FROM_10_TO_100: 1}
    for name, values in counts.items():
        for code, number in values.items():
            chosen = {"towns": some("440605123"), name: some(code)}
            assert len(refs(market, **chosen)) == number, (name, code)


def test_facets_offer_every_value_of_their_kind(market: Session) -> None:
    assert set(CODED) <= set(facet_counts(market, Browsed()))


@pytest.mark.parametrize(("sort", "first"), [(Sort.PRICE_UP, "d"), (Sort.PRICE_DOWN, "e"), (Sort.NEWEST, "e")])
def test_the_order_is_the_one_asked_for(market: Session, sort: Sort, first: str) -> None:
    assert browse(market, Browsed(sort=sort), per_page=2).rows[0].source_ref == first


@pytest.mark.parametrize("sort", Sort)
def test_pages_neither_overlap_nor_leave_out(market: Session, sort: Sort) -> None:
    pages = [browse(market, Browsed(sort=sort, page=number), per_page=2) for number in (1, 2, 3)]
    found = [row.source_ref for page in pages for row in page.rows]
    assert (sorted(map(str, found)), pages[0].last) == (["a", "b", "c", "d", "e"], 3)
    assert browse(market, Browsed(sort=sort, page=99), per_page=2).number == 3


def test_one_row_and_many_take_the_same_number_of_queries(market: Session) -> None:
    def count(per_page: int) -> int:
        market.expire_all()
        seen: list[str] = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(market.get_bind(), "before_cursor_execute", listener)
        page = browse(market, Browsed(), per_page=per_page)
        assert [row.organisation.name for row in page.rows] and [row.node_ids for row in page.rows]
        event.remove(market.get_bind(), "before_cursor_execute", listener)
        return len(seen)

    market.flush()
    market.expunge_all()
    one = count(1)
    market.expunge_all()
    assert count(50) == one


def test_words_are_divided_at_blanks_and_commas_only() -> None:
    assert words_of(" 6061-T6，ZL2023.6、PA66+GF30 ") == ["6061-T6", "ZL2023.6", "PA66+GF30"]
    assert len(words_of("词 " * 30)) == 8
