"""What every answer is guarded with: request forgery, headers, sizes, and a limit on questions a minute."""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

from matchmaker.web import search, subsidies
from matchmaker.web.session import actor

MAX_BODY_BYTES = 1024 * 1024
# Three files of ten megabytes and the form around them.
MAX_UPLOAD_BYTES = 32 * 1024 * 1024
# Ten a second from one address: a whole office behind one address fits, a loop that never ends does not.
SEARCH_RATE = "600 per minute"
# Anybody may object during a public notice; nobody needs to do it more often from one address.
OBJECTION_RATE = "10 per hour"
HEADERS = {
    "Content-Security-Policy": (
        # The picture of a second factor is made on the page and stored nowhere, so it comes inside the page.
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Forms are checked by their referrer on https, so it stays inside the site instead of vanishing.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def register(app: Flask) -> None:
    """Put the guards on the application; what its configuration already sets stays."""
    app.config["MAX_CONTENT_LENGTH"] = app.config.get("MAX_CONTENT_LENGTH") or MAX_BODY_BYTES
    app.config["SESSION_COOKIE_SAMESITE"] = app.config.get("SESSION_COOKIE_SAMESITE") or "Lax"
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    # A token lives as long as its session: a search page left open over lunch must still work.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    # Before the token is looked for: reading the form is what the limit is for.
    app.before_request(_allow_uploads)
    CSRFProtect(app)
    limiter = Limiter(get_remote_address, storage_uri="memory://")
    limiter.limit(app.config.get("SEARCH_RATE", SEARCH_RATE), exempt_when=_asks_nothing)(search.blueprint)
    limiter.limit(app.config.get("OBJECTION_RATE", OBJECTION_RATE), exempt_when=_objects_to_nothing)(
        subsidies.blueprint
    )
    limiter.init_app(app)
    app.after_request(_with_headers)


def is_local(target: str) -> bool:
    """Whether a redirect to `target` stays on this site: one leading slash, nothing a browser reads as a host."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return False
    try:
        split = urlsplit(target)
    except ValueError:
        return False
    return not split.scheme and not split.netloc


def _allow_uploads() -> None:
    if request.mimetype == "multipart/form-data" and actor().person_id is not None:
        request.max_content_length = MAX_UPLOAD_BYTES


def _asks_nothing() -> bool:
    return request.method == "GET" and not request.args.get("q")


def _objects_to_nothing() -> bool:
    return request.endpoint != "subsidies.object_"


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        # The page depends on the language cookie and carries a form token.
        response.vary.add("Cookie")
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
