"""Yearly tiers give the figures that Sanming and Fuqing published; a unit's next contract goes on where it stopped."""

import pytest

from matchmaker.subsidies.facts import Outcome
from matchmaker.subsidies.reasons import ReasonCode
from tests.subsidies.claim_rows import Row, claim, decided, paid, seed, seed_text, uscc, varied

SANMING, FUQING = seed("sanming-2024"), seed("fuqing-2021")


def traded(amounts: list[int], *, division: str, year: int, role: str = "seller", unit: int = 1) -> list[Row]:
    """Claims of one unit in one year, one contract for each amount in yuan, all technology and all paid."""
    return [
        claim(
            f"{year}-{unit}-{number:02d}",
            role=role,
            applied_on=f"{year}-11-{number:02d}",
            applicant={"uscc": uscc(unit), "division": division},
            contract={
                "total_amount": f"{amount}.00",
                "technology_amount": f"{amount}.00",
                "signed_on": f"{year}-01-10",
                "registered_on": f"{year}-02-01",
                "matched_on": None,
                "payments": [paid(f"{amount}.00", f"{year}-05-01")],
            },
        )
        for number, amount in enumerate(amounts, start=1)
    ]


def sanming(*amounts: int) -> list[Outcome]:
    return decided(SANMING, *traded(list(amounts), division="350402", year=2024))


def fuqing(*amounts: int, role: str = "seller") -> list[Outcome]:
    return decided(FUQING, *traded(list(amounts), division="350181", year=2022, role=role))


def yuan(outcomes: list[Outcome]) -> list[float]:
    return [one.amount / 100 for one in outcomes]


@pytest.mark.parametrize(
    ("amount", "aid"),
    [
        (100_000, 1_000),
        (1_000_000, 1_000 + 4_500),
        (11_000_000, 5_500 + 10_000),
        (45_500_000, 50_000),
        (45_499_000, 49_999),
        (100_000_000, 50_000),
    ],
)
def test_sanming_pays_by_three_tiers_up_to_fifty_thousand(amount: int, aid: int) -> None:
    assert yuan(sanming(amount)) == [aid]


@pytest.mark.parametrize(
    ("amount", "aid"),
    [
        (30_000_000, 150_000),
        (130_000_000, 150_000 + 300_000),
        (313_330_000, 999_990),
        (313_340_000, 1_000_000),
        (500_000_000, 1_000_000),
    ],
)
def test_fuqing_reaches_its_cap_at_three_hundred_and_thirteen_million(amount: int, aid: int) -> None:
    assert yuan(fuqing(amount)) == [aid]


@pytest.mark.parametrize(
    ("amount", "aid"),
    [(199_999, 0), (200_000, 20_000), (1_999_990, 199_999), (2_000_000, 200_000), (9_000_000, 200_000)],
)
def test_fuqing_buyers_get_a_tenth_from_two_hundred_thousand_on(amount: int, aid: int) -> None:
    assert yuan(fuqing(amount, role="buyer")) == [aid]


def test_a_later_contract_starts_where_the_earlier_stopped() -> None:
    assert yuan(sanming(60_000, 60_000, 900_000, 1_000_000)) == [600, 400 + 100, 4_400 + 20, 1_000]
    assert sum(yuan(sanming(60_000, 60_000, 900_000, 1_000_000))) == sum(yuan(sanming(2_020_000)))
    assert yuan(fuqing(20_000_000, 20_000_000)) == [100_000, 50_000 + 30_000]


def test_tiers_are_said_one_by_one() -> None:
    last = sanming(60_000, 60_000)[-1]
    said = [one.text for one in last.reasons if one.code in (ReasonCode.TIER, ReasonCode.TIERS_TOTAL)]
    assert said == [
        "本单位本年度此前已计 60,000 元，接着分档",
        "0 元至 100,000 元部分 40,000 元 × 1 %",
        "100,000 元至 1,000,000 元部分 20,000 元 × 0.5 %",
        "各档合计 500 元",
    ]


def test_tiers_start_again_for_another_unit_and_for_another_year() -> None:
    policy = varied({"valid_to": None}, text=seed_text("sanming-2024"))
    rows = [
        *traded([100_000], division="350402", year=2024),
        *traded([100_000], division="350402", year=2024, unit=2),
        *traded([100_000], division="350402", year=2025),
    ]
    assert yuan(decided(policy, *rows)) == [1_000, 1_000, 1_000]


def test_what_the_yearly_cap_cut_under_tiers_is_not_left_for_the_next_year() -> None:
    policy = varied({"valid_to": None}, text=seed_text("sanming-2024"))
    first, again = (traded([100_000_000], division="350402", year=2024)[0] for _ in range(2))
    again |= {"claim_id": "again", "applied_on": "2025-03-01"}
    assert yuan(decided(policy, first, again)) == [50_000, 0]


def test_a_city_takes_in_its_districts_and_counties() -> None:
    inside, outside = (traded([100_000], division=code, year=2024) for code in ("350481", "350581"))
    assert yuan(decided(SANMING, *inside)) == [1_000]
    assert decided(SANMING, *outside)[0].reasons[0].code == ReasonCode.OUTSIDE_DIVISION
