"""Reads filters as people give them (codes or names) and refuses what does not exist."""

from collections.abc import Sequence

from matchmaker.core.errors import Fault, Invalid
from matchmaker.listings.rules import Form
from matchmaker.matching.results import Filters
from matchmaker.reference.chains import chains as known_chains
from matchmaker.reference.terms import codes
from matchmaker.reference.towns import town_codes_by_name


def read_filters(*, chains: Sequence[str] = (), towns: Sequence[str] = (), forms: Sequence[str] = ()) -> Filters:
    """Filters from text; Invalid names the field and every value that is unknown. Blank values are left out."""
    by_chain = {code: code for code in known_chains()} | {one.name_zh: code for code, one in known_chains().items()}
    faults: list[Fault] = []

    def known(field: str, values: Sequence[str], table: dict[str, str]) -> frozenset[str]:
        found = {value: table.get(value) or table.get(value.lower()) or table.get(value.upper()) for value in values}
        unknown = [value for value, code in found.items() if code is None and value]
        faults.extend(Fault(field, f"unknown {field}", value) for value in unknown)
        return frozenset(code for code in found.values() if code)

    filters = Filters(
        chains=known("chain", chains, by_chain),
        towns=known("town", towns, town_codes_by_name()),
        forms=frozenset(Form(code) for code in known("form", forms, codes("form"))),
    )
    if faults:
        raise Invalid(faults)
    return filters
