"""Between the contract form and the record: dotted field names, rows that come and go, and units of money."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from matchmaker.contracts import schemas
from matchmaker.contracts.rules import ROYALTIES
from matchmaker.exchange.typed_money import grouped_yuan, yuan_typed

PLAIN = (
    "kind",
    "sub_kind",
    "title",
    "own_number",
    "field",
    "node",
    "object",
    "indicators",
    "acceptance",
    "plan",
    "confidentiality",
    "ip_terms",
    "licence_scope",
    "payment_mode",
    "total",
    "technology",
    "signed_on",
    "effective_on",
    "valid_from",
    "valid_until",
)
TICKS = ("foreign_text", "fiscal_fund")
ROYALTY = ("base", "rates", "period", "floor", "ceiling", "statements", "inspection")
UNITS = ("yuan", "wan")
_MONEY = re.compile(r"total|technology|(?:schedule|lines)\.\d+\.amount|royalty\.(?:floor|ceiling)")


@dataclass(frozen=True)
class Group:
    """Rows of one kind: their fields, those that say nothing by themselves, and how many there may be."""

    fields: tuple[str, ...]
    silent: Mapping[str, str]
    most: int


GROUPS = {
    "parties": Group(
        ("role", "name", "seal_name", "uscc", "nature", "country", "division", "paid_mandate"),
        {"role": "buyer", "country": "156"},
        schemas.MOST_PARTIES,
    ),
    "ip": Group(("type", "no", "name", "owner", "filed_on", "expires_on"), {"type": "invention"}, schemas.MOST_IP),
    "schedule": Group(("milestone", "due_on", "amount"), {}, schemas.MOST_DUES),
    "lines": Group(
        ("kind", "text", "amount", "quantity", "needed"),
        {"kind": "equipment", "quantity": "1", "needed": "1"},
        schemas.MOST_LINES,
    ),
}


@dataclass
class Typed:
    """A form as typed: `values` by dotted name, such as parties.0.name, and how many rows each of its groups has."""

    values: dict[str, str]
    counts: dict[str, int]
    groups: Mapping[str, Group] = field(default_factory=lambda: GROUPS)

    def add(self, group: str, **given: str) -> None:
        """One more row at the end, if there is room."""
        place, known = self.counts[group], self.groups[group]
        if place < known.most:
            self.counts[group] = place + 1
            for name, text in (dict(known.silent) | given).items():
                self.values[f"{group}.{place}.{name}"] = text

    def drop(self, group: str, place: int) -> None:
        """Without this row; those below move up."""
        rows = [row for number, row in enumerate(self.rows(group)) if number != place]
        self.put(group, rows)

    def rows(self, group: str) -> list[dict[str, str]]:
        """The rows of a group, each by its fields."""
        fields = self.groups[group].fields
        return [
            {name: self.values.get(f"{group}.{place}.{name}", "") for name in fields}
            for place in range(self.counts[group])
        ]

    def put(self, group: str, rows: list[dict[str, str]]) -> None:
        """These rows and no others."""
        for name in [name for name in self.values if name.startswith(f"{group}.")]:
            del self.values[name]
        self.counts[group] = len(rows)
        self.values |= {f"{group}.{place}.{name}": text for place, row in enumerate(rows) for name, text in row.items()}


def typed(form: MultiDict[str, str], *, blanks: bool = False) -> Typed:
    """What was sent, its rows numbered from 0; those that say nothing are left out, unless they are to be shown."""
    values = {name: _plain(form.get(name, "")) for name in (*PLAIN, *TICKS, "unit")}
    values |= {f"royalty.{name}": _plain(form.get(f"royalty.{name}", "")) for name in ROYALTY}
    found = Typed(values, dict.fromkeys(GROUPS, 0))
    for name, group in GROUPS.items():
        found.put(name, rows_sent(form, name, group, blanks=blanks))
    return found


def _plain(text: str) -> str:
    """Browsers send two characters for the end of a line, count one."""
    return text.replace("\r\n", "\n")


def rows_sent(form: MultiDict[str, str], name: str, group: Group, *, blanks: bool = False) -> list[dict[str, str]]:
    """The rows of one group in their order; without those that say nothing, unless they are to be shown."""
    pattern = re.compile(rf"{name}\.(\d{{1,4}})\.(?:{'|'.join(group.fields)})", re.ASCII)
    places = sorted({int(found[1]) for one in form if (found := pattern.fullmatch(one))})
    rows = [{part: _plain(form.get(f"{name}.{place}.{part}", "")) for part in group.fields} for place in places]
    spoken = [part for part in group.fields if part not in group.silent]
    return [row for row in rows if blanks or any(row[part].strip() for part in spoken)][: group.most]


def record_of(found: Typed) -> dict[str, Any]:
    """The form as the schema takes it: blank fields left out, amounts as yuan text."""
    unit = found.values.get("unit", "")
    record: dict[str, Any] = {
        name: _value(name, found.values.get(name, ""), unit)
        for name in (*PLAIN, *TICKS)
        if found.values.get(name, "").strip()
    }
    for group in GROUPS:
        record[group] = [
            {part: _value(f"{group}.{place}.{part}", text, unit) for part, text in row.items() if text.strip()}
            for place, row in enumerate(found.rows(group))
        ]
    royalty = {name: found.values.get(f"royalty.{name}", "") for name in ROYALTY}
    if any(text.strip() for text in royalty.values()) or record.get("payment_mode") in ROYALTIES:
        record["royalty"] = {
            name: _value(f"royalty.{name}", text, unit) for name, text in royalty.items() if text.strip()
        }
    return record


def _value(name: str, text: str, unit: str) -> object:
    if name == "royalty.rates":
        return [part for part in re.split(r"[\u3001,\uff0c;\uff1b\s]+", text.strip()) if part]
    return in_yuan(text, unit) if _MONEY.fullmatch(name) else text


def in_yuan(text: str, unit: str) -> str:
    """Yuan as plain text for what was typed; what is no amount stays, for the schema to refuse."""
    amount = yuan_typed(text, in_wan=unit == "wan")
    return text if amount is None else format(amount, "f")


def stored(contract: Any) -> Typed:
    """A stored contract as the form shows it."""
    values = {name: _shown(getattr(contract, name)) for name in PLAIN if name not in ("total", "technology")}
    values |= {name: "true" if getattr(contract, name) else "" for name in TICKS}
    lines = _lines(contract)
    # With lines the technology amount follows from them; typed beside them it would contradict the next change.
    technology = "" if lines else grouped_yuan(contract.technology_fen)
    values |= {"total": grouped_yuan(contract.total_fen), "technology": technology, "unit": "yuan"}
    found = Typed(values | _royalty(contract.royalty), dict.fromkeys(GROUPS, 0))
    fields = GROUPS["parties"].fields
    found.put("parties", [{name: _shown(getattr(one, name)) for name in fields} for one in contract.parties])
    found.put("ip", [{name: _shown(one.get(name)) for name in GROUPS["ip"].fields} for one in contract.ip])
    found.put("schedule", due_rows(contract))
    found.put("lines", lines)
    return found


def due_rows(contract: Any) -> list[dict[str, str]]:
    """The rows of the payment schedule that stands."""
    return [
        {"milestone": due.milestone, "due_on": _shown(due.due_on), "amount": grouped_yuan(due.amount_fen)}
        for due in contract.schedule
    ]


def _royalty(royalty: Mapping[str, Any]) -> dict[str, str]:
    rates = " ".join(f"{rate / 100:g}" for rate in royalty.get("rates") or ())
    bounds = {name: grouped_yuan(royalty.get(f"{name}_fen")) for name in ("floor", "ceiling")}
    plain = {name: _shown(royalty.get(name)) for name in ("base", "period", "statements", "inspection")}
    return {f"royalty.{name}": text for name, text in (plain | bounds | {"rates": rates}).items()}


def _lines(contract: Any) -> list[dict[str, str]]:
    """The parts of the price as last entered; the rest that the assistant added itself has no text."""
    lines = contract.amounts[-1].lines if contract.amounts else []
    return [
        {
            "kind": line["kind"],
            "text": line["text"],
            "amount": grouped_yuan(line["amount_fen"]),
            "quantity": str(line.get("quantity", 1)),
            "needed": str(line.get("needed", 1)),
        }
        for line in lines
        if line["text"]
    ]


def _shown(value: object) -> str:
    if value is None or value is False:
        return ""
    return "true" if value is True else str(value)
