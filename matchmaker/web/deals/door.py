"""The blueprint that the pages of this folder hang their addresses on, and what they share."""

from typing import Any

from flask import Blueprint, Response, redirect, url_for

from matchmaker.core.actor import Role
from matchmaker.core.errors import Fault
from matchmaker.web.forms import faults_by_field, in_words
from matchmaker.web.language import _

Page = str | Response | tuple[str, int]
READERS = (Role.ORGANISER, Role.OFFICER, Role.AUDITOR)
ONE = "/my/deals/<int:deal_id>"

blueprint = Blueprint("deals", __name__)


def said(faults: list[Fault]) -> dict[str, str]:
    """What deals complain of, by field, as the page says it."""
    known = {
        "say why": _("请写明原因，对方会看到。"),
        "a signed order has an amount": _("签约的订单要有金额，请填写。"),
        "the day lies in the past": _("这一天已经过去，请改为今天或以后。"),
        "the kind is settled": _("签约后不能再改交易类型。"),
        "write something": _("请先写点什么。"),
        "at most 30 files": _("文件太多，请先撤下不用的。"),
        "at most": _("太长了，请精简。"),
        "nobody is called so": _("平台上没有这家单位，请核对统一社会信用代码或全称。"),
        "several: ": _("有几家单位名称相近，请写全称："),
        "a deal takes two": _("买方和卖方要是两家不同的单位。"),
        "no such listing": _("没有这条供需，请重新选择。"),
        "the buyer is one": _("买方要是这两家单位之一。"),
        "not somebody who may": _("请从列出的人员里选。"),
        "the office has no side": _("请选择谁能看到。"),
        "amount out of range": _("金额超出范围，请核对，单位是万元。"),
        "the file is empty": _("这个文件是空的，请重新选择。"),
        "the file is larger": _("文件超过 10 MB。"),
        "only PDF": _("只接受 PDF、PNG、JPEG 和不含宏的 Office 文件。"),
    }
    named = {one.field: one.message.removeprefix("several: ") for one in faults if one.message.startswith("several: ")}
    found = faults_by_field(in_words(faults, known))
    return {field: text + named.get(field, "") for field, text in found.items()}


def to_deal(deal_id: int, anchor: str | None = None) -> Any:
    """Back to the deal's page."""
    return redirect(url_for("deals.detail", deal_id=deal_id, _anchor=anchor), 303)
