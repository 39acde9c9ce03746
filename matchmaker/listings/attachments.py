"""Files of a listing: added and withdrawn by its owner, read by whoever may know whose it is."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from matchmaker.core.actor import Actor
from matchmaker.core.errors import Fault, Invalid, NotFound
from matchmaker.files import queries as files
from matchmaker.files import service as file_service
from matchmaker.files.models import StoredFile
from matchmaker.listings import queries
from matchmaker.listings.access import can_see_organisation
from matchmaker.listings.models import Listing

PURPOSE = "attachment"
MOST = 10


def attach(session: Session, actor: Actor, folder: Path, *, listing_id: int, name: str, content: bytes) -> StoredFile:
    """Add a file to one's own listing. Invalid when it is of the wrong kind or size, or one too many."""
    listing = queries.own_listing(session, actor, listing_id=listing_id)
    subject = _subject(listing)
    if len(files.of_subject(session, subject=subject, purpose=PURPOSE)) >= MOST:
        raise Invalid([Fault(PURPOSE, f"at most {MOST} files", name)])
    return file_service.keep(session, actor, folder, subject=subject, purpose=PURPOSE, name=name, content=content)


def withdraw(session: Session, actor: Actor, *, listing_id: int, file_id: int) -> None:
    """Take a file of one's own listing out of sight."""
    listing = queries.own_listing(session, actor, listing_id=listing_id)
    found = files.one(session, file_id=file_id, subject=_subject(listing))
    if found is None:
        raise NotFound(f"no file {file_id}")
    file_service.withdraw(session, actor, file=found)


def attachments(session: Session, actor: Actor, *, listing: Listing) -> Sequence[StoredFile]:
    """The files that the actor may open: none of a redacted listing, for a letterhead would name its owner."""
    if not can_see_organisation(actor, listing):
        return ()
    return files.of_subject(session, subject=_subject(listing), purpose=PURPOSE)


def attachment(session: Session, actor: Actor, *, listing_id: int, file_id: int) -> StoredFile:
    """One file. NotFound when the listing, its owner or the file is not for this actor."""
    listing = queries.listing(session, actor, listing_id=listing_id)
    found = files.one(session, file_id=file_id, subject=_subject(listing))
    if found is None or not can_see_organisation(actor, listing):
        raise NotFound(f"no file {file_id}")
    return found


def _subject(listing: Listing) -> str:
    return f"listing:{listing.id}"
