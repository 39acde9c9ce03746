"""Saved searches: a question that is asked again with every new listing."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from matchmaker.alerts import queries as alerts
from matchmaker.alerts import service
from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.web.asked import filter_parameters, read_question
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login

Page = str | Response | tuple[str, int]

blueprint = Blueprint("searches", __name__)


@blueprint.get("/my/searches")
@needs_login
def mine() -> Page:
    """One's saved searches."""
    with reading(parts().sessions) as session:
        rows = [(row, _address(row.text, row.side, row.filters)) for row in alerts.saved_searches(session, actor())]
        return render_template("searches/mine.html", rows=rows)


@blueprint.post("/my/searches")
@needs_login
def save() -> Page:
    """Keep the question that stands in the form."""
    try:
        asked = read_question(request.form)
        chosen = {name: value for name, value in filter_parameters(asked.filters).items() if value}
        name = request.form.get("name", "").strip() or asked.text[:30]
        with unit(parts().sessions) as session:
            service.save_search(session, actor(), name=name, text=asked.text, side=asked.side, filters=chosen)
    except Invalid as error:
        named = any(fault.field == "name" for fault in error.faults)
        message = _("名称不超过 60 个字。") if named else " ".join(fault.message for fault in error.faults)
        flash(message, "bad")
    except Conflict:
        flash(_("最多收藏 30 个查找，请先结束一个。"), "bad")
    else:
        flash(_("已收藏。有新的合适供需时会通知您。"), "good")
    return redirect(url_for("searches.mine"), 303)  # type: ignore[return-value]


@blueprint.post("/my/searches/<int:search_id>/end")
@needs_login
def end(search_id: int) -> Page:
    """Stop asking."""
    with unit(parts().sessions) as session:
        service.end_search(session, actor(), search_id=search_id)
    flash(_("已结束这个收藏。"))
    return redirect(url_for("searches.mine"), 303)  # type: ignore[return-value]


def _address(text: str, side: str, filters: dict[str, list[str]]) -> str:
    values = MultiDict([(name, one) for name, several in filters.items() for one in several])
    return url_for("search.page", q=text, side=side, **values.to_dict(flat=False))  # type: ignore[arg-type]
