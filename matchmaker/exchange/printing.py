"""Text for a PDF in the standard Chinese font, which every reader brings along and which has the characters of GBK."""

import re
import unicodedata
from xml.sax.saxutils import escape

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
# The font has these under another number.
_SAME = str.maketrans({"−": "-", "µ": "μ", "·": "・", "\u00a0": " "})


def drawable(text: str) -> str:
    """Reportlab markup that says the same with characters the font has; line ends become breaks."""
    marked = escape(text.translate(_SAME))
    marked = re.sub(f"[{''.join(_RAISED)}]+", lambda found: _tagged("super", found[0], _RAISED), marked)
    marked = re.sub(f"[{''.join(_LOWERED)}]+", lambda found: _tagged("sub", found[0], _LOWERED), marked)
    return "".join(map(_known, marked)).replace("\n", "<br/>")


def _tagged(tag: str, text: str, digits: dict[str, str]) -> str:
    return f"<{tag}>{''.join(digits[one] for one in text)}</{tag}>"


def _known(character: str) -> str:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        # ½ becomes 1⁄2, ㎥ becomes m3; what has no plainer form stays as it is.
        return unicodedata.normalize("NFKC", character).replace("\u2044", "/")
    return character
