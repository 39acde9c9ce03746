"""How values look on a page, in the page's language: the filters and functions that templates use."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from flask import Flask, g, url_for

from matchmaker.accounts import queries as accounts
from matchmaker.core import clock
from matchmaker.core.money import FEN_PER_WAN, FEN_PER_YUAN, wan_from_fen
from matchmaker.core.unit import reading
from matchmaker.listings.access import can_see_organisation
from matchmaker.listings.browsing import Browsed, words_of
from matchmaker.listings.rules import State
from matchmaker.matching.queries import MAX_QUERY
from matchmaker.matching.rules import Constraint
from matchmaker.notifications import queries as notifications
from matchmaker.notifications import texts
from matchmaker.reference.chains import Chain, Node, chains, nodes
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import Town, towns
from matchmaker.web import navigation
from matchmaker.web.browsed import parameters
from matchmaker.web.desk.panel import missing_text
from matchmaker.web.highlight import marked, snippet
from matchmaker.web.language import _, grouped, language, whole_number
from matchmaker.web.parts import parts
from matchmaker.web.session import actor


def register(app: Flask) -> None:
    """Make the functions known to every template."""
    app.jinja_env.filters.update(marked=marked, snippet=snippet)
    app.jinja_env.globals.update(
        helped_name=helped_name,
        navigation=navigation.groups,
        unread_notices=unread_notices,
        who_asks=actor,
        words_of=words_of,
        browse_link=browse_link,
        chains=chains,
        constraint_text=constraint_text,
        day=day,
        helper_choices=helper_choices,
        is_over=is_over,
        is_past=is_past,
        language=language,
        level_name=level_name,
        longest_text=MAX_QUERY,
        missing_text=missing_text,
        name=name,
        named=named,
        named_nodes=named_nodes,
        node_name=node_name,
        nodes_of=nodes_of,
        notice_text=notice_text,
        organisation_of=organisation_of,
        price=price,
        term=term,
        terms=lambda kind: terms(kind, language()),
        titles_of=titles_of,
        town_name=town_name,
        towns=towns,
    )


def unread_notices() -> int:
    """How many notices wait for whoever is logged in; asked at most once a request."""
    who = actor()
    if who.person_id is None:
        return 0
    if "unread_notices" not in g:
        with reading(parts().sessions) as session:
            g.unread_notices = notifications.unread(session, who)
    return int(g.unread_notices)


def notice_text(row: Any) -> str:
    """A notice in one line, in the page's language."""
    return texts.write(row.text, row.details, language())


def helped_name() -> str:
    """The name of the organisation that a member of staff acts for at the moment."""
    who = actor()
    with reading(parts().sessions) as session:
        return accounts.name_of(session, organisation_id=who.acting_for) if who.acting_for else ""


def term(kind: str, code: str) -> str:
    """The term of a coded value; the code itself when the reference data does not know it."""
    return terms(kind, language()).get(str(code), str(code))


def level_name(level: int) -> str:
    """What the technology-transfer staff call this level."""
    return term("level", str(int(level)))


def name(thing: Chain | Node | Town) -> str:
    """The name of a piece of reference data; English ones begin with a capital wherever they stand."""
    if language() == "zh":
        return thing.name_zh
    return thing.name_en[:1].upper() + thing.name_en[1:]


def node_name(node_id: str) -> str:
    """The name of a chain node, its id when the taxonomy has lost it."""
    node = nodes().get(node_id)
    return name(node) if node else node_id


def named(things: Mapping[str, Chain | Town]) -> list[tuple[str, str]]:
    """Codes and names, in their own order, to choose from."""
    return [(code, name(thing)) for code, thing in things.items()]


def named_nodes(ids: Iterable[str]) -> list[tuple[str, str]]:
    """Ids and names of these nodes, in chain order."""
    return [(node_id, node_name(node_id)) for node_id in sorted(ids)]


def town_name(code: str) -> str:
    """The name of a town, its code when it is not one of the district's."""
    town = towns().get(code)
    return name(town) if town else code


def organisation_of(listing: Any) -> Any | None:
    """Whose listing it is, None when this visitor may not know."""
    return listing.organisation if can_see_organisation(actor(), listing) else None


def titles_of(organisation: Any) -> list[str]:
    """The recognitions that hold today; lapsed ones would mislead."""
    return [row.title for row in organisation.titles if row.holds_on(clock.today())]


def price(low: int | None, high: int | None, unit: StrEnum | None = None) -> str:
    """A price range in 万元, in 元 where that is shorter, in English in CNY; both ends empty means negotiable."""
    amount = _range(low, high)
    if unit is None or (low is None and high is None):
        return amount
    return _("%(unit)s %(amount)s", unit=terms("price_unit", language())[unit.value], amount=amount)


def _range(low: int | None, high: int | None) -> str:
    ends = [end for end in (low, high) if end is not None]
    if not ends:
        return _("面议")
    if language() == "zh" and max(ends) >= FEN_PER_WAN:
        amounts, pattern = [grouped(wan_from_fen(end)) for end in ends], _("%(amount)s 万元")
    else:
        amounts, pattern = [whole_number(end // FEN_PER_YUAN) for end in ends], _("%(amount)s 元")
    amount = pattern % {"amount": "–".join(dict.fromkeys(amounts))}
    if low is None:
        return _("不超过 %(amount)s", amount=amount)
    return _("%(amount)s 起", amount=amount) if high is None else amount


def day(value: date | None) -> str:
    """A calendar day as 2026-05-31, the form both languages read without doubt."""
    return value.isoformat() if value else ""


def browse_link(asked: Browsed) -> Callable[[int], str]:
    """Makes the address of another page of the same search."""
    return lambda number: url_for("listings.browse", **parameters(asked, page=number))


def is_past(value: date) -> bool:
    """Whether the day has gone by in the district's calendar."""
    return value < clock.today()


def helper_choices(people: Iterable[Any]) -> list[tuple[str, str]]:
    """Members of staff to choose from, with what they are."""
    return [(str(person.id), f"{person.name} · {term('role', person.role)}") for person in people]


def nodes_of(chain: str) -> list[Node]:
    """The nodes of a chain in their order."""
    return [node for node in nodes().values() if node.id.startswith(f"{chain}-")]


def is_over(listing: Any) -> bool:
    """Whether the listing's time has run out in the district's calendar."""
    return listing.state is State.EXPIRED or (listing.valid_to is not None and listing.valid_to < clock.today())


def constraint_text(constraint: Constraint) -> str:
    """One condition as a short phrase, with the names of what it is about."""
    write = _PHRASES.get(constraint.code)
    return write(constraint) if write else " ".join((constraint.code, *constraint.detail))


def _node_phrase(constraint: Constraint) -> str:
    return _("同一环节：%(names)s", names=_names(constraint)) if constraint.met else _("不在同一环节")


def _bridge_phrase(constraint: Constraint) -> str:
    return _("跨链邻近：%(names)s", names=_names(constraint)) if constraint.met else _("产业链不相邻")


def _chain_phrase(constraint: Constraint) -> str:
    return _("同一产业链：%(names)s", names=_names(constraint)) if constraint.met else _("不在同一产业链")


def _price_phrase(constraint: Constraint) -> str:
    return _("价格在预算内") if constraint.met else _("价格超出预算")


def _cooperation_phrase(constraint: Constraint) -> str:
    return _("合作方式一致：%(names)s", names=_names(constraint)) if constraint.met else _("合作方式不同")


def _names(constraint: Constraint) -> str:
    known = terms("cooperation", language())
    found = [_one_name(code, known) for code in constraint.detail]
    return _("、").join(found)


def _one_name(code: str, cooperation: dict[str, str]) -> str:
    chain = chains().get(code)
    return name(chain) if chain else cooperation.get(code) or node_name(code)


_PHRASES = {
    "node": _node_phrase,
    "bridge": _bridge_phrase,
    "chain": _chain_phrase,
    "price": _price_phrase,
    "cooperation": _cooperation_phrase,
}
