"""The contract form in a real browser: the panel answers while one writes, rows come and go, Enter keeps everything."""

import re

import pytest
from playwright.sync_api import Page, expect

from matchmaker.contracts import queries
from matchmaker.core.unit import reading
from tests.web.serving import CHROMIUM, NO_BROWSER, chromium, served
from tests.web.test_accessible import window
from tests.web.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER)]


def field(page: Page, name: str) -> str:
    """Its selector; names have dots."""
    return f"[name='{name}']"


def test_a_contract_is_written_with_help_and_kept(own_town: Town) -> None:
    complaints: list[str] = []
    with served(own_town.app(WTF_CSRF_ENABLED=True)) as site, chromium() as browser:
        page = window(browser, own_town, site, who="member", size="desktop")
        page.on("console", lambda message: complaints.append(message.text))
        page.goto("/my/contracts/new")
        panel = page.locator("[data-live-panel]")
        expect(page.locator("[data-royalty]")).to_be_hidden()
        page.fill(field(page, "title"), "委托开发双级减压阀密封结构")
        expect(panel).to_contain_text("技术开发")
        panel.get_by_role("button", name="采用这个类别").click()
        expect(page.locator("[name=kind][value=DEV]")).to_be_checked()
        expect(page.locator(field(page, "title"))).to_have_value("委托开发双级减压阀密封结构")
        # Only the sub-kinds of the chosen kind can be chosen.
        expect(page.locator("optgroup[data-kind=SVC]")).to_be_hidden()
        page.select_option("[name=unit]", "wan")
        page.fill(field(page, "total"), "120")
        page.get_by_role("button", name="增加一项费用").click()
        page.fill(field(page, "lines.0.text"), "试验台购置")
        page.fill(field(page, "lines.0.amount"), "20")
        expect(panel).to_contain_text("1,000,000.00")
        page.check("[name=payment_mode][value=royalty]")
        expect(page.locator("[data-royalty]")).to_be_visible()
        page.check("[name=payment_mode][value=lump]")
        page.fill(field(page, "parties.1.name"), "广州样例有限公司")
        page.press(field(page, "parties.1.name"), "Enter")
        page.wait_for_url(re.compile(r"/my/contracts/\d+$"))
        number = int(page.url.rpartition("/")[2])
    with reading(own_town.parts.sessions) as session:
        row = queries.contract(session, own_town.actor("member"), contract_id=number)
        assert (row.total_fen, row.technology_fen) == (120_000_000, 100_000_000)
        assert [party.name for party in row.parties][1] == "广州样例有限公司"
    assert complaints == []
