"""Papers that flow over several pages of A4: what they have in common, and "page 2 of 5" on each of them."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from matchmaker.exchange.pdf_page import (
    ACCENT,
    AUTHOR,
    LINE,
    SOFT,
    TINT,
    Ink,
    markup,
    paragraph_style,
    plain,
    register_font,
    write,
)

MARGIN, INSIDE = 16 * mm, 6
TITLE = paragraph_style("title", 17, 24, spaceAfter=2)
HEAD = paragraph_style("head", 11.5, 17, spaceBefore=12, spaceAfter=4, textColor=ACCENT)
TEXT = paragraph_style("text", 9.5, 14)
RIGHT = paragraph_style("right", 9.5, 14, alignment=2)
SMALL = paragraph_style("small", 8, 11.5, textColor=SOFT)
# Letters and digits of one width, for what is compared sign by sign.
DIGEST = paragraph_style("digest", 7, 10, textColor=SOFT, fontName="Courier")
RULED = [
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
]
HEADED = [
    *RULED,
    ("BACKGROUND", (0, 0), (-1, 0), TINT),
    ("LINEABOVE", (0, 0), (-1, 0), 0.8, ACCENT),
]


def paged(title: str, story: Sequence[Flowable], *, foot: str, wide: bool = False) -> bytes:
    """The PDF's bytes, the same for the same story: neither the hour nor a random number gets into it.

    `foot` stands at the lower left of every page, the page's number and how many there are at the right. Nothing is
    compressed, so that the bytes do not depend on the version of a library either.
    """
    register_font()
    size = landscape(A4) if wide else A4
    file = BytesIO()
    # The library keeps this much free inside the margins, in which headings would stand apart from tables.
    side = MARGIN - INSIDE
    margins = {"leftMargin": side, "rightMargin": side, "topMargin": 15 * mm, "bottomMargin": 18 * mm}
    document = SimpleDocTemplate(
        file, pagesize=size, title=title, author=AUTHOR, invariant=1, pageCompression=0, **margins
    )
    document.build(list(story), canvasmaker=_numbered(plain(foot), size[0]))
    return file.getvalue()


def words(text: str, style: Any = TEXT) -> Paragraph:
    """Flowing text of characters the font has."""
    register_font()
    return Paragraph(markup(text), style)


def table(
    head: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[float], *, right: Sequence[int] = ()
) -> Table:
    """Rows under a head that is repeated on every page. `right` are the columns whose numbers stand at the right."""

    def cell(place: int, value: Any) -> Any:
        return value if isinstance(value, list | Flowable) else words(str(value), RIGHT if place in right else TEXT)

    small_right = paragraph_style("small-right", 8, 11.5, textColor=SOFT, alignment=2)
    first = [words(text, small_right if place in right else SMALL) for place, text in enumerate(head)]
    body = [[cell(place, value) for place, value in enumerate(row)] for row in rows]
    found = Table([first, *body], colWidths=list(widths), repeatRows=1)
    found.setStyle(TableStyle(HEADED))
    return found


def _numbered(foot: str, width: float) -> Callable[..., Canvas]:
    """A canvas that knows at the end how many pages there are, and only then draws the foot of each."""

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._drawn: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._drawn.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._drawn, start=1):
                self.__dict__.update(page)
                self.setStrokeColor(LINE)
                self.setLineWidth(0.5)
                self.line(MARGIN, 12.5 * mm, width - MARGIN, 12.5 * mm)
                write(self, (MARGIN, 8 * mm), foot, Ink(8, SOFT))
                told = f"第 {number} 页 / 共 {len(self._drawn)} 页"
                write(self, (width - MARGIN, 8 * mm), told, Ink(8, SOFT, align="right"))
                super().showPage()
            super().save()

    return Numbered
