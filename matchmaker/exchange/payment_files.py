"""Gathers what a batch consists of, puts the pack together, and has it written down that it left the house."""

from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from matchmaker.accounts.passwords import Sealer
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.exchange.payment_pack import pack
from matchmaker.exchange.payment_sheets import Handover, Paper, Payee
from matchmaker.files.models import StoredFile
from matchmaker.files.service import place
from matchmaker.reference.terms import terms
from matchmaker.subsidies import paying, queries
from matchmaker.subsidies.models import Claim, PaymentBatch
from matchmaker.subsidies.rules import ClaimState

_PURPOSES = {"licence": "营业执照", "statement": "补充说明", "mandate": "付费委托协议", "aid": "上级资助文件"}


def save_pack(
    session: Session, actor: Actor, sealer: Sealer, folder: Path, *, batch_id: int, purpose: str, target: IO[bytes]
) -> str:
    """Write the batch's pack to `target`; the SHA-256 of its manifest, which the batch keeps. Officers only.

    Invalid when `purpose` is empty; Conflict when the pack cannot be made, or comes out otherwise than the first time.
    """
    found = queries.batch(session, actor, batch_id=batch_id)
    accounts = paying.accounts_of(session, actor, sealer, batch_id=batch_id, purpose=purpose)
    batch = found.batch
    # What was added since, or taken out, is not what was approved.
    papers = queries.files_of(session, found.claims, as_of=batch.at)
    handover = Handover(
        number=batch.number,
        window=batch.window.title,
        year=batch.window.year,
        at=batch.at,
        by=batch.by,
        total_fen=batch.total_fen,
        payees=tuple(_payee(batch, one, accounts[one.id], papers.get(one.id, [])) for one in found.claims),
    )
    digest = pack(handover, lambda sha256: place(folder, sha256).read_bytes(), target)
    paying.hand_over(session, actor, batch_id=batch_id, sha256=digest, purpose=purpose)
    return digest


def _payee(batch: PaymentBatch, claim: Claim, account: str, papers: list[StoredFile]) -> Payee:
    amounts = {one["id"]: one["amount_fen"] for one in batch.claims}
    approved = [step.at for step in claim.steps if step.after is ClaimState.APPROVED]
    policy = claim.window.policy
    return Payee(
        claim_id=claim.id,
        unit=claim.organisation.name,
        uscc=claim.organisation.uscc,
        bank=claim.bank_name,
        account=account,
        amount_fen=amounts[claim.id],
        title=claim.contract.title,
        registration_no=claim.contract.registration_no or "",
        role=terms("party_role")[claim.role.value],
        policy=f"{policy.policy_id} {policy.version}",
        approved_on=approved[-1].astimezone(clock.DISTRICT_ZONE).date() if approved else None,
        papers=tuple(map(_paper, papers)),
    )


def _paper(file: StoredFile) -> Paper:
    name = _PURPOSES.get(file.purpose) or terms("file_purpose").get(file.purpose, file.purpose)
    return Paper(name, file.name, file.sha256)
