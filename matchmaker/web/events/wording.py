"""What registrations say on pages: refusals in plain words, languages, and what to do next."""

from typing import Any

from matchmaker.core import clock
from matchmaker.core.errors import Conflict, Fault
from matchmaker.events.rules import EventState
from matchmaker.participants.rules import RegistrationState
from matchmaker.web.forms import in_words
from matchmaker.web.language import _


def language_names() -> dict[str, str]:
    """The languages a participant may speak, by code."""
    return {
        "zh": _("普通话"),
        "yue": _("粤语"),
        "en": _("英语"),
        "ja": _("日语"),
        "ko": _("韩语"),
        "de": _("德语"),
    }


def conflict_text(error: Conflict | str) -> str:
    """Why it did not go through, for somebody who did nothing wrong."""
    known = {
        "the event is called off": _("活动已取消。"),
        "the event is over": _("活动已经结束。"),
        "the event has begun": _("活动已经开始，不能再邀请。"),
        "announce the event first": _("请先公布活动，再邀请单位。"),
        "the organisation is not verified": _("单位还没有通过核验，核验后即可报名。"),
        "the organisation is registered already": _("这个单位已经报名。"),
        "the organiser said no": _("上次报名未通过，请联系主办方。"),
        "registration is not open": _("报名还没有开始。"),
        "registration is closed": _("报名已经截止，请联系主办方。"),
        "this event is by invitation": _("这个活动只限受邀单位参加。"),
        "the event is full": _("名额已满：请先提高名额上限，或放入候补。"),
        "the last person": _("至少要留一位参会人；整个单位不来请取消报名。"),
        "at most": _("一个单位最多六位参会人。"),
        "the event is announced": _("活动已经公布。"),
        "the list changed": _("名单刚刚有变动，请按新的封数再发。"),
        "there is no letter": _("没有要发的信：没有留邮箱、已停收、已经发过，或可登录平台查看。"),
    }
    return next((text for start, text in known.items() if str(error).startswith(start)), "") or _(
        "现在不能这样做：报名的状态刚刚变了，请看页面上的最新状态。"
    )


def in_plain_words(faults: list[Fault]) -> list[Fault]:
    """What the verbs find wrong with an input, as the page says it."""
    order = "meetings_max lies below meetings_min"
    said = [
        Fault("meetings_max", _("最多场数不能小于最少场数。")) if order in fault.message else fault for fault in faults
    ]
    return in_words(
        said,
        {
            "only published": _("只能带本单位已发布的供需信息。"),
            "say why": _("请写明原因，对方会看到。"),
            "this person comes already": _("这位参会人已经在名单上。"),
            "no open slot": _("时段已经改动，请重新勾选。"),
            "nobody of this": _("这位同事不在本单位。"),
            "no open table": _("这张桌已停用，请换一张。"),
            "another organisation": _("这张桌已固定给别的单位。"),
            "several organisations": _("有几家同名单位，请填写统一社会信用代码。"),
            "at most": _("太长了，请精简。"),
        },
    )


def next_step(row: Any) -> str:
    """What the organisation does next, by where its registration stands."""
    if row.event.state is EventState.CANCELLED:
        return ""
    if row.event.ends_at <= clock.now():
        return _("填写洽谈结果") if row.state is RegistrationState.CONFIRMED else ""
    known = {
        RegistrationState.INVITED: _("请答复是否参加"),
        RegistrationState.APPLIED: _("等主办方审核，结果会通知您"),
        RegistrationState.WAITING: _("有空位时自动确认并通知您"),
        RegistrationState.CONFIRMED: _("核对参会人和可到场的时段"),
        RegistrationState.DECLINED: _("改主意了可以改为参加"),
        RegistrationState.CANCELLED: _("需要时可以重新报名"),
    }
    return known.get(row.state, "")
