"""What keeps the site usable rather than what it is about: health, language, downloads."""

import logging
from io import BytesIO
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from matchmaker.core.unit import reading
from matchmaker.exchange.columns import Kind
from matchmaker.exchange.sheets import write_template
from matchmaker.matching import queries as matching
from matchmaker.web.language import LANGUAGES, remember
from matchmaker.web.parts import parts
from matchmaker.web.security import is_local

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
log = logging.getLogger(__name__)

blueprint = Blueprint("system", __name__)


@blueprint.get("/health")
def health() -> tuple[Response, int]:
    """200 when questions can be answered; 503 while the model loads, when it failed, and when the database fails.

    An idle model is loaded by the first question.
    """
    try:
        with reading(parts().sessions) as session:
            found = matching.health(session, parts().engine)
    except Exception:
        # Whatever is wrong with the database, the watcher must get an answer it can read.
        log.exception("health check failed")
        return jsonify(status="failed", database="failed"), 503
    serving = found["state"] in ("ready", "idle")
    return jsonify(
        {"status": "ready" if serving else found["state"], "database": "ready", **found}
    ), 200 if serving else 503


@blueprint.get("/language/<code>")
def language(code: str) -> AnyResponse:
    """Switch the language and go back to the page of this site that the visitor came from."""
    if code not in LANGUAGES:
        abort(404)
    target = request.args.get("next") or _came_from()
    response = redirect(target if is_local(target) else url_for("public.home"), 303)
    remember(response, code)  # type: ignore[arg-type]
    return response


@blueprint.get("/import-template/<kind>.xlsx")
def import_template(kind: str) -> Response:
    """The spreadsheet to fill in for an import, with all allowed values on its second sheet."""
    if kind not in set(Kind):
        abort(404)
    file = BytesIO()
    write_template(Kind(kind), file)
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{kind}-template.xlsx")


def _came_from() -> str:
    """The page of this site that holds the link; empty when it was another site's."""
    split = urlsplit(request.referrer or "")
    return f"{split.path}?{split.query}" if split.netloc == request.host else ""
