"""Cells as people and Excel write them."""

from datetime import date, datetime

import pytest

from matchmaker.exchange.cells import CellError, parse
from matchmaker.exchange.columns import Column, Kind, columns
from matchmaker.exchange.rows import BadCell
from matchmaker.reference import chains, terms, towns


def column(field: str, kind: Kind = Kind.LISTINGS) -> Column:
    return next(column for column in columns(kind) if column.field == field)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("　两端空格 ", "两端空格"),
        ("保留　全角，ＡＢＣ", "保留　全角，ＡＢＣ"),
        ("两\r\n行", "两\n行"),
        (5.0, "5"),
        (3.25, "3.25"),
        ("  ", None),
    ],
)
def test_text_keeps_what_was_written(raw: object, value: object) -> None:
    assert parse(column("title"), raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [("ＺＬ２０２４　", "ZL2024"), (7.0, "7"), (12, "12"), ("无", None), ("-", None), ("0012", "0012")],
)
def test_code_becomes_narrow_text(raw: object, value: object) -> None:
    assert parse(column("ref"), raw) == value


@pytest.mark.parametrize("raw", [9.14406e17, 914406051234567890, "9.14406E+17", datetime(2026, 3, 1)])
def test_code_that_excel_damaged_is_refused_with_the_remedy(raw: object) -> None:
    with pytest.raises(CellError, match="文本"):
        parse(column("organisation"), raw)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-03-01",
        "2026/3/1",
        "2026.3.1",
        "2026年3月1日",
        "20260301",
        20260301,
        46082,
        46082.0,
        "46082",
        "２０２６－０３－０１",
        "2026-03-01 00:00:00",
        datetime(2026, 3, 1),
        date(2026, 3, 1),
    ],
)
def test_date_is_read_in_every_usual_form(raw: object) -> None:
    assert parse(column("valid_from"), raw) == "2026-03-01"


@pytest.mark.parametrize("raw", ["2026-02-30", "26/3/1", "2026年3月", "明年", "3026-01-01", True, 1e300])
def test_date_that_names_no_day_is_refused(raw: object) -> None:
    with pytest.raises(CellError):
        parse(column("valid_from"), raw)


def test_date_without_limit_is_blank() -> None:
    assert parse(column("valid_to"), "长期有效") is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12.5", "12.5"),
        ("１２．５", "12.5"),
        ("1,200 万元", "1,200"),
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        (80, "80"),
        ("面议", None),
    ],
)
def test_price_is_a_number_of_wan(raw: object, value: object) -> None:
    assert parse(column("price_low"), raw) == value


@pytest.mark.parametrize("raw", ["-5", "10-20", "1e999999", "约10", "1.2亿", float("inf"), float("nan")])
def test_price_that_is_no_amount_is_refused(raw: object) -> None:
    with pytest.raises(CellError):
        parse(column("price_low"), raw)


@pytest.mark.parametrize(("raw", "value"), [("TRL 5", 5), ("5级", 5), (5.0, 5), ("５", 5), ("", None)])
def test_whole_number_is_read(raw: object, value: object) -> None:
    assert parse(column("trl"), raw) == value


@pytest.mark.parametrize("raw", ["五", 5.5, "5-6"])
def test_whole_number_that_is_none_is_refused(raw: object) -> None:
    with pytest.raises(CellError):
        parse(column("trl"), raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("hyd-09", ["HYD-09"]),
        ("ＨＹＤ－０９、HYD-10", ["HYD-09", "HYD-10"]),
        ("HYD-09/HYD-10", ["HYD-09", "HYD-10"]),
        ("HYD-09 HYD-10", ["HYD-09", "HYD-10"]),
        ("HYD-09 高压阀；管路接头", ["HYD-09", "HYD-10"]),
        ("液氢/固态储氢装置", ["HYD-11"]),
        ("高压阀/液氢/固态储氢装置/管路接头", ["HYD-09", "HYD-11", "HYD-10"]),
        ("HYD-09\nHYD-09", ["HYD-09"]),
        (["HYD-09", "管路接头"], ["HYD-09", "HYD-10"]),
        (" ", None),
    ],
)
def test_chain_nodes_are_read_by_id_and_name(raw: object, value: object) -> None:
    assert parse(column("chain_nodes"), raw) == value


def test_chain_node_that_is_unknown_is_refused_with_the_nearest() -> None:
    with pytest.raises(CellError, match="没有“高压阀们”这个产业链环节；是否想写“HYD-09 高压阀”"):
        parse(column("chain_nodes"), "HYD-10、高压阀们")


def test_chain_node_name_of_several_chains_is_refused_with_their_ids() -> None:
    with pytest.raises(CellError, match="MAC-10、HDW-03、APP-10"):
        parse(column("chain_nodes"), "模具")


@pytest.mark.parametrize("node", chains.nodes().values(), ids=lambda node: node.id)
def test_every_chain_node_is_read_as_the_template_writes_it(node: chains.Node) -> None:
    assert parse(column("chain_nodes"), f"{node.id} {node.name_zh}") == [node.id]


@pytest.mark.parametrize(
    ("kind", "coded"),
    [(kind, coded) for kind in Kind for coded in columns(kind) if coded.terms],
    ids=lambda part: getattr(part, "field", part),
)
def test_every_term_is_read_by_code_chinese_and_english(kind: Kind, coded: Column) -> None:
    for spelling, code in terms.codes(coded.terms).items():
        assert parse(coded, f" {spelling.upper()}　") in (code, [code])


def test_term_that_is_unknown_is_refused_with_the_nearest_and_all() -> None:
    with pytest.raises(CellError, match="是否想写“产品”？可填：产品、产能、技术、服务、仪器"):
        parse(column("form"), "产品类")


def test_terms_are_split_and_doubles_dropped() -> None:
    assert parse(column("cooperation"), "技术转让，合作开发/技术转让") == ["transfer", "joint_development"]


@pytest.mark.parametrize("name", ["丹灶", "丹灶镇", "Danzao", 440605123.0, "440605123000", "佛山市南海区丹灶镇"])
def test_town_is_read_by_any_name(name: object) -> None:
    assert parse(column("town", Kind.ORGANISATIONS), name) == "440605123"


def test_every_town_is_read_as_the_template_writes_it() -> None:
    found = [parse(column("town", Kind.ORGANISATIONS), town.name_zh) for town in towns.towns().values()]
    assert found == list(towns.towns())


def test_titles_are_read_with_their_parts() -> None:
    text = '高新技术企业｜ＧＲ2025｜2025-12-01|2028/11/30；规上工业企业||2026年1月1日；专精特新"小巨人"'
    assert parse(column("titles", Kind.ORGANISATIONS), text) == [
        {"title": "high_tech", "certificate_no": "GR2025", "valid_from": "2025-12-01", "valid_to": "2028-11-30"},
        {"title": "above_scale", "valid_from": "2026-01-01"},
        {"title": "little_giant"},
    ]


def test_titles_of_a_json_line_are_read() -> None:
    raw = [{"title": "high_tech", "certificate_no": None, "valid_from": "2025-12-01"}]
    assert parse(column("titles", Kind.ORGANISATIONS), raw) == [{"title": "high_tech", "valid_from": "2025-12-01"}]


def test_cell_that_is_bad_in_itself_keeps_its_message() -> None:
    with pytest.raises(CellError, match=r"^公式$"):
        parse(column("title"), BadCell("=1", "公式"))


@pytest.mark.parametrize("field", [column.field for column in columns(Kind.LISTINGS) if column.field])
@pytest.mark.parametrize("raw", [{"a": 1}, [None], [["x"]], True, "\ud800" * 3000, 10**400])
def test_odd_json_values_never_break_a_cell(field: str, raw: object) -> None:
    try:
        parse(column(field), raw)
    except CellError as error:
        assert str(error)
