"""What must hold between the fields of a contract as entered, named field by field; touches no database."""

from collections.abc import Iterator
from datetime import date

from matchmaker.contracts.rules import HOME_COUNTRY, ROYALTIES, SUB_KINDS, ContractKind, PartyRole, PaymentMode, SubKind
from matchmaker.contracts.schemas import ContractIn
from matchmaker.core.errors import Fault, Invalid
from matchmaker.core.money import yuan_from_fen


def require_consistent(data: ContractIn, *, today: date) -> None:
    """Invalid names every field that contradicts another one."""
    if found := [*_kind(data.kind, data.sub_kind), *_parties(data), *_money(data), *_days(data, today)]:
        raise Invalid(found)


def require_sub_kind(kind: ContractKind, sub_kind: SubKind | None) -> None:
    """Invalid when the sub-kind belongs to another kind."""
    if found := list(_kind(kind, sub_kind)):
        raise Invalid(found)


def _kind(kind: ContractKind, sub_kind: SubKind | None) -> Iterator[Fault]:
    if sub_kind is not None and sub_kind not in SUB_KINDS[kind]:
        yield Fault("sub_kind", "this sub-kind belongs to another kind of contract", sub_kind)


def _parties(data: ContractIn) -> Iterator[Fault]:
    names: dict[str, int] = {}
    codes: dict[str, int] = {}
    for place, party in enumerate(data.parties):
        if names.setdefault(party.name, place) != place:
            yield Fault(f"parties.{place}.name", "this party stands in the list twice", party.name)
        elif party.uscc and codes.setdefault(party.uscc, place) != place:
            yield Fault(f"parties.{place}.uscc", "another party has the same code", party.uscc)
        if party.paid_mandate and party.role is not PartyRole.INTERMEDIARY:
            yield Fault(f"parties.{place}.paid_mandate", "only an intermediary holds a paid mandate")
        if party.division and party.country != HOME_COUNTRY:
            yield Fault(f"parties.{place}.division", "a party abroad has no division code", party.division)
    for place, right in enumerate(data.ip):
        if right.filed_on and right.expires_on and right.expires_on < right.filed_on:
            yield Fault(f"ip.{place}.expires_on", "the right ends before it was filed", right.expires_on.isoformat())


def _money(data: ContractIn) -> Iterator[Fault]:
    if (data.technology is not None or data.lines) and data.total is None:
        yield Fault("total", "the technology amount is a part of a total: enter the total as well")
    elif data.technology is not None and data.technology > (data.total or 0):
        yield Fault("technology", "the technology amount exceeds the total", yuan_from_fen(data.technology))
    if data.payment_mode is PaymentMode.LUMP and len(data.schedule) > 1:
        yield Fault("schedule", "a lump sum is paid once: leave one row, or choose instalments")
    if data.royalty is not None and data.payment_mode not in ROYALTIES:
        yield Fault("royalty", "this payment mode has no royalty")
    if data.royalty is not None and data.royalty.floor and data.royalty.floor > (data.royalty.ceiling or 10**18):
        yield Fault("royalty.ceiling", "the ceiling lies below the floor")
    planned = sum(row.amount for row in data.schedule)
    if data.total is not None and data.payment_mode not in ROYALTIES and planned > data.total:
        yield Fault("schedule", "the schedule's rows exceed the total", yuan_from_fen(planned))


def _days(data: ContractIn, today: date) -> Iterator[Fault]:
    if data.signed_on and data.signed_on > today:
        yield Fault("signed_on", "the day lies in the future", data.signed_on.isoformat())
    if data.valid_from and data.valid_until and data.valid_until < data.valid_from:
        yield Fault("valid_until", "the contract ends before it begins", data.valid_until.isoformat())
    if data.signed_on and data.valid_until and data.valid_until < data.signed_on:
        yield Fault("valid_until", "the contract ends before it was signed", data.valid_until.isoformat())
