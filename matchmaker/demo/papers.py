"""Papers of the demo district: one page each that plainly is no real one, for people to open."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
DISCLAIMER = "仅供演示，不具效力"
_WIDTH, _HEIGHT = 420, 300
_LINE = 24
# Letters that fit on a line.
_FIT = 30


def page(title: str, lines: Sequence[str]) -> bytes:
    """A PDF of one page: the title, the lines, and that it has no effect. The same words give the same bytes."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    file = BytesIO()
    sheet = Canvas(file, pagesize=(_WIDTH, _HEIGHT), invariant=True)
    sheet.setFont(FONT, 20)
    sheet.drawCentredString(_WIDTH / 2, 240, title)
    sheet.setFont(FONT, 12)
    for place, text in enumerate((*_broken(lines), DISCLAIMER)):
        sheet.drawString(36, 196 - _LINE * place, text)
    sheet.save()
    return file.getvalue()


def _broken(lines: Sequence[str]) -> list[str]:
    return [line[start : start + _FIT] for line in lines for start in range(0, len(line), _FIT)]
