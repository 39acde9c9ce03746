"""Rounds of claims and their money: the budget, who gets what of it when it does not reach, and batches for payment."""

import tempfile
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from matchmaker.core.actor import Role
from matchmaker.core.errors import Fault, Invalid
from matchmaker.core.money import fen_from_yuan
from matchmaker.core.unit import reading
from matchmaker.exchange import payment_files
from matchmaker.exchange.payment_pack import check
from matchmaker.subsidies import budgeting, correcting, finding, ledger, paying, policies, queries, windows
from matchmaker.subsidies.queries import QueueFilter
from matchmaker.subsidies.rules import ClaimState
from matchmaker.subsidies.schemas import WindowIn
from matchmaker.web.forms import read_form, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.subsidies.door import READERS, Page, Refused, attempt, blueprint, once, typed, values
from matchmaker.web.subsidies.own import sealer

# A pack up to this size is put together in memory, a larger one on disk.
IN_MEMORY_BYTES = 32 * 1024 * 1024


@blueprint.get("/office/subsidies/windows", endpoint="windows")
@needs_role(*READERS)
def all_windows() -> Page:
    """All rounds, and the form that opens one."""
    return _windows_page(None)


@blueprint.post("/office/subsidies/windows")
@needs_role(Role.OFFICER)
def open_window() -> Page:
    """Open a round under one policy version."""
    made: list[int] = []

    def work(session: Any) -> None:
        made.append(windows.open_window(session, actor(), data=read_form(WindowIn, typed())).id)

    refused = attempt("window:new", "subsidy.open_window", work)
    if refused:
        return _windows_page(refused)
    flash(_("已开设申领轮次。"), "good")
    return redirect(url_for("subsidies.window", window_id=made[0]), 303)  # type: ignore[return-value]


@blueprint.get("/office/subsidies/windows/<int:window_id>")
@needs_role(*READERS)
def window(window_id: int) -> Page:
    """One round: its money, the ledger, and what waits for payment."""
    return _window_page(window_id, None)


@blueprint.post("/office/subsidies/windows/<int:window_id>/budget")
@needs_role(Role.OFFICER)
def set_budget(window_id: int) -> Page:
    """Say how much the year has."""

    def work(session: Any) -> None:
        fen, reason = _fen("amount"), text_of("reason")
        windows.set_budget(session, actor(), window_id=window_id, amount_fen=fen, reason=reason, once=once())

    return _after(window_id, "subsidy.set_budget", work, _("预算已入账。"))


@blueprint.post("/office/subsidies/windows/<int:window_id>/find")
@needs_role(Role.OFFICER)
def find(window_id: int) -> Page:
    """Look now for contracts that can be aided; the worker does it every day."""
    found: list[int] = []

    def work(session: Any) -> None:
        base = parts().config.public_url
        found.append(len(finding.find_now(session, actor(), window_id=window_id, base=base)))

    refused = attempt(f"window:{window_id}", "subsidy.find", work)
    if refused:
        return _window_page(window_id, refused)
    flash(_("新找到 %(num)s 份可以申领的合同，已通知单位。", num=found[0]), "good")
    return _to(window_id)


@blueprint.post("/office/subsidies/windows/<int:window_id>/share")
@needs_role(Role.OFFICER)
def share(window_id: int) -> Page:
    """Assess all proposals together, pro rata when the budget does not reach."""

    def work(session: Any) -> None:
        budgeting.share_budget(session, actor(), window_id=window_id, once=once(), base=parts().config.public_url)

    return _after(window_id, "subsidy.share_budget", work, _("已按预算重新核算全部拟支持的申领。"))


@blueprint.post("/office/subsidies/windows/<int:window_id>/batches")
@needs_role(Role.OFFICER)
def make_batch(window_id: int) -> Page:
    """Put approved claims together for the payment system."""
    made: list[int] = []

    def work(session: Any) -> None:
        chosen = [int(text) for text in request.form.getlist("claims") if text.isdecimal() and len(text) < 19]
        if not chosen:
            raise Invalid([Fault("claims", _("请至少选择一笔申领。"))])
        made.append(paying.make_batch(session, actor(), window_id=window_id, claim_ids=chosen, once=once()).id)

    refused = attempt(f"window:{window_id}", "subsidy.make_batch", work)
    if refused:
        return _window_page(window_id, refused)
    flash(_("已生成拨付批次。"), "good")
    return redirect(url_for("subsidies.batch", batch_id=made[0]), 303)  # type: ignore[return-value]


@blueprint.post("/office/subsidies/windows/<int:window_id>/entries/<int:entry_id>/reverse")
@needs_role(Role.OFFICER)
def reverse(window_id: int, entry_id: int) -> Page:
    """Book a wrong entry back; both stay in the ledger."""

    def work(session: Any) -> None:
        reason, base = text_of("reason"), parts().config.public_url
        ledger.entry(session, window_id=window_id, entry_id=entry_id)
        correcting.reverse(session, actor(), entry_id=entry_id, reason=reason, once=once(), base=base)

    return _after(window_id, "subsidy.reverse", work, _("已冲正：原分录保留，另记一笔反向分录。"))


@blueprint.get("/office/subsidies/batches/<int:batch_id>")
@needs_role(*READERS)
def batch(batch_id: int) -> Page:
    """One batch: who is in it, what was paid, and the pack for the payment system."""
    return _batch_page(batch_id, None)


@blueprint.post("/office/subsidies/batches/<int:batch_id>/pack.zip")
@needs_role(Role.OFFICER)
def batch_pack(batch_id: int) -> Page:
    """The pack with whole account numbers; who took it out, and what for, is on record."""
    # The answer closes it when it was sent.
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115

    def work(session: Any) -> None:
        payment_files.save_pack(
            session,
            actor(),
            sealer(),
            parts().config.files_dir,
            batch_id=batch_id,
            purpose=text_of("purpose"),
            target=target,
        )

    refused = attempt(f"batch:{batch_id}", "subsidy.batch_pack", work)
    if refused:
        target.close()
        return _batch_page(batch_id, refused)
    target.seek(0)
    name = f"batch-{batch_id}.zip"
    response = send_file(target, mimetype="application/zip", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/office/subsidies/batches/<int:batch_id>/check")
@needs_role(*READERS)
def batch_check(batch_id: int) -> Page:
    """Whether a pack that somebody has is the one that was handed over; nothing changes."""
    file = request.files.get("pack")
    with reading(parts().sessions) as session:
        handed_over = queries.batch(session, actor(), batch_id=batch_id).batch.sha256
    if file is None or not file.filename:
        return _batch_page(batch_id, Refused(400, {"pack": _("请选择资金包（.zip）。")}))
    try:
        found = check(file.stream)
    except Invalid:
        return _batch_page(batch_id, Refused(400, {"pack": _("这个文件不是资金包，或资金包已损坏。")}))
    if found.odd:
        changed = _("、").join(found.odd)
        return _batch_page(batch_id, Refused(400, {"pack": _("资金包里的内容被改动过：%(files)s", files=changed)}))
    if found.sha256 != handed_over:
        return _batch_page(batch_id, Refused(400, {"pack": _("不是这一批移交的资金包。")}))
    return _batch_page(batch_id, None, checked=True)


def _fen(name: str) -> int:
    text = request.form.get(name, "").strip()
    try:
        return fen_from_yuan(text)
    except ValueError:
        raise Invalid([Fault(name, _("请填写金额（元），最多两位小数。"), text)]) from None


def _after(window_id: int, action: str, work: Callable[[Any], object], done: str) -> Page:
    refused = attempt(f"window:{window_id}", action, work)
    if refused:
        return _window_page(window_id, refused)
    flash(done, "good")
    return _to(window_id)


def _windows_page(refused: Refused | None) -> Page:
    with reading(parts().sessions) as session:
        page = render_template(
            "subsidies/windows.html",
            windows=windows.windows(session),
            versions=policies.versions(session),
            **_told(refused),
        )
    return (page, refused.status) if refused else page


def _window_page(window_id: int, refused: Refused | None) -> Page:
    with reading(parts().sessions) as session:
        who = actor()
        found = queries.window_page(session, who, window_id=window_id)
        approved = QueueFilter(state=ClaimState.APPROVED, window_id=window_id)
        page = render_template(
            "subsidies/window.html",
            found=found,
            window=found.window,
            by_state=[(state, found.by_state[state]) for state in ClaimState if state in found.by_state],
            booked=queries.entries_page(session, who, window_id=window_id, page=request.args.get("page", 1, int)),
            shortfall=budgeting.shortfall(session, window_id=window_id),
            batches=queries.batches(session, who, window_id=window_id),
            payable=[one for one in queries.claims_for_export(session, who, filters=approved) if one.batch_id is None],
            **_told(refused),
        )
    return (page, refused.status) if refused else page


def _batch_page(batch_id: int, refused: Refused | None, *, checked: bool = False) -> Page:
    with reading(parts().sessions) as session:
        found = queries.batch(session, actor(), batch_id=batch_id)
        page = render_template(
            "subsidies/batch.html",
            found=found,
            accounts={one.id: paying.masked(sealer(), one) for one in found.claims},
            amounts={one["id"]: one["amount_fen"] for one in found.batch.claims},
            checked=checked,
            **_told(refused),
        )
    return (page, refused.status) if refused else page


def _told(refused: Refused | None) -> dict[str, Any]:
    """What every page says after a refusal: why, and all that was typed."""
    return {
        "refused": refused,
        "values": values() if refused else {},
        "faults": refused.faults if refused else {},
    }


def _to(window_id: int) -> Page:
    return redirect(url_for("subsidies.window", window_id=window_id), 303)  # type: ignore[return-value]
