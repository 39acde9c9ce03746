"""From a file to the database: everything or nothing, in part, and again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.models import Organisation
from matchmaker.audit.models import AuditEntry
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Forbidden, Invalid
from matchmaker.core.unit import reading
from matchmaker.exchange import importing
from matchmaker.exchange.importing import import_file
from matchmaker.listings.models import Listing
from tests.exchange.factories import listing_row, organisation_row, uscc

Sessions = sessionmaker[Session]


def count(sessions: Sessions, model: type) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_organisations_are_imported_from_a_gbk_csv(
    sessions: Sessions, actor: Actor, csv_file: Callable[..., Path]
) -> None:
    titles = "高新技术企业|GR2025DEMO1|2025-12-01|2028-11-30；规上工业企业"
    path = csv_file([organisation_row(n, 产业链环节="高压阀、HYD-10", 资质称号=titles) for n in (1, 2)], "gbk")
    report = import_file(sessions, actor, kind="organisations", path=path)
    assert (report.rows, report.written, report.unchanged, report.faults) == (2, 2, 0, ())
    with reading(sessions) as session:
        found = session.scalars(select(Organisation).where(Organisation.uscc == uscc(2))).one()
        assert (found.name, found.town) == ("第2阀门厂", "440605123")
        assert sorted(row.node for row in found.nodes) == ["HYD-09", "HYD-10"]
        assert sorted((row.title.value, str(row.valid_to)) for row in found.titles) == [
            ("above_scale", "None"),
            ("high_tech", "2028-11-30"),
        ]


def test_organisations_imported_again_are_unchanged(
    sessions: Sessions, actor: Actor, csv_file: Callable[..., Path]
) -> None:
    path = csv_file([organisation_row(1), organisation_row(2)])
    import_file(sessions, actor, kind="organisations", path=path)
    again = import_file(sessions, actor, kind="organisations", path=path)
    assert (again.written, again.unchanged, count(sessions, Organisation)) == (0, 2, 2)
    changed = import_file(
        sessions, actor, kind="organisations", path=csv_file([organisation_row(1, 单位名称="改名厂")])
    )
    assert (changed.written, changed.unchanged, count(sessions, Organisation)) == (1, 0, 2)


@pytest.mark.parametrize("ref", ["R-1", ""])
def test_listings_imported_again_do_not_double(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], ref: str
) -> None:
    import_file(registry, actor, kind="listings", path=csv_file([listing_row(编号=ref)]))
    again = import_file(registry, actor, kind="listings", path=csv_file([listing_row(编号=ref)]))
    edited = import_file(registry, actor, kind="listings", path=csv_file([listing_row(编号=ref, 详情="改过的说明")]))
    assert [(report.written, report.unchanged) for report in (again, edited)] == [(0, 1), (1, 0)]
    with reading(registry) as session:
        assert [listing.detail for listing in session.scalars(select(Listing))] == ["改过的说明"]


def test_one_bad_row_leaves_the_database_untouched(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    entries = count(registry, AuditEntry)
    rows = [*(listing_row(n) for n in range(7)), listing_row(8, 产业链环节="XYZ-01")]
    report = import_file(registry, actor, kind="listings", path=csv_file(rows))
    assert (report.rows, report.written, report.bad_rows) == (8, 0, 1)
    assert [(fault.row, fault.column, fault.value) for fault in report.faults] == [(9, "产业链环节", "XYZ-01")]
    assert (count(registry, Listing), count(registry, AuditEntry)) == (0, entries)


def test_partial_writes_the_good_rows_and_reports_the_bad(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    rows = [listing_row(n, **({"形式": "礼物"} if n == 2 else {})) for n in range(6)]
    report = import_file(registry, actor, kind="listings", path=csv_file(rows), partial=True)
    assert (report.rows, report.written, report.bad_rows, count(registry, Listing)) == (6, 5, 1, 5)
    assert [(fault.row, fault.column) for fault in report.faults] == [(4, "形式")]


def test_interrupted_whole_import_has_written_nothing(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    path = csv_file([listing_row(n) for n in range(6)])
    with pytest.raises(KeyboardInterrupt):
        import_file(registry, actor, kind="listings", path=path, progress=_stop_at(4))
    assert count(registry, Listing) == 0
    assert import_file(registry, actor, kind="listings", path=path).written == 6


def test_interrupted_partial_import_goes_on_where_it_stopped(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    path = csv_file([listing_row(n, 编号="") for n in range(6)])
    with pytest.raises(KeyboardInterrupt):
        import_file(registry, actor, kind="listings", path=path, partial=True, progress=_stop_at(4))
    assert count(registry, Listing) == 4
    again = import_file(registry, actor, kind="listings", path=path, partial=True)
    assert (again.written, again.unchanged, count(registry, Listing)) == (2, 4, 6)


def _stop_at(number: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if total and done >= number:
            raise KeyboardInterrupt

    return progress


def test_progress_counts_the_checking_then_the_writing(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    told: list[tuple[int, int]] = []
    path = csv_file([listing_row(n) for n in range(3)])
    import_file(registry, actor, kind="listings", path=path, progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 0), (3, 0), (2, 3), (3, 3)]


def test_unregistered_organisations_are_named_for_each_row(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path]
) -> None:
    rows = [listing_row(1, 统一社会信用代码=uscc(8)), listing_row(2), listing_row(3, 统一社会信用代码=uscc(9))]
    report = import_file(registry, actor, kind="listings", path=csv_file(rows))
    assert [str(fault) for fault in report.faults] == [
        f"第 2 行「统一社会信用代码」 = {uscc(8)}：这个代码的单位还没有登记；请先导入单位",
        f"第 4 行「统一社会信用代码」 = {uscc(9)}：这个代码的单位还没有登记；请先导入单位",
    ]


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("R-1", "与第 2 行重复（单位和编号都相同）；请删去一行，或填写不同的编号"),
        ("", "与第 2 行重复（单位、供需类型和标题都相同，又都没有编号）；请删去一行，或填写不同的编号"),
    ],
)
def test_listing_twice_in_a_file_names_both_rows(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], ref: str, message: str
) -> None:
    rows = [listing_row(1, 编号=ref), listing_row(2), listing_row(1, 编号=ref)]
    report = import_file(registry, actor, kind="listings", path=csv_file(rows))
    assert [(fault.row, fault.message) for fault in report.faults] == [(4, message)]


def test_same_ref_of_two_organisations_is_no_double(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path]
) -> None:
    rows = [listing_row(1), listing_row(1, 统一社会信用代码=uscc(2))]
    assert import_file(registry, actor, kind="listings", path=csv_file(rows)).written == 2


def test_organisation_twice_in_a_file_names_both_rows(
    sessions: Sessions, actor: Actor, csv_file: Callable[..., Path]
) -> None:
    report = import_file(
        sessions, actor, kind="organisations", path=csv_file([organisation_row(1), organisation_row(1)])
    )
    assert [str(fault) for fault in report.faults] == [
        f"第 3 行「统一社会信用代码」 = {uscc(1)}：与第 2 行是同一个单位；请删去一行"
    ]


def test_excel_damaged_code_is_refused_with_the_remedy(
    registry: Sessions, actor: Actor, xlsx: Callable[..., Path]
) -> None:
    row = listing_row(统一社会信用代码=914406050000000000)
    report = import_file(registry, actor, kind="listings", path=xlsx([list(row), list(row.values())]))
    assert [(fault.column, fault.value, fault.message) for fault in report.faults] == [
        (
            "统一社会信用代码",
            "9.1440605e+17",
            "Excel 把它当成了数字或日期，原来的内容已丢失；请把整列设为“文本”格式后重新填写",
        )
    ]


def test_formula_cell_is_refused_and_nothing_written(
    registry: Sessions, actor: Actor, xlsx: Callable[..., Path]
) -> None:
    row = listing_row(详情='=CONCAT("a","b")')
    report = import_file(registry, actor, kind="listings", path=xlsx([list(row), list(row.values())]))
    assert [fault.message[:10] for fault in report.faults] == ["单元格 F2 是公式"]
    assert count(registry, Listing) == 0


def test_json_lines_are_imported(registry: Sessions, actor: Actor, jsonl: Callable[[list[object]], Path]) -> None:
    line = {
        "ref": "HYD-09-n1",
        "organisation": uscc(1),
        "side": "need",
        "form": "product",
        "title": "求购高压阀",
        "summary": "一句话。",
        "detail": "需要耐压 70MPa 的截止阀。",
        "requirement": None,
        "chain_nodes": ["HYD-09"],
        "fields": ["energy"],
        "maturity": None,
        "trl": 7,
        "cooperation": ["supply", "joint_development"],
        "price_low": "12.5",
        "price_high": None,
        "valid_from": "2026-03-01",
        "valid_to": "2027-02-28",
        "visibility": "redacted",
    }
    report = import_file(registry, actor, kind="listings", path=jsonl([line]))
    assert report.faults == ()
    with reading(registry) as session:
        listing = session.scalars(select(Listing)).one()
        assert (listing.source_ref, listing.trl, listing.price_low_fen) == ("HYD-09-n1", 7, 12_500_000)
        assert (listing.cooperation, listing.node_ids) == (["supply", "joint_development"], ["HYD-09"])


def test_broken_json_line_is_reported_with_the_others(
    registry: Sessions, actor: Actor, jsonl: Callable[[list[object]], Path]
) -> None:
    report = import_file(registry, actor, kind="listings", path=jsonl([listing_row(), '{"title": ', listing_row(2)]))
    message = "不是合法的 JSON：第 10 个字符处有误（Expecting value）"
    assert [(fault.row, fault.message) for fault in report.faults] == [(2, message)]


@pytest.mark.parametrize("word", ["表头“成色”: 不认识的表头", "表头“详情”: 缺少这个必填列"])
def test_wrong_headers_are_refused_with_the_file(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], word: str
) -> None:
    row = listing_row(成色="九成新")
    del row["详情"]
    with pytest.raises(Invalid, match=rf"f\.csv {word}"):
        import_file(registry, actor, kind="listings", path=csv_file([row]))


def test_file_without_rows_is_refused(registry: Sessions, actor: Actor, xlsx: Callable[..., Path]) -> None:
    with pytest.raises(Invalid, match=r"f\.xlsx: 没有数据行"):
        import_file(registry, actor, kind="listings", path=xlsx([list(listing_row())]))


def test_unknown_kind_is_refused(sessions: Sessions, actor: Actor, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="可用：organisations、listings"):
        import_file(sessions, actor, kind="people", path=tmp_path / "f.csv")


def test_faults_beyond_the_first_are_counted(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_FAULTS", 3)
    report = import_file(registry, actor, kind="listings", path=csv_file([listing_row(n, 形式="x") for n in range(5)]))
    assert (len(report.faults), report.more_faults, report.bad_rows) == (3, 2, 5)


def test_too_many_rows_are_refused(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_ROWS", 2)
    with pytest.raises(Invalid, match="第 4 行: 超过 2 行"):
        import_file(registry, actor, kind="listings", path=csv_file([listing_row(n) for n in range(3)]))


def test_member_may_import_only_for_the_own_organisation(registry: Sessions, csv_file: Callable[..., Path]) -> None:
    with reading(registry) as session:
        own = session.scalars(select(Organisation.id).where(Organisation.uscc == uscc(1))).one()
    member = Actor("m", Role.MEMBER, "web", frozenset({own}))
    path = csv_file([listing_row(1), listing_row(2, 统一社会信用代码=uscc(2))])
    with pytest.raises(Forbidden):
        import_file(registry, member, kind="listings", path=path)
    assert count(registry, Listing) == 0
    report = import_file(registry, member, kind="listings", path=path, partial=True)
    assert (report.written, [fault.row for fault in report.faults]) == (1, [3])


def test_many_rows_are_checked_before_the_file_is_read_to_its_end(
    registry: Sessions, actor: Actor, csv_file: Callable[..., Path]
) -> None:
    """Streaming: the first 500 of 3,000 rows are checked and told before the rest is read."""
    path = csv_file([listing_row(n) for n in range(3_000)])
    told: list[int] = []
    import_file(
        registry, actor, kind="listings", path=path, progress=lambda done, total: told.append(done if not total else 0)
    )
    assert [done for done in told if done] == [500, 1000, 1500, 2000, 2500, 3000]
    assert count(registry, Listing) == 3_000
