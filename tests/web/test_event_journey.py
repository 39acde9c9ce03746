"""An event from the idea to its report, in a real browser: the organiser at a desk, a participant with a phone."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from icalendar import Calendar
from openpyxl import Workbook
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from matchmaker.core import clock
from matchmaker.core.unit import reading
from matchmaker.meetings import tasks
from matchmaker.meetings.models import Meeting
from matchmaker.participants.models import Participant
from tests.web.serving import CHROMIUM, NO_BROWSER, chromium, served
from tests.web.town import Town

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER),
]
GOODS = ("减压阀", "浓度传感器", "储氢瓶框架", "卡套接头", "质子交换膜", "球阀", "端板", "密封垫", "检漏服务", "压缩机")
BEGIN = datetime(2099, 5, 4, 9, 0, tzinfo=clock.DISTRICT_ZONE)


class Day:
    """What time it is for everybody who asks the site."""

    def __init__(self) -> None:
        self.moment = BEGIN - timedelta(days=20)

    def around(self, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            with clock.pretend(self.moment):
                told = inner(environ, start)
                try:
                    return list(told)
                finally:
                    getattr(told, "close", lambda: None)()

        return answer


@pytest.fixture
def day() -> Day:
    return Day()


@pytest.fixture
def site(own_town: Town, day: Day) -> Iterator[str]:
    app = own_town.app(WTF_CSRF_ENABLED=True)
    app.wsgi_app = day.around(app.wsgi_app)  # type: ignore[method-assign]
    with served(app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def log_in(context: BrowserContext, town: Town, site: str, *, who: str) -> None:
    """Anew on every day: who was away for half an hour is logged out."""
    cookie = town.client(who).get_cookie("session")
    assert cookie is not None
    context.clear_cookies()
    context.add_cookies([{"name": "session", "value": cookie.value, "url": site}])


def window(browser: Browser, town: Town, site: str, *, who: str, width: int) -> Page:
    context = browser.new_context(base_url=site, viewport={"width": width, "height": 900}, locale="zh-CN")
    log_in(context, town, site, who=who)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def guests() -> bytes:
    """Forty people of forty firms: the first twenty need what the others offer."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["单位名称", "姓名", "手机", "需求", "供给"])
    for number in range(20):
        good = GOODS[number % 10]
        sheet.append([f"佛山市南海区需方{number}有限公司", f"需方代表{number}", "", f"求购{good}，月用量一千件", ""])
        sheet.append([f"佛山市南海区供方{number}有限公司", f"供方代表{number}", "", "", f"供应{good}，现货，可定制"])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def work(town: Town, day: Day) -> None:
    """What the worker beside the pages does."""
    with clock.pretend(day.moment):
        while tasks.run_due(town.parts.sessions, town.parts.engine):
            pass


def test_an_event_from_the_idea_to_the_report(own_town: Town, browser: Browser, site: str, day: Day) -> None:
    desk = window(browser, own_town, site, who="organiser", width=1440)
    phone = window(browser, own_town, site, who="member", width=390)
    event = plan(desk)
    gather(desk, phone, event)
    match(desk, event, own_town, day)
    move_by_keyboard(desk)
    publish(desk, phone, event, own_town)
    day.moment = BEGIN - timedelta(minutes=10)
    log_in(desk.context, own_town, site, who="organiser")
    open_the_door(desk, event, own_town)
    day.moment = BEGIN + timedelta(hours=3)
    log_in(desk.context, own_town, site, who="organiser")
    sum_up(desk, event)


def plan(desk: Page) -> int:
    """The idea: an event with hours and tables."""
    desk.goto("/office/events/new")
    desk.fill("#title", "五月氢能部件对接会")
    desk.select_option("#kind", "supply_chain")
    desk.fill("#starts_at", "2099-05-04T09:00")
    desk.fill("#ends_at", "2099-05-04T12:00")
    desk.select_option("#town", "440605123")
    desk.fill("#venue", "丹灶会议厅")
    desk.select_option("#state", "announced")
    desk.check("input[name=chains][value=HYD]")
    desk.fill("#meetings_max", "4")
    desk.click("text=保存")
    event = re.search(r"/office/events/(\d+)$", desk.url)[1]  # type: ignore[index]
    desk.click("text=时段与桌位")
    desk.fill("#ends_1", "2099-05-04T11:00")
    desk.click("text=保存时段")
    desk.fill("#tables", "1-20")
    desk.click("text=保存桌位")
    expect(desk.locator(".advice")).to_contain_text("6 个时段 × 20 张桌")
    return int(event)


def gather(desk: Page, phone: Page, event: int) -> None:
    """Who comes: a list with reasons, an invitation accepted on a phone, forty people from a sheet."""
    office = f"/office/events/{event}"
    desk.goto(f"{office}/guests")
    # The town's two organisations sat together at the fair in March.
    desk.click("text=生成名单")
    expect(desk.locator("#content")).to_contain_text("没有合适的单位")
    desk.click("summary:has-text('名单条件')")
    desk.uncheck("#only_new")
    desk.click("text=生成名单")
    expect(desk.locator(".guest-table")).to_contain_text("求购七十兆帕氢气减压阀")
    desk.fill("#text", "请来谈谈减压阀。")
    desk.click("text=邀请所选单位")
    phone.goto("/my/events")
    phone.click("text=五月氢能部件对接会")
    phone.click("button:has-text('参加')")
    expect(phone.locator("#content")).to_contain_text("已确认")
    desk.goto(f"{office}/people/import")
    sheet = {"name": "参会人.xlsx", "mimeType": "application/octet-stream", "buffer": guests()}
    desk.set_input_files("input[type=file]", sheet)  # type: ignore[arg-type]
    desk.click("text=检查并导入")
    desk.goto(f"{office}/people")
    expect(desk.locator("#content")).to_contain_text("已确认 41 家")


def match(desk: Page, event: int, town: Town, day: Day) -> None:
    """The matchmaking list, then the timetable; both are made beside the page."""
    office = f"/office/events/{event}"
    desk.goto(f"{office}/candidates")
    desk.click("button:has-text('计算撮合名单')")
    work(town, day)
    desk.goto(f"{office}/candidates")
    expect(desk.locator("#content")).to_contain_text("需方0")
    desk.goto(f"{office}/timetable")
    desk.locator("#content form button[type=submit]").first.click()
    work(town, day)
    desk.goto(f"{office}/timetable")


def move_by_keyboard(desk: Page) -> None:
    """One meeting goes to a free place."""
    held = desk.locator("td[data-place] a[id^='m-'], td[data-place] button[id^='m-']").first
    name, before = held.get_attribute("id"), held.evaluate("one => one.closest('td').dataset.place")
    held.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("td.may").first).to_be_visible()
    free = desk.evaluate(
        """() => { const at = [...document.querySelectorAll('td[data-place]')], row = one => one.parentElement.rowIndex;
        const here = document.activeElement.closest('td');
        const good = at.find(one => one.classList.contains('may') && one !== here);
        return [row(good) - row(here), good.cellIndex - here.cellIndex]; }"""
    )
    for key, steps in (("ArrowDown", free[0]), ("ArrowUp", -free[0]), ("ArrowRight", free[1]), ("ArrowLeft", -free[1])):
        for _ in range(steps):
            desk.keyboard.press(key)
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-grid-say]")).to_contain_text("已移到")
    assert desk.locator(f"#{name}").evaluate("one => one.closest('td').dataset.place") != before


def publish(desk: Page, phone: Page, event: int, town: Town) -> None:
    """Published, printed, and on the phone."""
    office = f"/office/events/{event}"
    desk.click("text=发布…")
    desk.click("text=确认发布并通知")
    with reading(town.parts.sessions) as session:
        meetings = session.scalars(select(Meeting).where(Meeting.event_id == event)).all()
    assert len(meetings) >= 20
    printed = desk.request.get(f"{office}/print/schedules.pdf")
    assert len(PdfReader(BytesIO(printed.body())).pages) == 21
    phone.goto("/my/events")
    phone.click("text=五月氢能部件对接会")
    file = phone.request.get(phone.url + "/calendar.ics")
    own = Calendar.from_ical(file.body()).walk("VEVENT")
    expect(phone.locator("#content")).to_contain_text("洽谈日程" if own else "五月氢能部件对接会")


def open_the_door(desk: Page, event: int, town: Town) -> None:
    """The day: a badge is scanned, somebody does not come, somebody walks in."""
    office = f"/office/events/{event}"
    with reading(town.parts.sessions) as session:
        badge = session.scalars(select(Participant.badge).where(Participant.event_id == event)).first()
    desk.goto(f"{office}/desk")
    desk.fill("#desk-q", badge or "")
    desk.keyboard.press("Enter")
    expect(desk.locator(".told")).to_contain_text("已签到")
    desk.locator("button:has-text('未到')").first.click()
    desk.click("text=按未到调整时间表")
    desk.click("text=看会改动什么")
    expect(desk.locator("#content")).to_contain_text("取消")
    desk.locator("#content form button.button-main").last.click()
    desk.goto(f"{office}/walk-in")
    desk.fill("#name", "佛山市南海区现场有限公司")
    desk.fill("#person_name", "黄一现")
    desk.fill("#need_text", "求购减压阀，先要二十件")
    desk.click("text=登记并找对象")
    desk.locator(".desk-row form button").first.click()
    expect(desk.locator(".told")).to_contain_text("已排入")


def sum_up(desk: Page, event: int) -> None:
    """Afterwards: outcomes in two taps, and the report."""
    office = f"/office/events/{event}"
    desk.goto(f"{office}/outcomes")
    desk.locator("button:has-text('可能合作')").first.click()
    expect(desk.locator(".told")).to_contain_text("已记下")
    desk.goto(f"{office}/report")
    expect(desk.locator("#talks")).to_contain_text("可能合作1")
    text = PdfReader(BytesIO(desk.request.get(f"{office}/report.pdf").body())).pages[0].extract_text()
    assert "可能合作" in text
