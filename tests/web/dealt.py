"""Deals of the small town: a technology deal with a paper, an order, and one that was ended."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.deals import service, starting
from matchmaker.deals.rules import DealStage, NoteReach
from matchmaker.deals.schemas import DealIn

BASE = "http://127.0.0.1:8000"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def make_deals(session: Session, town: Any) -> dict[str, int]:
    """The ids of what was made, by name. "member" sells, "stranger" buys."""
    member, stranger, folder = town.actor("member"), town.actor("stranger"), town.parts.config.files_dir
    sides = {"buyer_id": town.ids["other_organisation"], "seller_id": town.ids["organisation"]}

    def made(who: Any, **over: Any) -> int:
        return starting.start_by_hand(session, who, data=DealIn.model_validate(sides | over), base=BASE).id

    deal = made(member, kind="technology", title="减压阀密封结构联合开发", offer_id=town.ids["offer"], amount="80")
    service.say(session, stranger, deal_id=deal, text="底价七十万。", reach=NoteReach.OWN, base=BASE)
    paper = service.attach(session, member, deal_id=deal, folder=folder, name="方案.pdf", content=PDF)
    order = made(stranger, kind="order", title="采购减压阀五百只", next_step="核对图纸")
    over = made(member, kind="order", title="采购密封圈")
    ended = {"revision": 1, "stage": DealStage.ENDED, "note": "改用库存"}
    service.move(session, member, deal_id=over, **ended, base=BASE)
    return {"deal": deal, "deal_file": paper.id, "order": order, "ended_deal": over}
