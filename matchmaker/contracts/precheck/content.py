"""Is it a technology contract, of the kind it says, and does it say what such a contract must."""

from collections.abc import Iterator

from matchmaker.contracts.kinds import DECISIVE, suggest
from matchmaker.contracts.precheck.shapes import ContractFacts, Found
from matchmaker.contracts.precheck.words import REPORT, is_measured, monopolies, other_matters
from matchmaker.contracts.rules import ContractKind
from matchmaker.reference.terms import terms

SHORTEST_OBJECT = 20


def look(facts: ContractFacts) -> Iterator[Found]:
    """Findings on the text of the contract."""
    if len("".join(facts.object.split())) < SHORTEST_OBJECT:
        yield Found("object_unclear", "object")
    yield from _matters(facts)
    yield from _kind(facts)
    yield from _targets(facts)
    for code, field in (
        ("plan_missing", "plan"),
        ("secrecy_missing", "confidentiality"),
        ("ownership_missing", "ip_terms"),
        ("acceptance_missing", "acceptance"),
    ):
        if not getattr(facts, field).strip():
            yield Found(code, field)
    yield from _clauses(facts)


def _matters(facts: ContractFacts) -> Iterator[Found]:
    for matter, words, outweighs in other_matters(f"{facts.title}\n{facts.object}"):
        code = "not_technology" if outweighs else "also_contains"
        yield Found(code, "object", {"matter": matter.zh, "matter_en": matter.en, "words": "、".join(words)})


def _kind(facts: ContractFacts) -> Iterator[Found]:
    """The title must speak of the contract's kind; the content should."""
    said = suggest(facts.title).kind
    if said not in (None, facts.kind):
        words = _kinds(facts.kind, said or facts.kind)
        test = {"test": DECISIVE[facts.kind][0], "test_en": DECISIVE[facts.kind][1]}
        yield Found("title_contradicts", "title", words | test)
        return
    content = suggest(f"{facts.object}\n{facts.indicators}\n{facts.licence_scope}")
    if content.kind not in (None, facts.kind):
        words = _kinds(facts.kind, content.kind or facts.kind)
        test = {"words": "、".join(content.words), "test": content.decisive_zh, "test_en": content.decisive_en}
        yield Found("content_differs", "kind", words | test)


def _kinds(kind: ContractKind, other: ContractKind) -> dict[str, str]:
    zh, en = terms("contract_kind"), terms("contract_kind", "en")
    names = {"kind": zh[kind], "kind_en": en[kind], "other": zh[other], "other_en": en[other]}
    return names | {"title_kind": zh[other], "title_kind_en": en[other]}


def _targets(facts: ContractFacts) -> Iterator[Found]:
    if facts.kind is ContractKind.DEV:
        if not facts.indicators.strip():
            yield Found("targets_missing", "indicators")
        elif not is_measured(facts.indicators):
            yield Found("targets_vague", "indicators")
    text = f"{facts.title}{facts.object}{facts.indicators}{facts.acceptance}{facts.plan}"
    if facts.kind is ContractKind.CON and not REPORT.search(text):
        yield Found("deliverable_missing", "object")


def _clauses(facts: ContractFacts) -> Iterator[Found]:
    for field in ("object", "ip_terms", "licence_scope", "confidentiality"):
        for zh, en, words in monopolies(getattr(facts, field)):
            yield Found("monopoly", field, {"matter": zh, "matter_en": en, "words": words})
