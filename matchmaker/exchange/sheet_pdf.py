"""A listing as one printable page."""

from io import BytesIO

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.money import FEN_PER_WAN, FEN_PER_YUAN, wan_from_fen
from matchmaker.exchange.pdf_page import ACCENT, LINE, SOFT, markup, paragraph_style, register_font
from matchmaker.listings.access import can_see_organisation
from matchmaker.listings.models import Listing
from matchmaker.reference.chains import nodes
from matchmaker.reference.terms import terms
from matchmaker.reference.towns import towns

# Chinese headings and their English; only this file draws them.
_WORDS = {
    "platform": ("南海供需对接平台", "Nanhai Supply and Demand Matchmaking"),
    "detail": ("详细说明", "Details"),
    "requirement": ("技术指标与要求", "Indicators required"),
    "partner": ("期望合作对象", "Partner sought"),
    "owner": ("发布单位", "Organisation"),
    "hidden": ("脱敏展示，双方同意对接后公开", "Not disclosed before both sides agree"),
    "town": ("所在镇街", "Town"),
    "form": ("类型", "Form"),
    "nodes": ("产业链环节", "Chain nodes"),
    "price": ("价格或预算", "Price or budget"),
    "open": ("面议", "Negotiable"),
    "cooperation": ("合作方式", "Cooperation"),
    "maturity": ("成熟度", "Maturity"),
    "valid": ("有效期至", "Valid to"),
    "printed": ("打印日期", "Printed"),
    "scan": ("扫码查看最新内容", "Scan for the present text"),
}


def listing_sheet(actor: Actor, listing: Listing, *, address: str, language: str) -> bytes:
    """The PDF's bytes: what `actor` may know of the listing, and a QR code of its address."""
    register_font()
    page = _Page(language)
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=16 * mm,
        title=listing.title,
        author=page.word("platform"),
    )
    document.build(_story(page, actor, listing, address))
    return file.getvalue()


class _Page:
    """Words and styles of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.title = paragraph_style("title", 17, 24, spaceAfter=4)
        self.head = paragraph_style("head", 11, 16, spaceBefore=10, spaceAfter=3, textColor=ACCENT)
        self.text = paragraph_style("text", 10.5, 17)
        self.small = paragraph_style("small", 8.5, 12, textColor=SOFT)

    def word(self, key: str) -> str:
        return _WORDS[key][0 if self.language == "zh" else 1]

    def term(self, kind: str, code: str | None) -> str:
        return terms(kind, self.language).get(code, code) if code else ""

    def joined(self, parts: list[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(parts)


def _story(page: _Page, actor: Actor, listing: Listing, address: str) -> list[Flowable]:
    heading = f"{page.word('platform')} · {page.term('side', listing.side)} {listing.id}"
    story: list[Flowable] = [
        Paragraph(markup(heading), page.small),
        Paragraph(markup(listing.title), page.title),
        _facts(page, actor, listing),
    ]
    if listing.summary:
        story += [Spacer(1, 6), Paragraph(markup(listing.summary), page.text)]
    texts = {"detail": listing.detail, "requirement": listing.requirement, "partner": listing.partner_sought}
    for key, text in texts.items():
        if text:
            story += [Paragraph(page.word(key), page.head), Paragraph(markup(text), page.text)]
    return [*story, Spacer(1, 12), _foot(page, address)]


def _facts(page: _Page, actor: Actor, listing: Listing) -> Table:
    chinese = page.language == "zh"
    town = towns().get(listing.organisation.town)
    known = [nodes()[node] for node in listing.node_ids if node in nodes()]
    rows = [
        ("owner", listing.organisation.name if can_see_organisation(actor, listing) else page.word("hidden")),
        ("town", (town.name_zh if chinese else town.name_en) if town else ""),
        ("form", page.term("form", listing.form)),
        ("nodes", page.joined([node.name_zh if chinese else node.name_en for node in known])),
        ("price", _price(page, listing)),
        ("cooperation", page.joined([page.term("cooperation", code) for code in listing.cooperation])),
        ("maturity", page.term("maturity", listing.maturity)),
        ("valid", listing.valid_to.isoformat() if listing.valid_to else ""),
    ]
    cells = [[Paragraph(page.word(k), page.small), Paragraph(markup(v), page.text)] for k, v in rows if v]
    table = Table(cells, colWidths=[32 * mm, 138 * mm])
    table.setStyle(
        TableStyle(
            [
                ("LINEABOVE", (0, 0), (-1, 0), 0.8, ACCENT),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    return table


def _price(page: _Page, listing: Listing) -> str:
    ends = [end for end in (listing.price_low_fen, listing.price_high_fen) if end is not None]
    if not ends:
        return page.word("open")
    large = page.language == "zh" and max(ends) >= FEN_PER_WAN
    each = [wan_from_fen(end) if large else f"{end // FEN_PER_YUAN:,}" for end in ends]
    amount, unit = "–".join(dict.fromkeys(each)), page.term("price_unit", listing.price_unit)
    if page.language != "zh":
        return f"CNY {amount} {unit}".strip()
    return f"{unit} {amount} {'万元' if large else '元'}".strip()


def _foot(page: _Page, address: str) -> Table:
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=6, border=1)
    picture.seek(0)
    printed = f"{page.word('printed')} {clock.today().isoformat()}"
    text = Paragraph(f"{page.word('scan')}<br/>{markup(address)}<br/>{printed}", page.small)
    table = Table([[Image(picture, 22 * mm, 22 * mm), text]], colWidths=[28 * mm, 142 * mm])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table
