"""Decides a whole file of claims under one policy and writes the outcomes in the order decided, however large it is."""

import gc
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from pydantic_core import from_json, to_json

from matchmaker.contracts.rules import PartyRole
from matchmaker.core.errors import Fault, Invalid
from matchmaker.core.money import fen_from_yuan, yuan_from_fen
from matchmaker.subsidies.books import Books
from matchmaker.subsidies.claim_lines import Places, Tell
from matchmaker.subsidies.engine import decide, inputs_for, share_reason
from matchmaker.subsidies.facts import ClaimFacts, Outcome
from matchmaker.subsidies.policy import Policy
from matchmaker.subsidies.sharing import share_out

# Claims are read, decided and written by the batch: a processor that does one thing for a while does it faster.
BATCH = 250


@dataclass
class Assessed:
    """What a run gave: claims decided, how many of them are eligible, fen granted, and fen that the budget cut off."""

    claims: int = 0
    eligible: int = 0
    granted: int = 0
    cut: int = 0


def assess(places: Places, policy: Policy, out: Path, tell: Tell) -> Assessed:
    """Decide every claim of a file and write `out`, whole or not at all. Invalid when a line is malformed.

    Claims are decided by applied_on, then claim_id, whatever their order in the file; a yearly budget that does not
    reach is shared out. The same as `running.decide_in_turn`, but no outcome stays in memory.
    """
    if out.exists() and out.samefile(places.path):
        raise Invalid([Fault("out", "would overwrite the claims")])
    books, most = Books(comes_again=places.comes_again), policy.budget.yearly_total
    with _without_collector(), _whole(out) as file:
        if most is None:
            return _write(_outcomes(policy, places, books), file, lambda done: tell(done, len(places)))
        with TemporaryFile(dir=out.parent) as unshared:
            budget = _Budget(most, books)
            outcomes = _outcomes(policy, places, books, budget)
            done = _write(outcomes, unshared, lambda done: tell(done, len(places)))
            unshared.seek(0)
            for line, share in zip(unshared, budget.shares, strict=True):
                file.write(_shared(line, share))
        done.cut = done.granted - sum(budget.shares)
        done.granted -= done.cut
        return done


class _Budget:
    """Collects what each year needs; when a year is over, its shares are known and the books know what was cut."""

    def __init__(self, most: int, books: Books) -> None:
        self.shares = array("q")
        self._most = most
        self._books = books
        self._year = 0
        self._amounts = array("q")
        self._contracts: list[tuple[int, str, PartyRole]] = []

    def turn_to(self, year: int) -> None:
        """Close the year before, if this is another."""
        if year == self._year:
            return
        shares = share_out(self._most, self._amounts)
        for number, contract, role in self._contracts:
            self._books.cut(contract, role, self._amounts[number] - shares[number])
        self.shares.extend(shares)
        self._year, self._amounts, self._contracts = year, array("q"), []

    def add(self, claim: ClaimFacts, outcome: Outcome) -> None:
        """Note what this claim needs."""
        if outcome.amount and self._books.keeps(claim.contract.contract_id):
            self._contracts.append((len(self._amounts), claim.contract.contract_id, claim.role))
        self._amounts.append(outcome.amount)


def _outcomes(policy: Policy, places: Places, books: Books, budget: _Budget | None = None) -> Iterator[list[Outcome]]:
    claims = places.claims()
    while batch := list(islice(claims, BATCH)):
        yield [_outcome(policy, claim, books, budget) for claim in batch]
    if budget:
        budget.turn_to(0)


def _outcome(policy: Policy, claim: ClaimFacts, books: Books, budget: _Budget | None) -> Outcome:
    if budget:
        budget.turn_to(claim.applied_on.year)
    inputs = inputs_for(policy, claim, books.before(claim))
    outcome = decide(policy, inputs)
    books.add(inputs, outcome)
    if budget:
        budget.add(claim, outcome)
    return outcome


def _write(batches: Iterable[list[Outcome]], file: IO[bytes], tell: Callable[[int], None]) -> Assessed:
    done = Assessed()
    for batch in batches:
        file.write(b"".join([outcome.line() + b"\n" for outcome in batch]))
        done.claims += len(batch)
        done.eligible += sum([outcome.eligible for outcome in batch])
        done.granted += sum([outcome.amount for outcome in batch])
        tell(done.claims)
    return done


def _shared(line: bytes, share: int) -> bytes:
    """The line of an outcome when the budget leaves only `share` fen for it: as `engine.shared` would write it."""
    said = from_json(line)
    amount = fen_from_yuan(said["amount"])
    if share == amount:
        return line
    reason = share_reason(amount, share)
    said["amount"] = yuan_from_fen(share)
    said["reasons"].append({"code": reason.code, "text": reason.text})
    return to_json(said) + b"\n"


@contextmanager
def _without_collector() -> Iterator[None]:
    """No search for cycles, of which the records have none: it would only go over all that is kept, again and again."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _whole(out: Path) -> Iterator[IO[bytes]]:
    """A file beside `out` that takes its place when everything is written, and vanishes when anything stops it."""
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
