"""An installation with events in it goes up and down: SQLite must not copy tables that others point to."""

from pathlib import Path

from sqlalchemy import text

from matchmaker.core import migrate
from matchmaker.core.db import make_engine

MOMENT = "'2026-03-01 09:00:00.000000'"
FILLED = (
    "INSERT INTO events (id, title, kind, state, starts_at, ends_at, town, venue, chains, summary, created_at,"
    f" updated_at) VALUES (1, '阀门对接会', 'supply_chain', 'announced', {MOMENT}, '2026-03-01 12:00:00.000000',"
    f" '440605123', '丹灶', '[]', '', {MOMENT}, {MOMENT})",
    "INSERT INTO registrations (id, key, event_id, name, uscc, town, state, source, need_text, offer_text, note,"
    " reason, invitation, created_at, updated_at)"
    " VALUES (1, 'r', 1, '甲', '', '', 'confirmed', 'list', '', '', '', '', '',"
    f" {MOMENT}, {MOMENT})",
    "INSERT INTO participants (id, key, event_id, registration_id, name, position, phone, email, languages, away,"
    " badge, link_version, created_at, updated_at)"
    f" VALUES (1, 'p', 1, 1, '黄一', '', '', '', '[]', '[]', 'AB234', 1, {MOMENT},"
    f" {MOMENT})",
)


def test_events_survive_up_and_down(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'held.db'}")
    migrate.upgrade(engine, "0004")
    with engine.begin() as connection:
        for statement in FILLED:
            connection.execute(text(statement))
    migrate.upgrade(engine)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT cancelled_reason, letters_stopped_at FROM events JOIN participants ON event_id = events.id")
        ).all()
    assert [tuple(row) for row in rows] == [("", None)]
    migrate.downgrade(engine, "0004")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM participants")).scalars().all() == ["黄一"]
    engine.dispose()
