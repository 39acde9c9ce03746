"""From ties of ownership and people to what relates two parties (25 % as in tax practice); touches no database."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from matchmaker.contracts.rules import TieKind, same_name

LINE_BP = 2500
WHOLE = Fraction(10_000)
LEADING = frozenset({TieKind.LEGAL_REPRESENTATIVE, TieKind.CONTROLLER, TieKind.KEY_MANAGER})
# Ownership seldom goes further, and a circle must end somewhere.
DEEPEST = 8
_BODY = re.compile(r"(公司|集团|大学|学院|研究院|研究所|中心|合伙|（有限合伙）|委员会|局|厂|社|协会|基金会|医院|银行)$")


class TieCode(StrEnum):
    """What relates two parties."""

    HOLDING = "holding"
    COMMON_HOLDER = "common_holder"
    CONTROL = "control"
    SAME_PERSON = "same_person"
    SAME_GROUP = "same_group"
    UNIVERSITY = "university"
    UNKNOWN_SHARE = "unknown_share"


@dataclass(frozen=True)
class Body:
    """A party, or an organisation between the parties. Its code names it; its name does where there is no code."""

    name: str
    uscc: str = ""
    is_university: bool = False

    @property
    def key(self) -> str:
        return self.uscc or self.name


@dataclass(frozen=True)
class TieFact:
    """Somebody tied to the body with this key; `share_bp` is a holding in hundredths of a per cent."""

    body: str
    kind: TieKind
    holder_name: str
    holder_uscc: str = ""
    share_bp: int | None = None


@dataclass(frozen=True)
class RelatedTie:
    """One thing that relates two parties. One that is not `certain` has to be verified by somebody first."""

    code: TieCode
    left: str
    right: str
    share_bp: int | None
    certain: bool
    text_zh: str
    text_en: str

    @property
    def mark(self) -> tuple[str, str, str, str]:
        """What makes it the same tie when it is found again; a share that moved makes it a new one."""
        return (self.code, self.left, self.right, self.text_zh)

    @property
    def counts(self) -> bool:
        """Whether it alone makes the parties related; a university's own company is looked at by people first."""
        return self.certain and self.code is not TieCode.UNIVERSITY

    def as_json(self) -> dict[str, object]:
        """The tie as RelatedFinding keeps it."""
        names = ("code", "left", "right", "share_bp", "certain", "text_zh", "text_en")
        return {name: getattr(self, name) for name in names}


def find(sellers: Sequence[Body], buyers: Sequence[Body], ties: Iterable[TieFact]) -> list[RelatedTie]:
    """All that relates a seller to a buyer, the certain first. `ties` are those that hold on the day in question."""
    web = _Web([*sellers, *buyers], list(ties))
    found = [tie for left in sellers for right in buyers for tie in _between(web, left, right)]
    return sorted(dict.fromkeys(found), key=lambda tie: not tie.counts)


class _Web:
    """The ties by body, with holders known by code where their name is a known body's."""

    def __init__(self, bodies: Sequence[Body], ties: Sequence[TieFact]) -> None:
        self._codes = {same_name(body.name): body.key for body in bodies}
        self.names = {body.key: body.name for body in bodies}
        self.by_body: dict[str, list[TieFact]] = {}
        self._holdings: dict[str, dict[str, Fraction]] = {}
        for tie in ties:
            self.by_body.setdefault(tie.body, []).append(tie)
            self.names.setdefault(self.key(tie), tie.holder_name)

    def key(self, tie: TieFact) -> str:
        name = same_name(tie.holder_name)
        return tie.holder_uscc or self._codes.get(name, name)

    def of(self, body: str, *kinds: TieKind) -> set[str]:
        """The holders of these kinds of ties to the body."""
        return {self.key(tie) for tie in self.by_body.get(body, []) if tie.kind in kinds}

    def is_body(self, key: str) -> bool:
        """Whether the name alone tells one from another: two people may share a name, two bodies hardly do."""
        return key in self._codes.values() or key != same_name(self.names[key]) or bool(_BODY.search(key))

    def holdings(self, body: str) -> Mapping[str, Fraction]:
        """Every direct or indirect holder with its share: products along a chain, summed over the chains.

        Walks up level by level, so that firms that hold each other cost no more than their number.
        """
        if body not in self._holdings:
            found: dict[str, Fraction] = {}
            level = {body: WHOLE}
            for _ in range(DEEPEST):
                level = self._above(level, besides=body)
                for holder, share in level.items():
                    found[holder] = min(WHOLE, found.get(holder, Fraction(0)) + share)
            self._holdings[body] = found
        return self._holdings[body]

    def _above(self, level: Mapping[str, Fraction], *, besides: str) -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        for body, part in level.items():
            for tie in self.by_body.get(body, []):
                holder = self.key(tie)
                if tie.kind is TieKind.SHAREHOLDER and tie.share_bp is not None and holder != besides:
                    found[holder] = found.get(holder, Fraction(0)) + part * tie.share_bp / WHOLE
        return found


def _between(web: _Web, left: Body, right: Body) -> Iterator[RelatedTie]:
    yield from _one_above_the_other(web, left, right)
    yield from _one_above_the_other(web, right, left)
    yield from _common_holders(web, left, right)
    yield from _same_people(web, left, right)
    yield from _same_group(web, left, right)


def _one_above_the_other(web: _Web, upper: Body, lower: Body) -> Iterator[RelatedTie]:
    share = web.holdings(lower.key).get(upper.key, Fraction(0))
    controls = upper.key in web.of(lower.key, TieKind.CONTROLLER, TieKind.GROUP)
    if upper.is_university and (share >= LINE_BP or controls):
        zh = f"{lower.name}由{upper.name}持有或控制：高校与所属企业之间的交易，请人工核实"
        en = f"{lower.name} is held or controlled by {upper.name}, a university: for people to review"
        yield RelatedTie(TieCode.UNIVERSITY, upper.name, lower.name, int(share) or None, True, zh, en)
    elif share >= LINE_BP:
        zh = f"{upper.name}直接或间接持有{lower.name} {_percent(share)} 的股权，达到 25%"
        en = f"{upper.name} holds {_percent(share)} of {lower.name}, directly or indirectly: 25 % or more"
        yield RelatedTie(TieCode.HOLDING, upper.name, lower.name, int(share), True, zh, en)
    elif controls:
        zh, en = f"{upper.name}控制{lower.name}，属母子公司", f"{upper.name} controls {lower.name}"
        yield RelatedTie(TieCode.CONTROL, upper.name, lower.name, None, True, zh, en)
    elif any(web.key(tie) == upper.key and _sized(tie) is None for tie in web.by_body.get(lower.key, [])):
        zh = f"{upper.name}是{lower.name}的股东，持股比例不明，请核实"
        en = f"{upper.name} is a shareholder of {lower.name} with an unknown share: verify it"
        yield RelatedTie(TieCode.UNKNOWN_SHARE, upper.name, lower.name, None, False, zh, en)


def _common_holders(web: _Web, left: Body, right: Body) -> Iterator[RelatedTie]:
    mine, theirs = web.holdings(left.key), web.holdings(right.key)
    both = {
        holder: min(mine[holder], theirs[holder])
        for holder in mine.keys() & theirs.keys()
        if min(mine[holder], theirs[holder]) >= LINE_BP
    }
    for holder in sorted(both):
        if any(holder in web.holdings(other) for other in both):
            continue  # told of the nearer holder already
        name, share = web.names[holder], both[holder]
        sure = web.is_body(holder)
        shares = f"分别为 {_percent(mine[holder])} 和 {_percent(theirs[holder])}"
        zh = f"{name}在{left.name}和{right.name}均持股 25% 以上（{shares}）"
        en = f"{name} holds 25 % or more of both {left.name} and {right.name}"
        yield RelatedTie(TieCode.COMMON_HOLDER, left.name, right.name, int(share), sure, *_verify(zh, en, sure))


def _same_people(web: _Web, left: Body, right: Body) -> Iterator[RelatedTie]:
    mine, theirs = web.of(left.key, *LEADING), web.of(right.key, *LEADING)
    for holder in sorted(mine & theirs):
        name, sure = web.names[holder], web.is_body(holder)
        zh = f"{left.name}和{right.name}的法定代表人、实际控制人或关键管理人员同为{name}"
        en = f"{name} is legal representative, controller or key manager of both {left.name} and {right.name}"
        yield RelatedTie(TieCode.SAME_PERSON, left.name, right.name, None, sure, *_verify(zh, en, sure))


def _same_group(web: _Web, left: Body, right: Body) -> Iterator[RelatedTie]:
    for holder in sorted(web.of(left.key, TieKind.GROUP) & web.of(right.key, TieKind.GROUP)):
        name = web.names[holder]
        zh, en = f"{left.name}和{right.name}同属{name}", f"{left.name} and {right.name} belong to the group {name}"
        yield RelatedTie(TieCode.SAME_GROUP, left.name, right.name, None, True, zh, en)


def _sized(tie: TieFact) -> int | None:
    """The share of a shareholder, None when nobody knows it; other ties have no size to be missing."""
    return tie.share_bp if tie.kind is TieKind.SHAREHOLDER else 0


def _verify(zh: str, en: str, sure: bool) -> tuple[str, str]:
    if sure:
        return zh, en
    return f"{zh}；可能只是同名，请核实是否同一人", f"{en}; it may be a namesake: verify that it is the same person"


def _percent(share: Fraction) -> str:
    return f"{float(share / 100):.2f}".rstrip("0").rstrip(".") + "%"
