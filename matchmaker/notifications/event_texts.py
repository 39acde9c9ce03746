"""What notices and letters about events say, in Chinese and English, by key; %(names)s come from their details."""

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
    "event.meeting_fell": (
        "%(other)s不来“%(title)s”了，与%(name)s的洽谈取消，请看新的日程",
        "%(other)s will not come to “%(title)s”; its meeting with %(name)s is off, please look at the new schedule",
    ),
    "event.office_meetings_fell": (
        "%(name)s退出后，“%(title)s”有 %(count)s 场洽谈落空，可用“临时调整”补排",
        "%(name)s stepped back: %(count)s meetings of “%(title)s” fell away; a repair can fill the gaps",
    ),
    "event.called_off": ("“%(title)s”已取消", "“%(title)s” is called off"),
    "event.called_off_because": ("“%(title)s”已取消：%(words)s", "“%(title)s” is called off: %(words)s"),
    "event.restored": (
        "“%(title)s”恢复举办：%(day)s，请核对日程",
        "“%(title)s” is held after all: %(day)s; check your schedule",
    ),
    "event.moved": (
        "“%(title)s”改到 %(day)s 开始，请核对日程",
        "“%(title)s” now begins at %(day)s; check your schedule",
    ),
}

# Letters to participants without a login: subject, and the sentence that the letter begins with, by kind and language.
EVENT_LETTERS: dict[str, dict[str, tuple[str, str]]] = {
    "place": {
        "zh": (
            "您参加“%(title)s”已确认",
            "%(organisation)s参加“%(title)s”已确认，由您到场。下面是您的个人页面：日程随时更新，签到时出示。",
        ),
        "en": (
            "You are expected at “%(title)s”",
            "%(organisation)s is confirmed for “%(title)s”, and you come for it. Below is your personal page: it always"
            " shows the newest schedule; show it when you arrive.",
        ),
    },
    "timetable": {
        "zh": ("“%(title)s”的洽谈日程", "洽谈日程已公布，您的安排如下。"),
        "en": ("Your meetings at “%(title)s”", "The timetable is out. These are your meetings."),
    },
    "changed": {
        "zh": ("“%(title)s”：您的洽谈有变动", "您的洽谈有变动。现在的安排如下，以前收到的不再有效。"),
        "en": (
            "Your meetings at “%(title)s” have changed",
            "Your meetings have changed. This is the schedule now; an earlier one no longer holds.",
        ),
    },
    "withdrawn": {
        "zh": ("“%(title)s”的日程已撤回", "洽谈日程已撤回，以前收到的安排不再有效。重新公布后会再写信给您。"),
        "en": (
            "The timetable of “%(title)s” was withdrawn",
            "The timetable was withdrawn; the schedule you have no longer holds. We will write again.",
        ),
    },
    "restored": {
        "zh": ("“%(title)s”恢复举办", "活动恢复举办，时间是 %(when)s。请核对下面的安排。"),
        "en": ("“%(title)s” is held after all", "The event is held after all, at %(when)s. Please check the schedule."),
    },
    "moved": {
        "zh": ("“%(title)s”改期", "活动改到 %(when)s 开始，请以下面的安排为准。"),
        "en": ("“%(title)s” was moved", "The event now begins at %(when)s. Please go by the schedule below."),
    },
    "cancelled": {
        "zh": ("您参加“%(title)s”的报名已取消", "%(organisation)s参加“%(title)s”的报名已取消，您的洽谈也一并取消。"),
        "en": (
            "Your registration for “%(title)s” was cancelled",
            "The registration of %(organisation)s for “%(title)s” was cancelled, and your meetings with it.",
        ),
    },
    "called_off": {
        "zh": ("“%(title)s”已取消", "活动已取消，请不要前往。"),
        "en": ("“%(title)s” is called off", "The event is called off; please do not come."),
    },
    "reminder": {
        "zh": ("请准时参加：“%(title)s”", "活动将于 %(when)s 开始，期待您到场。"),
        "en": ("A reminder: “%(title)s”", "The event begins at %(when)s. We look forward to seeing you."),
    },
}
# What a letter is put together from, by language.
LETTER_PARTS: dict[str, dict[str, str]] = {
    "zh": {
        "greeting": "%(name)s，您好：",
        "reason": "原因：%(words)s",
        "facts": "时间：%(when)s\n地点：%(venue)s（%(town)s）\n单位：%(organisation)s",
        "meetings": "您的洽谈：",
        "meeting": "%(time)s　桌位 %(table)s　%(other)s　%(person)s",
        "no_meetings": "目前没有给您安排洽谈，可以自由交流。",
        "no_timetable": "洽谈日程公布后会再写信给您。",
        "links": "个人页面（请不要转发）：\n%(page)s\n放进手机日历：\n%(calendar)s",
        "stop": "不想再收到这场活动的邮件，在个人页面下方停止：\n%(page)s#letters",
        "platform": "南海供需对接平台",
    },
    "en": {
        "greeting": "Dear %(name)s,",
        "reason": "Reason: %(words)s",
        "facts": "When: %(when)s\nWhere: %(venue)s (%(town)s)\nFor: %(organisation)s",
        "meetings": "Your meetings:",
        "meeting": "%(time)s  table %(table)s  %(other)s  %(person)s",
        "no_meetings": "You have no meetings so far; talk to whom you like.",
        "no_timetable": "We will write when the timetable is out.",
        "links": "Your personal page (please do not pass it on):\n%(page)s\nFor your phone's calendar:\n%(calendar)s",
        "stop": "No more letters about this event? Stop them at the foot of your page:\n%(page)s#letters",
        "platform": "Nanhai Supply and Demand Matchmaking",
    },
}
