"""What is printed for the tables: a card to fold for each, and the whole grid of slots and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from matchmaker.exchange import pdf_page as page
from matchmaker.exchange.pdf_page import Block, Ink
from matchmaker.exchange.printouts import Hour, Place, Programme, Talk, headings

FACE = A4[1] / 2
EDGE = 12 * mm
NUMBER = 74 * mm
LIST_LEFT = EDGE + NUMBER + 6 * mm
LIST_TOP, LIST_LOW = FACE - 21 * mm, 12 * mm
CARD_SIZES = (12, 11, 10, 9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6, 5.5, 5, 4.5, 4)

WIDE, HIGH = landscape(A4)
MARGIN, GRID_TOP, GRID_LOW = 9 * mm, 20 * mm, 11 * mm
HOUR_WIDE, HEAD_HIGH = 21 * mm, 9 * mm
MOST_COLUMNS = 10
GRID_SIZES = (9, 8.5, 8, 7.5, 7, 6.5, 6)
CELL, HEADING = 2.5, 8.0


def cards(programme: Programme) -> bytes:
    """One page of A4 for each table: folded across the middle it stands, and both sides read the same."""
    drawn = [partial(_draw_card, programme=programme, place=place) for place in programme.places]
    return page.pdf(f"{programme.title} {programme.word('cards')}", A4, drawn)


def _draw_card(canvas: Canvas, *, programme: Programme, place: Place) -> None:
    canvas.setStrokeColor(page.SOFT)
    canvas.setLineWidth(0.4)
    canvas.setDash(3, 3)
    canvas.line(0, FACE, 6 * mm, FACE)
    canvas.line(A4[0] - 6 * mm, FACE, A4[0], FACE)
    canvas.setDash()
    _draw_face(canvas, programme, place)
    canvas.saveState()
    canvas.translate(A4[0], A4[1])
    canvas.rotate(180)
    _draw_face(canvas, programme, place)
    canvas.restoreState()


def _draw_face(canvas: Canvas, programme: Programme, place: Place) -> None:
    title = page.fitting(page.plain(programme.title), A4[0] - 2 * EDGE, 16, (11, 10, 9, 8, 7, 6))
    page.write_block(canvas, (EDGE, FACE - 8 * mm), title, Ink(0, page.ACCENT))
    canvas.setStrokeColor(page.ACCENT)
    canvas.setLineWidth(1)
    canvas.line(EDGE, FACE - 15 * mm, A4[0] - EDGE, FACE - 15 * mm)
    middle = EDGE + NUMBER / 2
    page.write_label(canvas, (middle, FACE / 2 + 2 * mm), place.label, (NUMBER, 84 * mm), most=190)
    if place.area:
        area = page.fitting(page.plain(place.area), NUMBER, 34, (14, 13, 12, 11, 10, 9, 8))
        page.write_block(canvas, (middle, 25 * mm), area, Ink(0, page.SOFT, align="middle"))
    text = page.plain(f"{programme.when}　{programme.venue}　{programme.edition}")
    foot = page.fitting(text, A4[0] - 2 * EDGE, 9, (6.5, 6, 5.5, 5, 4.5, 4))
    page.write_block(canvas, (EDGE, 9 * mm), foot, Ink(0, page.SOFT))
    _draw_list(canvas, programme, programme.talks_at(place.id))


@dataclass(frozen=True)
class Line:
    """A meeting in the list of its table: the time, and both sides in as many lines as they need."""

    hour: Hour
    sides: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        return len(self.sides) * self.size * page.LEADING + self.size * 0.35


def card_lines(programme: Programme, talks: Sequence[Talk]) -> list[Line]:
    """A table's meetings in the largest type in which all of them fit under each other."""
    size, room = float(CARD_SIZES[0]), LIST_TOP - LIST_LOW
    found = _lines(programme, talks, size)
    while sum(line.height for line in found) > room and size > 1:
        size = next((one for one in CARD_SIZES if one < size), size * 0.94)
        found = _lines(programme, talks, size)
    return found


def _lines(programme: Programme, talks: Sequence[Talk], size: float) -> list[Line]:
    room = A4[0] - EDGE - LIST_LEFT - _clock_wide(size)

    def side(who: int) -> tuple[str, ...]:
        one = programme.by_id[who]
        return page.wrapped(page.plain(f"{one.organisation}　{one.name}"), room, size)

    return [Line(programme.hour[one.slot_id], side(one.a_id) + side(one.b_id), size) for one in talks]


def _clock_wide(size: float) -> float:
    return size * 0.9 * 5.4 + 6


def _draw_list(canvas: Canvas, programme: Programme, talks: Sequence[Talk]) -> None:
    right, y = A4[0] - EDGE, LIST_TOP
    page.write(canvas, (LIST_LEFT, y + 6), programme.word("table_list"), Ink(9, page.ACCENT))
    if not talks:
        page.write(canvas, (LIST_LEFT, y - 14), programme.word("free_table"), Ink(10, page.SOFT))
        return
    lines = card_lines(programme, talks)
    spare = min((LIST_TOP - LIST_LOW - sum(line.height for line in lines)) / len(lines), 4 * mm)
    several = programme.several_days
    canvas.setStrokeColor(page.LINE)
    for line in lines:
        canvas.setLineWidth(0.5)
        canvas.line(LIST_LEFT, y, right, y)
        high = line.height + max(spare, 0)
        block = Block(line.sides, line.size)
        top = y - (high - block.height) / 2
        clock = Ink(line.size * 0.9, page.INK, page.LATIN)
        page.write(canvas, (LIST_LEFT, top - line.size), f"{line.hour.starts_at:%H:%M}", clock)
        if several:
            day = Ink(line.size * 0.7, page.SOFT, page.FIGURES)
            page.write(canvas, (LIST_LEFT, top - line.size * 2), f"{line.hour.starts_at:%m-%d}", day)
        page.write_block(canvas, (LIST_LEFT + _clock_wide(line.size), top), block, Ink(0))
        y -= high


@dataclass(frozen=True)
class GridPage:
    """A part of the grid: these slots at these tables, all in one size."""

    hours: tuple[Hour, ...]
    headings: tuple[str, ...]
    places: tuple[Place, ...]
    heights: tuple[float, ...]
    size: float


def grid(programme: Programme) -> bytes:
    """All slots and tables on A4 across: ten tables a page at most, the times on the left of each, tables on top."""
    parts = grid_pages(programme)
    drawn = [
        partial(_draw_grid, programme=programme, part=part, count=programme.word("page", number=number, all=len(parts)))
        for number, part in enumerate(parts, start=1)
    ]
    return page.pdf(f"{programme.title} {programme.word('grid')}", (WIDE, HIGH), drawn)


def grid_pages(programme: Programme) -> list[GridPage]:
    """Tables in parts of about one size, and within each the slots over as many pages as readable type needs."""
    if not programme.places or not programme.hours:
        return []
    parts = ceil(len(programme.places) / MOST_COLUMNS)
    each = ceil(len(programme.places) / parts)
    found = []
    for first in range(0, len(programme.places), each):
        found += _grid_pages(programme, programme.places[first : first + each])
    return found


def _grid_pages(programme: Programme, places: tuple[Place, ...]) -> list[GridPage]:
    """The slots on as few pages as the smallest type needs, in the largest type that needs no more."""
    above = headings(programme.hours, programme.language)
    tries = [(size, _grid_heights(programme, places, size)) for size in GRID_SIZES]
    cut = [(size, heights, _spans(heights, above)) for size, heights in tries]
    size, heights, spans = min(cut, key=lambda one: len(one[2]))
    return [
        GridPage(programme.hours[low:high], tuple(above[low:high]), places, tuple(heights[low:high]), size)
        for low, high in spans
    ]


def _grid_heights(programme: Programme, places: tuple[Place, ...], size: float) -> list[float]:
    """How high each slot's row is."""
    wide = (WIDE - 2 * MARGIN - HOUR_WIDE) / len(places) - 2 * CELL
    shown = {place.id for place in places}
    lines = {hour.id: 2 for hour in programme.hours}
    for talk in programme.talks:
        if talk.table_id in shown:
            lines[talk.slot_id] = max(lines[talk.slot_id], len(_cell(programme, talk, wide, size)))
    return [lines[hour.id] * size * page.LEADING + 2 * CELL for hour in programme.hours]


def _spans(heights: Sequence[float], above: Sequence[str]) -> list[tuple[int, int]]:
    """From which slot to which each page goes."""
    room, taken = HIGH - GRID_TOP - GRID_LOW - HEAD_HIGH, 0.0
    starts = [0]
    for index, (height, heading) in enumerate(zip(heights, above, strict=True)):
        needed = height + (HEADING if heading else 0)
        if index and taken + needed > room:
            starts.append(index)
            taken = 0.0
        taken += needed
    return list(zip(starts, [*starts[1:], len(heights)], strict=True))


def _cell(programme: Programme, talk: Talk, wide: float, size: float) -> tuple[str, ...]:
    """Both organisations, each beginning on a line of its own."""
    names = [programme.by_id[who].organisation for who in (talk.a_id, talk.b_id)]
    return tuple(line for name in names for line in page.wrapped(page.plain(name), wide, size))


def _draw_grid(canvas: Canvas, *, programme: Programme, part: GridPage, count: str) -> None:
    top = HIGH - GRID_TOP
    title = page.fitting(
        page.plain(f"{programme.title}　{programme.word('grid')}"), WIDE - 2 * MARGIN, 18, (13, 12, 11, 10, 9, 8, 7)
    )
    y = page.write_block(canvas, (MARGIN, HIGH - 7 * mm), title, Ink(0, page.ACCENT))
    tables = programme.word("tables", first=part.places[0].label, last=part.places[-1].label)
    page.write(canvas, (MARGIN, y - 9), page.plain(f"{programme.when}　{programme.venue}　{tables}"), Ink(8, page.SOFT))
    page.write(canvas, (MARGIN, 6 * mm), programme.edition, Ink(7, page.SOFT))
    page.write(canvas, (WIDE - MARGIN, 6 * mm), count, Ink(7, page.SOFT, align="right"))
    wide = (WIDE - 2 * MARGIN - HOUR_WIDE) / len(part.places)
    _draw_grid_head(canvas, part, top, wide, corner=programme.word("corner"))
    y = top - HEAD_HIGH
    here = {(one.slot_id, one.table_id): one for one in programme.talks}
    for hour, heading, height in zip(part.hours, part.headings, part.heights, strict=True):
        if heading:
            canvas.setFillColor(page.TINT)
            canvas.rect(MARGIN, y - HEADING, WIDE - 2 * MARGIN, HEADING, stroke=0, fill=1)
            page.write(canvas, (MARGIN + CELL, y - 6), page.plain(heading), Ink(6, page.ACCENT))
            y -= HEADING
        ink = Ink(8, page.INK, page.FIGURES)
        page.write(canvas, (MARGIN + 1, y - height / 2 - 3), hour.time, ink)
        for column, place in enumerate(part.places):
            if talk := here.get((hour.id, place.id)):
                x = MARGIN + HOUR_WIDE + column * wide + CELL
                _draw_cell(canvas, programme, talk, (x, y, wide - 2 * CELL, height, part.size))
        _rule(canvas, (y - height, top), wide, len(part.places))
        y -= height


def _draw_grid_head(canvas: Canvas, part: GridPage, top: float, wide: float, *, corner: str) -> None:
    canvas.setFillColor(page.TINT)
    canvas.rect(MARGIN, top - HEAD_HIGH, WIDE - 2 * MARGIN, HEAD_HIGH, stroke=0, fill=1)
    page.write(canvas, (MARGIN + CELL, top - HEAD_HIGH / 2 - 3), corner, Ink(7.5, page.SOFT))
    for column, place in enumerate(part.places):
        middle = (MARGIN + HOUR_WIDE + (column + 0.5) * wide, top - HEAD_HIGH / 2)
        page.write_label(canvas, middle, place.label, (wide - 4, HEAD_HIGH - 5), most=14)


def _draw_cell(canvas: Canvas, programme: Programme, talk: Talk, box: tuple[float, float, float, float, float]) -> None:
    x, y, wide, height, size = box
    y -= (height - len(_cell(programme, talk, wide, size)) * size * page.LEADING) / 2
    for who, colour in ((talk.a_id, page.INK), (talk.b_id, page.ACCENT)):
        name = page.plain(programme.by_id[who].organisation)
        y = page.write_block(canvas, (x, y), Block(page.wrapped(name, wide, size), size), Ink(0, colour))


def _rule(canvas: Canvas, ends: tuple[float, float], wide: float, columns: int) -> None:
    y, top = ends
    canvas.setStrokeColor(page.LINE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, y, WIDE - MARGIN, y)
    for column in range(columns + 1):
        x = MARGIN + HOUR_WIDE + column * wide
        canvas.line(x, y, x, top)
