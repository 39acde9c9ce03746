"""What relates two parties, from who holds and leads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.contracts.related import Body, RelatedTie, TieCode, TieFact, find
from matchmaker.contracts.rules import TieKind

SELLER = Body("佛山市试样装备有限公司", "91440605YYYY000127")
BUYER = Body("佛山市样例家居有限公司", "91440605YYYY000202")
MIDDLE = "N2440605YYYY000554"
PARENT = ("广东母体控股集团有限公司", "52440605YYYY00063G")


def held(body: Body | str, holder: tuple[str, str], share: int | None) -> TieFact:
    key = body if isinstance(body, str) else body.key
    return TieFact(key, TieKind.SHAREHOLDER, *holder, share_bp=share)


def led(body: Body, name: str, kind: TieKind = TieKind.LEGAL_REPRESENTATIVE, uscc: str = "") -> TieFact:
    return TieFact(body.key, kind, name, uscc)


def among(*ties: TieFact, seller: Body = SELLER, buyer: Body = BUYER) -> list[RelatedTie]:
    return find([seller], [buyer], ties)


@pytest.mark.parametrize(("share", "expected"), [(2499, []), (2500, [TieCode.HOLDING]), (10_000, [TieCode.HOLDING])])
def test_a_quarter_is_where_a_holding_begins_to_count(share: int, expected: list[TieCode]) -> None:
    for upper, lower in ((SELLER, BUYER), (BUYER, SELLER)):
        found = among(held(lower, (upper.name, upper.uscc), share))
        assert [tie.code for tie in found] == expected
        assert all((tie.left, tie.right, tie.share_bp) == (upper.name, lower.name, share) for tie in found)


@pytest.mark.parametrize(
    ("first", "second", "expected"), [(5000, 5000, 2500), (5000, 4999, None), (10_000, 2500, 2500), (3000, 3000, None)]
)
def test_an_indirect_holding_is_the_product_of_its_chain(first: int, second: int, expected: int | None) -> None:
    found = among(held(BUYER, ("中间公司", MIDDLE), first), held(MIDDLE, (SELLER.name, SELLER.uscc), second))
    assert [tie.share_bp for tie in found] == ([expected] if expected else [])


def test_several_chains_add_up() -> None:
    direct = held(BUYER, (SELLER.name, SELLER.uscc), 1500)
    indirect = [held(BUYER, ("中间公司", MIDDLE), 2000), held(MIDDLE, (SELLER.name, SELLER.uscc), 5000)]
    assert [tie.share_bp for tie in among(direct, *indirect)] == [2500]


def test_a_holder_known_by_the_name_of_a_party_is_that_party() -> None:
    assert [tie.code for tie in among(held(BUYER, (SELLER.name, ""), 6000))] == [TieCode.HOLDING]
    spaced = " ".join(SELLER.name)
    assert [tie.code for tie in among(held(BUYER, (spaced, ""), 6000))] == [TieCode.HOLDING]


def test_full_width_signs_make_no_other_group() -> None:
    found = among(led(SELLER, "试样集团（佛山）", TieKind.GROUP), led(BUYER, "试样集团(佛山)", TieKind.GROUP))
    assert [tie.code for tie in found] == [TieCode.SAME_GROUP]


@pytest.mark.parametrize(("mine", "theirs", "related"), [(2500, 2500, True), (9000, 2499, False), (2499, 9000, False)])
def test_a_common_holder_counts_from_a_quarter_in_both(mine: int, theirs: int, related: bool) -> None:
    found = among(held(SELLER, PARENT, mine), held(BUYER, PARENT, theirs))
    assert [tie.counts for tie in found] == [True] * related
    assert all(tie.code is TieCode.COMMON_HOLDER for tie in found)


def test_only_the_nearest_common_holder_is_told() -> None:
    above = held(PARENT[1], ("顶层投资有限公司", MIDDLE), 10_000)
    found = among(held(SELLER, PARENT, 6000), held(BUYER, PARENT, 6000), above)
    assert len(found) == 1 and PARENT[0] in found[0].text_zh


def test_a_common_holder_known_only_as_a_person_has_to_be_verified() -> None:
    (found,) = among(held(SELLER, ("陈试样", ""), 6000), held(BUYER, ("陈试样", ""), 6000))
    assert (found.code, found.certain, found.counts) == (TieCode.COMMON_HOLDER, False, False)
    assert "同名" in found.text_zh and "namesake" in found.text_en


@pytest.mark.parametrize("kind", [TieKind.LEGAL_REPRESENTATIVE, TieKind.CONTROLLER, TieKind.KEY_MANAGER])
def test_the_same_person_at_the_head_of_both_has_to_be_verified(kind: TieKind) -> None:
    (found,) = among(led(SELLER, "陈试样"), led(BUYER, "陈试样", kind))
    assert (found.code, found.certain) == (TieCode.SAME_PERSON, False)


def test_the_same_body_in_control_of_both_is_certain() -> None:
    (found,) = among(
        led(SELLER, PARENT[0], TieKind.CONTROLLER, PARENT[1]), led(BUYER, PARENT[0], TieKind.CONTROLLER, PARENT[1])
    )
    assert (found.code, found.counts) == (TieCode.SAME_PERSON, True)


def test_a_namesake_with_another_code_is_somebody_else() -> None:
    assert not among(led(SELLER, "同名", uscc=PARENT[1]), led(BUYER, "同名", uscc=MIDDLE))
    assert not among(led(SELLER, "陈试样"), led(BUYER, "李试样"))


def test_parent_and_subsidiary_and_two_of_one_group() -> None:
    (found,) = among(led(BUYER, SELLER.name, TieKind.CONTROLLER, SELLER.uscc))
    assert (found.code, found.left) == (TieCode.CONTROL, SELLER.name)
    (group,) = among(led(SELLER, "试样集团", TieKind.GROUP), led(BUYER, "试样集团", TieKind.GROUP))
    assert (group.code, group.counts) == (TieCode.SAME_GROUP, True)


def test_a_university_and_its_own_company_are_for_people_to_review() -> None:
    university = Body("试样大学", SELLER.uscc, is_university=True)
    (found,) = among(held(BUYER, (university.name, university.uscc), 10_000), seller=university)
    assert (found.code, found.counts) == (TieCode.UNIVERSITY, False)


def test_a_share_that_nobody_knows_is_told_to_be_verified() -> None:
    (found,) = among(held(BUYER, (SELLER.name, SELLER.uscc), None))
    assert (found.code, found.certain) == (TieCode.UNKNOWN_SHARE, False)


def test_the_certain_come_first_and_nothing_is_told_twice() -> None:
    person = [led(SELLER, "陈试样"), led(BUYER, "陈试样")]
    found = find([SELLER], [BUYER, BUYER], [*person, held(SELLER, PARENT, 5000), held(BUYER, PARENT, 5000)])
    assert [tie.counts for tie in found] == [True, False]


def test_strangers_are_not_related() -> None:
    assert among() == []
    assert find([], [], [held(BUYER, PARENT, 10_000)]) == []


KEYS = st.sampled_from([SELLER.key, BUYER.key, MIDDLE, PARENT[1]])


@given(st.lists(st.tuples(KEYS, KEYS, st.integers(1, 10_000)), max_size=12))
def test_firms_that_hold_each_other_in_circles_end_and_stay_within_the_whole(rows: list[tuple[str, str, int]]) -> None:
    found = among(*[held(body, (holder, holder), share) for body, holder, share in rows])
    assert all(tie.share_bp is None or 2500 <= tie.share_bp <= 10_000 for tie in found)
