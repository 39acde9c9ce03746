"""What is wrong with an instance, said in one line however much it is."""

from collections.abc import Iterable

from matchmaker.core.errors import Fault, Invalid

# A file that is wrong throughout is wrong in one way: what comes after these is counted and not listed.
MOST_FAULTS = 5
LONGEST = 120


def refuse(faults: Iterable[Fault]) -> None:
    """Invalid when there are any."""
    if found := list(faults):
        raise invalid(found)


def invalid(faults: list[Fault]) -> Invalid:
    """The first of them, without the line breaks that a file may have in its names."""
    shown = [Fault(_line(one.field), _line(one.message), one.value) for one in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        shown.append(Fault("file", f"{len(faults) - MOST_FAULTS} more faults"))
    return Invalid(shown)


def _line(text: str) -> str:
    """The text with a space for every sign that is not there to be read, and not longer than a line."""
    said = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
