"""One listing with the partners that fit it, its sheet and files, and the lists of what is open."""

from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, send_file

from matchmaker.core.actor import Role
from matchmaker.core.errors import Forbidden, NotFound, Unavailable
from matchmaker.core.unit import reading
from matchmaker.exchange.listing_rows import MOST_ROWS, write_listings
from matchmaker.exchange.sheet_pdf import listing_sheet
from matchmaker.introductions import queries as introductions
from matchmaker.listings import attachments, browsing, history
from matchmaker.listings import queries as listings
from matchmaker.listings.facet_counts import facet_counts
from matchmaker.listings.rules import State
from matchmaker.matching import queries as matching
from matchmaker.matching.results import MatchPage
from matchmaker.web.asked import read_filters
from matchmaker.web.browsed import parameters, read_browsed
from matchmaker.web.errors import refusal
from matchmaker.web.language import _, language
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_login
from matchmaker.web.uploads import send

MATCHES = 10
PER_PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Page = str | Response | tuple[str, int]

blueprint = Blueprint("listings", __name__, url_prefix="/listings")


@blueprint.errorhandler(NotFound)
def gone(error: NotFound) -> Any:
    """Whoever knew of a listing that is not offered any more is told so, and nothing of what it said."""
    listing_id = (request.view_args or {}).get("listing_id", 0)
    with reading(parts().sessions) as session:
        knew = introductions.knew_listing(session, actor(), listing_id=listing_id)
    return (render_template("listings/gone.html"), 410) if knew else refusal(error)


@blueprint.get("/<int:listing_id>")
def detail(listing_id: int) -> str:
    """Everything this visitor may know of the listing. It is shown also while its matches cannot be."""
    filters = read_filters(request.args)
    with reading(parts().sessions) as session:
        listing = listings.listing(session, actor(), listing_id=listing_id)
        answer: MatchPage | None = None
        with suppress(Unavailable):
            answer = matching.matches_of(
                session, actor(), parts().engine, listing_id=listing_id, filters=filters, top=MATCHES
            )
        files = attachments.attachments(session, actor(), listing=listing)
        page = render_template("listings/detail.html", listing=listing, answer=answer, files=files)
        look = history.seen(actor(), listing, manner="page")
    history.record_view(parts().sessions, look)
    return page


@blueprint.get("/<int:listing_id>.pdf")
def sheet(listing_id: int) -> Response:
    """The listing as one printable sheet, with what this visitor may know and nothing else."""
    with reading(parts().sessions) as session:
        listing = listings.listing(session, actor(), listing_id=listing_id)
        address = f"{parts().config.public_url}/listings/{listing_id}"
        content = listing_sheet(actor(), listing, address=address, language=language())
        look = history.seen(actor(), listing, manner="pdf")
    history.record_view(parts().sessions, look)
    name = f"listing-{listing_id}.pdf"
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=name)


@blueprint.get("/<int:listing_id>/files/<int:file_id>")
def attachment(listing_id: int, file_id: int) -> Response:
    """One attachment."""
    with reading(parts().sessions) as session:
        file = attachments.attachment(session, actor(), listing_id=listing_id, file_id=file_id)
        listing = listings.listing(session, actor(), listing_id=listing_id)
        response = send(file)
        look = history.seen(actor(), listing, manner="file")
    history.record_view(parts().sessions, look)
    return response


@blueprint.get("/<int:listing_id>/contact")
@needs_login
def contact(listing_id: int) -> Page:
    """Which of one's own listings is this about? The request itself is made in the match inbox."""
    with reading(parts().sessions) as session:
        other = listings.listing(session, actor(), listing_id=listing_id)
        own = [row for row in listings.own(session, actor()) if row.side is not other.side]
        rows = [row for row in own if row.state is State.PUBLISHED]
        return render_template("listings/contact.html", other=other, rows=rows)


@blueprint.get("")
def browse() -> str:
    """Open needs or offers by key words and facets, with counts, without any ranking by meaning."""
    asked = read_browsed(request.args)
    with reading(parts().sessions) as session:
        page = browsing.browse(session, asked, per_page=PER_PAGE)
        facets = facet_counts(session, asked)
        return render_template("listings/browse.html", asked=asked, page=page, facets=facets, parameters=parameters)


@blueprint.get("/export.xlsx")
@needs_login
def export() -> Any:
    """The same list as a spreadsheet: a member gets fewer rows than the staff, and each export is on record."""
    if actor().role is Role.ADMINISTRATOR:
        raise Forbidden("administrators run the platform; lists are exported by members and the office")
    asked = read_browsed(request.args)
    most = MOST_ROWS[actor().role]
    file = BytesIO()
    with reading(parts().sessions) as session:
        found = browsing.browse(session, replace(asked, page=1), per_page=most)
        rows = found.rows
        write_listings(actor(), rows, file, language=language())
    browsing.record_export(parts().sessions, actor(), asked=asked, rows=len(rows))
    if found.total > most:
        flash(_("导出以 %(num)s 行为限，请缩小范围后再导出其余部分。", num=most), "warn")
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{asked.side}s.xlsx")
