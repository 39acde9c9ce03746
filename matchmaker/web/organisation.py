"""An organisation's own pages: registering it, its profile and licence, its people, its consents."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from matchmaker.accounts.rules import MemberRank, has_odd_organisation_digit
from matchmaker.accounts.schemas import AssistanceIn, MemberIn, OrganisationIn
from matchmaker.core.errors import Conflict, Fault, Invalid, NotFound
from matchmaker.core.unit import reading, unit
from matchmaker.registry import assistance, members, registration
from matchmaker.registry import queries as registry
from matchmaker.web.forms import faults_by_field, in_words, read_form
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, look_again, needs_login
from matchmaker.web.uploads import read_upload, send

LISTS = ("chain_nodes",)
TITLE_FIELDS = ("title", "certificate_no", "valid_from", "valid_to")
Page = str | Response | tuple[str, int]

blueprint = Blueprint("organisation", __name__)


@blueprint.get("/my/organisations")
@needs_login
def mine() -> Page:
    """The organisations one acts for, and how to bring in another."""
    with reading(parts().sessions) as session:
        return render_template("organisation/mine.html", rows=registry.own_organisations(session, actor()))


@blueprint.get("/my/organisations/new")
@needs_login
def new() -> Page:
    """The registration form."""
    return _form({}, {}, None)


@blueprint.post("/my/organisations/new")
@needs_login
def create() -> Page:
    """Register; the licence may come with it, and then the registration is handed in at once."""
    try:
        data = _read()
        upload = read_upload("licence")
        with unit(parts().sessions) as session:
            number = registration.register_organisation(session, actor(), data=data).id
    except Invalid as error:
        return _form(request.form, faults_by_field(error.faults), None)
    except Conflict:
        message = _("这个代码已经登记。请联系该单位的负责人邀请您加入，或联系平台工作人员。")
        return _form(request.form, {"uscc": message}, None)
    # The new membership is part of who asks from here on.
    look_again()
    try:
        if upload:
            _hand_in(number, *upload)
    except Invalid as error:
        # The organisation is registered by now; only its paper is missing.
        flash(" ".join(fault.message for fault in _in_words(error)), "bad")
        return _to(number)
    if has_odd_organisation_digit(data.uscc):
        flash(_("提示：代码里的组织机构代码校验位不常见，请再核对一次；代码无误可以忽略。"), "warn")
    flash(_("已登记。核验通过后，其他单位才能看到。"), "good")
    return _to(number)


@blueprint.get("/my/organisations/<int:organisation_id>")
@needs_login
def detail(organisation_id: int) -> Page:
    """Where the registration stands, who belongs to it, who may act for it."""
    return _detail(organisation_id, {})


@blueprint.get("/my/organisations/<int:organisation_id>/edit")
@needs_login
def edit(organisation_id: int) -> Page:
    """The profile form, filled in; the office reads on a page of its own."""
    if organisation_id not in actor().organisation_ids:
        raise NotFound(f"no organisation {organisation_id}")
    with reading(parts().sessions) as session:
        found = registry.dossier(session, actor(), organisation_id=organisation_id).organisation
        return _form(_stored(found), {}, organisation_id)


@blueprint.post("/my/organisations/<int:organisation_id>/edit")
@needs_login
def save(organisation_id: int) -> Page:
    """Change the profile."""
    try:
        data = _read()
        with unit(parts().sessions) as session:
            registration.change_organisation(session, actor(), organisation_id=organisation_id, data=data)
            assistance.tell_acted(session, actor(), what=_("修改单位资料"), base=parts().config.public_url)
    except Invalid as error:
        return _form(request.form, faults_by_field(_in_words(error)), organisation_id)
    flash(_("已保存。"), "good")
    return _to(organisation_id)


@blueprint.post("/my/organisations/<int:organisation_id>/licence")
@needs_login
def licence(organisation_id: int) -> Page:
    """Upload the licence, and hand the registration in."""
    try:
        upload = read_upload("licence")
        if upload is None:
            raise Invalid([Fault("licence", _("请先选择文件。"))])
        _hand_in(organisation_id, *upload)
    except Invalid as error:
        return _detail(organisation_id, faults_by_field(_in_words(error)))
    flash(_("证照已保存。"), "good")
    return _to(organisation_id)


@blueprint.get("/my/organisations/<int:organisation_id>/licence")
@needs_login
def show_licence(organisation_id: int) -> Page:
    """The licence as uploaded, for its organisation and the office."""
    with reading(parts().sessions) as session:
        return send(registry.licence(session, actor(), organisation_id=organisation_id))


@blueprint.post("/my/organisations/<int:organisation_id>/submit")
@needs_login
def submit(organisation_id: int) -> Page:
    """Hand in again what came back."""
    try:
        with unit(parts().sessions) as session:
            base = parts().config.public_url
            registration.submit(session, actor(), organisation_id=organisation_id, base=base)
    except Invalid:
        return _detail(organisation_id, {"licence": _("请先上传营业执照或法人证书。")})
    flash(_("已提交核验，结果会通知您。"), "good")
    return _to(organisation_id)


@blueprint.post("/my/organisations/<int:organisation_id>/matching")
@needs_login
def matching(organisation_id: int) -> Page:
    """Switch automatic matching off or on."""
    if request.form.get("off") not in ("true", "false"):
        raise Invalid([Fault("off", _("请选择开启或关闭。"))])
    off = request.form["off"] == "true"
    with unit(parts().sessions) as session:
        registration.switch_matching(session, actor(), organisation_id=organisation_id, off=off)
    flash(_("已关闭自动匹配。") if off else _("已开启自动匹配。"), "good")
    return _to(organisation_id)


@blueprint.post("/my/organisations/<int:organisation_id>/members")
@needs_login
def invite(organisation_id: int) -> Page:
    """Invite somebody by e-mail."""
    try:
        data = read_form(MemberIn, request.form)
        with unit(parts().sessions) as session:
            base = parts().config.public_url
            members.invite(session, actor(), organisation_id=organisation_id, data=data, base=base)
    except Invalid as error:
        return _detail(organisation_id, faults_by_field(error.faults))
    except Conflict:
        return _detail(organisation_id, {"email": _("这个人已经在单位里。")})
    flash(_("邀请已发到对方邮箱，14 天内有效。"), "good")
    return _to(organisation_id)


@blueprint.post("/my/organisations/<int:organisation_id>/members/<int:person_id>")
@needs_login
def change_member(organisation_id: int, person_id: int) -> Page:
    """Make somebody owner or member, or take them out; leaving oneself goes the same way."""
    action, base = request.form.get("action"), parts().config.public_url
    if action not in ("leave", "owner", "member"):
        raise Invalid([Fault("action", _("没有这个操作。"), str(action))])
    try:
        with unit(parts().sessions) as session:
            row = {"organisation_id": organisation_id, "person_id": person_id, "base": base}
            if action == "leave":
                members.leave(session, actor(), **row)  # type: ignore[arg-type]
            else:
                rank = MemberRank.OWNER if action == "owner" else MemberRank.MEMBER
                members.set_rank(session, actor(), rank=rank, **row)  # type: ignore[arg-type]
    except Conflict:
        return _detail(organisation_id, {"": _("至少保留一位负责人，请先把别人设为负责人。")})
    flash(_("已更新成员。"), "good")
    if action == "leave" and person_id == actor().person_id:
        return redirect(url_for("organisation.mine"), 303)  # type: ignore[return-value]
    return _to(organisation_id)


@blueprint.post("/my/organisations/<int:organisation_id>/assistance")
@needs_login
def offer_assistance(organisation_id: int) -> Page:
    """Let a member of staff act for the organisation until a day."""
    try:
        data = read_form(AssistanceIn, _without(request.form, "staff_id"))
        staff_id = request.form.get("staff_id", 0, int)
        with unit(parts().sessions) as session:
            base = parts().config.public_url
            assistance.offer(session, actor(), organisation_id=organisation_id, staff_id=staff_id, data=data, base=base)
    except Invalid as error:
        return _detail(organisation_id, faults_by_field(_in_words(error)))
    flash(_("已同意帮办代办。"), "good")
    return _to(organisation_id)


@blueprint.post("/my/assistance/<int:assistance_id>")
@needs_login
def answer_assistance(assistance_id: int) -> Page:
    """Agree to a request, or end what was agreed; either side."""
    verb = assistance.grant if request.form.get("action") == "grant" else assistance.end
    with unit(parts().sessions) as session:
        row = verb(session, actor(), assistance_id=assistance_id, base=parts().config.public_url)
        number = row.organisation_id
    flash(_("已更新帮办代办。"), "good")
    if number in actor().organisation_ids and actor().acting_for is None:
        return _to(number)
    return redirect(url_for("office.assistance"), 303)  # type: ignore[return-value]


def _hand_in(organisation_id: int, name: str, content: bytes) -> None:
    with unit(parts().sessions) as session:
        registration.add_licence(
            session, actor(), parts().config.files_dir, organisation_id=organisation_id, name=name, content=content
        )
        found = registry.dossier(session, actor(), organisation_id=organisation_id)
        if not found.is_handed_in and found.organisation.standing != "verified":
            base = parts().config.public_url
            registration.submit(session, actor(), organisation_id=organisation_id, base=base)
        assistance.tell_acted(session, actor(), what=_("上传证照"), base=parts().config.public_url)


def _read() -> OrganisationIn:
    """The form; titles come as columns of equal length, one row per recognition."""
    columns = [request.form.getlist(name) for name in TITLE_FIELDS]
    rows = [dict(zip(TITLE_FIELDS, row, strict=False)) for row in zip(*columns, strict=False)]
    rows = [{name: text for name, text in row.items() if text.strip()} for row in rows]
    titles = [row for row in rows if row]
    if any("title" not in row for row in titles):
        raise Invalid([Fault("titles", _("填了证书或日期的一行，请选择称号。"))])
    try:
        return read_form(OrganisationIn, _without(request.form, *TITLE_FIELDS), lists=LISTS, titles=titles)
    except Invalid as error:
        raise Invalid(_in_words(error)) from None


def _in_words(error: Invalid) -> list[Fault]:
    known = {
        "the code of a registered organisation stays": _("已登记的代码不能更改。"),
        "a verified name is changed by the office": _("已核验的名称由平台工作人员更改，请联系我们。"),
        "choose somebody of the office": _("请选择一位工作人员。"),
        "from today to at most": _("期限从今天起，最长 90 天。"),
        "the file is empty": _("文件是空的。"),
        "the file is larger": _("文件超过 10 MB。"),
        "only PDF": _("只接受 PDF、PNG、JPEG 文件。"),
    }
    return in_words(error.faults, known)


def _without(values: MultiDict[str, str], *names: str) -> MultiDict[str, str]:
    return MultiDict([(name, value) for name, value in values.items(multi=True) if name not in names])


def _stored(row: object) -> dict[str, object]:
    plain = {name: getattr(row, name) for name in ("uscc", "name", "kind", "town", "scale", "intro")}
    nodes = [one.node for one in row.nodes]  # type: ignore[attr-defined]
    return plain | {"chain_nodes": nodes, "titles": row.titles}  # type: ignore[attr-defined]


def _form(values: object, faults: dict[str, str], organisation_id: int | None) -> Page:
    if isinstance(values, MultiDict):
        columns = [values.getlist(name) for name in TITLE_FIELDS]
        titles = [dict(zip(TITLE_FIELDS, row, strict=False)) for row in zip(*columns, strict=False)]
        values = {**values.to_dict(), "chain_nodes": values.getlist("chain_nodes"), "titles": titles}
    page = render_template("organisation/form.html", values=values, faults=faults, organisation_id=organisation_id)
    return (page, 400) if faults else page


def _detail(organisation_id: int, faults: dict[str, str]) -> Page:
    with reading(parts().sessions) as session:
        page = render_template(
            "organisation/detail.html",
            dossier=registry.dossier(session, actor(), organisation_id=organisation_id),
            helpers=registry.helpers(session),
            values=request.form if faults else {},
            faults=faults,
        )
    return (page, 400) if faults else page


def _to(organisation_id: int) -> Page:
    return redirect(url_for("organisation.detail", organisation_id=organisation_id), 303)  # type: ignore[return-value]
