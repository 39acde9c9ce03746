"""The codes of everything a decision can say, line by line, and which of them refuse a claim."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import PlainSerializer


class ReasonCode(StrEnum):
    """What one line of a decision is about."""

    # Refusals
    POLICY_NOT_IN_FORCE = "policy_not_in_force"
    OUTSIDE_WINDOW = "outside_window"
    ROLE_NOT_SUPPORTED = "role_not_supported"
    KIND_NOT_SUPPORTED = "kind_not_supported"
    OUTSIDE_DIVISION = "outside_division"
    NOT_VIA_PLATFORM = "not_via_platform"
    MATCHED_AFTER_SIGNING = "matched_after_signing"
    NOT_REGISTERED = "not_registered"
    REGISTERED_OUTSIDE_VALIDITY = "registered_outside_validity"
    REGISTRATION_NOT_IN_YEAR = "registration_not_in_year"
    RELATED_PARTY = "related_party"
    FISCAL_FUND = "fiscal_fund"
    SERIOUS_DISHONESTY = "serious_dishonesty"
    NO_PAID_MANDATE = "no_paid_mandate"
    HIGHER_LEVEL_AIDED = "higher_level_aided"
    AMOUNTS_CONTRADICT = "amounts_contradict"
    PAID_ABOVE_TOTAL = "paid_above_total"
    BELOW_FLOOR = "below_floor"
    ALREADY_CLAIMED = "already_claimed"
    NO_COUNTED_PAYMENT = "no_counted_payment"
    NOTHING_NEW = "nothing_new"
    # Payments that do not count
    PAYMENT_BEFORE_SIGNING = "payment_before_signing"
    PAYMENT_AFTER_CLOSE = "payment_after_close"
    PAYMENT_WITHOUT_INVOICE = "payment_without_invoice"
    PAYMENT_WITHOUT_BANK_RECEIPT = "payment_without_bank_receipt"
    # How the amount comes about
    CARRIED_PAYMENTS = "carried_payments"
    BASE = "base"
    USED_BEFORE = "used_before"
    RATE = "rate"
    TIER = "tier"
    TIERS_TOTAL = "tiers_total"
    GRANTED_BEFORE = "granted_before"
    CONTRACT_CAP = "contract_cap"
    UNIT_YEAR_CAP = "unit_year_cap"
    UNIT_YEAR_ROLE_CAP = "unit_year_role_cap"
    HIGHER_LEVEL_AID = "higher_level_aid"
    BUDGET_SHARE = "budget_share"
    # For people to look at
    UNUSUAL_REGISTRATION_NO = "unusual_registration_no"
    CREDIT_TO_CHECK = "credit_to_check"
    MANDATE_TO_CHECK = "mandate_to_check"


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a decision: its code, and the sentence for the applicant."""

    # Without the serializer pydantic asks the code for its value in Python, each time.
    code: Annotated[ReasonCode, PlainSerializer(str, return_type=str, when_used="json")]
    text: str
