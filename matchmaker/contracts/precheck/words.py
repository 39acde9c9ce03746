"""Words by which a contract's text gives itself away: other matters, vague targets, clauses that may be void."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from matchmaker.contracts.kinds import affirmed, suggest
from matchmaker.contracts.rules import ContractKind


class Matter(NamedTuple):
    """Something that is no technology: its name in both languages, and the words that speak of it, with weights."""

    zh: str
    en: str
    words: Mapping[str, int]


MATTERS = (
    Matter(
        "采购",
        "a purchase",
        {
            "采购合同": 5,
            "购销": 4,
            "买卖合同": 5,
            "采购": 2,
            "供货": 2,
            "购置": 2,
            "货到付款": 3,
            "到货": 1,
            "质保期": 1,
        },
    ),
    Matter(
        "加工承揽",
        "processing to order",
        {"加工承揽": 5, "来料加工": 5, "委托加工": 5, "代加工": 4, "代工": 3, "按图加工": 4, "批量加工": 4, "定作": 3},
    ),
    Matter(
        "工程施工",
        "construction works",
        {"施工合同": 5, "工程施工": 4, "施工": 2, "土建": 3, "装修": 3, "安装工程": 3, "工程量清单": 4},
    ),
    Matter(
        "常规检测",
        "routine testing",
        {"常规检测": 5, "例行检测": 5, "委托检验": 4, "送检": 3, "抽检": 3, "计量校准": 4, "年检": 4, "出厂检验": 3},
    ),
    Matter(
        "劳务",
        "labour supply",
        {"劳务派遣": 5, "劳务外包": 5, "人力外包": 5, "派遣人员": 3, "驻场人员": 3, "按人月": 3, "劳务": 2},
    ),
)
_CLAUSE = "[^。；;\n]"
# What Civil Code 850 and the courts' reading of it call monopolising technology.
MONOPOLIES = (
    (
        "限制对方改进技术",
        "a limit on improving the technology",
        re.compile(rf"(不得|禁止|限制){_CLAUSE}{{0,12}}(改进|二次开发|再研发|新的研究|后续研发){_CLAUSE}{{0,12}}"),
    ),
    (
        "要求无偿交回改进",
        "improvements to be given back without pay",
        re.compile(rf"改进{_CLAUSE}{{0,15}}(无偿|免费){_CLAUSE}{{0,10}}(归|提供|转让|许可|交){_CLAUSE}{{0,8}}"),
    ),
    (
        "限制从他处获得技术",
        "a ban on technology from elsewhere",
        re.compile(rf"(不得|禁止){_CLAUSE}{{0,10}}(从|向)(其他|第三)(方|人|单位|来源|渠道){_CLAUSE}{{0,12}}技术"),
    ),
    (
        "搭售",
        "a tied purchase",
        re.compile(
            rf"(必须|应当|须|只能){_CLAUSE}{{0,10}}(向|从)(甲方|乙方|卖方|许可方|许可人|让与人|出让方|指定){_CLAUSE}{{0,10}}"
            rf"(购买|采购){_CLAUSE}{{0,10}}"
        ),
    ),
    (
        "限制产量、价格或销售",
        "a limit on output, price or sales",
        re.compile(
            rf"(不得|禁止|限制){_CLAUSE}{{0,12}}(出口|销售渠道|销售价格|产品售价|产品价格|产品的?数量|产量){_CLAUSE}{{0,10}}"
        ),
    ),
    (
        "禁止质疑权利",
        "a ban on challenging the right",
        re.compile(rf"(不得|禁止|放弃){_CLAUSE}{{0,12}}(质疑|提出异议|无效宣告|宣告{_CLAUSE}{{0,6}}无效)"),
    ),
)
APPROVAL = re.compile(rf"经{_CLAUSE}{{0,20}}(批准|审批|核准){_CLAUSE}{{0,6}}(后|之日起?){_CLAUSE}{{0,4}}生效")
REPORT = re.compile("报告|方案|建议书|意见书|评审意见|路线图|论证书|规划|清单|图集")
TERRITORY = re.compile("地域|区域|地区|境内|境外|全国|全球|中国|广东|佛山|南海|省|国内|国外|范围内|厂区|工厂")
TERM = re.compile("期限|有效期|届满|[0-9一二两三四五六七八九十]+ *(年|个月)|至 *[0-9二]")
EXCLUSIVITY = re.compile("独占|排他|普通许可|非独占|独家")
_NUMBER = "[0-9０-９]+(?:[.．][0-9０-９]+)?"
_UNIT = (
    "%|％|‰|℃|°C|度|[kKMG]?Pa|兆帕|[μunm]?m|毫米|微米|纳米|厘米|米|[kM]?W|千瓦|[mk]?V|[mk]?A|[kMG]?Hz|rpm|转|[kmμ]?g|"
    "公斤|千克|克|吨|[mμ]?L|升|毫升|dB|分贝|ppm|ppb|lm|流明|N|J|h|s|ms|小时|分钟|秒|天|万?次|件|个(?!阶段|月|方面|部分)|台|套|批|倍|元|万元|级"
)
_MORE = (
    "不低于|不高于|不小于|不大于|不少于|不超过|低于|高于|小于|大于|少于|超过|达到|提高|提升|降低|下降|减少|缩短|延长"
    "|控制在|[≥≤＞＜><±]"
)
_CHINESE = "[零一二三四五六七八九十百千万两半]"
_MEASURED = re.compile(
    rf"{_NUMBER} *(?:{_UNIT})(?![a-zA-Z])"
    rf"|(?:{_MORE}){_CLAUSE}{{0,8}}?(?:{_NUMBER}|{_CHINESE})"
    rf"|{_CHINESE}+(?:分之|个百分点|成以上)"
)
_ROLE_WORDS = {
    ContractKind.TRF: ("让与人", "受让人", "让与方", "受让方", "出让方", "转让方"),
    ContractKind.LIC: ("被许可人", "被许可方", "许可人", "许可方"),
    ContractKind.DEV: ("研究开发人", "研发方"),
}


def is_measured(text: str) -> bool:
    """Whether a text names at least one number with its unit, or a comparison with a number."""
    return _MEASURED.search(text) is not None


def other_matters(text: str) -> Iterator[tuple[Matter, tuple[str, ...], bool]]:
    """The matters beside technology that a text speaks of, with the words, and whether they outweigh the technology."""
    technology = max(suggest(text).scores.values())
    for matter in MATTERS:
        if found := affirmed(text, matter.words):
            yield matter, tuple(found), sum(found.values()) >= max(technology, 1)


def monopolies(text: str) -> Iterator[tuple[str, str, str]]:
    """Clauses that may be void: what they are, in both languages, and their words."""
    for zh, en, pattern in MONOPOLIES:
        if hit := pattern.search(text):
            yield zh, en, hit.group()


def foreign_roles(kind: ContractKind, text: str) -> tuple[ContractKind, tuple[str, ...]] | None:
    """The other kind whose words for the parties a text uses, with those words; None when it uses none."""
    for other, words in _ROLE_WORDS.items():
        found = tuple(word for word in words if word in text)
        if other is not kind and found:
            return other, found
    return None
