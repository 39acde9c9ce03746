"""A policy loads exactly as its format is printed; what is wrong in one is refused with path, line and advice."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from matchmaker.contracts.rules import ContractKind, PartyRole
from matchmaker.core.errors import Invalid
from matchmaker.subsidies.policy import load_policy
from tests.subsidies.claim_rows import FORMAT, SEEDS, seed


def test_the_printed_format_loads_as_it_stands() -> None:
    policy = load_policy(FORMAT)
    assert (policy.policy_id, policy.source, policy.valid_from) == ("NH-TECHDEAL", "plan 二(三)2", date(2023, 1, 1))
    assert policy.beneficiaries.buyer is not None and policy.beneficiaries.buyer.rates is not None
    assert policy.beneficiaries.buyer.rates.model_dump()["CON"] == Decimal("0.03")
    assert set(policy.enabled) == {PartyRole.BUYER}
    assert policy.scales[PartyRole.BUYER, ContractKind.DEV].tiers[0].rate == Fraction(1, 20)
    assert (policy.caps.per_contract_all_roles, policy.floors[PartyRole.BUYER]) == (100_000_000, 10_000_000)
    assert policy.window_in(2026) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (policy.multi_year, policy.has_town_check, policy.notice_days) == (True, True, 5)
    assert policy.assumptions == ()


@pytest.mark.parametrize("file", sorted(SEEDS.glob("*.yaml")), ids=lambda file: file.stem)
def test_shipped_policies_load_and_name_their_source_and_what_they_assume(file: Path) -> None:
    policy = seed(file.stem)
    assert policy.source and policy.title and policy.assumptions


def test_the_default_policy_is_the_printed_one_with_its_assumptions_said() -> None:
    shipped, printed = seed("nh-techdeal-2023"), load_policy(FORMAT)
    own = {"version", "title", "source", "clause", "assumptions"}
    assert shipped.model_dump(exclude=own) == printed.model_dump(exclude=own)
    # The source gives nothing but the amount of the cap: whatever else can change an amount is marked.
    marked = {one.path.split(".")[0] for one in shipped.assumptions}
    assert set(type(shipped).model_fields) - marked == own | {"policy_id", "valid_to", "currency_unit", "rounding"}


def test_a_version_that_is_not_named_follows_what_the_policy_says() -> None:
    unnamed = load_policy(FORMAT).version
    assert unnamed.startswith("2023-01-01+")
    assert load_policy("# another comment\n" + FORMAT.replace("\n", "\r\n")).version == unnamed
    assert load_policy(FORMAT.replace("DEV: 0.05", "DEV: 0.06", 1)).version != unnamed
    assert load_policy('version: "7"\n' + FORMAT).version == "7"


# What is written in place of what, and what the refusal must name.
WRONG = [
    ("DEV: 0.05", "DEVV: 0.05", "beneficiaries.buyer.rates.DEVV: line 6: unknown key; did you mean DEV?"),
    ("eligibility:", "eligibilty:", "eligibilty: line 14: unknown key; did you mean eligibility?"),
    ("DEV: 0.05", "DEV: 1.5", "beneficiaries.buyer.rates.DEV: line 6:"),
    ("DEV: 0.05", "DEV: -0.05", "beneficiaries.buyer.rates.DEV: line 6:"),
    ("DEV: 0.05", "DEV: 5%", "write a decimal number such as 0.05"),
    ("DEV: 0.05", 'DEV: "0.05"', "write a decimal number such as 0.05"),
    ("DEV: 0.05", "DEV: 0.05000001", "beneficiaries.buyer.rates.DEV"),
    ("DEV: 0.05", "DEV: .nan", "plain decimal digits"),
    ("DEV: 0.05", "DEV: 1.0e+400", "plain decimal digits"),
    ("DEV: 0.05", "DEV: yes", "beneficiaries.buyer.rates.DEV"),
    ("rate: 0.01,", "rate: 0.01, rates: {DEV: 0.01},", "beneficiaries.intermediary: line 8: say exactly one of"),
    ("enabled: true", "enabled: 1", "beneficiaries.buyer.enabled"),
    ("per_contract_all_roles: 100000000", "per_contract_all_roles: -1", "caps.per_contract_all_roles: line 10:"),
    ("per_contract_all_roles: 100000000", "per_contract_all_roles: 0100", "plain decimal digits"),
    ("per_contract_all_roles: 100000000", "per_contract_all_roles: 1000000.5", "caps.per_contract_all_roles"),
    ("per_contract_all_roles: 100000000", f"per_contract_all_roles: {'9' * 5000}", "plain decimal digits"),
    ("min_tech_amount_per_contract: 10000000", "", "min_tech_amount_per_contract: line 1: missing"),
    ('"03-01"', '"02-31"', "window.opens: line 25: no day that every year has"),
    ('"03-01"', '"02-29"', "window.opens: line 25: no day that every year has"),
    ('"03-01"', '"04-01"', "window: line 25: opens after it closes"),
    ("2023-01-01", "2023-02-31", "valid_from: line 3: no such day"),
    ("2023-01-01", "soon", "valid_from: line 3: write a day"),
    ("2023-01-01", "2023-01-01\nvalid_to: 2022-12-31", "valid_to lies before valid_from"),
    ('"440605"', "440605", "put digits in quotes"),
    ("[invoice, bank_receipt]", "[invoce, bank_receipt]", "eligibility.payment_evidence.0"),
    ("related_party: exclude", "related_party: exclud", "eligibility.related_party"),
    ("town_check", "toun_check", "review.1"),
    ("multi_year: later", "multi_year: maybe", "multi_year: line 29: write true, false or"),
    ("registration_revoked", "registration_revokd", "clawback.0"),
    (
        "rounding: floor_fen",
        "rounding: floor_fen\nrounding: floor_fen",
        "rounding: line 29: said twice, first in line 28",
    ),
    ("rounding: floor_fen", "rounding: [[[", "file: line"),
    ("rounding: floor_fen", "rounding: " + "[" * 20_000, "nested too deeply"),
    ("rounding: floor_fen", "rounding: !!python/object/apply:os.system [ls]", "is not used here"),
    ("rounding: floor_fen", "rounding: &one floor_fen\nbase2: *one", "aliases"),
    ("rounding: floor_fen", "1: one", "a key must be a plain word"),
    (
        "rounding: floor_fen",
        "rounding: floor_fen\nassumptions: [{path: windw, text: t, basis: b}]",
        "no such key in this policy",
    ),
]


@pytest.mark.parametrize(("old", "new", "named"), WRONG, ids=[new[:40] for _, new, _ in WRONG])
def test_what_is_wrong_is_refused_by_name(old: str, new: str, named: str) -> None:
    assert old in FORMAT
    with pytest.raises(Invalid) as refused:
        load_policy(FORMAT.replace(old, new, 1))
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "policy_id", "- 1", "\x00", b"\xff\xfe", b"a: \xff", "a: 1\n---\nb: 2", "a: " + "x" * 300_000]
)
def test_what_is_no_policy_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(Invalid, match="file: "):
        load_policy(text)


@pytest.mark.parametrize(
    ("tiers", "named"),
    [
        ("[{up_to: 100, rate: 0.01}]", "the last has none"),
        ("[{rate: 0.01}, {rate: 0.02}]", "every tier but the last needs up_to"),
        ("[{up_to: 200, rate: 0.01}, {up_to: 100, rate: 0.02}, {rate: 0.01}]", "the tiers must rise"),
        ("[{up_to: 0, rate: 0.01}, {rate: 0.01}]", "the tiers must rise"),
        ("[]", "beneficiaries.intermediary.tiers"),
    ],
)
def test_tiers_must_rise_without_a_gap(tiers: str, named: str) -> None:
    with pytest.raises(Invalid, match=named):
        load_policy(FORMAT.replace("rate: 0.01,", f"tiers: {tiers},", 1))
