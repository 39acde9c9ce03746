"""A served town in which everybody has a browser of their own, at the time that a story has come to."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from matchmaker.core import clock
from tests.web.serving import served
from tests.web.town import Town

WIDE, PHONE, HIGH = 1360, 390, 900
# A PDF as far as anybody looks at it; different papers have different bytes.
_PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\n% "
# What reaches furthest to the right, from its beginning.
_STICKS_OUT = """[...document.querySelectorAll('main *')]
    .sort((one, other) => other.getBoundingClientRect().right - one.getBoundingClientRect().right)[0]
    .outerHTML.slice(0, 200)"""


class Story:
    """Who looks at what, when. What the pages complain of is kept in `complaints`."""

    def __init__(self, browser: Browser, town: Town) -> None:
        self.town, self.site = town, ""
        self.complaints: list[str] = []
        self._browser, self._moment = browser, clock.now()
        self._pages: dict[str, Page] = {}

    @contextmanager
    def running(self, moment: datetime) -> Iterator["Story"]:
        """Served, at this moment, until the end of the block."""
        self._moment = moment
        app = self.town.app(WTF_CSRF_ENABLED=True)
        app.wsgi_app = self._then(app.wsgi_app)  # type: ignore[method-assign]
        with served(app) as self.site:
            yield self
            for page in self._pages.values():
                page.context.close()

    def go_on(self, moment: datetime) -> None:
        """Later. Staff who were away for so long log in again, which another test is about."""
        self._moment = moment
        for who, page in self._pages.items():
            self._log_in(page, who)

    def now(self) -> Any:
        """The same time for what runs beside the pages."""
        return clock.pretend(self._moment)

    def who(self, name: str) -> Page:
        """The browser of this person; "visitor" is nobody."""
        if name not in self._pages:
            context = self._browser.new_context(
                base_url=self.site, viewport={"width": WIDE, "height": HIGH}, locale="zh-CN"
            )
            self._pages[name] = page = context.new_page()
            page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
            page.on("console", lambda message: self._heard(page, message))
            page.on("dialog", lambda dialog: dialog.accept())
            self._log_in(page, name)
        return self._pages[name]

    def look(self, page: Page, address: str = "") -> None:
        """Open it, unless it is open; it must fit a phone as well."""
        if address:
            page.goto(address)
        page.wait_for_load_state()
        page.set_viewport_size({"width": PHONE, "height": HIGH})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.complaints.append(f"{page.url}: wider than a phone: {page.evaluate(_STICKS_OUT)}")
        page.set_viewport_size({"width": WIDE, "height": HIGH})

    def _log_in(self, page: Page, who: str) -> None:
        cookie = None if who == "visitor" else self.town.client(who).get_cookie("session")
        if cookie is not None:
            page.context.add_cookies([{"name": "session", "value": cookie.value, "url": self.site}])

    def _heard(self, page: Page, message: Any) -> None:
        # A form that is refused is no mistake of the page.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(f"{page.url}: {message.text}")

    def _then(self, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            with clock.pretend(self._moment):
                told = inner(environ, start)
                try:
                    return list(told)
                finally:
                    getattr(told, "close", lambda: None)()

        return answer


def paper(name: str) -> Any:
    """A scan to upload, whose bytes no other scan has."""
    return {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": _PAPER + name.encode() + b"\n%%EOF\n"}


def fill(page: Page, **texts: str) -> None:
    """Type into fields by name; `__` stands for a dot."""
    for name, text in texts.items():
        page.fill(f"[name='{name.replace('__', '.')}']", text)


def press(where: Page | Locator, label: str) -> None:
    """The button or link that says so."""
    where.locator("button, a.button", has_text=label).first.click()
