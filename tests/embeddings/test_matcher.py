"""The ranking is the true top of both legs over all rows, and a pair's score depends on nothing but the pair."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings import index, inverted, matcher
from embeddings.errors import EmbeddingError
from embeddings.fakes import HashingEncoder
from embeddings.lexical import term_weights
from embeddings.matcher import Hit, Matcher, Question
from embeddings.represent import Verb, encode
from embeddings.snapshot import Snapshot
from embeddings.text import Record
from tests.embeddings.factories import CALIBRATION, World, clustered, copies, matcher_of, product, questions_of, world

SEEDS = range(8)


def snapshot_of(rows: World) -> Snapshot:
    return Snapshot.take(rows.vectors, rows.terms)


def fused(hit: Hit) -> float:
    return float(CALIBRATION.fuse(np.float32(hit.dense), np.float32(hit.lexical)))


def ranked(found: Matcher, question: Question, ids: Sequence[int]) -> list[Hit]:
    """All these rows scored one by one and sorted: the slow way to the same answer."""
    return sorted(found.score(question, ids), key=lambda hit: (-fused(hit), hit.id))


def only(found: Matcher, ids: Sequence[int]) -> NDArray[np.bool_]:
    """A filter that lets these ids through."""
    return np.isin(found.dense.ids, ids)


@pytest.mark.parametrize("verb", ["offer", "need"])
@pytest.mark.parametrize("seed", range(4))
def test_score_is_the_sum_of_both_legs(seed: int, verb: Verb) -> None:
    random = np.random.default_rng(seed)
    rows, asking = world(random, 80), world(random, 1)
    snapshot = snapshot_of(rows if verb == "offer" else asking)
    found = matcher_of(snapshot, rows, verb=verb)
    needs, offers = (asking, rows) if verb == "offer" else (rows, asking)
    dense = (snapshot.dense_need(needs.vectors) @ snapshot.dense_offer(offers.vectors).T).ravel()
    hits = found.score(questions_of(found, asking)[0], range(80))
    assert [hit.id for hit in hits] == list(range(80))
    need_forms = [snapshot.lexical_need(one) for one in needs.terms]
    offer_forms = [snapshot.lexical_offer(one) for one in offers.terms]
    lexical = [product(n.sparse, o.sparse) + n.constant for n in need_forms for o in offer_forms]
    assert [hit.dense for hit in hits] == pytest.approx(dense.tolist(), abs=1e-4)
    assert [hit.lexical for hit in hits] == pytest.approx(lexical, abs=1e-4)
    sums = [one + CALIBRATION.lexical_weight * other for one, other in zip(dense.tolist(), lexical, strict=True)]
    assert [hit.score for hit in hits] == pytest.approx([CALIBRATION.score(one) for one in sums], abs=1e-5)
    assert [hit.level for hit in hits] == [CALIBRATION.level(hit.score) for hit in hits]


@pytest.mark.parametrize("seed", SEEDS)
def test_search_is_the_true_top(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matcher, "FIRST_LOOK", [1, 4, 16, 256][seed % 4])
    random = np.random.default_rng(seed)
    rows, asking = world(random, 250), world(random, 4)
    found = matcher_of(snapshot_of(rows), rows, ids=random.permutation(9000)[:250].tolist())
    ids = found.dense.ids.tolist()
    for question in questions_of(found, asking):
        expected = ranked(found, question, ids)
        for top in (1, 3, 50, 249, 250, 1000):
            assert found.search(question, top) == expected[:top]


@pytest.mark.parametrize("seed", SEEDS)
def test_filtered_search_is_the_true_top_of_what_is_allowed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matcher, "FIRST_LOOK", [1, 4, 16, 256][seed % 4])
    random = np.random.default_rng(seed)
    rows, asking = world(random, 300), world(random, 3)
    found = matcher_of(snapshot_of(rows), rows)
    for question in questions_of(found, asking):
        for size in (0, 1, 5, 40, 299):
            ids = random.choice(300, size, replace=False).tolist()
            expected = ranked(found, question, ids)
            assert found.search(question, 20, allowed=only(found, ids)) == expected[:20]
            assert len(expected[:20]) == min(20, size)


@pytest.mark.parametrize("seed", SEEDS)
def test_ties_go_by_id(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = copies(random, 1000, different=4)
    found = matcher_of(snapshot_of(rows), rows, ids=random.permutation(1000).tolist())
    questions = questions_of(found, world(random, 21))
    many = found.search_many(questions, 10)
    for question, hits in zip(questions, many, strict=True):
        expected = ranked(found, question, range(1000))
        assert found.search(question, 10) == expected[:10]
        assert hits == expected[:10]
        equal = [hit.id for hit in hits if hit.score == hits[0].score]
        assert equal == sorted(equal)
        assert len(equal) > 1


@pytest.mark.parametrize("seed", range(4))
def test_score_of_a_pair_is_always_the_same(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows, asking = world(random, 700), world(random, 60)
    found = matcher_of(snapshot_of(rows), rows)
    questions = questions_of(found, asking)
    everything = {hit.id: hit for hit in found.score(questions[7], range(700))}
    some = random.choice(700, 90, replace=False).tolist()
    others = questions_of(found, asking.part([7]))
    answers = [
        *(found.search(questions[7], top) for top in (1, 10, 100, 700)),
        found.search_many(questions, 30)[7],
        found.search_many(questions[7:8], 300)[0],
        found.search(questions[7], 30, allowed=only(found, some)),
        found.score(questions[7], some),
        found.score(questions[7], some[:1]),
        found.search(others[0], 10),
    ]
    assert all(hits for hits in answers)
    assert all(hit == everything[hit.id] for hits in answers for hit in hits)


def test_score_does_not_depend_on_the_other_rows() -> None:
    random = np.random.default_rng(1)
    rows, asking = world(random, 300), world(random, 1)
    snapshot = snapshot_of(rows)
    full, few = matcher_of(snapshot, rows), matcher_of(snapshot, rows.part(range(5, 9)), ids=range(5, 9))
    [question] = questions_of(full, asking)
    assert full.score(question, range(5, 9)) == few.score(question, range(5, 9))


def test_a_pair_scores_the_same_asked_from_either_side() -> None:
    random = np.random.default_rng(2)
    offers, needs = world(random, 200), world(random, 40)
    snapshot = snapshot_of(offers)
    to_offers, to_needs = matcher_of(snapshot, offers), matcher_of(snapshot, needs, verb="need")
    from_needs = [to_offers.score(question, range(200)) for question in questions_of(to_offers, needs)]
    from_offers = [to_needs.score(question, range(40)) for question in questions_of(to_needs, offers)]
    for need in range(40):
        left = [hit.score for hit in from_needs[need]]
        right = [from_offers[offer][need].score for offer in range(200)]
        assert left == pytest.approx(right, abs=1e-5)


def check(found: Matcher, rows: World, alive: dict[int, int], asking: World) -> None:
    """As if the living rows had been put into a new matcher at once."""
    fresh = matcher_of(found.snapshot, rows.part(list(alive.values())), ids=list(alive))
    assert len(found) == len(alive)
    for question in questions_of(found, asking):
        assert found.search(question, 15) == fresh.search(question, 15)
        assert found.score(question, list(alive)) == fresh.score(question, list(alive))
    allowed = sorted(alive)[::3]
    [first, *_] = questions_of(found, asking)
    assert found.search(first, 9, allowed=only(found, allowed)) == ranked(fresh, first, allowed)[:9]


@pytest.mark.parametrize("seed", range(4))
def test_search_stays_exact_through_upserts_removals_and_rebuilds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MIN_DEAD", 6)
    monkeypatch.setattr(inverted, "MERGE_AT", 12)
    monkeypatch.setattr(matcher, "FIRST_LOOK", 4)
    random = np.random.default_rng(seed)
    rows, asking = world(random, 400), world(random, 2)
    found, alive = Matcher(snapshot_of(rows), CALIBRATION, verb="offer"), dict[int, int]()
    moved = 0
    for _ in range(20):
        ids = random.choice(70, random.integers(1, 15), replace=False)
        before = len(found.dense.ids)
        if random.random() < 0.4:
            found.remove(ids)
            alive = {number: row for number, row in alive.items() if number not in set(ids.tolist())}
        else:
            chosen = random.choice(400, len(ids)).tolist()
            part = rows.part(chosen)
            found.upsert(ids, part.vectors, part.terms)
            alive |= zip(ids.tolist(), chosen, strict=True)
        moved += len(found.dense.ids) < before
        assert len(found.lexical) == len(found.dense.ids)
        if alive:
            check(found, rows, alive, asking)
    assert moved > 0


def test_matcher_follows_when_the_graph_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MIN_DEAD", 6)
    random = np.random.default_rng(3)
    rows, asking = world(random, 200), world(random, 2)
    found = Matcher(snapshot_of(rows), CALIBRATION, verb="offer", hnsw_from=100)
    for start in range(0, 200, 20):
        part = rows.part(range(start, start + 20))
        found.upsert(np.arange(start, start + 20), part.vectors, part.terms)
        found.remove(np.arange(start, start + 5))
    assert not found.dense.exact
    alive = {number: number for number in range(200) if number % 20 >= 5}
    for question in questions_of(found, asking):
        fresh = matcher_of(found.snapshot, rows.part(list(alive)), ids=list(alive))
        assert found.score(question, list(alive)) == fresh.score(question, list(alive))


@pytest.mark.parametrize("size", [0, 1, 5, 40, 100])
def test_filter_fills_the_top_behind_a_graph(size: int) -> None:
    random = np.random.default_rng(4)
    rows, asking = world(random, 600), world(random, 3)
    found = Matcher(snapshot_of(rows), CALIBRATION, verb="offer", hnsw_from=500)
    found.upsert(np.arange(600), rows.vectors, rows.terms)
    assert not found.dense.exact
    for question in questions_of(found, asking):
        last = [hit.id for hit in ranked(found, question, range(600))[600 - size :]]
        expected = ranked(found, question, last)[:20]
        assert found.search(question, 20, allowed=only(found, last)) == expected
        assert len(expected) == min(20, size)


def test_search_behind_a_graph_overlaps_with_the_true_top() -> None:
    random = np.random.default_rng(5)
    rows, asking = copies(random, 2000, different=1000), world(random, 20)
    found = Matcher(snapshot_of(rows), CALIBRATION, verb="offer", hnsw_from=1000)
    found.upsert(np.arange(2000), rows.vectors, rows.terms)
    shares = []
    for question in questions_of(found, asking):
        expected = {hit.id for hit in ranked(found, question, range(2000))[:50]}
        shares.append(len(expected & {hit.id for hit in found.search(question, 50)}) / 50)
    assert float(np.mean(shares)) >= 0.9


def test_score_keeps_the_order_asked_and_refuses_strangers() -> None:
    random = np.random.default_rng(6)
    rows = world(random, 10)
    found = matcher_of(snapshot_of(rows), rows)
    [question] = questions_of(found, world(random, 1))
    assert [hit.id for hit in found.score(question, [7, 2, 5])] == [7, 2, 5]
    assert found.score(question, []) == []
    found.remove(np.array([2]))
    with pytest.raises(KeyError):
        found.score(question, [2])


def test_empty_matcher_finds_nothing() -> None:
    random = np.random.default_rng(7)
    found = Matcher(snapshot_of(world(random, 10)), CALIBRATION, verb="offer")
    questions = questions_of(found, world(random, 3))
    assert found.search(questions[0], 10) == []
    assert found.search_many(questions, 10) == [[], [], []]
    assert found.search_many([], 10) == []


def test_search_many_tells_how_many_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(8)
    rows = world(random, 20)
    found = matcher_of(snapshot_of(rows), rows)
    done: list[int] = []
    found.search_many(questions_of(found, world(random, 20)) * 30, 2, tick=done.append)
    assert done == [512, 88]


def test_refused_upsert_leaves_the_matcher_as_it_was() -> None:
    random = np.random.default_rng(9)
    rows, asking = world(random, 20), world(random, 1)
    found = matcher_of(snapshot_of(rows), rows)
    [question] = questions_of(found, asking)
    before = found.search(question, 20)
    with pytest.raises(EmbeddingError, match="the same id twice"):
        found.upsert(np.array([3, 3]), rows.vectors[:2], rows.terms[:2])
    with pytest.raises(EmbeddingError, match="1 lists of terms do not fit 2 ids"):
        found.upsert(np.array([3, 4]), rows.vectors[:2], rows.terms[:1])
    assert found.search(question, 20) == before
    found.upsert(np.array([20]), rows.vectors[:1], rows.terms[:1])
    assert len(found.search(question, 30)) == 21


def test_chinese_goes_through_both_legs() -> None:
    encoder = HashingEncoder(64)
    offers = [Record("铝合金压铸件加工", "汽车零部件"), Record("半导体外延设备"), Record("陶瓷砖釉料")]
    vectors, terms = encode(encoder, offers, verb="offer"), [term_weights(offer) for offer in offers]
    found = matcher_of(Snapshot.take(vectors, terms), World(vectors, terms))
    need = Record("寻找压铸加工厂家")
    question = found.question(encode(encoder, [need], verb="need")[0], term_weights(need))
    hits = found.score(question, [0, 1, 2])
    constant = question.lexical.constant
    assert hits[0].lexical > constant + 0.5
    assert [hit.lexical for hit in hits[1:]] == pytest.approx([constant, constant], abs=1e-6)
    assert hits[0].dense > max(hit.dense for hit in hits[1:])
    assert found.search(question, 1)[0].id == 0


def test_full_width_identifier_scores_as_half_width() -> None:
    random = np.random.default_rng(10)
    texts = ["6061-T6铝板0.5mm", "SiC衬底", "铝板加工"]
    rows = World(clustered(random, 3), [term_weights(Record(text)) for text in texts])
    found = matcher_of(snapshot_of(rows), rows)
    vector = clustered(random, 1)[0]
    for half, full in (("6061-T6", "６０６１－Ｔ６"), ("SiC", "ＳｉＣ"), ("0.5mm", "０．５ｍｍ")):
        narrow, wide = (
            found.score(found.question(vector, term_weights(Record(text))), [0, 1, 2]) for text in (half, full)
        )
        assert narrow == wide
        assert max(narrow, key=lambda hit: hit.lexical).id == (1 if half == "SiC" else 0)
