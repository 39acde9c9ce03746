"""The office's ledger: filters, totals, the workbook, the import page, and who holds and leads an organisation."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from werkzeug.datastructures import MultiDict

from matchmaker.contracts import ledger, ties
from matchmaker.contracts.ledger import LedgerFilter
from matchmaker.contracts.rules import ContractKind, ContractState, PartyNature, PartyRole
from matchmaker.core.unit import reading
from matchmaker.web.contracts.filters import filter_of, said
from tests.exchange.factories import contract_row
from tests.factories import USCCS
from tests.web.contract_forms import sent
from tests.web.test_contract_form import faults
from tests.web.test_query_counts import statements
from tests.web.town import Town, readable

LEDGER, IMPORT = "/office/contracts", "/office/contracts/import"
# Both contracts that contracted.py makes, and no other of the town's.
OURS = "q=减压阀密封结构"


def csv_of(*rows: dict[str, object]) -> bytes:
    """Rows under the headers of the first one."""
    lines = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode("utf-8-sig")


def send(town: Town, content: bytes, who: str = "officer", **form: object) -> Any:
    data = {"file": (BytesIO(content), "台账.csv")} | form
    return town.client(who).post(IMPORT, data=data)


def titles(town: Town, address: str) -> list[str]:
    """The contracts on a page of the ledger."""
    page = town.client("officer").get(address).text
    return [part.split("<", 1)[0] for part in page.split('<a class="strong" href="/my/contracts/')[1:]]


def test_the_ledger_shows_all_with_sums_and_totals(town: Town) -> None:
    page = readable(town.client("auditor").get(f"{LEDGER}?{OURS}").text)
    assert "共 2 份" in page
    assert "2,400,000.00" in page
    for heading in ("按合同类别", "按产业链", "按镇街", "按单位性质", "按季度"):
        assert heading in page
    # The auditor reads only.
    assert "登记技术合同" not in page
    assert IMPORT not in town.client("auditor").get(LEDGER).text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("state=signed", 1),
        ("state=signed&state=draft", 2),
        ("state=bogus", 2),
        ("kind=SVC&state=signed", 0),
        ("total_from=240&total_to=240", 1),
        ("total_from=240.01&state=signed", 0),
        ("signed_from=2099-01-01", 0),
        ("signed_from=yesterday", 2),
        ("chain=HYD&state=signed", 1),
        ("chain=XXX", 2),
        ("nature=150", 2),
        ("town=440605011&state=signed", 0),
        ("unregistered=true", 1),
        ("page=99", 2),
        ("page=x&total_from=many", 2),
        ("period=2010", 0),
        ("period=1999Q9&registrar=", 2),
        ("registrar=没有这个机构", 0),
    ],
)
def test_the_ledger_is_filtered_by_the_address(town: Town, query: str, count: int) -> None:
    page = town.client("officer").get(f"{LEDGER}?{OURS}&{query}")
    assert page.status_code == 200
    assert page.text.count('<a class="strong" href="/my/contracts/') == count


def test_the_address_becomes_the_features_filter_and_words() -> None:
    asked = MultiDict(
        [("q", " 阀 "), ("state", "signed"), ("state", "evil"), ("kind", "DEV"), ("nature", "022"), ("side", "buyer")]
    )
    asked.update({"total_from": "12.5", "period": "2026Q2", "chain": "HYD", "town": "440605123"})
    assert filter_of(asked) == LedgerFilter(
        text="阀",
        states=frozenset({ContractState.SIGNED}),
        kinds=frozenset({ContractKind.DEV}),
        natures=frozenset({PartyNature.UNIVERSITY}),
        side=PartyRole.BUYER,
        total_from=12_500_000,
        quarter="2026Q2",
        chain="HYD",
        town="440605123",
    )
    assert filter_of(MultiDict({"total_from": "-1", "period": "2026Q9", "ends_before": "2026-13-01"})) == LedgerFilter()


def test_what_limits_the_ledger_is_said_in_words(town: Town) -> None:
    with town.app().test_request_context():
        asked = MultiDict([("state", "signed"), ("state", "evil"), ("chain", "HYD"), ("total_to", "x"), ("q", "")])
        assert [(name, text) for name, _label, text in said(asked)] == [("state", "已签约"), ("chain", "氢能")]


def test_the_workbook_has_what_was_asked_for(town: Town) -> None:
    with town.client("auditor").get(f"{LEDGER}.xlsx?{OURS}&state=signed") as answer:
        book = load_workbook(BytesIO(answer.data))
    sheet = book["技术合同台账"]
    assert sheet["A2"].value.startswith("关键词 减压阀密封结构；状态 已签约")
    assert sheet.max_row == 5
    assert sheet["A5"].value == "合计 1 份"
    assert book.sheetnames == ["技术合同台账", "汇总"]


def test_totals_lead_to_the_contracts_they_count(town: Town) -> None:
    page = town.client("officer").get(f"{LEDGER}?{OURS}").text
    address = page.split('<th scope="row"><a href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    with reading(town.parts.sessions) as session:
        first = ledger.ledger(session, town.actor("officer"), filters=LedgerFilter(text=OURS[2:])).by_kind[0]
    assert f"kind={first.code}" in address
    assert len(titles(town, address)) == first.count


def test_an_imported_ledger_is_there_at_once_and_again_changes_nothing(own_town: Town) -> None:
    rows = csv_of(contract_row(1), contract_row(2))
    first = send(own_town, rows)
    assert first.status_code == 303
    assert "第1号高压阀密封结构委托开发" in titles(own_town, f"{LEDGER}?q=第1号高压阀")[0]
    again = own_town.client("officer")
    page = again.post(IMPORT, data={"file": (BytesIO(rows), "台账.csv")}, follow_redirects=True).text
    assert "新增或更新 0 行，未变 2 行" in page


def test_what_is_wrong_with_a_file_is_told_row_by_row_and_nothing_written(own_town: Town) -> None:
    bad = contract_row(2, 合同成交额="很多", 登记日期="")
    answer = send(own_town, csv_of(contract_row(1), bad))
    assert answer.status_code == 400
    page = readable(answer.text)
    assert "共 2 行，有误 1 行，写入 0 行" in page
    for text in ("第 3 行", "合同成交额", "金额读不懂", "很多"):
        assert text in page, text
    assert titles(own_town, f"{LEDGER}?q=第1号高压阀") == []
    kept = send(own_town, csv_of(contract_row(1), bad), partial="true")
    assert "正确的行已经写入" in readable(kept.text)
    assert len(titles(own_town, f"{LEDGER}?q=第1号高压阀")) == 1


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "a.csv", "文件是空的"),
        (b"\x00\x01", "a.csv", "NUL"),
        (b"a,b\n1,2\n", "a.csv", "没有找到表头"),
        (b"words", "a.docx", "只接受 .xlsx"),
        ("项目名称,合同类别\n".encode(), "a.csv", "缺少这个必填列"),
    ],
)
def test_a_file_that_is_no_ledger_is_refused(town: Town, content: bytes, name: str, message: str) -> None:
    answer = town.client("officer").post(IMPORT, data={"file": (BytesIO(content), name)})
    assert answer.status_code == 400
    assert message in readable(answer.text)


def test_the_import_page_without_a_file_asks_for_one(town: Town) -> None:
    assert "请先选择一个文件" in town.client("officer").post(IMPORT).text
    assert "/import-template/contracts.xlsx" in town.client("officer").get(IMPORT).text
    with town.client().get("/import-template/contracts.xlsx") as answer:
        assert load_workbook(BytesIO(answer.data)).sheetnames == ["技术合同", "允许的取值"]


def ties_page(town: Town, number: str = "organisation") -> str:
    return f"/my/organisations/{town.ids[number]}/ties"


HOLDER = {"kind": "shareholder", "holder_name": "陈大股", "share": "60.5", "valid_from": "2020-01-01", "source": "工商"}


def tie_rows(*rows: dict[str, str]) -> dict[str, str]:
    return {f"ties.{place}.{name}": text for place, row in enumerate(rows) for name, text in row.items()}


def test_an_officer_puts_down_who_holds_an_organisation_and_contracts_are_looked_at(own_town: Town) -> None:
    officer = own_town.client("officer")
    for number in ("organisation", "other_organisation"):
        controller = {"kind": "controller", "holder_name": "陈大股", "valid_from": "2020-01-01"}
        form = tie_rows(HOLDER, controller)
        assert officer.post(ties_page(own_town, number), data=form).status_code == 303
    assert sent(officer.get(ties_page(own_town)).text, "form contract-form")["ties.0.holder_name"] == "陈大股"
    page = readable(officer.get(f"/my/contracts/{own_town.ids['contract']}").text)
    assert "陈大股" in page
    assert "待核实" in page


@pytest.mark.parametrize(
    ("over", "field", "message"),
    [
        ({"holder_name": ""}, "ties.0.holder_name", "请填写这一项。"),
        ({"share": "101"}, "ties.0.share", "百分比应大于 0、不超过 100。"),
        ({"share": "很多"}, "ties.0.share", "请填写百分比"),
        ({"kind": "controller"}, "ties.0.share", "只有股东才填持股比例。"),
        ({"valid_to": "2019-01-01"}, "ties.0.valid_to", "截止日期早于起始日期。"),
        ({"holder_uscc": "123"}, "ties.0.holder_uscc", "统一社会信用代码应为 18 位"),
    ],
)
def test_a_tie_that_cannot_be_is_refused_beside_its_field(
    town: Town, over: dict[str, str], field: str, message: str
) -> None:
    answer = town.client("officer").post(ties_page(town), data=tie_rows(HOLDER | over))
    assert answer.status_code == 400
    assert faults(answer.text)[field].startswith(message), faults(answer.text)
    assert "工商" in answer.text


def test_an_organisation_adds_what_it_declares_and_cannot_mend_what_stands(own_town: Town) -> None:
    own_town.client("officer").post(ties_page(own_town), data=tie_rows(HOLDER))
    member = own_town.client("member")
    page = member.get(ties_page(own_town)).text
    assert "陈大股" in page
    assert "ties.0.holder_name" not in page
    row = {"kind": "key_manager", "holder_name": "李经理", "valid_from": "2024-01-01"}
    assert member.post(ties_page(own_town), data=tie_rows(row)).status_code == 303
    changed = member.post(ties_page(own_town), data=tie_rows(HOLDER | {"share": "10"}))
    assert faults(changed.text) == {"ties.0.holder_name": "这一项已有登记；如需更正请联系专员。"}
    with reading(own_town.parts.sessions) as session:
        number = own_town.ids["organisation"]
        found = ties.ties_of(session, own_town.actor("officer"), organisation_id=number)
        assert {(tie.holder_name, tie.share_bp) for tie in found} == {("陈大股", 6050), ("李经理", None)}


def test_rows_of_ties_are_added_and_taken_away(town: Town) -> None:
    officer = town.client("officer")
    page = officer.post(ties_page(town), data=tie_rows(HOLDER) | {"action": "add:ties"}).text
    values = sent(page, "form contract-form")
    assert (values["ties.0.holder_name"], values["ties.1.holder_name"]) == ("陈大股", "")
    values = sent(officer.post(ties_page(town), data=values | {"action": "drop:ties:0"}).text, "form contract-form")
    assert values.getlist("ties.0.holder_name") == [""]
    assert "ties.1.holder_name" not in values


def test_the_auditor_reads_ties_and_changes_none(town: Town) -> None:
    auditor = town.client("auditor")
    assert "<fieldset" not in auditor.get(ties_page(town)).text
    assert auditor.post(ties_page(town), data=tie_rows(HOLDER)).status_code == 403
    assert auditor.post(ties_page(town), data=tie_rows(HOLDER) | {"action": "add:ties"}).status_code == 403


@pytest.mark.parametrize(
    ("who", "address"), [("officer", LEDGER), ("officer", f"{LEDGER}.xlsx"), ("member", "/my/contracts")]
)
def test_a_long_list_is_read_with_no_more_questions_than_a_short_one(own_town: Town, who: str, address: str) -> None:
    client = own_town.client(who)

    def asked() -> list[str]:
        with statements(own_town) as found, client.get(address) as answer:
            assert answer.status_code == 200
        return found

    asked()
    before = asked()
    member = "佛山市南海区试样阀门有限公司"
    rows = [contract_row(n, 卖方名称=member, 卖方统一社会信用代码=USCCS[0]) for n in range(1, 13)]
    assert send(own_town, csv_of(*rows)).status_code == 303
    assert len(asked()) == len(before)
