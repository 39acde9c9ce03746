"""What must hold for any claims: caps, budgets, order, and that each decision comes out again from what is stored."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchmaker.subsidies.assessing import assess
from matchmaker.subsidies.books import Books
from matchmaker.subsidies.claim_lines import find_places
from matchmaker.subsidies.engine import replay
from matchmaker.subsidies.facts import Inputs, Outcome
from matchmaker.subsidies.policy import Policy
from matchmaker.subsidies.running import decide_in_turn, in_order
from tests.subsidies.claim_rows import Row, claim, facts, paid, uscc, varied

# In fen, and low, so that they often bind.
CONTRACT, UNIT, SELLER, BUDGET = 400_000, 300_000, 100_000, 500_000
ALL_ROLES = {
    "beneficiaries.seller.enabled": True,
    "beneficiaries.seller.unit_year_cap": SELLER,
    "beneficiaries.intermediary.enabled": True,
    "caps.per_contract_all_roles": CONTRACT,
    "caps.per_unit_per_year": UNIT,
    "eligibility.registration_year": "any",
}
POLICIES = {
    "all roles": varied(ALL_ROLES),
    "budget": varied(ALL_ROLES | {"budget.yearly_total": BUDGET}),
    "tiers": varied(
        ALL_ROLES
        | {
            "beneficiaries.buyer": {
                "enabled": True,
                "tiers": [{"up_to": 100_000_00, "rate": 0.07}, {"up_to": 900_000_00, "rate": 0.03}, {"rate": 0.011}],
            }
        }
    ),
}
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@st.composite
def contracts(draw: st.DrawFn) -> Row:
    total = draw(st.integers(15_000_000, 400_000_000))
    technology = draw(st.integers(10_000_000, total))
    return {
        "total_amount": yuan(total),
        "technology_amount": yuan(technology),
        "kind": draw(st.sampled_from("DEV SVC".split())),
    }


@st.composite
def claims(draw: st.DrawFn) -> list[Row]:
    """Claims of three years, three contracts, three units and all roles, each with some payments."""
    made = [draw(contracts()) for _ in range(3)]
    rows = []
    for number in range(draw(st.integers(1, 9))):
        which, year = draw(st.integers(0, 2)), draw(st.integers(2026, 2028))
        parts = draw(st.lists(st.integers(1, 12), max_size=4))
        total = int(made[which]["total_amount"].replace(".", ""))
        payments = [
            paid(
                yuan(total * part // 48),
                f"{draw(st.integers(2025, year - 1))}-05-0{n + 1}",
                invoice=draw(st.integers(0, 9)) != 5,
            )
            for n, part in enumerate(parts)
        ]
        rows.append(
            claim(
                f"C{number}",
                role=draw(st.sampled_from(["buyer", "seller", "intermediary"])),
                applied_on=f"{year}-03-1{draw(st.integers(0, 2))}",
                contract=made[which] | {"contract_id": f"K{which}", "payments": payments},
                applicant={"uscc": uscc(draw(st.integers(1, 3))), "division": "440605"},
                higher_level_aid=yuan(draw(st.sampled_from([0, 0, 0, 100_000, 7_654_321]))),
            )
        )
    return rows


def run(policy: Policy, rows: list[Row]) -> list[tuple[Inputs, Outcome]]:
    ordered = in_order(facts(row) for row in rows)
    return list(decide_in_turn(policy, ordered, books=Books(), budget=policy.budget.yearly_total))


@pytest.mark.parametrize("name", POLICIES)
@QUICK
@given(rows=claims())
def test_no_amount_is_negative_or_above_a_cap(name: str, rows: list[Row]) -> None:
    policy = POLICIES[name]
    contract, unit, role, year = (Counter[Any]() for _ in range(4))
    for inputs, outcome in run(policy, rows):
        read = inputs.claim
        assert 0 <= outcome.amount <= outcome.base <= read.contract.technology_amount
        assert outcome.eligible or not outcome.amount
        assert 0 <= outcome.used_base <= outcome.base
        contract[read.contract.contract_id] += outcome.amount
        unit[read.applicant.uscc, read.applied_on.year] += outcome.amount
        role[read.applicant.uscc, read.applied_on.year, read.role] += outcome.amount
        year[read.applied_on.year] += outcome.amount
    assert max(contract.values()) <= CONTRACT
    assert max(unit.values()) <= UNIT
    assert max([fen for key, fen in role.items() if key[2] == "seller"], default=0) <= SELLER
    assert max(year.values()) <= (policy.budget.yearly_total or 10**12)


@pytest.mark.parametrize("name", POLICIES)
@QUICK
@given(rows=claims())
def test_every_decision_comes_out_again_from_what_is_stored(name: str, rows: list[Row]) -> None:
    for inputs, outcome in run(POLICIES[name], rows):
        stored = json.loads(json.dumps(inputs.to_json()))
        assert Inputs.from_json(stored) == inputs
        assert replay(POLICIES[name], stored) == outcome
        assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome


@QUICK
@given(rows=claims())
def test_a_year_that_needs_more_than_its_budget_gets_exactly_the_budget(rows: list[Row]) -> None:
    needed, granted = Counter[int](), Counter[int]()
    for inputs, outcome in run(POLICIES["budget"], rows):
        needed[inputs.claim.applied_on.year] += outcome.amount if outcome.unshared is None else outcome.unshared
        granted[inputs.claim.applied_on.year] += outcome.amount
    assert granted == Counter({year: min(fen, BUDGET) for year, fen in needed.items()})


@pytest.mark.parametrize("name", POLICIES)
@QUICK
@given(rows=claims(), order=st.randoms())
def test_a_file_gives_the_same_in_any_order_of_its_lines(
    name: str, rows: list[Row], order: Any, tmp_path: Path
) -> None:
    """And the same as claims that are decided in memory."""
    right = [outcome.line() for _, outcome in run(POLICIES[name], rows)]
    order.shuffle(rows)
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    done = assess(find_places(tmp_path / "in.jsonl", _ignore), POLICIES[name], tmp_path / "out.jsonl", _ignore)
    assert (tmp_path / "out.jsonl").read_bytes().splitlines() == right
    assert done.granted == sum(int(json.loads(line)["amount"].replace(".", "")) for line in right)


def _ignore(done: int, total: int) -> None:
    """Nobody looks at the progress."""


@st.composite
def histories(draw: st.DrawFn) -> tuple[Row, list[int], list[int]]:
    """A contract, what is paid of it in each of three years, and the same with more paid earlier or in all."""
    contract = draw(contracts())
    total = int(contract["total_amount"].replace(".", ""))
    less = sorted(draw(st.lists(st.integers(0, total), min_size=3, max_size=3)))
    more = [
        max(a, b)
        for a, b in zip(less, sorted(draw(st.lists(st.integers(0, total), min_size=3, max_size=3))), strict=True)
    ]
    return contract, less, more


@QUICK
@given(history=histories(), cap=st.sampled_from([1_000_000, 3_000_000, 10**12]), aid=st.sampled_from([0, 1_234_567]))
def test_rising_payments_never_lower_the_total_granted(
    history: tuple[Row, list[int], list[int]], cap: int, aid: int
) -> None:
    """Whether more is paid in all or only earlier, after every year at least as much has been granted as without."""
    contract, less, more = history
    policy = varied({"caps.per_unit_per_year": cap, "caps.per_contract_all_roles": 8_000_000})
    sums = []
    for paid_in_all in (less, more):
        rows = []
        for number in range(3):
            steps = zip(paid_in_all[: number + 1], [0, *paid_in_all], strict=False)
            payments = [paid(yuan(now - then), f"{2025 + n}-05-01") for n, (now, then) in enumerate(steps)]
            facts_of_year = contract | {"contract_id": "K", "payments": payments}
            rows.append(
                claim(
                    f"C{number}",
                    applied_on=f"{2026 + number}-03-10",
                    contract=facts_of_year,
                    higher_level_aid=yuan(aid),
                )
            )
        amounts = [outcome.amount for _, outcome in run(policy, rows)]
        sums.append([sum(amounts[: n + 1]) for n in range(3)])
    assert all(a <= b for a, b in zip(*sums, strict=True))


def test_the_policies_of_these_tests_do_cut_and_share() -> None:
    """Else the properties would hold of nothing."""
    rich = {"total_amount": "4000000", "technology_amount": "4000000", "payments": [paid("4000000")]}
    rows = [claim(f"C{n}", contract=rich, applicant={"uscc": uscc(n), "division": "440605"}) for n in (1, 2, 3)]
    amounts = {name: [one.amount for _, one in run(policy, rows)] for name, policy in POLICIES.items()}
    assert amounts == {
        "all roles": [UNIT] * 3,
        "budget": [166_667, 166_667, 166_666],
        "tiers": [UNIT] * 3,
    }
