"""From a base to an amount: rates and tiers, the caps that are left, and the difference to aid from higher levels."""

from typing import NamedTuple

from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.eligibility import ROLES
from matchmaker.subsidies.facts import Before, ClaimFacts, Inputs
from matchmaker.subsidies.policy import Policy
from matchmaker.subsidies.reasons import Reason, ReasonCode
from matchmaker.subsidies.tiers import Scale


class Reckoned(NamedTuple):
    """What comes out, in fen, and the lines that say how."""

    amount: int
    used_base: int
    higher_level_deducted: int
    reasons: list[Reason]


def reckon(policy: Policy, inputs: Inputs, *, paid: int) -> Reckoned:
    """The aid for an eligible claim on `paid` fen of technology amount in all, part of which may be used up before."""
    claim, before = inputs.claim, inputs.before
    base = paid - before.used_base
    scale = policy.scales[claim.role, claim.contract.kind]
    start = before.unit_year_base if scale.by_unit_year else before.used_base
    aid = scale.between(start, start + base)
    reasons = _rates(scale, before, paid=paid, aid=aid)
    within, lines = _capped(policy, inputs, aid)
    deducted, difference = _topped_up(policy, inputs, within)
    # Where a cap cut, the rest stays for later years; not so under tiers, which count what a year really brought.
    used = base if within == aid or scale.by_unit_year else scale.base_for(within, start=start, most=base)
    return Reckoned(within - deducted, used, deducted, [*reasons, *lines, *difference])


def _rates(scale: Scale, before: Before, *, paid: int, aid: int) -> list[Reason]:
    base, reasons = paid - before.used_base, []
    if before.used_base:
        text = f"已付技术交易额 {spoken(paid)} − 此前已计 {spoken(before.used_base)} = {spoken(base)}"
        reasons.append(Reason(ReasonCode.USED_BEFORE, text))
    if scale.by_unit_year:
        return reasons + _tiers(scale, start=before.unit_year_base, base=base, aid=aid)
    percent = scale.tiers[0].percent
    if not before.used_base or scale.aid(base) == aid:
        text = f"{spoken(base)} × {percent} = {spoken(aid)}"
    else:
        # Fen that were rounded down in earlier years come in now.
        text = f"{spoken(paid)} × {percent} − {spoken(before.used_base)} × {percent} = {spoken(aid)}（各自取整到分）"
    return [*reasons, Reason(ReasonCode.RATE, text)]


def _tiers(scale: Scale, *, start: int, base: int, aid: int) -> list[Reason]:
    lines = []
    if start:
        lines.append(Reason(ReasonCode.TIER, f"本单位本年度此前已计 {spoken(start)}，接着分档"))
    for tier in scale.tiers:
        if part := tier.part(start + base) - tier.part(start):
            upper = "以上" if tier.up_to is None else f"至 {spoken(tier.up_to)}"
            text = f"{spoken(tier.above)}{upper}部分 {spoken(part)} × {tier.percent}"
            lines.append(Reason(ReasonCode.TIER, text))
    return [*lines, Reason(ReasonCode.TIERS_TOTAL, f"各档合计 {spoken(aid)}")]


def _capped(policy: Policy, inputs: Inputs, aid: int) -> tuple[int, list[Reason]]:
    claim, lines = inputs.claim, []
    for code, cap, of in policy.limits[claim.role]:
        granted = getattr(inputs.before, of)
        if granted:
            lines.append(Reason(ReasonCode.GRANTED_BEFORE, f"{_whose(code, claim)}此前已扶持 {spoken(granted)}"))
        if aid > cap - granted:
            aid = max(0, cap - granted)
            lines.append(Reason(code, f"{_whose(code, claim)}最高 {spoken(cap)}，本次至多 {spoken(aid)}"))
    return aid, lines


def _whose(code: ReasonCode, claim: ClaimFacts) -> str:
    if code is ReasonCode.CONTRACT_CAP:
        return "本合同（各方合计）"
    role = f"作为{ROLES[claim.role]}" if code is ReasonCode.UNIT_YEAR_ROLE_CAP else ""
    return f"本单位 {claim.applied_on.year} 年{role}"


def _topped_up(policy: Policy, inputs: Inputs, within: int) -> tuple[int, list[Reason]]:
    """What is taken off because higher levels gave it; stated again in a later year it is not taken off twice."""
    before = inputs.before
    stated = max(inputs.claim.higher_level_aid, before.higher_level_aid)
    if policy.stacking.higher_level_aid != "top_up_difference" or not stated:
        return 0, []
    left = stated - before.higher_level_deducted
    deducted = min(within, left)
    text = f"同一事项上级已扶持 {spoken(stated)}"
    if before.higher_level_deducted:
        text += f"，此前已扣 {spoken(before.higher_level_deducted)}"
    text += f"，只补差额：{spoken(within)} − {spoken(left)} = {spoken(within - deducted)}"
    if left > within:
        text = f"同一事项上级已扶持 {spoken(left)}，不低于 {spoken(within)}，不再扶持"
    return deducted, [Reason(ReasonCode.HIGHER_LEVEL_AID, text)]
