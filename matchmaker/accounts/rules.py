"""What can be decided about an organisation from values alone: its code, its coded values."""

from enum import StrEnum

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError


class OrganisationKind(StrEnum):
    """What sort of body an organisation is."""

    ENTERPRISE = "enterprise"
    RESEARCH_PLATFORM = "research_platform"
    FINANCIAL_INSTITUTION = "financial_institution"
    SERVICE_PROVIDER = "service_provider"
    ASSOCIATION = "association"


class Standing(StrEnum):
    """How far the verification of an organisation has come; others see it only once it is verified."""

    PENDING = "pending"
    RETURNED = "returned"
    REFUSED = "refused"
    VERIFIED = "verified"


NEXT_STANDINGS = {
    Standing.PENDING: {Standing.VERIFIED, Standing.RETURNED, Standing.REFUSED},
    Standing.RETURNED: {Standing.PENDING, Standing.REFUSED},
    Standing.REFUSED: {Standing.PENDING},
    Standing.VERIFIED: {Standing.RETURNED},
}


class MemberRank(StrEnum):
    """What a person may do within an organisation: owners also manage its people and its consents."""

    OWNER = "owner"
    MEMBER = "member"


class TokenPurpose(StrEnum):
    """What a link in a letter allows, once."""

    VERIFY = "verify"
    RESET = "reset"
    INVITE = "invite"


class DataRight(StrEnum):
    """What a person may ask about their own data (个人信息保护法 44–50)."""

    ACCESS = "access"
    CORRECT = "correct"
    DELETE = "delete"
    WITHDRAW = "withdraw"
    EXPLAIN = "explain"
    COMPLAIN = "complain"


class Scale(StrEnum):
    """The statistical size class of an enterprise (大中小微)."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"


class TitleKind(StrEnum):
    """Recognitions an enterprise may hold (DOMAIN 4.4); each with its certificate and its validity."""

    ABOVE_SCALE = "above_scale"
    HIGH_TECH = "high_tech"
    TECH_SME = "tech_sme"
    INNOVATIVE_SME = "innovative_sme"
    SRDI = "srdi"
    LITTLE_GIANT = "little_giant"
    CHAMPION = "champion"
    CHAIN_LEADER = "chain_leader"


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CLASSES = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


MIN_PASSWORD = 10
# From this length on a phrase needs no mixture of characters.
PHRASE = 14
MAX_PASSWORD = 128
CLASSES_NEEDED = 3


def password_fault(password: str, *, email: str = "") -> str | None:
    """What is wrong with a new password, or None (DOMAIN 7.2: 10 characters of 3 classes, or a phrase of 14)."""
    if len(password) > MAX_PASSWORD:
        return f"a password has at most {MAX_PASSWORD} characters"
    if len(password) < MIN_PASSWORD:
        return f"a password has at least {MIN_PASSWORD} characters"
    name = email.partition("@")[0]
    if len(name) >= 4 and name.lower() in password.lower():
        return "a password must not contain the name in the e-mail address"
    if len(set(password)) < 5:
        return "a password needs more different characters"
    return (
        None
        if len(password) >= PHRASE or _classes(password) >= CLASSES_NEEDED
        else (f"a password shorter than {PHRASE} characters needs three of: small letters, capitals, digits, others")
    )


def _classes(password: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    return sum(any(test(letter) for letter in password) for test in tests)


def clean_uscc(text: str) -> str:
    """The code in its compact upper-case form; ValueError says what is wrong with it (GB 32100-2015).

    python-stdnum knows the digit prefixes; it refuses the letter prefixes A, N and Y, which are real
    (N: rural collectives), so those are checked here with the same formula.
    """
    code = uscc.compact(text).upper()
    if len(code) != 18:
        raise ValueError(f"a unified social credit code has 18 characters, this has {len(code)}")
    if wrong := sorted(set(code) - set(ALPHABET)):
        raise ValueError(f"a unified social credit code has no {' '.join(wrong)}")
    if code[1] not in CLASSES.get(code[0], "") or not code[2:8].isdigit():
        raise ValueError(f"no registration authority gives codes that start with {code[:8]}")
    if code[17] != (right := _check_character(code[:17])):
        raise ValueError(f"wrong check character: {code[17]}, it should be {right}")
    if code[0].isdigit():
        try:
            uscc.validate(code)
        except ValidationError as error:
            raise ValueError(str(error)) from None
    return code


def has_odd_organisation_digit(code: str) -> bool:
    """True when the organisation code inside has a wrong check digit (GB 11714): a warning, real codes do occur."""
    values = [int(c) if c.isdigit() else ord(c) - ord("A") + 10 for c in code[8:16]]
    rest = 11 - sum(v * w for v, w in zip(values, _BODY_WEIGHTS, strict=True)) % 11
    return code[16] != {10: "X", 11: "0"}.get(rest, str(rest))


def _check_character(first17: str) -> str:
    total = sum(ALPHABET.index(c) * w for c, w in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]
