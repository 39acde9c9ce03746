"""What a meeting of two organisations is worth, and who may ask: pure numbers."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.accounts.rules import OrganisationKind
from matchmaker.events.rules import Asking, EventKind
from matchmaker.meetings.rules import Mark, RequestState
from matchmaker.meetings.wanted import are_rivals, may_ask, worth


@dataclass(frozen=True)
class Said:
    """A pair as far as its worth goes."""

    mark: Mark = Mark.NONE
    request: RequestState = RequestState.NONE


def row(score: float = 0.5, level: int = 2, **over: object) -> dict[str, object]:
    return {"score": score, "level": level, "met": None, "talking": False, "rivals": False} | over


ROWS = st.builds(
    row,
    score=st.floats(0, 1),
    level=st.integers(0, 3),
    met=st.none() | st.integers(1, 9),
    talking=st.booleans(),
    rivals=st.booleans(),
)
PAIRS = st.builds(Said, st.sampled_from(Mark), st.sampled_from(RequestState))


@given(st.none() | ROWS, st.none() | PAIRS, st.sampled_from(Asking))
def test_it_is_a_share_or_nothing_and_the_organiser_has_the_last_word(
    listed: dict[str, object] | None, pair: Said | None, asking: Asking
) -> None:
    found = worth(listed, pair, asking)
    assert found is None or 0 <= found <= 1
    if pair is not None and pair.mark is Mark.NEVER:
        assert found is None
    if pair is not None and pair.mark is Mark.MUST:
        assert found is not None and found >= 0.9


@pytest.mark.parametrize(
    ("listed", "pair", "asking", "expected"),
    [
        (row(), None, Asking.OPT_IN, 0.5),
        (row(0.2, 0), None, Asking.OPT_IN, None),
        (None, None, Asking.OPT_IN, None),
        (row(rivals=True, level=1), None, Asking.OPT_IN, None),
        (row(met=4), None, Asking.OPT_IN, 0.25),
        (row(talking=True), None, Asking.OPT_IN, 0.25),
        (row(), Said(request=RequestState.ASKED), Asking.OPT_IN, 0.6),
        (row(0.85, 3), Said(request=RequestState.ASKED), Asking.OPT_IN, 0.9),
        (row(0.97, 3), Said(request=RequestState.ASKED), Asking.OPT_IN, 0.97),
        (None, Said(request=RequestState.ASKED), Asking.OPT_IN, 0.1),
        (row(met=4), Said(request=RequestState.ASKED), Asking.OPT_IN, 0.3),
        (row(), Said(request=RequestState.ASKED), Asking.OPT_OUT, 0.9),
        (row(0.1, 0), Said(request=RequestState.ACCEPTED), Asking.OPT_IN, 0.9),
        (row(0.97, 3, met=4), Said(request=RequestState.ACCEPTED), Asking.OPT_IN, 0.97),
        (row(0.97, 3), Said(request=RequestState.DECLINED), Asking.OPT_OUT, None),
        (row(), Said(request=RequestState.EXPIRED), Asking.OPT_IN, 0.5),
        (row(), Said(request=RequestState.WITHDRAWN), Asking.OPT_IN, 0.5),
        (row(0.97, 3), Said(Mark.NEVER, RequestState.ACCEPTED), Asking.OPT_IN, None),
        (None, Said(Mark.MUST, RequestState.DECLINED), Asking.OFF, 0.9),
    ],
)
def test_what_a_pair_is_worth(
    listed: dict[str, object] | None, pair: Said | None, asking: Asking, expected: float | None
) -> None:
    assert worth(listed, pair, asking) == (None if expected is None else pytest.approx(expected))


def test_rivals_offer_on_one_node_and_need_nothing_of_each_other() -> None:
    valves, motors = frozenset({"HYD-09", "HYD-10"}), frozenset({"MAC-04"})
    assert are_rivals((valves, frozenset({"HYD-09"})), 1)
    assert not are_rivals((valves, frozenset({"HYD-09"})), 2)
    assert not are_rivals((valves, motors), 0)
    assert not are_rivals((frozenset(), frozenset()), 0)


@pytest.mark.parametrize("kind", [None, *OrganisationKind])
def test_banks_and_service_providers_are_only_asked_at_supply_chain_events(kind: OrganisationKind | None) -> None:
    only_asked = kind in (OrganisationKind.FINANCIAL_INSTITUTION, OrganisationKind.SERVICE_PROVIDER)
    assert may_ask(EventKind.SUPPLY_CHAIN, kind) is not only_asked
    assert all(may_ask(event, kind) for event in EventKind if event is not EventKind.SUPPLY_CHAIN)
