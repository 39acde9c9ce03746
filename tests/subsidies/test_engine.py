"""The engine gives the published vectors to the fen, says why line by line, and names every rule that a claim fails."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from matchmaker.core.errors import Invalid
from matchmaker.subsidies.books import Books
from matchmaker.subsidies.engine import decide, inputs_for, replay, shared
from matchmaker.subsidies.facts import Before, Inputs, Outcome
from matchmaker.subsidies.policy import load_policy
from matchmaker.subsidies.reasons import ReasonCode
from tests.subsidies.claim_rows import FOLDER, FORMAT, claim, decided, facts, paid, seed, uscc, varied

PRINTED = load_policy(FORMAT)
VECTORS = [json.loads(line) for line in (FOLDER / "vectors.jsonl").read_text(encoding="utf-8").splitlines()]
DAYS = ("2025-05-01", "2026-05-01")
ALL_ROLES = {f"beneficiaries.{role}.enabled": True for role in ("seller", "intermediary")}


def vector_rows(vector: dict[str, Any]) -> list[dict[str, Any]]:
    """The claims of a vector, with days at which everything is in order."""
    rows = []
    for number, said in enumerate(vector["claims"], start=1):
        payments = [paid(amount, day) for amount, day in zip(said["paid"], DAYS, strict=False)]
        changes = {key: value for key, value in said.items() if key not in ("contract", "paid")}
        rows.append(claim(f"{vector['name']}-{number}", contract=said["contract"] | {"payments": payments}, **changes))
    return rows


@pytest.mark.parametrize("policy", [PRINTED, seed("nh-techdeal-2023")], ids=["printed", "shipped"])
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors_come_out_to_the_fen(vector: dict[str, Any], policy: Any) -> None:
    lines = [json.loads(outcome.line()) for outcome in decided(policy, *vector_rows(vector))]
    assert [line["amount"] for line in lines] == vector["amounts"]
    assert [line["base"] for line in lines] == vector["bases"]


def texts(outcome: Outcome, *codes: ReasonCode) -> list[str]:
    return [one.text for one in outcome.reasons if not codes or one.code in codes]


def test_every_step_stands_in_a_line_of_its_own() -> None:
    (outcome,) = decided(PRINTED, claim(higher_level_aid="40000"))
    assert texts(outcome) == [
        "技术交易额 2,400,000 元 × 已付 1,500,000 元 ÷ 合同成交额 3,000,000 元 = 1,200,000 元",
        "1,200,000 元 × 5 % = 60,000 元",
        "同一事项上级已扶持 40,000 元，只补差额：60,000 元 − 40,000 元 = 20,000 元",
        "有无严重失信未载明，由审核人员核查",
    ]


def test_caps_and_what_was_granted_before_are_said() -> None:
    last = decided(PRINTED, *vector_rows(VECTORS[2]))[-1]
    assert texts(last, ReasonCode.GRANTED_BEFORE, ReasonCode.UNIT_YEAR_CAP) == [
        "本单位 2026 年此前已扶持 600,000 元",
        "本单位 2026 年最高 1,000,000 元，本次至多 400,000 元",
    ]


# What is changed in a claim that is in order, and the rule it then fails.
FAILS = [
    ({"applied_on": "2022-03-10"}, {}, ReasonCode.POLICY_NOT_IN_FORCE),
    ({"applied_on": "2026-02-28"}, {}, ReasonCode.OUTSIDE_WINDOW),
    ({"applied_on": "2026-04-01"}, {}, ReasonCode.OUTSIDE_WINDOW),
    ({"role": "seller"}, {}, ReasonCode.ROLE_NOT_SUPPORTED),
    ({"applicant": {"uscc": "91440605YYYY01015P", "division": "440604"}}, {}, ReasonCode.OUTSIDE_DIVISION),
    ({}, {"matched_on": None}, ReasonCode.NOT_VIA_PLATFORM),
    ({}, {"matched_on": "2025-02-11"}, ReasonCode.MATCHED_AFTER_SIGNING),
    ({}, {"registration_no": None}, ReasonCode.NOT_REGISTERED),
    ({}, {"registration_no": ""}, ReasonCode.NOT_REGISTERED),
    ({}, {"registered_on": None}, ReasonCode.NOT_REGISTERED),
    ({}, {"registered_on": "2026-03-11"}, ReasonCode.NOT_REGISTERED),
    ({}, {"registered_on": "2025-02-09"}, ReasonCode.REGISTERED_OUTSIDE_VALIDITY),
    ({}, {"valid_until": "2025-03-04"}, ReasonCode.REGISTERED_OUTSIDE_VALIDITY),
    ({}, {"registered_on": "2026-01-01"}, ReasonCode.REGISTRATION_NOT_IN_YEAR),
    ({}, {"related_party": "declared"}, ReasonCode.RELATED_PARTY),
    ({}, {"related_party": "detected"}, ReasonCode.RELATED_PARTY),
    ({}, {"fiscal_fund": True}, ReasonCode.FISCAL_FUND),
    ({}, {"technology_amount": "3000000.01"}, ReasonCode.AMOUNTS_CONTRADICT),
    ({}, {"technology_amount": "0"}, ReasonCode.AMOUNTS_CONTRADICT),
    ({}, {"payments": [paid("10", technology_amount="10.01")]}, ReasonCode.AMOUNTS_CONTRADICT),
    ({}, {"payments": [paid("3000000"), paid("0.01")]}, ReasonCode.PAID_ABOVE_TOTAL),
    ({}, {"technology_amount": "99999.99"}, ReasonCode.BELOW_FLOOR),
    ({}, {"payments": []}, ReasonCode.NO_COUNTED_PAYMENT),
]


@pytest.mark.parametrize(("changes", "contract", "code"), FAILS, ids=[f"{one[2]}-{n}" for n, one in enumerate(FAILS)])
def test_a_failed_rule_is_named_and_grants_nothing(changes: Any, contract: Any, code: ReasonCode) -> None:
    (outcome,) = decided(PRINTED, claim(contract=contract, **changes))
    assert (outcome.eligible, outcome.base, outcome.amount, outcome.used_base) == (False, 0, 0, 0)
    assert code in {one.code for one in outcome.reasons}


def test_all_failed_rules_are_named_at_once() -> None:
    contract = {"related_party": "declared", "fiscal_fund": True, "matched_on": None, "registration_no": None}
    (outcome,) = decided(PRINTED, claim(role="seller", contract=contract))
    assert [one.code for one in outcome.reasons] == [
        ReasonCode.ROLE_NOT_SUPPORTED,
        ReasonCode.NOT_REGISTERED,
        ReasonCode.NOT_VIA_PLATFORM,
        ReasonCode.RELATED_PARTY,
        ReasonCode.FISCAL_FUND,
    ]


@pytest.mark.parametrize(
    ("changes", "contract"),
    [
        ({"applied_on": "2026-03-01"}, {}),
        ({"applied_on": "2026-03-31"}, {}),
        ({}, {"matched_on": "2025-02-10"}),
        ({}, {"registered_on": "2025-02-10"}),
        ({}, {"valid_until": "2025-03-05"}),
        ({}, {"registered_on": "2025-12-31"}),
        ({}, {"related_party": "cleared"}),
        ({"applicant": {"uscc": "91440605YYYY01015P", "division": "440605121"}}, {}),
        ({}, {"total_amount": "100000", "technology_amount": "100000", "payments": [paid("100000")]}),
    ],
)
def test_on_the_line_is_still_inside(changes: Any, contract: Any) -> None:
    (outcome,) = decided(PRINTED, claim(contract=contract, **changes))
    assert outcome.eligible and outcome.amount > 0


def test_a_kind_without_a_rate_is_not_supported() -> None:
    policy = varied({"beneficiaries.buyer.rates": {"DEV": 0.05, "TRF": 0.05}})
    (outcome,) = decided(policy, claim(contract={"kind": "CON"}))
    assert [one.code for one in outcome.reasons] == [ReasonCode.KIND_NOT_SUPPORTED]


def test_payments_that_do_not_count_are_named_one_by_one() -> None:
    payments = [
        paid("100000", "2025-02-09"),
        paid("200000", "2026-04-01"),
        paid("300000", invoice=False),
        paid("400000", bank_receipt=False),
        paid("500000", "2026-03-31"),
    ]
    (outcome,) = decided(PRINTED, claim(contract={"payments": payments}))
    assert outcome.base == 400_000_00
    assert texts(outcome)[:4] == [
        "2025-02-09 付款 100,000 元，早于签订日 2025-02-10，不计入",
        "2026-04-01 付款 200,000 元，晚于申报截止日 2026-03-31，不计入",
        "2025-06-01 付款 300,000 元，没有发票，不计入",
        "2025-06-01 付款 400,000 元，没有银行回单，不计入",
    ]


def test_itemised_payments_count_with_their_own_technology_part() -> None:
    itemised = [paid("1000000", technology_amount="900000"), paid("500000", technology_amount="0")]
    (all_itemised,) = decided(PRINTED, claim(contract={"payments": itemised}))
    assert all_itemised.base == 900_000_00
    (mixed,) = decided(PRINTED, claim(contract={"payments": [*itemised, paid("300000")]}))
    assert mixed.base == 900_000_00 + 300_000_00 * 24 // 30
    most = [paid("2400000", technology_amount="2400000"), paid("600000")]
    (limited,) = decided(PRINTED, claim(contract={"payments": most}))
    assert limited.base == 2_400_000_00


def test_rounding_is_down_to_the_fen_at_every_step() -> None:
    contract = {"total_amount": "300000", "technology_amount": "200000", "payments": [paid("100000.01")]}
    (outcome,) = decided(PRINTED, claim(contract=contract | {"kind": "SVC"}))
    # 66,666.6733… and 2,000.0001
    assert (outcome.base, outcome.amount) == (66_666_67, 2_000_00)
    assert "66,666.67 元 × 3 % = 2,000 元" in texts(outcome)


def test_all_roles_of_a_contract_share_its_cap() -> None:
    policy = varied(ALL_ROLES | {"caps.per_contract_all_roles": 7_000_000})
    contract = {"contract_id": "one"}
    outcomes = decided(
        policy,
        claim("A", contract=contract),
        claim("B", contract=contract, role="seller", applicant={"uscc": uscc(2), "division": "440605"}),
        claim("C", contract=contract, role="intermediary", applicant={"uscc": uscc(3), "division": "440605"}),
    )
    assert [one.amount for one in outcomes] == [60_000_00, 10_000_00, 0]
    assert texts(outcomes[1], ReasonCode.GRANTED_BEFORE, ReasonCode.CONTRACT_CAP) == [
        "本合同（各方合计）此前已扶持 60,000 元",
        "本合同（各方合计）最高 70,000 元，本次至多 10,000 元",
    ]


def test_a_role_has_a_yearly_cap_of_its_own() -> None:
    policy = varied(ALL_ROLES | {"beneficiaries.seller.unit_year_cap": 3_000_000})
    (outcome,) = decided(policy, claim(role="seller", contract={"payments": [paid("3000000")]}))
    assert outcome.amount == 30_000_00
    assert texts(outcome, ReasonCode.UNIT_YEAR_ROLE_CAP) == ["本单位 2026 年作为卖方最高 30,000 元，本次至多 30,000 元"]


@pytest.mark.parametrize(("known", "amount"), [(None, 12_000_00), (True, 12_000_00), (False, 0)])
def test_an_intermediary_needs_a_paid_mandate(known: bool | None, amount: int) -> None:
    policy = varied(ALL_ROLES)
    row = claim(role="intermediary")
    (outcome,) = decided(policy, row | {"applicant": row["applicant"] | {"paid_mandate": known}})
    assert outcome.amount == amount
    assert (ReasonCode.MANDATE_TO_CHECK in {one.code for one in outcome.reasons}) == (known is None)
    assert (ReasonCode.NO_PAID_MANDATE in {one.code for one in outcome.reasons}) == (known is False)


@pytest.mark.parametrize(("known", "eligible"), [(None, True), (False, True), (True, False)])
def test_serious_dishonesty_refuses_where_it_is_known(known: bool | None, eligible: bool) -> None:
    row = claim()
    (outcome,) = decided(PRINTED, row | {"applicant": row["applicant"] | {"seriously_dishonest": known}})
    assert outcome.eligible == eligible
    assert (ReasonCode.CREDIT_TO_CHECK in {one.code for one in outcome.reasons}) == (known is None)


@pytest.mark.parametrize(
    ("rule", "amount", "code"),
    [
        ("top_up_difference", 20_000_00, ReasonCode.HIGHER_LEVEL_AID),
        ("exclude", 0, ReasonCode.HIGHER_LEVEL_AIDED),
        ("ignore", 60_000_00, None),
    ],
)
def test_aid_from_higher_levels_is_topped_up_or_excludes_or_is_ignored(rule: str, amount: int, code: object) -> None:
    (outcome,) = decided(varied({"stacking.higher_level_aid": rule}), claim(higher_level_aid="40000"))
    assert outcome.amount == amount
    assert ({one.code for one in outcome.reasons} & {ReasonCode.HIGHER_LEVEL_AID, ReasonCode.HIGHER_LEVEL_AIDED}) == (
        {code} if code else set()
    )


def test_higher_aid_leaves_nothing_below_nought() -> None:
    (outcome,) = decided(PRINTED, claim(higher_level_aid="60000.01"))
    assert (outcome.eligible, outcome.amount, outcome.higher_level_deducted) == (True, 0, 60_000_00)


# --- later years


def licence(number: int, year: int, payments: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    contract = {"contract_id": "licence", "total_amount": "60000000", "technology_amount": "60000000"}
    return claim(f"L{number}", applied_on=f"{year}-03-10", contract=contract | {"payments": payments}, **changes)


def test_a_later_claim_may_list_all_payments_or_only_the_new_ones() -> None:
    first, second = paid("500000", "2025-05-01"), paid("700000", "2026-05-01")
    listed_all = decided(PRINTED, licence(1, 2026, [first]), licence(2, 2027, [first, second]))
    only_new = decided(PRINTED, licence(1, 2026, [first]), licence(2, 2027, [second]))
    assert [one.amount for one in listed_all] == [one.amount for one in only_new] == [25_000_00, 35_000_00]
    assert texts(only_new[1], ReasonCode.CARRIED_PAYMENTS) == ["此前已计入的付款 500,000 元一并计算"]
    assert texts(only_new[1], ReasonCode.USED_BEFORE) == [
        "已付技术交易额 1,200,000 元 − 此前已计 500,000 元 = 700,000 元"
    ]


def test_a_payment_that_grew_is_not_counted_twice() -> None:
    outcomes = decided(PRINTED, licence(1, 2026, [paid("500000")]), licence(2, 2027, [paid("800000")]))
    assert [one.amount for one in outcomes] == [25_000_00, 15_000_00]


def test_without_a_new_payment_there_is_nothing_new() -> None:
    first, second = decided(PRINTED, licence(1, 2026, [paid("500000")]), licence(2, 2027, [paid("500000")]))
    assert (first.amount, second.amount, second.eligible) == (25_000_00, 0, False)
    assert ReasonCode.NOTHING_NEW in {one.code for one in second.reasons}


def test_a_contract_that_was_never_granted_cannot_be_claimed_a_year_late() -> None:
    (late,) = decided(PRINTED, licence(1, 2027, [paid("500000")]))
    assert [one.code for one in late.reasons] == [ReasonCode.REGISTRATION_NOT_IN_YEAR]


def test_a_policy_may_support_a_contract_once_only() -> None:
    policy = varied({"multi_year": False})
    first = paid("500000", "2025-05-01")
    both = decided(policy, licence(1, 2026, [first]), licence(2, 2026, [first, paid("1", "2025-06-01")]))
    assert [one.amount for one in both] == [25_000_00, 0]
    assert ReasonCode.ALREADY_CLAIMED in {one.code for one in both[1].reasons}


def test_what_the_yearly_cap_cut_is_left_for_the_next_year_until_the_caps_are_used() -> None:
    policy = varied({"caps.per_unit_per_year": 40_000_000})
    rows = [licence(year, year, [paid("24000000")]) for year in (2026, 2027, 2028, 2029)]
    outcomes = decided(policy, *rows)
    assert [one.amount for one in outcomes] == [400_000_00, 400_000_00, 200_000_00, 0]
    assert [one.base for one in outcomes] == [24_000_000_00, 16_000_000_00, 8_000_000_00, 4_000_000_00]


def test_paying_early_gives_no_less_than_paying_late() -> None:
    policy = varied({"caps.per_unit_per_year": 50_000_000})
    early = decided(policy, licence(1, 2026, [paid("20000000")]), licence(2, 2027, [paid("20000000")]))
    half = paid("10000000", "2025-05-01")
    late = decided(policy, licence(1, 2026, [half]), licence(2, 2027, [half, paid("10000000", "2026-05-01")]))
    assert sum(one.amount for one in early) == sum(one.amount for one in late) == 1_000_000_00


def test_fen_that_were_rounded_away_come_in_with_later_payments() -> None:
    payments = [paid("0.19", "2025-05-01"), paid("0.01", "2026-05-01")]
    first, second = decided(PRINTED, licence(1, 2026, payments[:1]), licence(2, 2027, payments))
    assert (first.amount, second.amount) == (0, 1)
    assert texts(second, ReasonCode.RATE) == ["0.20 元 × 5 % − 0.19 元 × 5 % = 0.01 元（各自取整到分）"]


def test_aid_from_above_that_is_stated_again_is_not_taken_off_twice() -> None:
    first, second = paid("1000000", "2025-05-01"), paid("1000000", "2026-05-01")
    again = decided(
        PRINTED,
        licence(1, 2026, [first], higher_level_aid="40000"),
        licence(2, 2027, [first, second], higher_level_aid="40000"),
    )
    assert [one.amount for one in again] == [10_000_00, 50_000_00]
    more = decided(
        PRINTED,
        licence(1, 2026, [first], higher_level_aid="70000"),
        licence(2, 2027, [first, second]),
    )
    # 50,000 were taken off in the first year, 20,000 are left for the second.
    assert [one.amount for one in more] == [0, 30_000_00]


def test_an_amended_amount_changes_what_is_still_to_be_claimed() -> None:
    first = claim("A", contract={"contract_id": "one"})
    less = {"contract_id": "one", "technology_amount": "1800000", "payments": [paid("3000000")]}
    outcomes = decided(PRINTED, first, claim("B", applied_on="2027-03-10", contract=less))
    assert [one.amount for one in outcomes] == [60_000_00, 30_000_00]


# --- what is stored


def test_a_share_of_the_budget_is_part_of_the_decision() -> None:
    read = facts(claim())
    inputs = inputs_for(PRINTED, read, Before(), share=45_000_01)
    outcome = decide(PRINTED, inputs)
    assert (outcome.amount, outcome.unshared) == (45_000_01, 60_000_00)
    assert outcome == shared(decide(PRINTED, replace(inputs, share=None)), 45_000_01)
    assert texts(outcome, ReasonCode.BUDGET_SHARE) == ["年度预算不足，按比例分配：60,000 元核减为 45,000.01 元"]
    assert decide(PRINTED, replace(inputs, share=60_000_00)).unshared is None


def test_inputs_and_outcome_survive_json_and_decide_the_same_again() -> None:
    books = Books()
    for row in vector_rows(VECTORS[6]):
        read = facts(row)
        inputs = inputs_for(PRINTED, read, books.before(read), opens_on=date(2026, 1, 1), closes_on=date(2027, 12, 31))
        outcome = decide(PRINTED, inputs)
        books.add(inputs, outcome)
        kept, result = (json.loads(json.dumps(one.to_json())) for one in (inputs, outcome))
        assert kept["shape"] == result["shape"] == 1
        assert kept["claim"]["contract"]["total_amount"] == row["contract"]["total_amount"] + ".00"
        assert (Inputs.from_json(kept), Outcome.from_json(result)) == (inputs, outcome)
        assert replay(PRINTED, kept) == outcome


@pytest.mark.parametrize(
    ("path", "value"),
    [(("shape",), 2), (("claim", "role"), "owner"), (("before", "used_base"), "-1.00"), (("odd",), 1)],
)
def test_stored_inputs_that_were_tampered_with_are_refused(path: tuple[str, ...], value: object) -> None:
    stored = inputs_for(PRINTED, facts(claim()), Before()).to_json()
    part = stored
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    with pytest.raises(Invalid, match=path[-1]):
        replay(PRINTED, stored)
