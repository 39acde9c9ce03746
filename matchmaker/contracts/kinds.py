"""Which of the five kinds a contract's text speaks for, with the words that say so; touches no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from matchmaker.contracts.rules import ContractKind, SubKind

# How much a word speaks for a kind: 4 names it, 3 is its usual matter, 1 or 2 only leans to it.
WORDS: Mapping[ContractKind, Mapping[str, int]] = {
    ContractKind.DEV: {
        "技术开发": 4,
        "委托开发": 4,
        "合作开发": 4,
        "联合开发": 4,
        "联合研发": 4,
        "共同研发": 4,
        "研究开发": 4,
        "研发": 3,
        "研制": 3,
        "攻关": 3,
        "攻克": 3,
        "探索": 2,
        "试验": 1,
        "成果转化": 3,
        "开发": 3,
        "工艺研究": 3,
        "放大": 1,
        "样品": 1,
        "实现": 1,
        "试制": 2,
        "新产品": 2,
        "新工艺": 2,
        "新材料": 1,
        "样机": 2,
        "中试": 2,
        "小试": 2,
        "尚未掌握": 3,
        "首台": 1,
        "国产替代": 1,
        "原型": 1,
        "配方设计": 1,
        "创新": 1,
    },
    ContractKind.TRF: {
        "技术转让": 4,
        "专利转让": 4,
        "专利权转让": 4,
        "专利申请权": 4,
        "著作权转让": 4,
        "技术秘密转让": 4,
        "转让": 3,
        "受让": 3,
        "让与": 3,
        "买断": 3,
        "作价": 2,
        "卖给": 2,
        "卖断": 3,
        "出让": 3,
        "变更登记": 2,
        "移交": 2,
        "归甲方": 1,
        "归买方": 2,
        "权属变更": 3,
        "过户": 2,
        "著录项目变更": 3,
        "归受让方": 2,
        "全部权利": 1,
    },
    ContractKind.LIC: {
        "实施许可": 4,
        "独占许可": 4,
        "排他许可": 4,
        "普通许可": 4,
        "技术许可": 4,
        "专利许可": 4,
        "许可使用": 3,
        "授权使用": 3,
        "许可": 3,
        "被许可方": 2,
        "使用权": 2,
        "授权": 2,
        "提成": 1,
        "使用费": 2,
        "权利仍归": 3,
        "仍归": 1,
        "入门费": 2,
    },
    ContractKind.CON: {
        "技术咨询": 4,
        "可行性": 3,
        "可研报告": 3,
        "论证": 3,
        "咨询": 3,
        "预测": 2,
        "测算": 2,
        "评估": 2,
        "评价": 2,
        "调研": 3,
        "专题调查": 3,
        "技术调查": 3,
        "路线图": 2,
        "专利导航": 3,
        "尽职调查": 3,
        "分析报告": 2,
        "咨询报告": 3,
        "研究报告": 2,
        "规划": 1,
        "建议书": 2,
        "比选": 2,
        "评审": 2,
        "意见书": 2,
        "意见": 1,
    },
    ContractKind.SVC: {
        "技术服务": 4,
        "技术培训": 4,
        "技术中介": 4,
        "技术支持": 3,
        "技术指导": 3,
        "培训": 2,
        "讲授": 2,
        "故障": 2,
        "调整": 1,
        "居间": 3,
        "撮合": 3,
        "解决": 1,
        "工艺优化": 3,
        "工艺改进": 3,
        "优化": 1,
        "技术改造": 2,
        "节能改造": 2,
        "调试": 2,
        "诊断": 2,
        "失效分析": 3,
        "测试分析": 2,
        "仿真分析": 2,
        "仿真": 2,
        "找出": 1,
        "原因": 1,
        "数据处理": 2,
        "排查": 2,
        "消除": 1,
        "现场指导": 3,
        "技术问题": 2,
        "技术难题": 1,
    },
}
# The first word found decides; a kind's last one is what holds without any.
SUB_WORDS: Mapping[ContractKind, tuple[tuple[str, SubKind], ...]] = {
    ContractKind.DEV: (
        ("成果转化", SubKind.CONVERSION),
        ("转化应用", SubKind.CONVERSION),
        ("合作", SubKind.COOPERATIVE),
        ("联合", SubKind.COOPERATIVE),
        ("共同", SubKind.COOPERATIVE),
        ("", SubKind.ENTRUSTED),
    ),
    ContractKind.TRF: (
        ("专利申请权", SubKind.PATENT_APPLICATION),
        ("专利", SubKind.PATENT),
        ("著作权", SubKind.OTHER_IP),
        ("布图", SubKind.OTHER_IP),
        ("新品种", SubKind.OTHER_IP),
        ("软件", SubKind.OTHER_IP),
        ("", SubKind.KNOW_HOW),
    ),
    ContractKind.LIC: (
        ("独占", SubKind.EXCLUSIVE_LICENCE),
        ("排他", SubKind.SOLE_LICENCE),
        ("技术秘密", SubKind.KNOW_HOW_LICENCE),
        ("专有技术", SubKind.KNOW_HOW_LICENCE),
        ("著作权", SubKind.OTHER_LICENCE),
        ("软件", SubKind.OTHER_LICENCE),
        ("布图", SubKind.OTHER_LICENCE),
        ("", SubKind.COMMON_LICENCE),
    ),
    ContractKind.CON: (
        ("可行性", SubKind.FEASIBILITY),
        ("可研", SubKind.FEASIBILITY),
        ("预测", SubKind.FORECAST),
        ("评价", SubKind.EVALUATION),
        ("评估", SubKind.EVALUATION),
        ("调查", SubKind.INVESTIGATION),
        ("调研", SubKind.INVESTIGATION),
        ("论证", SubKind.FEASIBILITY),
        ("", SubKind.INVESTIGATION),
    ),
    ContractKind.SVC: (
        ("居间", SubKind.INTERMEDIATION),
        ("中介", SubKind.INTERMEDIATION),
        ("撮合", SubKind.INTERMEDIATION),
        ("培训", SubKind.TRAINING),
        ("", SubKind.GENERAL_SERVICE),
    ),
}
DECISIVE: Mapping[ContractKind, tuple[str, str]] = {
    ContractKind.DEV: (
        "标的是签约时双方尚未掌握的新技术、新产品、新工艺或新材料，目标明确、有创新内容，指标可量化，并约定验收方法",
        "The object is not yet mastered at signing: a clear goal, new content, measured targets and a way to accept it",
    ),
    ContractKind.TRF: (
        "标的是卖方已经掌握的现有成果，完整、实用，权属清楚，合同使权利归买方",
        "The object is a result the seller already holds, complete, practical and of clear title, that changes hands",
    ),
    ContractKind.LIC: (
        "标的是使用现有成果的权利，写明许可的范围、地域、期限和独占程度，权利本身不转移",
        "The object is the right to use an existing result, with scope, territory, term and exclusivity stated",
    ),
    ContractKind.CON: (
        "针对特定技术项目，运用专业知识形成论证、预测、调查或评价结论，交付写明名称的报告",
        "Knowledge about one technical project, delivered as a named report",
    ),
    ContractKind.SVC: (
        "运用专业知识解决特定技术问题；一般加工承揽、工程施工、常规维护和普通培训不算",
        "Knowledge used to solve a specific technical problem; processing, works and routine upkeep do not count",
    ),
}
UNCLEAR = (
    "文字不足以判断：标的是新的（开发）、现成要归买方（转让）、现成只许使用（许可）、要一份报告（咨询），还是要解决一个问题（服务）？",
    "Not clear from the text: is it new, handed over, only to be used, a report, or a problem to be solved?",
)
ENOUGH = 2
# The best must stand clear of the second, or the answer is that it is not clear.
CLEARLY = 1.3
_NOT = re.compile(r"(不含|不包括|不包含|不涉及|不构成|不属于|并非|不是|无需|不作)[^，。；;,.]{0,8}$")


@dataclass(frozen=True)
class Suggestion:
    """The kind that the text speaks for, or None: then the decisive test asks what has to be found out."""

    kind: ContractKind | None
    sub_kind: SubKind | None
    words: tuple[str, ...]
    decisive_zh: str
    decisive_en: str
    scores: Mapping[ContractKind, int]


def suggest(text: str) -> Suggestion:
    """The kind of contract that this Chinese text describes, by the words it uses. Unclear is an answer."""
    found = {kind: affirmed(text, words) for kind, words in WORDS.items()}
    scores = {kind: sum(words.values()) for kind, words in found.items()}
    first, second = sorted(scores, key=lambda kind: -scores[kind])[:2]
    if scores[first] < ENOUGH or scores[first] < scores[second] * CLEARLY:
        return Suggestion(None, None, (), *UNCLEAR, scores)
    words = tuple(sorted(found[first], key=lambda word: -found[first][word]))
    return Suggestion(first, sub_kind_of(first, text), words, *DECISIVE[first], scores)


def sub_kind_of(kind: ContractKind, text: str) -> SubKind:
    """The sub-kind that the text names, or the kind's usual one."""
    return next(sub for word, sub in SUB_WORDS[kind] if word in text)


def affirmed(text: str, words: Mapping[str, int]) -> dict[str, int]:
    """The words that the text affirms, with their weights; one inside a longer one that was found does not count."""
    found: dict[str, int] = {}
    taken: set[int] = set()
    for word in sorted(words, key=len, reverse=True):
        for hit in re.finditer(re.escape(word), text):
            if taken.isdisjoint(range(*hit.span())) and not _NOT.search(text[: hit.start()]):
                found[word] = words[word]
                taken.update(range(*hit.span()))
    return found
