"""What the contract forms say of each thing that is refused, under the dotted name of its field."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from matchmaker.core.errors import Conflict, Fault, Invalid
from matchmaker.exchange.messages import in_chinese, in_english
from matchmaker.web.forms import in_words
from matchmaker.web.language import _, language

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], data: dict[str, Any], *, under: str = "") -> Model:
    """The data as the schema says. Invalid names every field by its dotted name, below `under` when that is given."""
    try:
        return model.model_validate(data)
    except ValidationError as refused:
        raise Invalid([_fault(error, under) for error in refused.errors(include_url=False)]) from None


def in_page_words(faults: Iterable[Fault]) -> list[Fault]:
    """What the feature complains of, as the page says it."""
    return in_words(faults, _known())


def conflict_in_words(error: Conflict) -> str:
    """Why something cannot be done as things stand."""
    known = {
        "not verified yet": _("单位通过核验后才能登记和签约，请先在“我的单位”提交核验。"),
        "an order of goods": _("货物订单不是技术合同。"),
        "this deal has ended": _("这笔交易已终止，请先恢复交易。"),
        "nothing is paid on a draft": _("草稿阶段不能登记收付，请先标记为已签约。"),
        "this paper is there already": _("这份票据已经有了；要更换请撤回后重新登记。"),
        "more would have come back": _("撤回后退款会超过收付金额，请先撤回退款。"),
        "more would be paid": _("撤回后收付会超过成交额，请先撤回一笔付款。"),
        "nothing says that": _("没有需要排除的关联关系。"),
        "only money that came back": _("合同已注销或登记已撤销，只能登记退款。"),
        "payment was withdrawn": _("这笔收付已经撤回过。"),
    }
    said = next((text for start, text in known.items() if str(error).startswith(start)), None)
    return said or _("状态没有更新：这份合同刚被别人改过，或已不在这个状态。请再看一遍。")


def _fault(error: Any, under: str) -> Fault:
    field = ".".join(str(part) for part in error["loc"])
    raw = error["input"]
    blank = error["type"] == "missing" or (error["type"] in ("string_too_short", "too_short") and not raw)
    if blank:
        message = _("请填写这一项。")
    else:
        message = _own_words(error) or (in_chinese(error, on_page=True) if language() == "zh" else in_english(error))
    return Fault(f"{under}{field}", message, str(raw)[:80])


def _own_words(error: Any) -> str | None:
    """What this page says of one of the contracts' own checks; None for checks that other forms know as well."""
    said = str(error["msg"]).removeprefix("Value error, ")
    return next((text for start, text in _known().items() if said.startswith(start)), None)


def _known() -> dict[str, str]:
    return _amounts() | _record() | _steps() | _papers()


def _amounts() -> dict[str, str]:
    return {
        "not an amount": _("请填写金额，例如 1,200,000.00，或选择万元填 120。"),
        "amount out of range": _("金额应在 0.01 元到 1000 亿元之间，请核对单位。"),
        "amount finer than": _("金额最多两位小数（精确到分）。"),
        "not a percentage": _("请填写百分比，例如 2.5。"),
        "percentage out of range": _("百分比应大于 0、不超过 100。"),
        "percentage finer than": _("百分比最多两位小数。"),
        "the technology amount is a part": _("填了技术交易额，也请填写合同成交额。"),
        "the technology amount exceeds": _("技术交易额不能大于合同成交额。"),
        "the lines exceed": _("各项费用之和超过了合同成交额。"),
        "nothing of the price is left": _("扣除后没有技术交易额：这样的合同是采购，不能登记为技术合同。"),
        "a lump sum is paid once": _("一次总付只有一期；请只留一行，或把支付方式改为分期支付。"),
        "this payment mode has no royalty": _("所选支付方式没有提成；请清空提成约定，或改选提成支付。"),
        "the ceiling lies below": _("最高金额低于最低金额。"),
        "the schedule's rows exceed": _("付款计划各期之和超过了合同成交额。"),
        "a new schedule has": _("请至少填写一期付款。"),
        "a lump sum has one row": _("一次总付只有一期，请合并为一行。"),
        "the rows must add up": _("付款计划各期之和须等于合同成交额。"),
        "more has been paid than": _("已经收付的金额超过了成交额，不能改为没有提成的支付方式。"),
    }


def _record() -> dict[str, str]:
    return {
        "this sub-kind belongs to another": _("这个子类不属于所选的合同类别。"),
        "this party stands in the list twice": _("这一方出现了两次。"),
        "another party has the same code": _("与另一方的统一社会信用代码相同。"),
        "only an intermediary holds": _("只有中介方才有单独的付费委托。"),
        "a party abroad has no division": _("境外单位没有行政区划代码，请留空。"),
        "the right ends before": _("届满日早于申请日。"),
        "the day lies in the future": _("日期不能晚于今天。"),
        "the contract ends before it begins": _("有效期止早于有效期起。"),
        "the contract ends before it was signed": _("有效期止早于签订日期。"),
        "a code of": _("代码位数不对：国别代码三位，行政区划代码六位。"),
        "a year between": _("年份应在 1985 到 2100 之间。"),
        "unknown chain node": _("请从列出的产业链环节里选。"),
    }


def _steps() -> dict[str, str]:
    return {
        "say why": _("请写明原因，1000 字以内。"),
        "the step before was on": _("日期不能早于上一步的日期。"),
        "the contract was signed on": _("日期不能早于签订日期。"),
        "the contract says it was signed": _("与合同资料里的签订日期不一致，请先核对。"),
        "the day lies before the signing": _("登记日期不能早于签订日期。"),
        "the certificate says total": _("请填写登记证明上的成交额和技术交易额。"),
        "the certificate says this": _("请按登记证明填写。"),
        "attach the scan of the certificate": _("请上传登记证明的扫描件。"),
        "another contract has this number": _("这个登记编号在同一登记机构已属于另一份合同。"),
        "the amount before holds from": _("早于上一次金额的起始日期。"),
        "more has been paid already": _("少于已经收付的金额。"),
        "set the technology amount apart": _("请填写技术交易额，或列出价款构成。"),
        "the lines leave": _("与价款构成算出的技术交易额不一致；请清空这一格，或改正各项费用。"),
        "a contract has a seller and a buyer": _("签约的合同须有买方和卖方。"),
        "a signed contract has this": _("签约的合同须填写这一项。"),
        "a registered contract has this": _("已登记的合同须填写这一项。"),
        "your own organisation must stay": _("本单位须保留为负责登记的一方。"),
        "a registration number has": _("登记编号应为 14 或 16 位数字。"),
    }


def _papers() -> dict[str, str]:
    return {
        "more would come back": _("退款超过了已收付的金额。"),
        "enter the contract's total first": _("请先在合同资料里填写成交额。"),
        "more would be paid than the contract's total": _("累计收付超过了合同成交额；如有变更请先办理变更登记。"),
        "more would be paid than the contract's technology": _("技术部分累计超过了技术交易额。"),
        "the technology part exceeds": _("技术部分不能大于这笔金额。"),
        "attach the bank slip": _("请上传银行回单。"),
        "this slip is counted": _("这个回单号已经登记过。"),
        "a payment of this day and amount": _("同一天、同一金额已经登记过一笔；确是两笔的，请都填写银行回单号。"),
        "this paper comes with": _("这种文件随收付或办理步骤一起上传。"),
        "at most 60 files": _("文件最多 60 个。"),
        "only a shareholder has a share": _("只有股东才填持股比例。"),
        "the tie ends before": _("截止日期早于起始日期。"),
        "this tie stands in the list twice": _("这一项出现了两次。"),
        "this is on record": _("这一项已有登记；如需更正请联系专员。"),
        "somebody else is entering": _("别人正在登记同一项，请再试一次。"),
        "the file is empty": _("文件是空的。"),
        "the file is larger": _("文件超过 10 MB。"),
        "only PDF": _("只接受 PDF、PNG、JPEG 和不含宏的 Office 文件。"),
    }
