"""What is printed for the people: the list that is signed at the door, and the badges."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from matchmaker.exchange import pdf_page as page
from matchmaker.exchange.pdf_page import Block, Ink
from matchmaker.exchange.printouts import Guest, Programme

WIDTH, HEIGHT = A4
LEFT, RIGHT = 12 * mm, A4[0] - 12 * mm
TOP, LOW = 24 * mm, 12 * mm
# Number, organisation, name, badge, first meeting, signature; all of the width together.
COLUMNS = (10 * mm, 70 * mm, 26 * mm, 18 * mm, 26 * mm, 36 * mm)
TITLES = ("number", "organisation", "name", "badge", "first", "signature")
HEAD_ROW, LEAST_ROW = 7 * mm, 9 * mm
SIZE, PADDING = 9.5, 3.0

BADGE = (90 * mm, 54 * mm)
ACROSS, DOWN = 2, 5
CORNER = ((WIDTH - ACROSS * BADGE[0]) / 2, (HEIGHT - DOWN * BADGE[1]) / 2)
MARK = 5 * mm
QR = 19 * mm
INSIDE = 5 * mm


@dataclass(frozen=True)
class Line:
    """One person on the door list."""

    number: int
    guest: Guest
    organisation: tuple[str, ...]
    name: tuple[str, ...]
    first: tuple[str, ...]

    @property
    def height(self) -> float:
        lines = max(len(self.organisation), len(self.name), len(self.first))
        return float(max(LEAST_ROW, lines * SIZE * page.LEADING + 2 * PADDING))


def door(programme: Programme) -> bytes:
    """Everybody who comes, in the order of the alphabet, with a place to sign; the header stands on each page."""
    parts = door_pages(programme)
    drawn = [
        partial(
            _draw_door, programme=programme, lines=lines, count=programme.word("page", number=number, all=len(parts))
        )
        for number, lines in enumerate(parts, start=1)
    ]
    return page.pdf(f"{programme.title} {programme.word('door')}", A4, drawn)


def door_pages(programme: Programme) -> list[list[Line]]:
    """The lines of each page."""
    room = HEIGHT - TOP - LOW - HEAD_ROW
    found: list[list[Line]] = [[]]
    for number, guest in enumerate(programme.guests, start=1):
        line = _line(programme, guest, number)
        if found[-1] and sum(one.height for one in found[-1]) + line.height > room:
            found.append([])
        found[-1].append(line)
    return found


def _line(programme: Programme, guest: Guest, number: int) -> Line:
    first, talk = "", programme.first_of(guest.id)
    if talk is not None:
        first = f"{programme.start_of(talk)}　{programme.place[talk.table_id].label}"

    def cut(text: str, column: int) -> tuple[str, ...]:
        return page.wrapped(page.plain(text), COLUMNS[column] - 2 * PADDING, SIZE) if text else ()

    return Line(number, guest, cut(guest.organisation, 1), cut(guest.name, 2), cut(first, 4))


def _draw_door(canvas: Canvas, *, programme: Programme, lines: Sequence[Line], count: str) -> None:
    title = page.fitting(
        page.plain(f"{programme.title}　{programme.word('door')}"), RIGHT - LEFT, 22, (15, 14, 13, 12, 11, 10, 9, 8)
    )
    y = page.write_block(canvas, (LEFT, HEIGHT - 8 * mm), title, Ink(0, bold=True))
    many = f"{programme.when}　{programme.venue}　{programme.word('many', number=len(programme.guests))}"
    when = page.fitting(page.plain(many), RIGHT - LEFT, 24, (8.5, 8, 7.5, 7, 6.5))
    page.write_block(canvas, (LEFT, y - 2), when, Ink(0, page.SOFT))
    page.write(canvas, (LEFT, 6 * mm), programme.edition, Ink(7, page.SOFT))
    page.write(canvas, (RIGHT, 6 * mm), count, Ink(7, page.SOFT, align="right"))
    y = HEIGHT - TOP
    canvas.setFillColor(page.TINT)
    canvas.rect(LEFT, y - HEAD_ROW, RIGHT - LEFT, HEAD_ROW, stroke=0, fill=1)
    for x, key in zip(_edges(), TITLES, strict=False):
        page.write(canvas, (x + PADDING, y - HEAD_ROW / 2 - 3), programme.word(key), Ink(8.5, page.ACCENT))
    top, y = y, y - HEAD_ROW
    for line in lines:
        _draw_line(canvas, line, y)
        y -= line.height
    canvas.setStrokeColor(page.LINE)
    canvas.setLineWidth(0.6)
    for x in _edges():
        canvas.line(x, top, x, y)


def _edges() -> list[float]:
    return [LEFT + sum(COLUMNS[:index]) for index in range(len(COLUMNS) + 1)]


def _draw_line(canvas: Canvas, line: Line, y: float) -> None:
    edges, middle = _edges(), y - line.height / 2
    canvas.setStrokeColor(page.LINE)
    canvas.setLineWidth(0.6)
    canvas.line(LEFT, y - line.height, RIGHT, y - line.height)
    number = Ink(8, page.SOFT, page.FIGURES, align="right")
    page.write(canvas, (edges[1] - PADDING, middle - 8 * page.DROP), str(line.number), number)
    for column, text in ((1, line.organisation), (2, line.name), (4, line.first)):
        block = Block(text, SIZE)
        page.write_block(canvas, (edges[column] + PADDING, middle + block.height / 2), block, Ink(0))
    badge = Ink(10, page.INK, page.LATIN)
    page.write(canvas, (edges[3] + PADDING, middle - 10 * page.DROP), line.guest.badge, badge)


def badges(programme: Programme) -> bytes:
    """Badges of 90 by 54 mm, ten a page, with marks to cut along outside of them."""
    guests = programme.guests
    pages = [guests[first : first + ACROSS * DOWN] for first in range(0, len(guests), ACROSS * DOWN)]
    drawn = [
        partial(
            _draw_badges, programme=programme, guests=part, count=programme.word("page", number=number, all=len(pages))
        )
        for number, part in enumerate(pages, start=1)
    ]
    return page.pdf(f"{programme.title} {programme.word('badges')}", A4, drawn)


def badge_pages(programme: Programme) -> int:
    """How many pages the badges take."""
    return ceil(len(programme.guests) / (ACROSS * DOWN))


def _draw_badges(canvas: Canvas, *, programme: Programme, guests: Sequence[Guest], count: str) -> None:
    _draw_marks(canvas)
    for index, guest in enumerate(guests):
        row, column = divmod(index, ACROSS)
        canvas.saveState()
        canvas.translate(CORNER[0] + column * BADGE[0], CORNER[1] + (DOWN - 1 - row) * BADGE[1])
        _draw_badge(canvas, programme, guest)
        canvas.restoreState()
    said = (programme.title, programme.word("badges"), programme.when, programme.venue, programme.edition, count)
    foot = page.plain("　".join(said))
    block = page.fitting(foot, WIDTH - 2 * LEFT, 8, (6, 5.5, 5, 4.5, 4))
    page.write_block(canvas, (WIDTH / 2, 7 * mm), block, Ink(0, page.SOFT, align="middle"))


def _draw_marks(canvas: Canvas) -> None:
    canvas.setStrokeColor(page.INK)
    canvas.setLineWidth(0.3)
    for column in range(ACROSS + 1):
        x = CORNER[0] + column * BADGE[0]
        for start in (CORNER[1] - MARK - 1, CORNER[1] + DOWN * BADGE[1] + 1):
            canvas.line(x, start, x, start + MARK)
    for row in range(DOWN + 1):
        y = CORNER[1] + row * BADGE[1]
        for start in (CORNER[0] - MARK - 1, CORNER[0] + ACROSS * BADGE[0] + 1):
            canvas.line(start, y, start + MARK, y)
    canvas.setStrokeColor(page.LINE)
    for row in range(1, DOWN):
        y = CORNER[1] + row * BADGE[1]
        canvas.line(CORNER[0], y, CORNER[0] + ACROSS * BADGE[0], y)
    middle = CORNER[0] + BADGE[0]
    canvas.line(middle, CORNER[1], middle, CORNER[1] + DOWN * BADGE[1])


def _draw_badge(canvas: Canvas, programme: Programme, guest: Guest) -> None:
    wide, high = BADGE
    room = wide - 2 * INSIDE
    canvas.setFillColor(page.ACCENT)
    canvas.rect(INSIDE, high - 11.5 * mm, room, 0.7, stroke=0, fill=1)
    title = page.fitting(page.plain(programme.title), room, 18, (8, 7.5, 7, 6.5, 6, 5.5))
    page.write_block(canvas, (INSIDE, high - 10.5 * mm + title.height), title, Ink(0, page.ACCENT))
    name = page.fitting(page.plain(guest.name), room, 32, (22, 20, 18, 16, 14, 12, 10, 9, 8))
    y = page.write_block(canvas, (INSIDE, high - 13 * mm), name, Ink(0, bold=True))
    low = INSIDE + QR if guest.organisation else INSIDE
    narrow = room - QR - 2 * mm
    if guest.position:
        position = page.fitting(page.plain(guest.position), room, 12, (9, 8.5, 8, 7, 6))
        y = page.write_block(canvas, (INSIDE, y), position, Ink(0, page.SOFT)) - 2
    text = page.plain(guest.organisation)
    organisation = page.fitting(text, narrow, y - INSIDE - 9 * mm, (12, 11, 10.5, 10, 9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6))
    page.write_block(canvas, (INSIDE, min(y, low + 4 * mm)), organisation, Ink(0))
    page.write(canvas, (INSIDE, INSIDE), guest.badge, Ink(20, page.INK, page.LATIN))
    page.draw_qr(canvas, guest.desk, (wide - INSIDE - QR + 1 * mm, INSIDE - 1 * mm), QR)
