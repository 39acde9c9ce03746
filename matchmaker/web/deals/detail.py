"""One deal: where it stands, what it goes back to, what was said, its papers; and everything that carries it on."""

from typing import Any

from flask import Response, flash, render_template, request

from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.core.unit import reading
from matchmaker.deals import access, origins, queries, service
from matchmaker.deals import reading as belongings
from matchmaker.deals.rules import OVER, DealKind, DealStage, NoteReach, next_stages, onward, path_of
from matchmaker.deals.schemas import MoveIn, PlanIn
from matchmaker.events import queries as events
from matchmaker.matching.rules import Constraint
from matchmaker.registry import assistance
from matchmaker.web.deals.door import ONE, Page, blueprint, said, to_deal
from matchmaker.web.forms import read_form, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.refusals import changing
from matchmaker.web.session import actor, needs_login
from matchmaker.web.uploads import read_uploads, send


@blueprint.get(ONE)
@needs_login
def detail(deal_id: int) -> Page:
    """One deal, for its sides, the office and who follows it."""
    return _page(deal_id, {})


@blueprint.post(f"{ONE}/move")
@needs_login
def move(deal_id: int) -> Page:
    """Bring it to another stage."""
    base = parts().config.public_url
    try:
        data = read_form(MoveIn, request.form)
        with changing(f"deal:{deal_id}", "deal.move") as session:
            service.move(
                session,
                actor(),
                deal_id=deal_id,
                revision=data.revision,
                stage=data.stage,
                note=data.note,
                amount_fen=data.amount,
                base=base,
            )
            assistance.tell_acted(session, actor(), what=_("推进交易"), base=base)
    except Invalid as error:
        return _page(deal_id, said(error.faults))
    except Conflict:
        return _page(deal_id, _stale(), status=409)
    flash(_("已更新，对方会收到通知。"), "good")
    return to_deal(deal_id)  # type: ignore[no-any-return]


@blueprint.post(f"{ONE}/next")
@needs_login
def plan(deal_id: int) -> Page:
    """Say what comes next."""
    base = parts().config.public_url
    try:
        data = read_form(PlanIn, request.form)
        with changing(f"deal:{deal_id}", "deal.edit") as session:
            service.plan(session, actor(), deal_id=deal_id, data=data, base=base)
            assistance.tell_acted(session, actor(), what=_("写交易的下一步"), base=base)
    except Invalid as error:
        return _page(deal_id, said(error.faults))
    except Conflict:
        return _page(deal_id, _stale(), status=409)
    flash(_("下一步已记下。"), "good")
    return to_deal(deal_id)  # type: ignore[no-any-return]


@blueprint.post(f"{ONE}/owner")
@needs_login
def owner(deal_id: int) -> Page:
    """Say who looks after it."""
    base, person = parts().config.public_url, request.form.get("person_id", "")
    try:
        with changing(f"deal:{deal_id}", "deal.owner") as session:
            service.take_over(
                session,
                actor(),
                deal_id=deal_id,
                revision=request.form.get("revision", 0, int),
                person_id=_person(person),
                base=base,
            )
            assistance.tell_acted(session, actor(), what=_("更换交易跟进人"), base=base)
    except Invalid as error:
        return _page(deal_id, said(error.faults))
    except Conflict:
        return _page(deal_id, _stale(), status=409)
    flash(_("跟进人已更新。"), "good")
    return to_deal(deal_id, "owner")  # type: ignore[no-any-return]


@blueprint.post(f"{ONE}/notes")
@needs_login
def say(deal_id: int) -> Page:
    """Note something, for whom it is meant."""
    base = parts().config.public_url
    try:
        with changing(f"deal:{deal_id}", "deal.note") as session:
            service.say(session, actor(), deal_id=deal_id, text=text_of("text"), reach=_reach(), base=base)
            assistance.tell_acted(session, actor(), what=_("写交易备注"), base=base)
    except Invalid as error:
        return _page(deal_id, said(error.faults))
    return to_deal(deal_id, "notes")  # type: ignore[no-any-return]


@blueprint.post(f"{ONE}/files")
@needs_login
def attach(deal_id: int) -> Page:
    """Add papers that both sides and the office read."""
    try:
        with changing(f"deal:{deal_id}", "deal.attach") as session:
            chosen = read_uploads("attachment")
            if not chosen:
                access.require_editor(actor(), queries.deal(session, actor(), deal_id=deal_id))
                raise Invalid([Fault("attachment", _("请先选择文件。"))])
            folder = parts().config.files_dir
            for name, content in chosen:
                service.attach(session, actor(), deal_id=deal_id, folder=folder, name=name, content=content)
            assistance.tell_acted(session, actor(), what=_("上传交易文件"), base=parts().config.public_url)
    except Invalid as error:
        return _page(deal_id, said(error.faults))
    flash(_("文件已上传。"), "good")
    return to_deal(deal_id, "files")  # type: ignore[no-any-return]


@blueprint.get(f"{ONE}/files/<int:deal_file_id>")
@needs_login
def file(deal_id: int, deal_file_id: int) -> Response:
    """One paper."""
    with reading(parts().sessions) as session:
        return send(belongings.file(session, actor(), deal_id=deal_id, file_id=deal_file_id))


@blueprint.post(f"{ONE}/files/<int:deal_file_id>/withdraw")
@needs_login
def withdraw_file(deal_id: int, deal_file_id: int) -> Page:
    """Take a paper back."""
    with changing(f"deal:{deal_id}", "deal.withdraw_file") as session:
        service.withdraw_file(session, actor(), deal_id=deal_id, file_id=deal_file_id)
        assistance.tell_acted(session, actor(), what=_("撤下交易文件"), base=parts().config.public_url)
    flash(_("文件已撤下。"), "good")
    return to_deal(deal_id, "files")  # type: ignore[no-any-return]


def _page(deal_id: int, faults: dict[str, str], *, status: int = 400) -> Page:
    with reading(parts().sessions) as session:
        deal = queries.deal(session, actor(), deal_id=deal_id)
        page = render_template(
            "deals/detail.html",
            deal=deal,
            side=access.side_of(actor(), deal),
            office=access.is_office(actor(), deal),
            edits=access.can_edit(actor(), deal),
            over=deal.stage in OVER,
            still=queries.stands_still(deal),
            late=deal.next_on is not None and deal.next_on < clock.today(),
            path=path_of(deal.kind),
            ways=_ways(deal),
            asks_amount=_asks_amount(deal),
            conditions=[_condition(one) for one in deal.evidence.get("conditions", ())],
            texts=origins.texts_then(session, deal),
            event=_event(session, deal),
            notes=belongings.notes_of(actor(), deal),
            reaches=_reaches(deal),
            files=belongings.files_of(session, actor(), deal=deal),
            reads_files=access.can_read_files(actor(), deal),
            is_own_file=lambda row: belongings.is_own_file(actor(), deal, row),
            people=belongings.owner_choices(session, actor(), deal=deal) if access.can_edit(actor(), deal) else [],
            others=belongings.others_between(session, actor(), deal=deal),
            values=request.form.to_dict() if faults else {},
            faults=faults,
        )
    return (page, status) if faults else page


def _stale() -> dict[str, str]:
    return {"": _("交易刚刚有了变化，您的操作没有执行；请看过现在的状态再决定。")}


def _ways(deal: Any) -> dict[str, list[DealStage]]:
    """Where the actor may bring the deal: on, or back and to its end, each with a reason."""
    allowed = [one for one in DealStage if one in next_stages(deal.kind, deal.stage)]
    mine = [one for one in allowed if access.can_set(actor(), deal, one)]
    ahead = [one for one in onward(deal.kind, deal.stage) if one in mine and deal.stage is not DealStage.ENDED]
    return {"on": ahead, "else": [one for one in mine if one not in ahead]}


def _asks_amount(deal: Any) -> bool:
    return deal.kind is DealKind.ORDER and deal.stage is DealStage.INTENT and deal.amount_fen is None


def _condition(one: dict[str, Any]) -> Constraint:
    return Constraint(one["code"], one["met"], tuple(one["detail"]))


def _event(session: Any, deal: Any) -> Any:
    try:
        return events.event(session, actor(), event_id=deal.meeting.event_id) if deal.meeting is not None else None
    except NotFound:  # it went back to being a draft of the organisers
        return None


def _reaches(deal: Any) -> list[NoteReach]:
    """Whom a note of the actor may be for; the office has no side of its own."""
    mine = access.side_of(actor(), deal) is not None
    return [one for one in (NoteReach.BOTH, NoteReach.OWN, NoteReach.OFFICE) if mine or one is not NoteReach.OWN]


def _reach() -> NoteReach:
    try:
        return NoteReach(request.form.get("reach", ""))
    except ValueError:
        raise Invalid([Fault("reach", _("请选择谁能看到。"))]) from None


def _person(text: str) -> int | None:
    """None for nobody; a number that nobody has where the form was tampered with."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
