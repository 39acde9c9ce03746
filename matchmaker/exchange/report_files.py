"""The report of an event and of a year, as workbooks and on paper."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from matchmaker.core import clock
from matchmaker.events.models import Event
from matchmaker.exchange import dressing
from matchmaker.exchange.pdf_page import AUTHOR, LINE, SOFT, markup, paragraph_style, register_font
from matchmaker.exchange.written import written
from matchmaker.meetings.report import Report, Year
from matchmaker.reference.chains import nodes
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns

Rows = Sequence[tuple[str, object]]


def facts(report: Report) -> list[tuple[str, Rows]]:
    """The report as sections of (what, how many), in the words of the office."""
    moved, dropped, added = report.changes
    outcomes, answers = terms("outcome"), terms("follow_up")
    found: list[tuple[str, Rows]] = [
        (
            "到会",
            [
                ("报名单位", report.registered),
                ("确认单位", report.confirmed),
                ("应到人数", report.people),
                ("实到人数", report.attended),
                ("未到人数", report.missing),
            ],
        ),
        (
            "洽谈",
            [
                ("安排场次", report.sums.planned),
                ("实际进行", report.sums.kept),
                ("未进行", report.sums.not_held),
                ("未填结果", report.sums.unknown),
                ("人均场次", report.sums.average),
                ("最少一人", report.sums.fewest),
            ],
        ),
        ("结果", [(outcomes[kind.value], number) for kind, number in report.sums.outcomes.items()]),
        (
            "时间表变动",
            [("发布版本", report.versions), ("移动场次", moved), ("取消场次", dropped), ("新增场次", added)],
        ),
    ]
    if report.follow_ups:
        found.append(("半年后", [(answers[kind.value], number) for kind, number in report.follow_ups.items()]))
    if report.unmet:
        found.append(("未对接上的需求（按环节）", [(_node(code), number) for code, number in report.unmet.items()]))
    return found


def sheet(event: Event, report: Report) -> bytes:
    """One sheet: what and how many, section by section."""
    lines: list[tuple[object, ...]] = [(event.title,), (_when(event),)]
    for name, rows in facts(report):
        lines += [(), (name,), *rows]
    return _book("活动总结", lines, widths=(36, 16), heads={name for name, _ in facts(report)})


def year_sheet(year: Year) -> bytes:
    """A row for each event, and the sums against the target."""
    kinds = terms("event_kind")
    lines: list[tuple[object, ...]] = [
        (f"{year.year} 年对接活动",),
        ("全年目标", year.target, "已举行", year.held, "已公布待举行", year.planned),
        (),
        ("日期", "活动", "类型", "镇街", "单位", "洽谈", "可能合作"),
    ]
    for one in year.lines:
        event = one.event
        day = event.starts_at.astimezone(clock.DISTRICT_ZONE).date().isoformat()
        town = towns()[event.town].name_zh if event.town in towns() else event.town
        lines.append((day, event.title, kinds[event.kind.value], town, one.houses, one.planned, one.cooperation))
    return _book("年度活动", lines, widths=(12, 44, 16, 12, 10, 10, 12), heads={"日期"}, head=4)


def paper(event: Event, report: Report) -> bytes:
    """The report on A4."""
    register_font()
    title, head = paragraph_style("title", 17, 24), paragraph_style("head", 12, 18, spaceBefore=10)
    text, small = paragraph_style("text", 10.5, 15), paragraph_style("small", 8.5, 12, textColor=SOFT)
    story: list[Flowable] = [
        Paragraph(markup(event.title), title),
        Paragraph(markup(_when(event)), small),
    ]
    for name, rows in facts(report):
        cells = [[Paragraph(markup(str(what)), text), Paragraph(markup(str(many)), text)] for what, many in rows]
        table = Table(cells, colWidths=[110 * mm, 60 * mm])
        table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
        story += [Paragraph(markup(name), head), table]
    printed = clock.now().astimezone(clock.DISTRICT_ZONE).strftime("%Y-%m-%d %H:%M")
    story += [Spacer(1, 10), Paragraph(markup(f"{AUTHOR} · {printed}"), small)]
    file = BytesIO()
    margins = {"leftMargin": 20 * mm, "rightMargin": 20 * mm, "topMargin": 18 * mm, "bottomMargin": 16 * mm}
    SimpleDocTemplate(file, pagesize=A4, title=event.title, author=AUTHOR, **margins).build(story)
    return file.getvalue()


def _when(event: Event) -> str:
    local = [moment.astimezone(clock.DISTRICT_ZONE) for moment in (event.starts_at, event.ends_at)]
    return f"{local[0]:%Y-%m-%d %H:%M}–{local[1]:%H:%M} {event.venue}"


def _node(code: str) -> str:
    return f"{code} {nodes()[code].name_zh}" if code in nodes() else code


def _book(
    name: str, lines: Sequence[tuple[object, ...]], *, widths: Sequence[int], heads: set[str], head: int = 1
) -> bytes:
    """One sheet; lines that begin with one of `heads` are headings, and row `head` stands on every page."""
    book = Workbook()
    page: Any = book.active
    page.title = name
    for line in lines:
        page.append([written(cell) for cell in line])
    wide = dressing.set_widths(page, widths)
    dressing.set_page(page, wide=wide, frozen=f"A{head + 1}" if head > 1 else None, head=head)
    dressing.dress_title(page["A1"])
    for row in page.iter_rows(min_row=2):
        is_head = row[0].value in heads
        for cell in row:
            if is_head:
                dressing.dress_head(cell)
            elif cell.value is not None:
                dressing.dress_body(cell)
    return dressing.saved(book)
