"""A small district behind the real pages: real database, real matching over the hashing encoder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from matchmaker.accounts.rules import ALPHABET, clean_uscc
from matchmaker.accounts.schemas import OrganisationIn
from matchmaker.accounts.service import save_organisation
from matchmaker.config import Config
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.core.migrate import upgrade
from matchmaker.core.unit import unit
from matchmaker.listings.schemas import ListingIn
from matchmaker.listings.service import save_listings
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.matching.service import refresh
from matchmaker.web import register
from matchmaker.web.language import compile_catalogues
from matchmaker.web.parts import EXTENSION, Parts


def is_uscc(code: str) -> bool:
    """Whether the code has the right check character: the formula stands in one place."""
    try:
        return bool(clean_uscc(code))
    except ValueError:
        return False


FIRST17 = ("91440605MA0000001", "91440605MA0000002")
HOSTILE = "<script>alert('密封圈')</script>"
OFFERER, ASKER = (first + next(last for last in ALPHABET if is_uscc(first + last)) for first in FIRST17)
TEMPLATES = FileSystemBytecodeCache(mkdtemp(prefix="templates-"))
OPERATOR = Actor.system("cli")


@dataclass(frozen=True)
class District:
    """The wired parts and the ids of the listings by their ref."""

    parts: Parts
    ids: dict[str, int]


def listing(ref: str, **over: Any) -> ListingIn:
    """A published, public offer of the one organisation; everything may be said differently."""
    given = {
        "organisation": OFFERER,
        "ref": ref,
        "side": "offer",
        "form": "product",
        "title": "车载氢气浓度传感器",
        "summary": "量程0到4%，零下40度可用",
        "detail": "响应时间小于2秒，适合氢能汽车的储氢舱。供货500只起。",
        "chain_nodes": ["HYD-09"],
    }
    return ListingIn.model_validate(given | over)


LISTINGS = (
    listing("sensor", price_low="0.03", price_high="0.06", maturity="mass_production", cooperation=["supply"]),
    listing("die", title="铝型材挤压模具仿真优化", summary="", detail="断面复杂的铝型材偏壁修模服务。", form="service"),
    listing(
        "seal",
        title=f"燃料电池密封圈 {HOSTILE}",
        detail=f"注射成型密封圈。{HOSTILE}",
        visibility="redacted",
        ip_no="ZL-1",
    ),
    listing("secret", title="氢气压缩机膜头", detail="仅撮合方可见的氢气压缩机。", visibility="consent"),
    listing("draft", title="氢气纯化装置草稿", detail="还没有发布的氢气纯化装置。", state="draft"),
    listing(
        "need",
        organisation=ASKER,
        side="need",
        title="求购储氢舱用的氢气浓度传感器",
        detail="氢能环卫车要装氢气浓度传感器，量程0到4%，先要500只。",
        requirement="响应≤3秒",
        price_low="5",
        price_high="20",
        valid_to="2099-12-31",
        partner_sought="有车规经验",
    ),
)


@pytest.fixture(scope="session", autouse=True)
def _catalogues() -> None:
    compile_catalogues()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("web")
    return Config(folder, f"sqlite:///{folder / 'web.db'}", secret_key="for tests only", encoder="hashing")


@pytest.fixture(scope="session")
def district(settings: Config) -> District:
    """Filled once; the tests only read."""
    engine = make_engine(settings.database_url)
    upgrade(engine)
    sessions = make_sessions(engine)
    titles = [{"title": "high_tech", "valid_to": "2099-01-01"}, {"title": "little_giant", "valid_to": "2001-01-01"}]
    facts = {"kind": "enterprise", "town": "440605123", "scale": "medium", "titles": titles}
    with unit(sessions) as session:
        for code, name in ((OFFERER, "佛山市南海测试氢能有限公司"), (ASKER, "佛山市南海测试环卫车辆有限公司")):
            save_organisation(
                session, OPERATOR, data=OrganisationIn.model_validate({"uscc": code, "name": name} | facts)
            )
        ids = {str(row.source_ref): row.id for row in save_listings(session, OPERATOR, data=LISTINGS)}
    ranker = Ranker(settings)
    refresh(sessions, ranker)
    return District(Parts(settings, sessions, LiveIndex(ranker)), ids)


def build(parts: Parts, **config: object) -> Flask:
    """An application as app.py makes it, in test mode: no form tokens and no limits unless asked for."""
    app = Flask("matchmaker", static_folder=None)
    app.secret_key = parts.config.secret_key
    app.config.update({"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False} | config)
    app.extensions[EXTENSION] = parts
    register(app)
    # Every test builds its own application; the templates need compiling only once.
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


@pytest.fixture
def make_client(district: District) -> Callable[..., FlaskClient]:
    """Clients of applications with other settings or other parts."""

    def make(parts: Parts | None = None, **config: object) -> FlaskClient:
        return build(parts or district.parts, **config).test_client()

    return make


@pytest.fixture(scope="session")
def app(district: District) -> Flask:
    return build(district.parts)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture
def broken_model(district: District, tmp_path: Path) -> Parts:
    """The same district with a model folder that is not there."""
    settings = Config(tmp_path, "", secret_key="x", encoder="local", encoder_name=str(tmp_path / "no model here"))
    return Parts(settings, district.parts.sessions, LiveIndex(Ranker(settings)))


@pytest.fixture
def broken_database(district: District, tmp_path: Path) -> Parts:
    """A database that cannot be opened."""
    sessions = make_sessions(make_engine(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"))
    return Parts(district.parts.config, sessions, district.parts.engine)


@pytest.fixture(scope="session")
def town_of_today(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Any]:
    """The small town as it was made today, which nobody opens: what was looked at has more in its log.

    Some of what is in it ends with the day or belongs to the year. On another day another town is made.
    """
    from tests.web.town import build_town

    made: dict[date, Any] = {}

    def found() -> Any:
        day = clock.today()
        if day not in made:
            made[day] = build_town(tmp_path_factory.mktemp("built"))
        return made[day]

    return found


@pytest.fixture(scope="module")
def town(town_of_today: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The small town, for the tests of one file, only to be looked at."""
    from tests.web.town import copy_town

    return copy_town(town_of_today(), tmp_path_factory.mktemp("town"))


@pytest.fixture
def own_town(town_of_today: Callable[[], Any], tmp_path: Path) -> Any:
    """A copy of the small town for one test to change."""
    from tests.web.town import copy_town

    return copy_town(town_of_today(), tmp_path / "town")
