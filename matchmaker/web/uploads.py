"""Files coming in through forms and going out again, with headers that keep them from acting as pages."""

from typing import Any

from flask import Response, request, send_file

from matchmaker.core.errors import Fault, Invalid
from matchmaker.files.service import MAX_BYTES, place
from matchmaker.web.language import _
from matchmaker.web.parts import parts


def read_upload(name: str) -> tuple[str, bytes] | None:
    """Name and bytes of one uploaded file; None when none was chosen. Invalid when it is too large."""
    found = read_uploads(name)
    return found[0] if found else None


def read_uploads(name: str) -> list[tuple[str, bytes]]:
    """The same for a field that takes several."""
    found = []
    for file in request.files.getlist(name):
        if not file.filename:
            continue
        content = file.stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise Invalid([Fault(name, _("文件超过 10 MB。"), file.filename)])
        found.append((file.filename, content))
    return found


def send(row: Any) -> Response:
    """A stored file as a download: its checked type, never shown inside a page of this site."""
    path = place(parts().config.files_dir, row.sha256)
    response = send_file(path, mimetype=row.media_type, as_attachment=True, download_name=row.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
