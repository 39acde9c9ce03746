"""Letters leave after the commit, wait longer after each failure, and are never lost between two looks."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.core import clock
from matchmaker.core.unit import reading, unit
from matchmaker.mail import queries, service
from matchmaker.mail.models import OutgoingMail
from matchmaker.mail.transport import FileTransport, SmtpTransport


def write(sessions: sessionmaker[Session], **over: str) -> int:
    given = {"address": "li@demo.example", "subject": "您有新的匹配", "body": "正文\n第二行"} | over
    with unit(sessions) as session:
        mail = service.queue(session, **given)  # type: ignore[arg-type]
        session.flush()
        return mail.id


def state(sessions: sessionmaker[Session], number: int) -> OutgoingMail:
    with reading(sessions) as session:
        row = session.get_one(OutgoingMail, number)
        session.expunge(row)
        return row


def test_a_letter_becomes_a_file_that_a_mail_program_reads(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    number = write(sessions)
    post = FileTransport(tmp_path, "platform@demo.example")
    assert [service.deliver_due(sessions, post) for _ in range(2)] == [1, 0]
    letter = message_from_bytes((tmp_path / f"{number:08d}.eml").read_bytes(), policy=default)
    assert (letter["To"], letter["Subject"], letter["From"]) == (
        "li@demo.example",
        "您有新的匹配",
        "platform@demo.example",
    )
    assert letter.get_content() == "正文\n第二行\n"


def test_a_unit_that_fails_leaves_no_letter(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), unit(sessions) as session:
        service.queue(session, address="a@demo.example", subject="x", body="y")
        raise RuntimeError
    assert service.deliver_due(sessions, FileTransport(tmp_path, "p@demo.example")) == 0


def test_a_server_that_is_down_is_tried_again_later(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    number = write(sessions)
    down = SmtpTransport("smtp://127.0.0.1:1", "p@demo.example")
    assert service.deliver_due(sessions, down) == 0
    row = state(sessions, number)
    assert (row.attempts, row.sent_at, row.given_up_at, row.last_error != "") == (1, None, None, True)
    up = FileTransport(tmp_path, "p@demo.example")
    assert service.deliver_due(sessions, up) == 0
    with clock.pretend(clock.now() + timedelta(minutes=2)):
        assert service.deliver_due(sessions, up) == 1


def test_a_letter_no_server_takes_is_given_up_in_the_end(sessions: sessionmaker[Session]) -> None:
    number = write(sessions)
    down = SmtpTransport("smtp://127.0.0.1:1", "p@demo.example")
    for day in range(service.ATTEMPTS):
        with clock.pretend(clock.now() + timedelta(days=day)):
            service.deliver_due(sessions, down)
    assert state(sessions, number).given_up_at is not None


@pytest.mark.parametrize("subject", ["两行\n主题", "Bcc: x\r\nBcc: evil@demo.example"])
def test_no_subject_smuggles_a_header(sessions: sessionmaker[Session], tmp_path: Path, subject: str) -> None:
    number = write(sessions, subject=subject)
    service.deliver_due(sessions, FileTransport(tmp_path, "p@demo.example"))
    letter = message_from_bytes((tmp_path / f"{number:08d}.eml").read_bytes(), policy=default)
    assert letter["Bcc"] is None
    assert letter["Subject"] == " ".join(subject.split())


def test_an_address_no_letter_can_carry_is_given_up_at_once(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    number = write(sessions, address="a@demo.example\nBcc: evil@demo.example")
    assert service.deliver_due(sessions, FileTransport(tmp_path, "p@demo.example")) == 0
    assert state(sessions, number).given_up_at is not None
    with reading(sessions) as session:
        assert [row.id for row in queries.newest(session)] == [number]
