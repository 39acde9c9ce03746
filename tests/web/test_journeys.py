"""The story from the outside, in a real browser: registered, verified, published, matched, introduced."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from matchmaker.core.unit import reading
from matchmaker.mail.models import OutgoingMail
from tests.web.serving import CHROMIUM, NO_BROWSER, chromium, served
from tests.web.town import PASSWORD, PDF, Town

CODE = "12440600YYYY00039U"
NAME = "佛山市南海区新起研究所"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER),
]
Visit = Callable[[str | None], Page]


@pytest.fixture
def site(own_town: Town) -> Iterator[str]:
    with served(own_town.app(WTF_CSRF_ENABLED=True)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Opens a browser of its own for each person; logs in through the page when one is named."""
    contexts = []

    def open_one(email: str | None) -> Page:
        context = browser.new_context(base_url=site, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.goto("/")
        return log_in(page, email) if email else page

    yield open_one
    for context in contexts:
        context.close()


def log_in(page: Page, email: str) -> Page:
    page.goto("/login")
    page.fill("#login", email)
    page.fill("#password", PASSWORD)
    page.locator("main .button-main").click()
    if page.url.endswith("/login/code"):
        secret = page.locator("code").inner_text()
        page.fill("#code", pyotp.TOTP(secret).now())
        page.locator("main .button-main").click()
    expect(page.locator(".who-name")).to_be_visible()
    return page


def link_in_newest_letter(town: Town) -> str:
    with reading(town.parts.sessions) as session:
        letter = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
        assert letter is not None
        return re.findall(r"http://127.0.0.1:8000(/\S+)", letter.body)[0]


def register(page: Page, town: Town, tmp_path: Path) -> None:
    """An account, its password behind the letter, and an organisation with its licence."""
    page.goto("/register")
    page.fill("#name", "钟研究")
    page.fill("#email", "zhong@demo.example")
    page.check("#agreed")
    page.locator("main .button-main").click()
    page.goto(link_in_newest_letter(town))
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.locator("main .button-main").click()
    log_in(page, "zhong@demo.example")
    licence = tmp_path / "证书.pdf"
    licence.write_bytes(PDF)
    page.goto("/my/organisations/new")
    page.fill("#uscc", CODE)
    page.fill("#name", NAME)
    page.select_option("#kind", "research_platform")
    page.select_option("#town", label="桂城街道")
    page.set_input_files("#licence", licence)
    page.locator("main .button-main").click()
    expect(page.locator("h1")).to_have_text(NAME)


def decide(officer: Page, button: str, reason: str = "") -> None:
    officer.goto("/office/organisations")
    officer.get_by_role("link", name=NAME).click()
    officer.fill("#reason", reason)
    officer.get_by_role("button", name=button).click()


def test_a_new_organisation_finds_a_partner_and_contacts_are_exchanged(
    own_town: Town, visit: Visit, tmp_path: Path
) -> None:
    newcomer, officer = visit(None), visit("officer@demo.example")
    register(newcomer, own_town, tmp_path)
    decide(officer, "通过核验")

    newcomer.goto("/my/listings/new?side=need")
    newcomer.fill("#title", "求购七十兆帕氢气减压阀")
    newcomer.fill("#detail", "用于车载供氢系统，要耐压一百零五兆帕、泄漏率低的高压氢气减压阀，先要二十只。")
    expect(newcomer.locator("[data-live-panel]")).to_contain_text("七十兆帕高压氢气减压阀")
    expect(newcomer.locator("[data-saved]")).to_have_text("草稿已保存")
    newcomer.locator("summary", has_text="氢能").first.click()
    newcomer.locator('input[name=chain_nodes][value="HYD-09"]').check()
    newcomer.get_by_role("button", name="保存并发布").click()

    suggestion = newcomer.locator(".match", has_text="七十兆帕高压氢气减压阀")
    suggestion.locator("summary", has_text="有意向").click()
    suggestion.locator("textarea[name=message]").fill("我们是研究所，想先要二十只试装。")
    suggestion.get_by_role("button", name="发出请求").click()
    expect(newcomer.locator(".steps")).to_contain_text("请求对接")
    assert "member@demo.example" not in newcomer.content()

    owner = visit("member@demo.example")
    owner.goto("/my/introductions")
    owner.get_by_role("link", name="求购七十兆帕氢气减压阀").first.click()
    assert "zhong@demo.example" not in owner.content()
    owner.get_by_role("button", name="同意对接").click()
    expect(owner.locator(".beside")).to_contain_text("zhong@demo.example")
    newcomer.reload()
    expect(newcomer.locator(".beside")).to_contain_text("member@demo.example")
    newcomer.fill("#text", "周二上午来看样可以吗？")
    newcomer.get_by_role("button", name="发送").click()
    owner.reload()
    expect(owner.locator(".beside")).to_contain_text("周二上午来看样可以吗？")


def test_an_officer_returns_a_faulty_registration_and_it_comes_back_mended(
    own_town: Town, visit: Visit, tmp_path: Path
) -> None:
    newcomer, officer = visit(None), visit("officer@demo.example")
    register(newcomer, own_town, tmp_path)
    decide(officer, "退回补充")
    expect(officer.locator(".fault")).to_contain_text("请写明原因")
    officer.fill("#reason", "名称与证书不符，请改为全称")
    officer.get_by_role("button", name="退回补充").click()

    newcomer.goto("/")
    expect(newcomer.locator("main")).to_contain_text("名称与证书不符，请改为全称")
    newcomer.goto("/my/organisations")
    newcomer.get_by_role("link", name=NAME).click()
    expect(newcomer.locator(".steps")).to_contain_text("退回补充")
    newcomer.get_by_role("link", name="修改资料").click()
    newcomer.fill("#name", "佛山市南海区新起应用技术研究所")
    newcomer.locator("main .button-main").click()
    newcomer.get_by_role("button", name="资料已改好，再次提交").click()
    officer.goto("/office/organisations")
    expect(officer.locator("main")).to_contain_text("佛山市南海区新起应用技术研究所")


def test_without_scripts_the_form_still_checks_saves_and_publishes(own_town: Town, browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = log_in(context.new_page(), "member@demo.example")
    page.goto("/my/listings/new?side=need")
    page.fill("#title", "找人修补铝挤压模")
    page.fill("#detail", "模具工作带磨损，断面复杂，修模三四次还偏壁。")
    page.get_by_role("button", name="看看会匹配到谁").click()
    expect(page.locator(".beside")).to_contain_text("完整度")
    page.get_by_role("button", name="保存并发布").click()
    expect(page.locator(".fault").first).to_be_visible()
    expect(page.locator("#detail")).to_have_value("模具工作带磨损，断面复杂，修模三四次还偏壁。")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator("main")).to_contain_text("找人修补铝挤压模")
    context.close()
