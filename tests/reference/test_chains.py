"""The reference tables hold the whole taxonomy, the bridges and the towns."""

from collections import Counter

import pytest

from matchmaker.reference.chains import Stage, bridges, chains, nodes
from matchmaker.reference.tables import rows
from matchmaker.reference.towns import DISTRICT, town_codes_by_name, towns

SIZES = {
    "HYD": 30, "BIO": 28, "SEM": 28, "MAT": 27, "MAC": 21, "HOM": 16, "FUR": 17,
    "HDW": 19, "AUT": 21, "ALU": 19, "APP": 20, "CER": 17, "TEX": 19, "LIT": 17,
}  # fmt: skip


def test_there_are_fourteen_chains_in_the_order_of_the_plan() -> None:
    assert list(chains()) == list(SIZES) == ["HYD", "BIO", "SEM", "MAT", "MAC", "HOM", "FUR", *list(SIZES)[7:]]
    assert [code for code, chain in chains().items() if chain.new_four] == ["HYD", "BIO", "SEM", "MAT"]


def test_every_new_four_chain_says_where_the_plan_names_it() -> None:
    assert all(bool(chain.plan_clause) is chain.new_four for chain in chains().values())


def test_chains_have_both_names() -> None:
    assert all(chain.name_zh and chain.name_en and chain.name_en.isascii() for chain in chains().values())


def test_every_node_id_stands_once() -> None:
    ids = [row["id"] for row in rows("nodes")]
    assert len(ids) == len(set(ids)) == len(nodes()) == 299


def test_the_nodes_of_a_chain_are_numbered_without_a_gap() -> None:
    assert Counter(node.chain for node in nodes().values()) == SIZES
    assert list(nodes()) == [f"{code}-{number:02}" for code, size in SIZES.items() for number in range(1, size + 1)]


def test_every_node_has_both_names_a_stage_and_industry_codes() -> None:
    for node in nodes().values():
        assert node.name_zh and node.name_en, node.id
        assert isinstance(node.stage, Stage)
        assert node.industry_codes and all(len(code) == 4 and code.isdigit() for code in node.industry_codes), node.id


def test_names_are_not_shared_within_a_chain() -> None:
    names = Counter((node.chain, node.name_zh) for node in nodes().values())
    assert [name for name, times in names.items() if times > 1] == []


def test_the_plan_names_gaps_in_the_new_four_chains_only() -> None:
    starred = {node.chain for node in nodes().values() if node.star}
    assert starred == {"HYD", "BIO", "SEM", "MAT"}
    assert nodes()["HYD-09"].star
    assert nodes()["HYD-09"].name_zh == "高压阀"


def test_bridges_join_known_nodes_of_different_chains_in_both_directions() -> None:
    assert len(rows("bridges")) == 16
    for node, others in bridges().items():
        for other in others:
            assert nodes()[node].chain != nodes()[other].chain
            assert node in bridges()[other]
    assert bridges()["HYD-09"] == {"HDW-13"}


def test_there_are_seven_towns_of_the_district() -> None:
    assert {town.name_zh: code for code, town in towns().items()} == {
        "桂城街道": "440605011",
        "九江镇": "440605121",
        "西樵镇": "440605122",
        "丹灶镇": "440605123",
        "狮山镇": "440605124",
        "大沥镇": "440605125",
        "里水镇": "440605126",
    }
    assert all(code.startswith(DISTRICT) for code in towns())


@pytest.mark.parametrize("written", ["440605123", "440605123000", "丹灶镇", "丹灶", "danzao"])
def test_a_town_is_known_however_people_write_it(written: str) -> None:
    assert town_codes_by_name()[written] == "440605123"
