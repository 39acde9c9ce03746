"""The pages in a real browser: comforts work, nothing is refused by the policy, nothing sticks out on a phone."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.web.serving import CHROMIUM, NO_BROWSER, chromium, served

NEED = "氢能车储氢舱要用的氢气浓度传感器"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PAGES = ("/", f"/search?q={NEED}", "/search?q=", "/listings", "/listings/1", "/listings/6", "/nothing")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER),
]


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as found:
        yield found


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = SIZES[request.param]
    with chromium() as browser:
        yield browser.new_page(viewport={"width": width, "height": height})


def test_pages_fit_the_screen_and_break_no_rule(page: Page, address: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert [text for text in complaints if "status of 4" not in text] == []


def test_a_question_is_typed_counted_and_answered(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("#q", NEED)
    expect(page.locator(".counter")).to_have_text(f"{len(NEED)} / 5000")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".match h3").first).to_have_text("车载氢气浓度传感器")
    page.locator(".chip", has_text="服务").click()
    page.wait_for_url("**form=service**")
    expect(page.locator("#q")).to_have_value(NEED)
