"""Every coded value has its term in both languages, and no term is left over."""

from enum import Enum
from types import ModuleType

import pytest

from matchmaker.accounts import rules as accounts
from matchmaker.contracts import rules as contracts
from matchmaker.core.actor import Role
from matchmaker.deals import rules as deals
from matchmaker.events import rules as events
from matchmaker.events.timetable import shapes as timetable
from matchmaker.introductions import rules as introductions
from matchmaker.listings import browsing, rules
from matchmaker.matching.results import Level
from matchmaker.meetings import rules as meetings
from matchmaker.notifications import rules as notifications
from matchmaker.participants import rules as participants
from matchmaker.reference.chains import Stage
from matchmaker.reference.tables import rows
from matchmaker.reference.terms import codes, terms
from matchmaker.subsidies import rules as subsidies

KINDS: dict[str, type[Enum]] = {
    "side": rules.Side,
    "form": rules.Form,
    "state": rules.State,
    "visibility": rules.Visibility,
    "maturity": rules.Maturity,
    "field": rules.Field,
    "ip_type": rules.IpType,
    "ip_status": rules.IpStatus,
    "cooperation": rules.Cooperation,
    "price_unit": rules.PriceUnit,
    "price_band": browsing.PriceBand,
    "sort": browsing.Sort,
    "organisation_kind": accounts.OrganisationKind,
    "scale": accounts.Scale,
    "title": accounts.TitleKind,
    "standing": accounts.Standing,
    "member_rank": accounts.MemberRank,
    "data_right": accounts.DataRight,
    "role": Role,
    "decision": introductions.Decision,
    "decline_reason": introductions.DeclineReason,
    "introduction_state": introductions.IntroductionState,
    "notice_kind": notifications.NoticeKind,
    "pace": notifications.Pace,
    "event_kind": events.EventKind,
    "event_state": events.EventState,
    "event_stage": events.EventStage,
    "entry": events.Entry,
    "asking": events.Asking,
    "table_kind": events.TableKind,
    "registration_state": participants.RegistrationState,
    "registration_source": participants.RegistrationSource,
    "letter_kind": participants.LetterKind,
    "mark": meetings.Mark,
    "request_state": meetings.RequestState,
    "timetable_state": meetings.TimetableState,
    "meeting_state": meetings.MeetingState,
    "outcome": meetings.OutcomeKind,
    "follow_up": meetings.FollowUpAnswer,
    "task_kind": meetings.TaskKind,
    "deal_kind": deals.DealKind,
    "deal_origin": deals.DealOrigin,
    "deal_stage": deals.DealStage,
    "note_reach": deals.NoteReach,
    "contract_kind": contracts.ContractKind,
    "sub_kind": contracts.SubKind,
    "party_role": contracts.PartyRole,
    "party_nature": contracts.PartyNature,
    "payment_mode": contracts.PaymentMode,
    "contract_state": contracts.ContractState,
    "related_party": contracts.RelatedParty,
    "payment_kind": contracts.PaymentKind,
    "tie_kind": contracts.TieKind,
    "royalty_base": contracts.RoyaltyBase,
    "cost_kind": contracts.CostKind,
    "severity": contracts.Severity,
    "file_purpose": contracts.FilePurpose,
    "claim_origin": subsidies.ClaimOrigin,
    "claim_state": subsidies.ClaimState,
    "claw_back": subsidies.ClawBackReason,
    "voice_kind": subsidies.VoiceKind,
    "ledger_account": subsidies.Account,
    "entry_kind": subsidies.EntryKind,
    "task_state": meetings.TaskState,
    "unscheduled": timetable.Reason,
    "level": Level,
    "stage": Stage,
}
# What a letter's link is for is never shown.
UNSEEN = {accounts.TokenPurpose}


@pytest.mark.parametrize(
    "module", [rules, browsing, accounts, introductions, notifications, events, participants, meetings]
)
def test_every_code_of_a_feature_has_terms(module: ModuleType) -> None:
    found = {
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Enum) and value.__module__ == module.__name__
    }
    assert found
    assert found - UNSEEN <= set(KINDS.values())


def test_no_kind_of_term_is_left_over() -> None:
    assert {row["kind"] for row in rows("terms")} == set(KINDS)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_terms_are_exactly_the_codes_and_all_different(kind: str, language: str) -> None:
    found = terms(kind, language)
    assert set(found) == {str(member.value) for member in KINDS[kind]}
    assert all(found.values())
    assert len(set(found.values())) == len(found) == sum(row["kind"] == kind for row in rows("terms"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_spelling_leads_back_to_its_code(kind: str) -> None:
    for code in terms(kind):
        spellings = (code, terms(kind)[code], terms(kind, "en")[code].lower())
        assert [codes(kind)[spelling] for spelling in spellings] == [code] * 3
