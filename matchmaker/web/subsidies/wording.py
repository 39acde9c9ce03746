"""What the pages of the subsidy say when something does not go through, in words for somebody who did nothing wrong."""

import re
from collections.abc import Iterable

from matchmaker.core.errors import Conflict, Fault, Forbidden
from matchmaker.subsidies.english import in_english
from matchmaker.subsidies.rules import Why
from matchmaker.web.forms import in_words
from matchmaker.web.language import _, language

_LINE = re.compile(r"^line (\d+): (.*)$", re.DOTALL)
_NEAR = re.compile(r"^unknown key; did you mean (.+)\?$")
_BOUND = re.compile(
    r"^Input should be (?:(?P<way>greater|less) than or equal to (?P<limit>[\d.]+)|(?P<choices>'[^,]*'))(?:,|$)"
)
_TWICE = re.compile(r"^said twice, first in line (\d+)")


def why_text(why: Why | None) -> str:
    """Why a button is not there, as somebody would explain it."""
    known = {
        Why.NOT_YOURS: _("这一步不由您办理。"),
        Why.OWN_ORGANISATION: _("您是合同一方的成员，或正在为其代办，须回避，请由另一位专员办理。"),
        Why.SECOND_PERSON: _("前一步由您作出，这一步须由另一位专员办理。"),
        Why.STATE: _("现在的状态不能办这一步。"),
        Why.WINDOW_CLOSED: _("申领窗口没有开放。"),
        Why.WINDOW_OPEN: _("申领窗口还没有截止：预算由截止前的全部申领共用，截止后才能公示。"),
        Why.NOTICE_RUNS: _("公示期未满。"),
        Why.OBJECTIONS_OPEN: _("还有异议没有答复，或异议成立。"),
        Why.NO_BATCH: _("还没有列入拨付批次。"),
        Why.CLAW_BACK_WAITS: _("有一笔追回正在等待确认。"),
        Why.TOO_LATE: _("已经超过期限。"),
    }
    return known[why] if why else ""


def forbidden_text(error: Forbidden) -> str:
    """Why this person may not; that it was tried is on record."""
    known = {
        "belongs to a party": why_text(Why.OWN_ORGANISATION),
        "another officer": why_text(Why.SECOND_PERSON),
        "another person": why_text(Why.SECOND_PERSON),
    }
    why = next((text for part, text in known.items() if part in str(error)), why_text(Why.NOT_YOURS))
    return _("%(why)s这次尝试已记入审计日志。", why=why)


def conflict_text(error: Conflict) -> str:
    """Why it does not go through now, and what to do about it."""
    text = str(error)
    for known in (_about_claims, _about_money, _about_answers):
        said = next((words for part, words in known(text).items() if part in text), "")
        if said:
            return said
    return _("现在不能这样办：它的状态已经变了，请看页面上的最新内容。")


def _about_claims(text: str) -> dict[str, str]:
    why = text.partition(": ")[2]
    why = f"{in_english(why) or why}." if language() == "en" else f"{why}。"
    return {
        "was changed meanwhile": _("您打开页面之后，这笔申领有了变化，没有办理。请看下面的变化，再决定是否继续。"),
        "was used for something else": _("这个页面已经用过，请刷新后重试。"),
        "window has not closed": why_text(Why.WINDOW_OPEN),
        "window is not open": why_text(Why.WINDOW_CLOSED),
        "claims are made from": why_text(Why.WINDOW_CLOSED),
        "is not verified": _("单位还没有通过核验，核验后才能申领。"),
        "for this contract is": _("这份合同在本轮已有申领，请办理原来那一笔。"),
        "public notice has not ended": why_text(Why.NOTICE_RUNS),
        "an objection is not settled": why_text(Why.OBJECTIONS_OPEN),
        "not handed over": why_text(Why.NO_BATCH),
        "is being decided": why_text(Why.CLAW_BACK_WAITS),
        "the time for it has passed": why_text(Why.TOO_LATE),
        "is not complete": _("材料还不齐，请对照材料清单退回补正。"),
        "waits for the town": _("这个政策要先经镇街核查。"),
        "the policy gives nothing": _("按政策没有可以支持的金额：%(why)s请作出不予支持的决定。", why=why),
        "it is not eligible any more": _("核算之后事实有变化，已不符合条件，请退回补正或不予支持。"),
        "the facts changed since": _("核算之后事实有变化，金额会不同，请退回补正，再重新核算。"),
    }


def _about_money(text: str) -> dict[str, str]:
    return {
        "wait to be assessed:": _("预算余额不够拟支持的和还在审核的全部申领，请先办完审核、按比例核定，或追加预算。"),
        "the budget has": _("预算余额不够支付全部拟支持的金额，请先按比例核定，或追加预算。"),
        "are not given or promised yet": _("不能减到已核准和已拨付的金额以下。"),
        "claims can be made until": _("受理期结束后，才能对全部申领按预算核定。"),
        "wait to be assessed first": _("还有申领没有核算完，请先办完。"),
        "typed numbers without a scan": _("有申领的付款只有号码，没有扫描件，也没有核对原件的说明，请先逐笔重新核算。"),
        "no claim of this window is proposed": _("这一轮还没有拟支持的申领。"),
        "these claims cannot be paid now": _(
            "所选申领里有不能拨付的：未核准、已在批次中、合同已失效、正在追回，或核准所依据的事实有变化。"
        ),
        "changed since they were handed over": _("这一批的材料与首次移交时不同，没有导出。请另立一批。"),
        "no account": _("有单位没有收款账户，没有导出。"),
        "a paper is": _("有一份证明材料缺失或已损坏，没有导出。请联系管理员。"),
        "do not add up": _("这一批的金额与合计不符，没有导出。请联系管理员。"),
        "are asked for": _("账户余额不足，没有入账。"),
        "is reversed already": _("这笔分录已经冲正过。"),
        "take back the decision behind it": _("这笔分录来自一项决定，不能单独冲正，请改办相应的追回。"),
        "has been decided about since": _("这笔拨付之后已有其他决定，不能冲正。"),
        "is known with another text": _("同一政策同一版本已经载入过，内容不同；请给新文件换一个版本号。"),
        "has a window in": _("这个政策版本在该年度已经开设过一轮。"),
    }


def _about_answers(text: str) -> dict[str, str]:
    return {
        "waits for its answer": _("已有一份申诉正在复核。"),
        "was answered by": _("已经答复过了。"),
        "was decided by": _("已经作过决定。"),
        "was taken up by": _("已由另一位专员受理。"),
        "has to be taken up": _("须先由一位专员受理。"),
        "was handed over to be paid": _("已移交支付：请先登记拨付，或把它移出批次。"),
        "are left of claim": _("超过了还没有追回的金额。"),
        "stands for the same contract": _("同一合同已有另一笔申领，请办理那一笔。"),
    }


def in_plain_words(faults: Iterable[Fault]) -> list[Fault]:
    """What the verbs find wrong with an input, as the page says it."""
    known = {
        "typed numbers without a scan": _("请补传扫描件，或写明何时何处核对过原件、为什么没有扫描件。"),
        "say why": _("请写明原因。"),
        "write something": _("请先填写内容。"),
        "say how to reach": _("请留下联系方式，否则无法答复。"),
        "at most 30 files": _("附件最多 30 个。"),
        "at most": _("太长了，请精简。"),
        "more than nothing, at most": _("金额须大于零，且不超过还没有追回的部分。"),
        "a key of": _("页面已过期，请刷新后重试。"),
        "a day between the approval": _("拨付日期须在核准日与今天之间。"),
        "not a day to come": _("不能填将来的日期。"),
        "the policy is not in force": _("政策在这一天不生效。"),
        "there is no such policy": _("没有这个政策版本。"),
        "the policy supports other": _("这个政策不支持这种身份。"),
        "choose approved claims": _("请选择本轮已核准的申领。"),
        "the file is empty": _("请选择文件。"),
        "the file is larger": _("文件超过 10 MB。"),
        "only PDF": _("只接受 PDF、PNG、JPEG 和不含宏的 Office 文件。"),
        "one of": _("请选择材料种类。"),
        "say for which": _("请说明为哪一个单位申请。"),
    }
    return in_words([_policy_fault(_form_fault(one)) for one in faults], known)


def _form_fault(fault: Fault) -> Fault:
    """What the schemas of claims and rounds find wrong, beside its field and in the words of the page."""
    if fault.field == "higher_level_aid":
        return Fault(fault.field, _("请填写金额（元），最多两位小数。"), fault.value)
    known = {
        "an account number has": ("bank_account", _("银行账号应为 8 到 32 位数字。")),
        "declared: a claim needs": ("declared", _("须勾选声明才能申领。")),
        "closes_on lies before": ("closes_on", _("截止日期不能早于开始日期。")),
        "must lie in the year": ("opens_on", _("受理期须在同一年度内。")),
    }
    field, said = next((one for part, one in known.items() if part in fault.message), (fault.field, fault.message))
    return Fault(field, said, fault.value)


def _policy_fault(fault: Fault) -> Fault:
    """A fault in a policy's file: which line, which key, and what is wrong there."""
    found = _LINE.match(fault.message)
    if not found:
        return fault
    near, twice = _NEAR.match(found[2]), _TWICE.match(found[2])
    if near:
        said = _("没有这个键，是不是 %(key)s？", key=near[1])
    elif twice:
        said = _("写了两次，前一次在第 %(line)s 行。", line=twice[1])
    else:
        said = _policy_words(found[2], fault.value)
    place = _("第 %(line)s 行 %(key)s：%(said)s", line=found[1], key=fault.field, said=said)
    return Fault(fault.field, place, fault.value)


def _policy_words(message: str, value: str) -> str:
    """What is wrong with one key, and what stands there now; what no table knows is repeated as it was said."""
    known = _policy_keys() | _policy_values()
    said = next((text for start, text in known.items() if message.startswith(start)), None) or _bound(message)
    if said is None:
        return _("写法不对（%(said)s）", said=message)
    return said + (_("现在写的是 %(value)s。", value=value) if value else "")


def _bound(message: str) -> str | None:
    """What a value must be, where only some will do."""
    found = _BOUND.match(message)
    if found is None:
        return None
    named = _("、").join(found["choices"].split(" or ")) if found["choices"] else ""
    least, most = _("不能小于 %(num)s。", num=found["limit"]), _("不能大于 %(num)s。", num=found["limit"])
    return _("只能写 %(choices)s。", choices=named) if named else least if found["way"] == "greater" else most


def _policy_keys() -> dict[str, str]:
    return {
        "missing": _("缺少这个键；不作要求的请写 null。"),
        "unknown key": _("没有这个键。"),
        "no such key": _("政策里没有这个键，假设须写明是关于哪一个键的。"),
        "a key must be": _("键须是一个普通的词。"),
        "say exactly one of": _("rates、rate、tiers 须写其中一个，也只能写一个。"),
        "nested too deeply": _("嵌套的层次太多。"),
        "larger than": _("文件太大。"),
        "not UTF-8": _("文件不是 UTF-8 编码的文本。"),
        "the tag": _("这里不能用 YAML 标签。"),
    }


def _policy_values() -> dict[str, str]:
    return {
        "write a decimal number": _("请写小数，例如 0.05。"),
        "write the number in plain": _("请用普通的十进制数字。"),
        "must be text": _("须是文字；数字请加引号。"),
        "write a day": _("请写日期，例如 2026-03-01。"),
        "no such day": _("没有这一天。"),
        "no day that every year has": _("请写每年都有的月日，例如 '03-31'。"),
        "write true, false": _("请写 true 或 false。"),
        "every tier but the last": _("除最后一档外都要写 up_to，最后一档不写。"),
        "the tiers must rise": _("各档的 up_to 须逐档升高。"),
        "opens after it closes": _("受理期须在同一年度内，开始在前，截止在后。"),
        "valid_to lies before": _("失效日期早于生效日期。"),
    }
