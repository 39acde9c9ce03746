"""The report as people read it."""

import csv
import io

from matchmaker.exchange.report import ImportReport, RowFault

FAULT = RowFault(5, "产业链环节", "HYD-99", "没有这个环节")


def report(**over: object) -> ImportReport:
    facts = {"kind": "listings", "file": "f.csv", "rows": 3, "written": 0, "unchanged": 0, "bad_rows": 1}
    return ImportReport(**{**facts, "faults": (FAULT,), "more_faults": 0, **over})  # type: ignore[arg-type]


def test_text_names_row_column_value_and_remedy() -> None:
    assert report().as_text().splitlines() == [
        "f.csv：共 3 行，写入 0 行，未变 0 行，有误 1 行",
        "第 5 行「产业链环节」 = HYD-99：没有这个环节",
        "没有写入任何数据。",
    ]


def test_text_counts_what_it_leaves_out() -> None:
    assert (
        report(more_faults=7, written=2).as_text().splitlines()[-1] == "另有 7 处问题未列出；改正以上问题后请再次导入"
    )


def test_good_report_is_one_line() -> None:
    good = report(faults=(), bad_rows=0, written=3)
    assert good.ok
    assert good.as_text() == "f.csv：共 3 行，写入 3 行，未变 0 行，有误 0 行"


def test_csv_starts_no_formula() -> None:
    text = report(faults=(RowFault(2, "标题", "=1+1", "改"),)).as_csv()
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:]))) == [
        ["行", "列", "内容", "问题与修改办法"],
        ["2", "标题", "'=1+1", "改"],
    ]
