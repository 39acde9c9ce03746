"""What can be said of a pair of listings from their coded values alone: constraints met and missed, and their worth."""

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.reference.chains import bridges

# Added to the log-odds of the text score. Hard limits are filters and never reach this; soft ones only add.
WORTH = {"node": 1.0, "bridge": 0.5, "chain": 0.3, "price": 0.2, "cooperation": 0.1}
WHOLE = frozenset({"technology", "service", "equipment"})


@dataclass(frozen=True)
class Facts:
    """The coded values of one listing that constraints look at; prices are fen."""

    nodes: tuple[str, ...] = ()
    price_low: int | None = None
    price_high: int | None = None
    cooperation: tuple[str, ...] = ()
    form: str = ""
    price_unit: str | None = None


@dataclass(frozen=True)
class Constraint:
    """A constraint that could be checked; `detail` are codes (nodes, cooperation) or nothing."""

    code: str
    met: bool
    detail: tuple[str, ...] = ()


def constraints(need: Facts, offer: Facts) -> tuple[Constraint, ...]:
    """Every constraint that both sides say enough about, in the order people ask for them."""
    return tuple(one for one in (_nodes(need, offer), _price(need, offer), _cooperation(need, offer)) if one)


def bonus(found: Sequence[Constraint]) -> float:
    """What the met constraints add to the log-odds of the pair."""
    return sum(WORTH[one.code] for one in found if one.met)


def _nodes(need: Facts, offer: Facts) -> Constraint | None:
    if not need.nodes or not offer.nodes:
        return None
    if same := sorted(set(need.nodes) & set(offer.nodes)):
        return Constraint("node", True, tuple(same))
    near = sorted({node for wanted in need.nodes for node in bridges().get(wanted, ())} & set(offer.nodes))
    if near:
        return Constraint("bridge", True, tuple(near))
    chains = {node[:3] for node in need.nodes} & {node[:3] for node in offer.nodes}
    return Constraint("chain", True, tuple(sorted(chains))) if chains else Constraint("chain", False)


def _price(need: Facts, offer: Facts) -> Constraint | None:
    """Met when the offer's lowest price is within the need's highest budget; 面议 on either side says nothing.

    Goods are priced by the piece and budgeted by the order, so only what is bought whole is compared.
    """
    if need.form not in WHOLE or offer.form not in WHOLE or need.price_unit or offer.price_unit:
        return None
    budget = need.price_high if need.price_high is not None else need.price_low
    asked = offer.price_low if offer.price_low is not None else offer.price_high
    return None if budget is None or asked is None else Constraint("price", asked <= budget)


def _cooperation(need: Facts, offer: Facts) -> Constraint | None:
    if not need.cooperation or not offer.cooperation:
        return None
    shared = tuple(way for way in need.cooperation if way in offer.cooperation)
    return Constraint("cooperation", bool(shared), shared)
