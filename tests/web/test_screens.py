"""The pictures leave no page out."""

import re

from tests.screens import BETWEEN, PAGES
from tests.web.doors import BY_LETTER, DOORS
from tests.web.test_accessible import NO_PAGES


def test_every_page_has_its_picture() -> None:
    taken = {re.sub(r"\{\w+\}|\d+", "<id>", address.partition("?")[0]) for _who, address in PAGES.values()}
    pages = {
        re.sub(r"<[^>]+>", "<id>", rule)
        for (method, rule), allowed in DOORS.items()
        if method == "GET" and allowed != BY_LETTER and not any(part in rule for part in NO_PAGES)
    }
    assert pages - taken == set()


def test_pages_between_two_forms_are_named() -> None:
    assert {rule for _method, rule in DOORS} >= set(BETWEEN)
