"""The panel beside the form: how complete the text is, what it would match, what one has already."""

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template

from matchmaker.core.errors import Unavailable
from matchmaker.core.unit import reading
from matchmaker.listings import queries as listings
from matchmaker.listings.access import require_change
from matchmaker.listings.completeness import Completeness, Written, completeness
from matchmaker.listings.rules import Form, Side, matching_text
from matchmaker.matching import queries as matching
from matchmaker.matching.queries import Draft
from matchmaker.matching.results import MatchPage
from matchmaker.reference.chains import nodes
from matchmaker.web.desk import blueprint
from matchmaker.web.desk.reading import number_of, organisation_chosen, typed
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

SHOWN = 3
# Before this many characters a match would be a guess.
ENOUGH = 12


@dataclass(frozen=True)
class Panel:
    """What the panel shows. `page` is None while there is too little text, or while the model is `unavailable`."""

    complete: Completeness
    page: MatchPage | None
    suggested: tuple[str, ...]
    alike: tuple[Any, ...]
    unavailable: bool = False


@blueprint.post("/my/listings/panel")
@needs_login
def panel() -> str | Response:
    """The panel for what stands in the form at this moment."""
    with reading(parts().sessions) as session:
        live = panel_of(session, typed(), organisation_chosen(), number_of("listing_id"))
        return render_template("desk/_panel.html", live=live)


def panel_of(session: Any, values: dict[str, Any], organisation_id: int, listing_id: int | None) -> Panel:
    """Everything the panel says about this form. Forbidden when the organisation is not the actor's own."""
    require_change(actor(), organisation_id)
    written = _written(values)
    chosen = tuple(node for node in values.get("chain_nodes") or () if node in nodes())
    draft = Draft(written.side, written.title, written.text, organisation_id, chosen, written.form)
    page: MatchPage | None = None
    suggested: tuple[str, ...] = ()
    unavailable = False
    if len(draft.title + draft.body) >= ENOUGH and any(letter.isalnum() for letter in draft.title + draft.body):
        try:
            page, suggested = matching.preview(session, actor(), parts().engine, draft=draft, top=SHOWN)
        except Unavailable:
            unavailable = True
    text = f"{draft.title}\n{draft.body}"
    found = listings.alike(session, organisation_id=organisation_id, side=draft.side, text=text, besides=listing_id)
    return Panel(completeness(written), page, suggested, tuple(found[:SHOWN]), unavailable)


def missing_text(code: str) -> str:
    """What to add, in a short phrase."""
    return {
        "detail": _("把情况写具体些：用在哪里、现在怎么做、遇到什么问题"),
        "title": _("名称里写明是什么东西、什么规格"),
        "nodes": _("选择产业链环节"),
        "material": _("写明材料或牌号"),
        "tolerance": _("写明尺寸、公差或性能指标"),
        "quantity": _("写明数量或批量"),
        "proof": _("写明标准、检测或认证要求"),
        "indicators": _("写明可以检验的指标"),
        "maturity": _("选择成熟度"),
        "ip": _("选择知识产权状态"),
        "time": _("写明交期或期限"),
        "cooperation": _("选择合作方式"),
        "partner": _("写明希望对方是谁"),
        "end": _("填写有效期"),
    }.get(code, code)


def _written(values: dict[str, Any]) -> Written:
    return Written(
        side=Side.OFFER if values.get("side") == Side.OFFER else Side.NEED,
        form=Form(values["form"]) if values.get("form") in set(Form) else Form.PRODUCT,
        title=str(values.get("title") or "").strip(),
        text=_body(values),
        has_nodes=bool(values.get("chain_nodes")),
        has_cooperation=bool(values.get("cooperation")),
        has_maturity=bool(values.get("maturity") or values.get("trl")),
        has_ip=bool(values.get("ip_status")),
        has_partner=bool(values.get("partner_sought")),
        has_end=bool(values.get("valid_to")),
    )


def _body(values: dict[str, Any]) -> str:
    texts = {name: str(values.get(name) or "").strip() for name in ("summary", "detail", "requirement")}
    return matching_text(**texts)
