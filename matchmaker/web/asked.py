"""A question as it stands in an address or in a form: the text, the wanted side and the filters."""

from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter, ValidationError
from werkzeug.datastructures import MultiDict

from matchmaker.core.errors import Fault, Invalid
from matchmaker.core.text import Text
from matchmaker.listings.rules import Side
from matchmaker.matching import filters
from matchmaker.matching.queries import MAX_QUERY
from matchmaker.matching.results import Filters
from matchmaker.reference.chains import nodes
from matchmaker.web.language import _

TOPS = (20, 50)
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


@dataclass(frozen=True)
class Asked:
    """One question. `text` may be empty while nobody has asked yet."""

    text: str = ""
    side: Side = Side.OFFER
    filters: Filters = field(default_factory=Filters)
    top: int = TOPS[0]

    @property
    def is_filtered(self) -> bool:
        return self.filters != Filters()

    def parameters(self) -> dict[str, object]:
        """The query string that shows the same page again; what stands at its default is left out."""
        return {
            "q": self.text or None,
            "side": self.side.value,
            **filter_parameters(self.filters),
            "top": self.top if self.top != TOPS[0] else None,
        }


def filter_parameters(limits: Filters) -> dict[str, object]:
    """The filters as query parameters, each in a fixed order, so that equal questions have equal addresses."""
    chosen = {"chain": limits.chains, "node": limits.nodes, "town": limits.towns, "form": limits.forms}
    return {name: sorted(values) or None for name, values in chosen.items()}


def read_question(values: MultiDict[str, str]) -> Asked:
    """The question in `values`. Invalid names the text that cannot be asked and every value that does not exist."""
    faults: list[Fault] = []
    text = _text(values.get("q", ""), faults)
    side = _side(values.get("side"), faults)
    limits = _filters(values, faults)
    top = _top(values.get("top"), faults)
    if faults:
        raise Invalid(faults)
    return Asked(text, side, limits, top)


def read_side(values: MultiDict[str, str]) -> Side:
    """Only the side; Invalid when it is neither need nor offer."""
    faults: list[Fault] = []
    side = _side(values.get("side"), faults)
    if faults:
        raise Invalid(faults)
    return side


def read_filters(values: MultiDict[str, str]) -> Filters:
    """Only the filters; Invalid names every value that does not exist."""
    faults: list[Fault] = []
    limits = _filters(values, faults)
    if faults:
        raise Invalid(faults)
    return limits


def _text(raw: str, faults: list[Fault]) -> str:
    try:
        text = _TEXT.validate_python(raw.replace("\r\n", "\n"))
    except ValidationError:
        faults.append(Fault("q", _("文字里有无法识别的控制字符，请重新粘贴纯文本。")))
        return ""
    if not any(character.isalnum() for character in text):
        faults.append(Fault("q", _("请先写下您的需求或供给，一两句话也可以。")))
    if len(text) > MAX_QUERY:
        message = _(
            "文字共 %(length)s 字，超过了 %(limit)s 字的上限，请保留最关键的部分。", length=len(text), limit=MAX_QUERY
        )
        faults.append(Fault("q", message))
    return text


def _side(raw: str | None, faults: list[Fault]) -> Side:
    try:
        return Side(raw or Side.OFFER)
    except ValueError:
        faults.append(Fault("side", _("查找方向只能是供给或需求。"), raw or ""))
        return Side.OFFER


def _filters(values: MultiDict[str, str], faults: list[Fault]) -> Filters:
    """Codes and names both count, so that an address typed by hand (town=丹灶) works as well as a chosen one."""
    given = {name: values.getlist(name) for name in ("chain", "town", "form")}
    chosen = frozenset(filter(None, values.getlist("node")))
    faults.extend(_unknown("node", value) for value in sorted(chosen.difference(nodes())))
    try:
        found = filters.read_filters(chains=given["chain"], towns=given["town"], forms=given["form"])
    except Invalid as error:
        faults.extend(_unknown(fault.field, fault.value) for fault in error.faults)
        return Filters()
    return replace(found, nodes=chosen.intersection(nodes()))


def _unknown(name: str, value: str) -> Fault:
    return Fault(name, _("筛选条件里没有“%(value)s”这一项。", value=value[:40]), value)


def _top(raw: str | None, faults: list[Fault]) -> int:
    if not raw:
        return TOPS[0]
    if raw not in map(str, TOPS):
        faults.append(Fault("top", _("显示条数只能是 20 或 50。"), raw))
        return TOPS[0]
    return int(raw)
