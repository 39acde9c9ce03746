"""Text in a PDF uses only what the standard Chinese font has, and says the same."""

import json
from pathlib import Path

import pytest

from matchmaker.exchange.printing import drawable

DISTRICT = Path(__file__).resolve().parents[2] / "seed_data" / "district"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("产氢量1000 Nm³/h", "产氢量1000 Nm<super>3</super>/h"),
        ("10⁻⁶ mbar", "10<super>-6</super> mbar"),
        ("CO₂、SF₆", "CO<sub>2</sub>、SF<sub>6</sub>"),
        ("露点−70℃", "露点-70℃"),
        ("厚度12 µm", "厚度12 μm"),
        ("½英寸", "1/2英寸"),
        ("一行\n<b>二行</b> & 三", "一行<br/>&lt;b&gt;二行&lt;/b&gt; &amp; 三"),
    ],
)
def test_what_the_font_lacks_is_said_otherwise(text: str, drawn: str) -> None:
    assert drawable(text) == drawn


@pytest.mark.parametrize("name", ["needs", "offers"])
def test_every_listing_of_the_district_can_be_drawn(name: str) -> None:
    for line in (DISTRICT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        drawn = drawable(f"{row['title']}{row.get('summary', '')}{row['detail']}{row.get('requirement', '')}")
        # The font has this dot under its Japanese number only.
        drawn.replace("・", "").encode("gbk")
