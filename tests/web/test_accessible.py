"""Every page in a real browser: WCAG AA by axe, nothing sticks out on a phone, nothing is refused by the policy."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.doors import BY_LETTER, DOORS, address_of
from tests.web.serving import CHROMIUM, NO_BROWSER, chromium, served
from tests.web.town import Town

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}
# Who has most to see comes first.
LOOKERS = ("member", "officer", "organiser", "auditor", "administrator", "visitor")
# Not pages: files, data, a redirect.
NO_PAGES = (
    ".xlsx",
    ".pdf",
    ".json",
    ".ics",
    ".zip",
    "/health",
    "/assets/",
    "/files/",
    "/licence",
    "/contact",
    "/language/",
    "/login",
)
VISITED = ("/login", "/register", "/forgotten", "/", "/nowhere")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER),
]


def pages(town: Town) -> list[tuple[str, str]]:
    """Every page's address with somebody who may open it."""
    found = [("visitor", address) for address in VISITED]
    for (method, rule), allowed in sorted(DOORS.items()):
        if method == "GET" and allowed != BY_LETTER and not any(part in rule for part in NO_PAGES):
            found.append((next(who for who in LOOKERS if who in allowed), address_of(rule, town)))
    return [*found, ("visitor", "/search?q=七十兆帕减压阀"), ("member", "/listings?side=need&q=没有这个词")]


@pytest.fixture(scope="module")
def site(town: Town) -> Iterator[str]:
    with served(town.app(WTF_CSRF_ENABLED=True)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def window(browser: Browser, town: Town, site: str, *, who: str, size: str) -> Page:
    """A window of this size in which this person is logged in."""
    width, height = SIZES[size]
    context = browser.new_context(base_url=site, viewport={"width": width, "height": height}, locale="zh-CN")
    if who != "visitor":
        cookie = town.client(who).get_cookie("session")
        assert cookie is not None
        context.add_cookies([{"name": "session", "value": cookie.value, "url": site}])
    return context.new_page()


def faults_of(page: Page) -> list[str]:
    """What axe says of the page on a wide screen, and whether it sticks out on a narrow one."""
    violations = Axe().run(page, options=RULES).response["violations"]
    found = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations]
    width, height = SIZES["phone"]
    page.set_viewport_size({"width": width, "height": height})
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than a phone")
    width, height = SIZES["desktop"]
    page.set_viewport_size({"width": width, "height": height})
    return found


def test_every_page_can_be_read_and_used_by_everybody(browser: Browser, town: Town, site: str) -> None:
    windows: dict[str, Page] = {}
    complaints: dict[str, list[str]] = {}
    for who, address in pages(town):
        if who not in windows:
            windows[who] = window(browser, town, site, who=who, size="desktop")
        page = windows[who]
        page.goto(address)
        if faults := faults_of(page):
            complaints[f"{who} {address}"] = faults
    for page in windows.values():
        page.context.close()
    assert complaints == {}


def test_the_menu_opens_on_a_phone_by_keyboard(browser: Browser, town: Town, site: str) -> None:
    page = window(browser, town, site, who="visitor", size="phone")
    page.goto("/")
    entry = page.get_by_role("link", name="供给大厅")
    expect(entry).to_be_hidden()
    page.locator("#menu").focus()
    page.keyboard.press("Space")
    expect(entry).to_be_visible()
    page.context.close()


def test_the_first_tab_leads_past_the_menu(browser: Browser, town: Town, site: str) -> None:
    page = window(browser, town, site, who="member", size="desktop")
    page.goto("/my/listings")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    page.context.close()
