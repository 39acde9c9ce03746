"""What notices say, in both languages, by the key that their rows keep. %(names)s come from the notice's details."""

from matchmaker.notifications.contract_texts import CONTRACT_TEXTS
from matchmaker.notifications.deal_texts import DEAL_TEXTS
from matchmaker.notifications.event_texts import EVENT_TEXTS
from matchmaker.notifications.subsidy_texts import SUBSIDY_TEXTS
from matchmaker.reference.terms import terms

TEXTS = {
    "match.found": (
        "“%(mine)s”有新的匹配：%(other)s（%(level)s）",
        "A new match for “%(mine)s”: %(other)s (%(level)s)",
    ),
    "search.found": (
        "您收藏的查找“%(name)s”有新结果：%(other)s",
        "New for your saved search “%(name)s”: %(other)s",
    ),
    "introduction.asked": (
        "有单位希望就“%(mine)s”与您对接：%(other)s",
        "Somebody would like to talk about “%(mine)s”: %(other)s",
    ),
    "introduction.accepted": (
        "“%(other)s”同意对接，联系方式已互相公开",
        "“%(other)s” agreed to talk; contact details are now exchanged",
    ),
    "introduction.agreed": (
        "您同意了与“%(other)s”的对接，联系方式已互相公开",
        "You agreed to talk about “%(other)s”; contact details are now exchanged",
    ),
    "introduction.declined": (
        "“%(other)s”婉拒了对接：%(reasons)s",
        "“%(other)s” declined: %(reasons)s",
    ),
    "introduction.withdrawn": (
        "对方撤回了关于“%(mine)s”的对接请求",
        "The request to talk about “%(mine)s” was withdrawn",
    ),
    "introduction.closed": ("关于“%(mine)s”的对接已结束", "The introduction on “%(mine)s” was closed"),
    "message.new": ("%(author)s 就“%(mine)s”留言：%(start)s", "%(author)s wrote on “%(mine)s”: %(start)s"),
    "listing.published": ("“%(title)s”已通过审核并发布", "“%(title)s” passed the review and is published"),
    "listing.returned": ("“%(title)s”被退回修改：%(reason)s", "“%(title)s” was returned: %(reason)s"),
    "listing.taken_down": ("“%(title)s”被暂停展示：%(reason)s", "“%(title)s” was put on hold: %(reason)s"),
    "listing.expiring": (
        "“%(title)s”将于 %(day)s 到期，可一键续期",
        "“%(title)s” expires on %(day)s; renew it with one click",
    ),
    "listing.expired": ("“%(title)s”已到期，不再参与匹配", "“%(title)s” has expired and is no longer matched"),
    "organisation.verified": ("%(name)s已通过核验，可以发布供需", "%(name)s is verified and may publish"),
    "organisation.returned": (
        "%(name)s的登记被退回：%(reason)s",
        "The registration of %(name)s came back: %(reason)s",
    ),
    "organisation.refused": (
        "%(name)s的登记未通过：%(reason)s",
        "%(name)s was not accepted: %(reason)s",
    ),
    "organisation.submitted": ("%(name)s提交了登记，等待核验", "%(name)s is waiting to be verified"),
    "organisation.joined": ("%(person)s加入了%(name)s", "%(person)s joined %(name)s"),
    "organisation.left": ("%(person)s离开了%(name)s", "%(person)s left %(name)s"),
    "organisation.owner": ("您成为%(name)s的负责人", "You now manage %(name)s"),
    "assistance.asked": (
        "%(staff)s申请在 %(until)s 前为%(name)s帮办代办：%(purpose)s",
        "%(staff)s asks to act for %(name)s until %(until)s: %(purpose)s",
    ),
    "assistance.granted": (
        "%(name)s同意您帮办代办至 %(until)s",
        "%(name)s lets you act on its behalf until %(until)s",
    ),
    "assistance.ended": ("%(name)s的帮办代办已结束", "Acting on behalf of %(name)s has ended"),
    "assistance.acted": (
        "%(staff)s代表%(name)s进行了操作：%(what)s",
        "%(staff)s acted on behalf of %(name)s: %(what)s",
    ),
    "data.asked": ("有新的个人信息请求，请在 %(due)s 前答复", "A request about personal data; answer it by %(due)s"),
    "data.answered": ("您的个人信息请求已答复", "Your request about personal data was answered"),
    "task.review": ("“%(title)s”等待审核", "“%(title)s” waits for review"),
    **EVENT_TEXTS,
    **DEAL_TEXTS,
    **CONTRACT_TEXTS,
    **SUBSIDY_TEXTS,
}
LETTER = {
    "zh": (
        "%(first)s",
        "%(name)s，您好：\n\n%(lines)s\n\n登录查看：%(base)s/my/notices\n调整或关闭提醒：%(base)s/my/notices/settings\n",
    ),
    "en": (
        "%(first)s",
        "Dear %(name)s,\n\n%(lines)s\n\nSee them here: %(base)s/my/notices\n"
        "Change or switch off these letters: %(base)s/my/notices/settings\n",
    ),
}
DIGEST_SUBJECT = {"zh": "您有 %(count)s 条新消息", "en": "%(count)s new notices for you"}


def write(text: str, details: dict[str, object], language: str) -> str:
    """The notice in one line; codes become words, and a detail that is missing stays visible as its name."""
    chinese, english = TEXTS[text]
    known = terms("decline_reason", language)
    reasons = details.get("reasons")
    if isinstance(reasons, list):
        named = [known.get(str(code), str(code)) for code in reasons]
        details = details | {"reasons": (", " if language == "en" else "、").join(named)}
    if isinstance(details.get("level"), int):
        details = details | {"level": terms("level", language)[str(details["level"])]}
    return (english if language == "en" else chinese) % _Kept(details)


class _Kept(dict[str, object]):
    """Details that answer for a missing name with the name itself, so that an old row never breaks a page."""

    def __missing__(self, name: str) -> str:
        return f"({name})"
