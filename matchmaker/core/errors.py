"""The errors features raise; each door turns them into its own answer with one table."""

from dataclasses import dataclass


class DomainError(Exception):
    """Something a user can understand and act on. `str(error)` is one clear line."""


class NotFound(DomainError):
    """The thing asked for does not exist, or this actor may not know that it does."""


class Forbidden(DomainError):
    """The actor is known, the thing is known, and the answer is no."""


class Conflict(DomainError):
    """The change collides with what is already stored."""


class Unavailable(DomainError):
    """A part that the answer needs (model, embeddings server, disk) does not work right now."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one field of an input, and what to do about it."""

    field: str
    message: str
    value: str = ""


class Invalid(DomainError):
    """The input is refused; `faults` name every field that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
