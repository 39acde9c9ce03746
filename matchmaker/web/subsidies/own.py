"""What an organisation sees of its aid: what was found for it, what it may apply for, and where its claims stand."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from matchmaker.accounts.passwords import Sealer
from matchmaker.contracts.rules import PartyRole
from matchmaker.core import clock
from matchmaker.core.errors import Conflict, NotFound
from matchmaker.core.unit import reading
from matchmaker.registry import assistance
from matchmaker.subsidies import access, applying, checklist, decisions, ledger, paying, queries, voices, windows
from matchmaker.subsidies.rules import UNASSESSED, VERB_STATES, ClaimState, ClaimVerb, Why
from matchmaker.subsidies.schemas import ApplyIn, ClaimIn
from matchmaker.web.forms import read_form, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login
from matchmaker.web.subsidies.door import Page, Refused, about_field, attempt, blueprint, once, revision, typed, values
from matchmaker.web.uploads import read_upload, send

# Before money is promised the amount is reckoned anew whenever somebody looks; afterwards the decision stands.
RECKONED = UNASSESSED | {ClaimState.FOUND}


def sealer() -> Sealer:
    """What bank accounts are sealed with."""
    return Sealer(parts().config.secret_key)


@blueprint.get("/my/subsidies")
@needs_login
def mine() -> Page:
    """What the platform found, what may be applied for, and all claims of one's organisations."""
    with reading(parts().sessions) as session:
        claims = queries.mine(session, actor())
        return render_template(
            "subsidies/mine.html",
            found=[one for one in claims if one.state is ClaimState.FOUND],
            claims=[one for one in claims if one.state is not ClaimState.FOUND],
            openings=applying.openings(session, actor()),
            open_windows=windows.open_windows(session, clock.today()),
        )


@blueprint.get("/my/subsidies/apply")
@needs_login
def apply() -> Page:
    """The form for one contract in one window."""
    return _apply_page(None)


@blueprint.post("/my/subsidies/apply")
@needs_login
def send_application() -> Page:
    """Apply for what the platform did not find by itself."""
    made: list[int] = []

    def work(session: Any) -> None:
        data = read_form(ApplyIn, typed())
        base = parts().config.public_url
        made.append(applying.apply(session, actor(), sealer(), data=data, once=once(), base=base).id)
        assistance.tell_acted(session, actor(), what=_("申请合同奖补"), base=base)

    refused = attempt("claim:new", "subsidy.apply", work)
    if refused:
        return _apply_page(refused)
    flash(_("已提交申请。审核进展会通知您。"), "good")
    return _to(made[0])


@blueprint.get("/my/subsidies/<int:claim_id>")
@needs_login
def own(claim_id: int) -> Page:
    """One claim: what is missing, how the amount comes about, and what happens next."""
    return _page(claim_id, None)


@blueprint.post("/my/subsidies/<int:claim_id>/confirm")
@needs_login
def confirm(claim_id: int) -> Page:
    """Say where the money goes and that it is all true; that is the whole application."""

    def work(session: Any) -> None:
        data = read_form(ClaimIn, typed())
        base = parts().config.public_url
        applying.confirm(
            session, actor(), sealer(), claim_id=claim_id, revision=revision(), data=data, once=once(), base=base
        )
        assistance.tell_acted(session, actor(), what=_("确认合同奖补"), base=base)

    return _after(claim_id, "subsidy.confirm", work, _("已确认并提交。审核进展会通知您，不需要再交纸质材料。"))


@blueprint.post("/my/subsidies/<int:claim_id>/withdraw")
@needs_login
def withdraw(claim_id: int) -> Page:
    """Take the claim back."""

    def work(session: Any) -> None:
        base, reason = parts().config.public_url, text_of("reason")
        applying.withdraw(
            session, actor(), claim_id=claim_id, revision=revision(), reason=reason, once=once(), base=base
        )
        assistance.tell_acted(session, actor(), what=_("撤回合同奖补申请"), base=base)

    return _after(claim_id, "subsidy.withdraw", work, _("已撤回。"))


@blueprint.post("/my/subsidies/<int:claim_id>/appeal")
@needs_login
def appeal(claim_id: int) -> Page:
    """Disagree with a refusal."""

    def work(session: Any) -> None:
        base, text = parts().config.public_url, text_of("text")
        voices.appeal(session, actor(), claim_id=claim_id, text=text, once=once(), base=base)
        assistance.tell_acted(session, actor(), what=_("对合同奖补决定提出申诉"), base=base)

    return _after(claim_id, "subsidy.appeal", work, _("申诉已提交，由未参与原决定的专员复核。"))


@blueprint.post("/my/subsidies/<int:claim_id>/files")
@needs_login
def attach(claim_id: int) -> Page:
    """Add a paper; the office may as well."""

    def work(session: Any) -> None:
        name, content = read_upload("file") or ("", b"")
        folder, purpose = parts().config.files_dir, request.form.get("purpose", "")
        with about_field("file", of=purpose):
            applying.attach(session, actor(), folder, claim_id=claim_id, purpose=purpose, name=name, content=content)

    return _after(claim_id, "subsidy.attach", work, _("已上传。"))


@blueprint.post("/my/subsidies/<int:claim_id>/files/<int:paper_id>/withdraw")
@needs_login
def withdraw_file(claim_id: int, paper_id: int) -> Page:
    """Take a paper out again."""

    def work(session: Any) -> None:
        applying.withdraw_file(session, actor(), claim_id=claim_id, file_id=paper_id)

    return _after(claim_id, "subsidy.withdraw_file", work, _("已移除。"))


@blueprint.get("/my/subsidies/<int:claim_id>/files/<int:paper_id>")
@needs_login
def paper(claim_id: int, paper_id: int) -> Response:
    """One paper of the claim or of its contract, for those who may read the claim."""
    with reading(parts().sessions) as session:
        claim = queries.claim(session, actor(), claim_id=claim_id)
        files = queries.files_of(session, [claim]).get(claim.id, [])
        found = next((one for one in files if one.id == paper_id), None)
        if found is None:
            raise NotFound(f"claim {claim_id} has no file {paper_id}")
        return send(found)


def page_of_claim(claim_id: int) -> str:
    """Where this actor reads the claim."""
    endpoint = "subsidies.claim" if actor().is_staff and actor().acting_for is None else "subsidies.own"
    return url_for(endpoint, claim_id=claim_id)


def may_do(session: Any, claim: Any) -> dict[ClaimVerb, Why | None]:
    """What can be done with the claim in its state, and for each what keeps this actor from it, if anything does."""
    open_ones = [verb for verb in ClaimVerb if claim.state in VERB_STATES[verb]]
    return {verb: access.why_not(session, actor(), claim, verb) for verb in open_ones}


def preview_of(session: Any, claim: Any) -> Any | None:
    """What the claim would come to now, as long as nothing is decided; None when the contract lacks a price or day."""
    if claim.state not in RECKONED:
        return None
    try:
        return decisions.preview(session, claim)
    except Conflict:
        return None


def _after(claim_id: int, action: str, work: Callable[[Any], object], done: str) -> Page:
    refused = attempt(f"claim:{claim_id}", action, work)
    if refused:
        return _page(claim_id, refused)
    flash(done, "good")
    return _to(claim_id)


def _page(claim_id: int, refused: Refused | None) -> Page:
    with reading(parts().sessions) as session:
        claim = queries.claim(session, actor(), claim_id=claim_id)
        page = render_template(
            "subsidies/own.html",
            claim=claim,
            may=may_do(session, claim),
            preview=preview_of(session, claim),
            items=checklist.checklist(session, claim),
            files=queries.files_of(session, [claim]).get(claim.id, []),
            account=paying.masked(sealer(), claim),
            entries=ledger.entries(session, window_id=claim.window_id, claim_id=claim.id),
            changes=changes_since(session, claim_id, refused),
            refused=refused,
            values=values() if refused else {},
            faults=refused.faults if refused else {},
        )
    return (page, refused.status) if refused else page


def changes_since(session: Any, claim_id: int, refused: Refused | None) -> list[Any]:
    """What happened since the form that was refused had been opened."""
    if refused is None or refused.status != 409 or not revision():
        return []
    return list(queries.changes_since(session, actor(), claim_id=claim_id, revision=revision()))


def _apply_page(refused: Refused | None) -> Page:
    asked = request.form if refused else request.args
    with reading(parts().sessions) as session:
        rows = applying.openings(session, actor())
        chosen = next((one for one in rows if _names(one) == _asked(asked)), None)
        if chosen is None and refused is None:
            flash(_("这份合同现在没有可以申请的奖补。"))
            return redirect(url_for("subsidies.mine"), 303)  # type: ignore[return-value]
        page = render_template(
            "subsidies/apply.html",
            chosen=chosen,
            refused=refused,
            values=values() if refused else {},
            faults=refused.faults if refused else {},
        )
    return (page, refused.status) if refused else page


def _names(opening: Any) -> tuple[str, str, PartyRole, str]:
    return (str(opening.window.id), str(opening.contract.id), opening.role, str(opening.organisation_id))


def _asked(given: Any) -> tuple[str, str, str, str]:
    window, contract = given.get("window_id", ""), given.get("contract_id", "")
    return (window, contract, given.get("role", ""), given.get("organisation_id", ""))


def _to(claim_id: int) -> Page:
    return redirect(page_of_claim(claim_id), 303)  # type: ignore[return-value]
