"""How two organisations of the demo district come together, and how far their deal comes: put down step by step."""

from datetime import date, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.contracts.rules import ContractState
from matchmaker.core import clock
from matchmaker.deals import service, starting
from matchmaker.deals.rules import OVER, DealStage, onward
from matchmaker.deals.schemas import DealEditIn, DealIn, PlanIn
from matchmaker.demo import papers, phrases, texts
from matchmaker.demo.cast import How, Scene
from matchmaker.demo.diary import Pen
from matchmaker.demo.stories import Said, number_of
from matchmaker.demo.year import BASE
from matchmaker.introductions import service as introductions
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import IntroductionState
from matchmaker.listings.access import can_see
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Visibility
from matchmaker.meetings import outcomes
from matchmaker.meetings.models import Meeting
from matchmaker.meetings.outcomes import outcome_of
from matchmaker.meetings.rules import OutcomeKind

# From here on what is still open is spoken of once more, so that it does not stand still at the end of the year.
LATELY = date(2026, 10, 26)
# Days that each further stage takes, at least and at most.
AHEAD = {DealStage.SIGNED: (6, 25), DealStage.PERFORMING: (7, 20), DealStage.COMPLETED: (25, 60)}


class DealTelling:
    """Puts one deal into the diary, from the first word to where it stands on the last day."""

    def __init__(self, scene: Scene, pen: Pen) -> None:
        self.scene, self.story, self.sides, self.pen = scene, scene.story, scene.sides, pen

    def tell(self) -> None:
        """Until the two have come to an intent, or to the end; a contract follows in `contracts`."""
        self._start()
        self.pen.after((1, 5), self._word)
        for said in self.story.notes:
            self.pen.after((1, 8), partial(self._note, said))
        if self.story.file:
            self.pen.after((0, 3), self._paper)
        if self.story.stage is not DealStage.TALKS:
            self.pen.after((3, 12), partial(self._move, DealStage.INTENT))
        if self.story.officer:
            self.pen.after((1, 6), self._take)
        if self.story.contract is None:
            self._go_on()

    def close(self) -> None:
        """What is open on the last day has a next step: one to come, or one that passed long ago."""
        written = self.story.contract
        if written is not None and written.state is ContractState.CANCELLED:
            self.pen.after((1, 5), partial(self._move, DealStage.ENDED))
        if self.story.stage in OVER:
            return
        if self.story.stalled:
            self.pen.after((2, 6), partial(self._plan, 12))
        else:
            lately = LATELY + timedelta(days=self.pen.chance.randint(0, 23))
            self.pen.on(lately, partial(self._plan, self.pen.chance.randint(24, 70)))

    def _start(self) -> None:
        match self.scene.beginning.how:
            case How.MET:
                self.pen.after((2, 9), self._from_meeting)
            case How.HAND:
                self.pen.after((0, 2), self._by_hand)
            case How.ASKED:
                self._talk()
                self.pen.after((4, 12), self._from_introduction)
            case How.AGREED:
                self.pen.after((4, 12), self._from_introduction)

    def _talk(self) -> None:
        self.pen.after((0, 0), self._ask)
        self.pen.after((1, 4), self._accept)
        for line in self.pen.chance.sample(texts.REPLIES, self.pen.chance.randint(1, 3)):
            self.pen.after((0, 3), partial(self._write, line))

    def _go_on(self) -> None:
        """Stage by stage to where the story ends."""
        if self.story.stage is DealStage.ENDED:
            self.pen.after((9, 40), partial(self._move, DealStage.ENDED))
            return
        at: DealStage = self.story.stage if self.story.stage is DealStage.TALKS else DealStage.INTENT
        while at is not self.story.stage:
            at = next(one for one in onward(self.story.kind, at) if one is not DealStage.REGISTERED)
            self.pen.after(AHEAD[at], partial(self._move, at))

    def _introduction(self, session: Session) -> Introduction | None:
        both = (Introduction.need_id == self.sides.need_id, Introduction.offer_id == self.sides.offer_id)
        return session.scalar(select(Introduction).where(*both))

    def _ask(self, session: Session) -> None:
        """The buyer asks; where only its owner may speak of the offer, the seller does."""
        need_id, offer_id = self.sides.need_id, self.sides.offer_id
        if need_id is None or offer_id is None or self._introduction(session) is not None:
            return
        written = self.story.contract
        said = phrases.ASKED[written.kind if written else None]
        who, mine, other = self.scene.buyer, need_id, offer_id
        if not can_see(who, session.get_one(Listing, offer_id)):
            who, mine, other, said = self.scene.seller, offer_id, need_id, phrases.OFFERED
        introductions.ask(
            session,
            who,
            listing_id=mine,
            other_id=other,
            message=phrases.chosen(said, self.story),
            evidence=self.scene.cast.evidence(session, who, mine, other),
            base=BASE,
        )

    def _accept(self, session: Session) -> None:
        row = self._introduction(session)
        if row is not None and row.state is IntroductionState.ASKED:
            who = self.scene.seller if row.asked_by_id == self.sides.buyer_id else self.scene.buyer
            introductions.answer(session, who, introduction_id=row.id, accept=True, base=BASE)

    def _write(self, line: str, session: Session) -> None:
        row = self._introduction(session)
        if row is not None and row.state is IntroductionState.ACCEPTED:
            who = self.scene.seller if len(line) % 2 else self.scene.buyer
            introductions.write(session, who, introduction_id=row.id, text=line, base=BASE)

    def _from_introduction(self, session: Session) -> None:
        row = self._introduction(session)
        if row is None or row.state is not IntroductionState.ACCEPTED:
            self._by_hand(session)
            return
        who = self.scene.buyer if self._takes_first_turn() else self.scene.seller
        starting.start_from_introduction(session, who, introduction_id=row.id, base=BASE)

    def _from_meeting(self, session: Session) -> None:
        """By the desk, where all words come to cooperation; else by the side that says so after thinking it over."""
        meeting = session.get_one(Meeting, self.scene.beginning.meeting_id)
        if self._takes_first_turn() and outcome_of(meeting) is OutcomeKind.COOPERATION:
            starting.start_from_meeting(
                session, self.scene.cast.organiser, meeting_id=meeting.id, registration_id=None, base=BASE
            )
            return
        regs = (meeting.a.registration, meeting.b.registration)
        own = next(one.id for one in regs if one.organisation_id == self.sides.buyer_id)
        note = phrases.chosen(phrases.THOUGHT_OVER, self.story)
        outcomes.say(
            session,
            self.scene.buyer,
            meeting_id=meeting.id,
            registration_id=own,
            kind=OutcomeKind.COOPERATION,
            note=note,
        )
        starting.start_from_meeting(session, self.scene.buyer, meeting_id=meeting.id, registration_id=own, base=BASE)

    def _by_hand(self, session: Session) -> None:
        data = DealIn(
            kind=self.story.kind,
            title=self.story.title,
            buyer_id=self.sides.buyer_id,
            seller_id=self.sides.seller_id,
            need_id=self.sides.need_id,
            offer_id=self.sides.offer_id,
        )
        numbers = [one for one in (self.sides.need_id, self.sides.offer_id) if one is not None]
        listings = session.scalars(select(Listing).where(Listing.id.in_(numbers)))
        who = self.scene.buyer if self._takes_first_turn() else self.scene.seller
        # What is not for everybody to know only the office may name as well.
        open_to_both = all(one.visibility is Visibility.PUBLIC for one in listings)
        starting.start_by_hand(session, who if open_to_both else self.scene.officer, data=data, base=BASE)

    def _takes_first_turn(self) -> bool:
        return number_of(self.story) % 2 == 0

    def _word(self, session: Session) -> None:
        """What it is about, what it is worth, and what comes next."""
        deal = self.scene.deal(session)
        data = DealEditIn(
            kind=self.story.kind,
            title=self.story.title,
            summary=self.story.summary,
            need_id=deal.need_id,
            offer_id=deal.offer_id,
            amount=self.story.amount,
            next_step=phrases.chosen(phrases.NEXT[DealStage.TALKS], self.story),
            next_on=clock.today() + timedelta(days=10),
        )
        service.edit(session, self.scene.seller, deal_id=deal.id, revision=deal.revision, data=data, base=BASE)

    def _note(self, said: Said, session: Session) -> None:
        number, who = self.scene.deal(session).id, self.scene.by(said.by)
        service.say(session, who, deal_id=number, text=said.text, reach=said.reach, base=BASE)

    def _paper(self, session: Session) -> None:
        content = papers.page(self.story.file, (self.story.title, f"{self.scene.seller.name} 整理"))
        number, name = self.scene.deal(session).id, f"{self.story.file}.pdf"
        folder = self.scene.cast.folder
        service.attach(session, self.scene.seller, deal_id=number, folder=folder, name=name, content=content)

    def _move(self, stage: DealStage, session: Session) -> None:
        deal, ended = self.scene.deal(session), stage is DealStage.ENDED
        service.move(
            session,
            self.scene.buyer if ended else self.scene.seller,
            deal_id=deal.id,
            revision=deal.revision,
            stage=stage,
            note=self._reason() if ended else "",
            amount_fen=self.story.amount if stage is DealStage.SIGNED else None,
            base=BASE,
        )

    def _reason(self) -> str:
        """Why it came to nothing: its own words, or those of its contract."""
        return self.story.says or (self.story.contract.says if self.story.contract else "")

    def _take(self, session: Session) -> None:
        deal, officer = self.scene.deal(session), self.scene.officer
        person_id = officer.person_id
        service.take_over(session, officer, deal_id=deal.id, revision=deal.revision, person_id=person_id, base=BASE)

    def _plan(self, days: int, session: Session) -> None:
        deal = self.scene.deal(session)
        if deal.stage in OVER:
            return
        step = self.story.next or phrases.chosen(phrases.NEXT[deal.stage], self.story)
        data = PlanIn(revision=deal.revision, next_step=step, next_on=clock.today() + timedelta(days=days))
        service.plan(session, self.scene.seller, deal_id=deal.id, data=data, base=BASE)
