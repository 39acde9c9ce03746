"""Deals of the demo district that nobody wrote down by hand: some of what its introductions and meetings led to."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.core.money import FEN_PER_WAN
from matchmaker.deals.rules import DealKind, DealStage, suggested_kind
from matchmaker.deals.schemas import MAX_TITLE
from matchmaker.demo import phrases
from matchmaker.demo.beginnings import Known
from matchmaker.demo.cast import Beginning, How, Sides
from matchmaker.demo.stories import Said, Story
from matchmaker.demo.year import SEED
from matchmaker.listings.models import Listing

FROM_INTRODUCTIONS, FROM_MEETINGS = 14, 14
# Numbers from here on are not written down in the stories' file.
FIRST = 301
# A request or a meeting over less than this was polite, and nothing more.
WORTH = 0.9
# How far deals of a kind have come, by weight.
STAGES: Mapping[DealKind, Mapping[DealStage, int]] = {
    DealKind.TECHNOLOGY: {DealStage.TALKS: 9, DealStage.INTENT: 6, DealStage.ENDED: 5},
    DealKind.ORDER: {
        DealStage.TALKS: 3,
        DealStage.INTENT: 4,
        DealStage.SIGNED: 4,
        DealStage.PERFORMING: 6,
        DealStage.COMPLETED: 5,
        DealStage.ENDED: 3,
    },
}
# Of those still open, the part that stands still.
STALLED = 0.3
# 万元 where a need names no price.
PRICE = (18, 160)
Told = tuple[Story, Sides, Beginning]


def plain(session: Session, known: Known, taken: Sequence[Sides]) -> Iterator[Told]:
    """Further deals, from what `taken` stories leave over; the same in one installation however often it is asked."""
    used = {(one.buyer_id, one.seller_id) for one in taken}
    chance = Random(f"{SEED}:plain")
    for number, (sides, beginning) in enumerate(_origins(known, used, chance), start=FIRST):
        yield _story(session, sides, number), sides, beginning


def _origins(known: Known, used: set[tuple[int, int]], chance: Random) -> list[tuple[Sides, Beginning]]:
    """Introductions and meetings over a good match that went well, between organisations that have no other deal."""
    # Without an index nobody knows what a match was worth.
    judged = any("score" in row.evidence for row in known.accepted)
    asked = [
        (Sides(row.need_organisation_id, row.offer_organisation_id, row.need_id, row.offer_id, ""), row.answered_at)
        for row in known.accepted
        if not judged or row.evidence.get("score", 0.0) >= WORTH
    ]
    met = [
        (Sides(one.buyer_id, one.seller_id, one.need_id, one.offer_id, ""), Beginning(How.MET, one.at, one.meeting_id))
        for one in known.meetings
        if one.agreed and one.score >= WORTH
    ]
    agreed = [(sides, Beginning(How.AGREED, at)) for sides, at in asked if at is not None]
    first = _new(agreed, used, chance)[:FROM_INTRODUCTIONS]
    return first + _new(met, used, chance)[:FROM_MEETINGS]


def _new(
    found: Sequence[tuple[Sides, Beginning]], used: set[tuple[int, int]], chance: Random
) -> list[tuple[Sides, Beginning]]:
    """Shuffled, one for each two organisations. What the stories themselves brought about is gone before that, so
    that chance has the same to shuffle after a killed run.
    """
    left = {(sides.buyer_id, sides.seller_id): (sides, beginning) for sides, beginning in reversed(found)}
    fresh = [both for key, both in sorted(left.items()) if key not in used]
    used |= left.keys()
    chance.shuffle(fresh)
    return fresh


def _story(session: Session, sides: Sides, number: int) -> Story:
    listings = {
        row.id: row for row in session.scalars(select(Listing).where(Listing.id.in_([sides.need_id, sides.offer_id])))
    }
    need, offer = listings[sides.need_id or 0], listings[sides.offer_id or 0]
    chance, kind = Random(f"{SEED}:plain:{number}"), suggested_kind([need.form, offer.form])
    stages = STAGES[kind]
    stage = chance.choices(list(stages), weights=list(stages.values()))[0]
    return Story(
        ref=f"JH2026-{number}",
        title=need.title[:MAX_TITLE],
        kind=kind,
        amount=_amount(need, chance),
        stage=stage,
        stalled=chance.random() < STALLED,
        says=phrases.ENDED[number % len(phrases.ENDED)],
        notes=tuple(Said(*one) for one in chance.sample(phrases.NOTES, chance.randint(0, 3))),
        file=phrases.FILES[number % len(phrases.FILES)] if chance.random() < 0.3 else "",
        officer=chance.random() < 0.3,
    )


def _amount(need: Listing, chance: Random) -> int:
    """Within the price that the need names, in whole thousands of yuan."""
    low = need.price_low_fen or PRICE[0] * FEN_PER_WAN
    high = need.price_high_fen or max(low, PRICE[1] * FEN_PER_WAN)
    step = FEN_PER_WAN // 10
    return chance.randint(low // step, max(low, high) // step) * step
