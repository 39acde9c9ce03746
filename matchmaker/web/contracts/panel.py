"""The panel beside the contract form: the kind its text speaks for, and how the price splits, line by line."""

from dataclasses import dataclass

from flask import render_template, request

from matchmaker.contracts import deductions, kinds
from matchmaker.contracts.rules import ContractKind
from matchmaker.contracts.schemas import AmountIn
from matchmaker.core.errors import Invalid
from matchmaker.web.contracts.access import require_writers
from matchmaker.web.contracts.door import blueprint
from matchmaker.web.contracts.reading import Typed, record_of, typed
from matchmaker.web.contracts.words import in_page_words, validated
from matchmaker.web.language import language
from matchmaker.web.session import needs_login

# Before this many characters a suggestion would be a guess.
ENOUGH = 6
_READ = ("title", "object", "indicators", "acceptance", "plan", "ip_terms", "licence_scope")


@dataclass(frozen=True)
class Panel:
    """What the panel shows. `chosen` is the kind in the form; `split` is None while there is no total or no line."""

    suggestion: kinds.Suggestion | None
    chosen: ContractKind | None
    decisive: str
    split: deductions.Split | None
    trouble: tuple[str, ...]


@blueprint.post("/my/contracts/panel")
@needs_login
def panel() -> str:
    """The panel for what stands in the form at this moment."""
    require_writers()
    return render_template("contracts/_panel.html", live=panel_of(typed(request.form)))


def panel_of(found: Typed) -> Panel:
    """Everything the panel says about this form."""
    text = "\n".join(found.values.get(name, "").strip() for name in _READ).strip()
    kind = found.values.get("kind", "")
    chosen = ContractKind(kind) if kind in set(ContractKind) else None
    suggestion = kinds.suggest(text) if len(text) >= ENOUGH else None
    tests = kinds.DECISIVE[chosen] if chosen else ("", "")
    split, trouble = _split(found)
    return Panel(suggestion, chosen, tests[0 if language() == "zh" else 1], split, trouble)


def _split(found: Typed) -> tuple[deductions.Split | None, tuple[str, ...]]:
    """The split of the price as typed so far; lines that are not finished yet say why there is none."""
    record = record_of(found)
    if not record.get("total") or not record["lines"]:
        return None, ()
    try:
        data = validated(AmountIn, {"total": record["total"], "lines": record["lines"]})
        return deductions.split(data.total, [deductions.cost_line(line) for line in data.lines]), ()
    except Invalid as refused:
        return None, tuple(dict.fromkeys(fault.message for fault in in_page_words(refused.faults)))
