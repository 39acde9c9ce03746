"""Which kind a text speaks for: on sentences of our own, with how many are told rightly."""

import pytest

from matchmaker.contracts.kinds import UNCLEAR, suggest
from matchmaker.contracts.rules import SUB_KINDS, ContractKind, SubKind

# The words were chosen looking at these.
SEEN = [
    ("DEV", "甲方委托乙方研制一套用于七十兆帕储氢瓶的碳纤维缠绕新工艺，签约时双方均未掌握"),
    ("DEV", "围绕铝型材挤压模具寿命短的问题，双方共同投入人员和经费，研究开发新型涂层"),
    ("DEV", "试制三台陶瓷窑炉氨氢混烧样机，并完成中试"),
    ("DEV", "为车载供氢系统设计并开发一款轻量化减压阀，泄漏率不高于每小时十毫升"),
    ("DEV", "将乙方实验室的钙钛矿涂布成果转化为可量产的产线工艺"),
    ("DEV", "甲方出资，乙方负责新一代伺服驱动器控制算法的研究与实现，样品须通过甲方测试"),
    ("DEV", "中药颗粒剂溶化性提升的处方筛选与工艺研究，完成小试和放大"),
    ("TRF", "乙方将发明专利“一种铝灰渣处置方法”的专利权转让给甲方，并办理著录项目变更"),
    ("TRF", "卖方把尚未公开的釉料配方技术秘密一次性卖断给买方，此后不再使用"),
    ("TRF", "甲方受让乙方的智能锁软件著作权，转让费二十万元"),
    ("TRF", "专利申请权归买方所有，申请号见附件，价款分两期支付"),
    ("TRF", "两项实用新型专利整体出让，买方付清价款后七日内办理变更登记"),
    ("LIC", "许可方授予被许可方在佛山市范围内五年的普通实施许可"),
    ("LIC", "独占许可，期限至二〇三一年，入门费三十万元，另按销售额百分之三提成"),
    ("LIC", "乙方授权甲方在其生产线上使用这套排产软件，权利仍归乙方"),
    ("LIC", "以排他方式许可甲方在华南地区生产该型号阀门，不包括转让专利权"),
    ("CON", "对氢能园区加氢站选址进行可行性研究，提交可研报告"),
    ("CON", "就印染废水回用的三种路线开展比选论证，交付咨询报告一份"),
    ("CON", "对某注塑车间的能耗水平作专项评价，给出改进建议书"),
    ("CON", "为污泥处置项目提供技术方案评审意见"),
    ("SVC", "派工程师现场指导，解决压铸件气孔超标的技术问题"),
    ("SVC", "为三十名模具工开展数控编程技术培训"),
    ("SVC", "受托撮合高校成果与企业需求，促成签约后收取中介报酬"),
    ("SVC", "对断裂螺栓作失效分析并给出工艺改进方案"),
    (None, "双方建立长期战略合作伙伴关系"),
    (None, "采购一百套铰链和滑轨，货到付款"),
    (None, "转让或者许可方式由双方另行约定"),
    ("DEV", "乙方按甲方提出的噪声和能效指标，攻克静音压缩机关键结构，交付五台工程样机"),
    ("DEV", "联合设立课题，开发可降解的家具用热熔胶，知识产权双方共有"),
    ("DEV", "面向动力电池拆解的机器视觉算法研发，识别率不低于百分之九十九"),
    ("DEV", "探索石墨烯散热膜在大功率灯具上的新用法，形成配方和试验数据"),
    ("TRF", "原专利权人与受让人签订本合同，权利自登记之日起转移"),
    ("TRF", "把喷墨墨水的全部工艺诀窍连同样品转让，出让方承担保密义务"),
    ("TRF", "乙方的集成电路布图设计专有权作价八十万元卖给甲方"),
    ("LIC", "甲方可在三年内于两条产线上实施该方法专利，按每平方米两元交纳许可费"),
    ("LIC", "被许可人不得再许可第三人，许可地域为广东省"),
    ("LIC", "软件按年订阅授权，源代码不交付"),
    ("CON", "调研国内外床网弹簧自动化装备现状，形成技术路线图"),
    ("CON", "评估引进的无铅釉线是否适合现有窑炉，出具评估报告"),
    ("CON", "请专家就新建危废焚烧线的工艺选择提供书面咨询意见"),
    ("CON", "测算未来三年屋顶光伏的发电潜力"),
    ("SVC", "帮助甲方把染色一次成功率从九成提高到九成六，提供配色方案和现场技术指导"),
    ("SVC", "对甲方机加工线作节能诊断，排查空压系统泄漏"),
    ("SVC", "给一线工人讲授焊接机器人示教，培训四十学时并考核"),
    ("SVC", "居间促成甲方与某研究院签订技术合同，按成交额收取服务费"),
    ("SVC", "处理电镀槽液失稳的故障，调整添加剂配比直至恢复"),
    (None, "关于共建联合实验室的框架协议"),
    (None, "提供员工宿舍装修并清运垃圾"),
    (None, "委托加工一批不锈钢法兰"),
]
# These were written afterwards and changed nothing: what is told rightly here is what to expect.
UNSEEN = [
    ("DEV", "乙方为甲方开展超薄岩板增韧技术的研发，断裂模数提高百分之二十"),
    ("DEV", "双方各派三人组成项目组，合作完成免充气轮胎的结构设计与验证"),
    ("DEV", "研制用于抑郁症筛查的可穿戴传感器，提交十套原型和测试报告"),
    ("DEV", "定制开发仓储调度系统，响应时间小于两百毫秒"),
    ("DEV", "把大学已完成小试的生物基涂料放大到吨级，实现成果产业化"),
    ("TRF", "双方约定专利号如附件的发明归甲方，乙方配合到国家知识产权局办理过户"),
    ("TRF", "乙方将发酵菌种及培养参数让与甲方独家所有"),
    ("TRF", "转让两件软件著作权，交付源代码和文档"),
    ("LIC", "甲方取得压铸模流分析软件的使用权，期限两年，限一个厂区"),
    ("LIC", "专利权人许可甲方制造、销售该门锁，按件提取使用费"),
    ("LIC", "专有技术许可：铝熔体在线除气，付入门费并按产量提成"),
    ("LIC", "授予非独占的实施权，期限五年，不得分许可"),
    ("CON", "为新建涂装线做技术方案论证，提交专家意见"),
    ("CON", "对佛山新能源商用车零部件供应情况作专题调查"),
    ("CON", "评价三种废水处理方案的技术经济性"),
    ("CON", "编写智能工厂三年建设规划及技术咨询报告"),
    ("SVC", "驻厂两周解决挤出机频繁断料"),
    ("SVC", "提供模具热流道仿真和试模指导，缩短成型周期"),
    ("SVC", "对老旧注塑机作伺服节能改造的技术服务"),
    ("SVC", "牵线搭桥，为企业寻找并对接高校专利，成交后付佣金"),
    ("SVC", "帮助企业建立实验室检测方法并培训检验员"),
    (None, "双方互设展厅，共享渠道资源"),
    (None, "运输二十台设备至里水厂区"),
    (None, "租赁激光切割机一台，月租三万元"),
]


def _told(sentences: list[tuple[str | None, str]]) -> tuple[int, int]:
    """How many are told rightly, and how many wrongly: the rest is said to be unclear."""
    pairs = [(wanted, suggest(text).kind) for wanted, text in sentences]
    return sum(wanted == kind for wanted, kind in pairs), sum(kind not in (wanted, None) for wanted, kind in pairs)


def test_the_sentences_that_the_words_were_chosen_on_are_told_rightly() -> None:
    right, wrong = _told(SEEN)
    assert (right >= len(SEEN) - 2, wrong) == (True, 0)


def test_four_of_five_new_sentences_are_told_rightly_and_none_wrongly() -> None:
    right, wrong = _told(UNSEEN)
    assert (right / len(UNSEEN) >= 0.8, wrong) == (True, 0)


@pytest.mark.parametrize(
    ("text", "sub_kind"),
    [
        ("双方联合研发新型靶材", SubKind.COOPERATIVE),
        ("委托研制减速器", SubKind.ENTRUSTED),
        ("科技成果转化：研究开发产业化工艺", SubKind.CONVERSION),
        ("转让专利申请权", SubKind.PATENT_APPLICATION),
        ("转让植物新品种权", SubKind.OTHER_IP),
        ("技术秘密转让", SubKind.KNOW_HOW),
        ("排他许可", SubKind.SOLE_LICENCE),
        ("技术秘密许可使用", SubKind.KNOW_HOW_LICENCE),
        ("技术预测咨询", SubKind.FORECAST),
        ("技术培训", SubKind.TRAINING),
    ],
)
def test_the_sub_kind_follows_from_the_words(text: str, sub_kind: SubKind) -> None:
    found = suggest(text)
    assert found.kind is not None
    assert found.sub_kind is sub_kind
    assert sub_kind in SUB_KINDS[found.kind]


def test_what_is_denied_does_not_count() -> None:
    found = suggest("本合同不涉及专利转让，只提供技术服务")
    assert found.kind is ContractKind.SVC
    assert found.scores[ContractKind.TRF] == 0


def test_a_word_inside_a_longer_one_counts_once() -> None:
    assert suggest("实施许可").scores[ContractKind.LIC] == 4


def test_the_words_found_and_the_decisive_test_are_told() -> None:
    found = suggest("专利实施许可")
    assert found.words == ("实施许可",)
    assert "权利本身不转移" in found.decisive_zh and "right to use" in found.decisive_en


@pytest.mark.parametrize("text", ["", "   ", "一" * 5000, "转让与许可"])
def test_without_clear_words_the_answer_is_unclear(text: str) -> None:
    found = suggest(text)
    assert (found.kind, found.sub_kind, found.words) == (None, None, ())
    assert (found.decisive_zh, found.decisive_en) == UNCLEAR
