"""Objections, appeals and money taken back: what another officer answers, and what is booked."""

from datetime import date
from hashlib import sha256
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from matchmaker.core.actor import Role
from matchmaker.core.errors import Fault, Invalid, NotFound
from matchmaker.core.money import fen_from_yuan
from matchmaker.subsidies import paying, queries, taking_back, voices
from matchmaker.subsidies.rules import ClaimState, ClawBackReason
from matchmaker.web.forms import text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.subsidies.door import Page, about_field, blueprint, once, revision
from matchmaker.web.subsidies.review import after
from matchmaker.web.uploads import read_upload


@blueprint.post("/office/subsidies/<int:noticed_id>/voices/<int:voice_id>")
@needs_role(Role.OFFICER)
def answer_voice(noticed_id: int, voice_id: int) -> Page:
    """Answer an objection or an appeal."""
    kind, upheld = request.form.get("kind", ""), request.form.get("upheld", "") == "yes"

    def work(session: Any) -> None:
        _own_of(session, noticed_id, "voices", voice_id)
        said: dict[str, Any] = {
            "upheld": upheld,
            "answer": text_of("answer"),
            "once": once(),
            "base": parts().config.public_url,
        }
        if kind == "appeal":
            voices.answer_appeal(session, actor(), voice_id=voice_id, **said)
        else:
            voices.answer_objection(session, actor(), voice_id=voice_id, then=_then(upheld), **said)

    return after(noticed_id, "subsidy.answer", work, _("已答复并记录。"))


@blueprint.post("/office/subsidies/<int:claim_id>/paid")
@needs_role(Role.OFFICER)
def paid(claim_id: int) -> Page:
    """The payment system has paid: the day, and its receipt."""

    def work(session: Any) -> None:
        number, kept = _receipt(session, claim_id)
        paying.mark_paid(
            session,
            actor(),
            claim_id=claim_id,
            # Keeping the paper is a change of the claim as well.
            revision=revision() + kept,
            paid_on=_day("paid_on"),
            file_id=number,
            once=once(),
            base=parts().config.public_url,
        )

    return after(claim_id, "subsidy.mark_paid", work, _("已登记拨付并入账。"))


@blueprint.post("/office/subsidies/<int:claim_id>/take-out")
@needs_role(Role.OFFICER)
def take_out(claim_id: int) -> Page:
    """The payment system did not pay it: take it out of its batch, so that it can go into another one."""

    def work(session: Any) -> None:
        said = {"reason": text_of("reason"), "once": once(), "base": parts().config.public_url}
        paying.take_out(session, actor(), claim_id=claim_id, revision=revision(), **said)

    return after(claim_id, "subsidy.take_out", work, _("已移出批次，可以列入新的批次。"))


@blueprint.post("/office/subsidies/<int:claim_id>/claw-back")
@needs_role(Role.OFFICER)
def claw_back(claim_id: int) -> Page:
    """Propose to take money back."""
    reason = request.form.get("reason", "")

    def work(session: Any) -> None:
        if reason not in set(ClawBackReason):
            raise Invalid([Fault("reason", _("请选择追回的原因。"), reason)])
        taking_back.propose_claw_back(
            session,
            actor(),
            claim_id=claim_id,
            reason=ClawBackReason(reason),
            amount_fen=_fen("amount"),
            text=text_of("text"),
            once=once(),
            base=parts().config.public_url,
        )

    return after(claim_id, "subsidy.claw_back", work, _("已提出追回，须由另一位专员确认。"))


@blueprint.post("/office/subsidies/<int:granted_id>/claw-backs/<int:claw_back_id>")
@needs_role(Role.OFFICER)
def answer_claw_back(granted_id: int, claw_back_id: int) -> Page:
    """Take up one that the platform found, confirm or drop it, or book what came back."""
    action, base = request.form.get("action", ""), parts().config.public_url
    if action not in ("take_up", "confirm", "drop", "recover"):
        raise BadRequest

    def work(session: Any) -> None:
        who = actor()
        _own_of(session, granted_id, "claw_backs", claw_back_id)
        if action == "take_up":
            taking_back.take_up(session, who, claw_back_id=claw_back_id, once=once())
        elif action == "recover":
            taking_back.book_recovery(
                session,
                who,
                claw_back_id=claw_back_id,
                amount_fen=_fen("amount") or 0,
                on=_day("on"),
                file_id=None,
                once=once(),
                base=base,
            )
        else:
            confirmed, answer = action == "confirm", text_of("answer")
            taking_back.decide_claw_back(
                session, who, claw_back_id=claw_back_id, confirmed=confirmed, answer=answer, once=once(), base=base
            )

    return after(granted_id, "subsidy.answer_claw_back", work, _("已记录。"))


def _own_of(session: Any, claim_id: int, what: str, number: int) -> None:
    """NotFound when the claim in the address has no such voice or claw-back."""
    claim = queries.claim(session, actor(), claim_id=claim_id)
    if number not in {one.id for one in getattr(claim, what)}:
        raise NotFound(f"claim {claim_id} has no {what} {number}")


def _receipt(session: Any, claim_id: int) -> tuple[int | None, bool]:
    """The paper of the payment that was sent along, and whether it is new; the same one again is kept once."""
    found = read_upload("receipt")
    if found is None:
        return None, False
    claim = queries.claim(session, actor(), claim_id=claim_id)
    own = [one for one in queries.files_of(session, [claim]).get(claim.id, []) if one.purpose == "payment"]
    digest = sha256(found[1]).hexdigest()
    same = [one.id for one in own if one.sha256 == digest and one.subject == f"claim:{claim.id}"]
    if same:
        return same[0], False
    folder = parts().config.files_dir
    with about_field("receipt", of="payment"):
        row = paying.keep_receipt(session, actor(), folder, claim_id=claim_id, name=found[0], content=found[1])
    return int(row.id), True


def _then(upheld: bool) -> ClaimState | None:
    """What becomes of the claim after an upheld objection."""
    wanted = request.form.get("then", "")
    if not upheld:
        return None
    if wanted not in (ClaimState.RETURNED, ClaimState.REFUSED):
        raise Invalid([Fault("then", _("异议成立时，请选择退回补正或不予支持。"), wanted)])
    return ClaimState(wanted)


def _day(name: str) -> date:
    text = request.form.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid([Fault(name, _("请填写日期。"), text)]) from None


def _fen(name: str) -> int | None:
    """An amount in yuan as it was typed; None when the field was left empty."""
    text = request.form.get(name, "").strip()
    try:
        return fen_from_yuan(text) if text else None
    except ValueError:
        raise Invalid([Fault(name, _("请填写金额（元），最多两位小数。"), text)]) from None
