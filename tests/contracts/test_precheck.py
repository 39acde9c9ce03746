"""What the registry would refuse or send back, and that a sound contract passes."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from matchmaker.contracts.duplicates import EXPERT_REVIEW, Alike, Likeness, Record, SplitFound
from matchmaker.contracts.precheck import ContractFacts, PartyFacts, Reused, RightFacts, check
from matchmaker.contracts.precheck.deciding import TEXTS
from matchmaker.contracts.precheck.words import is_measured, monopolies
from matchmaker.contracts.related import RelatedTie, TieCode
from matchmaker.contracts.rules import (
    ContractKind,
    FilePurpose,
    PartyNature,
    PartyRole,
    PaymentMode,
    RelatedParty,
    Severity,
    SubKind,
)
from matchmaker.listings.rules import IpType

TODAY = date(2026, 5, 6)
WAN = 1_000_000
SELLER = PartyFacts(
    role=PartyRole.SELLER,
    name="佛山市南海区试样阀门有限公司",
    seal_name="佛山市南海区试样阀门有限公司",
    uscc="91440605YYYY000127",
    register_name="佛山市南海区试样阀门有限公司",
    nature=PartyNature.LIMITED_COMPANY,
    division="440605",
)
BUYER = replace(
    SELLER,
    role=PartyRole.BUYER,
    **dict.fromkeys(("name", "seal_name", "register_name"), "佛山市南海区样例能源有限公司"),
    uscc="91440605YYYY000202",
)
DEV = ContractFacts(
    today=TODAY,
    kind=ContractKind.DEV,
    sub_kind=SubKind.ENTRUSTED,
    title="高压氢气减压阀密封结构研制",
    object="针对七十兆帕车载供氢系统，研制双级减压阀的密封结构，交付图纸、工艺文件和样机两套。",
    indicators="外泄漏率不高于 10 mL/h；寿命不少于 5 万次。",
    acceptance="由买方按附件试验大纲验收。",
    plan="两个月完成设计，六个月完成样机。",
    confidentiality="图纸和试验数据保密五年。",
    ip_terms="新申请的专利归双方共有，收益各半。",
    parties=(SELLER, BUYER),
    payment_mode=PaymentMode.INSTALMENTS,
    schedule_fen=(140 * WAN, 100 * WAN),
    total_fen=240 * WAN,
    technology_fen=200 * WAN,
    papers=frozenset({FilePurpose.TEXT}),
    signed_on=TODAY - timedelta(days=20),
    effective_on=TODAY - timedelta(days=20),
    valid_from=TODAY - timedelta(days=20),
    valid_until=TODAY + timedelta(days=300),
    matched_on=TODAY - timedelta(days=60),
)
PATENT = RightFacts(IpType.INVENTION, "ZL202410000001.X", "双级减压阀", SELLER.name, date(2024, 1, 5), date(2044, 1, 5))
LIC = replace(
    DEV,
    kind=ContractKind.LIC,
    sub_kind=SubKind.COMMON_LICENCE,
    title="双级减压阀专利实施许可",
    object="卖方许可买方使用双级减压阀发明专利，制造和销售车载供氢用减压阀产品。",
    indicators="",
    licence_scope="普通许可，地域为广东省，期限五年，仅限制造车载减压阀。",
    rights=(PATENT,),
    papers=frozenset({FilePurpose.TEXT, FilePurpose.IP_PROOF}),
)
CON = replace(
    DEV,
    kind=ContractKind.CON,
    sub_kind=SubKind.FEASIBILITY,
    title="加氢站选址可行性论证",
    object="对丹灶镇三处备选地块建设加氢站作可行性论证，交付可行性研究报告一份。",
    indicators="",
)
TIE = RelatedTie(TieCode.HOLDING, "甲", "乙", 3000, True, "甲持有乙 30%", "A holds 30 % of B")
NAMESAKE = RelatedTie(TieCode.SAME_PERSON, "甲", "乙", None, False, "法定代表人同名", "same name")
OTHER = Record(7, "另一份", "", frozenset(), frozenset(), 300 * WAN, TODAY)


def party(role: PartyRole = PartyRole.SELLER, **over: Any) -> tuple[PartyFacts, ...]:
    """Both parties, the one of this role changed."""
    return tuple(replace(one, **over) if one.role is role else one for one in (SELLER, BUYER))


@pytest.mark.parametrize("facts", [DEV, LIC, CON], ids=["DEV", "LIC", "CON"])
def test_a_sound_contract_passes_without_a_word(facts: ContractFacts) -> None:
    assert check(facts) == []


CASES: list[tuple[str, ContractFacts, dict[str, Any], str]] = [
    # parties
    ("no_seller", DEV, {"parties": (BUYER,)}, "parties"),
    ("no_buyer", DEV, {"parties": (SELLER,)}, "parties"),
    ("name_differs", DEV, {"parties": party(register_name="旧名称有限公司")}, "parties.0.name"),
    ("seal_unread", DEV, {"parties": party(seal_name="")}, "parties.0.seal_name"),
    ("seal_differs", DEV, {"parties": party(PartyRole.BUYER, seal_name="某项目部")}, "parties.1.seal_name"),
    ("code_missing", DEV, {"parties": party(uscc="")}, "parties.0.uscc"),
    ("code_wrong", DEV, {"parties": party(uscc="91440605YYYY000128")}, "parties.0.uscc"),
    ("nature_missing", DEV, {"parties": party(nature=None)}, "parties.0.nature"),
    ("division_missing", DEV, {"parties": party(division="")}, "parties.0.division"),
    ("identity_missing", DEV, {"parties": party(register_name=None)}, "papers"),
    ("role_terms", DEV, {"ip_terms": "成果归受让方所有，让与人不得使用。"}, "object"),
    ("role_terms", LIC, {"ip_terms": "改进归研究开发人所有。"}, "object"),
    # content
    ("object_unclear", DEV, {"object": "研制减压阀"}, "object"),
    ("object_unclear", DEV, {"object": " 　\n" * 30}, "object"),
    (
        "not_technology",
        DEV,
        {"title": "数控车床购销合同", "object": "向乙方采购数控车床两台，到货验收后付款，质保期一年。"},
        "object",
    ),
    (
        "not_technology",
        DEV,
        {"title": "法兰来料加工", "object": "乙方按图加工不锈钢法兰五千件，甲方提供毛坯并按件付款。"},
        "object",
    ),
    (
        "not_technology",
        DEV,
        {"title": "厂房二期项目", "object": "按工程量清单完成厂房土建施工和室内装修，工期一百八十天。"},
        "object",
    ),
    (
        "not_technology",
        DEV,
        {"title": "水质服务", "object": "每月对车间排水常规检测一次，样品由甲方送检，按次付费并出具数据。"},
        "object",
    ),
    (
        "not_technology",
        DEV,
        {"title": "工程师驻场", "object": "乙方派遣人员十名按人月结算，劳务外包期限为一年，由甲方管理。"},
        "object",
    ),
    ("also_contains", DEV, {"object": DEV.object + "样机所用钢材由乙方采购。"}, "object"),
    ("title_contradicts", DEV, {"title": "减压阀专利权转让"}, "title"),
    (
        "content_differs",
        DEV,
        {
            "title": "减压阀密封",
            "object": "乙方向甲方转让双级减压阀专利权，甲方受让后办理过户手续。",
            "indicators": "不低于 1 级",
        },
        "kind",
    ),
    ("targets_missing", DEV, {"indicators": " "}, "indicators"),
    ("targets_vague", DEV, {"indicators": "达到国际先进水平，性能优良"}, "indicators"),
    ("plan_missing", DEV, {"plan": ""}, "plan"),
    ("secrecy_missing", DEV, {"confidentiality": ""}, "confidentiality"),
    ("ownership_missing", DEV, {"ip_terms": ""}, "ip_terms"),
    ("acceptance_missing", DEV, {"acceptance": ""}, "acceptance"),
    (
        "deliverable_missing",
        CON,
        {"object": "对丹灶镇三处备选地块建设加氢站作可行性论证，并派专家到会讲解。"},
        "object",
    ),
    ("monopoly", DEV, {"ip_terms": "委托方不得对技术作后续改进。"}, "ip_terms"),
    # rights
    ("ip_missing", LIC, {"rights": ()}, "ip"),
    ("ip_incomplete", LIC, {"rights": (replace(PATENT, no=""),)}, "ip.0.no"),
    ("ip_incomplete", LIC, {"rights": (replace(PATENT, filed_on=None, expires_on=None),)}, "ip.0.filed_on"),
    ("ip_incomplete", LIC, {"rights": (RightFacts(IpType.KNOW_HOW, name="配方"),)}, "ip.0.owner"),
    ("ip_expired", LIC, {"rights": (replace(PATENT, expires_on=TODAY - timedelta(days=21)),)}, "ip.0.expires_on"),
    ("ip_outlived", LIC, {"rights": (replace(PATENT, expires_on=TODAY + timedelta(days=299)),)}, "valid_until"),
    ("ip_owner", LIC, {"rights": (replace(PATENT, owner="第三方研究院"),)}, "ip.0.owner"),
    ("ip_proof_missing", LIC, {"papers": frozenset({FilePurpose.TEXT})}, "papers"),
    ("scope_missing", LIC, {"licence_scope": ""}, "licence_scope"),
    ("scope_territory", LIC, {"licence_scope": "普通许可，期限五年"}, "licence_scope"),
    ("scope_term", LIC, {"licence_scope": "普通许可，地域为全国"}, "licence_scope"),
    ("scope_exclusivity", LIC, {"licence_scope": "全国，期限五年", "sub_kind": None}, "licence_scope"),
    # money
    ("price_missing", DEV, {"total_fen": None, "technology_fen": None, "schedule_fen": (1,)}, "total"),
    ("split_missing", DEV, {"technology_fen": None}, "technology"),
    ("share_small", DEV, {"technology_fen": 71 * WAN}, "technology"),
    ("royalty_missing", DEV, {"payment_mode": PaymentMode.FEE_ROYALTY}, "royalty"),
    ("schedule_missing", DEV, {"schedule_fen": ()}, "schedule"),
    ("schedule_sum", DEV, {"schedule_fen": (140 * WAN,)}, "schedule"),
    ("receipt_reused", DEV, {"reused": (Reused("H1", "9"),)}, "payments"),
    # days
    ("unsigned", DEV, {"signed_on": None}, "signed_on"),
    ("validity_missing", DEV, {"valid_until": None}, "valid_until"),
    ("validity_missing", DEV, {"valid_from": None}, "valid_from"),
    ("validity_over", DEV, {"valid_until": TODAY - timedelta(days=1)}, "valid_until"),
    ("validity_ends_soon", DEV, {"valid_until": TODAY}, "valid_until"),
    ("not_effective", DEV, {"effective_on": TODAY + timedelta(days=1)}, "effective_on"),
    ("effective_early", DEV, {"effective_on": TODAY - timedelta(days=21)}, "effective_on"),
    ("approval", DEV, {"plan": "本合同经上级主管部门批准后生效，两个月完成。"}, "plan"),
    ("export", DEV, {"parties": party(PartyRole.BUYER, country="392", uscc="", division="")}, "papers"),
    ("import", DEV, {"parties": party(country="276", uscc="", division="")}, "papers"),
    # papers, others, the subsidy
    ("text_missing", DEV, {"papers": frozenset()}, "papers"),
    ("translation_missing", DEV, {"foreign_text": True}, "papers"),
    ("duplicate", DEV, {"alike": (Alike(OTHER, Likeness.SAME, 1.0),)}, "title"),
    ("same_figures", DEV, {"alike": (Alike(OTHER, Likeness.SAME_FIGURES, 0.1),)}, "title"),
    ("same_text", DEV, {"alike": (Alike(OTHER, Likeness.SAME_TEXT, 0.9),)}, "title"),
    ("split", DEV, {"splits": (SplitFound((OTHER,), 540 * WAN, EXPERT_REVIEW, False),)}, "total"),
    ("related", DEV, {"ties": (TIE, NAMESAKE)}, "parties"),
    ("related", DEV, {"related": RelatedParty.DECLARED}, "parties"),
    ("related_unsure", DEV, {"ties": (NAMESAKE,)}, "parties"),
    ("signed_before_match", DEV, {"matched_on": TODAY}, "signed_on"),
    ("fiscal_fund", DEV, {"fiscal_fund": True}, "fiscal_fund"),
]


@pytest.mark.parametrize(("code", "sound", "over", "field"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)])
def test_each_flaw_is_found_where_it_stands(code: str, sound: ContractFacts, over: dict[str, Any], field: str) -> None:
    found = {finding.code: finding for finding in check(replace(sound, **over))}
    assert code in found
    assert found[code].field == field
    assert found[code].severity is TEXTS[code].severity


def test_every_wording_has_a_case_and_every_case_says_what_to_do() -> None:
    assert {code for code, *_ in CASES} == set(TEXTS)
    for _code, sound, over, _field in CASES:
        for finding in check(replace(sound, **over)):
            said = (finding.text_zh, finding.text_en, finding.mend_zh, finding.mend_en)
            assert all(said) and not any(mark in line for line in said for mark in "{}")


# What must not be held against a contract.
HARMLESS: list[tuple[ContractFacts, dict[str, Any]]] = [
    (
        DEV,
        {
            "parties": party(PartyRole.BUYER, country="344", uscc="", division="", register_name=None),
            "total_fen": 240 * WAN,
        },
    ),
    (DEV, {"parties": party(register_name=None), "papers": frozenset({FilePurpose.TEXT, FilePurpose.IDENTITY})}),
    (DEV, {"signed_on": TODAY - timedelta(days=60), "effective_on": None, "matched_on": TODAY - timedelta(days=60)}),
    (DEV, {"payment_mode": PaymentMode.LUMP, "schedule_fen": ()}),
    (DEV, {"payment_mode": PaymentMode.ROYALTY, "has_royalty": True, "schedule_fen": ()}),
    (DEV, {"payment_mode": PaymentMode.FEE_ROYALTY, "has_royalty": True, "schedule_fen": (30 * WAN,)}),
    (DEV, {"foreign_text": True, "papers": frozenset({FilePurpose.TEXT, FilePurpose.TRANSLATION})}),
    (DEV, {"related": RelatedParty.CLEARED}),
    (DEV, {"matched_on": None}),
    (DEV, {"parties": party(name="试样（佛山）公司", seal_name="试样(佛山) 公司", register_name="试样（佛山）公司")}),
    (DEV, {"object": DEV.object + "价款不含设备采购和工程施工。"}),
    (DEV, {"valid_until": TODAY + timedelta(days=30)}),
    (LIC, {"rights": (RightFacts(IpType.KNOW_HOW, name="配方", owner=SELLER.name),)}),
    (LIC, {"rights": (replace(PATENT, owner=f"{SELLER.name}、某大学"),)}),
    (LIC, {"licence_scope": "在买方工厂使用，至 2031 年", "sub_kind": SubKind.SOLE_LICENCE}),
    (
        replace(LIC, kind=ContractKind.TRF, sub_kind=SubKind.PATENT_APPLICATION, title="专利申请权转让"),
        {
            "object": "卖方将双级减压阀发明的专利申请权转让给买方，并移交全部技术资料。",
            "rights": (replace(PATENT, expires_on=None),),
            "licence_scope": "",
        },
    ),
]


@pytest.mark.parametrize(("sound", "over"), HARMLESS)
def test_what_is_in_order_is_not_complained_of(sound: ContractFacts, over: dict[str, Any]) -> None:
    found = [finding.code for finding in check(replace(sound, **over))]
    assert found in ([], ["export"])


def test_what_would_be_refused_comes_first() -> None:
    weights = [finding.severity for finding in check(ContractFacts(today=TODAY, kind=ContractKind.LIC))]
    assert weights == sorted(weights, key=list(Severity).index)
    assert {Severity.REFUSE, Severity.MEND} <= set(weights)


def test_the_words_that_speak_against_a_contract_are_shown() -> None:
    facts = replace(DEV, title="数控车床购销合同", object="向乙方采购数控车床两台，到货验收后付款，质保期一年。")
    found = next(finding for finding in check(facts) if finding.code == "not_technology")
    assert all(word in found.text_zh for word in ("购销", "采购", "质保期"))


@pytest.mark.parametrize(
    "text",
    [
        "泄漏率 10 mL/h", "纯度 99.9%", "耐压 105 MPa", "误差 ±5 μm", "重量小于三公斤", "效率提高百分之二十",
        "响应时间不超过 200ms", "寿命≥5万次", "变形量降低一半", "噪声控制在 45 dB 以内", "良品率达到 98％", "产能 3 台",
    ],
)  # fmt: skip
def test_a_target_with_a_number_is_measured(text: str) -> None:
    assert is_measured(text)


@pytest.mark.parametrize(
    "text", ["", "达到国际先进水平", "2026 年完成", "按 GB/T 19001 执行", "显著提高效率", "共分 3 个阶段", "详见附件 2"]
)
def test_a_target_without_a_measure_is_vague(text: str) -> None:
    assert not is_measured(text)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("受让方不得在此基础上作任何后续研发", "限制对方改进技术"),
        ("买方所作改进应无偿提供给卖方", "要求无偿交回改进"),
        ("买方不得从第三方获得类似技术", "限制从他处获得技术"),
        ("买方必须向卖方购买原料", "搭售"),
        ("不得自行决定产品售价", "限制产量、价格或销售"),
        ("被许可方不得对专利提出无效宣告请求", "禁止质疑权利"),
    ],
)
def test_clauses_that_monopolise_are_recognised(text: str, matter: str) -> None:
    assert [zh for zh, _en, _words in monopolies(text)] == [matter]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "双方共同享有改进成果",
        "乙方不得泄露图纸",
        "改进成果归完成方所有，对方有权按合理价格使用",
        "任何一方不得转让本合同",
    ],
)
def test_ordinary_clauses_are_left_alone(text: str) -> None:
    assert list(monopolies(text)) == []
