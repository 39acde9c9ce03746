"""A contract's first draft, from the deal it is to put down: parties, object and rights are taken over."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import OrganisationKind
from matchmaker.audit import service as audit
from matchmaker.contracts import kinds
from matchmaker.contracts.holding import subject
from matchmaker.contracts.models import Contract
from matchmaker.contracts.rules import OVER, ContractKind, PartyNature, PartyRole, SubKind
from matchmaker.contracts.schemas import MAX_NAME, MAX_TEXT, ContractIn, IpIn, PartyIn
from matchmaker.contracts.service import begin
from matchmaker.core.actor import Actor, Role
from matchmaker.core.errors import Conflict, Forbidden
from matchmaker.deals import queries as deals
from matchmaker.deals.models import Deal
from matchmaker.deals.rules import DealKind, DealStage
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Cooperation
from matchmaker.listings.rules import Field as HighTechField
from matchmaker.reference.towns import DISTRICT

# What the listings say of how the two would work together decides the kind where it can.
KIND_OF = {
    Cooperation.TRANSFER: (ContractKind.TRF, None),
    Cooperation.EXCLUSIVE_LICENSE: (ContractKind.LIC, SubKind.EXCLUSIVE_LICENCE),
    Cooperation.SOLE_LICENSE: (ContractKind.LIC, SubKind.SOLE_LICENCE),
    Cooperation.ORDINARY_LICENSE: (ContractKind.LIC, SubKind.COMMON_LICENCE),
    Cooperation.JOINT_DEVELOPMENT: (ContractKind.DEV, SubKind.COOPERATIVE),
    Cooperation.COMMISSIONED_DEVELOPMENT: (ContractKind.DEV, SubKind.ENTRUSTED),
    Cooperation.TECHNICAL_SERVICE: (ContractKind.SVC, SubKind.GENERAL_SERVICE),
    Cooperation.TECHNICAL_CONSULTING: (ContractKind.CON, None),
}
NATURE_OF = {
    OrganisationKind.ENTERPRISE: PartyNature.LIMITED_COMPANY,
    OrganisationKind.RESEARCH_PLATFORM: PartyNature.RESEARCH_INSTITUTE,
    OrganisationKind.ASSOCIATION: PartyNature.ASSOCIATION,
}


def draft_from_deal(session: Session, actor: Actor, *, deal_id: int) -> Contract:
    """The draft of a deal's contract; the one that goes on already, when there is one.

    The seller's people begin it, or an officer without a part in the deal. NotFound for who may not know of the deal,
    Conflict for an order of goods or a deal that has ended.
    """
    deal = deals.deal(session, actor, deal_id=deal_id)
    office = actor.is_system or (actor.role is Role.OFFICER and actor.acting_for is None)
    own = {deal.buyer_id, deal.seller_id} & actor.organisation_ids
    if deal.seller_id not in actor.organisation_ids and not (office and not own):
        raise Forbidden("a contract is put down by its seller or by an officer who has no part in it")
    # Locked, so that two who begin at once begin one.
    session.execute(select(Deal.id).where(Deal.id == deal.id).with_for_update())
    goes_on = (Contract.deal_id == deal.id, Contract.state.not_in(OVER))
    if found := session.scalar(select(Contract).where(*goes_on).order_by(Contract.id).limit(1)):
        return found
    if deal.kind is not DealKind.TECHNOLOGY:
        raise Conflict("an order of goods is no technology contract")
    if deal.stage is DealStage.ENDED:
        raise Conflict("this deal has ended; take it up again first")
    contract = begin(session, actor, _draft(deal), deal_id=deal.id, matched_on=deal.matched_on)
    event = audit.Event("contract.create", subject(contract), {"title": contract.title, "deal": deal.id})
    audit.record(session, actor, [event])
    return contract


def _draft(deal: Deal) -> ContractIn:
    listings = [listing for listing in (deal.offer, deal.need) if listing is not None]
    said = "\n".join((deal.title, deal.summary, *(f"{one.title}\n{one.body}" for one in listings)))
    kind, sub_kind = _kind(listings, said)
    nodes = [node for listing in listings for node in listing.node_ids]
    fields = [code for listing in listings for code in listing.fields]
    return ContractIn(
        kind=kind,
        sub_kind=sub_kind,
        title=deal.title if len(deal.title) >= 4 else f"{deal.title}技术合同",
        field=HighTechField(fields[0]) if fields else None,
        node=nodes[0] if nodes else "",
        object=(deal.summary or (listings[0].detail if listings else ""))[:MAX_TEXT],
        indicators=(deal.need.requirement if deal.need else "")[:MAX_TEXT],
        parties=[_party(PartyRole.SELLER, deal.seller), _party(PartyRole.BUYER, deal.buyer)],
        ip=_rights(deal),
        total=deal.amount_fen or None,
    )


def _kind(listings: list[Listing], said: str) -> tuple[ContractKind, SubKind | None]:
    """What both or one of the listings offer as cooperation, else what the text speaks for, else a service."""
    wanted = [set(map(Cooperation, listing.cooperation)) & KIND_OF.keys() for listing in listings]
    shared = set.intersection(*wanted) if wanted and all(wanted) else set().union(*wanted)
    if len(shared) == 1:
        return KIND_OF[shared.pop()]
    suggested = kinds.suggest(said)
    return suggested.kind or ContractKind.SVC, suggested.sub_kind


def _party(role: PartyRole, organisation: Organisation) -> PartyIn:
    return PartyIn(
        role=role,
        name=organisation.name,
        uscc=organisation.uscc,
        nature=NATURE_OF.get(organisation.kind),
        division=DISTRICT,
    )


def _rights(deal: Deal) -> list[IpIn]:
    """The right that the offer names; the number is as the offer wrote it."""
    offer = deal.offer
    if offer is None or offer.ip_type is None:
        return []
    owner = deal.seller.name[:MAX_NAME]
    return [IpIn(type=offer.ip_type, no=offer.ip_no or "", name=offer.title[:MAX_NAME], owner=owner)]
