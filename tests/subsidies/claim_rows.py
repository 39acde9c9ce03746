"""Claims as the claims file writes them, valid unless a test says otherwise, and policies to decide them under."""

import json
from pathlib import Path
from typing import Any

import yaml

from matchmaker.accounts.rules import ALPHABET, clean_uscc
from matchmaker.subsidies.books import Books
from matchmaker.subsidies.claim_lines import read_claim
from matchmaker.subsidies.facts import ClaimFacts, Outcome
from matchmaker.subsidies.policy import Policy, load_policy
from matchmaker.subsidies.running import decide_in_turn, in_order

FOLDER = Path(__file__).parent
SEEDS = FOLDER.parents[1] / "seed_data" / "policies"
FORMAT = (FOLDER / "policy_format.yaml").read_text(encoding="utf-8")
Row = dict[str, Any]


def seed_text(name: str) -> str:
    """The YAML of a policy that ships with the platform."""
    return (SEEDS / f"{name}.yaml").read_text(encoding="utf-8")


def seed(name: str) -> Policy:
    """A policy that ships with the platform."""
    return load_policy(seed_text(name))


def varied(changes: dict[str, Any], text: str = FORMAT) -> Policy:
    """The policy of the text with some keys changed, such as {"budget.yearly_total": 100}."""
    data = yaml.safe_load(text)
    for path, value in changes.items():
        *way, last = path.split(".")
        part = data
        for key in way:
            part = part[key]
        part[last] = value
    return load_policy(yaml.safe_dump(data, allow_unicode=True))


def uscc(number: int) -> str:
    """A valid code that is plainly nobody's."""
    first = f"91440605YYYY{number:05d}"
    return next(code for end in ALPHABET if (code := _valid(first + end)))


def _valid(code: str) -> str | None:
    try:
        return clean_uscc(code)
    except ValueError:
        return None


def paid(amount: str, on: str = "2025-06-01", **changes: Any) -> Row:
    """A payment with its papers."""
    row = {"paid_on": on, "amount": amount, "technology_amount": None, "invoice": True, "bank_receipt": True}
    return row | changes


def claim(claim_id: str = "C1", *, contract: Row | None = None, **changes: Any) -> Row:
    """A buyer's claim of March 2026 on a contract of 3,000,000 with 2,400,000 of technology, half of it paid."""
    facts = {
        "contract_id": f"contract of {claim_id}",
        "kind": "DEV",
        "total_amount": "3000000.00",
        "technology_amount": "2400000.00",
        "signed_on": "2025-02-10",
        "valid_until": "2028-02-09",
        "registration_no": "2025440601000001",
        "registered_on": "2025-03-05",
        "matched_on": "2025-01-20",
        "related_party": "none",
        "fiscal_fund": False,
        "payments": [paid("1500000.00")],
    }
    row = {
        "claim_id": claim_id,
        "role": "buyer",
        "applied_on": "2026-03-10",
        "contract": facts | (contract or {}),
        "applicant": {"uscc": uscc(1), "division": "440605"},
        "higher_level_aid": "0.00",
    }
    return row | changes


def facts(row: Row) -> ClaimFacts:
    """The claim as the reader reads it."""
    return read_claim(json.dumps(row).encode(), 1)


def decided(policy: Policy, *rows: Row) -> list[Outcome]:
    """The outcomes in the order decided."""
    claims = in_order(facts(row) for row in rows)
    return [outcome for _, outcome in decide_in_turn(policy, claims, books=Books())]
