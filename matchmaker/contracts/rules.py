"""The coded values of technology contracts and what can be decided from values alone (Civil Code arts. 843–887)."""

import re
from enum import StrEnum


class ContractKind(StrEnum):
    """技术开发, 技术转让, 技术许可, 技术咨询, 技术服务."""

    DEV = "DEV"
    TRF = "TRF"
    LIC = "LIC"
    CON = "CON"
    SVC = "SVC"


class SubKind(StrEnum):
    """The kinds within a kind."""

    ENTRUSTED = "entrusted"
    COOPERATIVE = "cooperative"
    CONVERSION = "conversion"
    PATENT = "patent"
    PATENT_APPLICATION = "patent_application"
    KNOW_HOW = "know_how"
    OTHER_IP = "other_ip"
    EXCLUSIVE_LICENCE = "exclusive_licence"
    SOLE_LICENCE = "sole_licence"
    COMMON_LICENCE = "common_licence"
    KNOW_HOW_LICENCE = "know_how_licence"
    OTHER_LICENCE = "other_licence"
    FEASIBILITY = "feasibility"
    FORECAST = "forecast"
    INVESTIGATION = "investigation"
    EVALUATION = "evaluation"
    GENERAL_SERVICE = "general_service"
    TRAINING = "training"
    INTERMEDIATION = "intermediation"


SUB_KINDS = {
    ContractKind.DEV: (SubKind.ENTRUSTED, SubKind.COOPERATIVE, SubKind.CONVERSION),
    ContractKind.TRF: (SubKind.PATENT, SubKind.PATENT_APPLICATION, SubKind.KNOW_HOW, SubKind.OTHER_IP),
    ContractKind.LIC: (
        SubKind.EXCLUSIVE_LICENCE,
        SubKind.SOLE_LICENCE,
        SubKind.COMMON_LICENCE,
        SubKind.KNOW_HOW_LICENCE,
        SubKind.OTHER_LICENCE,
    ),
    ContractKind.CON: (SubKind.FEASIBILITY, SubKind.FORECAST, SubKind.INVESTIGATION, SubKind.EVALUATION),
    ContractKind.SVC: (SubKind.GENERAL_SERVICE, SubKind.TRAINING, SubKind.INTERMEDIATION),
}


class PartyRole(StrEnum):
    """买方 (委托人, 受让人, 被许可人), 卖方 (研究开发人, 让与人, 许可人, 受托人), 中介方."""

    BUYER = "buyer"
    SELLER = "seller"
    INTERMEDIARY = "intermediary"


class PartyNature(StrEnum):
    """The natures that the registration form knows, with its own three-digit codes."""

    GOVERNMENT = "010"
    RESEARCH_INSTITUTE = "021"
    UNIVERSITY = "022"
    MEDICAL = "023"
    ASSOCIATION = "030"
    DOMESTIC_FIRM = "100"
    STATE_FIRM = "110"
    LIMITED_COMPANY = "150"
    JOINT_STOCK = "160"
    PRIVATE_FIRM = "170"
    HK_MACAO_TAIWAN = "200"
    FOREIGN = "300"


class PaymentMode(StrEnum):
    """How the price is paid (Civil Code 846)."""

    LUMP = "lump"
    INSTALMENTS = "instalments"
    ROYALTY = "royalty"
    FEE_ROYALTY = "fee_royalty"


ROYALTIES = frozenset({PaymentMode.ROYALTY, PaymentMode.FEE_ROYALTY})


class ContractState(StrEnum):
    """Where the record and its registration stand."""

    DRAFT = "draft"
    SIGNED = "signed"
    SUBMITTED = "submitted"
    SUPPLEMENT = "supplement"
    REGISTERED = "registered"
    REFUSED = "refused"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


NEXT_STATES = {
    ContractState.DRAFT: {ContractState.SIGNED, ContractState.CANCELLED},
    ContractState.SIGNED: {ContractState.DRAFT, ContractState.SUBMITTED, ContractState.CANCELLED},
    ContractState.SUBMITTED: {ContractState.SUPPLEMENT, ContractState.REGISTERED, ContractState.REFUSED},
    ContractState.SUPPLEMENT: {ContractState.SUBMITTED, ContractState.REFUSED, ContractState.CANCELLED},
    # A refused contract may be mended and handed in again.
    ContractState.REFUSED: {ContractState.SIGNED, ContractState.CANCELLED},
    ContractState.REGISTERED: {ContractState.CHANGED, ContractState.CANCELLED, ContractState.REVOKED},
    ContractState.CHANGED: {ContractState.CHANGED, ContractState.CANCELLED, ContractState.REVOKED},
    ContractState.CANCELLED: set(),
    ContractState.REVOKED: set(),
}
# While it is one of these, the seller may still edit the record itself.
OPEN_STATES = frozenset(
    {ContractState.DRAFT, ContractState.SIGNED, ContractState.SUPPLEMENT, ContractState.REFUSED},
)
# What counts as registered for the tax and the subsidy desk.
IN_FORCE = frozenset({ContractState.REGISTERED, ContractState.CHANGED})


class RelatedParty(StrEnum):
    """What is known of ties between the parties (关联关系)."""

    NONE = "none"
    DECLARED = "declared"
    DETECTED = "detected"
    CLEARED = "cleared"


class PaymentKind(StrEnum):
    """Money that went from the buyer to the seller, or came back."""

    PAYMENT = "payment"
    REFUND = "refund"


class TieKind(StrEnum):
    """How a person or body stands to an organisation."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    CONTROLLER = "controller"
    KEY_MANAGER = "key_manager"
    SHAREHOLDER = "shareholder"
    GROUP = "group"


REGISTRATION_NO = re.compile(r"^(\d{14}|\d{16})$")


def clean_registration_no(text: str) -> str:
    """A registration number without blanks and dashes; ValueError unless 14 or 16 digits (DOMAIN 1.8: opaque)."""
    digits = re.sub(r"[\s\-－—]", "", text)
    if not REGISTRATION_NO.match(digits):
        raise ValueError("a registration number has 14 or 16 digits")
    return digits
