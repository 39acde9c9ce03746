"""Personal schedules, two on a page of A4 with a line to cut along: everything one person needs for the day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from matchmaker.exchange import pdf_page as page
from matchmaker.exchange.pdf_page import Ink
from matchmaker.exchange.printouts import Guest, Programme, Talk, headings

WIDTH, HALF = A4[0], A4[1] / 2
LEFT, RIGHT = 12 * mm, A4[0] - 12 * mm
TOP, FOOT = 8 * mm, 9 * mm
HEAD = 29 * mm
QR = 25 * mm
# Time, table, partner, what it is about; all of the width together.
COLUMNS = (24 * mm, 20 * mm, 80 * mm, 62 * mm)
HEAD_ROW, HEADING_ROW = 5 * mm, 3.8 * mm
ROOM = HALF - TOP - FOOT - HEAD - HEAD_ROW
ROW_MOST = 13 * mm
PADDING = 1.8
ABOUT_SHARE, ABOUT_LEAST = 0.8, 5.5
# An idle time is set smaller, and its row grows less, than a meeting.
IDLE_MOST, IDLE_TYPE, IDLE_SHARE = 8.0, 0.85, 0.55
TABLE_MOST, TABLE_SHARE = 20.0, 0.8
# From this size up the partner's person has a line of their own.
OWN_LINE = 8.5


@dataclass(frozen=True)
class Manner:
    """How full the rows are: sizes of the partner's name to try, and how many lines each side's listing may take."""

    sizes: tuple[float, ...]
    own: int
    other: int


# In this order: a crowded day first says less of what a meeting is about, then uses smaller type.
MANNERS = (
    Manner((11, 10.5, 10, 9.5, 9, 8.5, 8), 2, 2),
    Manner((9, 8.5, 8, 7.5), 1, 1),
    Manner((8, 7.5, 7, 6.5, 6), 0, 1),
    Manner((7, 6.5, 6, 5.5, 5), 0, 0),
)


@dataclass(frozen=True)
class Row:
    """One slot as it is drawn, or the pause and session before it when it has no time."""

    height: float
    time: str = ""
    table: str = ""
    partner: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    quiet: bool = False


@dataclass(frozen=True)
class Half:
    """What stands on one half: usually all of somebody's day, a part of it where it does not fit otherwise."""

    guest: Guest
    programme: Programme
    rows: tuple[Row, ...]
    size: float
    part: int = 1
    parts: int = 1


def schedules(programme: Programme, guests: Sequence[Guest] | None = None, *, language: str = "") -> bytes:
    """The PDF of these people's schedules, of everybody's without; in one language, or each in the person's own.

    Cut in the middle, the lower pile follows the upper. Somebody whose day does not fit even in the smallest type gets
    a second half.
    """
    chosen = programme.guests if guests is None else guests
    halves = [half for guest in chosen for half in lay_out(programme.spoken(language or guest.language), guest)]
    programme = programme.spoken(language or programme.language)
    pages = ceil(len(halves) / 2)
    drawn = [
        partial(_draw_page, programme=programme, halves=halves, number=number, pages=pages) for number in range(pages)
    ]
    return page.pdf(f"{programme.title} {programme.word('schedules')}", A4, drawn)


def schedule_pages(programme: Programme, *, language: str = "") -> int:
    """How many pages everybody's schedules take."""
    halves = (len(lay_out(programme.spoken(language or guest.language), guest)) for guest in programme.guests)
    return ceil(sum(halves) / 2)


def lay_out(programme: Programme, guest: Guest) -> list[Half]:
    """The person's day in the largest type in which it fits on a half."""
    for manner in MANNERS:
        for size in manner.sizes:
            rows = _rows(programme, guest, size, manner)
            if sum(row.height for row in rows) <= ROOM:
                return [Half(guest, programme, tuple(_spread(rows)), size)]
    return _split(programme, guest, rows, size)


def _spread(rows: Sequence[Row]) -> list[Row]:
    """Rows of one height as far as there is room: meetings up to a level, idle times up to a part of it."""

    shares = [0.0 if not row.time else IDLE_SHARE if row.quiet else 1.0 for row in rows]

    def raised(level: float) -> list[float]:
        return [max(row.height, share * level) for row, share in zip(rows, shares, strict=True)]

    low, high = 0.0, ROW_MOST
    for _ in range(10):
        level = (low + high) / 2
        low, high = (level, high) if sum(raised(level)) <= ROOM else (low, level)
    return [replace(row, height=height) for row, height in zip(rows, raised(low), strict=True)]


def _split(programme: Programme, guest: Guest, rows: Sequence[Row], size: float) -> list[Half]:
    parts: list[list[Row]] = [[]]
    for row in rows:
        if sum(one.height for one in parts[-1]) + row.height > ROOM:
            parts.append([])
        parts[-1].append(row)
    return [Half(guest, programme, tuple(part), size, number, len(parts)) for number, part in enumerate(parts, start=1)]


def _rows(programme: Programme, guest: Guest, size: float, manner: Manner) -> list[Row]:
    found, mine = [], programme.talks_of(guest.id)
    for hour, heading in zip(programme.hours, headings(programme.hours, programme.language), strict=True):
        if heading:
            found.append(Row(min(HEADING_ROW, size * page.LEADING + PADDING), partner=(page.plain(heading),)))
        talk = mine.get(hour.id)
        if talk is None:
            said = programme.word("away" if hour.id in guest.away else "idle")
            high = _idle(size) * page.LEADING + 2 * PADDING
            found.append(Row(high, hour.time, "", (said,), quiet=True))
        else:
            found.append(_meeting(programme, guest, talk, size=size, manner=manner))
    return found


def _meeting(programme: Programme, guest: Guest, talk: Talk, *, size: float, manner: Manner) -> Row:
    partner = programme.by_id[talk.partner_of(guest.id)]
    wide = COLUMNS[2] if manner.other else COLUMNS[2] + COLUMNS[3]
    said = f"{partner.name}　{partner.position}" if manner.other else partner.name
    lines = _partner(partner.organisation, said, wide - 2 * PADDING, size)
    small = _small(size)
    about: tuple[str, ...] = ()
    for text, most in _about(programme, guest, talk, manner):
        cut = page.wrapped(page.plain(text), COLUMNS[3] - 2 * PADDING, small)
        about += page.clipped(cut, most)
    high = max(len(lines) * size, len(about) * small) * page.LEADING
    hour, place = programme.hour[talk.slot_id], programme.place[talk.table_id]
    return Row(high + 2 * PADDING, hour.time, place.label, lines, about)


def _about(programme: Programme, guest: Guest, talk: Talk, manner: Manner) -> list[tuple[str, int]]:
    """What each side came for, seen from the guest, with the lines it may take. Empty where nothing is known."""
    mine, other = (talk.need, talk.offer) if talk.asking == guest.registration_id else (talk.offer, talk.need)
    keys = ("my_need", "their_offer") if talk.asking == guest.registration_id else ("my_offer", "their_need")
    said = ((keys[0], mine, manner.own), (keys[1], other, manner.other))
    return [(programme.word(key) + text, most) for key, text, most in said if text and most]


def _small(size: float) -> float:
    return max(size * ABOUT_SHARE, ABOUT_LEAST)


def _idle(size: float) -> float:
    return min(IDLE_MOST, size * IDLE_TYPE)


def _partner(organisation: str, person: str, room: float, size: float) -> tuple[str, ...]:
    organisation, person = page.plain(organisation), page.plain(person)
    if size >= OWN_LINE:
        return page.wrapped(organisation, room, size) + page.wrapped(person, room, size)
    return page.wrapped(f"{organisation}　{person}", room, size)


def _draw_page(canvas: Canvas, *, programme: Programme, halves: Sequence[Half], number: int, pages: int) -> None:
    _draw_half(canvas, halves, number, bottom=HALF)
    if number + pages < len(halves):
        _draw_half(canvas, halves, number + pages, bottom=0)
    canvas.setStrokeColor(page.SOFT)
    canvas.setLineWidth(0.4)
    canvas.setDash(3, 3)
    canvas.line(0, HALF, WIDTH, HALF)
    canvas.setDash()
    text = f"{programme.word('cut')}　{programme.word('page', number=number + 1, all=pages)}"
    wide = page.text_width(text, 6) + 8
    canvas.setFillColor(page.WHITE)
    canvas.rect((WIDTH - wide) / 2, HALF - 4, wide, 8, stroke=0, fill=1)
    page.write(canvas, (WIDTH / 2, HALF - 2), text, Ink(6, page.SOFT, align="middle"))


def _draw_half(canvas: Canvas, halves: Sequence[Half], index: int, *, bottom: float) -> None:
    half, programme = halves[index], halves[index].programme
    canvas.saveState()
    canvas.translate(0, bottom)
    _draw_head(canvas, programme, half)
    _draw_rows(canvas, half)
    foot = programme.word("newest", edition=programme.edition)
    page.write(canvas, (LEFT, 5 * mm), foot, Ink(6.5, page.SOFT))
    count = programme.word("half", number=index + 1, all=len(halves))
    page.write(canvas, (RIGHT, 5 * mm), count, Ink(6.5, page.SOFT, align="right"))
    canvas.restoreState()


def _draw_head(canvas: Canvas, programme: Programme, half: Half) -> None:
    guest, top = half.guest, HALF - TOP
    code_right = RIGHT - QR - 3 * mm
    room = code_right - 34 * mm - LEFT
    title = page.plain(f"{programme.title}　{programme.word('schedules')}")
    if half.parts > 1:
        title += programme.word("part", number=half.part, all=half.parts)
    y = page.write_block(canvas, (LEFT, top), page.fitting(title, room, 14, (9, 8.5, 8, 7, 6)), Ink(0, page.ACCENT))
    when = page.plain(f"{programme.when}　{programme.venue}")
    y = page.write_block(canvas, (LEFT, y), page.fitting(when, room, 20, (8, 7.5, 7, 6.5, 6)), Ink(0, page.SOFT))
    name = page.fitting(page.plain(guest.organisation), room, 36, (15, 14, 13, 12, 11, 10, 9, 8, 7, 6))
    y = page.write_block(canvas, (LEFT, y - 3), name, Ink(0, bold=True))
    person = page.plain(f"{guest.name}　{guest.position}")
    low = max(y - (HALF - TOP - HEAD) - 4, 8)
    page.write_block(canvas, (LEFT, y - 1), page.fitting(person, room, low, (12, 11, 10, 9, 8, 7, 6)), Ink(0))
    middle = code_right - 16 * mm
    page.write(canvas, (middle, top - 8), programme.word("badge"), Ink(7.5, page.SOFT, align="middle"))
    page.write_label(canvas, (middle, top - 24), guest.badge, (32 * mm, 24), most=24)
    page.write(canvas, (middle, top - 46), programme.word("scan"), Ink(7.5, page.SOFT, align="middle"))
    page.write(canvas, (middle, top - 56), programme.word("own_link"), Ink(6.5, page.SOFT, align="middle"))
    page.draw_qr(canvas, guest.link, (RIGHT - QR, top - QR), QR)


def _draw_rows(canvas: Canvas, half: Half) -> None:
    y = HALF - TOP - HEAD
    edges = [LEFT]
    for wide in COLUMNS:
        edges.append(edges[-1] + wide)
    canvas.setFillColor(page.ACCENT)
    canvas.rect(LEFT, y - HEAD_ROW, RIGHT - LEFT, HEAD_ROW, stroke=0, fill=1)
    keys = ("time", "table", "partner", *(["about"] if any(row.about for row in half.rows) else []))
    for edge, key in zip(edges, keys, strict=False):
        page.write(canvas, (edge + PADDING, y - HEAD_ROW + 4), half.programme.word(key), Ink(7.5, page.WHITE))
    y -= HEAD_ROW
    lowest = min((row.height for row in half.rows if row.table), default=0.0)
    most = min(TABLE_MOST, lowest * TABLE_SHARE)
    for row in half.rows:
        _draw_row(canvas, row, edges, (y, most, half.size))
        y -= row.height


def _draw_row(canvas: Canvas, row: Row, edges: Sequence[float], measures: tuple[float, float, float]) -> None:
    y, most, size = measures
    middle = y - row.height / 2
    if not row.time:
        canvas.setFillColor(page.TINT)
        canvas.rect(LEFT, y - row.height, RIGHT - LEFT, row.height, stroke=0, fill=1)
        ink = Ink(min(7.0, size + 1), page.ACCENT)
        page.write(canvas, (LEFT + PADDING, middle - 6.5 * page.DROP), row.partner[0], ink)
        return
    canvas.setStrokeColor(page.LINE)
    canvas.setLineWidth(0.5)
    canvas.line(LEFT, y - row.height, RIGHT, y - row.height)
    room = edges[1] - edges[0] - 2 * PADDING
    figures = min(10.0, size * 1.2, room / page.text_width(row.time, 1, page.FIGURES))
    ink = Ink(figures, page.SOFT if row.quiet else page.INK, page.FIGURES)
    page.write(canvas, (edges[0] + PADDING, middle - figures * page.DROP), row.time, ink)
    if row.table:
        box = (edges[2] - edges[1] - 3 * PADDING, row.height - 2)
        page.write_label(canvas, ((edges[1] + edges[2]) / 2 - PADDING, middle), row.table, box, most=most)
    block = page.Block(row.partner, _idle(size) if row.quiet else size)
    ink = Ink(0, page.SOFT if row.quiet else page.INK)
    page.write_block(canvas, (edges[2] + PADDING, middle + block.height / 2), block, ink)
    small = page.Block(row.about, _small(size))
    page.write_block(canvas, (edges[3] + PADDING, middle + small.height / 2), small, Ink(0, page.SOFT))
