"""The coded values of an event."""

from enum import StrEnum


class EventKind(StrEnum):
    """The plan's kinds (二(八)1): 产业链供需对接 技术成果对接 融资对接 协同创新."""

    SUPPLY_CHAIN = "supply_chain"
    TECHNOLOGY = "technology"
    FINANCE = "finance"
    CO_INNOVATION = "co_innovation"


class EventState(StrEnum):
    """Where an event stands; visitors see announced ones."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"
