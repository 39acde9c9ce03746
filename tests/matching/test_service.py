"""Encoding what is due: resumable, idempotent, by several at once; and the snapshot that keeps scores still."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.core.changes import latest
from matchmaker.core.unit import reading, unit
from matchmaker.matching import service
from matchmaker.matching.live import VECTORS
from matchmaker.matching.models import CorpusSnapshot, ListingVector
from matchmaker.matching.ranker import Ranker
from tests.factories import OPERATOR, listing_in
from tests.matching.place import Place, scores

ASKED = "车载供氢系统的减压阀"


class Killed(BaseException):
    """Stands for a kill between two chunks."""


def _vectors(sessions: sessionmaker[Session]) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(ListingVector)) or 0


def _snapshots(sessions: sessionmaker[Session]) -> list[int]:
    with reading(sessions) as session:
        return list(session.scalars(select(CorpusSnapshot.documents).order_by(CorpusSnapshot.id)))


def _add_offers(place: Place, names: range) -> None:
    from matchmaker.listings.service import save_listings

    data = [
        listing_in(ref=f"o{name}", title=f"第{name}号氢气阀门", detail=f"第{name}号，用于加氢站。") for name in names
    ]
    with unit(place.sessions) as session:
        save_listings(session, OPERATOR, data=data)


def test_everything_published_is_encoded_once(place: Place) -> None:
    _add_offers(place, range(3))
    place.add(ref="draft", state="draft")
    told: list[tuple[int, int]] = []
    done = service.refresh(place.sessions, place.ranker, tick=lambda *numbers: told.append(numbers))
    assert (done, told) == (service.Refreshed(3, snapshot_taken=True), [(3, 3)])
    assert place.refresh() == service.Refreshed(0, snapshot_taken=False)
    assert _vectors(place.sessions) == 3


def test_a_changed_text_is_encoded_again_and_a_changed_price_is_not(place: Place) -> None:
    place.add(ref="A1", price_low="1")
    place.refresh()
    place.add(ref="A1", price_low="2")
    assert place.refresh().encoded == 0
    place.add(ref="A1", price_low="2", title="改过名字的减压阀")
    assert place.refresh().encoded == 1
    assert _vectors(place.sessions) == 1


def test_a_killed_refresh_goes_on_behind_the_last_chunk(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)
    _add_offers(place, range(5))

    def kill(_done: int, _total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        service.refresh(place.sessions, place.ranker, tick=kill)
    assert (_vectors(place.sessions), _snapshots(place.sessions)) == (2, [])
    told: list[tuple[int, int]] = []
    done = service.refresh(place.sessions, place.ranker, tick=lambda *numbers: told.append(numbers))
    assert (done.encoded, told) == (3, [(2, 3), (3, 3)])
    assert (_vectors(place.sessions), _snapshots(place.sessions)) == (5, [5])


def test_two_refreshes_at_once_both_end_well(
    place: Place, hashing_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have encoded the same rows before either writes them."""
    _add_offers(place, range(3))
    both = threading.Barrier(2, timeout=120)
    encode = Ranker.encode

    def encode_together(self: Ranker, *given: object) -> object:
        found = encode(self, *given)  # type: ignore[arg-type]
        both.wait()
        return found

    monkeypatch.setattr(Ranker, "encode", encode_together)
    done: list[service.Refreshed] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            done.append(service.refresh(place.sessions, Ranker(hashing_config)))
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert [one.encoded for one in done] == [3, 3]
    assert _vectors(place.sessions) == 3


def test_encoding_takes_a_number_for_those_who_wait(place: Place) -> None:
    place.add()
    place.refresh()
    with reading(place.sessions) as session:
        assert latest(session, VECTORS) == 1


def test_needs_alone_take_no_snapshot(place: Place) -> None:
    place.add(side="need")
    assert place.refresh() == service.Refreshed(1, snapshot_taken=False)


def test_a_snapshot_is_due_when_there_are_half_as_many_offers_again(place: Place) -> None:
    taken: list[list[int]] = []
    for names in (range(4), range(4, 5), range(5, 6), range(6, 8)):
        _add_offers(place, names)
        place.refresh()
        taken.append(_snapshots(place.sessions))
    assert taken == [[4], [4], [4, 6], [4, 6]]


def test_a_snapshot_is_due_when_needs_have_come_that_move_their_mean(place: Place) -> None:
    _add_offers(place, range(4))
    place.refresh()
    for number in range(24):
        place.add(ref=f"n{number}", side="need", title=f"求购第{number}种减压阀")
    assert not place.refresh().snapshot_taken
    place.add(ref="n24", side="need", title="求购伺服电机")
    assert place.refresh().snapshot_taken
    with reading(place.sessions) as session:
        assert session.scalars(select(CorpusSnapshot.needs).order_by(CorpusSnapshot.id)).all() == [0, 25]


def test_closed_offers_are_not_in_the_snapshot(place: Place) -> None:
    _add_offers(place, range(3))
    place.close(place.add(ref="closed"))
    place.refresh()
    assert _snapshots(place.sessions) == [3]


def test_scores_stay_as_listings_come_and_go(place: Place) -> None:
    _add_offers(place, range(8))
    place.refresh()
    before = scores(place.search(ASKED))
    place.close(next(iter(before)))
    new = place.add(ref="new", title="车载供氢减压阀")
    place.refresh()
    after = scores(place.search(ASKED))
    assert new in after
    stayed = before.keys() & after.keys()
    assert len(stayed) == 7
    assert {key: after[key] for key in stayed} == {key: before[key] for key in stayed}


def test_a_score_does_not_depend_on_how_many_are_asked_for_or_filtered(place: Place, offers: dict[str, int]) -> None:
    from matchmaker.matching.results import Filters

    every = scores(place.search(ASKED))
    assert scores(place.search(ASKED, top=1)) == dict(list(every.items())[:1])
    filtered = scores(place.search(ASKED, filters=Filters(chains=frozenset({"TEX"}))))
    assert filtered == {offers["cloth"]: every[offers["cloth"]]}


def test_a_new_snapshot_is_taken_up_by_a_running_index(place: Place) -> None:
    _add_offers(place, range(2))
    place.refresh()
    before = scores(place.search(ASKED))
    place.add(ref="other", title="抗菌针织面料", detail="银离子整理，适合做内衣。")
    assert place.refresh().snapshot_taken
    after = scores(place.search(ASKED))
    assert len(after) == 3
    assert {key: after[key] for key in before} != before
