"""Reads a folder in BEIR's layout: queries.jsonl, corpus.jsonl, qrels.tsv. Every refusal names file, line and field."""

import json
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import EmbeddingError
from embeddings.text import Record, readable

MAX_TEXT = 200_000


class BadFolder(EmbeddingError):
    """A file of the folder is missing or says something that cannot be used."""


@dataclass(frozen=True)
class Judgement:
    """An expert's word on one pair: 0 none, 1 weak, 2 fairly strong, 3 strong."""

    query: str
    document: str
    grade: int


def read_records(path: Path) -> dict[str, Record]:
    """Records by `_id`, in file order."""
    records: dict[str, Record] = {}
    for number, line in _lines(path):
        where = f"{path} line {number}"
        record_id, record = _record(line, where)
        if record_id in records:
            raise BadFolder(f"{where}, field _id: {record_id!r} stands in the file twice")
        records[record_id] = record
    if not records:
        raise BadFolder(f"{path} has no records")
    return records


def _record(line: str, where: str) -> tuple[str, Record]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadFolder(f"{where} is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise BadFolder(f"{where} is not a JSON object")
    record_id = row.get("_id")
    if not isinstance(record_id, str) or not record_id.strip() or not _plain(record_id):
        raise BadFolder(f"{where}, field _id: a non-empty text without blanks is needed, not {record_id!r}")
    texts = [_text(row, name, where) for name in ("title", "text")]
    if not any(map(readable, texts)):
        raise BadFolder(f"{where}, field title: both title and text are empty ({record_id})")
    return record_id, Record(texts[0].strip(), texts[1].strip())


def _plain(name: str) -> bool:
    # It stands in the answer between blanks or tabs; half a surrogate pair could not be written at all.
    return not any(mark.isspace() or not mark.isprintable() for mark in name)


def _text(row: dict[str, object], name: str, where: str) -> str:
    value = row.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadFolder(f"{where}, field {name}: a text is needed, not {type(value).__name__}")
    if "\0" in value:
        raise BadFolder(f"{where}, field {name}: contains a NUL character")
    if len(value) > MAX_TEXT:
        raise BadFolder(f"{where}, field {name}: {len(value):,} characters, at most {MAX_TEXT:,} are taken")
    return value


def read_judgements(path: Path, queries: dict[str, Record], corpus: dict[str, Record]) -> list[Judgement]:
    """The pairs of qrels.tsv, in file order; ids must be known, a pair may stand once."""
    found: list[Judgement] = []
    seen: set[tuple[str, str]] = set()
    for number, line in _lines(path):
        parts = line.split("\t")
        if number == 1 and parts[0] == "query-id":
            continue
        where = f"{path} line {number}"
        if len(parts) != 3:
            raise BadFolder(f"{where}: three columns separated by tabs are needed, not {len(parts)}")
        query, document, grade = (part.strip() for part in parts)
        if query not in queries:
            raise BadFolder(f"{where}, field query-id: {query!r} is not in queries.jsonl")
        if document not in corpus:
            raise BadFolder(f"{where}, field corpus-id: {document!r} is not in corpus.jsonl")
        if grade not in {"0", "1", "2", "3"}:
            raise BadFolder(f"{where}, field score: 0, 1, 2 or 3 is needed, not {grade!r}")
        if (query, document) in seen:
            raise BadFolder(f"{where}: the pair {query} {document} stands in the file twice")
        seen.add((query, document))
        found.append(Judgement(query, document, int(grade)))
    if not found:
        raise BadFolder(f"{path} has no judgements")
    return found


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFolder(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFolder(f"{path} line {line} is not UTF-8; save the file as UTF-8") from None
    if "\0" in text:
        raise BadFolder(f"{path} line {text[: text.index(chr(0))].count(chr(10)) + 1} contains a NUL character")
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
