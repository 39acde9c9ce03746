"""Colours that can be read: WCAG AA for every pair of text and ground in use."""

import re
from pathlib import Path

import pytest

import matchmaker.web

TOKENS = dict(
    re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (Path(matchmaker.web.__file__).parent / "static/tokens.css").read_text())
)
PAIRS = [
    ("ink", "ground"),
    ("ink", "mark"),
    ("ink-soft", "paper"),
    ("ink-soft", "ground"),
    ("accent", "paper"),
    ("accent", "ground"),
    ("paper", "accent"),
    ("accent-dark", "accent-soft"),
    ("good", "paper"),
    ("bad", "paper"),
    ("bad", "bad-soft"),
    ("danger", "danger-soft"),
]


def luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    light, dark = sorted((luminance(TOKENS[text]), luminance(TOKENS[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
