"""Reads a claims file twice, line by line: a glance to put the claims in order, then each whole when its turn comes."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from os import pread
from pathlib import Path
from struct import Struct
from typing import Annotated, BinaryIO

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from matchmaker.accounts.rules import clean_uscc
from matchmaker.core.errors import Fault, Invalid
from matchmaker.subsidies.facts import CLAIM, ClaimFacts, Name, fault_of
from matchmaker.subsidies.written import Written

MAX_LINE = 16 << 20
# Faults that one message names.
_NAMED = 5
_BOM = b"\xef\xbb\xbf"
# A place is applied_on, claim_id, and offset, length and line number: its own sort key, in half of what a tuple takes.
_DAY = len("2026-03-01")
_SPOT = Struct(">QII")
_END = -_SPOT.size
_SLOTS = 1 << 20
# Lines between two calls of the progress bar.
_STEP = 1000
Tell = Callable[[int, int], None]


_LOOSE = ConfigDict(strict=True, extra="ignore")


@with_config(_LOOSE)
class _GlanceContract(TypedDict):
    contract_id: Name


@with_config(_LOOSE)
class _Glance(TypedDict):
    """What the order needs of a claim; everything else is looked at when its turn comes."""

    claim_id: Name
    applied_on: Annotated[str, Written(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "must be a day")]
    contract: _GlanceContract


_glance = TypeAdapter(_Glance).validator.validate_json


class Places:
    """Where each claim stands in the file, in the order in which claims are decided: applied_on, then claim_id."""

    def __init__(self, path: Path, places: list[bytes], contracts: bytearray) -> None:
        self.path = path
        self._places = places
        self._contracts = contracts

    def __len__(self) -> int:
        return len(self._places)

    def comes_again(self, contract_id: str) -> bool:
        """Whether a second claim may be for this contract: never no where there is one, seldom yes where not."""
        return self._contracts[_slot(contract_id)] > 1

    def claims(self) -> Iterator[ClaimFacts]:
        """The claims in the order decided. Invalid names the first malformed line of the file, and its fields."""
        with self.path.open("rb") as file:
            number = file.fileno()
            for place in self._places:
                offset, length, line = _SPOT.unpack(place[_END:])
                try:
                    yield read_claim(pread(number, length, offset), line)
                except Invalid as fault:
                    raise first_fault(self.path, fault) from None


def find_places(path: Path, tell: Tell) -> Places:
    """Glance at every line. Invalid names the first line that is no claim, or a claim_id that is said twice."""
    places: list[bytes] = []
    contracts = bytearray(_SLOTS)
    size = path.stat().st_size
    with path.open("rb") as file:
        for number, offset, text in _lines(file):
            try:
                seen = _glance(text)
            except ValidationError as error:
                raise first_fault(path, _invalid(error, number)) from None
            spot = _SPOT.pack(offset, len(text), number)
            places.append(f"{seen['applied_on']}{seen['claim_id']}\0".encode() + spot)
            slot = _slot(seen["contract"]["contract_id"])
            contracts[slot] = min(2, contracts[slot] + 1)
            if not number % _STEP:
                tell(offset, size)
    tell(size, size)
    _refuse_twice(places)
    places.sort()
    return Places(path, places, contracts)


def read_claim(text: bytes, number: int) -> ClaimFacts:
    """The claim in line `number`. Invalid names the fields that are unknown, missing or wrong."""
    try:
        claim: ClaimFacts = CLAIM.validator.validate_json(text)
    except ValidationError as error:
        raise _invalid(error, number) from None
    if wrong := _uscc_fault(claim.applicant.uscc):
        raise Invalid([Fault(f"line {number}: applicant.uscc", wrong, claim.applicant.uscc)])
    return claim


def first_fault(path: Path, found: Invalid) -> Invalid:
    """The refusal of the first malformed line, for whoever mends the file from its top; otherwise `found`."""
    with path.open("rb") as file:
        for number, _, text in _lines(file):
            try:
                read_claim(text, number)
            except Invalid as fault:
                return fault
    return found


def _lines(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Number, offset and text of every line that is not blank; the first may stand behind a byte order mark."""
    offset = len(_BOM) if file.read(len(_BOM)) == _BOM else 0
    file.seek(offset)
    for number, line in enumerate(iter(partial(file.readline, MAX_LINE + 1), b""), start=1):
        if len(line) > MAX_LINE:
            raise Invalid([Fault(f"line {number}", f"longer than {MAX_LINE >> 20} MiB")])
        if not line.isspace():
            yield number, offset, line
        offset += len(line)


def _invalid(error: ValidationError, number: int) -> Invalid:
    faults = [fault_of(one) for one in error.errors(include_url=False)][:_NAMED]
    return Invalid([Fault(f"line {number}: {one.field}".removesuffix(": "), one.message, one.value) for one in faults])


def _refuse_twice(places: list[bytes]) -> None:
    last, where = b"", b""
    for place in sorted(places, key=lambda one: one[_DAY:]):
        name = place[_DAY:_END]
        if name == last:
            first, again = sorted(_SPOT.unpack(one[_END:])[2] for one in (where, place))
            said = name[:-1].decode()
            raise Invalid([Fault(f"line {again}: claim_id", f"{said!r} stands already in line {first}", said)])
        last, where = name, place


def _slot(contract_id: str) -> int:
    return hash(contract_id) % _SLOTS


@lru_cache(maxsize=1 << 14)
def _uscc_fault(code: str) -> str | None:
    try:
        clean_uscc(code)
    except ValueError as error:
        return str(error)
    return None
