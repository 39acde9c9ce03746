"""The columns of each kind of file: what they are called, what their cells mean, what the template says about them."""

from enum import StrEnum
from functools import cache

from matchmaker.exchange.column import EXAMPLE, Cell, Column, fold, fold_header
from matchmaker.exchange.contract_columns import CONTRACTS

__all__ = ["EXAMPLE", "Cell", "Column", "Kind", "by_spelling", "columns", "fold", "fold_header"]


class Kind(StrEnum):
    """What one row of the file is."""

    ORGANISATIONS = "organisations"
    LISTINGS = "listings"
    CONTRACTS = "contracts"


_EXAMPLE_CODE = f"{EXAMPLE} 91440605MA00000000"
_USCC_NOTE = "18 位代码。整列须为“文本”格式，否则 Excel 会把数字改成 9.14E+17。"
_DATE_NOTE = "写成 2026-03-01；空白表示不限。"
_MANY = "多个值用顿号隔开；也可填代码。"
_PRICE_NOTE = "单位：万元，只填数字；面议则留空或写“面议”。"
_NUMBERING = Column("", "序号", Cell.IGNORED, synonyms=("编号顺序", "No.", "#"))

ORGANISATIONS = (
    Column(
        "uscc",
        "统一社会信用代码",
        Cell.CODE,
        _USCC_NOTE,
        required=True,
        width=26,
        example=_EXAMPLE_CODE,
        synonyms=("信用代码", "社会信用代码", "机构代码", "单位代码", "code"),
    ),
    Column(
        "name",
        "单位名称",
        Cell.TEXT,
        "营业执照上的全称。",
        required=True,
        width=36,
        example="佛山市南海区示例阀门有限公司",
        synonyms=("名称", "企业名称", "机构名称", "公司名称", "organisation", "organization"),
    ),
    Column(
        "kind",
        "单位类型",
        Cell.TERM,
        "从下拉列表选择。",
        required=True,
        terms="organisation_kind",
        example="企业",
        synonyms=("类型", "机构类型", "类别", "type"),
    ),
    Column(
        "town",
        "镇街",
        Cell.TOWN,
        "从下拉列表选择。",
        required=True,
        example="丹灶镇",
        synonyms=("所属镇街", "所在镇街", "所属区域", "镇", "街道"),
    ),
    Column(
        "scale",
        "企业规模",
        Cell.TERM,
        "从下拉列表选择；非企业留空。",
        terms="scale",
        example="中型",
        synonyms=("规模", "size"),
    ),
    Column(
        "chain_nodes",
        "产业链环节",
        Cell.NODES,
        f"填环节编号或中文名称。{_MANY}",
        width=30,
        example="HYD-09 高压阀、HYD-10",
        synonyms=("产业链节点", "产业链", "环节", "节点", "chain node", "nodes"),
    ),
    Column(
        "titles",
        "资质称号",
        Cell.TITLES,
        "称号|证书编号|起始日|截止日；多项用分号隔开，没有的部分留空。",
        width=44,
        example="高新技术企业|GR2025DEMO0001|2025-12-01|2028-11-30",
        synonyms=("称号", "资质", "企业资质", "荣誉资质", "认定资质"),
    ),
    Column(
        "intro",
        "单位简介",
        Cell.TEXT,
        "不超过 2000 字。",
        width=50,
        example="主营高压阀门，有加工中心十二台。",
        synonyms=("简介", "企业简介", "机构简介", "introduction"),
    ),
    _NUMBERING,
)

LISTINGS = (
    Column(
        "organisation",
        "统一社会信用代码",
        Cell.CODE,
        f"发布单位，须已登记。{_USCC_NOTE}",
        required=True,
        width=26,
        example=_EXAMPLE_CODE,
        synonyms=("信用代码", "社会信用代码", "单位代码", "发布单位代码", "uscc"),
    ),
    Column(
        "ref",
        "编号",
        Cell.CODE,
        "本单位自己的编号。再次导入同一编号会更新原来那条；留空则按单位、供需类型和标题识别。",
        example="2026-001",
        synonyms=("供需编号", "信息编号", "reference"),
    ),
    Column(
        "side",
        "供需类型",
        Cell.TERM,
        "从下拉列表选择。",
        required=True,
        terms="side",
        width=12,
        example="供给",
        synonyms=("供需", "供给/需求", "供需方向", "方向"),
    ),
    Column(
        "form",
        "形式",
        Cell.TERM,
        "从下拉列表选择。",
        required=True,
        terms="form",
        width=12,
        example="产品",
        synonyms=("供需形式", "内容形式", "类别"),
    ),
    Column(
        "title",
        "标题",
        Cell.TEXT,
        "4 至 120 字。",
        required=True,
        width=36,
        example="70MPa 车载减压阀",
        synonyms=("名称", "供需标题", "信息标题"),
    ),
    Column(
        "summary",
        "简介",
        Cell.TEXT,
        "不超过 500 字。",
        width=40,
        example="车载供氢系统用减压阀，可小批供样。",
        synonyms=("摘要",),
    ),
    Column(
        "detail",
        "详情",
        Cell.TEXT,
        "不超过 8000 字，参与匹配。",
        required=True,
        width=60,
        example="进口压力 70MPa，出口 1.2MPa，泄漏率低于每小时 10 毫升。",
        synonyms=("详细说明", "详细描述", "描述", "内容", "description"),
    ),
    Column(
        "requirement",
        "技术指标",
        Cell.TEXT,
        "技术指标、拟解决的难题、现有基础；不超过 4000 字。",
        width=40,
        synonyms=("要求", "技术要求", "技术指标与要求", "拟解决的技术难题", "requirements"),
    ),
    Column(
        "chain_nodes",
        "产业链环节",
        Cell.NODES,
        f"1 至 5 个，填环节编号或中文名称。{_MANY}",
        required=True,
        width=30,
        example="HYD-09 高压阀",
        synonyms=("产业链节点", "产业链", "环节", "节点", "chain node", "nodes"),
    ),
    Column(
        "fields",
        "技术领域",
        Cell.TERMS,
        f"最多 3 个。{_MANY}",
        terms="field",
        width=24,
        example="新能源与高效节能",
        synonyms=("所属领域", "高新技术领域", "领域", "field"),
    ),
    Column(
        "cooperation",
        "合作方式",
        Cell.TERMS,
        f"最多 3 个。{_MANY}",
        terms="cooperation",
        width=24,
        example="产品采购、合作开发",
        synonyms=("拟采取的转化方式", "转化方式"),
    ),
    Column(
        "maturity",
        "成熟度",
        Cell.TERM,
        "从下拉列表选择。",
        terms="maturity",
        example="可以量产",
        synonyms=("所处阶段", "技术成熟度"),
    ),
    Column(
        "trl", "技术就绪度", Cell.WHOLE, "1 至 9 的整数。", width=12, example="8", synonyms=("技术就绪水平", "TRL等级")
    ),
    Column("ip_type", "知识产权类型", Cell.TERM, "从下拉列表选择。", terms="ip_type", synonyms=("专利类型",)),
    Column("ip_status", "知识产权状态", Cell.TERM, "从下拉列表选择。", terms="ip_status", synonyms=("专利状态",)),
    Column(
        "ip_no",
        "专利号",
        Cell.CODE,
        "整列须为“文本”格式。",
        width=22,
        synonyms=("知识产权号", "登记号", "知识产权编号"),
    ),
    Column(
        "price_low",
        "价格下限（万元）",
        Cell.PRICE,
        _PRICE_NOTE,
        example="0.8",
        synonyms=("最低价格", "价格最低", "意向价格最低", "预算下限", "最低价", "意向价格下限"),
    ),
    Column(
        "price_high",
        "价格上限（万元）",
        Cell.PRICE,
        _PRICE_NOTE,
        example="1.2",
        synonyms=("最高价格", "价格最高", "意向价格最高", "预算上限", "最高价", "意向价格上限"),
    ),
    Column(
        "price_unit",
        "计价单位",
        Cell.TERM,
        "按件、按公斤等计价时从下拉列表选择；整个项目或订单的价格留空。",
        terms="price_unit",
        synonyms=("价格单位", "price unit"),
    ),
    Column(
        "valid_from",
        "有效期起",
        Cell.DATE,
        _DATE_NOTE,
        example="2026-03-01",
        synonyms=("起始日期", "开始日期", "有效期开始"),
    ),
    Column(
        "valid_to",
        "有效期止",
        Cell.DATE,
        _DATE_NOTE,
        example="2027-02-28",
        synonyms=("截止日期", "结束日期", "有效期", "有效期至", "有效期截止", "需求时限"),
    ),
    Column("partner_sought", "期望合作对象", Cell.TEXT, "不超过 500 字。", width=36, synonyms=("合作对象",)),
    Column(
        "visibility",
        "公开程度",
        Cell.TERM,
        "从下拉列表选择；空白为公开。",
        terms="visibility",
        synonyms=("可见性", "公开方式"),
    ),
    Column(
        "state",
        "状态",
        Cell.TERM,
        "从下拉列表选择；空白：新信息即发布，已有信息不变。",
        terms="state",
        synonyms=("发布状态",),
    ),
    Column("", "单位名称", Cell.IGNORED, synonyms=("企业名称", "发布单位", "公司名称")),
    _NUMBERING,
)


def columns(kind: Kind) -> tuple[Column, ...]:
    """All columns, in the order of the template."""
    return {Kind.ORGANISATIONS: ORGANISATIONS, Kind.LISTINGS: LISTINGS, Kind.CONTRACTS: CONTRACTS}[kind]


@cache
def by_spelling(kind: Kind) -> dict[str, Column]:
    """Every accepted spelling of a header, folded, and the column it means."""
    found: dict[str, Column] = {}
    for column in columns(kind):
        for spelling in (column.header, column.field, *column.synonyms):
            if spelling:
                found |= dict.fromkeys(fold_header(spelling), column)
    return found
