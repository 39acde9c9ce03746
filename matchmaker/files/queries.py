"""Reading what files there are."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.files.models import StoredFile


def of_subject(session: Session, *, subject: str, purpose: str) -> Sequence[StoredFile]:
    """The files of a subject that are not withdrawn, oldest first."""
    mine = (StoredFile.subject == subject, StoredFile.purpose == purpose, StoredFile.withdrawn_at.is_(None))
    return session.scalars(select(StoredFile).where(*mine).order_by(StoredFile.id)).all()


def one(session: Session, *, file_id: int, subject: str) -> StoredFile | None:
    """The file, if it is this subject's and not withdrawn."""
    file = session.get(StoredFile, file_id)
    return file if file is not None and file.subject == subject and file.withdrawn_at is None else None
