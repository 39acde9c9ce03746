"""From the total to the technology amount: what is kept, what is deducted, and why; touches no database.

Sources: recognition practice for technology contracts. Purchases of equipment, instruments, parts and materials and
other non-technical costs are deducted; the direct cost of a reasonable quantity of carriers is not: copies needed for
use and file, software or samples needed to test and to master the technology, one or two complete machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.contracts.rules import CostKind
from matchmaker.contracts.schemas import CostIn
from matchmaker.core.errors import Fault, Invalid
from matchmaker.core.money import yuan_from_fen

MOST_MACHINES = 2
CARRIERS = frozenset({CostKind.DOCUMENTS, CostKind.SOFTWARE, CostKind.MACHINES})

_KEPT_WORK = ("技术工作与技术使用费，计入技术交易额", "Technical work and the price of the technology: counts")
_REST = ("未列明的其余价款，视为技术工作与技术使用费", "The rest of the price, taken as technical work: counts")
_DEDUCTED = {
    CostKind.EQUIPMENT: ("购置设备、仪器的费用，应从成交额中扣除", "Purchase of equipment or instruments: deducted"),
    CostKind.PARTS: ("购置零部件的费用，应从成交额中扣除", "Purchase of parts: deducted"),
    CostKind.MATERIALS: ("购置原材料的费用，应从成交额中扣除", "Purchase of raw materials: deducted"),
    CostKind.WORKS: (
        "土建、安装等工程费用不属于技术，应予扣除",
        "Construction and installation are no technology: deducted",
    ),
    CostKind.OTHER: ("其他非技术性费用，应从成交额中扣除", "Other costs that are not technical: deducted"),
}
_CARRIED = {
    CostKind.DOCUMENTS: (
        "技术资料：使用和存档所需的 {needed} 份予以保留",
        "Documents: the {needed} copies needed for use and file are kept",
    ),
    CostKind.SOFTWARE: (
        "软件、样品等载体：测试和掌握技术所需的 {needed} 件予以保留",
        "Software or samples: the {needed} needed to test and master the technology are kept",
    ),
    CostKind.MACHINES: (
        "成套设备、试验装置作为载体，一般保留一至两套，这里保留 {needed} 套",
        "Complete machines or test rigs: one or two are carriers, {needed} kept here",
    ),
}
_TOO_MANY = ("，超出合理数量的 {over} 件扣除", "; the {over} beyond that are deducted")


@dataclass(frozen=True)
class CostLine:
    """One part of the price. `needed` is how many carriers the technology needs; it counts for carriers only."""

    kind: CostKind
    text: str
    amount_fen: int
    quantity: int = 1
    needed: int = 1


@dataclass(frozen=True)
class Line:
    """What becomes of one part of the price: `kept_fen` and `deducted_fen` together are its amount."""

    kind: CostKind
    text: str
    amount_fen: int
    quantity: int
    needed: int
    deducted_fen: int
    reason_zh: str
    reason_en: str

    @property
    def kept_fen(self) -> int:
        return self.amount_fen - self.deducted_fen

    def as_json(self) -> dict[str, object]:
        """The line as ContractAmount keeps it."""
        return {
            "kind": self.kind.value,
            "text": self.text,
            "amount_fen": self.amount_fen,
            "quantity": self.quantity,
            "needed": self.needed,
            "deducted_fen": self.deducted_fen,
            "kept_fen": self.kept_fen,
            "reason_zh": self.reason_zh,
            "reason_en": self.reason_en,
        }


@dataclass(frozen=True)
class Split:
    """The technology amount and every line that led to it; the lines' amounts add up to the total."""

    total_fen: int
    technology_fen: int
    lines: tuple[Line, ...]


def cost_line(data: CostIn) -> CostLine:
    """A line of the form."""
    return CostLine(data.kind, data.text, data.amount, data.quantity, data.needed)


def split(total_fen: int, lines: Sequence[CostLine]) -> Split:
    """The technology amount of a total with these parts; what no line names is technical work.

    Invalid when the lines exceed the total, or when no technology is left: such a contract is a purchase.
    """
    named = sum(line.amount_fen for line in lines)
    if named > total_fen:
        raise Invalid([Fault("lines", "the lines exceed the total", yuan_from_fen(named))])
    done = [_weigh(line) for line in lines]
    if named < total_fen:
        rest = total_fen - named
        done.append(Line(CostKind.TECHNOLOGY, "", rest, 1, 1, 0, *_REST))
    technology_fen = sum(line.kept_fen for line in done)
    if technology_fen <= 0:
        raise Invalid([Fault("lines", "nothing of the price is left for technology: this is a purchase")])
    return Split(total_fen, technology_fen, tuple(done))


def _weigh(line: CostLine) -> Line:
    if line.kind is CostKind.TECHNOLOGY:
        return _line(line, 0, _KEPT_WORK)
    if line.kind not in CARRIERS:
        return _line(line, line.amount_fen, _DEDUCTED[line.kind])
    needed = min(line.needed, MOST_MACHINES) if line.kind is CostKind.MACHINES else line.needed
    kept = min(needed, line.quantity)
    over = line.quantity - kept
    zh, en = _CARRIED[line.kind]
    if over:
        zh, en = zh + _TOO_MANY[0], en + _TOO_MANY[1]
    # What is kept is rounded down, so that no part of a fen is claimed as technology.
    deducted = line.amount_fen - line.amount_fen * kept // line.quantity
    return _line(line, deducted, (zh.format(needed=kept, over=over), en.format(needed=kept, over=over)))


def _line(line: CostLine, deducted_fen: int, reason: tuple[str, str]) -> Line:
    return Line(line.kind, line.text, line.amount_fen, line.quantity, line.needed, deducted_fen, *reason)
