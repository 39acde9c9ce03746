"""How a text is cut: into atoms for the lexical leg, into sentences for the reasons."""

import re
import unicodedata
from dataclasses import dataclass
from zlib import crc32

# An atom is one Chinese character or a whole latin/digit run, so that 6061-T6, SiC and 0.5mm stay themselves.
_ATOM = re.compile(r"[a-z0-9]+(?:[.\-+/%][a-z0-9]+)*|[\u3400-\u9fff]|[^\sa-z0-9]")
_WORD = re.compile(r"[a-z0-9\u3400-\u9fff]")
_SENTENCE_END = re.compile(r"(?<=[。！？；;!?\n])")
MIN_SENTENCE = 8
MAX_SENTENCES = 24


@dataclass(frozen=True)
class Record:
    """What is compared: a title, which counts more, and a body. Either may be empty, not both."""

    title: str
    body: str = ""

    @property
    def full(self) -> str:
        return f"{self.title}\n{self.body}".strip()


def normalise(text: str) -> str:
    """Half width and lower case, so that ６０６１－Ｔ６ and 6061-t6 are the same."""
    return unicodedata.normalize("NFKC", text).lower()


def readable(text: str) -> bool:
    """Whether anything in it can be seen: of zero-width and control characters a tokenizer leaves nothing."""
    return any(mark.isprintable() and not mark.isspace() for mark in text)


def clauses(text: str) -> list[list[str]]:
    """The atoms of a text, one list per stretch between punctuation marks; n-grams never cross a mark."""
    found: list[list[str]] = [[]]
    for atom in _ATOM.findall(normalise(text)):
        if _WORD.match(atom):
            found[-1].append(atom)
        elif found[-1]:
            found.append([])
    return [clause for clause in found if clause]


def atom_code(atom: str) -> int:
    """A stable 32-bit number for an atom: the code point of a Chinese character, a checksum of a run."""
    return ord(atom) if len(atom) == 1 else crc32(atom.encode())


def sentences(text: str) -> list[str]:
    """The sentences of a text, verbatim and in order; crumbs join the sentence before them, at most 24 are kept."""
    found: list[str] = []
    for piece in _SENTENCE_END.split(text):
        piece = piece.strip()
        if found and (len(piece) < MIN_SENTENCE or len(found[-1]) < MIN_SENTENCE):
            found[-1] += piece
        elif readable(piece):
            found.append(piece)
    return found[:MAX_SENTENCES]
