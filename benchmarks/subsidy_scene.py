"""One applicant with many claims, one cap and one budget: what the clients of `subsidy_pressure` fight over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.actors import actor_of
from matchmaker.accounts.models import Organisation, Person
from matchmaker.accounts.passwords import Sealer
from matchmaker.accounts.rules import OrganisationKind
from matchmaker.audit.queries import first_broken
from matchmaker.contracts.models import Contract, ContractAmount, ContractParty, ContractPayment
from matchmaker.contracts.rules import ContractKind, ContractState, PartyRole
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.db import new_key
from matchmaker.core.unit import reading, unit
from matchmaker.subsidies import applying, ledger, policies, reviewing, windows
from matchmaker.subsidies.models import ActionKey, Claim, LedgerEntry
from matchmaker.subsidies.replaying import replay_all
from matchmaker.subsidies.rules import RESERVING, Account, ClaimState, EntryKind
from matchmaker.subsidies.schemas import ApplyIn, WindowIn

WAN = 10_000 * 100
CAP = 50 * WAN
# Not what any number of the claims adds up to, so that something is always left that reaches for nobody.
BUDGET = 30 * WAN + 1
OPEN = datetime(2026, 3, 10, 9, tzinfo=clock.DISTRICT_ZONE)
# A budget that all share is shown to nobody before its window has closed.
CLOSED = datetime(2026, 4, 1, 9, tzinfo=clock.DISTRICT_ZONE)
AFTER_NOTICE = datetime(2026, 4, 10, 9, tzinfo=clock.DISTRICT_ZONE)
# Its payments have numbers and no scans.
SEEN = "originals seen"
SEALER = Sealer("benchmark")
POLICY = """
policy_id: NH-PRESSURE
version: "{version}"
source: benchmark
valid_from: 2023-01-01
currency_unit: fen
beneficiaries:
  buyer: {{enabled: true, rates: {{DEV: 0.05}}}}
caps: {{per_contract_all_roles: {cap}, per_unit_per_year: {cap}}}
base: paid_technology_amount
min_tech_amount_per_contract: 10000000
eligibility:
  applicant_located_in: "440605"
  via_platform: true
  registered: true
  registration_year: previous_calendar_year
  payment_evidence: [invoice, bank_receipt]
  payment_date_range: [signing_date, application_close]
  related_party: exclude
  fiscal_fund_project: exclude
  credit: no_serious_dishonesty
stacking: {{same_item: highest_only, higher_level_aid: top_up_difference}}
window: {{opens: "03-01", closes: "03-31"}}
review: [platform_precheck, town_check, district_tech_bureau, public_notice_5_workdays, payment]
budget: {{yearly_total: null, if_exceeded: pro_rata}}
rounding: floor_fen
multi_year: true
clawback: [registration_revoked, contract_rescinded, refund_received, false_declaration]
"""


@dataclass(frozen=True)
class Scene:
    """The claims that wait to be proposed, by whom they are decided, and the window they stand in."""

    window_id: int
    claim_ids: tuple[int, ...]
    first: Actor
    second: Actor


def prepare(sessions: sessionmaker[Session], number: int, *, claims: int) -> Scene:
    """A window of its own with so many claims of one applicant, all of them past the town."""
    with unit(sessions) as session, clock.pretend(OPEN):
        first, second, owner = (_person(session, f"{number}-{name}", name) for name in ("first", "second", "owner"))
        buyer, seller = (_organisation(session, number * 2 + side) for side in (0, 1))
        owner = Actor(owner.name, Role.MEMBER, "benchmark", frozenset({buyer.id}), person_id=owner.person_id)
        row = policies.load_version(session, first, text=POLICY.format(version=number, cap=CAP))
        opens, closes = date(2026, 3, 1), date(2026, 3, 31)
        data = WindowIn(policy_row_id=row.id, year=2026, title=f"Round {number}", opens_on=opens, closes_on=closes)
        window = windows.open_window(session, first, data=data)
        _set_budget(session, first, window.id, CAP * 2)
        # Each wants a little more than the one before: 5 per cent of 1,000,000 yuan and upwards.
        contracts = [
            _contract(session, buyer, seller, number=number, fen=100 * WAN + one * WAN) for one in range(claims)
        ]
        made = [_checked(session, owner, first, window_id=window.id, contract_id=one) for one in contracts]
        return Scene(window.id, tuple(made), first, second)


def show_and_cut(sessions: sessionmaker[Session], scene: Scene) -> None:
    """Show every proposal to the public once the window has closed, and then cut the budget below their sum."""
    with unit(sessions) as session, clock.pretend(CLOSED):
        for claim in _claims(session, scene):
            if claim.state is ClaimState.PROPOSED:
                reviewing.publish_notice(
                    session, scene.first, claim_id=claim.id, revision=claim.revision, once=new_key(), base=""
                )
        _set_budget(session, scene.first, scene.window_id, BUDGET)


def faults(sessions: sessionmaker[Session], scene: Scene, acknowledged: Sequence[str]) -> list[str]:
    """Everything that is not exactly as it must be after the clients are done."""
    with reading(sessions) as session:
        known = set(session.scalars(select(ActionKey.once)))
        lost = [f"lost: {key} was acknowledged" for key in acknowledged if key not in known]
        different = [f"replay: {one}" for one in replay_all(session)]
        broken = first_broken(session)
        chain = [] if broken is None else [f"audit log broken at {broken}"]
        return [*lost, *different, *chain, *_caps(session, scene), *_money(session, scene), *_steps(session, scene)]


def _caps(session: Session, scene: Scene) -> Iterator[str]:
    """The claims want more than the cap, so it must be used up to the fen."""
    reserved = sum(one.amount_fen for one in _claims(session, scene) if one.state in RESERVING)
    if reserved != CAP:
        yield f"cap: {reserved} fen are reserved, not {CAP}"


def _money(session: Session, scene: Scene) -> Iterator[str]:
    found = ledger.balances(session, window_id=scene.window_id)
    claims = _claims(session, scene)
    paid = sum(one.amount_fen for one in claims if one.state is ClaimState.PAID)
    if sum(found.values()) or found[Account.COMMITTED] or found[Account.PAID] != paid:
        yield f"ledger: {found}, claims paid {paid}"
    if found[Account.AVAILABLE] + paid != BUDGET or found[Account.AVAILABLE] < 0:
        yield f"budget: {found[Account.AVAILABLE]} available and {paid} paid of {BUDGET}"
    for claim in claims:
        rows = session.scalars(select(LedgerEntry).where(LedgerEntry.claim_id == claim.id).order_by(LedgerEntry.id))
        booked = [(row.kind, row.amount_fen) for row in rows]
        right = [(kind, claim.amount_fen) for kind in (EntryKind.COMMIT, EntryKind.PAY)]
        if booked != (right if claim.state is ClaimState.PAID else []):
            yield f"claim {claim.id} is {claim.state} with {booked}"
        if claim.state is ClaimState.NOTICE and claim.amount_fen <= found[Account.AVAILABLE]:
            yield f"claim {claim.id} waits although {found[Account.AVAILABLE]} are available"


def _steps(session: Session, scene: Scene) -> Iterator[str]:
    for claim in _claims(session, scene):
        after = [one.after for one in claim.steps]
        if len(set(after)) != len(after) or any(b.before is not a.after for a, b in pairwise(claim.steps)):
            yield f"claim {claim.id} went {after}"
        standing = [one for one in claim.decisions if one.superseded_at is None]
        if len(standing) != (claim.state in RESERVING):
            yield f"claim {claim.id} is {claim.state} with {len(standing)} decisions"


def _claims(session: Session, scene: Scene) -> Sequence[Claim]:
    return session.scalars(select(Claim).where(Claim.id.in_(scene.claim_ids)).order_by(Claim.id)).all()


def _set_budget(session: Session, actor: Actor, window_id: int, fen: int) -> None:
    windows.set_budget(session, actor, window_id=window_id, amount_fen=fen, reason="benchmark", once=new_key())


def _person(session: Session, key: str, name: str) -> Actor:
    role = Role.MEMBER if name == "owner" else Role.OFFICER
    row = Person(email=f"{key}@demo.example", name=name, role=role, created_at=clock.now())
    session.add(row)
    session.flush()
    found = actor_of(session, person_id=row.id, session_version=row.session_version, via="benchmark")
    if found is None:
        raise LookupError(key)
    return found


def _organisation(session: Session, number: int) -> Organisation:
    moment = clock.now()
    row = Organisation(
        uscc=f"91440605{number:010d}",
        name=f"佛山市南海区压力测试{number}有限公司",
        kind=OrganisationKind.ENTERPRISE,
        town="440605123",
        created_at=moment,
        updated_at=moment,
    )
    session.add(row)
    session.flush()
    return row


def _contract(session: Session, buyer: Organisation, seller: Organisation, *, number: int, fen: int) -> int:
    moment, signed = clock.now(), date(2025, 3, 1)
    row = Contract(
        state=ContractState.REGISTERED,
        kind=ContractKind.DEV,
        title="压力测试开发合同",
        total_fen=fen,
        technology_fen=fen,
        paid_fen=fen,
        signed_on=signed,
        valid_from=signed,
        valid_until=date(2028, 3, 1),
        matched_on=date(2025, 1, 5),
        registrar=f"round {number}",
        registration_no=f"2025440601{fen // WAN:06d}",
        registered_on=date(2025, 5, 1),
        created_at=moment,
        created_by="benchmark",
        updated_at=moment,
    )
    session.add(row)
    session.flush()
    said = {"contract_id": row.id, "at": moment, "by": "benchmark"}
    papers = {"invoice_no": "I1", "receipt_no": "R1"}
    session.add_all(
        [
            ContractParty(contract_id=row.id, role=PartyRole.BUYER, organisation_id=buyer.id, name=buyer.name),
            ContractParty(contract_id=row.id, role=PartyRole.SELLER, organisation_id=seller.id, name=seller.name),
            ContractAmount(effective_on=signed, total_fen=fen, technology_fen=fen, **said),
            ContractPayment(paid_on=date(2025, 6, 1), amount_fen=fen, **papers, **said),
        ]
    )
    session.flush()
    return row.id


def _checked(session: Session, owner: Actor, officer: Actor, *, window_id: int, contract_id: int) -> int:
    data = ApplyIn(
        window_id=window_id,
        contract_id=contract_id,
        role=PartyRole.BUYER,
        declared=True,
        bank_name="佛山农商银行",
        bank_account="8001000012345678",
    )
    claim = applying.apply(session, owner, SEALER, data=data, once=new_key(), base="")
    for verb in (reviewing.precheck, reviewing.town_check):
        verb(session, officer, claim_id=claim.id, revision=claim.revision, once=new_key(), base="")
    return claim.id
