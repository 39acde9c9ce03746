"""The first page: write a need in your own words, get partners with reasons."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from matchmaker.core.errors import Fault, Invalid, Unavailable
from matchmaker.core.unit import reading
from matchmaker.listings import queries as listings
from matchmaker.listings.rules import Side
from matchmaker.matching import queries as matching
from matchmaker.matching.results import Filters
from matchmaker.web.asked import Asked, read_filters, read_question
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor

# Servers commonly refuse a request line beyond 4094 bytes; a longer question is answered where it was posted.
MAX_ADDRESS = 3800

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
def page() -> str | tuple[str, int]:
    """The empty search page, or the answer to the question in the address."""
    if "q" in request.args:
        return _answered(request.args)
    with reading(parts().sessions) as session:
        counts = listings.counts(session)
    return render_template("search/home.html", asked=_unfinished(request.args), counts=counts, examples=examples())


@blueprint.post("/search")
def ask() -> str | tuple[str, int] | Response:
    """Move a posted question to an address that can be shared; one too long for that is answered here."""
    try:
        asked = read_question(request.form)
    except Invalid as error:
        return _refused(request.form, error.faults)
    address = _address(asked)
    return redirect(address, 303) if address else _answered(request.form)


def _answered(values: MultiDict[str, str]) -> str | tuple[str, int]:
    try:
        asked = read_question(values)
        with reading(parts().sessions) as session:
            answer = matching.search(
                session,
                actor(),
                parts().engine,
                text=asked.text,
                side=asked.side,
                filters=asked.filters,
                top=asked.top,
            )
            unfiltered = _address(replace(asked, filters=Filters())) if asked.is_filtered else None
            return render_template("search/results.html", asked=asked, answer=answer, unfiltered=unfiltered)
    except Invalid as error:
        return _refused(values, error.faults)
    except Unavailable:
        return render_template("search/refused.html", asked=_unfinished(values), faults=[], waiting=True), 503


def _address(asked: Asked) -> str | None:
    """Where the answer can be found again; None when the text does not fit into an address."""
    address = url_for("search.page", **asked.parameters())  # type: ignore[arg-type]
    return address if len(address) <= MAX_ADDRESS else None


def _refused(values: MultiDict[str, str], faults: list[Fault]) -> tuple[str, int]:
    return render_template("search/refused.html", asked=_unfinished(values), faults=faults, waiting=False), 400


def _unfinished(values: MultiDict[str, str]) -> Asked:
    """What can be kept of the question, so that nobody has to type it again."""
    text = values.get("q", "")
    side = Side.NEED if values.get("side") == Side.NEED else Side.OFFER
    try:
        return Asked(text, side, read_filters(values))
    except Invalid:
        return Asked(text, side)


def examples() -> list[tuple[Side, str, str]]:
    """Wanted side, short label and full text of questions that show how to ask."""
    return [
        (
            Side.OFFER,
            _("车载氢气浓度传感器"),
            _("氢能环卫车的储氢舱要装氢气浓度传感器，量程 0–4%，零下 30 度能用，响应 3 秒以内，先要 500 只试装。"),
        ),
        (
            Side.OFFER,
            _("铝型材挤压模具优化"),
            _("断面复杂的铝型材挤出来老是偏壁、扭拧，修模要三四次，想找能用仿真优化模具设计的团队一起做。"),
        ),
        (
            Side.OFFER,
            _("五金件自动打磨抛光"),
            _("不锈钢水龙头外壳曲面多、批量小，人工打磨粉尘大又招不到人，想上机器人打磨，换型要在半小时以内。"),
        ),
        (
            Side.OFFER,
            _("碳化硅晶片减薄翘曲"),
            _("6 英寸碳化硅晶片减薄到 100 微米以后翘曲大、容易碎，求临时键合材料和减薄工艺的合作方。"),
        ),
        (
            Side.OFFER,
            _("小家电外壳换环保材料"),
            _("电饭煲和空气炸锅外壳想用再生塑料，要过食品接触和阻燃测试，颜色稳定，每月用量 20 吨，求改性料供应商。"),
        ),
        (
            Side.NEED,
            _("有检测能力，找需要的企业"),
            _("我们有 70 MPa 储氢瓶的循环疲劳和爆破试验台，可以对外做型式试验和失效分析，想找开发储氢瓶和阀门的企业。"),
        ),
    ]
