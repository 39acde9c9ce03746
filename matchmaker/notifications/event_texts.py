"""What notices about events say, in Chinese and English, by key; %(names)s come from the notice's details."""

EVENT_TEXTS: dict[str, tuple[str, str]] = {
    # registration
    "event.invited": (
        "邀请%(name)s参加 %(day)s 的“%(title)s”（%(venue)s），请答复是否参加。%(words)s",
        "%(name)s is invited to “%(title)s” on %(day)s (%(venue)s); please say whether you will come. %(words)s",
    ),
    "event.reminded": (
        "%(day)s 的“%(title)s”在等%(name)s答复是否参加",
        "“%(title)s” on %(day)s waits for the answer of %(name)s",
    ),
    "event.applied": (
        "%(name)s报名了“%(title)s”，等主办方确认",
        "%(name)s applied for “%(title)s”; the organiser will confirm",
    ),
    "event.waiting": (
        "%(name)s在“%(title)s”的候补名单里，有空位会立即通知",
        "%(name)s is on the waiting list of “%(title)s” and will be told when there is a place",
    ),
    "event.confirmed": (
        "%(name)s参加“%(title)s”已确认：%(day)s，%(venue)s",
        "%(name)s is confirmed for “%(title)s”: %(day)s, %(venue)s",
    ),
    "event.promoted": (
        "“%(title)s”空出名额，%(name)s已从候补转为确认：%(day)s，%(venue)s",
        "A place became free: %(name)s is now confirmed for “%(title)s”, %(day)s, %(venue)s",
    ),
    "event.refused": (
        "%(name)s参加“%(title)s”的报名未通过：%(words)s",
        "%(name)s cannot take part in “%(title)s”: %(words)s",
    ),
    "event.cancelled": (
        "%(name)s参加“%(title)s”的报名已取消。%(words)s",
        "The registration of %(name)s for “%(title)s” was cancelled. %(words)s",
    ),
    "event.office_applied": ("%(name)s报名“%(title)s”，请审核", "%(name)s applied for “%(title)s”; please decide"),
    "event.office_declined": ("%(name)s不参加“%(title)s”", "%(name)s will not come to “%(title)s”"),
    "event.office_cancelled": (
        "%(name)s取消参加“%(title)s”。%(words)s",
        "%(name)s stepped back from “%(title)s”. %(words)s",
    ),
    # timetable
    "event.timetable_published": (
        "“%(title)s”的洽谈时间表已发布，%(name)s可查看自己的日程：%(day)s，%(venue)s",
        "The timetable of “%(title)s” is out; see the meetings of %(name)s: %(day)s, %(venue)s",
    ),
    "event.timetable_changed": (
        "“%(title)s”中%(name)s的洽谈安排有变动，请查看新的日程",
        "Meetings of %(name)s at “%(title)s” have changed; please look at the new schedule",
    ),
    "event.timetable_withdrawn": (
        "“%(title)s”的洽谈时间表已撤回，%(name)s此前收到的日程不再有效，请等待重新发布",
        "The timetable of “%(title)s” was withdrawn; the schedule of %(name)s no longer holds until there is a new one",
    ),
    "event.request_asked": ("%(other)s希望在“%(event)s”与您洽谈", "%(other)s would like to meet you at “%(event)s”"),
    "event.request_accepted": (
        "%(other)s同意在“%(event)s”与您洽谈",
        "%(other)s agreed to meet you at “%(event)s”",
    ),
    "event.request_declined": (
        "%(other)s谢绝了“%(event)s”的洽谈",
        "%(other)s declined the meeting at “%(event)s”",
    ),
    "event.request_withdrawn": (
        "%(other)s撤回了“%(event)s”的约谈",
        "%(other)s took back the request for “%(event)s”",
    ),
    "event.request_for_you": (
        "主办方代%(name)s处理了与%(other)s在“%(event)s”的约谈，请查看",
        "The organiser acted for %(name)s on a meeting with %(other)s at “%(event)s”; please look",
    ),
    "event.follow_up": (
        "半年前在“%(event)s”与%(other)s的洽谈，后来怎么样？",
        "What became of the meeting with %(other)s at “%(event)s” half a year ago?",
    ),
    "event.called_off": ("“%(title)s”已取消", "“%(title)s” is called off"),
    "event.moved": (
        "“%(title)s”改到 %(day)s 开始，请核对日程",
        "“%(title)s” now begins at %(day)s; check your schedule",
    ),
}
