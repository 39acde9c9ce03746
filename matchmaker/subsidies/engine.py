"""The policy engine: a policy, a claim and what was granted before give a decision, and nothing else does."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.counting import base_of, counted, standing
from matchmaker.subsidies.eligibility import refusals, to_check
from matchmaker.subsidies.facts import Before, ClaimFacts, Inputs, Outcome
from matchmaker.subsidies.policy import Policy
from matchmaker.subsidies.reasons import Reason, ReasonCode
from matchmaker.subsidies.reckoning import reckon


def inputs_for(
    policy: Policy,
    claim: ClaimFacts,
    before: Before,
    *,
    opens_on: date | None = None,
    closes_on: date | None = None,
    share: int | None = None,
) -> Inputs:
    """The record to decide on; without days of its own, the window is the policy's in the year of the application."""
    opens, closes = policy.window_in(claim.applied_on.year)
    return Inputs(claim, before, opens_on or opens, closes_on or closes, share)


def decide(policy: Policy, inputs: Inputs) -> Outcome:
    """What the policy gives, to the fen, with a reason for every step; the same inputs always give the same outcome.

    aid = max(0, min(floor(base * rate), contract cap left, unit-year cap left) - higher-level aid), and never above
    `inputs.share`. A claim that fails a rule is no error: its outcome is not eligible, of nought, and names every rule
    that it fails.
    """
    outcome = _decided(policy, inputs)
    return outcome if inputs.share is None else shared(outcome, inputs.share)


def shared(outcome: Outcome, share: int) -> Outcome:
    """The same decision when the year's budget leaves only `share` fen for it (see `sharing.share_out`)."""
    if share >= outcome.amount:
        return outcome
    return replace(
        outcome,
        amount=share,
        reasons=(*outcome.reasons, share_reason(outcome.amount, share)),
        unshared=outcome.amount,
    )


def share_reason(amount: int, share: int) -> Reason:
    """The line that says what the budget left of an amount, both in fen."""
    return Reason(ReasonCode.BUDGET_SHARE, f"年度预算不足，按比例分配：{spoken(amount)}核减为 {spoken(share)}")


def replay(policy: Policy, stored: Mapping[str, Any]) -> Outcome:
    """Decide again from what `Inputs.to_json` gave; must equal the stored outcome. Invalid when it is damaged."""
    return decide(policy, Inputs.from_json(stored))


def _decided(policy: Policy, inputs: Inputs) -> Outcome:
    contract, before = inputs.claim.contract, inputs.before
    payments = standing(inputs)
    refused = refusals(policy, inputs, payments)
    counting, left_out = counted(policy, inputs, payments)
    if refused:
        return _refused(policy, inputs, [*refused, *left_out])
    if len(payments) > len(contract.payments):
        known = spoken(sum(one.amount for one in before.payments))
        left_out.insert(0, Reason(ReasonCode.CARRIED_PAYMENTS, f"此前已计入的付款 {known}一并计算"))
    paid, how = base_of(contract, counting)
    if not paid:
        none = Reason(ReasonCode.NO_COUNTED_PAYMENT, "没有可以计入的付款")
        return _refused(policy, inputs, [*left_out, none])
    if paid <= before.used_base:
        text = f"已付技术交易额 {spoken(paid)}，此前已计 {spoken(before.used_base)}，没有新的付款"
        return _refused(policy, inputs, [*left_out, how, Reason(ReasonCode.NOTHING_NEW, text)])
    found = reckon(policy, inputs, paid=paid)
    return Outcome(
        claim_id=inputs.claim.claim_id,
        eligible=True,
        base=paid - before.used_base,
        amount=found.amount,
        reasons=(*left_out, how, *found.reasons, *to_check(policy, inputs)),
        policy_id=policy.policy_id,
        policy_version=policy.version,
        used_base=found.used_base,
        higher_level_deducted=found.higher_level_deducted,
    )


def _refused(policy: Policy, inputs: Inputs, reasons: list[Reason]) -> Outcome:
    return Outcome(inputs.claim.claim_id, False, 0, 0, tuple(reasons), policy.policy_id, policy.version)
