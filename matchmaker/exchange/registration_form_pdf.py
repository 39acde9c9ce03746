"""技术合同登记表 on A4."""

from io import BytesIO
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from matchmaker.core import clock
from matchmaker.exchange.pdf_page import AUTHOR, SOFT, Ink, markup, paragraph_style, register_font, write
from matchmaker.exchange.registration_form import COLUMNS, TITLE, Box, Form, Look

_MARGIN = 14 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_LABEL, _MISSING = colors.HexColor("#eef1f4"), colors.HexColor("#fff6d6")
_WARNING = colors.HexColor("#9a4a0a")


def paper(form: Form) -> bytes:
    """The PDF's bytes: as many pages as it takes, the boxes never cut through."""
    register_font()
    title = paragraph_style("title", 20, 30, alignment=TA_CENTER)
    left, right = paragraph_style("left", 9.5, 14), paragraph_style("right", 9.5, 14, alignment=TA_RIGHT)
    heads = [
        [
            Paragraph(markup(f"合同登记编号：{form.number}"), left),
            Paragraph(markup(f"合同编号：{form.own_number}"), right),
        ]
    ]
    head = Table(heads, colWidths=[_WIDTH / 2] * 2)
    head.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]))
    story: list[Flowable] = [Paragraph(TITLE, title), Spacer(1, 4), head, _grid(form)]
    if form.missing:
        text = f"尚缺（浅黄格）：{'、'.join(form.missing)}"
        story += [Spacer(1, 4), Paragraph(markup(text), paragraph_style("missing", 8.5, 13, textColor=_WARNING))]
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=12 * mm,
        bottomMargin=14 * mm,
        title=TITLE,
        author=AUTHOR,
    )
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return file.getvalue()


def _grid(form: Form) -> Table:
    label = paragraph_style("label", 9, 13, alignment=TA_CENTER)
    value = paragraph_style("value", 9, 13)
    centred = paragraph_style("centred", 9, 13, alignment=TA_CENTER)
    styles = {Look.LABEL: label, Look.VALUE: value, Look.CENTRED: centred, Look.MISSING: value}
    cells: list[list[Any]] = []
    commands: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.6, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]
    for place, row in enumerate(form.rows):
        line: list[Any] = []
        for box in row:
            commands += _box(place, len(line), box)
            line += [Paragraph(markup(box.text), styles[box.look]), *[""] * (box.span - 1)]
        cells.append(line)
    table = Table(cells, colWidths=[_WIDTH / COLUMNS] * COLUMNS)
    table.setStyle(TableStyle(commands))
    return table


def _box(place: int, column: int, box: Box) -> list[tuple[Any, ...]]:
    ends = ((column, place), (column + box.span - 1, place))
    found: list[tuple[Any, ...]] = [("SPAN", *ends)]
    if box.look in (Look.LABEL, Look.MISSING):
        found.append(("BACKGROUND", *ends, _LABEL if box.look is Look.LABEL else _MISSING))
    return found


def _foot(canvas: Canvas, _document: object) -> None:
    ink = Ink(8, SOFT)
    write(canvas, (_MARGIN, 8 * mm), f"{AUTHOR}预填　{clock.today().isoformat()}", ink)
    page = f"第 {canvas.getPageNumber()} 页"
    write(canvas, (A4[0] - _MARGIN, 8 * mm), page, Ink(8, SOFT, align="right"))
