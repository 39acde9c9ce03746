"""Carrying a deal on: its words, its stage, who looks after it, notes and papers. `starting` says how it begins."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from matchmaker.core.money import MAX_FEN
from matchmaker.deals import linking, reading, telling
from matchmaker.deals.access import can_set, require_editor, side_of
from matchmaker.deals.models import Deal, DealNote, DealStep
from matchmaker.deals.rules import OVER, DealKind, DealStage, NoteReach, is_further, needs_reason, next_stages
from matchmaker.deals.schemas import MAX_NOTE, DealEditIn, PlanIn
from matchmaker.files import queries as files
from matchmaker.files import service as file_service
from matchmaker.files.models import StoredFile

ATTACHMENT = "attachment"
MOST_FILES = 30
_WORDS = ("kind", "title", "summary", "next_step", "next_on")


def edit(session: Session, actor: Actor, *, deal_id: int, revision: int, data: DealEditIn, base: str) -> Deal:
    """Say anew what the deal is about, what it is worth and what comes next.

    Who buys and which listings it goes back to can be said only while no match says it, and by the two sides only
    before they sign (`linking`); otherwise those fields are left as they are. Conflict when somebody changed the deal
    since `revision`, and when it is over. Invalid names `kind` once signed, `next_on` for a new day in the past.
    """
    deal = _for_change(session, actor, deal_id, revision)
    if deal.stage in OVER:
        raise Conflict(f"deal {deal.id} is over")
    _check_words(deal, data)
    before = _told(deal)
    linking.link(session, actor, deal, data)
    for name in _WORDS:
        setattr(deal, name, getattr(data, name))
    deal.amount_fen = data.amount
    changed = {name: [old, new] for (name, old), new in zip(before.items(), _told(deal).values(), strict=True)}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if changed:
        _touch(deal)
        session.flush()
        if deal.next_step and {"next_step", "next_on"} & set(changed):
            telling.tell_next(session, actor, deal, base=base)
        _record(session, actor, deal, "deal.edit", **changed)
    return deal


def plan(session: Session, actor: Actor, *, deal_id: int, data: PlanIn, base: str) -> Deal:
    """Say what comes next and leave all else as it is. Refuses what `edit` does."""
    deal = _for_change(session, actor, deal_id, data.revision)
    names = ("kind", "title", "summary", "need_id", "offer_id")
    now = {name: getattr(deal, name) for name in names} | {"amount": deal.amount_fen}
    said = DealEditIn.model_validate(now | data.model_dump(exclude={"revision"}))
    return edit(session, actor, deal_id=deal_id, revision=data.revision, data=said, base=base)


def move(
    session: Session,
    actor: Actor,
    *,
    deal_id: int,
    revision: int,
    stage: DealStage,
    note: str,
    base: str,
    amount_fen: int | None = None,
) -> Deal:
    """Bring the deal to another stage: one step on, a step back, its end, or back from its end.

    An order is signed with its amount, so `amount_fen` is asked for when there is none yet. Invalid names `note` when
    an end or a step back says no reason, and `amount`. Conflict when the deal has moved since `revision` or may not go
    there from here. Forbidden to set 登记 by hand for anybody but the office.
    """
    deal = _for_change(session, actor, deal_id, revision)
    if stage not in next_stages(deal.kind, deal.stage):
        raise Conflict(f"deal {deal.id} is {deal.stage} and cannot become {stage}")
    if not can_set(actor, deal, stage):
        raise Forbidden(f"{actor.name} may not set {stage}: it follows from the contract's registration")
    _check_move(deal, stage, note=note, amount_fen=amount_fen)
    if amount_fen is not None:
        deal.amount_fen = amount_fen
    if stage is DealStage.ENDED:
        deal.ended_reason = note.strip()
    _step(session, actor, deal, stage, note=note)
    telling.tell_moved(session, actor, deal, base=base)
    _record(session, actor, deal, "deal.move", stage=[deal.steps[-1].before, stage], amount_fen=deal.amount_fen)
    return deal


def follow_contract(
    session: Session, actor: Actor, *, deal_id: int, stage: DealStage, note: str, amount_fen: int | None = None
) -> None:
    """Bring the deal behind its contract, over stages in between; called by contracts, which has asked who may.

    Forward only: a deal that is as far or further, is over, or whose kind never goes there, stays where it is.
    `amount_fen` is the contract's total, which is the deal's from then on. Tells nobody: the contract's own news does.
    """
    deal = session.get(Deal, deal_id, with_for_update=True)
    if deal is None:
        raise NotFound(f"no deal {deal_id}")
    if deal.stage in OVER:
        return
    detail: dict[str, Any] = {}
    if amount_fen is not None and amount_fen != deal.amount_fen:
        detail["amount_fen"] = [deal.amount_fen, amount_fen]
        deal.amount_fen = amount_fen
    if is_further(deal.kind, stage, deal.stage):
        detail["stage"] = [deal.stage, stage]
        _step(session, actor, deal, stage, note=note)
    elif detail:
        _touch(deal)
    if detail:
        session.flush()
        _record(session, actor, deal, "deal.follow", **detail)


def take_over(session: Session, actor: Actor, *, deal_id: int, revision: int, person_id: int | None, base: str) -> Deal:
    """Say who looks after the deal: one of one's own people, for the office also an officer; None for nobody.

    Invalid names `person_id` for anybody else. Conflict when somebody changed the deal since `revision`.
    """
    deal = _for_change(session, actor, deal_id, revision)
    known = {one.id for one in reading.owner_choices(session, actor, deal=deal)}
    if person_id is not None and person_id not in known:
        raise Invalid([Fault("person_id", "not somebody who may look after this deal", str(person_id))])
    if person_id != deal.owner_id:
        before, deal.owner_id = deal.owner_id, person_id
        _touch(deal)
        session.flush()
        session.expire(deal, ["owner"])
        telling.tell_owner(session, actor, deal, base=base)
        _record(session, actor, deal, "deal.owner", owner=[before, person_id])
    return deal


def say(session: Session, actor: Actor, *, deal_id: int, text: str, reach: NoteReach, base: str) -> DealNote:
    """Note something, for one's own side, for all, or for the office. The office has no side of its own.

    Invalid names `text` when it is empty or longer than 2,000 characters, and `reach`.
    """
    deal = _locked(session, actor, deal_id)
    side = side_of(actor, deal)
    if side is None and reach is NoteReach.OWN:
        raise Invalid([Fault("reach", "the office has no side of its own", reach)])
    if not text.strip():
        raise Invalid([Fault("text", "write something first")])
    _check_length("text", text)
    note = DealNote(
        deal_id=deal.id, organisation_id=side, reach=reach, text=text.strip(), at=clock.now(), by=actor.name
    )
    session.add(note)
    deal.updated_at = note.at
    session.flush()
    telling.tell_note(session, actor, deal, note, base=base)
    _record(session, actor, deal, "deal.note", note=note.id, reach=reach)
    return note


def attach(session: Session, actor: Actor, *, deal_id: int, folder: Path, name: str, content: bytes) -> StoredFile:
    """Add a paper that both sides and the office read. Invalid names `attachment`: wrong kind or size, or too many."""
    deal = _locked(session, actor, deal_id)
    side = side_of(actor, deal)
    purpose = "office" if side is None else "buyer" if side == deal.buyer_id else "seller"
    subject = f"deal:{deal.id}"
    if len(files.of_subject(session, subject=subject, purpose=purpose)) >= MOST_FILES:
        raise Invalid([Fault(ATTACHMENT, f"at most {MOST_FILES} files", name)])
    deal.updated_at = clock.now()
    try:
        return file_service.keep(session, actor, folder, subject=subject, purpose=purpose, name=name, content=content)
    except Invalid as error:
        raise Invalid([replace(one, field=ATTACHMENT) for one in error.faults]) from None


def withdraw_file(session: Session, actor: Actor, *, deal_id: int, file_id: int) -> None:
    """Take a paper out of sight: one's own side's, for the office any. Forbidden for the other side's."""
    deal = _locked(session, actor, deal_id)
    found = files.one(session, file_id=file_id, subject=f"deal:{deal.id}")
    if found is None:
        raise NotFound(f"no file {file_id}")
    if not reading.is_own_file(actor, deal, found):
        raise Forbidden(f"{actor.name} did not bring file {file_id}")
    file_service.withdraw(session, actor, file=found)


def _locked(session: Session, actor: Actor, deal_id: int) -> Deal:
    deal = session.get(Deal, deal_id, with_for_update=True)
    if deal is None:
        raise NotFound(f"no deal {deal_id}")
    require_editor(actor, deal)
    return deal


def _for_change(session: Session, actor: Actor, deal_id: int, revision: int) -> Deal:
    deal = _locked(session, actor, deal_id)
    if deal.revision != revision:
        raise Conflict(f"deal {deal.id} has revision {deal.revision}, the form {revision}")
    return deal


def _touch(deal: Deal) -> None:
    deal.updated_at = clock.now()
    deal.revision += 1


def _step(session: Session, actor: Actor, deal: Deal, stage: DealStage, *, note: str) -> None:
    _touch(deal)
    step = DealStep(before=deal.stage, after=stage, note=note.strip(), at=deal.updated_at, by=actor.name)
    deal.steps.append(step)
    deal.stage, deal.stage_at = stage, deal.updated_at
    if stage in OVER:
        deal.next_step, deal.next_on = "", None
    session.flush()


def _check_words(deal: Deal, data: DealEditIn) -> None:
    faults = []
    if data.kind is not deal.kind and deal.stage not in (DealStage.TALKS, DealStage.INTENT):
        faults.append(Fault("kind", "the kind is settled once signed", data.kind))
    if data.next_on is not None and data.next_on != deal.next_on and data.next_on < clock.today():
        faults.append(Fault("next_on", "the day lies in the past", data.next_on.isoformat()))
    if data.amount is None and deal.kind is DealKind.ORDER and deal.stage not in (DealStage.TALKS, DealStage.INTENT):
        faults.append(Fault("amount", "a signed order has an amount"))
    if faults:
        raise Invalid(faults)


def _check_move(deal: Deal, stage: DealStage, *, note: str, amount_fen: int | None) -> None:
    faults = []
    if needs_reason(deal.kind, deal.stage, stage) and not note.strip():
        faults.append(Fault("note", "say why"))
    if deal.kind is DealKind.ORDER and stage is DealStage.SIGNED and amount_fen is None and deal.amount_fen is None:
        faults.append(Fault("amount", "a signed order has an amount"))
    if amount_fen is not None and not 0 <= amount_fen <= MAX_FEN:
        faults.append(Fault("amount", "amount out of range", str(amount_fen)))
    if faults:
        raise Invalid(faults)
    _check_length("note", note)


def _check_length(name: str, text: str) -> None:
    if len(text) > MAX_NOTE:
        raise Invalid([Fault(name, f"at most {MAX_NOTE} characters, this has {len(text)}")])


def _told(deal: Deal) -> dict[str, Any]:
    """What an edit may change, as JSON."""
    names = (*_WORDS, "amount_fen", "buyer_id", "seller_id", "need_id", "offer_id")
    found: Mapping[str, Any] = {name: getattr(deal, name) for name in names}
    return {name: value.isoformat() if name == "next_on" and value else value for name, value in found.items()}


def _record(session: Session, actor: Actor, deal: Deal, action: str, **detail: Any) -> None:
    audit.record(session, actor, [audit.Event(action, f"deal:{deal.id}", detail)])
