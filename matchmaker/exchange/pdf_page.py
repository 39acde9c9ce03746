"""What everything printed shares: the font, the colours, text that is made to fit and never cut, and the QR code.

The Chinese font is one that every PDF reader brings along; none is embedded.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

import segno
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from matchmaker.exchange.printing import drawable

FONT, FIGURES, LATIN = "STSong-Light", "Helvetica", "Helvetica-Bold"
ACCENT = colors.HexColor("#14539a")
INK, SOFT, LINE = colors.HexColor("#1d2530"), colors.HexColor("#55606e"), colors.HexColor("#dfe4ea")
TINT, WHITE = colors.HexColor("#eef3f9"), colors.white
AUTHOR = "南海供需对接平台"
LEADING = 1.3
# How far below the middle of a line its letters begin.
DROP = 0.35
SMALLEST = 3.0
# What stands for a character that the font does not have: the sign Chinese typesetters use.
MISSING = "〓"
# The font has it under another number.
_DOT = str.maketrans({"·": "・", "−": "-", "µ": "μ", "\u00a0": " ", "\u2044": "/", "\t": " ", "\n": " ", "\r": " "})
# Also there, though not in GBK.
_EXTRA = frozenset("・€")
_EXTENSION_A = range(0x3400, 0x4DB6)
_FORMS = (range(0xF900, 0xFB00), range(0xFE30, 0xFE50))
_INVISIBLE = ("Cf", "Cc", "Mn", "Me", "Cs")
_NOT_FIRST = frozenset("，。、；：！？）》」』】〉”’％,.;:!?)]}%")
_NOT_LAST = "（《「『【〈“‘([{"
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-_/+:@]*|.", re.DOTALL)


def register_font() -> None:
    """Make the Chinese font known, once a process."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def paragraph_style(name: str, size: float, leading: float, **over: Any) -> ParagraphStyle:
    """A style for flowing text, which breaks between any two characters."""
    known = {"fontName": FONT, "textColor": INK, "wordWrap": "CJK", "alignment": TA_LEFT}
    return ParagraphStyle(name, fontSize=size, leading=leading, **(known | over))


def markup(text: str) -> str:
    """Reportlab markup of the text; what the font does not have is seen to be missing."""
    return "".join(one if one.isascii() else _known(one) for one in drawable(text))


def plain(text: str) -> str:
    """The text in one line, of characters the font has: others become their plainer form, or 〓."""
    return "".join(map(_known, text.translate(_DOT))).strip()


@cache
def _known(character: str) -> str:
    if _has(character):
        return character
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    for form in ("NFKC", "NFKD"):
        found = unicodedata.normalize(form, character).translate(_DOT)
        found = "".join(one for one in found if unicodedata.category(one) not in _INVISIBLE)
        if found and all(map(_has, found)):
            return found
    return MISSING


def _has(character: str) -> bool:
    """Whether the font has it: GBK and the CJK extension A, without compatibility forms."""
    number = ord(character)
    if number in _EXTENSION_A or character in _EXTRA:
        return True
    if any(number in forms for forms in _FORMS) or number < 0x20:
        return False
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _advance(character: str, font: str) -> float:
    register_font()
    return float(pdfmetrics.stringWidth(character, font, 1000)) / 1000


def text_width(text: str, size: float, font: str = FONT) -> float:
    """How wide the text is drawn."""
    return sum(_advance(one, font) for one in text) * size


def wrapped(text: str, room: float, size: float) -> tuple[str, ...]:
    """The text in lines no wider than `room`. Words and numbers stay whole where a line can hold them."""
    return _wrapped(text, round(room / size, 3))


@lru_cache(maxsize=50_000)
def _wrapped(text: str, room: float) -> tuple[str, ...]:
    lines, line, used = [], "", 0.0
    for piece in _pieces(text, room):
        wide = text_width(piece, 1)
        if line and used + wide > room:
            if piece in _NOT_FIRST and len(line) > 1:
                # A closing mark takes the character before it along.
                line, piece = line[:-1], line[-1] + piece
            opened = line.rstrip(_NOT_LAST)
            if opened:
                line, piece = opened, line[len(opened) :] + piece
            wide = text_width(piece, 1)
            lines.append(line.rstrip())
            line, used, piece = "", 0.0, piece.lstrip()
        line, used = line + piece, used + wide
    return (*lines, line.rstrip()) if line.strip() or not lines else tuple(lines)


def _pieces(text: str, room: float) -> list[str]:
    found: list[str] = []
    for piece in _RUN.findall(text):
        found += [piece] if text_width(piece, 1) <= room else list(piece)
    return found


@dataclass(frozen=True)
class Block:
    """Lines of one size."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LEADING


def fitting(text: str, room: float, height: float, sizes: Sequence[float]) -> Block:
    """The text in the first of these sizes in which it fits, or as small as it takes: nothing is ever left out."""
    for size in sizes:
        block = Block(wrapped(text, room, size), size)
        if block.height <= height:
            return block
    size = sizes[-1]
    while size > SMALLEST and Block(wrapped(text, room, size), size).height > height:
        size *= 0.94
    return Block(wrapped(text, room, size), size)


def clipped(lines: Sequence[str], most: int) -> tuple[str, ...]:
    """No more than so many lines; where something is left out, three dots say so."""
    if len(lines) <= most:
        return tuple(lines)
    return (*lines[: most - 1], lines[most - 1][:-1] + "…")


@dataclass(frozen=True)
class Ink:
    """How text looks. `bold` thickens the Chinese font, which has one weight only."""

    size: float
    colour: Any = INK
    font: str = FONT
    bold: bool = False
    align: str = "left"


def write(canvas: Canvas, place: tuple[float, float], text: str, ink: Ink) -> None:
    """One line with its baseline at `place`: the left end, the middle or the right end of it."""
    x, y = place
    if ink.align != "left":
        wide = text_width(text, ink.size, ink.font)
        x -= wide if ink.align == "right" else wide / 2
    line = canvas.beginText(x, y)
    line.setFont(ink.font, ink.size)
    line.setFillColor(ink.colour)
    if ink.bold:
        canvas.setStrokeColor(ink.colour)
        canvas.setLineWidth(ink.size / 36)
    line.setTextRenderMode(2 if ink.bold else 0)
    line.textOut(text)
    line.setTextRenderMode(0)
    canvas.drawText(line)


def write_block(canvas: Canvas, place: tuple[float, float], block: Block, ink: Ink) -> float:
    """Lines below each other, the first one's top at `place`. Returns where the next one would begin."""
    x, y = place
    for line in block.lines:
        middle = y - block.size * LEADING / 2
        write(canvas, (x, middle - block.size * DROP), line, Ink(block.size, ink.colour, ink.font, ink.bold, ink.align))
        y -= block.size * LEADING
    return y


def write_label(
    canvas: Canvas, middle: tuple[float, float], label: str, box: tuple[float, float], *, most: float
) -> None:
    """A table's name or a badge's code as large as the box allows; in two lines or more when it is long."""
    text, (room, height) = plain(label), box
    latin = text.isascii()
    font = LATIN if latin else FONT
    size = min(most, height, room / max(text_width(text, 1, font), 0.1))
    lines: tuple[str, ...] = (text,)
    if size < min(most, height) * 0.4:
        block = fitting(text, room, height, [most * share / 20 for share in range(20, 1, -1)])
        lines, size, font = block.lines, block.size, FONT
    y = middle[1] + (len(lines) - 1) * size * LEADING / 2
    for line in lines:
        write(canvas, (middle[0], y - size * DROP), line, Ink(size, INK, font, bold=font == FONT, align="middle"))
        y -= size * LEADING


def draw_qr(canvas: Canvas, text: str, corner: tuple[float, float], side: float) -> None:
    """A QR code as lines, not as a picture, with its quiet margin inside `side`; `corner` is the lower left."""
    # Any of the eight masks can be read; naming one spares comparing them all.
    matrix = segno.make(text, error="m", micro=False, mask=2).matrix
    many = len(matrix) + 4
    canvas.saveState()
    canvas.translate(*corner)
    canvas.scale(side / many, side / many)
    path = canvas.beginPath()
    for row, cells in enumerate(matrix):
        start = 0
        for column in range(len(cells) + 1):
            if column == len(cells) or not cells[column]:
                if column > start:
                    path.rect(start + 2, many - 3 - row, column - start, 1)
                start = column + 1
    canvas.setFillColor(colors.black)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def pdf(title: str, size: tuple[float, float], pages: Sequence[Callable[[Canvas], None]]) -> bytes:
    """The bytes of a document in which each of these draws one page."""
    register_font()
    file = BytesIO()
    canvas = Canvas(file, pagesize=size, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor(AUTHOR)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()
