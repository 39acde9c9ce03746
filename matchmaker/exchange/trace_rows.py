"""Everything that happened between a listing and the money, in the order it happened; for the page and for paper."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from matchmaker.core import clock
from matchmaker.exchange.figures import yuan
from matchmaker.subsidies.trace import Trace


@dataclass(frozen=True)
class Happening:
    """One thing that happened: where in the chain, to what, and by whom.

    `on` is the day it happened, `at` the moment it was written down. `stage` is the part of the chain it belongs to:
    listing, match, introduction, meeting, deal, contract, payment, claim, decision, ledger, voice or claw_back.
    `term` is the kind and the code that say what it was; `text` is what people wrote, and `fen` the money it moved,
    below nought for a payment that was entered wrongly and taken out again.
    """

    on: date
    at: datetime
    stage: str
    by: str
    term: tuple[str, str]
    text: str = ""
    fen: int | None = None


def happenings(trace: Trace) -> list[Happening]:
    """All of them, the oldest first."""
    found = [*_before(trace), *_deal(trace), *_contract(trace), *_claim(trace)]
    return sorted(found, key=lambda one: (one.on, one.at))


def day_of(moment: datetime) -> date:
    """The day in the district."""
    return moment.astimezone(clock.DISTRICT_ZONE).date()


def _before(trace: Trace) -> Iterator[Happening]:
    for one in trace.listings:
        yield Happening(day_of(one.at), one.at, "listing", one.by, ("side", one.side.value), one.title)
    match = trace.match
    if match is not None and match.at:
        at, code = datetime.fromisoformat(match.at), "" if match.level is None else str(match.level)
        yield Happening(day_of(at), at, "match", "", ("level", code), "、".join(map(str, match.terms)))
    asked = trace.introduction
    if asked is not None:
        yield Happening(
            day_of(asked.asked_at), asked.asked_at, "introduction", "", ("introduction_state", "asked"), asked.message
        )
        if asked.answered_at is not None:
            said = ("introduction_state", asked.state.value)
            yield Happening(day_of(asked.answered_at), asked.answered_at, "introduction", "", said, asked.answer_note)
    if trace.meeting is not None:
        starts, event = trace.meeting.meeting.slot.starts_at, trace.meeting.event
        yield Happening(day_of(starts), starts, "meeting", "", ("event_kind", event.kind.value), event.title)
        for outcome in trace.meeting.outcomes:
            yield Happening(
                day_of(outcome.at), outcome.at, "meeting", outcome.by, ("outcome", outcome.kind.value), outcome.note
            )


def _deal(trace: Trace) -> Iterator[Happening]:
    for one in trace.deal_steps:
        yield Happening(day_of(one.at), one.at, "deal", one.by, ("deal_stage", one.after.value), one.note)


def _contract(trace: Trace) -> Iterator[Happening]:
    for one in trace.contract_steps:
        yield Happening(one.happened_on, one.at, "contract", one.by, ("contract_state", one.after.value), one.reason)
    for paid in trace.payments:
        said = ("payment_kind", paid.kind.value)
        text = " ".join(part for part in (paid.invoice_no, paid.receipt_no) if part)
        yield Happening(paid.paid_on, paid.at, "payment", paid.by, said, text, paid.amount_fen)
        if paid.withdrawn_at is not None:
            on, by = day_of(paid.withdrawn_at), paid.withdrawn_by
            yield Happening(on, paid.withdrawn_at, "payment", by, said, paid.withdrawn_reason, -paid.amount_fen)


def _claim(trace: Trace) -> Iterator[Happening]:
    for step in trace.claim.steps:
        yield Happening(day_of(step.at), step.at, "claim", step.by, ("claim_state", step.after.value), step.reason)
    for row in trace.decisions:
        policy = f"{row.policy.policy_id} {row.policy.version}"
        yield Happening(day_of(row.at), row.at, "decision", row.by, ("", ""), policy, row.amount_fen)
    for entry in trace.entries:
        said = ("entry_kind", entry.kind.value)
        yield Happening(day_of(entry.at), entry.at, "ledger", entry.by, said, entry.text, entry.amount_fen)
    yield from _disputes(trace)


def _disputes(trace: Trace) -> Iterator[Happening]:
    for voice in trace.voices:
        yield Happening(day_of(voice.at), voice.at, "voice", voice.by, ("voice_kind", voice.kind.value), voice.text)
        if voice.answered_at is not None:
            by, at = voice.answered_by, voice.answered_at
            yield Happening(day_of(at), at, "voice", by, ("voice_kind", voice.kind.value), voice.answer)
    for back in trace.claw_backs:
        said = ("claw_back", back.reason.value)
        yield Happening(
            day_of(back.proposed_at), back.proposed_at, "claw_back", back.proposed_by, said, back.text, back.amount_fen
        )
        if back.decided_at is not None:
            yield Happening(day_of(back.decided_at), back.decided_at, "claw_back", back.decided_by, said, back.answer)


def amount(fen: int | None) -> str:
    """The money a happening moved; nothing when it moved none."""
    return "" if fen is None else yuan(fen)


def joined(parts: Iterable[object]) -> str:
    """What there is of these, one after the other."""
    return "，".join(str(part) for part in parts if part)


def who(name: str) -> str:
    """Who did it, in words: the platform itself and visitors have no name of their own."""
    return {"system": "平台", "visitor": "公众"}.get(name, name)
