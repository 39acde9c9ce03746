"""The coded values of contracts, and what follows from values alone."""

import pytest

from matchmaker.contracts.rules import (
    FILERS_STEPS,
    IN_FORCE,
    NEXT_STATES,
    OPEN_STATES,
    OVER,
    ROLE_TERMS,
    SUB_KINDS,
    ContractKind,
    ContractState,
    PartyRole,
    SubKind,
    clean_registration_no,
    deal_stage,
    filing_role,
)
from matchmaker.deals.rules import DealStage

S = ContractState


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2026440601000001", "2026440601000001"),
        ("20254406000001", "20254406000001"),
        (" 2026 4406 01 000001 ", "2026440601000001"),
        ("4406-0120-2600-0001", "4406012026000001"),
        ("２０２５－４４０６００－０００１", "20254406000001"),
    ],
)
def test_a_registration_number_has_fourteen_or_sixteen_digits(text: str, number: str) -> None:
    assert clean_registration_no(text) == number


@pytest.mark.parametrize("text", ["", "1", "2" * 13, "2" * 15, "2" * 17, "2026A40601000001"])
def test_anything_else_is_no_registration_number(text: str) -> None:
    with pytest.raises(ValueError, match="14 or 16 digits"):
        clean_registration_no(text)


def test_every_state_is_reached_and_only_the_last_ones_are_left_for_nothing() -> None:
    assert set(NEXT_STATES) == set(S)
    assert {state for steps in NEXT_STATES.values() for state in steps} == set(S)
    assert {state for state, steps in NEXT_STATES.items() if not steps} == OVER


def test_the_filing_side_enters_no_decision_of_a_registry() -> None:
    assert all(after in NEXT_STATES[before] for before, after in FILERS_STEPS)
    assert all(before in OPEN_STATES for before, _after in FILERS_STEPS)
    assert not {after for _before, after in FILERS_STEPS} & {S.SUPPLEMENT, S.REFUSED, S.REVOKED, *IN_FORCE}


def test_every_sub_kind_belongs_to_one_kind_and_every_kind_names_its_parties() -> None:
    known = [sub for subs in SUB_KINDS.values() for sub in subs]
    assert sorted(known) == sorted(SubKind)
    assert {kind for kind, _role in ROLE_TERMS} == set(ContractKind)


@pytest.mark.parametrize(
    ("countries", "role"),
    [
        (["156"], PartyRole.SELLER),
        (["276"], PartyRole.BUYER),
        (["276", "156"], PartyRole.SELLER),
        (["276", "392"], PartyRole.BUYER),
        ([], PartyRole.SELLER),
    ],
)
def test_the_seller_files_unless_all_sellers_are_abroad(countries: list[str], role: PartyRole) -> None:
    assert filing_role(countries) is role


@pytest.mark.parametrize(
    ("state", "paid", "royalty", "stage"),
    [
        (S.DRAFT, 0, False, None),
        (S.SIGNED, 100, False, DealStage.SIGNED),
        (S.SUPPLEMENT, 0, False, DealStage.SIGNED),
        (S.REFUSED, 0, False, DealStage.SIGNED),
        (S.REGISTERED, 0, False, DealStage.REGISTERED),
        (S.REGISTERED, 1, False, DealStage.PERFORMING),
        (S.CHANGED, 99, False, DealStage.PERFORMING),
        (S.CHANGED, 100, False, DealStage.COMPLETED),
        (S.REGISTERED, 100, True, DealStage.PERFORMING),
        (S.CANCELLED, 100, False, None),
        (S.REVOKED, 100, False, None),
    ],
)
def test_how_far_the_deal_has_come(state: ContractState, paid: int, royalty: bool, stage: DealStage | None) -> None:
    assert deal_stage(state, paid_fen=paid, total_fen=100, royalty=royalty) is stage
    assert deal_stage(S.REGISTERED, paid_fen=0, total_fen=None, royalty=royalty) is DealStage.REGISTERED
