"""All checks together, and their findings put into words."""

from matchmaker.contracts.precheck import content, others, parties, terms
from matchmaker.contracts.precheck.shapes import ContractFacts, Finding, Found
from matchmaker.contracts.precheck.texts_content import CONTENT_TEXTS
from matchmaker.contracts.precheck.texts_terms import TERMS_TEXTS
from matchmaker.contracts.rules import Severity

TEXTS = CONTENT_TEXTS | TERMS_TEXTS
_WEIGHT = list(Severity)


def check(facts: ContractFacts) -> list[Finding]:
    """Everything that stands in the way of registering the contract, what is refused first; empty for a sound one."""
    found = [in_words(one) for part in (parties, content, terms, others) for one in part.look(facts)]
    return sorted(found, key=lambda finding: _WEIGHT.index(finding.severity))


def in_words(found: Found) -> Finding:
    """The finding as people read it."""
    text = TEXTS[found.code]
    said = [line.format_map(found.words) for line in text[1:]]
    return Finding(found.code, text.severity, found.field, *said)
