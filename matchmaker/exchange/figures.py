"""Amounts of money as they are written on official papers: grouped figures, and the capital numerals of cheques."""

from matchmaker.core.money import FEN_PER_YUAN, MAX_FEN

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def yuan(fen: int) -> str:
    """1234567 fen as "12,345.67"."""
    whole, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def capital(fen: int) -> str:
    """The amount in capital numerals (人民币大写), such as 陆万元整; ValueError for a negative or endless one."""
    if not 0 <= fen <= MAX_FEN:
        raise ValueError(f"no amount to be written out: {fen}")
    whole, rest = divmod(fen, FEN_PER_YUAN)
    jiao, last = divmod(rest, 10)
    text = f"{_whole(whole)}元" if whole else ""
    if not rest:
        return f"{text or '零元'}整"
    # Where there are fen but no jiao, the empty place is read.
    text += f"{_DIGITS[jiao]}角" if jiao else ("零" if whole else "")
    return text + (f"{_DIGITS[last]}分" if last else "整")


def _whole(number: int) -> str:
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if not group:
            gap = True
            continue
        if text and (gap or group < 1000):
            text += "零"
        text, gap = text + _group(group) + _GROUPS[place], False
    return text


def _group(group: int) -> str:
    text, gap = "", False
    for place in reversed(range(4)):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text
