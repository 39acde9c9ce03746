"""The demo district's files with less in them to play."""

from pathlib import Path

DISTRICT = Path(__file__).resolve().parents[2] / "seed_data" / "district"
# Of what took the district's people years to do, the first lines are enough for most tests.
FEW = {"events": 4, "stories": 6, "past_contracts": 3}


def little_seed(folder: Path) -> Path:
    """Write the district's files into `folder`, those that are played shortened to FEW lines."""
    folder.mkdir()
    for file in DISTRICT.glob("*.jsonl"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / file.name).write_text("".join(lines[: FEW.get(file.stem)]), encoding="utf-8")
    return folder
