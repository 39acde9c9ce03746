"""One organisation's possible partners at an event on A4, to be handed out or put before the organiser."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from matchmaker.core import clock
from matchmaker.events.models import Event
from matchmaker.exchange import pdf_page as page
from matchmaker.exchange.match_sheets import DIRECTION, NO_PARTNER, mark_text, request_text, said_by
from matchmaker.exchange.pdf_page import ACCENT, LINE, SOFT, TINT, markup, paragraph_style
from matchmaker.meetings.candidate_views import Candidate
from matchmaker.participants.models import Registration
from matchmaker.reference.terms import terms

# A few pages are read; the page and the workbook have everybody.
MOST = 30
_WIDTHS = (18 * mm, 52 * mm, 76 * mm, 34 * mm)
_STYLE = TableStyle(
    [
        ("BACKGROUND", (0, 0), (-1, 0), TINT),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, ACCENT),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
)


def partners_pdf(event: Event, registration: Registration, rows: Sequence[Candidate], *, office: bool) -> bytes:
    """The PDF's bytes, best partners first; with what the organiser decided and wrote only for the `office`.

    Of those below the best thirty, and of those that do not match at all, only where something was decided or asked.
    """
    page.register_font()
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=15 * mm,
        rightMargin=15 * mm,
        topMargin=15 * mm,
        bottomMargin=16 * mm,
        title=f"{registration.name} {event.title}",
        author=page.AUTHOR,
    )
    foot = _Foot(registration.name)
    document.build(_story(event, registration, rows, office), onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


class _Foot:
    """Whose list it is and of which day, on every page."""

    def __init__(self, name: str) -> None:
        self._name = page.plain(name)

    def __call__(self, canvas: Any, document: Any) -> None:
        canvas.setFont(page.FONT, 8)
        canvas.setFillColor(SOFT)
        canvas.drawString(15 * mm, 9 * mm, f"{self._name}　打印日期 {clock.today().isoformat()}")
        canvas.drawRightString(A4[0] - 15 * mm, 9 * mm, f"第 {document.page} 页")


_TITLE, _TEXT = paragraph_style("title", 16, 22, spaceAfter=2), paragraph_style("text", 9.5, 13.5)
_SMALL = paragraph_style("small", 8, 11, textColor=SOFT)


def _story(event: Event, registration: Registration, rows: Sequence[Candidate], office: bool) -> list[Flowable]:
    begins = event.starts_at.astimezone(clock.DISTRICT_ZONE)
    heading = f"{event.title} · {begins:%Y-%m-%d %H:%M} · {event.venue}"
    shown, left = _chosen(rows)
    count = f"撮合名单：{len(shown)} 家，按匹配度排列" + (f"；另有 {left} 家较弱的未列" if left else "")
    story: list[Flowable] = [
        Paragraph(markup(heading), _SMALL),
        Paragraph(markup(registration.name), _TITLE),
        Paragraph(count if shown else NO_PARTNER, _TEXT),
        Spacer(1, 6),
    ]
    if not shown:
        return story
    head = [Paragraph(text, _SMALL) for text in ("匹配", "对方单位", "需求与供给", "备注")]
    table = Table([head, *(_cells(one, office) for one in shown)], colWidths=_WIDTHS, repeatRows=1)
    table.setStyle(_STYLE)
    return [*story, table]


def _chosen(rows: Sequence[Candidate]) -> tuple[list[Candidate], int]:
    """The best ones and all on which something was said, and how many more there are that match a little."""
    said = [bool(mark_text(one) or request_text(one)) for one in rows]
    best = [one["level"] > 0 and number < MOST for number, one in enumerate(rows)]
    shown = [one for one, first, told in zip(rows, best, said, strict=True) if first or told]
    return shown, sum(one["level"] > 0 for one in rows) - sum(one["level"] > 0 for one in shown)


def _cells(one: Candidate, office: bool) -> list[list[Flowable]]:
    level = [Paragraph(terms("level")[str(one["level"])], _TEXT)]
    if one["level"]:
        level.append(Paragraph(f"匹配度 {min(round(one['score'] * 100), 99)}", _SMALL))
    organisation = one["other"].organisation
    kind = terms("organisation_kind").get(organisation.kind, "") if organisation is not None else ""
    name = [Paragraph(markup(one["other"].name), _TEXT), Paragraph(markup(kind), _SMALL)]
    return [level, name, _matched(one), [Paragraph(markup(line), _SMALL) for line in _remarks(one, office)]]


def _matched(one: Candidate) -> list[Flowable]:
    if not one["level"]:
        return []
    lines: list[Flowable] = [Paragraph(DIRECTION[one["direction"]], _SMALL)]
    for side, word in (("need", "需求"), ("offer", "供给")):
        if text := said_by(one, side):
            lines.append(Paragraph(f"{word}：{markup(text[:120])}", _TEXT))
    if one["terms"]:
        lines.append(Paragraph(markup(f"共同词：{'、'.join(one['terms'])}"), _SMALL))
    return lines


def _remarks(one: Candidate, office: bool) -> list[str]:
    asked = request_text(one)
    found = [f"约谈：{asked}（{'本方' if one['mine'] else '对方'}提出）" if asked else ""]
    found.append(f"曾在“{one['met']}”会谈" if one["met"] else "")
    found.append("双方已有联系" if one["talking"] else "")
    found.append("同业" if one["rivals"] else "")
    if office:
        found += [mark_text(one), one["note"]]
    return [text for text in found if text]
