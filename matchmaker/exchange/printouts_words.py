"""What stands on the printouts of an event besides people's own words, in Chinese and English, by key."""

from datetime import datetime

_WEEKDAYS = "一二三四五六日"
WORDS: dict[str, tuple[str, str]] = {
    # titles, also of the workbooks' sheets
    "schedules": ("个人日程", "Personal schedule"),
    "cards": ("桌卡", "Table card"),
    "card_list": ("桌位安排", "Tables"),
    "door": ("签到表", "Door list"),
    "grid": ("总表", "Timetable"),
    "badges": ("胸卡", "Badges"),
    "badge_list": ("胸卡名单", "Badge list"),
    # heads of columns
    "number": ("序号", "No."),
    "organisation": ("单位", "Organisation"),
    "name": ("姓名", "Name"),
    "position": ("职务", "Position"),
    "badge": ("胸卡号", "Badge"),
    "first": ("首场洽谈", "First meeting"),
    "first_time": ("首场时间", "First at"),
    "first_table": ("首场桌位", "First table"),
    "signature": ("签到", "Signature"),
    "date": ("日期", "Day"),
    "time": ("时间", "Time"),
    "table": ("桌位", "Table"),
    "area": ("区域", "Area"),
    "partner": ("洽谈对象", "Meets"),
    "about": ("洽谈内容", "About"),
    "partner_organisation": ("对方单位", "Partner"),
    "partner_name": ("对方姓名", "Partner's name"),
    "partner_position": ("对方职务", "Partner's position"),
    "one_organisation": ("单位甲", "Organisation A"),
    "one_name": ("姓名甲", "Name A"),
    "other_organisation": ("单位乙", "Organisation B"),
    "other_name": ("姓名乙", "Name B"),
    "need": ("需求", "Need"),
    "offer": ("供给", "Offer"),
    "remark": ("备注", "Remark"),
    "code": ("二维码内容", "QR code leads to"),
    "corner": ("时间＼桌位", "Time \\ table"),
    # schedules
    "idle": ("空闲　可自由交流", "Free: talk to whom you like"),
    "away": ("不参加本时段", "Not present"),
    "free": ("空闲", "Free"),
    "absent": ("不参加", "Not present"),
    "my_need": ("我方需求：", "Your need: "),
    "my_offer": ("我方供给：", "Your offer: "),
    "their_need": ("对方需求：", "Their need: "),
    "their_offer": ("对方供给：", "Their offer: "),
    "cut": ("沿虚线裁开", "Cut along the dashed line"),
    "newest": ("%(edition)s。临时变动以扫码页面为准。", "%(edition)s. The page behind the code has the newest."),
    "half": ("第%(number)s份，共%(all)s份", "Schedule %(number)s of %(all)s"),
    "part": ("（%(number)s/%(all)s）", " (%(number)s/%(all)s)"),
    "scan": ("扫码看最新安排", "Scan for the newest"),
    "own_link": ("链接仅供本人使用", "For you alone"),
    # cards, door list, grid
    "table_list": ("本桌洽谈安排", "Meetings at this table"),
    "free_table": ("没有预先安排的洽谈，可用于现场约谈。", "Nothing is planned here: free for talks on the spot."),
    "many": ("共%(number)s人，按单位名称排序", "%(number)s people, by organisation"),
    "tables": ("桌位 %(first)s 至 %(last)s", "Tables %(first)s to %(last)s"),
    "page": ("第%(number)s页，共%(all)s页", "Page %(number)s of %(all)s"),
    "book_page": ("第 &P 页，共 &N 页", "Page &P of &N"),
    # times
    "noon": ("午休", "Lunch"),
    "rest": ("休息", "Break"),
    "version": ("时间表第%(number)s版", "Timetable version %(number)s"),
    "no_version": ("时间表尚未公布", "Timetable not published yet"),
    "edition": ("%(version)s，%(moment)s 打印", "%(version)s, printed %(moment)s"),
}


def word(key: str, language: str, **values: object) -> str:
    """The word, its %(names)s filled in."""
    chinese, english = WORDS[key]
    text = english if language == "en" else chinese
    return text % values if values else text


def day_text(moment: datetime, language: str = "zh") -> str:
    """3月2日（周一）, or Mon 2 March."""
    if language == "en":
        return f"{moment:%a} {moment.day} {moment:%B}"
    return f"{moment.month}月{moment.day}日（周{_WEEKDAYS[moment.weekday()]}）"


def short_day(moment: datetime, language: str) -> str:
    """3月2日, or 2 Mar."""
    return f"{moment.day} {moment:%b}" if language == "en" else f"{moment.month}月{moment.day}日"


def full_day(moment: datetime, language: str) -> str:
    """2099年3月2日（周一）, or Mon 2 March 2099."""
    day = day_text(moment, language)
    return f"{day} {moment.year}" if language == "en" else f"{moment.year}年{day}"
