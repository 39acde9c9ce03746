"""What other contracts and other people know: duplicates, splits, slips used twice, ties, and the subsidy's terms."""

from collections.abc import Iterator

from matchmaker.contracts.duplicates import Alike, Likeness, Record
from matchmaker.contracts.precheck.shapes import ContractFacts, Found
from matchmaker.contracts.rules import RelatedParty
from matchmaker.core.money import yuan_from_fen

_CODES = {
    Likeness.SAME: "duplicate",
    Likeness.SAME_FIGURES: "same_figures",
    Likeness.SAME_TEXT: "same_text",
}
# Beyond these the reader has understood.
MOST = 3


def look(facts: ContractFacts) -> Iterator[Found]:
    """Findings that the contract alone does not show."""
    yield from (_alike(one) for one in facts.alike[:MOST])
    for split in facts.splits:
        words = {"sum": yuan_from_fen(split.sum_fen), "limit": split.limit.zh, "limit_en": split.limit.en}
        yield Found("split", "total", words | {"others": "、".join(map(_named, split.others))})
    for reused in facts.reused[:MOST]:
        yield Found("receipt_reused", "payments", {"number": reused.number, "other": reused.other})
    yield from _related(facts)
    if facts.matched_on and facts.signed_on and facts.signed_on < facts.matched_on:
        yield Found("signed_before_match", "signed_on", {"day": facts.matched_on.isoformat()})
    if facts.fiscal_fund:
        yield Found("fiscal_fund", "fiscal_fund")


def _alike(one: Alike) -> Found:
    words = {"other": _named(one.other), "share": str(int(one.share * 100))}
    return Found(_CODES[one.likeness], "title", words)


def _related(facts: ContractFacts) -> Iterator[Found]:
    sure = [tie for tie in facts.ties if tie.counts]
    unsure = [tie for tie in facts.ties if not tie.counts]
    if sure or facts.related in (RelatedParty.DECLARED, RelatedParty.DETECTED):
        zh = "；".join(tie.text_zh for tie in sure) or "当事人申报或专员认定"
        en = "; ".join(tie.text_en for tie in sure) or "as declared or found by an officer"
        yield Found("related", "parties", {"ties": zh, "ties_en": en})
    elif unsure:
        zh, en = "；".join(tie.text_zh for tie in unsure), "; ".join(tie.text_en for tie in unsure)
        yield Found("related_unsure", "parties", {"ties": zh, "ties_en": en})


def _named(record: Record) -> str:
    """By number only: not everybody who reads this finding may read the other contract."""
    return str(record.id)
