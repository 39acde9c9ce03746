"""The timetable in a real browser: a meeting moved by keyboard, by pointer, and on a page without scripts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from matchmaker.core.unit import unit
from matchmaker.participants.models import Participant
from tests.web.fair import Fair, make_fair
from tests.web.serving import CHROMIUM, NO_BROWSER, chromium, served
from tests.web.test_accessible import RULES
from tests.web.town import Town, copy_town

TWO = ((0, 1, 0, 0), (2, 3, 1, 1))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def fair(town: Town, tmp_path: Path) -> Fair:
    return make_fair(copy_town(town, tmp_path / "town"), TWO)


@pytest.fixture
def site(fair: Fair) -> Iterator[str]:
    with served(fair.town.app(WTF_CSRF_ENABLED=True)) as address:
        yield address


def window(browser: Browser, fair: Fair, site: str, **options: Any) -> Page:
    """The grid in a window in which the organiser is logged in; what a script complains of fails the test."""
    options = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN"} | options
    context = browser.new_context(base_url=site, **options)
    cookie = fair.town.client("organiser").get_cookie("session")
    assert cookie is not None
    context.add_cookies([{"name": "session", "value": cookie.value, "url": site}])
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(fair.address())
    return page


def meeting(page: Page, fair: Fair, one: int, other: int) -> Locator:
    return page.locator(f"#m-{fair.people[one]}-{fair.people[other]}")


def cell(page: Page, fair: Fair, slot: int, table: int) -> Locator:
    return page.locator(f"td[data-place='{fair.spot(slot, table)}']")


def place(link: Locator) -> str:
    return str(link.evaluate("link => link.closest('td').dataset.place"))


def test_a_meeting_is_moved_and_changes_places_by_keyboard(browser: Browser, fair: Fair, site: str) -> None:
    page = window(browser, fair, site)
    status = page.locator("[data-grid-say]")
    link = meeting(page, fair, 0, 1)
    link.focus()
    page.keyboard.press("Enter")
    expect(status).to_contain_text("已拿起 甲字0阀门 × 乙字1阀门")
    expect(cell(page, fair, 2, 0)).to_have_class("may")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(status).to_contain_text("可以放")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("已移到 09:40")
    expect(link).to_be_focused()
    assert place(link) == fair.spot(2, 0)
    assert fair.meetings() == {(0, 1, 2, 0), (2, 3, 1, 1)}
    # Where another one stands, the two change places; the revision went along.
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(status).to_contain_text("与 丙字2阀门 × 丁字3阀门 对调")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("已移到 09:20")
    assert fair.meetings() == {(0, 1, 1, 1), (2, 3, 2, 0)}
    page.reload()
    assert place(meeting(page, fair, 2, 3)) == fair.spot(2, 0)
    # Escape leaves everything as it was.
    link.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(status).to_contain_text("没有改动")
    expect(page.locator(".target, .held, .may")).to_have_count(0)
    assert fair.meetings() == {(0, 1, 1, 1), (2, 3, 2, 0)}


def test_a_move_that_is_blocked_says_why_and_nothing_is_lost(browser: Browser, fair: Fair, site: str) -> None:
    with unit(fair.town.parts.sessions) as session:
        session.get_one(Participant, fair.people[1]).away = [fair.slots[2]]
    page = window(browser, fair, site)
    alert = page.locator("[data-grid-alert]")
    expect(alert).to_be_hidden()
    link = meeting(page, fair, 0, 1)
    link.focus()
    page.keyboard.press("Enter")
    expect(cell(page, fair, 2, 1)).to_have_attribute("title", "乙字1阀门 这个时段不在场")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(alert).to_contain_text("乙字1阀门 这个时段不在场")
    assert place(link) == fair.spot(0, 0)
    # What changed since the grid was marked is found by the server.
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(cell(page, fair, 1, 0)).to_have_class("may")
    with unit(fair.town.parts.sessions) as session:
        session.get_one(Participant, fair.people[0]).away = [fair.slots[1]]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(alert).to_contain_text("甲字0阀门有限公司 这个时段不在场")
    assert place(link) == fair.spot(0, 0)
    assert fair.meetings() == set(TWO)


def test_a_meeting_is_locked_and_let_go_by_one_key(browser: Browser, fair: Fair, site: str) -> None:
    page = window(browser, fair, site)
    link = meeting(page, fair, 0, 1)
    link.focus()
    page.keyboard.press("l")
    expect(link.locator(".lock")).to_be_visible()
    expect(page.locator("[data-grid-say]")).to_contain_text("已锁定")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-say]")).to_contain_text("先按 L 解锁")
    page.reload()
    expect(link.locator(".lock")).to_be_visible()
    link.focus()
    page.keyboard.press("L")
    expect(link.locator(".lock")).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-say]")).to_contain_text("已移到")
    assert fair.meetings() == {(0, 1, 0, 1), (2, 3, 1, 1)}


def test_a_meeting_is_dragged_with_the_pointer(browser: Browser, fair: Fair, site: str) -> None:
    page = window(browser, fair, site)
    link = meeting(page, fair, 2, 3)
    link.drag_to(cell(page, fair, 0, 1))
    expect(page.locator("[data-grid-say]")).to_contain_text("已移到 09:00")
    assert fair.meetings() == {(0, 1, 0, 0), (2, 3, 0, 1)}
    expect(page.locator(".held, .may, .cannot, .target")).to_have_count(0)


def test_somebody_elses_change_is_shown_instead_of_lost(browser: Browser, fair: Fair, site: str) -> None:
    page = window(browser, fair, site)
    link = meeting(page, fair, 0, 1)
    link.focus()
    page.keyboard.press("Enter")
    expect(cell(page, fair, 2, 0)).to_have_class("may")
    other = fair.form(2, 3, place=fair.spot(0, 1))
    assert fair.town.client("officer").post(fair.of("move"), data=other).status_code == 303
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("别人刚刚改过")
    expect(link).to_be_focused()
    assert place(meeting(page, fair, 2, 3)) == fair.spot(0, 1)
    assert fair.meetings() == {(0, 1, 0, 0), (2, 3, 0, 1)}


def test_without_scripts_a_page_does_the_same(browser: Browser, fair: Fair, site: str) -> None:
    page = window(browser, fair, site, java_script_enabled=False)
    meeting(page, fair, 0, 1).click()
    page.get_by_role("button", name="09:40 2 号桌").click()
    expect(page.locator(".told")).to_contain_text("已移动")
    assert fair.meetings() == {(0, 1, 2, 1), (2, 3, 1, 1)}


def test_the_page_that_waits_shows_the_result_when_the_work_is_done(browser: Browser, fair: Fair, site: str) -> None:
    from matchmaker.meetings import tasks

    page = window(browser, fair, site)
    page.locator(".again summary").click()
    page.get_by_role("button", name="开始编排").click()
    expect(page.locator("[data-task]")).to_be_visible()
    while tasks.run_due(fair.town.parts.sessions, fair.town.parts.engine):
        continue
    expect(page.locator(".page-head")).to_contain_text("第 2 版")
    expect(page.locator("[data-task]")).to_have_count(0)


def test_every_page_can_be_read_and_used_by_everybody(browser: Browser, fair: Fair, site: str) -> None:
    page = window(browser, fair, site)
    one = f"?a={fair.people[0]}&b={fair.people[1]}"
    addresses = ["", "?view=people", "/versions", f"/{fair.draft}/publish", f"/{fair.draft}/move{one}"]
    faults = {address: _faults(page, fair.address(address)) for address in addresses}
    fair.publish()
    faults |= {address: _faults(page, fair.address(address)) for address in ("?version=1", "/repair")}
    page.locator("#missing [type=checkbox]").first.check()
    page.get_by_role("button", name="看会改动什么").click()
    expect(page.locator("#difference")).to_be_visible()
    faults["difference"] = _faults(page)
    assert {address: found for address, found in faults.items() if found} == {}


def _faults(page: Page, address: str | None = None) -> list[str]:
    if address is not None:
        page.goto(address)
    violations = Axe().run(page, options=RULES).response["violations"]
    found = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations]
    page.set_viewport_size({"width": 390, "height": 844})
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than a phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    return found
