"""The applicant's side: applying, confirming, withdrawing, papers; and what the platform does without being asked."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.rules import Standing
from matchmaker.audit.models import AuditEntry
from matchmaker.contracts.rules import ContractState, PartyRole
from matchmaker.core import clock
from matchmaker.core.actor import Actor, Role
from matchmaker.core.db import new_key
from matchmaker.core.errors import Conflict, Forbidden, Invalid, NotFound
from matchmaker.notifications.models import Notice
from matchmaker.subsidies import access, applying, paying, reviewing
from matchmaker.subsidies.checklist import checklist
from matchmaker.subsidies.models import Claim, Window
from matchmaker.subsidies.rules import ClaimOrigin, ClaimState, ClaimVerb, Why
from matchmaker.subsidies.schemas import ApplyIn, ClaimIn
from tests.factories import USCCS, make_organisation
from tests.people import BASE, make_actor
from tests.subsidies.place import CLOSED, OPEN, SEALER, Place, claim_in, day, make_contract, state_of

ONE_DATABASE = True
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def _apply(place: Place, actor: Actor, *, once: str = "", **over: object) -> Claim:
    values = {"window_id": place.window.id, "role": PartyRole.BUYER, **claim_in(), **over}
    data = ApplyIn.model_validate(values)
    return applying.apply(place.session, actor, SEALER, data=data, once=once or new_key(), base=BASE)


def test_an_application_keeps_the_day_the_aid_and_a_sealed_account(place: Place) -> None:
    claim = _apply(place, place.owner, contract_id=place.contract().id, higher_level_aid="40,000")
    assert (state_of(claim), claim.origin, claim.applied_on) == ("applied", ClaimOrigin.APPLIED, date(2026, 3, 10))
    assert claim.higher_level_aid_fen == 40_000 * 100
    assert "1234" not in claim.bank_account
    assert paying.masked(SEALER, claim) == "*" * 12 + "5678"
    entry = place.session.scalars(select(AuditEntry).where(AuditEntry.subject == f"claim:{claim.id}")).one()
    assert "1234" not in str(entry.detail)


def test_the_same_application_twice_is_one(place: Place) -> None:
    contract, once = place.contract(), new_key()
    claim = _apply(place, place.owner, contract_id=contract.id, once=once)
    assert _apply(place, place.owner, contract_id=contract.id, once=once) is claim
    with pytest.raises(Conflict, match="something else"):
        _apply(place, place.owner, contract_id=contract.id, once=once, bank_account="8001000012349999")
    with pytest.raises(Conflict, match=f"claim {claim.id} for this contract is applied"):
        _apply(place, place.owner, contract_id=contract.id)


def test_only_a_party_in_a_supported_role_applies(place: Place) -> None:
    contract = place.contract()
    with pytest.raises(NotFound):
        _apply(place, place.stranger, contract_id=contract.id)
    with pytest.raises(Invalid, match="role"):
        _apply(place, place.stranger, contract_id=contract.id, role=PartyRole.SELLER)
    for missing in ({"contract_id": 999_999}, {"contract_id": contract.id, "window_id": 999_999}):
        with pytest.raises(NotFound):
            _apply(place, place.owner, **missing)


def test_nobody_applies_outside_the_window_or_unverified(place: Place) -> None:
    contract = place.contract()
    for moment in (day(2, 28), CLOSED):
        with clock.pretend(moment), pytest.raises(Conflict, match="from 2026-03-01 to 2026-03-31"):
            _apply(place, place.owner, contract_id=contract.id)
    place.buyer.standing = Standing.PENDING
    with pytest.raises(Conflict, match="not verified"):
        _apply(place, place.owner, contract_id=contract.id)


def test_openings_are_what_could_be_claimed_and_is_not(place: Place) -> None:
    contract, draft = place.contract(), place.contract(state=ContractState.SIGNED)
    (opening,) = applying.openings(place.session, place.owner)
    assert (opening.contract.id, opening.role, opening.organisation_id) == (contract.id, "buyer", place.buyer.id)
    assert applying.openings(place.session, place.stranger) == []
    claim = place.applied(contract)
    assert applying.openings(place.session, place.owner) == []
    place.do(applying.withdraw, claim, place.owner, reason="写错了")
    assert len(applying.openings(place.session, place.owner)) == 1
    assert draft.id != contract.id


def test_an_opening_says_when_the_contract_had_money_before(place: Place) -> None:
    claim = place.paid()
    place.session.add(
        Window(
            policy_row_id=place.window.policy_row_id,
            year=place.window.year + 1,
            title="下一轮",
            opens_on=day(4, 10).date(),
            closes_on=day(5, 10).date(),
            at=day(4, 1),
            by="test",
        )
    )
    place.session.flush()
    fresh = place.contract()
    with clock.pretend(day(4, 20)):
        found = {one.contract.id: one.granted for one in applying.openings(place.session, place.owner)}
    assert found == {claim.contract_id: True, fresh.id: False}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bank_account", "1234"),
        ("bank_account", "8001000012345678x"),
        ("bank_account", "1" * 33),
        ("bank_name", ""),
        ("bank_name", "行" * 121),
        ("declared", False),
        ("higher_level_aid", "-1"),
        ("higher_level_aid", "0.001"),
        ("higher_level_aid", "很多"),
    ],
)
def test_a_form_that_says_nonsense_is_refused_with_its_field(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        ClaimIn.model_validate(claim_in(**{field: value}))


@pytest.mark.parametrize("until", [place_state for place_state in ("applied", "checked", "proposed", "shown")])
def test_a_claim_is_withdrawn_before_it_is_decided(place: Place, until: str) -> None:
    claim = getattr(place, until)()
    place.do(applying.withdraw, claim, place.owner, reason="不再需要")
    assert (state_of(claim), claim.steps[-1].reason) == (ClaimState.WITHDRAWN, "不再需要")


def test_a_decided_claim_is_neither_withdrawn_nor_edited(place: Place, tmp_path: Path) -> None:
    claim = place.approved()
    with pytest.raises(Conflict, match="is approved"):
        place.do(applying.withdraw, claim, place.owner, reason="不要了")
    with pytest.raises(Conflict, match="is approved"):
        applying.confirm(
            place.session,
            place.owner,
            SEALER,
            claim_id=claim.id,
            revision=claim.revision,
            data=ClaimIn.model_validate(claim_in()),
            once=new_key(),
            base=BASE,
        )
    with pytest.raises(Conflict, match="is approved"):
        applying.attach(
            place.session, place.owner, tmp_path, claim_id=claim.id, purpose="other", name="补.pdf", content=PDF
        )


def test_what_a_withdrawn_claim_reserved_is_free_again(place: Place) -> None:
    first = place.proposed(total=2000 * 10_000 * 100)
    place.do(applying.withdraw, first, place.owner, reason="换一份")
    assert place.proposed(total=1000 * 10_000 * 100).amount_fen == 50 * 10_000 * 100


def test_papers_belong_to_the_claim_and_complete_its_checklist(place: Place, tmp_path: Path) -> None:
    claim = _apply(place, place.owner, contract_id=place.contract().id, higher_level_aid="1")

    def done() -> dict[str, bool]:
        return {one.code: one.done for one in checklist(place.session, claim) if one.needed}

    assert done()["aid"] is False
    given = {"claim_id": claim.id, "purpose": "aid", "name": "文件.pdf", "content": PDF}
    file = applying.attach(place.session, place.owner, tmp_path, **given)
    assert all(done().values())
    applying.withdraw_file(place.session, place.owner, claim_id=claim.id, file_id=file.id)
    assert done()["aid"] is False
    with pytest.raises(NotFound):
        applying.withdraw_file(place.session, place.owner, claim_id=claim.id, file_id=file.id)
    with pytest.raises(NotFound):
        applying.attach(place.session, place.stranger, tmp_path, **given)
    with pytest.raises(Forbidden):
        applying.attach(place.session, place.auditor, tmp_path, **given)
    with pytest.raises(Invalid, match="purpose"):
        applying.attach(place.session, place.owner, tmp_path, **(given | {"purpose": "payment"}))


def test_an_officer_of_a_party_adds_no_papers_of_the_office(place: Place, tmp_path: Path) -> None:
    claim, tied = place.applied(), make_actor(place.session, place.seller.id, role=Role.OFFICER)
    given = {"claim_id": claim.id, "purpose": "payment", "name": "回单.pdf", "content": b"%PDF-1.4 x"}
    with pytest.raises(Forbidden, match="belongs to a party"):
        applying.attach(place.session, tied, tmp_path, **given)
    assert applying.attach(place.session, place.one, tmp_path, **given).purpose == "payment"


def test_a_claim_has_room_for_thirty_papers(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "MOST_FILES", 1)
    given = {"claim_id": place.applied().id, "purpose": "other", "name": "说明.pdf", "content": b"%PDF-1.4 x"}
    applying.attach(place.session, place.owner, tmp_path, **given)
    with pytest.raises(Invalid, match="at most 1 files"):
        applying.attach(place.session, place.owner, tmp_path, **given)


def test_several_parties_of_one_person_must_be_told_apart(place: Place) -> None:
    other = make_organisation(place.session, uscc=USCCS[2], name="佛山市南海区第三有限公司", kind="research_platform")
    contract = make_contract(place.session, place.buyer, place.seller)
    from matchmaker.contracts.models import ContractParty

    row = ContractParty(contract_id=contract.id, role=PartyRole.BUYER, organisation_id=other.id, name=other.name)
    place.session.add(row)
    place.session.flush()
    both = make_actor(place.session, place.buyer.id, other.id)
    with pytest.raises(Invalid, match="organisation_id"):
        _apply(place, both, contract_id=contract.id)
    assert _apply(place, both, contract_id=contract.id, organisation_id=other.id).organisation_id == other.id


def test_the_account_is_opened_for_an_officer_who_says_what_for(place: Place) -> None:
    claim = place.approved()
    given = {"claim_id": claim.id, "purpose": "制作拨付表"}
    assert paying.account_of(place.session, place.one, SEALER, **given) == "8001000012345678"
    for actor in (place.owner, place.auditor):
        with pytest.raises(Forbidden):
            paying.account_of(place.session, actor, SEALER, **given)
    with pytest.raises(Invalid, match="purpose"):
        paying.account_of(place.session, place.one, SEALER, claim_id=claim.id, purpose=" ")
    entry = place.session.scalars(select(AuditEntry).where(AuditEntry.action == "subsidy.account_read")).one()
    assert entry.detail == {"purpose": "制作拨付表"}


def test_the_office_is_told_of_an_application(place: Place) -> None:
    claim = place.applied()
    rows = place.session.scalars(select(Notice).where(Notice.text == "subsidy.applied")).all()
    assert {row.person_id for row in rows} == {place.one.person_id, place.two.person_id}
    assert rows[0].path == f"/office/subsidies/{claim.id}"


def test_why_not_says_what_stands_in_the_way(place: Place) -> None:
    claim = place.applied()

    def why(actor: Actor, verb: ClaimVerb) -> Why | None:
        return access.why_not(place.session, actor, claim, verb)

    assert why(place.owner, ClaimVerb.WITHDRAW) is None
    assert why(place.owner, ClaimVerb.PRECHECK) is Why.NOT_YOURS
    assert why(place.one, ClaimVerb.WITHDRAW) is Why.NOT_YOURS
    assert why(place.one, ClaimVerb.PRECHECK) is None
    assert why(place.one, ClaimVerb.APPROVE) is Why.STATE
    place.do(reviewing.refuse, claim, place.one, reason="不符合条件")
    assert why(place.owner, ClaimVerb.APPEAL) is None
    with clock.pretend(day(5, 20)):
        assert why(place.owner, ClaimVerb.APPEAL) is Why.TOO_LATE


def test_readers_are_the_applicant_the_office_and_the_audit(place: Place, session: Session) -> None:
    claim = place.applied()
    for actor in (place.owner, place.one, place.auditor, Actor.system("test")):
        access.require_reader(actor, claim)
    for actor in (place.stranger, Actor.visitor()):
        with pytest.raises(NotFound):
            access.require_reader(actor, claim)
    assert clock.now() == OPEN
