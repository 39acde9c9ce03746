"""Are the parties who they say they are: register, seal, code, and what the registration form asks of them."""

from collections.abc import Iterator

from matchmaker.accounts.rules import clean_uscc
from matchmaker.contracts.precheck.shapes import ContractFacts, Found, PartyFacts
from matchmaker.contracts.precheck.words import foreign_roles
from matchmaker.contracts.rules import HOME_COUNTRY, ROLE_TERMS, FilePurpose, PartyRole, same_name
from matchmaker.reference.terms import terms


def look(facts: ContractFacts) -> Iterator[Found]:
    """Findings on the parties and on what the text calls them."""
    if not facts.named(PartyRole.SELLER):
        yield Found("no_seller", "parties")
    if not facts.named(PartyRole.BUYER):
        yield Found("no_buyer", "parties")
    for place, party in enumerate(facts.parties):
        yield from _names(f"parties.{place}", party)
        yield from _form(f"parties.{place}", party, facts)
    yield from _roles(facts)


def _names(field: str, party: PartyFacts) -> Iterator[Found]:
    name = same_name(party.name)
    if party.register_name is not None and same_name(party.register_name) != name:
        yield Found("name_differs", f"{field}.name", {"name": party.name, "register": party.register_name})
    if not party.seal_name:
        yield Found("seal_unread", f"{field}.seal_name", {"name": party.name})
    elif same_name(party.seal_name) != name:
        yield Found("seal_differs", f"{field}.seal_name", {"name": party.name, "seal": party.seal_name})


def _form(field: str, party: PartyFacts, facts: ContractFacts) -> Iterator[Found]:
    words = {"name": party.name, "code": party.uscc}
    if party.nature is None:
        yield Found("nature_missing", f"{field}.nature", words)
    if party.country != HOME_COUNTRY:
        return
    if not party.uscc:
        yield Found("code_missing", f"{field}.uscc", words)
    elif not _is_code(party.uscc):
        yield Found("code_wrong", f"{field}.uscc", words)
    if not party.division:
        yield Found("division_missing", f"{field}.division", words)
    if party.register_name is None and FilePurpose.IDENTITY not in facts.papers:
        yield Found("identity_missing", "papers", words)


def _is_code(text: str) -> bool:
    try:
        return clean_uscc(text) == text
    except ValueError:
        return False


def _roles(facts: ContractFacts) -> Iterator[Found]:
    text = "\n".join((facts.object, facts.ip_terms, facts.licence_scope, facts.plan, facts.acceptance))
    found = foreign_roles(facts.kind, text)
    if found is None:
        return
    other, said = found
    pair = (ROLE_TERMS[facts.kind, PartyRole.BUYER], ROLE_TERMS[facts.kind, PartyRole.SELLER])
    words = {
        "words": "、".join(said),
        "kind": terms("contract_kind")[facts.kind],
        "kind_en": terms("contract_kind", "en")[facts.kind],
        "other": terms("contract_kind")[other],
        "other_en": terms("contract_kind", "en")[other],
        "right": "、".join(zh for zh, _en in pair),
    }
    yield Found("role_terms", "object", words)
