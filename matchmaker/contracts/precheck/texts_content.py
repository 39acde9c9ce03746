"""What the pre-check says of parties and of what the contract is about, in Chinese and English."""

from matchmaker.contracts.precheck.shapes import Wording
from matchmaker.contracts.rules import Severity

R, M, N = Severity.REFUSE, Severity.MEND, Severity.NOTE

CONTENT_TEXTS: dict[str, Wording] = {
    # parties
    "no_seller": Wording(
        R, "没有卖方", "There is no seller", "填写卖方（研究开发人、让与人、许可人或受托人）", "Enter the seller"
    ),
    "no_buyer": Wording(R, "没有买方", "There is no buyer", "填写买方（委托人、受让人或被许可人）", "Enter the buyer"),
    "name_differs": Wording(
        R,
        "合同里的“{name}”与登记名称“{register}”不一致",
        "The contract says “{name}”, the register “{register}”",
        "改用登记名称；已更名的，附更名证明",
        "Use the registered name, or attach the proof of a change of name",
    ),
    "seal_unread": Wording(
        M,
        "“{name}”的印章名称未核对",
        "The seal of “{name}” was not compared",
        "填写合同上印章的名称，与单位名称逐字核对；漏盖的补盖",
        "Enter the name on the seal and compare it letter by letter; have a missing seal put on",
    ),
    "seal_differs": Wording(
        R,
        "“{name}”盖的是“{seal}”的印章",
        "“{name}” is sealed by “{seal}”",
        "由合同当事人重新盖章，印章名称与单位名称一致",
        "Have the party itself seal the contract, under the same name",
    ),
    "code_missing": Wording(
        M,
        "“{name}”没有统一社会信用代码",
        "“{name}” has no unified social credit code",
        "填写 18 位代码；自然人当事人附身份证明",
        "Enter the 18 characters; for a person attach the proof of identity",
    ),
    "code_wrong": Wording(
        R,
        "“{name}”的统一社会信用代码 {code} 不成立",
        "The code {code} of “{name}” cannot be right",
        "按营业执照或法人证书逐位核对",
        "Compare it with the licence, character by character",
    ),
    "nature_missing": Wording(
        M,
        "“{name}”没有填写单位性质，登记表要用",
        "The nature of “{name}” is missing; the registration form asks for it",
        "选择单位性质",
        "Choose its nature",
    ),
    "division_missing": Wording(
        M,
        "“{name}”没有填写行政区划代码，登记表要用",
        "The division code of “{name}” is missing; the registration form asks for it",
        "填写六位行政区划代码，南海区为 440605",
        "Enter the six digits; Nanhai is 440605",
    ),
    "identity_missing": Wording(
        N,
        "“{name}”没有在本平台登记，也没有身份证明",
        "“{name}” is not registered here, and no proof of identity is attached",
        "附营业执照或法人证书的扫描件",
        "Attach a scan of its licence",
    ),
    "role_terms": Wording(
        M,
        "文中的“{words}”是{other}合同的称谓，与{kind}不符",
        "“{words}” are words of a {other_en} contract, not of {kind_en}",
        "当事人改称{right}，或改正合同类别",
        "Name the parties as such a contract does ({right}), or correct the kind",
    ),
    # what it is about
    "object_unclear": Wording(
        R,
        "标的不明确",
        "The object is not clear",
        "写明是什么技术、达到什么目的、交付什么，二十字以上",
        "Say which technology, for what, and what is handed over, in twenty characters or more",
    ),
    "not_technology": Wording(
        R,
        "内容像{matter}，不是技术合同：{words}",
        "This reads like {matter_en}, not like a technology contract: {words}",
        "属于混合合同的，把技术部分单独写明并单独计价；否则不要提交",
        "If only a part is technology, set it and its price apart; otherwise do not file it",
    ),
    "also_contains": Wording(
        N,
        "除技术外还提到{matter}：{words}",
        "Besides technology it speaks of {matter_en}: {words}",
        "相应费用从技术交易额中扣除",
        "Deduct what that costs from the technology amount",
    ),
    "title_contradicts": Wording(
        R,
        "名称写的是{title_kind}，登记的类别是{kind}",
        "The title speaks of {title_kind_en}, the kind is {kind_en}",
        "更正名称或类别，使两者一致。{kind}的判断标准：{test}",
        "Correct the title or the kind. What decides: {test_en}",
    ),
    "content_differs": Wording(
        M,
        "内容更像{other}（{words}），登记的类别是{kind}",
        "The content reads like {other_en} ({words}), the kind is {kind_en}",
        "请核对类别。{other}的判断标准：{test}",
        "Look at the kind again. What decides for {other_en}: {test_en}",
    ),
    "targets_missing": Wording(
        R,
        "技术开发没有技术指标",
        "A development contract without targets",
        "写明要达到的指标，每项有数值和单位，例如“泄漏率不高于 10 mL/h”",
        "Say what must be reached, each with a number and a unit",
    ),
    "targets_vague": Wording(
        M,
        "技术指标没有量化",
        "The targets are not measured",
        "给指标加上数值和单位，例如“变形量降低 50%”",
        "Give the targets numbers and units, such as “distortion reduced by 50 %”",
    ),
    "acceptance_missing": Wording(
        M,
        "没有约定验收标准和方法",
        "No way of acceptance is agreed",
        "写明由谁、按什么标准、用什么方法验收",
        "Say who accepts it, by which standard and how",
    ),
    "plan_missing": Wording(
        M,
        "没有履行的计划、进度和期限",
        "There is no plan with milestones",
        "写明各阶段的内容和完成时间",
        "Say what is done by when",
    ),
    "secrecy_missing": Wording(
        M,
        "没有保密约定",
        "There is no word on confidentiality",
        "写明保密的内容、人员和期限；不需要保密的也写明",
        "Say what is confidential, for whom and how long, or that nothing is",
    ),
    "ownership_missing": Wording(
        M,
        "没有约定成果归属和收益分配",
        "Ownership of the results and sharing of revenue are not agreed",
        "写明成果归谁、后续改进归谁、收益如何分配",
        "Say who owns results and improvements, and how revenue is shared",
    ),
    "deliverable_missing": Wording(
        M,
        "技术咨询没有写明交付什么报告",
        "A consulting contract without a named deliverable",
        "写明报告的名称，例如“可行性研究报告”",
        "Name the report to be delivered",
    ),
    "monopoly": Wording(
        R,
        "条款“{words}”属于{matter}，可能因非法垄断技术而无效（民法典 850 条）",
        "The clause “{words}” is {matter_en}: it may be void as monopolising technology (Civil Code 850)",
        "删去或改写这一条款",
        "Strike the clause or write it anew",
    ),
}
