"""Which rules of a policy a claim fails, from its facts alone; every one of them is named, not only the first."""

from matchmaker.contracts.rules import REGISTRATION_NO, ContractKind, PartyRole, RelatedParty
from matchmaker.subsidies.amounts import spoken
from matchmaker.subsidies.facts import Inputs, Payment
from matchmaker.subsidies.policy import Policy
from matchmaker.subsidies.reasons import Reason, ReasonCode

ROLES = {PartyRole.BUYER: "买方", PartyRole.SELLER: "卖方", PartyRole.INTERMEDIARY: "中介方"}
KINDS = {
    ContractKind.DEV: "技术开发",
    ContractKind.TRF: "技术转让",
    ContractKind.LIC: "技术许可",
    ContractKind.CON: "技术咨询",
    ContractKind.SVC: "技术服务",
}
_RELATED = {RelatedParty.DECLARED: "双方已申报", RelatedParty.DETECTED: "核查发现"}
_CREDIT = Reason(ReasonCode.CREDIT_TO_CHECK, "有无严重失信未载明，由审核人员核查")
_MANDATE = Reason(ReasonCode.MANDATE_TO_CHECK, "有无有偿中介委托未载明，由审核人员核查")


def refusals(policy: Policy, inputs: Inputs, payments: tuple[Payment, ...]) -> list[Reason]:
    """The rules that fail; `payments` are all that stand, counted or not. An empty list is an eligible claim."""
    found: list[Reason] = []
    _application(policy, inputs, found)
    _applicant(policy, inputs, found)
    _registration(policy, inputs, found)
    _contract(policy, inputs, found)
    _amounts(policy, inputs, payments, found)
    return found


def to_check(policy: Policy, inputs: Inputs) -> list[Reason]:
    """What the facts leave open, so that people look at it; it changes no amount."""
    claim, found = inputs.claim, []
    number = claim.contract.registration_no
    if number and not REGISTRATION_NO.match(number):
        text = "登记编号不是 14 位或 16 位数字，须对照登记证明核对"
        found.append(Reason(ReasonCode.UNUSUAL_REGISTRATION_NO, text))
    if claim.role is PartyRole.INTERMEDIARY and claim.applicant.paid_mandate is None and _needs_mandate(policy):
        found.append(_MANDATE)
    if policy.eligibility.credit and claim.applicant.seriously_dishonest is None:
        found.append(_CREDIT)
    return found


def _application(policy: Policy, inputs: Inputs, found: list[Reason]) -> None:
    day, code = inputs.claim.applied_on, ReasonCode
    if day < policy.valid_from or (policy.valid_to is not None and day > policy.valid_to):
        until = f"至 {policy.valid_to}" if policy.valid_to else "起"
        found.append(Reason(code.POLICY_NOT_IN_FORCE, f"政策自 {policy.valid_from} {until}施行，申请日 {day} 不在其内"))
    if not inputs.opens_on <= day <= inputs.closes_on:
        found.append(Reason(code.OUTSIDE_WINDOW, f"申请日 {day} 不在申报期 {inputs.opens_on} 至 {inputs.closes_on} 内"))


def _applicant(policy: Policy, inputs: Inputs, found: list[Reason]) -> None:
    claim, code = inputs.claim, ReasonCode
    applicant = claim.applicant
    if claim.role not in policy.enabled:
        found.append(Reason(code.ROLE_NOT_SUPPORTED, f"本政策不扶持{ROLES[claim.role]}"))
    elif (claim.role, claim.contract.kind) not in policy.scales:
        found.append(Reason(code.KIND_NOT_SUPPORTED, f"本政策不扶持{KINDS[claim.contract.kind]}合同"))
    if not applicant.division.startswith(policy.division):
        located = policy.eligibility.applicant_located_in
        found.append(Reason(code.OUTSIDE_DIVISION, f"申请单位所在区划 {applicant.division} 不属于 {located}"))
    if policy.eligibility.credit and applicant.seriously_dishonest:
        found.append(Reason(code.SERIOUS_DISHONESTY, "申请单位有严重失信记录"))
    if claim.role is PartyRole.INTERMEDIARY and applicant.paid_mandate is False and _needs_mandate(policy):
        found.append(Reason(code.NO_PAID_MANDATE, "中介方没有专门的有偿委托"))


def _needs_mandate(policy: Policy) -> bool:
    one = policy.enabled.get(PartyRole.INTERMEDIARY)
    return one is not None and one.needs_paid_mandate


def _registration(policy: Policy, inputs: Inputs, found: list[Reason]) -> None:
    claim, code = inputs.claim, ReasonCode
    contract = claim.contract
    if not policy.eligibility.registered:
        return
    day = contract.registered_on
    if not contract.registration_no or day is None:
        found.append(Reason(code.NOT_REGISTERED, "合同没有认定登记" if day is None else "合同没有登记编号"))
        return
    if day > claim.applied_on:
        found.append(Reason(code.NOT_REGISTERED, f"申请日 {claim.applied_on} 合同尚未登记，登记日为 {day}"))
    if not contract.signed_on <= day <= contract.valid_until:
        valid = f"{contract.signed_on} 至 {contract.valid_until}"
        found.append(Reason(code.REGISTERED_OUTSIDE_VALIDITY, f"登记日 {day} 不在合同有效期 {valid} 内"))
    year = policy.registration_year(claim.applied_on.year)
    # A contract that was granted in its own year may claim later payments in later years.
    if year is not None and day.year != year and not inputs.before.claimed:
        found.append(Reason(code.REGISTRATION_NOT_IN_YEAR, f"合同须在 {year} 年登记，登记日为 {day}"))


def _contract(policy: Policy, inputs: Inputs, found: list[Reason]) -> None:
    contract, asked, code = inputs.claim.contract, policy.eligibility, ReasonCode
    if asked.via_platform:
        if contract.matched_on is None:
            found.append(Reason(code.NOT_VIA_PLATFORM, "没有平台对接记录"))
        elif contract.matched_on > contract.signed_on:
            days = f"{contract.matched_on} 晚于签订日 {contract.signed_on}"
            found.append(Reason(code.MATCHED_AFTER_SIGNING, f"平台对接日 {days}"))
    if asked.related_party == "exclude" and contract.related_party in _RELATED:
        found.append(Reason(code.RELATED_PARTY, f"合同各方有关联关系（{_RELATED[contract.related_party]}），不予扶持"))
    if asked.fiscal_fund_project == "exclude" and contract.fiscal_fund:
        found.append(Reason(code.FISCAL_FUND, "属于财政资金项目，不予扶持"))


def _amounts(policy: Policy, inputs: Inputs, payments: tuple[Payment, ...], found: list[Reason]) -> None:
    claim, code = inputs.claim, ReasonCode
    total, technology = claim.contract.total_amount, claim.contract.technology_amount
    if not 0 < technology <= total:
        parts = f"技术交易额 {spoken(technology)}，合同成交额 {spoken(total)}"
        found.append(Reason(code.AMOUNTS_CONTRADICT, f"{parts}：技术交易额须大于零且不超过成交额"))
    paid = 0
    for one in payments:
        paid += one.amount
        if one.technology_amount is not None and one.technology_amount > one.amount:
            found.append(Reason(code.AMOUNTS_CONTRADICT, f"{one.paid_on} 付款的技术部分大于付款额"))
    if paid > total:
        found.append(
            Reason(code.PAID_ABOVE_TOTAL, f"已付 {spoken(paid)}超过合同成交额 {spoken(total)}，须先办理变更登记")
        )
    if technology < (floor := policy.floors.get(claim.role, 0)):
        found.append(Reason(code.BELOW_FLOOR, f"技术交易额 {spoken(technology)}低于起点 {spoken(floor)}"))
    if inputs.before.claimed and not policy.multi_year:
        found.append(Reason(code.ALREADY_CLAIMED, "本合同已经扶持过，本政策一份合同只扶持一次"))
    if policy.stacking.higher_level_aid == "exclude" and claim.higher_level_aid:
        found.append(
            Reason(code.HIGHER_LEVEL_AIDED, f"同一事项已获上级扶持 {spoken(claim.higher_level_aid)}，不再扶持")
        )
