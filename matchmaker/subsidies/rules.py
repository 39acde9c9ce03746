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
    ClaimState.PRECHECKED: {
        ClaimState.TOWN_PASSED,
        # Where the policy has no check by the town.
        ClaimState.PROPOSED,
        ClaimState.RETURNED,
        ClaimState.REFUSED,
        ClaimState.WITHDRAWN,
    },
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
    # A payment that never arrived, or was booked by mistake, is reversed.
    ClaimState.PAID: {ClaimState.APPROVED, ClaimState.CLAWED_BACK},
    ClaimState.RETURNED: {ClaimState.APPLIED, ClaimState.WITHDRAWN},
    # An appeal that is upheld puts it back to where the office assesses.
    ClaimState.REFUSED: {ClaimState.TOWN_PASSED},
    ClaimState.WITHDRAWN: set(),
    ClaimState.CLAWED_BACK: set(),
}
OVER = frozenset({ClaimState.REFUSED, ClaimState.WITHDRAWN, ClaimState.CLAWED_BACK})
# What stands in the way of a second claim for the same contract, role and unit in the same window.
STANDING = frozenset(ClaimState) - OVER
# What these were granted counts against the caps of others, from the proposal on.
RESERVING = frozenset({ClaimState.PROPOSED, ClaimState.NOTICE, ClaimState.APPROVED, ClaimState.PAID})
# Before the office has assessed it.
UNASSESSED = frozenset({ClaimState.APPLIED, ClaimState.PRECHECKED, ClaimState.TOWN_PASSED, ClaimState.RETURNED})
# Working days that a decision is shown to the public (公示) when the policy does not say.
NOTICE_DAYS = 5
# Days in which a refusal can be appealed against (行政复议法 20: sixty days).
APPEAL_DAYS = 60
# Days before the close on which whoever has not confirmed is told again.
REMIND_BEFORE = (7, 2)


class ClaimVerb(StrEnum):
    """What can be done with a claim: by the applicant, then by the office."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    ATTACH = "attach"
    APPEAL = "appeal"
    PRECHECK = "precheck"
    TOWN_CHECK = "town_check"
    PROPOSE = "propose"
    PUBLISH_NOTICE = "publish_notice"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    REFUSE = "refuse"
    ANSWER_APPEAL = "answer_appeal"
    MARK_PAID = "mark_paid"
    TAKE_OUT = "take_out"
    PROPOSE_CLAW_BACK = "propose_claw_back"


class Why(StrEnum):
    """Why somebody cannot do something with a claim now."""

    NOT_YOURS = "not_yours"
    OWN_ORGANISATION = "own_organisation"
    SECOND_PERSON = "second_person"
    STATE = "state"
    WINDOW_CLOSED = "window_closed"
    WINDOW_OPEN = "window_open"
    NOTICE_RUNS = "notice_runs"
    OBJECTIONS_OPEN = "objections_open"
    NO_BATCH = "no_batch"
    CLAW_BACK_WAITS = "claw_back_waits"
    TOO_LATE = "too_late"


APPLICANT_VERBS = frozenset({ClaimVerb.CONFIRM, ClaimVerb.WITHDRAW, ClaimVerb.ATTACH, ClaimVerb.APPEAL})
_IN_REVIEW = frozenset(
    {ClaimState.APPLIED, ClaimState.PRECHECKED, ClaimState.TOWN_PASSED, ClaimState.PROPOSED, ClaimState.NOTICE}
)
# In which states of the claim each can be done.
VERB_STATES = {
    ClaimVerb.CONFIRM: frozenset({ClaimState.FOUND, ClaimState.RETURNED}),
    ClaimVerb.WITHDRAW: _IN_REVIEW | {ClaimState.FOUND, ClaimState.RETURNED},
    ClaimVerb.ATTACH: frozenset({ClaimState.FOUND, ClaimState.APPLIED, ClaimState.RETURNED, ClaimState.REFUSED}),
    ClaimVerb.APPEAL: frozenset({ClaimState.REFUSED}),
    ClaimVerb.PRECHECK: frozenset({ClaimState.APPLIED}),
    ClaimVerb.TOWN_CHECK: frozenset({ClaimState.PRECHECKED}),
    ClaimVerb.PROPOSE: frozenset({ClaimState.PRECHECKED, ClaimState.TOWN_PASSED, ClaimState.PROPOSED}),
    ClaimVerb.PUBLISH_NOTICE: frozenset({ClaimState.PROPOSED}),
    ClaimVerb.APPROVE: frozenset({ClaimState.NOTICE}),
    ClaimVerb.SEND_BACK: _IN_REVIEW,
    ClaimVerb.REFUSE: _IN_REVIEW,
    ClaimVerb.ANSWER_APPEAL: frozenset({ClaimState.REFUSED}),
    ClaimVerb.MARK_PAID: frozenset({ClaimState.APPROVED}),
    ClaimVerb.TAKE_OUT: frozenset({ClaimState.APPROVED}),
    ClaimVerb.PROPOSE_CLAW_BACK: frozenset({ClaimState.APPROVED, ClaimState.PAID}),
}
# The step that another person must have taken: nobody passes what they proposed themselves.
SECOND_PERSON = {
    ClaimVerb.APPROVE: ClaimState.PROPOSED,
    ClaimVerb.MARK_PAID: ClaimState.APPROVED,
    ClaimVerb.ANSWER_APPEAL: ClaimState.REFUSED,
}


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
# A mistake in these can be reversed by itself; the others belong to a decision that is taken back as such.
REVERSIBLE = frozenset({EntryKind.BUDGET, EntryKind.BUDGET_CUT, EntryKind.PAY, EntryKind.RECOVER})
# What of a claim is, or will be, with the applicant: it counts against the caps until it came back.
WITH_APPLICANT = (Account.COMMITTED, Account.PAID, Account.RECEIVABLE)


def claim_number(claim_id: int) -> str:
    """How a claim is called on paper and in the records of its decisions; sorts in the order of the claims."""
    return f"C{claim_id:06d}"


def contract_number(contract_id: int) -> str:
    """The same for the contract behind it."""
    return f"H{contract_id:06d}"
