"""The coded values of technology contracts and what can be decided from values alone (Civil Code arts. 843–887)."""

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum

from matchmaker.deals.rules import DealStage


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


REGISTRATION_NO = re.compile(r"^([0-9]{14}|[0-9]{16})$")


def same_name(text: str) -> str:
    """A name as it is compared: full-width and half-width signs and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def clean_registration_no(text: str) -> str:
    """A registration number without blanks and dashes; ValueError unless 14 or 16 digits (DOMAIN 1.8: opaque)."""
    digits = re.sub(r"[\-—]", "", same_name(text))
    if not REGISTRATION_NO.match(digits):
        raise ValueError("a registration number has 14 or 16 digits")
    return digits


class RoyaltyBase(StrEnum):
    """What a royalty is a share of (Civil Code 846)."""

    PRICE = "price"
    NEW_OUTPUT = "new_output"
    PROFIT = "profit"
    SALES = "sales"


class CostKind(StrEnum):
    """What a part of the price pays for. Carriers are what the technology is handed over in."""

    TECHNOLOGY = "technology"
    EQUIPMENT = "equipment"
    PARTS = "parts"
    MATERIALS = "materials"
    WORKS = "works"
    OTHER = "other"
    DOCUMENTS = "documents"
    SOFTWARE = "software"
    MACHINES = "machines"


class Severity(StrEnum):
    """What the registry would do about a finding: refuse the contract, ask to mend it, or nothing."""

    REFUSE = "refuse"
    MEND = "mend"
    NOTE = "note"


class FilePurpose(StrEnum):
    """What a paper of a contract is."""

    TEXT = "text"
    CERTIFICATE = "certificate"
    IP_PROOF = "ip_proof"
    IDENTITY = "identity"
    TRANSLATION = "translation"
    INVOICE = "invoice"
    RECEIPT = "receipt"
    OTHER = "other"


HOME_COUNTRY = "156"
# Over: nothing more happens to it but that money comes back.
OVER = frozenset({ContractState.CANCELLED, ContractState.REVOKED})
# Signed, and not yet known to any registry.
UNREGISTERED = frozenset({ContractState.SIGNED, ContractState.SUBMITTED, ContractState.SUPPLEMENT})
# What the filing side reports itself. Everything else is what a registry decided, and an officer's to enter.
FILERS_STEPS = frozenset(
    {
        (ContractState.DRAFT, ContractState.SIGNED),
        (ContractState.DRAFT, ContractState.CANCELLED),
        (ContractState.SIGNED, ContractState.DRAFT),
        (ContractState.SIGNED, ContractState.SUBMITTED),
        (ContractState.SIGNED, ContractState.CANCELLED),
        (ContractState.SUPPLEMENT, ContractState.SUBMITTED),
        (ContractState.SUPPLEMENT, ContractState.CANCELLED),
        (ContractState.REFUSED, ContractState.SIGNED),
        (ContractState.REFUSED, ContractState.CANCELLED),
    }
)
# Without a reason these would leave the parties guessing.
NEED_REASON = frozenset(
    {
        ContractState.SUPPLEMENT,
        ContractState.REFUSED,
        ContractState.CHANGED,
        ContractState.CANCELLED,
        ContractState.REVOKED,
    }
)


# What a contract of each kind calls its parties, in Chinese and English.
ROLE_TERMS = {
    (ContractKind.DEV, PartyRole.BUYER): ("委托人", "client"),
    (ContractKind.DEV, PartyRole.SELLER): ("研究开发人", "developer"),
    (ContractKind.TRF, PartyRole.BUYER): ("受让人", "transferee"),
    (ContractKind.TRF, PartyRole.SELLER): ("让与人", "transferor"),
    (ContractKind.LIC, PartyRole.BUYER): ("被许可人", "licensee"),
    (ContractKind.LIC, PartyRole.SELLER): ("许可人", "licensor"),
    (ContractKind.CON, PartyRole.BUYER): ("委托人", "client"),
    (ContractKind.CON, PartyRole.SELLER): ("受托人", "consultant"),
    (ContractKind.SVC, PartyRole.BUYER): ("委托人", "client"),
    (ContractKind.SVC, PartyRole.SELLER): ("受托人", "provider"),
}


def filing_role(seller_countries: Collection[str]) -> PartyRole:
    """Who files the contract: the seller, or the buyer of an import, whose sellers are all abroad (DOMAIN 1.2)."""
    abroad = bool(seller_countries) and HOME_COUNTRY not in seller_countries
    return PartyRole.BUYER if abroad else PartyRole.SELLER


def deal_stage(state: ContractState, *, paid_fen: int, total_fen: int | None, royalty: bool) -> DealStage | None:
    """How far the deal behind a contract has come; None while nothing is signed, and when it came to nothing: whether
    the two go on without this contract is theirs to say.

    Money before the registration leaves the deal at signed: registering is the step that is still missing. What a
    royalty pays in the end is never known, so such a deal is completed by hand.
    """
    if state is ContractState.DRAFT or state in OVER:
        return None
    if state not in IN_FORCE:
        return DealStage.SIGNED
    if not royalty and total_fen and paid_fen >= total_fen:
        return DealStage.COMPLETED
    return DealStage.PERFORMING if paid_fen > 0 else DealStage.REGISTERED
