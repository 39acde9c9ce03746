"""What the pre-check says of rights, money, days, papers, and other contracts, in Chinese and English."""

from matchmaker.contracts.precheck.shapes import Wording
from matchmaker.contracts.rules import Severity

R, M, N = Severity.REFUSE, Severity.MEND, Severity.NOTE

TERMS_TEXTS: dict[str, Wording] = {
    # rights
    "ip_missing": Wording(
        R,
        "没有写明所涉知识产权",
        "The rights it is about are not named",
        "逐项填写名称、权利人、编号、申请日和有效期；技术秘密写明名称和持有人",
        "Enter name, owner, number, filing date and end of each; of know-how its name and holder",
    ),
    "ip_incomplete": Wording(
        M,
        "知识产权“{name}”缺{missing}（民法典 845 条）",
        "The right “{name}” lacks: {missing_en} (Civil Code 845)",
        "按证书补全",
        "Complete it from the certificate",
    ),
    "ip_expired": Wording(
        R,
        "知识产权“{name}”已于 {day} 到期",
        "The right “{name}” ended on {day}",
        "删去这一项，或附权利仍有效的证明",
        "Strike it, or attach the proof that it still holds",
    ),
    "ip_outlived": Wording(
        M,
        "许可期限晚于“{name}”的有效期（{day}）",
        "The licence outlives the right “{name}”, which ends on {day}",
        "许可期限不得超过权利的有效期",
        "Let the licence end with the right at the latest",
    ),
    "ip_owner": Wording(
        M,
        "“{name}”的权利人是“{owner}”，不是卖方",
        "“{name}” belongs to “{owner}”, not to a seller",
        "附权利人同意转让或许可的证明",
        "Attach the owner's consent to the transfer or licence",
    ),
    "ip_proof_missing": Wording(
        R,
        "没有附知识产权证明",
        "The proof of the rights is not attached",
        "附专利证书、登记证书或受理通知书的扫描件；技术秘密附说明",
        "Attach scans of the certificates; for know-how a statement",
    ),
    "scope_missing": Wording(
        R,
        "没有写明许可的范围",
        "The scope of the licence is not stated",
        "写明许可实施的方式、产品、地域、期限和独占程度",
        "State ways of use, products, territory, term and exclusivity",
    ),
    "scope_territory": Wording(
        M, "没有写明许可的地域", "The territory is not stated", "写明许可在哪里有效", "Say where the licence holds"
    ),
    "scope_term": Wording(
        M, "没有写明许可的期限", "The term of the licence is not stated", "写明起止日期或年限", "Say from when to when"
    ),
    "scope_exclusivity": Wording(
        M,
        "没有写明独占、排他还是普通许可",
        "Exclusive, sole or common: it is not stated",
        "写明独占程度，或选择子类",
        "Say which, or choose the sub-kind",
    ),
    # money
    "price_missing": Wording(
        R,
        "没有价款",
        "There is no price",
        "填写合同成交额；提成支付的填写估计总额",
        "Enter the total, estimated for a royalty",
    ),
    "split_missing": Wording(
        R,
        "没有把技术交易额与成交额分开",
        "The technology amount is not set apart from the total",
        "用金额助手从成交额中扣除设备、材料等费用",
        "Use the amount assistant to deduct equipment, materials and the like",
    ),
    "share_small": Wording(
        N,
        "技术交易额只占成交额的 {share}%",
        "The technology amount is only {share} % of the total",
        "准备说明：为什么这不是一份采购合同",
        "Be ready to say why this is not a purchase",
    ),
    "royalty_missing": Wording(
        R,
        "约定提成支付，但没有提成的基数、比例和期限",
        "A royalty without base, rates and period",
        "填写提成的基数、比例、期限和查账方式",
        "Enter base, rates, period and how the accounts are inspected",
    ),
    "schedule_missing": Wording(
        M,
        "约定分期支付，但没有付款计划",
        "Instalments without a schedule",
        "逐期填写付款条件、日期和金额",
        "Enter each instalment",
    ),
    "schedule_sum": Wording(
        M,
        "付款计划合计 {sum} 元，与成交额 {total} 元不符",
        "The schedule adds up to {sum} yuan, the total is {total} yuan",
        "改正付款计划或成交额",
        "Correct the schedule or the total",
    ),
    "receipt_reused": Wording(
        M,
        "回单号 {number} 也记在另一份合同（{other}）上",
        "The slip {number} stands on another contract as well ({other})",
        "核对付款属于哪份合同，撤回记错的一笔",
        "Find out whose payment it is, and withdraw the wrong one",
    ),
    # days
    "unsigned": Wording(
        R, "没有签订日期", "There is no day of signing", "填写合同上的签订日期", "Enter the day on the contract"
    ),
    "validity_missing": Wording(
        M, "没有写全有效期", "The validity period is not complete", "填写起止日期", "Enter both days"
    ),
    "validity_over": Wording(
        R,
        "合同有效期已于 {day} 届满，届满后不能登记",
        "The contract ended on {day}; it can be registered only while it is valid",
        "双方签订延期协议后再提交",
        "Have both sides extend it first",
    ),
    "validity_ends_soon": Wording(
        N,
        "合同有效期将于 {day} 届满，请尽快提交登记",
        "The contract ends on {day}: file it soon",
        "在届满前提交登记",
        "File it before that day",
    ),
    "not_effective": Wording(
        R, "合同 {day} 才生效", "The contract takes effect on {day} only", "生效后再提交", "File it afterwards"
    ),
    "effective_early": Wording(
        M,
        "生效日期早于签订日期",
        "It takes effect before it was signed",
        "核对两个日期；约定追溯的附说明",
        "Compare the days; explain it if meant",
    ),
    "approval": Wording(
        M,
        "文中写明须经批准或备案：{words}",
        "The text makes it depend on an approval: {words}",
        "附批准文件；未批准的合同尚未生效，不能登记",
        "Attach the approval; without it the contract is not in force",
    ),
    "export": Wording(
        M,
        "卖方在境内、买方在境外，属技术出口",
        "The seller is in China, the buyer abroad: a technology export",
        "核对禁止、限制出口技术目录；附技术出口合同登记证或许可证",
        "Check the catalogue of restricted technologies; attach the export registration or licence",
    ),
    "import": Wording(
        N,
        "卖方在境外，由境内买方申请登记",
        "The sellers are abroad: the domestic buyer files the contract",
        "附技术进口合同登记证",
        "Attach the registration of the technology import",
    ),
    # papers
    "text_missing": Wording(
        R,
        "没有附合同文本",
        "The contract itself is not attached",
        "附签字盖章的完整合同及附件",
        "Attach the whole signed and sealed contract with its annexes",
    ),
    "translation_missing": Wording(
        R,
        "外文合同没有附中文译本",
        "The contract is in a foreign language without a Chinese version",
        "附与原文一致的中文译本",
        "Attach a faithful Chinese version",
    ),
    # other contracts and the parties' ties
    "duplicate": Wording(
        R,
        "与合同 {other} 重复：当事人、日期和金额相同，内容也相同",
        "The same as contract {other}: parties, day, amount and content",
        "一份合同只登记一次；确是两份的，写明各自的标的",
        "A contract is registered once; if there are two, say what each is about",
    ),
    "same_figures": Wording(
        M,
        "与合同 {other} 的当事人、日期和金额相同",
        "Parties, day and amount are those of contract {other}",
        "核对是否同一份合同",
        "Find out whether it is the same contract",
    ),
    "same_text": Wording(
        M,
        "内容与合同 {other} 有 {share}% 相同",
        "{share} % of the content is that of contract {other}",
        "说明两份合同的区别；同一项目不得重复登记",
        "Say how the two differ; one project is not registered twice",
    ),
    "split": Wording(
        M,
        "与合同 {others} 在 90 天内分别签订，合计 {sum} 元，超过{limit}",
        "Together with {others}, signed within 90 days, it comes to {sum} yuan and passes {limit_en}",
        "同一项目拆开签订的，合并为一份；确是不同项目的，附说明",
        "Put one project into one contract; explain it if they are several",
    ),
    "related": Wording(
        N,
        "当事人之间存在关联关系：{ties}",
        "The parties are related: {ties_en}",
        "可以登记，但一般不享受奖补；认定有误的，由专员凭证据排除",
        "It can be registered, but is as a rule not subsidised; an officer clears a mistake with evidence",
    ),
    "related_unsure": Wording(
        M,
        "需要核实是否关联：{ties}",
        "To be verified whether they are related: {ties_en}",
        "提供工商档案或说明，由专员确认或排除",
        "Give the register's extract or a statement; an officer confirms or clears it",
    ),
    "signed_before_match": Wording(
        N,
        "签订日期早于平台对接日期（{day}），可能不符合奖补条件",
        "Signed before the platform brought the parties together ({day}): the subsidy may not apply",
        "核对签订日期",
        "Look at the day of signing again",
    ),
    "fiscal_fund": Wording(
        N,
        "合同款来自财政资金，可能不符合奖补条件",
        "Paid with fiscal money: the subsidy may not apply",
        "核对资金来源",
        "Look at where the money comes from",
    ),
}
