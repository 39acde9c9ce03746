"""The papers of a contract, and the word on ties between its parties."""

from flask import Response, flash, redirect, request, url_for
from werkzeug.exceptions import BadRequest

from matchmaker.contracts import papers, ties
from matchmaker.contracts.rules import FilePurpose
from matchmaker.contracts.schemas import Paper, RelatedIn
from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.core.unit import reading
from matchmaker.registry import assistance
from matchmaker.web.contracts.detail import detail_page
from matchmaker.web.contracts.door import Page, blueprint
from matchmaker.web.contracts.words import conflict_in_words, in_page_words, validated
from matchmaker.web.forms import faults_by_field, text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.refusals import changing
from matchmaker.web.session import actor, needs_login
from matchmaker.web.uploads import read_upload, send


@blueprint.post("/my/contracts/<int:contract_id>/files")
@needs_login
def attach(contract_id: int) -> Page:
    """Add a paper."""
    try:
        upload = read_upload("paper")
        if upload is None:
            raise Invalid([Fault("paper", _("请先选择文件。"))])
        purpose = request.form.get("purpose", "")
        if purpose not in set(FilePurpose):
            raise Invalid([Fault("purpose", _("请选择文件的用途。"), purpose[:80])])
        with changing(f"contract:{contract_id}", "contract.attach") as session:
            folder, (name, content) = parts().config.files_dir, upload
            what = FilePurpose(purpose)
            papers.attach(session, actor(), folder, contract_id=contract_id, purpose=what, name=name, content=content)
            assistance.tell_acted(session, actor(), what=_("上传合同文件"), base=parts().config.public_url)
    except Invalid as error:
        # The feature calls the field by what the paper is; the form has one field for all.
        faults = [Fault("purpose" if one.field == "purpose" else "paper", one.message) for one in error.faults]
        return detail_page(contract_id, faults_by_field(in_page_words(faults)))
    flash(_("文件已保存。"), "good")
    return _back(contract_id, "papers")


@blueprint.get("/my/contracts/<int:contract_id>/files/<int:contract_paper_id>")
@needs_login
def paper(contract_id: int, contract_paper_id: int) -> Response:
    """One paper as uploaded, for whoever may read the contract."""
    with reading(parts().sessions) as session:
        return send(papers.paper(session, actor(), contract_id=contract_id, file_id=contract_paper_id))


@blueprint.post("/my/contracts/<int:contract_id>/files/<int:contract_paper_id>/withdraw")
@needs_login
def withdraw_paper(contract_id: int, contract_paper_id: int) -> Page:
    """Take a paper out of sight."""
    try:
        with changing(f"contract:{contract_id}", "contract.withdraw_paper") as session:
            papers.withdraw(session, actor(), contract_id=contract_id, file_id=contract_paper_id)
            assistance.tell_acted(session, actor(), what=_("撤下合同文件"), base=parts().config.public_url)
    except Conflict:
        flash(_("这份文件是办理依据，不能撤下。"), "bad")
    else:
        flash(_("文件已撤下。"))
    return _back(contract_id, "papers")


@blueprint.post("/my/contracts/<int:contract_id>/related")
@needs_login
def related(contract_id: int) -> Page:
    """Declare a tie between the parties; the office says whether it is one."""
    word = request.form.get("word", "")
    verbs = {"declare": ties.declare_related, "clear": ties.clear_related, "confirm": ties.confirm_related}
    if word not in verbs:
        raise BadRequest
    note, file = ("note", "paper") if word == "declare" else ("evidence", "proof")
    try:
        upload = read_upload(file)
        data = validated(RelatedIn, {"note": text_of(note)})
        with changing(f"contract:{contract_id}", f"contract.related.{word}") as session:
            verbs[word](
                session,
                actor(),
                contract_id=contract_id,
                data=data,
                folder=parts().config.files_dir,
                paper=Paper(*upload) if upload else None,
            )
            assistance.tell_acted(session, actor(), what=_("申报关联关系"), base=parts().config.public_url)
    except Invalid as error:
        faults = [Fault(note if one.field == "note" else file, one.message) for one in error.faults]
        return detail_page(contract_id, faults_by_field(in_page_words(faults)))
    except Conflict as error:
        flash(conflict_in_words(error), "bad")
    else:
        flash(_("已记录。"), "good")
    return _back(contract_id, "related")


def _back(contract_id: int, anchor: str) -> Page:
    return redirect(url_for("contracts.detail", contract_id=contract_id, _anchor=anchor), 303)  # type: ignore[return-value]
