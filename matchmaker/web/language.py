"""Which language a page speaks, and the compiled catalogues behind it."""

from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, Response, request
from flask_babel import Babel, format_decimal, get_locale, gettext

LANGUAGES = ("zh", "en")
COOKIE = "language"
A_YEAR_S = 365 * 24 * 3600
FOLDER = Path(__file__).parent / "translations"


def register(app: Flask) -> None:
    """Chinese by default, whatever the browser prefers: the msgids are the Chinese texts."""
    Babel(
        app,
        default_locale=LANGUAGES[0],
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(FOLDER),
        locale_selector=_chosen,
    )


def language() -> str:
    """The language of this page, "zh" or "en": the keys of the reference terms."""
    return str(get_locale() or LANGUAGES[0])[:2]


def _(msgid: str, /, **values: object) -> str:
    """The Chinese text in the page's language, its %(names)s filled in."""
    return str(gettext(msgid, **values))


def whole_number(value: int) -> str:
    """With the separators of the page's language."""
    return str(format_decimal(value))


def grouped(amount: str) -> str:
    """An exact decimal such as "1300.5" with the separators of the page's language; no digit is lost."""
    return str(format_decimal(Decimal(amount), format="#,##0.######"))


def remember(response: Response, code: str) -> None:
    """Keep the visitor's choice for a year. Sets a cookie."""
    response.set_cookie(COOKIE, code, max_age=A_YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure)


def compile_catalogues(folder: Path = FOLDER) -> list[Path]:
    """Make every .mo that is missing or older than its .po; returns those made. Safe to run twice at once."""
    made = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            _compile(source, target)
            made.append(target)
    return made


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    with NamedTemporaryFile(dir=target.parent, suffix=".mo", delete=False) as aside:
        write_mo(aside, catalogue)
    finished = Path(aside.name)
    finished.chmod(0o644)
    finished.replace(target)


def _chosen() -> str:
    code = request.cookies.get(COOKIE, "")
    return code if code in LANGUAGES else LANGUAGES[0]
