"""A market of a few valves, motors and fabrics, matched with the hashing encoder."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.core.unit import unit
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from tests.factories import USCCS, make_organisation
from tests.matching.place import Place

TOWNS = ("440605123", "440605125", "440605011")
TEXTS = {
    "valve": ("七十兆帕高压氢气减压阀", "用于车载供氢系统，耐压一百零五兆帕，泄漏率低于每小时十毫升。"),
    "motor": ("伺服电机与驱动器成套", "额定功率七百五十瓦，配二十三位编码器，适合机械手关节和丝杠滑台。"),
    "cloth": ("抗菌针织面料", "银离子整理，水洗五十次后抑菌率仍在九成以上，适合做内衣和运动服。"),
}


@pytest.fixture
def ranker(hashing_config: Config) -> Ranker:
    return Ranker(hashing_config)


@pytest.fixture
def place(sessions: sessionmaker[Session], ranker: Ranker) -> Place:
    """Three organisations in three towns and no listings."""
    with unit(sessions) as session:
        for code, town in zip(USCCS[:3], TOWNS, strict=True):
            make_organisation(session, uscc=code, name=f"试样单位{code[-4:]}", town=town)
    return Place(sessions, ranker, LiveIndex(ranker))


@pytest.fixture
def offers(place: Place) -> dict[str, int]:
    """One offer of each organisation, encoded, with the snapshot taken."""
    extra: dict[str, dict[str, Any]] = {
        "valve": {},
        "motor": {"form": "equipment", "chain_nodes": ["MAC-04"], "organisation": USCCS[1]},
        "cloth": {"form": "service", "chain_nodes": ["TEX-07", "TEX-10"], "organisation": USCCS[2]},
    }
    ids = {
        name: place.add(ref=name, title=TEXTS[name][0], detail=TEXTS[name][1], **over) for name, over in extra.items()
    }
    place.refresh()
    return ids


@pytest.fixture
def another_index(place: Place, hashing_config: Config) -> Callable[[], LiveIndex]:
    """Makes what a second process would have: its own encoder and its own index."""
    return lambda: LiveIndex(Ranker(hashing_config))
