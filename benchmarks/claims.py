"""A file of 100,000 subsidy claims: seconds against a loop that only parses its lines, and memory as the file grows.

`python -m benchmarks.claims`: the claims are made up from a fixed seed; both loops run in the same process, in turn.
"""

import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from matchmaker.accounts.rules import ALPHABET, clean_uscc
from matchmaker.subsidies.assessing import assess
from matchmaker.subsidies.claim_lines import find_places
from matchmaker.subsidies.policy import load_policy

CLAIMS = 100_000
ROUNDS = 3
# Times as long as parsing alone.
WANTED = 10
POLICY = Path(__file__).resolve().parents[1] / "seed_data" / "policies" / "nh-techdeal-2023.yaml"


def write_claims(path: Path, number: int, *, seed: int = 0) -> None:
    """Made-up claims of three years: about thirty a unit, one contract in five is claimed again, some rules fail."""
    chance = random.Random(seed)
    units = [_uscc(unit) for unit in range(max(1, number // 30))]
    with path.open("w", encoding="utf-8") as file:
        for row in _rows(chance, units, number):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _rows(chance: random.Random, units: list[str], number: int) -> Iterator[dict[str, Any]]:
    for count in range(number):
        year = chance.choice((2025, 2026, 2027))
        contract = count if chance.random() < 0.8 else chance.randrange(count + 1)
        yield {
            "claim_id": f"C{count:06d}",
            "role": "buyer",
            "applied_on": f"{year}-03-{chance.randint(1, 31):02d}",
            "contract": _contract(chance, f"K{contract:06d}", year - 1),
            "applicant": {"uscc": chance.choice(units), "division": "440605"},
            "higher_level_aid": chance.choice(("0.00",) * 9 + ("10000.00",)),
        }


def _contract(chance: random.Random, name: str, year: int) -> dict[str, Any]:
    technology = chance.randint(60_000, 3_000_000)
    total = technology + chance.choice((0, 0, chance.randint(1, 500_000)))
    return {
        "contract_id": name,
        "kind": chance.choice(("DEV", "TRF", "LIC", "CON", "SVC")),
        "total_amount": f"{total}.00",
        "technology_amount": f"{technology}.00",
        "signed_on": f"{year}-02-{chance.randint(1, 28):02d}",
        "valid_until": f"{year + 2}-01-31",
        "registration_no": f"{year}440601{chance.randrange(10**6):06d}",
        "registered_on": f"{year}-05-{chance.randint(1, 31):02d}",
        "matched_on": f"{year}-01-{chance.randint(1, 31):02d}",
        "related_party": chance.choice(("none",) * 18 + ("cleared", "declared")),
        "fiscal_fund": chance.random() < 0.03,
        "payments": [
            {
                "paid_on": f"{year}-{chance.randint(6, 12):02d}-15",
                "amount": f"{total // 4}.{chance.randrange(100):02d}",
                "technology_amount": None,
                "invoice": chance.random() < 0.97,
                "bank_receipt": chance.random() < 0.97,
            }
            for _ in range(chance.randint(1, 3))
        ],
    }


def _uscc(number: int) -> str:
    for last in ALPHABET:
        try:
            return clean_uscc(f"91440605YYYY{number:05d}{last}")
        except ValueError:
            continue
    raise ValueError(f"no code for {number}")


def _ignore(done: int, total: int) -> None:
    pass


def _once(path: Path) -> tuple[float, float]:
    """Seconds to parse the lines only, and to decide the claims and write the outcomes."""
    started = perf_counter()
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
    parsed = perf_counter()
    policy = load_policy(POLICY.read_bytes())
    assess(find_places(path, _ignore), policy, path.with_suffix(".out"), _ignore)
    return parsed - started, perf_counter() - parsed


def _memory(number: int) -> int:
    """MiB at most in a process of its own that decides this many claims."""
    run = subprocess.run([sys.executable, "-m", "benchmarks.claims", str(number)], capture_output=True, check=True)
    return int(run.stdout)


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.jsonl"
        write_claims(path, CLAIMS)
        rounds = sorted((_once(path) for _ in range(ROUNDS)), key=lambda one: one[1] / one[0])
        parse, decide = rounds[len(rounds) // 2]
    print(f"| {CLAIMS:,} claims | seconds | ratio |\n|---|---|---|")
    print(f"| `json.loads` of every line | {parse:.2f} | 1.0 |")
    print(f"| checked, put in order, decided, written | {decide:.2f} | {decide / parse:.1f} |")
    print(f"| wanted | | at most {WANTED} |")
    small, large = _memory(CLAIMS // 10), _memory(CLAIMS)
    print(f"\nmost memory: {small} MiB at {CLAIMS // 10:,} claims, {large} MiB at {CLAIMS:,}")


def measure(number: int) -> None:
    """Decide this many claims and print the most memory that this process ever took, in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.jsonl"
        write_claims(path, number)
        _once(path)
    # Not ru_maxrss, which a child process starts with its parent's.
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(found[1]) // 1024 if found else 0)


if __name__ == "__main__":
    measure(int(sys.argv[1])) if len(sys.argv) > 1 else main()
