"""技术合同登记表: filled from the record, what is missing marked, as a workbook and as PDF."""

import re
from datetime import date
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from openpyxl import load_workbook

from matchmaker.contracts.models import Contract, ContractDue, ContractParty
from matchmaker.contracts.rules import ContractKind, PartyNature, PartyRole, PaymentMode, RelatedParty, SubKind
from matchmaker.exchange import registration_form_pdf, registration_form_sheet
from matchmaker.exchange.registration_form import COLUMNS, MOST_TEXT, Form, Look, registration_form

SELLER = "佛山市南海区试样研究院"
BUYER = "佛山市南海区试样阀门有限公司"
HOSTILE = "=HYPERLINK(A1)"


def party(role: PartyRole, name: str, **over: Any) -> ContractParty:
    """A party of which the form knows everything."""
    given = {
        "uscc": "91440605YYYY000127",
        "nature": PartyNature.LIMITED_COMPANY,
        "country": "156",
        "division": "440605",
    }
    return ContractParty(role=role, name=name, **(given | over))


def contract(**over: Any) -> Contract:
    """A contract of which the form knows everything, never stored."""
    given: dict[str, Any] = {
        "title": "高压氢气瓶口阀密封结构委托开发",
        "kind": ContractKind.DEV,
        "sub_kind": SubKind.ENTRUSTED,
        "own_number": "NH-2026-0031",
        "field": "energy",
        "node": "HYD-09",
        "object": "开发车载瓶口阀的密封结构",
        "indicators": "泄漏率不大于 10 mL/h",
        "acceptance": "第三方检测",
        "ip_terms": "",
        "licence_scope": "",
        "signed_on": date(2026, 3, 2),
        "valid_from": date(2026, 3, 2),
        "valid_until": date(2027, 9, 1),
        "total_fen": 240_000_000,
        "technology_fen": 198_050_000,
        "payment_mode": PaymentMode.INSTALMENTS,
        "royalty": {},
        "ip": [],
        "related": RelatedParty.NONE,
        "fiscal_fund": False,
        "registrar": "",
        "registration_no": None,
        "parties": [party(PartyRole.BUYER, BUYER), party(PartyRole.SELLER, SELLER)],
        "schedule": [ContractDue(milestone="合同生效", due_on=date(2026, 3, 15), amount_fen=96_000_000)],
    }
    return Contract(**(given | over))


def values(form: Form) -> dict[str, str]:
    """Label to the box right of it."""
    found = {}
    for row in form.rows:
        for label, value in pairwise(row):
            if label.look is Look.LABEL and value.look is not Look.LABEL:
                found[label.text] = value.text
    return found


def test_the_form_is_filled_from_the_record() -> None:
    form = registration_form(contract())
    said = values(form)
    assert form.missing == ()
    assert said["项目名称"] == "高压氢气瓶口阀密封结构委托开发"
    assert (said["合同类别"], said["合同子类"]) == ("技术开发", "委托开发")
    assert (said["签订日期"], said["合同有效期"]) == ("2026-03-02", "2026-03-02 至 2027-09-01")
    assert (said["合同成交额（元）"], said["技术交易额（元）"]) == ("2,400,000.00", "1,980,500.00")
    assert (said["技术领域"], said["产业链环节"]) == ("新能源与高效节能", "HYD-09 高压阀")
    assert said["支付方式"] == "□ 一次总付　■ 分期支付　□ 提成支付　□ 入门费加提成"
    assert said["付款计划"] == "1. 合同生效，2026-03-15，960,000.00 元"
    rows = [[box.text for box in row] for row in form.rows if row[0].text in ("买方", "卖方")]
    codes = ["91440605YYYY000127", "156", "440605", "150 有限责任公司"]
    assert rows == [["买方", BUYER, *codes], ["卖方", SELLER, *codes]]


@pytest.mark.parametrize(
    ("over", "missing"),
    [
        ({"sub_kind": None}, ("合同子类",)),
        ({"signed_on": None}, ("签订日期",)),
        ({"valid_until": None}, ("合同有效期",)),
        ({"field": ""}, ("技术领域",)),
        ({"total_fen": None, "technology_fen": None}, ("合同成交额", "技术交易额")),
        ({"object": " "}, ("标的内容",)),
        ({"indicators": ""}, ("技术指标",)),
        ({"kind": ContractKind.SVC, "indicators": "", "acceptance": ""}, ()),
        ({"kind": ContractKind.TRF}, ("知识产权编号",)),
        ({"kind": ContractKind.LIC, "ip": [{"type": "invention", "no": ""}]}, ("知识产权编号", "许可范围")),
        ({"parties": [party(PartyRole.SELLER, SELLER)]}, ("买方",)),
        (
            {"parties": [party(PartyRole.BUYER, BUYER), party(PartyRole.SELLER, SELLER, nature=None, division="")]},
            ("卖方行政区划代码", "卖方性质代码"),
        ),
    ],
)
def test_what_is_missing_is_named_and_marked(over: dict[str, Any], missing: tuple[str, ...]) -> None:
    form = registration_form(contract(**over))
    assert form.missing == missing
    assert sum(box.look is Look.MISSING for row in form.rows for box in row) == len(missing)


def test_a_party_abroad_needs_no_codes_of_ours() -> None:
    abroad = party(PartyRole.SELLER, "Example GmbH", country="276", uscc="", division="", nature=PartyNature.FOREIGN)
    assert registration_form(contract(parties=[party(PartyRole.BUYER, BUYER), abroad])).missing == ()


def test_a_royalty_is_said_in_words() -> None:
    royalty = {
        "base": "sales",
        "rates": [300, 250],
        "period": "投产后五年",
        "floor_fen": 10_000_000,
        "ceiling_fen": None,
    }
    form = registration_form(contract(payment_mode=PaymentMode.ROYALTY, royalty=royalty, schedule=[]))
    assert re.fullmatch(r"按\S+提取 3%、2\.5%，投产后五年，最低 100,000\.00 元", values(form)["提成约定"])


def test_rows_fill_the_page_and_long_texts_are_cut() -> None:
    long = contract(object="密封" * 900, indicators="\n".join("一行" for _ in range(99)))
    long.ip = [{"type": "invention", "no": f"ZL{n}", "name": "阀" * 120, "owner": SELLER} for n in range(30)]
    form = registration_form(long)
    assert {sum(box.span for box in row) for row in form.rows} == {COLUMNS}
    for name in ("标的内容", "技术指标"):
        assert values(form)[name].endswith("……（全文见合同文本）")
        assert len(values(form)[name]) <= MOST_TEXT
    # Thirty rights run over several pages, and nothing is too high for one.
    assert registration_form_pdf.paper(form).count(b"/Type /Page\n") > 1


def test_the_workbook_prints_on_one_width_and_holds_no_formula() -> None:
    content = registration_form_sheet.sheet(
        registration_form(contract(title=HOSTILE, registration_no="2026440601000001"))
    )
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    texts = [str(cell.value) for cell in cells]
    assert "技术合同登记表" in texts[0]
    assert "合同登记编号：2026440601000001" in texts
    assert f"'{HOSTILE}" in texts
    assert "2,400,000.00" in texts
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.orientation) == (1, "portrait")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_pdf_is_one_a4_page_for_a_usual_contract() -> None:
    content = registration_form_pdf.paper(registration_form(contract(title="<b>&阀</b>", own_number="😀")))
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 1
    assert b"595.2756 841.8898" in content
