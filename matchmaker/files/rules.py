"""What may be uploaded: decided by what a file contains, never by what it is called."""

import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import filetype

MAX_NAME = 120
# Media type to the endings a file of it may carry; the first one is used when it carries another.
ALLOWED = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
}
# What a scanned paper is.
SCANS = ("application/pdf", "image/png", "image/jpeg")
_TYPES = tuple(ALLOWED)
_OFFICE = {"word/": _TYPES[3], "xl/": _TYPES[4], "ppt/": _TYPES[5]}


def media_type(content: bytes) -> str:
    """The type that the content shows; "" when it is none of those allowed."""
    kind = filetype.guess_mime(content)
    if kind == "application/zip" or (kind or "").startswith("application/vnd.openxml"):
        return _office_type(content)
    return kind if kind in ALLOWED else ""


def safe_name(name: str, kind: str) -> str:
    """The name to store and to offer for download: no path, no control characters, the ending of its real type."""
    last = re.split(r"[\\/]", name)[-1]
    plain = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip(" .")
    stem, dot, ending = plain.rpartition(".")
    endings = ALLOWED[kind]
    if not dot or f".{ending.lower()}" not in endings:
        stem, ending = plain or "file", endings[0][1:]
    return f"{stem[:MAX_NAME] or 'file'}.{ending.lower()}"


def _office_type(content: bytes) -> str:
    """Which office document a zip file is; macros make it none of them."""
    try:
        names = ZipFile(BytesIO(content)).namelist()
    except BadZipFile:
        return ""
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return ""
    return next((kind for folder, kind in _OFFICE.items() if any(name.startswith(folder) for name in names)), "")
