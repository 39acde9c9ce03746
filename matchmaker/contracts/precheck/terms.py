"""Rights, money, days and papers: is everything there that the registry asks for, and does it fit together."""

from collections.abc import Iterator
from datetime import timedelta

from matchmaker.contracts.precheck.shapes import ContractFacts, Found, RightFacts
from matchmaker.contracts.precheck.words import APPROVAL, EXCLUSIVITY, TERM, TERRITORY
from matchmaker.contracts.rules import (
    HOME_COUNTRY,
    ROYALTIES,
    ContractKind,
    FilePurpose,
    PartyRole,
    PaymentMode,
    SubKind,
)
from matchmaker.core.money import yuan_from_fen
from matchmaker.listings.rules import IpType

# Below this share of the total the registry will ask whether it is not a purchase.
SMALL_SHARE = 30
SOON = timedelta(days=30)
OF_RIGHTS = frozenset({ContractKind.TRF, ContractKind.LIC})
# What is needed of a right beside its name and owner: know-how has no number, a program no end that is written down.
_NEEDED = {
    IpType.KNOW_HOW: (),
    IpType.SOFTWARE: ("no", "filed_on"),
}
_ALL = ("no", "filed_on", "expires_on")
_NAMED = {
    "name": ("名称", "name"),
    "owner": ("权利人", "owner"),
    "no": ("编号", "number"),
    "filed_on": ("申请日", "filing date"),
    "expires_on": ("有效期", "end"),
}
_STATED = {SubKind.EXCLUSIVE_LICENCE, SubKind.SOLE_LICENCE, SubKind.COMMON_LICENCE}


def look(facts: ContractFacts) -> Iterator[Found]:
    """Findings on rights, money, days and papers."""
    if facts.kind in OF_RIGHTS:
        yield from _rights(facts)
    if facts.kind is ContractKind.LIC:
        yield from _licence(facts)
    yield from _money(facts)
    yield from _days(facts)
    yield from _approval(facts)
    if FilePurpose.TEXT not in facts.papers:
        yield Found("text_missing", "papers")
    if facts.foreign_text and FilePurpose.TRANSLATION not in facts.papers:
        yield Found("translation_missing", "papers")


def _rights(facts: ContractFacts) -> Iterator[Found]:
    if not facts.rights:
        yield Found("ip_missing", "ip")
    elif FilePurpose.IP_PROOF not in facts.papers:
        yield Found("ip_proof_missing", "papers")
    sellers = {party.name for party in facts.named(PartyRole.SELLER)}
    for place, right in enumerate(facts.rights):
        yield from _right(f"ip.{place}", right, facts, sellers)


def _right(field: str, right: RightFacts, facts: ContractFacts, sellers: set[str]) -> Iterator[Found]:
    name = right.name or right.no
    needed = ("name", "owner", *_NEEDED.get(right.type, _ALL))
    # What is only applied for has no end yet.
    waived = {"expires_on"} if facts.sub_kind is SubKind.PATENT_APPLICATION else set()
    missing = [one for one in needed if not getattr(right, one) and one not in waived]
    if missing:
        words = {"missing": "、".join(_NAMED[one][0] for one in missing)}
        words["missing_en"] = ", ".join(_NAMED[one][1] for one in missing)
        yield Found("ip_incomplete", f"{field}.{missing[0]}", words | {"name": name})
    if right.owner and not any(seller in right.owner for seller in sellers):
        yield Found("ip_owner", f"{field}.owner", {"name": name, "owner": right.owner})
    if right.expires_on is None:
        return
    day = {"name": name, "day": right.expires_on.isoformat()}
    if right.expires_on < (facts.signed_on or facts.today):
        yield Found("ip_expired", f"{field}.expires_on", day)
    elif facts.kind is ContractKind.LIC and facts.valid_until and facts.valid_until > right.expires_on:
        yield Found("ip_outlived", "valid_until", day)


def _licence(facts: ContractFacts) -> Iterator[Found]:
    if not facts.licence_scope.strip():
        yield Found("scope_missing", "licence_scope")
        return
    if not TERRITORY.search(facts.licence_scope):
        yield Found("scope_territory", "licence_scope")
    if not TERM.search(facts.licence_scope):
        yield Found("scope_term", "licence_scope")
    if not EXCLUSIVITY.search(facts.licence_scope) and facts.sub_kind not in _STATED:
        yield Found("scope_exclusivity", "licence_scope")


def _money(facts: ContractFacts) -> Iterator[Found]:
    if facts.total_fen is None:
        yield Found("price_missing", "total")
    elif facts.technology_fen is None:
        yield Found("split_missing", "technology")
    elif facts.technology_fen * 100 < facts.total_fen * SMALL_SHARE:
        yield Found("share_small", "technology", {"share": str(facts.technology_fen * 100 // facts.total_fen)})
    if facts.payment_mode in ROYALTIES and not facts.has_royalty:
        yield Found("royalty_missing", "royalty")
    if facts.payment_mode in (PaymentMode.INSTALMENTS, PaymentMode.FEE_ROYALTY) and not facts.schedule_fen:
        yield Found("schedule_missing", "schedule")
    planned = sum(facts.schedule_fen)
    if facts.schedule_fen and facts.payment_mode not in ROYALTIES and facts.total_fen not in (None, planned):
        words = {"sum": yuan_from_fen(planned), "total": yuan_from_fen(facts.total_fen or 0)}
        yield Found("schedule_sum", "schedule", words)


def _days(facts: ContractFacts) -> Iterator[Found]:
    if facts.signed_on is None:
        yield Found("unsigned", "signed_on")
    if facts.valid_from is None or facts.valid_until is None:
        yield Found("validity_missing", "valid_from" if facts.valid_from is None else "valid_until")
    if facts.valid_until is not None and facts.valid_until < facts.today + SOON:
        code = "validity_over" if facts.valid_until < facts.today else "validity_ends_soon"
        yield Found(code, "valid_until", {"day": facts.valid_until.isoformat()})
    if facts.effective_on is not None and facts.effective_on > facts.today:
        yield Found("not_effective", "effective_on", {"day": facts.effective_on.isoformat()})
    if facts.effective_on and facts.signed_on and facts.effective_on < facts.signed_on:
        yield Found("effective_early", "effective_on")


def _approval(facts: ContractFacts) -> Iterator[Found]:
    for field in ("object", "plan", "ip_terms"):
        if hit := APPROVAL.search(getattr(facts, field)):
            yield Found("approval", field, {"words": hit.group()})
    sellers = {party.country for party in facts.named(PartyRole.SELLER)}
    buyers = {party.country for party in facts.named(PartyRole.BUYER)}
    if HOME_COUNTRY in sellers and buyers - {HOME_COUNTRY}:
        yield Found("export", "papers")
    if sellers and HOME_COUNTRY not in sellers:
        yield Found("import", "papers")
