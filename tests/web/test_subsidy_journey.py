"""Two stories in a real browser: from a meeting's outcome to aid that is paid and proven, and how it is taken back."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from json import loads
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from matchmaker.audit import queries as audit
from matchmaker.core import clock
from matchmaker.core.db import new_key
from matchmaker.core.unit import reading, unit
from matchmaker.subsidies import finding, paying, replaying, reviewing
from matchmaker.subsidies.models import Window
from tests.web.granted import do, make_claim
from tests.web.serving import CHROMIUM, NO_BROWSER, chromium
from tests.web.town import BASE, Town
from tests.web.walking import Story, fill, paper, press

NUMBER = "2099440601000017"
TITLE = "减压阀双级密封结构委托开发"
ROUND = "2100 年技术合同奖补"
# Where something stands on its way.
HERE = ".steps [aria-current=step]"
SCANS = {"登记证明", "发票", "回单"}
EVENT = "氢能阀门洽谈会"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER),
]


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    """That hour in the district."""
    return datetime(year, month, day, hour, tzinfo=clock.DISTRICT_ZONE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_from_a_meeting_to_aid_that_is_paid_and_proven(own_town: Town, browser: Browser) -> None:
    story = Story(browser, own_town)
    # The fair of the town, at noon; the year after its contracts are aided.
    with story.running(at(2099, 3, 2, 12)):
        deal = agree(story)
        story.go_on(at(2099, 3, 20))
        contract = write_down(story, deal)
        be_registered(story, deal, contract)
        story.go_on(at(2100, 3, 8))
        claim = apply(story)
        assess(story, claim)
        story.go_on(at(2100, 4, 1))
        show(story, claim)
        story.go_on(at(2100, 4, 9))
        pay_out(story, claim)
        prove(story, claim)
    assert story.complaints == []


def test_a_revoked_registration_costs_the_aid(own_town: Town, browser: Browser) -> None:
    story = Story(browser, own_town)
    claim, contract, window = make_paid(own_town)
    with story.running(clock.now()):
        revoke(story, contract)
        with story.now():
            assert finding.look(own_town.parts.sessions, base=BASE) == 1
        take_back(story, claim)
        book(story, claim, window)
        tell(story, claim, contract)
    assert story.complaints == []


def agree(story: Story) -> str:
    """Both sides want to work together; one click makes a deal of the meeting, and it gets as far as an intention."""
    seller, ids = story.who("member"), story.town.ids
    seller.goto(f"/my/events/{ids['registration']}/outcomes")
    press(seller, "可能合作")
    press(seller.locator(f"#m{ids['meeting']}"), "登记为交易")
    seller.wait_for_url(re.compile(r"/my/deals/\d+$"))
    address = seller.url
    expect(seller.locator("main")).to_contain_text(EVENT)
    press(seller, "修改")
    seller.check("[name=kind][value=technology]")
    fill(seller, title=TITLE, amount="120", summary="针对七十兆帕车载供氢系统，委托研制双级减压阀的密封结构。")
    press(seller, "保存")
    press(seller, "进入“意向”")
    expect(seller.locator(HERE)).to_have_text("意向")
    story.look(seller, "/my/deals")
    story.look(seller, address)
    return address


def write_down(story: Story, deal: str) -> str:
    """The seller drafts the contract; what the registry would refuse is said, and mended. The contract's address."""
    seller = story.who("member")
    seller.goto(deal)
    press(seller, "起草技术合同")
    expect(seller.locator("[name='parties.1.name']")).to_have_value("佛山市南海区隐名电机有限公司")
    seller.check("[name=kind][value=DEV]")
    seller.select_option("[name=sub_kind]", "entrusted")
    seller.select_option("[name=field]", "energy")
    fill(seller, indicators="", acceptance="由买方按附件的试验大纲在三十天内验收。", plan="二个月设计，六个月样机。")
    fill(seller, confidentiality="图纸和试验数据保密五年。", ip_terms="新申请的专利归双方共有，收益各半。")
    for side in (0, 1):
        name = seller.input_value(f"[name='parties.{side}.name']")
        fill(seller, **{f"parties__{side}__seal_name": name})
        seller.select_option(f"[name='parties.{side}.nature']", "150")
    reckon(seller)
    fill(seller, signed_on="2099-03-18", valid_from="2099-03-18", valid_until="2100-12-31")
    story.look(seller)
    seller.locator(".form-foot button", has_text="保存").click()
    seller.wait_for_url(re.compile(r"/my/contracts/\d+$"))
    mend(seller)
    story.look(seller)
    return seller.url


def reckon(seller: Page) -> None:
    """The assistant takes the test bench off the price and says why."""
    press(seller, "增加一项费用")
    fill(seller, lines__0__text="试验台购置", lines__0__amount="200000", total="1200000")
    expect(seller.locator("[data-live-panel]")).to_contain_text("1,000,000.00")
    expect(seller.locator("[data-live-panel]")).to_contain_text("扣除 200,000.00")


def mend(seller: Page) -> None:
    """Every finding leads to where it is mended."""
    refused = seller.locator(".finding-refuse")
    expect(refused).to_have_count(2)
    refused.filter(has_text="技术指标").locator("a").click()
    fill(seller, indicators="外泄漏率不高于 10 mL/h；寿命不少于 5 万次。")
    seller.locator(".form-foot button", has_text="保存").click()
    expect(refused).to_have_count(1)
    refused.locator("a").click()
    seller.locator("#papers summary").click()
    seller.select_option("#purpose", "text")
    seller.set_input_files("#paper", paper("合同文本"))
    press(seller.locator("#papers form"), "上传")
    expect(seller.locator("#findings")).to_contain_text("没有发现问题")


def be_registered(story: Story, deal: str, contract: str) -> None:
    """Signed and handed in by the seller, paid by the buyer with both papers, certified at the office."""
    seller, buyer, officer = story.who("member"), story.who("stranger"), story.who("officer")
    seller.goto(contract)
    for label in ("已签约", "已提交登记"):
        press(seller.locator(".next"), label)
        press(seller.locator("form.form"), label)
    expect(seller.locator(HERE)).to_contain_text("已提交")
    buyer.goto("/my/contracts")
    buyer.get_by_role("link", name=TITLE).click()
    press(buyer, "登记一笔收付")
    fill(buyer, amount="1,200,000.00", invoice_no="44069901", receipt_no="HD20990320")
    buyer.set_input_files("#invoice", paper("发票"))
    buyer.set_input_files("#receipt", paper("回单"))
    story.look(buyer)
    press(buyer.locator("form.form"), "登记")
    expect(buyer.locator("#payments")).to_contain_text("HD20990320")
    officer.goto(contract)
    press(officer.locator(".next"), "登记")
    fill(officer, registration_no=NUMBER, registrar="佛山市技术合同认定登记机构")
    officer.set_input_files("#paper", paper("登记证明"))
    story.look(officer)
    press(officer.locator("form.form"), "登记")
    expect(officer.locator(HERE)).to_contain_text("已登记")
    seller.goto(deal)
    expect(seller.locator(".deal-history li").first).to_contain_text("技术合同已登记并付清")
    story.look(officer, "/office/contracts")


def apply(story: Story) -> str:
    """The office opens a round, the platform finds the contract, the buyer confirms. The claim's number."""
    officer, buyer = story.who("officer"), story.who("stranger")
    officer.goto("/office/subsidies/windows")
    fill(officer, year="2100", title=ROUND, opens_on="2100-03-01", closes_on="2100-03-31")
    press(officer, "开设")
    officer.locator("summary", has_text="下达或调整预算").click()
    fill(officer, amount="2000000", reason="年度预算")
    press(officer, "入账")
    expect(officer.locator(".money-of-available")).to_contain_text("2,000,000.00")
    story.look(officer)
    with story.now():
        assert finding.look(story.town.parts.sessions, base=BASE) == 1
        assert finding.look(story.town.parts.sessions, base=BASE) == 0
    buyer.goto("/")
    expect(buyer.locator("main")).to_contain_text(f"{TITLE}”预计可获奖补 50,000 元")
    buyer.get_by_role("link", name="等您确认或补正的奖补").click()
    buyer.wait_for_url("**/my/subsidies")
    story.look(buyer)
    found = buyer.locator(".found", has_text=TITLE)
    expect(found).to_contain_text("50,000.00 元")
    press(found, "查看并确认")
    fill(buyer, bank_name="佛山农商银行丹灶支行", bank_account="8001 0000 1234 5678")
    buyer.check("#declared")
    press(buyer, "确认并提交")
    expect(buyer.locator(HERE)).to_contain_text("已申请")
    expect(buyer.locator("main")).not_to_contain_text("12345678")
    story.look(buyer)
    return buyer.url.rpartition("/")[2]


def assess(story: Story, claim: str) -> None:
    """One officer checks and reckons; while others may claim from the same budget it is not shown to the public."""
    first = story.who("officer")
    first.goto("/")
    first.get_by_role("link", name="等您办理的奖补").click()
    first.locator("tr", has_text=TITLE).locator("a").first.click()
    # The scans are all there, so nobody has to have seen the originals.
    for label in ("预审通过", "镇街核查通过", "核算并拟支持"):
        press(first, label)
    expect(first.locator(HERE)).to_contain_text("拟支持")
    expect(first.locator(".sum-panel + section")).to_contain_text("申领窗口还没有截止")
    expect(first.get_by_role("button", name="开始公示")).to_have_count(0)
    story.look(first)


def show(story: Story, claim: str) -> None:
    """After the close it is shown to the public, and while it is shown nobody can approve it."""
    first = story.who("officer")
    first.goto(f"/office/subsidies/{claim}")
    press(first, "开始公示")
    expect(first.locator(HERE)).to_contain_text("公示")
    story.look(first)
    visitor = story.who("visitor")
    story.look(visitor, "/notice")
    shown = visitor.locator("li.panel", has_text=TITLE)
    expect(shown).to_contain_text("佛山市南海区隐名电机有限公司")
    second = story.who("second_officer")
    second.goto(f"/office/subsidies/{claim}")
    expect(second.locator(".sum-panel + section")).to_contain_text("公示期未满")


def pay_out(story: Story, claim: str) -> None:
    """After the notice the second officer approves, not the first; the batch leaves the house whole, and is paid."""
    first, second = story.who("officer"), story.who("second_officer")
    first.goto(f"/office/subsidies/{claim}")
    expect(first.locator("main")).to_contain_text("前一步由您作出，这一步须由另一位专员办理")
    expect(first.get_by_role("button", name="核准")).to_have_count(0)
    second.goto(f"/office/subsidies/{claim}")
    press(second, "核准")
    expect(second.locator(HERE)).to_contain_text("已核准")
    second.get_by_role("link", name=ROUND).click()
    press(second, "生成拨付批次")
    fill(second, purpose="移交区财政国库支付")
    with second.expect_download() as pack:
        press(second, "导出资金包")
    open_pack(pack.value.path())
    story.look(second)
    first.goto(f"/office/subsidies/{claim}")
    fill(first, paid_on="2100-04-09")
    first.set_input_files("#receipt", paper("拨付凭证"))
    press(first, "登记拨付")
    expect(first.locator(HERE)).to_contain_text("已拨付")


def open_pack(path: Path) -> None:
    """Everything in the pack is what its manifest says; the papers of the claim are in it."""
    with ZipFile(path) as pack:
        manifest = loads(pack.read("manifest.json"))
        for name, said in manifest["files"].items():
            assert sha256(pack.read(name)).hexdigest() == said["sha256"]
        [payee] = manifest["payees"]
        assert (payee["amount_fen"], payee["registration_no"]) == (5_000_000, NUMBER)
        assert {part for name in payee["papers"] for part in SCANS if part in name} == SCANS


def prove(story: Story, claim: str) -> None:
    """The auditor goes from the money back to the meeting, on the page and on paper; log and books are whole."""
    auditor = story.who("auditor")
    story.look(auditor, f"/office/subsidies/{claim}/trace")
    expect(auditor.locator(".chain")).to_contain_text(EVENT)
    with auditor.expect_download() as file:
        press(auditor, "审计用 PDF")
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(file.value.path()).pages))
    for said in (NUMBER, "50,000.00", EVENT, "佛山市南海区试样阀门有限公司"):
        assert said in text
    story.look(auditor, f"/office/events/{story.town.ids['fair']}/harvest")
    expect(auditor.locator("main")).to_contain_text(TITLE)
    with reading(story.town.parts.sessions) as session:
        assert audit.first_broken(session) is None
        assert list(replaying.replay_all(session)) == []


def make_paid(town: Town) -> tuple[int, int, int]:
    """A claim of the member's that was paid today: its number, its contract's and its round's."""
    first, second = town.actor("officer"), town.actor("second_officer")
    with unit(town.parts.sessions) as session:
        window = session.get_one(Window, town.ids["window"])
        claim = make_claim(session, town, window)
        # It was shown to the public before the year's budget bound anybody.
        window.limited = False
        for verb in (reviewing.precheck, reviewing.town_check, reviewing.propose, reviewing.publish_notice):
            do(session, verb, claim, first)
        window.limited = True
        claim.notice_from, claim.notice_until = (clock.today() - timedelta(days=days) for days in (9, 1))
        do(session, reviewing.approve, claim, second)
        paying.make_batch(session, first, window_id=window.id, claim_ids=[claim.id], once=new_key())
        do(session, paying.mark_paid, claim, first, paid_on=clock.today())
        return claim.id, claim.contract_id, window.id


def revoke(story: Story, contract: int) -> None:
    """The registry took the registration back; the office enters that with the registry's paper."""
    officer = story.who("officer")
    story.look(officer, f"/my/contracts/{contract}")
    press(officer.locator(".next"), "撤销登记")
    press(officer.locator("form.form"), "撤销登记")
    expect(officer.locator("#reason")).to_have_js_property("validity.valid", False)
    fill(officer, reason="登记机构认定合同没有技术内容。")
    officer.set_input_files("#paper", paper("撤销决定"))
    press(officer.locator("form.form"), "撤销登记")
    expect(officer.locator(HERE)).to_contain_text("撤销")
    expect(officer.locator("#subsidies")).to_contain_text("已拨付")


def take_back(story: Story, claim: int) -> None:
    """What the platform found is taken up by one officer, and confirmed by another one only."""
    first, second = story.who("officer"), story.who("second_officer")
    first.goto(f"/office/subsidies/{claim}")
    press(first.locator("#claw-backs"), "受理")
    expect(first.locator("#claw-backs")).to_contain_text("须由另一位专员确认")
    second.goto(f"/office/subsidies/{claim}")
    fill(second, answer="合同不再是技术合同。")
    press(second, "确认追回")
    expect(second.locator(HERE)).to_contain_text("已追回")


def book(story: Story, claim: int, window: int) -> None:
    """Most of it comes back, then the rest: what is owed goes down, what is free goes up."""
    officer = story.who("second_officer")
    owed = officer.locator(".money-of-receivable dd")
    for owing, amount in (("20,000.00", "15000"), ("5,000.00", "5000"), ("0.00", "")):
        story.look(officer, f"/office/subsidies/windows/{window}")
        expect(owed).to_have_text(f"{owing} 元")
        if amount:
            officer.goto(f"/office/subsidies/{claim}")
            officer.locator("#claw-backs summary", has_text="登记追回入账").click()
            fill(officer, amount=amount, on=clock.today().isoformat())
            press(officer.locator("#claw-backs"), "登记")
            expect(officer.locator(".told")).to_contain_text("已记录")


def tell(story: Story, claim: int, contract: int) -> None:
    """The applicant, the contract's page and the auditor see the same; the books are whole."""
    member = story.who("member")
    story.look(member, f"/my/subsidies/{claim}")
    expect(member.locator(HERE)).to_contain_text("已追回")
    expect(member.locator("#claw-backs")).to_contain_text("须退回 20,000.00 元，已退回 20,000.00 元，已全部退回。")
    member.goto(f"/my/contracts/{contract}")
    expect(member.locator("#subsidies")).to_contain_text("已追回")
    story.look(story.who("auditor"), f"/office/subsidies/{claim}/trace")
    with reading(story.town.parts.sessions) as session:
        assert audit.first_broken(session) is None
        assert list(replaying.replay_all(session)) == []
