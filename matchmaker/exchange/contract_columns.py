"""The columns of a file of technology contracts, as offices keep their ledgers: one row, one contract."""

from matchmaker.exchange.column import EXAMPLE, Cell, Column

_AS_TEXT = "整列须为“文本”格式"
_MONEY_NOTE = "单位：元，如 2400000；表头写成“（万元）”或单元格写“240万元”也可以。"
_EXAMPLES = {"seller": "佛山市南海区示例研究院", "buyer": "佛山市南海区示例阀门有限公司"}
_DATE_NOTE = "写成 2026-03-01。"


# What there is of each party: the field's end, the header's, how it is read, the note, the width, the coded values.
_OF_A_PARTY = (
    ("name", "名称", Cell.TEXT, "营业执照或法人证书上的全称。", 34, ""),
    ("uscc", "统一社会信用代码", Cell.CODE, f"填了就与平台上登记的单位对应。{_AS_TEXT}。", 24, ""),
    ("nature", "性质", Cell.TERM, "从下拉列表选择，也可填三位代码。", 16, "party_nature"),
    ("country", "国别代码", Cell.CODE, "三位代码；空白为 156（中国）。", 12, ""),
    ("division", "行政区划代码", Cell.CODE, "六位代码，南海区为 440605。", 14, ""),
)
# How else headers end.
_ENDS = {
    "name": ("", "名称", "单位", "单位名称"),
    "uscc": ("统一社会信用代码", "信用代码", "代码"),
    "nature": ("性质", "性质代码", "类型"),
    "country": ("国别代码", "国别"),
    "division": ("行政区划代码", "区划代码"),
}


def _party(who: str, *calls: str) -> tuple[Column, ...]:
    """The columns of one party; `calls` are what ledgers call it, ours first."""
    return tuple(
        Column(
            f"{who}_{part}",
            f"{calls[0]}{end}",
            cell,
            note,
            synonyms=tuple(
                f"{call}{other}" for call in calls for other in _ENDS[part] if call + other != calls[0] + end
            ),
            required=part == "name" and who != "intermediary",
            terms=coded,
            width=width,
            example=_EXAMPLES.get(who, "") if part == "name" else "",
        )
        for part, end, cell, note, width, coded in _OF_A_PARTY
    )


CONTRACTS = (
    Column(
        "source_ref",
        "台账编号",
        Cell.CODE,
        "本台账自己的编号。再次导入同一编号会更新原来那条；留空则按登记编号，或按卖方、买方、项目名称和签订日期识别。",
        width=18,
        example=f"{EXAMPLE} 2025-001",
        synonyms=("台账号", "内部编号", "source_ref", "ref"),
    ),
    Column(
        "registration_no",
        "合同登记编号",
        Cell.CODE,
        f"14 或 16 位数字。{_AS_TEXT}：Excel 只能存 15 位数字，16 位编号的末位会变成 0。",
        width=22,
        synonyms=("登记编号", "登记号", "认定登记编号", "技术合同登记编号", "合同登记号", "registration_no"),
    ),
    Column(
        "title",
        "项目名称",
        Cell.TEXT,
        "合同或项目的全称，4 至 200 字。",
        required=True,
        width=40,
        example="高压氢气瓶口阀密封结构委托开发",
        synonyms=("合同名称", "合同项目名称", "技术合同名称", "名称", "title"),
    ),
    Column(
        "kind",
        "合同类别",
        Cell.TERM,
        "从下拉列表选择。",
        required=True,
        terms="contract_kind",
        example="技术开发",
        synonyms=("合同类型", "技术合同类别", "技术合同类型", "类别", "kind"),
    ),
    Column(
        "sub_kind",
        "合同子类",
        Cell.TERM,
        "从下拉列表选择，须属于所选类别。",
        terms="sub_kind",
        width=20,
        example="委托开发",
        synonyms=("子类", "合同小类", "sub_kind"),
    ),
    Column(
        "own_number",
        "合同编号",
        Cell.CODE,
        f"合同文本上的编号。{_AS_TEXT}。",
        width=18,
        synonyms=("合同号", "own_number"),
    ),
    *_party("seller", "卖方", "技术卖方", "让与方", "受托方", "乙方"),
    *_party("buyer", "买方", "技术买方", "受让方", "委托方", "甲方"),
    *_party("intermediary", "中介方", "技术中介方"),
    Column(
        "total",
        "合同成交额",
        Cell.MONEY,
        _MONEY_NOTE,
        width=18,
        example="2400000",
        synonyms=("合同金额", "成交额", "合同总额", "合同成交总额", "合同交易总额", "total"),
    ),
    Column(
        "technology",
        "技术交易额",
        Cell.MONEY,
        _MONEY_NOTE + "不能大于合同成交额。",
        width=18,
        example="1980500",
        synonyms=("技术交易金额", "核定技术交易额", "认定技术交易额", "technology"),
    ),
    Column(
        "payment_mode",
        "支付方式",
        Cell.TERM,
        "从下拉列表选择；空白为一次总付。",
        terms="payment_mode",
        synonyms=("付款方式", "payment_mode"),
    ),
    Column(
        "signed_on",
        "签订日期",
        Cell.DATE,
        _DATE_NOTE,
        example="2025-03-01",
        synonyms=("合同签订日期", "签约日期", "签订时间", "signed_on"),
    ),
    Column(
        "valid_from",
        "有效期起",
        Cell.DATE,
        _DATE_NOTE,
        example="2025-03-01",
        synonyms=("生效日期", "合同起始日期", "履行起始日期", "开始日期", "valid_from"),
    ),
    Column(
        "valid_until",
        "有效期止",
        Cell.DATE,
        _DATE_NOTE,
        example="2026-12-31",
        synonyms=("截止日期", "合同截止日期", "履行截止日期", "结束日期", "有效期至", "valid_until"),
    ),
    Column(
        "validity",
        "合同有效期",
        Cell.PERIOD,
        "起止写在一格时用这一列，如 2025-03-01 至 2026-12-31；已分两列的不用填。",
        width=26,
        synonyms=("有效期", "履行期限", "合同期限", "起止日期"),
    ),
    Column(
        "registered_on",
        "登记日期",
        Cell.DATE,
        "有登记编号时必填。",
        example="2025-03-20",
        synonyms=("认定登记日期", "登记时间", "认定日期", "registered_on"),
    ),
    Column(
        "registrar",
        "登记机构",
        Cell.TEXT,
        "有登记编号时填写，编号在同一登记机构内不能重复。",
        width=30,
        example="佛山市技术合同认定登记站",
        synonyms=("登记点", "登记站", "认定登记机构", "合同登记机构", "registrar"),
    ),
    Column(
        "state",
        "登记状态",
        Cell.TERM,
        "从下拉列表选择；空白：有登记编号为已登记，没有为已签约。",
        terms="contract_state",
        synonyms=("合同状态", "状态", "state"),
    ),
    Column(
        "field",
        "技术领域",
        Cell.TERM,
        "从下拉列表选择。",
        terms="field",
        width=20,
        example="新能源与高效节能",
        synonyms=("所属技术领域", "领域", "field"),
    ),
    Column(
        "node",
        "产业链环节",
        Cell.NODES,
        "一个环节的编号或中文名称。",
        width=26,
        example="HYD-09 高压阀",
        synonyms=("环节", "产业链节点", "node"),
    ),
    Column(
        "fiscal_fund",
        "使用财政资金",
        Cell.YES_NO,
        "是或否；空白为否。",
        width=12,
        synonyms=("财政资金", "是否财政资金", "是否使用财政资金", "fiscal_fund"),
    ),
    Column(
        "object",
        "标的内容",
        Cell.TEXT,
        "不超过 4000 字。",
        width=50,
        synonyms=("主要内容", "合同内容", "标的", "技术内容", "object"),
    ),
    Column("", "序号", Cell.IGNORED, synonyms=("编号顺序", "No.", "#")),
    # The ledger's own export has these as well; they follow from the others.
    Column(
        "", "备注", Cell.IGNORED, synonyms=("说明", "note", "卖方镇街", "买方镇街", "产业链", "已付金额", "关联关系")
    ),
)
