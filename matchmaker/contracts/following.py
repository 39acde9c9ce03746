"""The deal behind a contract goes where the contract goes."""

from sqlalchemy.orm import Session

from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import ROYALTIES, deal_stage
from matchmaker.core.actor import Actor
from matchmaker.deals.rules import DealStage
from matchmaker.deals.service import follow_contract

NOTES = {
    DealStage.SIGNED: "技术合同已签订",
    DealStage.REGISTERED: "技术合同已登记",
    DealStage.PERFORMING: "技术合同已登记并开始付款",
    DealStage.COMPLETED: "技术合同已登记并付清",
}


def follow(session: Session, actor: Actor, contract: Contract) -> None:
    """Tell the deal how far its contract has come. One that came to nothing leaves it where it is."""
    royalty = contract.payment_mode in ROYALTIES
    stage = deal_stage(contract.state, paid_fen=contract.paid_fen, total_fen=contract.total_fen, royalty=royalty)
    if contract.deal_id is not None and stage is not None:
        amount = contract.total_fen
        follow_contract(session, actor, deal_id=contract.deal_id, stage=stage, note=NOTES[stage], amount_fen=amount)
