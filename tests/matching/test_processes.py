"""Two real processes on one database: what one saves, the other one answers with at its next question."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.factories import USCCS
from tests.matching.place import Place

ASKED = "车载供氢系统的减压阀，耐压七十兆帕"
ROOT = Path(__file__).resolve().parents[2]
Ask = Callable[[str], list[int]]


@pytest.fixture
def ask(place: Place, offers: dict[str, int], database_url: str, tmp_path: Path) -> Iterator[Ask]:
    """Asks the other process, which lives as long as the test."""
    command = [sys.executable, "-m", "tests.matching.answering_process", database_url, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout

        def ask(text: str) -> list[int]:
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(text) + "\n")
            process.stdin.flush()
            found: list[int] = json.loads(process.stdout.readline())
            return found

        yield ask
        process.stdin.close()
        assert process.wait(timeout=120) == 0


def test_another_process_sees_new_changed_and_closed_listings_at_once(
    place: Place, offers: dict[str, int], ask: Ask
) -> None:
    assert ask(ASKED)[0] == offers["valve"]

    new = place.add(ref="new", title="车载供氢系统减压阀，耐压七十兆帕")
    assert ask(ASKED)[:2] == [new, offers["valve"]]

    place.add(
        ref="cloth",
        organisation=USCCS[2],
        title="车载供氢系统的减压阀，耐压七十兆帕",
        detail=ASKED,
        chain_nodes=["TEX-07"],
    )
    assert ask(ASKED)[0] == offers["cloth"]

    place.close(offers["cloth"])
    place.close(new)
    assert ask(ASKED) == [offers["valve"], offers["motor"]]

    for number in range(7):
        place.add(ref=f"many{number}", title=f"第{number}种针织面料")
    place.refresh()
    assert len(ask("针织面料")) == 9
