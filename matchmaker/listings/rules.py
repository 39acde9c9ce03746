"""The coded values of a listing and what can be decided from them alone."""

import hashlib
from enum import StrEnum


class Side(StrEnum):
    """Whether somebody asks or provides."""

    NEED = "need"
    OFFER = "offer"

    @property
    def opposite(self) -> "Side":
        return Side.OFFER if self is Side.NEED else Side.NEED


class Form(StrEnum):
    """What is asked or provided: 产品 产能 技术 服务 仪器."""

    PRODUCT = "product"
    CAPACITY = "capacity"
    TECHNOLOGY = "technology"
    SERVICE = "service"
    EQUIPMENT = "equipment"


class State(StrEnum):
    """Where a listing stands in its life. Review is a step only where the district asks for it (settings)."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    ON_HOLD = "on_hold"
    CLOSED = "closed"
    EXPIRED = "expired"


NEXT_STATES = {
    State.DRAFT: {State.REVIEW, State.PUBLISHED, State.CLOSED},
    State.REVIEW: {State.PUBLISHED, State.DRAFT, State.CLOSED},
    State.PUBLISHED: {State.DRAFT, State.ON_HOLD, State.CLOSED, State.EXPIRED},
    State.ON_HOLD: {State.REVIEW, State.PUBLISHED, State.CLOSED, State.EXPIRED},
    State.EXPIRED: {State.PUBLISHED, State.CLOSED},
    State.CLOSED: {State.REVIEW, State.PUBLISHED},
}


class PriceUnit(StrEnum):
    """What a price is for; without one it is for the whole project or order. Only whole prices meet a budget."""

    PIECE = "piece"
    SET = "set"
    KILOGRAM = "kilogram"
    TON = "ton"
    METRE = "metre"
    SQUARE_METRE = "square_metre"
    HOUR = "hour"
    DAY = "day"
    TEST = "test"
    YEAR = "year"


class Visibility(StrEnum):
    """Who learns whose listing it is. Redacted: the text is public, the organisation is not."""

    PUBLIC = "public"
    REDACTED = "redacted"
    CONSENT = "consent"


class Maturity(StrEnum):
    """The five steps 正在研发 已有样品 通过小试 通过中试 可以量产."""

    DEVELOPING = "developing"
    PROTOTYPE = "prototype"
    LAB_TESTED = "lab_tested"
    PILOT_TESTED = "pilot_tested"
    MASS_PRODUCTION = "mass_production"


class Field(StrEnum):
    """High-technology fields as the contract statistics divide them (FEATURES 4.2)."""

    ELECTRONICS = "electronics"
    MANUFACTURING = "manufacturing"
    MATERIALS = "materials"
    ENERGY = "energy"
    ENVIRONMENT = "environment"
    BIOMEDICINE = "biomedicine"
    OPTOMECHATRONICS = "optomechatronics"
    SOFTWARE = "software"
    AGRICULTURE = "agriculture"
    OTHER = "other"


class IpType(StrEnum):
    """Kinds of intellectual property."""

    INVENTION = "invention"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"
    SOFTWARE = "software"
    KNOW_HOW = "know_how"
    PLANT_VARIETY = "plant_variety"


class IpStatus(StrEnum):
    """How far the protection has come: 未申请 技术秘密 申请中 已授权 失效."""

    NONE = "none"
    SECRET = "secret"
    APPLIED = "applied"
    GRANTED = "granted"
    LAPSED = "lapsed"


class Cooperation(StrEnum):
    """How the two sides would work together; at most three on one listing."""

    TRANSFER = "transfer"
    EXCLUSIVE_LICENSE = "exclusive_license"
    SOLE_LICENSE = "sole_license"
    ORDINARY_LICENSE = "ordinary_license"
    EQUITY = "equity"
    JOINT_DEVELOPMENT = "joint_development"
    COMMISSIONED_DEVELOPMENT = "commissioned_development"
    TECHNICAL_SERVICE = "technical_service"
    TECHNICAL_CONSULTING = "technical_consulting"
    CO_PRODUCTION = "co_production"
    SUPPLY = "supply"
    OTHER = "other"


MAX_COOPERATION = 3


def matching_text(*, summary: str, detail: str, requirement: str) -> str:
    """The body that is compared with other listings; the title is compared on its own and is not part of it."""
    return "\n".join(part for part in (summary, detail, requirement) if part)


def content_hash(title: str, body: str) -> str:
    """SHA-256, hex, of the compared texts: equal hashes never need to be encoded again."""
    return hashlib.sha256(f"{title}\0{body}".encode()).hexdigest()
