"""How the pages of contracts name fields, states and steps, and write amounts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from flask import url_for
from flask.sansio.app import App

from matchmaker.contracts import queries
from matchmaker.contracts.access import filing_role_of, is_officer
from matchmaker.contracts.rules import SUB_KINDS, ContractKind, ContractState, SubKind
from matchmaker.contracts.rules import PartyRole as Role
from matchmaker.core import clock
from matchmaker.core.money import FEN_PER_WAN
from matchmaker.core.unit import reading
from matchmaker.exchange.typed_money import grouped_yuan
from matchmaker.reference.terms import terms
from matchmaker.web.contracts import progress
from matchmaker.web.language import _, language
from matchmaker.web.parts import parts
from matchmaker.web.session import actor


def register(app: App) -> None:
    """Make the functions known to every template."""
    app.jinja_env.globals.update(
        contract_field=contract_field,
        contract_tabs=contract_tabs,
        contracts_of_deal=contracts_of_deal,
        coded_choices=coded_choices,
        due_lines=lambda row: progress.due_lines(row, clock.today()),
        due_name=due_name,
        may_draft_contract=may_draft_contract,
        move_label=move_label,
        names_of=names_of,
        next_step_of=next_step_of,
        planned_fen=progress.planned_fen,
        purpose_choices=purpose_choices,
        royalty_rates=royalty_rates,
        schedule_is_off=progress.schedule_is_off,
        schedules=progress.schedules,
        share=progress.share,
        stops=progress.stops,
        sub_kinds=sub_kinds,
        wan=lambda fen: f"{fen / FEN_PER_WAN:,.2f}",
        yuan=grouped_yuan,
    )


def sub_kinds() -> Mapping[ContractKind, tuple[SubKind, ...]]:
    """The sub-kinds of every kind."""
    return SUB_KINDS


def coded_choices(kind: str) -> list[tuple[str, str]]:
    """Codes that people know by their number, with the number."""
    return [(code, f"{code} {text}") for code, text in terms(kind, language()).items()]


def contract_tabs(counts: Mapping[ContractState, int], total: int) -> list[tuple[str, str]]:
    """A tab for all, and one for every state that has contracts."""
    known = terms("contract_state", language())
    some = [(url_for("contracts.mine", state=one.value), f"{known[one]} {n}") for one, n in counts.items() if n]
    return [(url_for("contracts.mine"), f"{_('全部')} {total}"), *some]


def purpose_choices(purposes: Iterable[Any]) -> list[tuple[str, str]]:
    """What an uploaded paper may be."""
    return [(one.value, terms("file_purpose", language()).get(one.value, one.value)) for one in purposes]


def royalty_rates(royalty: Mapping[str, Any]) -> str:
    """The yearly rates of a royalty."""
    return _("、").join(f"{rate / 100:g}%" for rate in royalty.get("rates") or ())


def due_name(standing: progress.Standing) -> str:
    """How a row of the schedule stands."""
    return {
        progress.Standing.PAID: _("已付清"),
        progress.Standing.PART: _("部分支付"),
        progress.Standing.OVERDUE: _("逾期"),
        progress.Standing.OPEN: _("未到期"),
    }[standing]


def may_draft_contract(deal: Any) -> bool:
    """Whether this reader puts the deal down in a contract: its seller, or an officer without a part in it."""
    who = actor()
    own = {deal.buyer_id, deal.seller_id} & who.organisation_ids
    return deal.seller_id in own or (is_officer(who) and not own)


def names_of(contract: Any, role: str) -> str:
    """The names of all parties of one role."""
    return _("、").join(party.name for party in contract.parties if party.role == role)


def move_label(state: ContractState) -> str:
    """What the button says that leads to this state."""
    return {
        ContractState.DRAFT: _("退回草稿"),
        ContractState.SIGNED: _("已签约"),
        ContractState.SUBMITTED: _("已提交登记"),
        ContractState.SUPPLEMENT: _("退回补正"),
        ContractState.REGISTERED: _("登记"),
        ContractState.REFUSED: _("不予登记"),
        ContractState.CHANGED: _("变更登记"),
        ContractState.CANCELLED: _("注销"),
        ContractState.REVOKED: _("撤销登记"),
    }[state]


def next_step_of(contract: Any) -> tuple[str, date | None, bool]:
    """What has to happen next, until when, and whether that is near or overdue."""
    today = clock.today()
    by = progress.register_by(contract)
    line = progress.next_due(contract, today)
    if line is not None:
        return _("收付下一期：%(what)s", what=line.milestone), line.due_on, line.standing == "overdue"
    texts: dict[ContractState, Callable[[], str]] = {
        ContractState.DRAFT: lambda: _("补齐资料，双方签章后标记为已签约"),
        ContractState.SIGNED: lambda: (
            _("须在有效期内由卖方登记") if _seller_files(contract) else _("须在有效期内由买方登记")
        ),
        ContractState.SUBMITTED: lambda: _("等候登记机构审核，须在有效期内完成登记"),
        ContractState.SUPPLEMENT: lambda: _("按登记机构的意见补正后再次提交"),
        ContractState.REFUSED: lambda: _("不予登记；改正后可重新签约、再次提交"),
        ContractState.REGISTERED: lambda: _("已登记，按约定履行"),
        ContractState.CHANGED: lambda: _("已变更登记，按约定履行"),
        ContractState.CANCELLED: lambda: _("已注销"),
        ContractState.REVOKED: lambda: _("登记已撤销"),
    }
    return texts[contract.state](), by, progress.is_urgent(by, today)


def _seller_files(contract: Any) -> bool:
    return filing_role_of(contract) is Role.SELLER


def contracts_of_deal(deal: Any) -> list[dict[str, Any]]:
    """What a deal's page says of its contracts: only those that the reader may open."""
    with reading(parts().sessions) as session:
        rows = queries.of_deal(session, actor(), deal_id=deal.id)
        return [
            {
                "id": row.id,
                "title": row.title,
                "state": row.state,
                "number": row.registration_no,
                "total_fen": row.total_fen,
                "next": next_step_of(row),
            }
            for row in rows
        ]


def contract_field(name: str) -> str:
    """A field of the form in words; of a row, its place as well."""
    head, _dot, rest = name.partition(".")
    place, _dot, part = rest.partition(".")
    known = _fields() | _row_fields()
    if not place:
        return known.get(head, head)
    if not part:
        return _("提成约定") + " " + known.get(f"{head}.{place}", place)
    return f"{known.get(head, head)} {int(place) + 1} {known.get(part, part)}" if place.isdecimal() else name


def _fields() -> dict[str, str]:
    return {
        "title": _("项目名称"),
        "own_number": _("合同编号"),
        "kind": _("合同类别"),
        "sub_kind": _("合同子类"),
        "field": _("技术领域"),
        "node": _("产业链环节"),
        "object": _("标的内容"),
        "indicators": _("技术指标"),
        "acceptance": _("验收标准和方法"),
        "plan": _("计划与进度"),
        "confidentiality": _("保密约定"),
        "ip_terms": _("成果归属与收益分享"),
        "licence_scope": _("许可范围"),
        "payment_mode": _("支付方式"),
        "total": _("合同成交额"),
        "technology": _("技术交易额"),
        "signed_on": _("签订日期"),
        "effective_on": _("生效日期"),
        "valid_from": _("有效期起"),
        "valid_until": _("有效期止"),
        "foreign_text": _("合同为外文，附中文译本"),
        "fiscal_fund": _("使用财政资金"),
    }


def _row_fields() -> dict[str, str]:
    return {
        "parties": _("当事人"),
        "papers": _("文件"),
        "payments": _("收付记录"),
        "ip": _("知识产权"),
        "schedule": _("付款计划"),
        "lines": _("价款构成"),
        "royalty": _("提成约定"),
        "role": _("身份"),
        "name": _("名称"),
        "uscc": _("统一社会信用代码"),
        "nature": _("单位性质"),
        "country": _("国别代码"),
        "division": _("行政区划代码"),
        "seal_name": _("印章上的名称"),
        "type": _("类型"),
        "no": _("编号"),
        "owner": _("权利人"),
        "filed_on": _("申请日"),
        "expires_on": _("届满日"),
        "milestone": _("付款条件"),
        "due_on": _("应付日期"),
        "amount": _("金额"),
        "text": _("内容"),
        "quantity": _("数量"),
        "needed": _("其中必需"),
        "royalty.base": _("提成基数"),
        "royalty.rates": _("各年比例（％）"),
        "royalty.period": _("提成期限"),
        "royalty.floor": _("最低金额"),
        "royalty.ceiling": _("最高金额"),
        "royalty.statements": _("对账方式"),
        "royalty.inspection": _("卖方有权查账"),
    }
