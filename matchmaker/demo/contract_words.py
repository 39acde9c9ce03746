"""What the contracts of the demo district have in common: their clauses, and how parties and fields are called."""

from collections.abc import Mapping

from matchmaker.accounts.models import Organisation
from matchmaker.accounts.rules import OrganisationKind
from matchmaker.contracts.rules import ContractKind, PartyNature
from matchmaker.demo import phrases
from matchmaker.demo.stories import Story, Written, number_of
from matchmaker.listings.rules import Field

_FIELDS = {
    "HYD": Field.ENERGY,
    "BIO": Field.BIOMEDICINE,
    "SEM": Field.ELECTRONICS,
    "MAT": Field.MATERIALS,
    "CER": Field.MATERIALS,
    "TEX": Field.MATERIALS,
    "ALU": Field.MATERIALS,
    "LIT": Field.OPTOMECHATRONICS,
}
# Words of a name, and the nature they give away; the first that fits counts.
_NATURES = (
    ("大学", PartyNature.UNIVERSITY),
    ("学院", PartyNature.UNIVERSITY),
    ("医院", PartyNature.MEDICAL),
    ("协会", PartyNature.ASSOCIATION),
    ("商会", PartyNature.ASSOCIATION),
    ("股份", PartyNature.JOINT_STOCK),
    ("厂", PartyNature.PRIVATE_FIRM),
)


def clauses(story: Story, written: Written) -> dict[str, str]:
    """The clauses that every contract needs, worded as this one's kind is; no two neighbours have the same."""
    pools: Mapping[str, Mapping[ContractKind, tuple[str, ...]]] = {
        "acceptance": phrases.ACCEPTANCE,
        "plan": phrases.PLAN,
        "confidentiality": phrases.SECRECY,
        "ip_terms": phrases.OWNERSHIP,
    }
    number = number_of(story)
    wordings = {name: pool[written.kind] for name, pool in pools.items()}
    return {name: pool[(number + place) % len(pool)] for place, (name, pool) in enumerate(wordings.items())}


def field_of(node: str) -> Field:
    """The high-technology field of a chain node."""
    return _FIELDS.get(node[:3], Field.MANUFACTURING)


def nature_of(organisation: Organisation) -> PartyNature:
    """The nature that the registration form knows, as name and kind say it."""
    if organisation.kind is OrganisationKind.RESEARCH_PLATFORM and "大学" not in organisation.name:
        return PartyNature.RESEARCH_INSTITUTE
    named = (nature for word, nature in _NATURES if word in organisation.name)
    return next(named, PartyNature.LIMITED_COMPANY)
