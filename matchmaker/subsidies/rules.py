"""The coded values of subsidy claims and the money ledger, and which state may follow which."""

from enum import StrEnum


class ClaimOrigin(StrEnum):
    """Found by the platform without being asked (免申即享), or applied for."""

    FOUND = "found"
    APPLIED = "applied"


class ClaimState(StrEnum):
    """待确认 → 已申请 → 预审 → 镇街 → 拟支持 → 公示 → 核准 → 拨付, and the ways out of it."""

    FOUND = "found"
    APPLIED = "applied"
    PRECHECKED = "prechecked"
    TOWN_PASSED = "town_passed"
    PROPOSED = "proposed"
    NOTICE = "notice"
    APPROVED = "approved"
    PAID = "paid"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CLAWED_BACK = "clawed_back"


NEXT_STATES = {
    ClaimState.FOUND: {ClaimState.APPLIED, ClaimState.WITHDRAWN},
    ClaimState.APPLIED: {ClaimState.PRECHECKED, ClaimState.RETURNED, ClaimState.REFUSED, ClaimState.WITHDRAWN},
    ClaimState.PRECHECKED: {ClaimState.TOWN_PASSED, ClaimState.RETURNED, ClaimState.REFUSED, ClaimState.WITHDRAWN},
    ClaimState.TOWN_PASSED: {ClaimState.PROPOSED, ClaimState.RETURNED, ClaimState.REFUSED, ClaimState.WITHDRAWN},
    ClaimState.PROPOSED: {
        # Assessed anew, because the file or what was granted before changed.
        ClaimState.PROPOSED,
        ClaimState.NOTICE,
        ClaimState.RETURNED,
        ClaimState.REFUSED,
        ClaimState.WITHDRAWN,
    },
    ClaimState.NOTICE: {ClaimState.APPROVED, ClaimState.RETURNED, ClaimState.REFUSED, ClaimState.WITHDRAWN},
    ClaimState.APPROVED: {ClaimState.PAID, ClaimState.CLAWED_BACK},
    ClaimState.PAID: {ClaimState.CLAWED_BACK},
    ClaimState.RETURNED: {ClaimState.APPLIED, ClaimState.WITHDRAWN},
    # An appeal that is upheld puts it back to where the office assesses.
    ClaimState.REFUSED: {ClaimState.TOWN_PASSED},
    ClaimState.WITHDRAWN: set(),
    ClaimState.CLAWED_BACK: set(),
}
OVER = frozenset({ClaimState.REFUSED, ClaimState.WITHDRAWN, ClaimState.CLAWED_BACK})
# What stands in the way of a second claim for the same contract, role and unit in the same window.
STANDING = frozenset(ClaimState) - OVER
# Working days that a decision is shown to the public (公示).
NOTICE_DAYS = 5


class ClawBackReason(StrEnum):
    """Why money is taken back (policy: clawback)."""

    REGISTRATION_REVOKED = "registration_revoked"
    CONTRACT_RESCINDED = "contract_rescinded"
    REFUND_RECEIVED = "refund_received"
    FALSE_DECLARATION = "false_declaration"


class VoiceKind(StrEnum):
    """An objection from the public during the notice, or the applicant's appeal against a refusal."""

    OBJECTION = "objection"
    APPEAL = "appeal"


class Account(StrEnum):
    """Where money stands in the ledger. A year's appropriation is the source and goes negative by what was given."""

    APPROPRIATION = "appropriation"
    AVAILABLE = "available"
    COMMITTED = "committed"
    PAID = "paid"
    RECEIVABLE = "receivable"


class EntryKind(StrEnum):
    """What an entry in the ledger says happened."""

    BUDGET = "budget"
    BUDGET_CUT = "budget_cut"
    COMMIT = "commit"
    RELEASE = "release"
    PAY = "pay"
    CLAW_BACK = "claw_back"
    RECOVER = "recover"
    REVERSAL = "reversal"


# Which account each kind of entry takes from and gives to: (credit, debit).
FLOWS = {
    EntryKind.BUDGET: (Account.APPROPRIATION, Account.AVAILABLE),
    EntryKind.BUDGET_CUT: (Account.AVAILABLE, Account.APPROPRIATION),
    EntryKind.COMMIT: (Account.AVAILABLE, Account.COMMITTED),
    EntryKind.RELEASE: (Account.COMMITTED, Account.AVAILABLE),
    EntryKind.PAY: (Account.COMMITTED, Account.PAID),
    EntryKind.CLAW_BACK: (Account.PAID, Account.RECEIVABLE),
    EntryKind.RECOVER: (Account.RECEIVABLE, Account.AVAILABLE),
}
