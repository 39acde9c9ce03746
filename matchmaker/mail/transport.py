"""How a letter leaves: into a folder of files, or through an SMTP server. Both are real; settings choose."""

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 20


class Transport(Protocol):
    """Sends one letter; OSError means try again later, ValueError means never."""

    def send(self, *, number: int, address: str, subject: str, body: str) -> None: ...


@dataclass(frozen=True)
class FileTransport:
    """Writes each letter as an .eml file, for development and for machines without a mail server."""

    folder: Path
    sender: str

    def send(self, *, number: int, address: str, subject: str, body: str) -> None:
        """Write `number`.eml; sending the same one again replaces it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{number:08d}.eml"
        aside = target.with_suffix(".part")
        aside.write_bytes(bytes(_message(self.sender, address, subject, body)))
        aside.replace(target)


@dataclass(frozen=True)
class SmtpTransport:
    """Hands letters to the server at `url`: smtp://user:password@host:587 (STARTTLS when offered) or smtps://…:465."""

    url: str
    sender: str

    def send(self, *, number: int, address: str, subject: str, body: str) -> None:
        """Deliver through the server. Repeats are recognised by the Message-ID made from `number`."""
        message = _message(self.sender, address, subject, body)
        message["Message-ID"] = f"<{number}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        parts = urlsplit(self.url)
        kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
        port = parts.port or (465 if parts.scheme == "smtps" else 25)
        with kind(parts.hostname or "localhost", port, timeout=TIMEOUT_S) as server:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)


def _message(sender: str, address: str, subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = address
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message
