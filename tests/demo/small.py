"""A small demo district: five organisations, and a story for everything that can become of a claim and a contract."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.passwords import Sealer
from matchmaker.core import clock
from matchmaker.core.unit import unit
from matchmaker.demo import people
from matchmaker.demo.business import PAST, Business
from matchmaker.demo.claims import FATES
from matchmaker.demo.rounds import SPRING, SUMMER
from matchmaker.demo.stories import STORIES, Fate
from matchmaker.demo.year import FIRST_DAY
from tests.factories import USCCS, make_listing, make_organisation

BUYERS, SELLERS = USCCS[:3], USCCS[3:]
# What a story needs beside its fate to come to it.
NEEDED: dict[Fate, dict[str, Any]] = {
    Fate.REFUSED: {"total": "8"},
    Fate.APPEALED: {"no_invoice": True},
    Fate.CLAWED_BACK: {"state": "revoked", "turned": "2026-07-14", "says": "不是新的研究开发活动"},
    Fate.PARTLY: {"refund": "10", "turned": "2026-08-18"},
}
STATES = ("draft", "signed", "submitted", "supplement", "refused", "changed", "cancelled")


def tale(number: int, *, on: str = "2026-02-02", signed: str = "2026-04-13", **contract: Any) -> dict[str, Any]:
    """A story whose contract of 400,000 yuan is registered and paid unless said otherwise."""
    written = {
        "kind": "DEV",
        "sub_kind": "entrusted",
        "title": f"第{number}号密封结构研制",
        "object": f"研究开发人为委托人研制第{number}号双级减压阀的密封结构，交付图纸和样机。",
        "indicators": f"寿命不少于 {number} 万次。",
        "total": "40",
        "mode": "lump",
        "dues": [["一次付清", 100, 15]],
        "paid": 1,
        "signed": signed,
    }
    story = {"ref": f"T-{number:03}", "need": f"n{number}", "offer": f"o{number}", "on": on, "stage": "intent"}
    return story | {"title": f"第{number}号密封结构", "contract": written | contract}


def of_every_fate() -> list[dict[str, Any]]:
    """A story for each fate of a claim in each round."""
    made = []
    for number, (in_round, fate) in enumerate(FATES, start=1):
        applied = fate in (Fate.REFUSED, Fate.APPEALED) or in_round == SUMMER.name
        said = {"says": "双方是一家人。", "answer": "经核实，情况如所说。"}
        claims = [{"round": in_round, "fate": fate.value, "applied": applied, **said}]
        days = {"on": "2025-02-03", "signed": "2025-04-14"} if in_round == SPRING.name else {}
        made.append(tale(number, **days, **NEEDED.get(fate, {}) if days else {}, claims=claims))
    return made


def of_every_state() -> list[dict[str, Any]]:
    """A story for each state of a contract that the fates do not come to."""
    more = {"changed": {"changed_total": "50"}, "draft": {"flaws": ["acceptance"]}}
    return [
        tale(number, state=state, says="按登记机构意见", **more.get(state, {}))
        for number, state in enumerate(STATES, start=len(FATES) + 1)
    ]


def past(number: int) -> dict[str, Any]:
    """A contract of the years before, as the office's ledger has it."""
    names = {"seller_name": "岭南工程大学", "buyer_name": f"佛山市南海区第{number}家有限公司"}
    days = {"signed_on": "2024-03-01", "registered_on": "2024-04-01", "registrar": "佛山市技术合同登记处"}
    money = {"total": "300000", "technology": "280000", "registration_no": f"202444069990000{number}"}
    kind = {"title": "热处理炉温控技术服务", "kind": "SVC", "sub_kind": "general_service"}
    return {"source_ref": f"2024-{number}"} | names | days | money | kind


def furnish(sessions: sessionmaker[Session], stories: list[dict[str, Any]]) -> None:
    """The organisations with their people, and the listings that the stories go back to."""
    with clock.pretend(FIRST_DAY), unit(sessions) as session:
        for number, code in enumerate(USCCS):
            make_organisation(session, uscc=code, name=f"佛山市南海区第{number}家有限公司")
        for number, story in enumerate(stories):
            ends = (("need", BUYERS), ("offer", SELLERS))
            for side, codes in ends:
                code = codes[number % len(codes)]
                title = f"第{number}号密封件的{side}"
                make_listing(session, ref=story[side], organisation=code, side=side, title=title)
        people.add_people(session)


def written(folder: Path, stories: list[dict[str, Any]]) -> Path:
    """The folder with these stories and two contracts of the years before."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in ((STORIES, stories), (PAST, [past(1), past(2)])):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def business(sessions: sessionmaker[Session], folder: Path) -> Business:
    """The play of what is written in the folder; uploads go beside it."""
    return Business(sessions, folder, folder / "files", sealer=Sealer("for tests only"))
