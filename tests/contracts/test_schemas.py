"""What may be entered of a contract, and what is refused under which name."""

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from matchmaker.contracts.consistency import require_consistent
from matchmaker.contracts.schemas import AmountIn, DueIn, PartyIn, PaymentIn, RoyaltyIn, StepIn, TieIn
from matchmaker.core.errors import Invalid
from matchmaker.core.money import MAX_FEN
from tests.contracts.making import contract_in, parties_in

TODAY = date(2026, 5, 6)
PARTY = {"role": "buyer", "name": "样例能源"}
PAYMENT = {"paid_on": TODAY, "amount": "1"}
STEP = {"state": "registered", "happened_on": TODAY}
TIE = {"kind": "shareholder", "holder_name": "母体", "valid_from": TODAY}
ROYALTY = {"base": "sales", "rates": ["3"], "period": "五年"}
DUE = {"milestone": "签约", "amount": "1"}


@pytest.mark.parametrize(
    ("model", "given", "field"),
    [
        (PartyIn, PARTY | {"uscc": "91440605YYYY000128"}, "uscc"),
        (PartyIn, PARTY | {"country": "CN"}, "country"),
        (PartyIn, PARTY | {"division": "44060"}, "division"),
        (PartyIn, PARTY | {"name": "甲" * 121}, "name"),
        (PartyIn, PARTY | {"organisation_id": 1}, "organisation_id"),
        (PaymentIn, PAYMENT | {"amount": "0"}, "amount"),
        (PaymentIn, PAYMENT | {"amount": "-1"}, "amount"),
        (PaymentIn, PAYMENT | {"amount": "0.001"}, "amount"),
        (PaymentIn, PAYMENT | {"amount": 1.5}, "amount"),
        (PaymentIn, PAYMENT | {"amount": MAX_FEN + 1}, "amount"),
        (PaymentIn, PAYMENT | {"paid_on": "0001-01-01"}, "paid_on"),
        (PaymentIn, PAYMENT | {"technology": "-1"}, "technology"),
        (PaymentIn, PAYMENT | {"receipt_no": "9" * 61}, "receipt_no"),
        # One sign that is four once it is written plainly.
        (PaymentIn, PAYMENT | {"receipt_no": "㍿" * 20}, "receipt_no"),
        (PaymentIn, PAYMENT | {"note": "a\x00b"}, "note"),
        (StepIn, STEP | {"registration_no": "12345"}, "registration_no"),
        (StepIn, STEP | {"state": "lost"}, "state"),
        (TieIn, TIE | {"share": "0"}, "share"),
        (TieIn, TIE | {"share": "100.01"}, "share"),
        (TieIn, TIE | {"share": "33.333"}, "share"),
        (TieIn, TIE | {"share": "一半"}, "share"),
        (RoyaltyIn, ROYALTY | {"rates": []}, "rates"),
        (RoyaltyIn, ROYALTY | {"rates": ["101"]}, "rates"),
        (DueIn, DUE | {"milestone": " "}, "milestone"),
        (AmountIn, {"total": ""}, "total"),
    ],
)
def test_what_cannot_be_is_refused_by_name(model: type[BaseModel], given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(given)
    assert {error["loc"][0] for error in refused.value.errors()} == {field}


def test_text_is_yuan_and_a_number_fen() -> None:
    assert PaymentIn.model_validate(PAYMENT | {"amount": " 2,400,000.50 "}).amount == 240_000_050
    assert PaymentIn.model_validate(PAYMENT | {"amount": 100, "technology": "0"}).amount == 100
    assert PaymentIn.model_validate(PAYMENT | {"technology": " "}).technology is None
    assert TieIn.model_validate(TIE | {"share": "33.33%"}).share == 3333
    assert RoyaltyIn.model_validate(ROYALTY | {"rates": ["5", "2.5", 100]}).rates == [500, 250, 100]
    assert PaymentIn.model_validate(PAYMENT | {"receipt_no": "Ｈ １"}).receipt_no == "H1"
    assert StepIn.model_validate(STEP | {"registration_no": "2026 4406 0100 0001"}).registration_no


def test_a_contract_of_one_piece_is_consistent() -> None:
    require_consistent(contract_in(signed_on=TODAY), today=TODAY)


TWICE = [parties_in()[0], {**parties_in()[1], "uscc": parties_in()[0]["uscc"]}]
RIGHT = {"type": "invention", "filed_on": "2024-01-02", "expires_on": "2024-01-01"}


@pytest.mark.parametrize(
    ("over", "fields"),
    [
        ({"sub_kind": "patent"}, ["sub_kind"]),
        ({"parties": TWICE}, ["parties.1.uscc"]),
        ({"parties": [parties_in()[0]] * 2}, ["parties.1.name"]),
        ({"parties": parties_in(paid_mandate=True)}, ["parties.0.paid_mandate", "parties.1.paid_mandate"]),
        ({"parties": [{**PARTY, "country": "276", "division": "440605"}]}, ["parties.0.division"]),
        ({"ip": [RIGHT]}, ["ip.0.expires_on"]),
        ({"total": None}, ["total"]),
        ({"technology": "2400000.01"}, ["technology"]),
        ({"technology": None, "total": None, "lines": [{"kind": "parts", "text": "阀", "amount": "1"}]}, ["total"]),
        ({"payment_mode": "lump"}, ["schedule"]),
        ({"royalty": ROYALTY}, ["royalty"]),
        ({"payment_mode": "royalty", "royalty": ROYALTY | {"floor": "2", "ceiling": "1"}}, ["royalty.ceiling"]),
        ({"total": "2399999.99"}, ["schedule"]),
        ({"signed_on": date(2026, 5, 7)}, ["signed_on"]),
        ({"valid_from": date(2026, 5, 9), "valid_until": date(2026, 5, 8)}, ["valid_until"]),
        ({"valid_from": None, "valid_until": date(2026, 5, 5)}, ["valid_until"]),
    ],
)
def test_fields_that_contradict_each_other_are_named(over: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        require_consistent(contract_in(**({"signed_on": TODAY} | over)), today=TODAY)
    assert [fault.field for fault in refused.value.faults] == fields
