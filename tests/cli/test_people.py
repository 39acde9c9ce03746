"""`staff` makes the first administrator of an installation, who then has to open a letter."""

import re

import pytest
from sqlalchemy import select

from matchmaker.accounts.models import Person
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.unit import reading
from matchmaker.mail.models import OutgoingMail
from tests.cli.commands import Shell


def test_the_first_administrator_gets_a_letter(shell: Shell) -> None:
    shell("init", "--no-demo")
    code, said, _ = shell("staff", "mai@nanhai.example", "麦启正", "--role", "administrator")
    assert code == 0
    assert "mai@nanhai.example is administrator" in said
    engine = make_engine(f"sqlite:///{shell.data_dir / 'matchmaker.db'}")
    with reading(make_sessions(engine)) as session:
        person = session.scalars(select(Person)).one()
        letter = session.scalars(select(OutgoingMail)).one()
        assert (person.role, person.password_hash) == ("administrator", None)
        assert letter.address == "mai@nanhai.example"
        assert re.search(r"http://127\.0\.0\.1:8000/reset/\S+", letter.body)
    engine.dispose()


@pytest.mark.parametrize(
    ("email", "name", "field"), [("nobody", "麦启正", "email"), ("mai@nanhai.example", "麦", "name")]
)
def test_a_faulty_person_is_refused_in_one_line(shell: Shell, email: str, name: str, field: str) -> None:
    shell("init", "--no-demo")
    code, said, complaint = shell("staff", email, name, "--role", "officer")
    assert (code, said) == (1, "")
    assert complaint.startswith(f"Error: {field}: ")


def test_members_are_made_by_registering_only(shell: Shell) -> None:
    shell("init", "--no-demo")
    assert shell("staff", "mai@nanhai.example", "麦启正", "--role", "member")[0] == 2
