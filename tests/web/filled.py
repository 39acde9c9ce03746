"""Fills in a form as a browser would: with every hidden field the page put into it."""

from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class _Forms(HTMLParser):
    """The hidden fields of every form, by the address it is sent to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        elif tag == "input" and given.get("type") == "hidden" and self.found:
            self.found[-1][1][given["name"]] = given.get("value", "")


def hidden(page: str, address: str, **chosen: str) -> dict[str, str]:
    """The hidden fields of the page's form for `address`, of the one with these values where there are several."""
    forms = _Forms()
    forms.feed(page)
    fitting = [fields for action, fields in forms.found if action == address and chosen.items() <= fields.items()]
    assert fitting, f"no form for {address} {chosen}; there are {[action for action, _fields in forms.found]}"
    return fitting[0]


def send(client: FlaskClient, page: str, address: str, form: dict[str, object], **chosen: str) -> TestResponse:
    """Send the form that `page` shows for `address` ("" for its own), with what the page put into it and `form`."""
    sent: dict[str, object] = dict(hidden(client.get(page).text, address, **chosen))
    return client.post(address or page, data=sent | form)
