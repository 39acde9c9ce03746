"""What a coded value is called: the official Chinese term and its English, said once for pages and spreadsheets."""

from functools import cache

from matchmaker.reference.tables import rows


@cache
def terms(kind: str, language: str = "zh") -> dict[str, str]:
    """Code to term for one kind of code, such as "form", in the order people expect to see them."""
    return {row["code"]: row[language] for row in rows("terms") if row["kind"] == kind}


@cache
def codes(kind: str) -> dict[str, str]:
    """Every accepted spelling (code, Chinese, English in lower case) to the code."""
    found: dict[str, str] = {}
    for row in rows("terms"):
        if row["kind"] == kind:
            found |= dict.fromkeys((row["code"], row["zh"], row["en"].lower()), row["code"])
    return found
