"""What a partner would ask for first, found in the text; and texts that say the same."""

import pytest

from matchmaker.listings.completeness import SIMILAR, Written, completeness, likeness
from matchmaker.listings.rules import Form, Side

FULL = (
    "材料6061-T6，壁厚公差±0.1毫米，每月五百套，样件两周内交，按GB/T 6892检测，不合格全退，"
    "用在冷链车的上装骨架上，现在用的型材老是扭拧。"
)


def missing(**over: object) -> set[str]:
    values: dict[str, object] = {"side": Side.NEED, "form": Form.PRODUCT, "title": "冷链车骨架铝型材", "text": FULL}
    return set(completeness(Written(**(values | over))).missing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("removed", "code"),
    [
        ("材料6061-T6，", "material"),
        ("每月五百套，", "quantity"),
        ("按GB/T 6892检测，", "proof"),
        ("样件两周内交，", "time"),
    ],
)
def test_what_is_taken_out_of_the_text_is_asked_for(removed: str, code: str) -> None:
    text = FULL.replace(removed, "").replace("铝", "").replace("型材", "那种东西").replace("骨架", "架子")
    assert code not in missing()
    assert code in missing(text=text, title="冷链车的架子，轻的")


def test_technology_is_asked_for_maturity_and_offers_for_rights() -> None:
    assert {"maturity", "ip"} <= missing(form=Form.TECHNOLOGY, side=Side.OFFER)
    assert "ip" not in missing(form=Form.TECHNOLOGY, side=Side.NEED)
    assert not {"maturity", "ip"} & missing(form=Form.TECHNOLOGY, side=Side.OFFER, has_maturity=True, has_ip=True)


def test_a_full_listing_misses_nothing() -> None:
    whole = {f"has_{name}": True for name in ("nodes", "cooperation", "partner", "end")}
    assert missing(**whole) == set()
    assert completeness(Written(Side.NEED, Form.PRODUCT)).share == 0.0


def test_likeness_is_high_for_the_same_thing_said_again_and_low_for_another() -> None:
    again = FULL.replace("两周", "三周").replace("全退", "全部退回")
    assert likeness(FULL, again) >= SIMILAR > likeness(FULL, "求购一批沙发用的高回弹海绵，密度三十五以上。")
    assert likeness("", "") == 0.0
