"""What notices say of subsidy claims, in Chinese and English."""

SUBSIDY_TEXTS = {
    "subsidy.found": (
        "合同“%(contract)s”预计可获奖补 %(amount)s，材料已备好，请在 %(closes)s 前确认",
        "Contract “%(contract)s” should get about %(amount)s; the file is ready, please confirm by %(closes)s",
    ),
    "subsidy.unconfirmed": (
        "还剩 %(days)s 天：请在 %(closes)s 前确认合同“%(contract)s”的奖补申请",
        "%(days)s days left: please confirm the claim for contract “%(contract)s” by %(closes)s",
    ),
    "subsidy.lapsed": (
        "申报已截止，合同“%(contract)s”的奖补未确认，本次不再受理",
        "The window has closed; the claim for contract “%(contract)s” was not confirmed",
    ),
    "subsidy.applied": (
        "%(organisation)s提交了合同“%(contract)s”的奖补申请，等待预审",
        "%(organisation)s claims for contract “%(contract)s”; it waits for the pre-check",
    ),
    "subsidy.returned": (
        "合同“%(contract)s”的奖补申请被退回补正：%(reason)s",
        "The claim for contract “%(contract)s” was sent back: %(reason)s",
    ),
    "subsidy.refused": (
        "合同“%(contract)s”的奖补申请未通过：%(reason)s。可在 %(days)s 日内申诉",
        "The claim for contract “%(contract)s” was refused: %(reason)s. You may appeal within %(days)s days",
    ),
    "subsidy.withdrawn": (
        "%(organisation)s撤回了合同“%(contract)s”的奖补申请：%(reason)s",
        "%(organisation)s withdrew the claim for contract “%(contract)s”: %(reason)s",
    ),
    "subsidy.notice": (
        "合同“%(contract)s”拟给予奖补 %(amount)s，公示至 %(until)s",
        "%(amount)s are proposed for contract “%(contract)s”; public notice until %(until)s",
    ),
    "subsidy.approved": (
        "合同“%(contract)s”的奖补已核准：%(amount)s",
        "%(amount)s were approved for contract “%(contract)s”",
    ),
    "subsidy.paid": (
        "合同“%(contract)s”的奖补 %(paid)s已于 %(day)s 拨付",
        "%(paid)s for contract “%(contract)s” were paid on %(day)s",
    ),
    "subsidy.payment_reversed": (
        "合同“%(contract)s”的奖补拨付已更正：%(reason)s",
        "The payment for contract “%(contract)s” was corrected: %(reason)s",
    ),
    "subsidy.objection": (
        "有人对%(organisation)s的公示提出异议，请答复",
        "Somebody objects to the notice of %(organisation)s; please answer",
    ),
    "subsidy.objection_settled": (
        "对合同“%(contract)s”公示的异议已处理：%(answer)s",
        "An objection to the notice of contract “%(contract)s” was settled: %(answer)s",
    ),
    "subsidy.appealed": (
        "%(organisation)s对合同“%(contract)s”的奖补结果提出申诉",
        "%(organisation)s appeals the refusal for contract “%(contract)s”",
    ),
    "subsidy.appeal_answered": (
        "您对合同“%(contract)s”的申诉已答复：%(answer)s",
        "Your appeal for contract “%(contract)s” was answered: %(answer)s",
    ),
    "subsidy.claw_back_due": (
        "%(organisation)s的合同“%(contract)s”应收回奖补 %(back)s，请受理",
        "%(back)s are to be taken back from %(organisation)s for contract “%(contract)s”; please take it up",
    ),
    "subsidy.claw_back_proposed": (
        "拟收回%(organisation)s的奖补 %(back)s，等待另一位专员决定",
        "%(back)s are proposed to be taken back from %(organisation)s; another officer decides",
    ),
    "subsidy.clawed_back": (
        "合同“%(contract)s”的奖补须退回 %(back)s：%(reason)s",
        "%(back)s for contract “%(contract)s” must be paid back: %(reason)s",
    ),
    "subsidy.cancelled": (
        "合同“%(contract)s”已核准未拨付的奖补取消 %(back)s：%(reason)s",
        "%(back)s approved for contract “%(contract)s” will not be paid: %(reason)s",
    ),
    "subsidy.recovered": (
        "已收到合同“%(contract)s”退回的奖补 %(back)s",
        "%(back)s paid back for contract “%(contract)s” were received",
    ),
}
