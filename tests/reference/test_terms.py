"""Every coded value has its term in both languages, and no term is left over."""

from enum import Enum

import pytest

from matchmaker.accounts.rules import OrganisationKind, Scale, TitleKind
from matchmaker.listings import rules
from matchmaker.matching.results import Level
from matchmaker.reference.chains import Stage
from matchmaker.reference.tables import rows
from matchmaker.reference.terms import codes, terms

KINDS: dict[str, type[Enum]] = {
    "side": rules.Side,
    "form": rules.Form,
    "state": rules.State,
    "visibility": rules.Visibility,
    "maturity": rules.Maturity,
    "field": rules.Field,
    "ip_type": rules.IpType,
    "ip_status": rules.IpStatus,
    "cooperation": rules.Cooperation,
    "organisation_kind": OrganisationKind,
    "scale": Scale,
    "title": TitleKind,
    "level": Level,
    "stage": Stage,
}


def test_every_kind_of_code_in_the_features_is_looked_at() -> None:
    from matchmaker.accounts import rules as accounts

    found = {
        value
        for module in (rules, accounts)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Enum) and value.__module__ == module.__name__
    }
    assert found <= set(KINDS.values())
    assert len(found) == 12


def test_no_kind_of_term_is_left_over() -> None:
    assert {row["kind"] for row in rows("terms")} == set(KINDS)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_terms_are_exactly_the_codes_and_all_different(kind: str, language: str) -> None:
    found = terms(kind, language)
    assert set(found) == {str(member.value) for member in KINDS[kind]}
    assert all(found.values())
    assert len(set(found.values())) == len(found) == sum(row["kind"] == kind for row in rows("terms"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_spelling_leads_back_to_its_code(kind: str) -> None:
    for code in terms(kind):
        spellings = (code, terms(kind)[code], terms(kind, "en")[code].lower())
        assert [codes(kind)[spelling] for spelling in spellings] == [code] * 3
