"""What a browser would send of a form on a page, for forms whose rows come and go."""

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict


class FormReader(HTMLParser):
    """The fields of the form with this id or class, as a browser would send them."""

    def __init__(self, page: str, form: str) -> None:
        super().__init__()
        self.values: MultiDict[str, str] = MultiDict()
        self._area = self._list = ""
        start = next(place for place in (page.find(f'id="{form}"'), page.find(f'class="{form}"')) if place >= 0)
        self.feed(page[start:].split(">", 1)[1].split("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.values.add(name, value)
        elif tag == "textarea":
            self._area = name
        elif tag == "select":
            self._list = name
        elif tag == "option" and ("selected" in given or self._list not in self.values):
            self.values.setlist(self._list, [value])

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] = self.values.get(self._area, "") + data

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area


def sent(page: str, form: str = "contract-form", **over: str) -> MultiDict[str, str]:
    """The form as the browser sends it after these fields were changed; `__` in a name stands for a dot."""
    values = FormReader(page, form).values
    for name, value in over.items():
        values[name.replace("__", ".")] = value
    return values
