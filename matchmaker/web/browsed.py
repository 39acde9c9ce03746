"""A faceted search as it stands in an address."""

from typing import Any

from werkzeug.datastructures import MultiDict

from matchmaker.core.errors import Fault, Invalid
from matchmaker.listings.browsing import CODED, Browsed, Sort
from matchmaker.listings.rules import Side
from matchmaker.reference.chains import chains, nodes
from matchmaker.reference.towns import towns
from matchmaker.web.language import _

MAX_TEXT = 200
LARGEST_PAGE = 100_000
# The name in the address and the name in `Browsed`.
NAMES = {
    "chain": "chains",
    "node": "nodes",
    "town": "towns",
    "form": "forms",
    "kind": "kinds",
    "title": "titles",
    "maturity": "maturities",
    "cooperation": "cooperations",
    "price": "prices",
}


def read_browsed(values: MultiDict[str, str]) -> Browsed:
    """The facets in the address. Invalid names every value that does not exist."""
    faults: list[Fault] = []
    found: dict[str, Any] = {}
    for name, field in NAMES.items():
        given = frozenset(filter(None, values.getlist(name)))
        faults += [_unknown(name, value) for value in sorted(given - _known(field))]
        found[field] = given
    side, sort = values.get("side") or Side.OFFER, values.get("sort") or Sort.NEWEST
    if side not in set(Side):
        faults.append(_unknown("side", side))
    if sort not in set(Sort):
        faults.append(_unknown("sort", sort))
    if faults:
        raise Invalid(faults)
    text = values.get("q", "").replace("\0", "").strip()[:MAX_TEXT]
    page = max(1, min(values.get("page", 1, int), LARGEST_PAGE))
    return Browsed(side=Side(side), text=text, sort=Sort(sort), page=page, **found)


def parameters(asked: Browsed, **over: Any) -> dict[str, Any]:
    """The address of the same search, with some of it said differently; what stands at its default is left out."""
    found: dict[str, Any] = {name: sorted(getattr(asked, field)) or None for name, field in NAMES.items()}
    found |= {"q": asked.text or None, "sort": asked.sort.value if asked.sort is not Sort.NEWEST else None}
    return {"side": asked.side.value, **found, **over}


def _known(field: str) -> frozenset[str]:
    if field == "chains":
        return frozenset(chains())
    if field == "nodes":
        return frozenset(nodes())
    if field == "towns":
        return frozenset(towns())
    return frozenset(code.value for code in CODED[field])


def _unknown(name: str, value: str) -> Fault:
    return Fault(name, _("筛选条件里没有“%(value)s”这一项。", value=value[:40]), value)
