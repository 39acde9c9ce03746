"""Files that come out the same, byte for byte, whenever they are made from the same content."""

import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

# The first moment that a zip can name.
_DAY = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def store(pack: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Put a file into the zip as it is: packing it differs between machines, and so would the hour."""
    entry = zipfile.ZipInfo(name, _DAY)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    pack.writestr(entry, content, zipfile.ZIP_STORED)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of these, in the order of their names."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as pack:
        for name in sorted(files):
            store(pack, name, files[name])
    return file.getvalue()


def workbook_bytes(book: Any, at: datetime) -> bytes:
    """The bytes of an openpyxl workbook that says it was made `at` this moment and at no other."""
    moment = at.replace(tzinfo=None, microsecond=0)
    book.properties.created = moment
    file = BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as pack:
        parts = {name: pack.read(name) for name in pack.namelist()}
    said = moment.isoformat().encode() + b"Z"
    # The library writes the present moment there, whatever it is told.
    parts["docProps/core.xml"] = _MODIFIED.sub(rb"\g<1>" + said + rb"\g<2>", parts["docProps/core.xml"])
    return zipped(parts)
