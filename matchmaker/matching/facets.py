"""The coded values of open listings as arrays by listing id, so that a filter is one vector operation."""

from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Form, Visibility
from matchmaker.matching.results import Filters
from matchmaker.reference.chains import chains

_FORMS = {form: number for number, form in enumerate(Form)}
_FOREVER = date.max.toordinal()
_GROW = 1024


class Facets:
    """One row per listing id; ids never seen have no row that passes."""

    def __init__(self) -> None:
        self._chain_bit = {code: 1 << number for number, code in enumerate(chains())}
        self._node_ids: dict[str, set[int]] = {}
        self._nodes_of: dict[int, list[str]] = {}
        self._rows = np.zeros((0, 5), np.int64)

    def put(self, listing: Listing) -> None:
        """Remember, or replace, what filters ask about."""
        if listing.id >= len(self._rows):
            extra = np.zeros((listing.id - len(self._rows) + _GROW, 5), np.int64)
            self._rows = np.concatenate([self._rows, extra])
        bits = 0
        for node in listing.node_ids:
            bits |= self._chain_bit[node[:3]]
        for node in self._nodes_of.get(listing.id, ()):
            self._node_ids[node].discard(listing.id)
        self._nodes_of[listing.id] = listing.node_ids
        for node in listing.node_ids:
            self._node_ids.setdefault(node, set()).add(listing.id)
        self._rows[listing.id] = (
            bits,
            _FORMS[listing.form],
            listing.organisation_id * 2 + (listing.visibility is Visibility.CONSENT),
            listing.valid_from.toordinal() if listing.valid_from else 0,
            listing.valid_to.toordinal() if listing.valid_to else _FOREVER,
        )

    def passing(
        self,
        ids: NDArray[np.int64],
        filters: Filters,
        *,
        day: date,
        owners: set[int] | None,
        besides: set[int],
        private: bool,
    ) -> NDArray[np.bool_]:
        """Which of the ids pass: valid on `day`, not of the organisations `besides`, on consent only if `private`.

        `owners` are the organisations in the wanted towns, None for all: an organisation may move, its listings
        do not change by that.
        """
        rows = self._rows[ids]
        today = day.toordinal()
        mask = (rows[:, 3] <= today) & (today <= rows[:, 4])
        if besides:
            mask &= ~np.isin(rows[:, 2] >> 1, list(besides))
        if not private:
            mask &= rows[:, 2] & 1 == 0
        if filters.chains:
            wanted = sum(self._chain_bit[code] for code in filters.chains)
            mask &= rows[:, 0] & wanted != 0
        if owners is not None:
            mask &= np.isin(rows[:, 2] >> 1, list(owners))
        if filters.forms:
            mask &= np.isin(rows[:, 1], [_FORMS[form] for form in filters.forms])
        if filters.nodes:
            mask &= np.isin(ids, list(self._of_nodes(filters.nodes)))
        return mask

    def _of_nodes(self, wanted: Iterable[str]) -> set[int]:
        return set().union(*(self._node_ids.get(node, set()) for node in wanted))
