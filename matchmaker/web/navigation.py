"""What stands in the navigation for whom. A page that is not for this person is not offered."""

from collections.abc import Callable
from dataclasses import dataclass

from matchmaker.core.actor import Actor, Role
from matchmaker.web.language import _
from matchmaker.web.session import actor


@dataclass(frozen=True)
class Item:
    """One link. `values` complete the address; `name` is made when the page is, in its language."""

    endpoint: str
    icon: str
    name: Callable[[], str]
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Group:
    """Links under one heading, shown to those `allowed` says; the first group has no heading."""

    title: Callable[[], str] | None
    allowed: Callable[[Actor], bool]
    items: tuple[Item, ...]


def _everybody(who: Actor) -> bool:
    return True


def _member(who: Actor) -> bool:
    return who.person_id is not None and (who.role is Role.MEMBER or bool(who.organisation_ids))


def _logged_in(who: Actor) -> bool:
    return who.person_id is not None


def _one_of(*roles: Role) -> Callable[[Actor], bool]:
    return lambda who: who.role in roles


OFFICE = (Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
GROUPS = (
    Group(
        None,
        _everybody,
        (
            Item("public.home", "home", lambda: _("首页")),
            Item("search.page", "match", lambda: _("智能匹配")),
            Item("listings.browse", "offer", lambda: _("供给大厅"), (("side", "offer"),)),
            Item("listings.browse", "need", lambda: _("需求大厅"), (("side", "need"),)),
            Item("events.calendar", "calendar", lambda: _("对接活动")),
            Item("subsidies.notice", "aloud", lambda: _("奖补公示")),
        ),
    ),
    Group(
        lambda: _("我的工作"),
        _member,
        (
            Item("desk.mine", "list", lambda: _("我的供需")),
            Item("matches.inbox", "spark", lambda: _("匹配推荐")),
            Item("introductions.mine", "handshake", lambda: _("对接与联系")),
            Item("events.mine", "calendar", lambda: _("我的活动")),
            Item("deals.mine", "deal", lambda: _("我的交易")),
            Item("contracts.mine", "contract", lambda: _("我的技术合同")),
            Item("subsidies.mine", "yuan", lambda: _("合同奖补")),
            Item("organisation.mine", "building", lambda: _("我的单位")),
        ),
    ),
    Group(
        lambda: _("办公"),
        _one_of(Role.ORGANISER, Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR),
        (
            Item("office.organisations", "building", lambda: _("单位核验")),
            Item("office.listings", "check", lambda: _("供需审核")),
            Item("office.introductions", "handshake", lambda: _("对接进展")),
            Item("deals.board", "deal", lambda: _("交易跟进")),
            Item("contracts.ledger", "contract", lambda: _("技术合同台账")),
            Item("subsidies.queue", "yuan", lambda: _("奖补审核")),
            Item("subsidies.windows", "list", lambda: _("奖补资金")),
            Item("subsidies.policies", "book", lambda: _("奖补政策")),
            Item("office.assistance", "hand", lambda: _("帮办代办")),
            Item("office.data_requests", "shield", lambda: _("个人信息请求")),
            Item("office.people", "people", lambda: _("人员与角色")),
            Item("office.audit", "book", lambda: _("审计日志")),
            Item("office.mails", "mail", lambda: _("发出的邮件")),
        ),
    ),
    Group(
        lambda: _("个人"),
        _logged_in,
        (
            Item("notices.inbox", "bell", lambda: _("消息")),
            Item("searches.mine", "star", lambda: _("收藏的查找")),
            Item("account.profile", "person", lambda: _("账号与安全")),
        ),
    ),
)
# Who of the staff may open which page of the office; organisers only help and follow.
STAFF_PAGES = {
    "office.organisations": OFFICE,
    "office.listings": OFFICE,
    "office.introductions": (Role.ORGANISER, Role.OFFICER, Role.AUDITOR),
    "deals.board": (Role.ORGANISER, Role.OFFICER, Role.AUDITOR),
    "contracts.ledger": (Role.OFFICER, Role.AUDITOR),
    "subsidies.queue": (Role.OFFICER, Role.AUDITOR),
    "subsidies.windows": (Role.OFFICER, Role.AUDITOR),
    "subsidies.policies": (Role.OFFICER, Role.AUDITOR),
    "office.assistance": (Role.ORGANISER, Role.OFFICER, Role.AUDITOR),
    "office.data_requests": OFFICE,
    "office.people": (Role.ADMINISTRATOR, Role.AUDITOR),
    "office.audit": (Role.AUDITOR, Role.ADMINISTRATOR),
    "office.mails": (Role.ADMINISTRATOR,),
}


def groups() -> list[tuple[str, list[Item]]]:
    """Headings and links for whoever asks."""
    who = actor()
    found = []
    for group in GROUPS:
        if not group.allowed(who):
            continue
        items = [item for item in group.items if who.role in STAFF_PAGES.get(item.endpoint, Role)]
        if items:
            found.append((group.title() if group.title else "", items))
    return found
