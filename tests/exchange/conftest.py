"""Files to import, made for each test, and a registry with three organisations."""

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.rules import OrganisationKind
from matchmaker.accounts.schemas import OrganisationIn
from matchmaker.accounts.service import save_organisation
from matchmaker.core.actor import Actor
from matchmaker.core.unit import unit
from tests.exchange.factories import Row, uscc


@pytest.fixture
def actor() -> Actor:
    return Actor.system("cli")


@pytest.fixture
def registry(sessions: sessionmaker[Session], actor: Actor) -> sessionmaker[Session]:
    """The database with organisations 1, 2 and 3 registered."""
    with unit(sessions) as session:
        for number in (1, 2, 3):
            data = OrganisationIn(
                uscc=uscc(number), name=f"第{number}阀门厂", kind=OrganisationKind.ENTERPRISE, town="440605123"
            )
            save_organisation(session, actor, data=data)
    return sessions


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[..., Path]:
    """Writes lists of cells as a workbook's only sheet."""

    def write(rows: Iterable[Iterable[object]], name: str = "f.xlsx") -> Path:
        book = Workbook()
        for row in rows:
            book.active.append(list(row))
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows under the headers of the first one, in any encoding and with any delimiter."""

    def write(rows: list[Row], encoding: str = "utf-8", delimiter: str = ",") -> Path:
        path = tmp_path / "f.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def jsonl(tmp_path: Path) -> Callable[[list[object]], Path]:
    """Writes values as JSON lines; a string is written as it is."""

    def write(lines: list[object]) -> Path:
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        path = tmp_path / "f.jsonl"
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        return path

    return write
