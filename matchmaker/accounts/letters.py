"""What letters about an account say, in both languages. Their links work once."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.accounts.models import Person
from matchmaker.mail import service as mail


@dataclass(frozen=True)
class Letter:
    """Subject and body by language; %(name)s, %(link)s and %(organisation)s are filled in."""

    zh: tuple[str, str]
    en: tuple[str, str]


VERIFY = Letter(
    (
        "请确认您的邮箱",
        "%(name)s，您好：\n\n请在 48 小时内打开下面的地址，确认邮箱并设置密码：\n%(link)s\n\n"
        "如果不是您本人注册，请忽略这封邮件，账号不会启用。",
    ),
    (
        "Please confirm your e-mail address",
        "Dear %(name)s,\n\nopen this address within 48 hours to confirm it and choose a password:\n%(link)s\n\n"
        "If you did not register, ignore this letter; the account stays closed.",
    ),
)
KNOWN = Letter(
    (
        "您已经有账号",
        "%(name)s，您好：\n\n有人用这个邮箱再次注册。您已经有账号，可直接登录；忘记密码请在这里重设：\n%(link)s\n\n"
        "如果不是您本人操作，无需处理。",
    ),
    (
        "You already have an account",
        "Dear %(name)s,\n\nsomebody registered with this address again. You already have an account; if you forgot its "
        "password, set a new one here:\n%(link)s\n\nIf it was not you, nothing needs to be done.",
    ),
)
RESET = Letter(
    (
        "重设密码",
        "%(name)s，您好：\n\n请在一小时内打开下面的地址设置新密码：\n%(link)s\n\n如果不是您本人申请，请忽略，原密码继续有效。",
    ),
    (
        "Set a new password",
        "Dear %(name)s,\n\nopen this address within an hour to set a new password:\n%(link)s\n\n"
        "If you did not ask for it, ignore this letter; the old password goes on working.",
    ),
)
INVITE = Letter(
    (
        "邀请您加入%(organisation)s",
        "%(name)s，您好：\n\n%(organisation)s邀请您在南海供需对接平台上一起管理供需信息。请在 14 天内打开：\n%(link)s",
    ),
    (
        "You are invited to join %(organisation)s",
        "Dear %(name)s,\n\n%(organisation)s invites you to look after its needs and offers on the Nanhai matchmaking "
        "platform. Please open within 14 days:\n%(link)s",
    ),
)


def write(session: Session, person: Person, letter: Letter, *, link: str, organisation: str = "") -> None:
    """Queue the letter in the person's language."""
    subject, body = letter.en if person.language == "en" else letter.zh
    values = {"name": person.name, "link": link, "organisation": organisation}
    mail.queue(session, address=person.email, subject=subject % values, body=body % values)
