"""Every line that a decision can have is said in English too, with the same numbers; what is stored stays Chinese."""

import re
from typing import Any

import pytest
from hypothesis import given

from matchmaker.subsidies.engine import decide, inputs_for
from matchmaker.subsidies.english import in_english
from matchmaker.subsidies.facts import Before
from matchmaker.subsidies.policy import load_policy
from matchmaker.subsidies.reasons import Reason, ReasonCode
from tests.subsidies.claim_rows import FORMAT, Row, claim, decided, facts, paid, uscc, varied
from tests.subsidies.test_engine import ALL_ROLES, FAILS, PRINTED, licence
from tests.subsidies.test_properties import POLICIES, QUICK, claims, run
from tests.subsidies.test_tiers import SANMING, traded

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
ENDING = load_policy(FORMAT.replace("valid_from: 2023-01-01", "valid_from: 2023-01-01\nvalid_to: 2024-12-31"))
FIRST, SECOND = paid("500000", "2025-05-01"), paid("700000", "2026-05-01")
LEFT_OUT = [
    paid("100000", "2025-02-09"),
    paid("200000", "2026-04-01"),
    paid("300000", invoice=False),
    paid("400000", bank_receipt=False),
    paid("500000", technology_amount="400000"),
    paid("600000"),
]


def _applicant(number: int, **known: Any) -> Row:
    return {"applicant": {"uscc": uscc(number), "division": "440605"} | known}


def _others() -> list[Reason]:
    """The lines that no single failed rule brings: payments, later years, tiers, caps, aid from above, the budget."""
    no_rate = varied({"beneficiaries.buyer.rates": {"DEV": 0.05}})
    capped = varied(ALL_ROLES | {"caps.per_contract_all_roles": 7_000_000, "beneficiaries.seller.unit_year_cap": 10})
    low = varied(ALL_ROLES | {"caps.per_unit_per_year": 7_000_000})
    one = {"contract_id": "one"}
    shared = decide(PRINTED, inputs_for(PRINTED, facts(claim()), Before(), share=45_000_01))
    outcomes = [
        *decided(PRINTED, claim(contract={"payments": LEFT_OUT})),
        *decided(PRINTED, claim(contract={"payments": [paid("2400000", technology_amount="2400000"), paid("600000")]})),
        *decided(no_rate, claim(contract={"kind": "CON"})),
        *decided(ENDING, claim()),
        *decided(PRINTED, licence(1, 2026, [FIRST]), licence(2, 2027, [SECOND]), licence(3, 2028, [FIRST, SECOND])),
        *decided(PRINTED, licence(1, 2026, [paid("0.19")]), licence(2, 2027, [paid("0.19"), paid("0.01")])),
        *decided(varied({"multi_year": False}), licence(1, 2026, [FIRST]), licence(2, 2026, [FIRST])),
        *decided(SANMING, *traded([600_000, 11_000_000], division="350402", year=2024)),
        *decided(capped, claim("A", contract=one), claim("B", role="seller", contract=one, **_applicant(2))),
        *decided(low, claim("A"), claim("B"), claim("C", role="seller")),
        *decided(PRINTED, claim(higher_level_aid="40000"), claim("D", higher_level_aid="900000")),
        *decided(
            PRINTED,
            licence(1, 2026, [FIRST], higher_level_aid="30000"),
            licence(2, 2027, [FIRST, SECOND], higher_level_aid="30000"),
        ),
        *decided(varied({"stacking.higher_level_aid": "exclude"}), claim(higher_level_aid="40000")),
        *decided(varied(ALL_ROLES), claim(role="intermediary"), claim("E", role="intermediary", **_mandate())),
        *decided(PRINTED, claim(**_applicant(1, seriously_dishonest=True))),
        *decided(PRINTED, claim(contract={"registration_no": "粤科登字 7"})),
        shared,
    ]
    return [reason for outcome in outcomes for reason in outcome.reasons]


def _mandate() -> Row:
    return _applicant(1, paid_mandate=False)


def _failed() -> list[Reason]:
    rows = [claim(contract=contract, **changes) for changes, contract, _code in FAILS]
    return [reason for row in rows for outcome in decided(PRINTED, row) for reason in outcome.reasons]


def numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d[\d,.-]*\d|\d", text))


def test_every_line_has_its_english_with_the_same_numbers() -> None:
    found = [*_failed(), *_others()]
    assert {one.code for one in found} == set(ReasonCode)
    for one in found:
        english = in_english(one.text)
        assert english and not CHINESE.search(english), one
        assert numbers(english) == numbers(one.text), one


@pytest.mark.parametrize("name", POLICIES)
@QUICK
@given(rows=claims())
def test_whatever_is_decided_can_be_said_in_english(name: str, rows: list[Row]) -> None:
    for _inputs, outcome in run(POLICIES[name], rows):
        for one in outcome.reasons:
            assert in_english(one.text), one


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        (
            "技术交易额 2,400,000 元 × 已付 1,500,000 元 ÷ 合同成交额 3,000,000 元 = 1,200,000 元",
            "Technology amount CNY 2,400,000 × CNY 1,500,000 paid ÷ contract total CNY 3,000,000 = CNY 1,200,000",
        ),
        (
            "本单位 2026 年作为卖方最高 30,000 元，本次至多 30,000 元",
            "At most CNY 30,000 for this unit in 2026 as seller; this time up to CNY 30,000",
        ),
        ("0 元至 100,000 元部分 60,000.05 元 × 0.5 %", "CNY 60,000.05 between CNY 0 and CNY 100,000 × 0.5 %"),
    ],
)
def test_a_line_reads_like_english(chinese: str, english: str) -> None:
    assert in_english(chinese) == english


@pytest.mark.parametrize("text", ["", "另有约定", "合计 60,000 元；另有约定", "60,000 元 × 5 % = 3,000 元 "])
def test_a_sentence_of_no_known_form_is_not_guessed_at(text: str) -> None:
    assert in_english(text) is None
