"""What waits on the last day of the demo's year: registrations, a data request, consents, a half-written need."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actors import actor_of
from matchmaker.accounts.models import Person
from matchmaker.accounts.rules import Standing
from matchmaker.accounts.schemas import AssistanceIn, DataRequestIn, OrganisationIn
from matchmaker.alerts import service as alerts
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.demo import papers
from matchmaker.demo.people import Login, add_person
from matchmaker.demo.year import BASE, LAST_DAY
from matchmaker.listings import drafts
from matchmaker.listings.rules import Side
from matchmaker.registry import assistance, personal, registration

# Who comes, with what; the second one's name does not fit its licence, and it is sent back.
NEWCOMERS = (
    (
        Login("new1@demo.example", "罗子谦", Role.MEMBER),
        {
            "uscc": "91440605YYYY09906N",
            "name": "佛山市南海区檀铎自动化有限公司",
            "kind": "enterprise",
            "town": "440605124",
            "scale": "small",
            "chain_nodes": ["MAC-17", "MAC-18"],
            "intro": "做打磨和上下料单元的集成商，三十二人，去年交付机器人工作站四十一套。",
        },
        "",
    ),
    (
        Login("new2@demo.example", "邓婉晴", Role.MEMBER),
        {
            "uscc": "91440605YYYY09914H",
            "name": "南海苇航包装厂",
            "kind": "enterprise",
            "town": "440605126",
            "scale": "micro",
            "chain_nodes": ["FUR-15"],
            "intro": "蜂窝纸板和护角，两条复合线，给家具厂做免泡沫包装。",
        },
        "营业执照上的名称是“佛山市南海苇航纸制品厂”，请按执照全称修改后再次提交。",
    ),
    (
        Login("new3@demo.example", "潘锐中", Role.MEMBER),
        {
            "uscc": "91440605YYYY09922C",
            "name": "佛山市南海矽谣传感技术有限公司",
            "kind": "enterprise",
            "town": "440605011",
            "scale": "small",
            "chain_nodes": ["SEM-16", "APP-09"],
            "titles": [{"title": "tech_sme", "certificate_no": "TS2026DEMO0990", "valid_to": "2026-12-31"}],
            "intro": "压力与气体传感芯体封装标定，洁净间两百平方米，二十六人。",
        },
        "",
    ),
)
QUESTION = "小批量铝合金壳体压铸，壁厚不到两毫米，要求气密，能做模具"


def leave_work(session: Session, folder: Path) -> None:
    """Through the features' own verbs, as each of these people; files go into `folder`."""
    with clock.pretend(LAST_DAY):
        for login, values, fault in NEWCOMERS:
            number = _register(session, folder, login, OrganisationIn.model_validate(values))
            if fault:
                officer, back = _actor(session, "officer@demo.example"), Standing.RETURNED
                registration.decide(session, officer, organisation_id=number, standing=back, reason=fault, base=BASE)
        member, organiser = _actor(session, "member1@demo.example"), _actor(session, "organiser@demo.example")
        own = min(member.organisation_ids)
        wanted = DataRequestIn.model_validate(
            {"right": "explain", "text": "我单位的供给为什么总排在第二位？请说明依据。"}
        )
        personal.request(session, member, data=wanted, base=BASE)
        until = clock.today() + timedelta(days=30)
        help_in = AssistanceIn(purpose="对接会前代为更新供需信息", until=until)
        assistance.ask(session, organiser, organisation_id=own, data=help_in, base=BASE)
        alerts.save_search(session, member, name="压铸壳体", text=QUESTION, side=Side.OFFER, filters={})
        half = {"side": "need", "form": "product", "title": "想找人做电解槽端板的大件镗孔", "detail": "两米一的端板，"}
        drafts.save_draft(session, member, organisation_id=own, content=half)


def _register(session: Session, folder: Path, login: Login, data: OrganisationIn) -> int:
    add_person(session, login, secret=None)
    number = registration.register_organisation(session, _actor(session, login.email), data=data).id
    owner = _actor(session, login.email)
    licence = papers.page("演示用营业执照", (data.uscc, data.name))
    registration.add_licence(session, owner, folder, organisation_id=number, name="营业执照.pdf", content=licence)
    registration.submit(session, owner, organisation_id=number, base=BASE)
    return number


def _actor(session: Session, email: str) -> Actor:
    person = session.scalars(select(Person).where(Person.email == email)).one()
    found = actor_of(session, person_id=person.id, session_version=person.session_version, via="demo")
    assert found is not None
    return found
